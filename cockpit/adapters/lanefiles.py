"""Setup's file work in a fresh worktree, where an agent may have put symlinks already.

Every name is walked component by component below the worktree's descriptor, never through a
symlink. A file appears whole and with its final mode (a 0600 secret is never readable by
others, not even while it is written), and only where nothing is: `link(2)` of a finished
temporary file refuses to replace. What differs from the source is left and reported.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from cockpit.adapters.failures import explain, shown
from cockpit.adapters.files import (
    READ,
    open_root,
    opened_parent,
    parts_of,
    read_up_to,
    sweep_temporaries,
    write_at,
)
from cockpit.adapters.lane_copy import REWRITE_CAP, copy_named, symlink_at
from cockpit.adapters.rewriting import moved_paths
from cockpit.errors import CockpitError, Refused

_Action = Callable[[str, int, str], str | None]


class SafeLaneFiles:
    """Fulfils `LaneFiles`: each method returns a line for every name that was not done: the
    bare name if it is missing, else `name (why)`. All can be done again after a kill."""

    def copy(self, source_root: Path, worktree: Path, names: Sequence[str]) -> list[str]:
        """Copy files and folders with their modes. A symlink named itself is followed in the
        commander's checkout (`.env` often is one); inside folders links stay links."""

        def act(name: str, parent: int, last: str) -> str | None:
            return copy_named(source_root, worktree, name, parent, last)

        return _each(worktree, names, act, source_root)

    def link(self, source_root: Path, worktree: Path, names: Sequence[str]) -> list[str]:
        """Symlinks to the absolute place in the source, unless something is there already."""

        def act(name: str, parent: int, last: str) -> str | None:
            goal = os.path.abspath(source_root.joinpath(*parts_of(name)))
            return symlink_at(goal, parent, last)

        return _each(worktree, names, act, source_root)

    def rewrite(self, source_root: Path, worktree: Path, names: Sequence[str]) -> list[str]:
        """Put the worktree's absolute path in place of the source's, in text files that are
        in the worktree; done already is fine."""

        def act(name: str, parent: int, last: str) -> str | None:
            return _rewrite(source_root, worktree, parent, last)

        return _each(worktree, names, act, None)

    def write(self, worktree: Path, name: str, content: bytes) -> None:
        """A 0600 file with exactly this content, in place of whatever file was there."""
        _refuse_git(name)
        try:
            with (
                open_root(worktree) as root,
                opened_parent(root, name, create=True) as (parent, last),
            ):
                sweep_temporaries(parent)
                write_at(parent, last, content)
        except OSError as error:
            raise _explained(error, name) from error


def _each(
    worktree: Path, names: Sequence[str], act: _Action, source_root: Path | None
) -> list[str]:
    """Run `act(name, parent descriptor, last component)` for each; it returns None (done),
    "" (missing) or why it was left. With `source_root`, names missing there are reported,
    and folders on the way to the others are made."""
    report = []
    for name in names:
        _refuse_git(name)
        why: str | None = ""
        try:
            create = source_root is not None
            if source_root is None or source_root.joinpath(*parts_of(name)).exists():
                with (
                    open_root(worktree) as root,
                    opened_parent(root, name, create=create) as (parent, last),
                ):
                    sweep_temporaries(parent)
                    why = act(name, parent, last)
        except FileNotFoundError:
            why = ""
        except OSError as error:
            raise _explained(error, name) from error
        if why is not None:
            report.append(f"{name} ({why})" if why else name)
    return report


def _refuse_git(name: str) -> None:
    if any(part.lower().rstrip(" .") == ".git" for part in parts_of(name)):
        raise Refused(
            f"{shown(name)} lies in git's own folder",
            hint="Take it out of `setup` in lanes.yaml.",
        )


def _explained(error: OSError, name: str) -> CockpitError:
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return Refused(
            f"{shown(name)} in the lane lies behind a symlink or a file; nothing was written",
            hint="Look at who put it there, and remove it if it is not yours.",
        )
    return explain(error, "set up", name)


# ---------------------------------------------------------------- link, rewrite


def _rewrite(source_root: Path, worktree: Path, parent: int, last: str) -> str | None:
    try:
        file = os.open(last, READ, dir_fd=parent)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            return "not a regular file in the lane"
        raise
    try:
        facts = os.fstat(file)
        if not stat.S_ISREG(facts.st_mode) or facts.st_nlink > 1:
            return "not a regular file in the lane, or one with hard links"
        if facts.st_size > REWRITE_CAP:
            return "too large"
        content = read_up_to(file, REWRITE_CAP + 1)
    finally:
        os.close(file)
    changed = moved_paths(content, source_root, worktree)
    if changed != content:
        write_at(parent, last, changed, mode=stat.S_IMODE(facts.st_mode) & 0o777)
    return None
