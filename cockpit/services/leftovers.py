"""Half-made worktrees, which a killed or failed start or gate leaves: to the trash, whole."""

from __future__ import annotations

from pathlib import Path

from cockpit.services.ports import WorktreeInfo
from cockpit.services.workplace import Workplace


def worktree_at(work: Workplace, path: Path) -> WorktreeInfo | None:
    """The linked worktree that git lists at `path`."""
    return next(
        (
            info
            for info in work.git.worktrees()
            if not info.main and work.disk.same(info.path, path)
        ),
        None,
    )


def put_aside(work: Workplace, op: str, path: Path, reason: str) -> None:
    """Move a half-made worktree (folder and git's folders of it) to the trash; nothing is
    deleted. Hold `worktrees`."""
    name = f"{op}-leftover-{int(work.clock.now() * 1000)}"
    info = worktree_at(work, path)
    if work.disk.exists(path):
        work.trash.move(path, work.trash.place_for(path, name))
    if info is not None and work.disk.exists(info.admin):
        work.trash.move(info.admin, work.trash.admin_place_for(name))
    for number, admin in enumerate(work.git.half_made_worktrees(path, reason)):
        work.trash.move(admin, work.trash.admin_place_for(f"{name}-{number}"))
