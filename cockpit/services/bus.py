"""The files of tasks and results: where they lie, and kept out of `git status`."""

from __future__ import annotations

import os
import re
from pathlib import Path

from cockpit.config.model import LaneMode
from cockpit.domain.bus import BusFolder
from cockpit.domain.taskname import id_of_name, is_file_of_tasks
from cockpit.services import ledgers
from cockpit.services.naming import worktree_of
from cockpit.services.workplace import Workplace


def keep_out_of_status(work: Workplace, *more: Path) -> None:
    """One marked block in `.git/info/exclude`: the bus, lanes inside the checkout (`more` are
    folders of lanes that are being made), and what setup links (one of the two declared
    exceptions of DESIGN §3.8).

    A link needs it since the usual `node_modules/` ignores folders only: a lane would never
    be clean, and `git add -A` in it would commit the link.
    """
    patterns = []
    bus = os.path.normpath(work.config.bus)
    prefix = "" if bus == "." else f"{_literal(bus)}/"
    if not os.path.isabs(bus) and not bus.startswith(".."):
        patterns += [f"/{prefix}tasks/", f"/{prefix}results/", f"/{prefix}master_plan.md"]
        for name in filter(None, (*ledgers.names(work), ledgers.view_name(work))):
            patterns.append(f"/{prefix}{_literal(name)}")
    patterns += [
        "/" + _literal(path.relative_to(work.root).as_posix()) + "/"
        for path in _lane_folders(work, *more)
        if path.is_relative_to(work.root)
    ]
    patterns += ["/" + _literal(os.path.normpath(name)) for name in work.config.setup.link]
    work.git.exclude(patterns)


def _lane_folders(work: Workplace, *more: Path) -> list[Path]:
    """Where lanes lie or would lie, each once."""
    would = [
        worktree_of(work, lane)
        for lane in work.config.lanes.values()
        if lane.mode is LaneMode.WORKTREE
    ]
    do = [record.worktree for record in work.registry.lanes().values()]
    return list(dict.fromkeys([*would, *do, *more]))


def _literal(path: str) -> str:
    """A path as an exclude pattern that matches only itself."""
    return re.sub(r"([\\*?\[]|\s(?=\s*$))", r"\\\1", path)


def is_own_result(path: str) -> bool:
    """Whether a path is a result file, which clean and zone checks pass over: a lane may always
    write its results, and they are no part of its change."""
    folder, _, name = path.rpartition("/")
    return folder == BusFolder.RESULTS and is_file_of_tasks(name) and bool(id_of_name(name))
