"""Which folders the app watches, by what a change in them means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cockpit import paths
from cockpit.domain.bus import BusFolder
from cockpit.services import tasks
from cockpit.services.workplace import Workplace

REPOSITORY = ""
"""The label of what all lanes share."""

BUS = "tasks/"
"""The label of tasks, results and the plan, those in lanes' own worktrees too. Every other
label without a slash is a lane's name."""

CONFIG = "lanes.yaml/"
"""The label of the folder that holds lanes.yaml."""

LOOKS = "config/"
"""The label of the commander's own themes and keys."""


class WatchedFolders:
    """The folders by label. `find` asks git and the disk, so it is called off the event loop;
    `now` only tells what was found."""

    def __init__(self, work: Callable[[], Workplace]) -> None:
        self._now = work
        self._found: dict[str, Sequence[Path]] = {}

    def now(self) -> Mapping[str, Sequence[Path]]:
        return self._found

    def find(self) -> None:
        """Look anew for lanes that came or went. Raises `CockpitError`."""
        work = self._now()
        common = work.git.common_dir
        folders: dict[str, Sequence[Path]] = {
            REPOSITORY: [common, common / "refs" / "heads", common / "worktrees"]
        }
        bus = tasks.root_of(work)
        places = [bus, bus / BusFolder.TASKS, bus / BusFolder.RESULTS]
        for lane, record in work.registry.lanes().items():
            places.append(record.worktree / work.config.bus / BusFolder.RESULTS)
            known = self._found.get(lane)
            if known and known[0] == record.admin and record.worktree in known:  # not moved
                folders[lane] = known
            elif work.disk.is_folder(record.worktree):
                tracked = work.git.tracked_folders(record.worktree)
                folders[lane] = [record.admin, record.admin / "logs", *tracked]
        folders[BUS] = places
        folders[LOOKS] = [paths.config_home(), paths.config_home() / "themes"]
        folders[CONFIG] = [work.root]
        self._found = folders
