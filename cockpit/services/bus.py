"""The files of tasks and results: where they lie, and kept out of `git status`."""

from __future__ import annotations

import os

from cockpit.config.model import LaneMode
from cockpit.services.naming import worktree_of
from cockpit.services.workplace import Workplace

RESULTS = "results/task-"
"""A lane may always write its own results; they are no part of its change."""


def keep_out_of_status(work: Workplace) -> None:
    """One marked block in `.git/info/exclude`: the bus, and lanes inside the checkout
    (one of the two declared exceptions of DESIGN §3.8)."""
    patterns = []
    bus = os.path.normpath(work.config.bus)
    prefix = "" if bus == "." else f"{bus}/"
    if not os.path.isabs(bus) and not bus.startswith(".."):
        patterns += [f"/{prefix}tasks/", f"/{prefix}results/", f"/{prefix}master_plan.md"]
    for lane in work.config.lanes.values():
        if lane.mode is not LaneMode.WORKTREE:
            continue
        path = worktree_of(work, lane)
        if path.is_relative_to(work.root):
            patterns.append("/" + path.relative_to(work.root).as_posix() + "/")
    work.git.exclude(patterns)


def is_own_result(path: str) -> bool:
    """Whether a path is a result file, which clean and zone checks pass over."""
    return path.startswith(RESULTS)
