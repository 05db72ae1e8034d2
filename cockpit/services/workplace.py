"""Everything the services work with, in one bundle that `wiring` fills."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path

from cockpit.config.model import Config, LaneConfig
from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId, RefName, branch_ref
from cockpit.domain.lane import LaneRecord
from cockpit.errors import Refused, UsageError
from cockpit.services.ports import (
    Agents,
    Approvals,
    Bus,
    Clock,
    Disk,
    Git,
    Journal,
    LaneFiles,
    Locks,
    Papers,
    Processes,
    Registry,
    Runner,
    StateFiles,
    Tmux,
    Trash,
    Vault,
)

Probe = Callable[[str], None]


def no_probe(_where: str) -> None:
    """Nothing: only the fault harness passes a probe that ends the process."""


def refuse_shared(lane: LaneId, why: str = "") -> Refused:
    """For what is not for a lane in the main checkout."""
    return Refused(
        f"Lane {lane} works in the main checkout (`mode: shared`): it has no branch and no "
        "worktree of its own.",
        detail=why,
        hint=f"Talk to it with `cockpit send {lane} …`, or end it with `cockpit stop {lane}`.",
    )


@dataclass(frozen=True, slots=True)
class Workplace:
    """The ports, the configuration and the two folders. `probe` is called between steps."""

    config: Config
    repository: str
    root: Path
    state_dir: Path
    clock: Clock
    disk: Disk
    locks: Locks
    journal: Journal
    registry: Registry
    shared: Registry
    """Lanes in the main checkout, apart from the others (`services/shared.py` says why)."""
    state: StateFiles
    git: Git
    vault: Vault
    trash: Trash
    processes: Processes
    runner: Runner
    files: LaneFiles
    tmux: Tmux
    agents: Agents
    approvals: Approvals
    bus_files: Bus
    papers: Papers
    probe: Probe = no_probe
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    ssh_link: Path | None = None
    """Where our link to the commander's ssh agent is, if a program could use it."""

    @property
    def target(self) -> RefName:
        return branch_ref(self.config.target)

    def lane(self, lane: LaneId) -> LaneConfig:
        """The lane's configuration. Raises `UsageError` naming the lanes there are."""
        found = self.config.lanes.get(lane)
        if found is None:
            names = ", ".join(self.config.lanes) or "none"
            raise UsageError(
                f"There is no lane {lane!r} in {self.config.path.name}.",
                detail=f"Lanes: {names}.",
                hint=f"Add it under `lanes:` in {self.config.path} or name one of these.",
            )
        return found

    def record(self, lane: LaneId) -> LaneRecord:
        """Our state's record of a started lane. Raises `Refused` when it was not started."""
        found = self.registry.lanes().get(lane)
        if found is None:
            if lane in self.shared.lanes():
                raise refuse_shared(lane)
            self.lane(lane)
            raise Refused(
                f"Lane {lane} is not started.",
                hint=f"Start it with `cockpit start {lane}` or with s on the board.",
            )
        return found
