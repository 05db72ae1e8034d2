"""Everything the services work with, in one bundle that `wiring` fills."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cockpit.config.model import Config, LaneConfig
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
    probe: Probe = no_probe
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

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
            self.lane(lane)
            raise Refused(
                f"Lane {lane} is not started.",
                hint=f"Start it with `cockpit start {lane}` or with s on the board.",
            )
        return found
