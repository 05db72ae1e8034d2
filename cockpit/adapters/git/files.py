"""Reading and writing single files that others can replace under our hands.

Agents share the git directory with us: what should be a small file may be a symlink, a FIFO
or a gigabyte. Nothing here follows a final symlink unless it says so, blocks, or reads more
than its cap (`facts/security.md` §3.5).
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

SMALL = 1 << 20
"""Bytes; a HEAD, link or state file of git is far smaller."""


def read_small(path: Path, *, cap: int = SMALL, follow: bool = False) -> bytes | None:
    """The content of a regular file, at most `cap` bytes; None if there is no such file.

    `follow` allows a final symlink (some people link `.git/config`).
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    try:
        descriptor = os.open(path, flags)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        pieces, left = [], cap
        while left > 0 and (piece := os.read(descriptor, min(left, 1 << 16))):
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def write_whole(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Replace `path` by temporary file, fsync and rename; raises `OSError`."""
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.rename(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` durable; a file system that can't is not an error."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass  # some network file systems refuse fsync on folders
    finally:
        os.close(descriptor)


def lstat(path: Path | str) -> os.stat_result | None:
    """`lstat` with None for what isn't there (or lies behind a file)."""
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
