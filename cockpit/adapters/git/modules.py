"""Submodules that are checked out in a worktree, after its folder or git's folder of it moved.

A submodule's `.git` file and the `core.worktree` of its git folder name each other by relative
paths through both folders, and git 2.39 mends neither (it refuses to move such a worktree).
Both are written anew here. Nothing of it enters the submodule: its configuration is read as
data, and no path is followed through a link.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from cockpit.adapters.git.files import lstat, write_whole
from cockpit.adapters.git.ground import Ground
from cockpit.adapters.git.shadow import read_settings

DEEPEST = 8
"""Submodules in submodules."""


def relink(
    ground: Ground, worktree: Path, admin: Path, old_worktree: Path, old_admin: Path
) -> list[str]:
    """Bring the links after `old_worktree` and `old_admin` became `worktree` and `admin`; can be
    done again. Returns submodules (as paths in the worktree) that were left as they are, since
    they are not where their git folder says, or something else lies there."""
    left = []
    bases = [Path(os.path.realpath(old_worktree)), Path(os.path.realpath(worktree))]
    before, now = Path(os.path.realpath(old_admin)), Path(os.path.realpath(admin))
    for relative in _git_folders(admin / "modules", Path("modules"), DEEPEST):
        named = dict(read_settings(ground.door, admin / relative / "config")).get("core.worktree")
        if not named:
            continue
        path = _within(os.path.normpath(before / relative / named), bases)
        if path is None or not _is_plain(worktree, path):
            left.append(named if path is None else str(path))
            continue
        _write(ground, now / relative, Path(os.path.realpath(worktree)) / path)
    return left


def _write(ground: Ground, git_folder: Path, folder: Path) -> None:
    there = os.path.relpath(git_folder, folder)
    write_whole(folder / ".git", b"gitdir: " + os.fsencode(there) + b"\n")
    back = os.path.relpath(folder, git_folder)
    config = str(git_folder / "config")
    ground.run(["config", "--file", config, "--replace-all", "core.worktree", back])


def _git_folders(folder: Path, relative: Path, deep: int) -> Iterator[Path]:
    """Git folders of submodules below `folder`, and of those in them; `relative` names it."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        seen = lstat(folder / name)
        if seen is None or not stat.S_ISDIR(seen.st_mode) or deep <= 0:
            continue
        config = lstat(folder / name / "config")
        if (folder / name / "HEAD").is_file() and config and stat.S_ISREG(config.st_mode):
            yield relative / name
            inside = "modules"
            yield from _git_folders(folder / name / inside, relative / name / inside, deep - 1)
        else:  # a name with slashes is a folder of folders
            yield from _git_folders(folder / name, relative / name, deep - 1)


def _within(path: str, bases: list[Path]) -> Path | None:
    for base in bases:
        if base in Path(path).parents:
            return Path(path).relative_to(base)
    return None


def _is_plain(worktree: Path, path: Path) -> bool:
    """Whether folders lead to `path` in the worktree and a `.git` file lies in it, without any
    link on the way."""
    place = worktree
    for part in path.parts:
        place = place / part
        seen = lstat(place)
        if seen is None or not stat.S_ISDIR(seen.st_mode):
            return False
    link = lstat(place / ".git")
    return link is not None and stat.S_ISREG(link.st_mode)
