"""Copies of a lane's changed files into a folder of ours, so that git can take them in while
the agent goes on writing: what is replaced, cut short or turned into a link or a pipe under
our hands meets a reader that expects that, and never a git process.

No link is followed and no folder is entered through one, neither where it is read nor where
it is written. What is too large, or can't be read, is stood for by a short text that differs
whenever the file does: the path still counts as changed.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path

from cockpit.adapters.files import CREATE, READ, open_root, opened_parent, read_up_to, write_all
from cockpit.dataclass import dataclass
from cockpit.domain.text import safe

FILES_CAP = 2_000
"""Files of one lane that are copied."""

FILE_CAP = 8 << 20
"""Bytes of one of them."""

TOTAL_CAP = 64 << 20
"""Bytes of all of them."""

_BEHIND_A_LINK = frozenset({errno.ELOOP, errno.ENOTDIR})
_SHOWN = 5

Stamp = tuple[int, int, int, int]
"""Size, times of change in ns and inode: another one when the file is."""


@dataclass(slots=True)
class Copied:
    """What lies in the copy now, and what does not."""

    there: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    """Paths that are no file or link in the worktree (any more)."""
    left_out: list[str] = field(default_factory=list)
    """Sentences without their period."""
    bytes: int = 0


def copy_files(worktree: Path, into: Path, paths: Sequence[str]) -> Copied:
    """Copy `paths` of the worktree to the same names below `into`, which exists and is ours.
    Raises `OSError` when nothing can be written there."""
    done = Copied()
    large: list[str] = []
    unread: list[str] = []
    with open_root(worktree) as source, open_root(into) as target:
        for path in paths[:FILES_CAP]:
            found = _taken(source, path, min(FILE_CAP, TOTAL_CAP - done.bytes))
            if found is None:
                done.gone.append(path)
                continue
            if found.why:
                (large if found.why == "large" else unread).append(path)
            if found.content is not None and _laid_out(target, path, found):
                done.there.append(path)
                done.bytes += len(found.content)
    done.left_out += _said(large, "too large to be read")
    done.left_out += _said(unread, "no file that can be read")
    if len(paths) > FILES_CAP:
        done.left_out.append(f"{len(paths) - FILES_CAP} more changed files")
    return done


def _said(paths: Sequence[str], why: str) -> list[str]:
    rest = [f"{len(paths) - _SHOWN} more that are {why}"] if len(paths) > _SHOWN else []
    return [f"{safe(path, width=120)} is {why}" for path in paths[:_SHOWN]] + rest


@dataclass(frozen=True, slots=True)
class _Found:
    """`content` of a file, or where a link leads; None where there is nothing to keep."""

    content: bytes | None
    link: bool = False
    executable: bool = False
    why: str = ""


def _taken(root: int, path: str, cap: int) -> _Found | None:
    """What lies at `path`; None if no file or link does."""
    try:
        with opened_parent(root, path) as (folder, last):
            seen = os.stat(last, dir_fd=folder, follow_symlinks=False)
            if stat.S_ISLNK(seen.st_mode):
                return _Found(os.fsencode(os.readlink(last, dir_fd=folder)), link=True)
            if stat.S_ISDIR(seen.st_mode):
                return None
            if not stat.S_ISREG(seen.st_mode):
                return _Found(None, why="special")
            return _read(folder, last, seen, cap)
    except OSError as error:
        if error.errno == errno.ENOENT or error.errno in _BEHIND_A_LINK:
            return None  # gone meanwhile; git calls a file behind a link gone too
        return _Found(None, why="unread")


def _read(folder: int, name: str, seen: os.stat_result, cap: int) -> _Found:
    executable = bool(seen.st_mode & stat.S_IXUSR)
    if seen.st_size > cap:
        return _Found(_stand_in(seen), executable=executable, why="large")
    try:
        file = os.open(name, READ, dir_fd=folder)
    except PermissionError:
        return _Found(_stand_in(seen), executable=executable, why="unread")
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            return _Found(None, why="special")
        content = read_up_to(file, cap + 1)
    finally:
        os.close(file)
    if len(content) > cap:
        return _Found(_stand_in(seen), executable=executable, why="large")
    return _Found(content, executable=executable)


def _stand_in(seen: os.stat_result) -> bytes:
    """Bytes that stand for a file that isn't read; binary, so that no line of it is merged."""
    return b"\0cockpit did not read this file: %d bytes of %d\n" % (seen.st_size, seen.st_mtime_ns)


def _laid_out(root: int, path: str, found: _Found) -> bool:
    """Write it down; False where another copied path is in the way (a link in a folder's
    place: the worktree changed between two paths)."""
    assert found.content is not None
    try:
        with opened_parent(root, path, create=True) as (folder, last):
            if found.link:
                os.symlink(found.content, os.fsencode(last), dir_fd=folder)
                return True
            file = os.open(last, CREATE, 0o700 if found.executable else 0o600, dir_fd=folder)
            try:
                write_all(file, found.content)
            finally:
                os.close(file)
    except OSError as error:
        if error.errno in _BEHIND_A_LINK or error.errno in (errno.EEXIST, errno.EISDIR):
            return False
        raise
    return True


def stamps(worktree: Path, paths: Sequence[str]) -> dict[str, Stamp | None]:
    """Each file as it stands now, without opening it; None where nothing lies."""
    found: dict[str, Stamp | None] = {}
    for path in paths[:FILES_CAP]:
        try:
            seen = os.lstat(worktree / path)
        except OSError:
            found[path] = None
        else:
            found[path] = (seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino)
    return found


@contextmanager
def private_folder(folder: Path) -> Iterator[Path]:
    """A new folder, gone at the end."""
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
