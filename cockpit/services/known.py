"""Every repository that cockpit was used in, without starting a server or changing anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from cockpit.dataclass import dataclass
from cockpit.domain.activity import NEEDS_COMMANDER, Activity
from cockpit.domain.ids import LaneId
from cockpit.domain.known import Known, Whereabouts
from cockpit.services import looking, panes, shared
from cockpit.services.cockpit import LocalCockpit

AT_ONCE = 4
APP = "cockpit"
"""The session of the hosted app."""


class Folder(Protocol):
    """A state folder (`adapters.known.StateFolder`)."""

    @property
    def id(self) -> str: ...
    @property
    def path(self) -> Path: ...
    @property
    def root(self) -> Path | None: ...
    @property
    def common(self) -> Path | None: ...
    @property
    def last_used(self) -> float | None: ...
    @property
    def why(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Look:
    """What one repository's look gave; `why` is a clause where it failed in part."""

    target: str = ""
    lanes: tuple[str, ...] = ()
    started: tuple[str, ...] = ()
    running: tuple[str, ...] | None = None
    needing: tuple[str, ...] | None = None
    app_is_open: bool | None = None
    trash: int | None = None
    vault: int | None = None
    why: str = ""


def known(
    folders: Sequence[Folder],
    *,
    stands: Callable[[Path, Path], str],
    look: Callable[[Path], Look],
) -> list[Known]:
    """What is known of each, the last used first. `stands(root, common)` says why a repository
    is not there any more ("" if it is), `look(root)` looks at one that is."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda folder: _one(folder, stands, look), folders))
    return sorted(found, key=lambda one: (-(one.last_used or 0.0), one.id))


def _one(
    folder: Folder, stands: Callable[[Path, Path], str], look: Callable[[Path], Look]
) -> Known:
    state = str(folder.path)
    if folder.root is None or folder.common is None:
        return Known(
            folder.id, state, Whereabouts.UNKNOWN, why=folder.why, last_used=folder.last_used
        )
    gone = stands(folder.root, folder.common)
    if gone:
        return Known(
            folder.id,
            state,
            Whereabouts.MISSING,
            str(folder.root),
            gone,
            last_used=folder.last_used,
        )
    seen = look(folder.root)
    return Known(
        id=folder.id,
        state=state,
        whereabouts=Whereabouts.HERE,
        root=str(folder.root),
        why=seen.why,
        target=seen.target,
        lanes=seen.lanes,
        started=seen.started,
        running=seen.running,
        needing=seen.needing,
        app_is_open=seen.app_is_open,
        trash=seen.trash,
        vault=seen.vault,
        last_used=folder.last_used,
    )


def look_at(cockpit: LocalCockpit, *, app_is_open: bool | None, vault: int | None) -> Look:
    """The lanes of one repository by their panes; git is not asked. Raises `CockpitError`."""
    work = cockpit.work
    records = shared.records(work)
    shown, why = panes.lanes_of_panes(work)
    running: tuple[str, ...] | None = None
    needing: tuple[str, ...] | None = None
    if not why:
        states: dict[LaneId, Activity] = {
            lane: looking.judge(work, record, shown.get(lane), None)
            for lane, record in records.items()
        }
        running = tuple(lane for lane in records if (p := shown.get(lane)) and not p.dead)
        needing = tuple(lane for lane, seen in states.items() if seen.state in NEEDS_COMMANDER)
    return Look(
        target=cockpit.config.target,
        lanes=tuple(cockpit.config.lanes),
        started=tuple(records),
        running=running,
        needing=needing,
        app_is_open=app_is_open,
        trash=sum(entry.size for entry in work.trash.entries()),
        vault=vault,
        why=why.rstrip("."),
    )
