"""Walking a folder that others may be changing, by descriptors, never through a symlink.

Shared by the vault (read everything), the trash (measure, delete) and setup (copy). Only
one descriptor is held at a time, so depth is limited by nothing but patience: a folder is
opened from the root, component by component.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import field

from cockpit.adapters.files import FOLDER, open_folder
from cockpit.dataclass import dataclass

Parts = tuple[str, ...]
GONE = frozenset({errno.ENOENT, errno.ELOOP, errno.ENOTDIR})
"""What opening a folder says when it vanished, or became something else, after it was listed."""


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder while it is open: `fd` is closed as soon as the walk goes on.

    `entries` are (name, lstat) in byte order. `error` tells why it could not be listed.
    """

    parts: Parts
    fd: int
    entries: list[tuple[str, os.stat_result]] = field(default_factory=list)
    error: OSError | None = None


def _enter_all(parts: Parts, facts: os.stat_result) -> bool:
    return True


def folders(
    root: int, *, enter: Callable[[Parts, os.stat_result], bool] = _enter_all
) -> Iterator[Folder]:
    """`root` and every folder below it, parents first; `enter` may leave some out.

    A folder on another file system is listed by its parent but not entered. Raises OSError
    only for `root` itself.
    """
    device = os.fstat(root).st_dev
    pending: list[Parts] = [()]
    while pending:
        parts = pending.pop()
        try:
            fd = open_folder(root, parts)
        except OSError as error:
            yield Folder(parts, -1, error=error)
            continue
        try:
            listing = _listing(fd)
            yield Folder(parts, fd, listing)
        except OSError as error:
            if not parts:
                raise
            yield Folder(parts, -1, error=error)
            continue
        finally:
            os.close(fd)
        below = [
            (*parts, name)
            for name, facts in listing
            if stat.S_ISDIR(facts.st_mode)
            and facts.st_dev == device
            and enter((*parts, name), facts)
        ]
        pending.extend(reversed(below))


def _listing(fd: int) -> list[tuple[str, os.stat_result]]:
    entries = []
    with os.scandir(fd) as scan:
        for entry in scan:
            with contextlib.suppress(FileNotFoundError):
                entries.append((entry.name, entry.stat(follow_symlinks=False)))
    entries.sort(key=lambda pair: os.fsencode(pair[0]))
    return entries


@dataclass(frozen=True, slots=True)
class Measure:
    """`size` in bytes as the disk holds them (holes of sparse files don't count)."""

    size: int
    files: int
    complete: bool


def measure(
    root: int,
    *,
    enter: Callable[[Parts, os.stat_result], bool] = _enter_all,
    cap: int | None = None,
) -> Measure:
    """What lies below `root`; stops after `cap` entries and says so."""
    size = files = 0
    for folder in folders(root, enter=enter):
        for _name, facts in folder.entries:
            files += 1
            if stat.S_ISREG(facts.st_mode):
                size += min(facts.st_size, facts.st_blocks * 512)
        if cap is not None and files >= cap:
            return Measure(size, files, complete=False)
    return Measure(size, files, complete=True)


def delete(parent: int, name: str) -> None:
    """Really delete `name` in `parent`, a folder with everything below it; gone is fine.

    Symlinks are removed, not followed; folders without write permission are opened up first
    (they are ours and on their way out). Never crosses into another file system: raises
    OSError (EXDEV) there, as for anything that can't be removed.
    """
    try:
        facts = os.stat(name, dir_fd=parent, follow_symlinks=False)
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(facts.st_mode):
        os.unlink(name, dir_fd=parent)
        return
    root = _open_writable(parent, name)
    try:
        _delete_below(root, facts.st_dev)
    finally:
        os.close(root)
    os.rmdir(name, dir_fd=parent)


def _delete_below(root: int, device: int) -> None:
    """Depth first with an explicit stack of (parts, subfolders seen); one descriptor open."""
    stack: list[Parts] = [()]
    while stack:
        parts = stack[-1]
        fd = open_folder(root, parts)
        try:
            below = _clear_files(fd, parts, device)
        finally:
            os.close(fd)
        if below:
            stack.extend((*parts, name) for name in below)
            continue
        stack.pop()
        if parts:
            holder = open_folder(root, parts[:-1])
            try:
                os.rmdir(parts[-1], dir_fd=holder)
            finally:
                os.close(holder)


def _clear_files(fd: int, parts: Parts, device: int) -> list[str]:
    """Unlink all but folders in `fd`; returns the folders, made enterable."""
    below = []
    for name, facts in _listing(fd):
        if not stat.S_ISDIR(facts.st_mode):
            os.unlink(name, dir_fd=fd)
            continue
        if facts.st_dev != device:
            raise OSError(
                errno.EXDEV, "another file system is mounted there", "/".join((*parts, name))
            )
        os.close(_open_writable(fd, name))
        below.append(name)
    return below


def _open_writable(parent: int, name: str) -> int:
    """Open a folder that must be emptied, adding our own rwx to its mode where it lacks."""
    try:
        fd = os.open(name, FOLDER, dir_fd=parent)
    except PermissionError:
        os.chmod(name, 0o700, dir_fd=parent)  # a symlink would have failed with ELOOP above
        fd = os.open(name, FOLDER, dir_fd=parent)
    mode = stat.S_IMODE(os.fstat(fd).st_mode)
    if mode & 0o700 != 0o700:
        os.fchmod(fd, mode | 0o700)
    return fd
