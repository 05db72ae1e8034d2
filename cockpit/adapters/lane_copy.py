"""Copying into a lane: a file appears whole and with its final mode, only where nothing is."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from cockpit.adapters.files import (
    CREATE,
    READ,
    TEMPORARY,
    open_root,
    opened_parent,
    parts_of,
    read_up_to,
    sweep_temporaries,
    write_all,
)
from cockpit.adapters.rewriting import moved_paths
from cockpit.adapters.tree import folders

REWRITE_CAP = 4 << 20
"""Bytes of a file in which paths are rewritten."""
ENTRIES_CAP = 50_000
"""Entries of a folder that is copied; more belongs into `link`."""
_COPY_CHUNK = 1 << 20


def copy_named(source_root: Path, worktree: Path, name: str, parent: int, last: str) -> str | None:
    source = source_root.joinpath(*parts_of(name))
    try:
        facts = os.stat(source)
    except FileNotFoundError:
        return ""
    if stat.S_ISDIR(facts.st_mode):
        return _copy_folder(source, parent, last)
    if not stat.S_ISREG(facts.st_mode):
        return "neither a file nor a folder in the source"
    file = os.open(source, READ & ~os.O_NOFOLLOW)
    try:
        rewritten = (source_root, worktree)
        return _copy_file(file, parent, last, rewritten=rewritten)
    finally:
        os.close(file)


def _copy_file(
    file: int, parent: int, last: str, *, rewritten: tuple[Path, Path] | None = None
) -> str | None:
    """Copy an open regular file to where nothing is yet."""
    facts = os.fstat(file)
    if not stat.S_ISREG(facts.st_mode):
        return "not a regular file in the source"
    if _exists(parent, last):
        return None if _same(file, parent, last, rewritten) else "exists and differs"
    with _temporary(parent) as (temporary, target):
        while chunk := os.read(file, _COPY_CHUNK):
            write_all(target, chunk)
        os.fchmod(target, stat.S_IMODE(facts.st_mode) & 0o777)
        os.fsync(target)
        if not _place(parent, temporary, last):
            return "exists and differs"
    os.fsync(parent)
    return None


@contextlib.contextmanager
def _temporary(parent: int) -> Iterator[tuple[str, int]]:
    """A new private file in `parent`, removed at the end unless it was renamed away."""
    name = TEMPORARY + secrets.token_hex(8)
    file = os.open(name, CREATE, 0o600, dir_fd=parent)
    try:
        yield name, file
    finally:
        os.close(file)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=parent)


def _place(parent: int, temporary: str, last: str) -> bool:
    """Give a finished file its name; False if something has that name by now."""
    try:
        os.link(temporary, last, src_dir_fd=parent, dst_dir_fd=parent, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
            raise
        os.rename(temporary, last, src_dir_fd=parent, dst_dir_fd=parent)  # no hard links there
    return True


def _exists(parent: int, last: str) -> bool:
    try:
        os.stat(last, dir_fd=parent, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _same(file: int, parent: int, last: str, rewritten: tuple[Path, Path] | None) -> bool:
    """Whether the lane's file is what a copy (and a rewrite of it) would have made."""
    try:
        theirs = os.open(last, READ, dir_fd=parent)
    except OSError:  # a symlink, a socket: not what we would have made
        return False
    try:
        facts, wanted = os.fstat(theirs), os.fstat(file)
        if not stat.S_ISREG(facts.st_mode):
            return False
        if facts.st_size == wanted.st_size and _equal(theirs, file):
            return True
        if rewritten is None or max(facts.st_size, wanted.st_size) > REWRITE_CAP:
            return False
        os.lseek(file, 0, os.SEEK_SET)
        os.lseek(theirs, 0, os.SEEK_SET)
        expected = moved_paths(read_up_to(file, REWRITE_CAP), *rewritten)
        return expected == read_up_to(theirs, REWRITE_CAP + 1)
    finally:
        os.close(theirs)


def _equal(one: int, two: int) -> bool:
    while True:
        left, right = read_up_to(one, _COPY_CHUNK), read_up_to(two, _COPY_CHUNK)
        if left != right:
            return False
        if not left:
            return True


def _copy_folder(source: Path, parent: int, last: str) -> str | None:
    """Copy a folder into the lane; what exists there and differs is left and counted."""
    left = 0
    seen = 0
    with open_root(source) as root:
        modes: list[tuple[str, int]] = [(last, os.fstat(root).st_mode)]
        for folder in folders(root):
            if folder.error is not None:
                raise folder.error
            seen += len(folder.entries)
            if seen > ENTRIES_CAP:
                return f"more than {ENTRIES_CAP} entries; use `link`"
            here = "/".join((last, *folder.parts))
            with opened_parent(parent, f"{here}/.", create=True) as (_, _name):
                pass
            left += _copy_entries(folder.fd, folder.entries, parent, here)
            modes.extend(
                (f"{here}/{name}", facts.st_mode)
                for name, facts in folder.entries
                if stat.S_ISDIR(facts.st_mode)
            )
    _set_modes(parent, modes)
    return f"{left} files in it exist and differ" if left else None


def _copy_entries(
    source: int, entries: list[tuple[str, os.stat_result]], parent: int, here: str
) -> int:
    """Copy files and links of one folder; returns how many were left. Specials and `.git`
    are left out: a nested repository has its own way to be set up."""
    left = 0
    with opened_parent(parent, f"{here}/x", create=True) as (target, _):
        sweep_temporaries(target)
        for name, facts in entries:
            if stat.S_ISREG(facts.st_mode):
                file = os.open(name, READ, dir_fd=source)
                try:
                    left += _copy_file(file, target, name) is not None
                finally:
                    os.close(file)
            elif stat.S_ISLNK(facts.st_mode):
                goal = os.readlink(name, dir_fd=source)
                left += symlink_at(goal, target, name) is not None
    return left


def _set_modes(parent: int, modes: list[tuple[str, int]]) -> None:
    """Folder modes, deepest first, so that a read-only one was filled before."""
    for path, mode in reversed(modes):
        with opened_parent(parent, f"{path}/x") as (folder, _):
            os.fchmod(folder, stat.S_IMODE(mode) & 0o777)


def symlink_at(goal: str, parent: int, last: str) -> str | None:
    try:
        os.symlink(goal, last, dir_fd=parent)
    except FileExistsError:
        try:
            same = os.readlink(last, dir_fd=parent) == goal
        except OSError:  # it is no symlink
            same = False
        return None if same else "something else exists there"
    os.fsync(parent)
    return None
