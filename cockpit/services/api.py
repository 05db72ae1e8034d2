"""The two faces of the services: `Cockpit` for whoever may block, `Supervisor` for the app.

Keys, palette and command line all end in `carry_out(intent)`; screens read previews and
follow events. Both faces have the same powers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from cockpit.config.model import Config
from cockpit.domain.activity import Activity
from cockpit.domain.change import LaneDiff
from cockpit.domain.events import Event
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import Intent
from cockpit.domain.lane import LaneFault
from cockpit.domain.merge import LandingPreview
from cockpit.domain.operation import Operation
from cockpit.domain.teardown import TeardownPreview
from cockpit.services.ports import LivePanes, TrashEntry

T = TypeVar("T")
Tell = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an intent ended well (failures are raised). `operation` is its journal entry;
    `data` is what `--json` prints, `summary` what a person reads."""

    summary: str
    operation: Operation | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """What undoing `operation` would bring back, and what stands in the way (empty: nothing)."""

    operation: Operation
    lines: tuple[str, ...]
    in_the_way: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrustState:
    digest: str
    trusted: bool
    lines: tuple[str, ...]
    """Everything in lanes.yaml that can execute or reach out, a line each, raw."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The evidence behind a lane's state, strongest first; `rows` is the bottom of the screen."""

    activity: Activity
    evidence: tuple[tuple[str, str], ...]
    rows: tuple[str, ...]


class Cockpit(Protocol):
    """Everything a key or a command can do or ask, blocking. Raises only `CockpitError`."""

    config: Config
    repository: str
    """The repository's name, for people."""
    root: Path
    """The main checkout (in a bare repository the target's worktree)."""
    state: Path

    def recover(self, tell: Tell) -> list[str]:
        """Finish or abandon what a dead process left; a sentence for each. Empty if nothing."""
        ...

    def carry_out(self, intent: Intent, tell: Tell, *, by: str) -> Outcome: ...

    def fleet(self) -> Fleet:
        """The fleet from lanes.yaml and our state alone, before anything was observed."""
        ...

    def observe(self, lanes: Sequence[LaneId] | None = None) -> list[Event]:
        """Look at git and tmux (never writing) and tell what is there; all lanes by default."""
        ...

    def faults(self) -> list[LaneFault]: ...
    def diff(self, lane: LaneId) -> LaneDiff: ...
    def preview_landing(self, lane: LaneId, *, message: str = "") -> LandingPreview: ...
    def preview_teardown(self, lane: LaneId) -> TeardownPreview: ...
    def preview_undo(self, seq: int | None = None) -> UndoPreview: ...
    def trust(self) -> TrustState: ...
    def log(self, *, last: int | None = None) -> list[Operation]: ...
    def trash(self) -> list[TrashEntry]: ...
    def capture(self, lane: LaneId, *, colour: bool = False, history: int = 0) -> list[str]: ...
    def explain(self, lane: LaneId) -> Explanation: ...
    def attach_argv(self, lane: LaneId | None) -> list[str]:
        """The command that attaches to the lane's session (None: the app's session)."""
        ...

    def pinned(self, lane: LaneId) -> CommitId | None: ...
    def close(self) -> None: ...


class Supervisor(Protocol):
    """The app's side: owns the fleet, runs intents and looks in worker threads, tells events
    on the event loop. Made and used on the loop."""

    cockpit: Cockpit
    live: LivePanes | None
    """None without tmux's control client (tests, headless)."""
    fleet: Fleet

    def subscribe(self, listener: Callable[[Event, Fleet], None]) -> Callable[[], None]:
        """Called on the loop after each event was applied; returns the unsubscriber."""
        ...

    async def run(self) -> None:
        """Recover, look, then follow changes until cancelled."""
        ...

    def submit(self, intent: Intent) -> None:
        """Start an intent; its end comes as `OperationEnded` (with `error` when refused)."""
        ...

    def ask(self, query: Callable[[Cockpit], T]) -> Awaitable[T]:
        """Run a read in a worker thread; raises what it raises."""
        ...

    async def stop(self) -> None: ...
