"""One file of a lane's worktree as it lies on the disk, read without following anything."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from cockpit.adapters.git.checkout import open_parent
from cockpit.domain.change import LINK
from cockpit.domain.edit import DiskFile
from cockpit.errors import Refused

CAP = 64 << 20
"""Bytes of a file above which it is not edited."""


def blob_id(content: bytes, length: int) -> str:
    """The id of these bytes as a blob; `length` is that of the repository's ids."""
    data = b"blob %d\0" % len(content) + content
    return hashlib.sha1(data).hexdigest() if length == 40 else hashlib.sha256(data).hexdigest()


def read_disk(root: Path, path: str, length: int, *, cap: int = CAP) -> DiskFile:
    """What lies at `path` below `root`; nothing, if it or a folder above it is missing (or is
    a file). Raises `Refused` for what is neither file nor link, and above `cap` bytes."""
    name = path.rpartition("/")[2]
    try:
        folder = open_parent(root, path, create=False)
    except (FileNotFoundError, NotADirectoryError):
        return DiskFile()
    except OSError as error:
        raise Refused(
            f"A folder above {path!r} is a link or can't be read.",
            detail=str(error),
            hint="Look at it in the lane's folder; nothing was changed.",
        ) from error
    try:
        seen = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if stat.S_ISLNK(seen.st_mode):
            target = os.fsencode(os.readlink(name, dir_fd=folder))
            return DiskFile(LINK, 0o777, blob_id(target, length), target)
        if not stat.S_ISREG(seen.st_mode):
            raise Refused(f"{path!r} is neither a file nor a link.", hint="It is left as it is.")
        content = _read(folder, name, cap)
    except (FileNotFoundError, NotADirectoryError):
        return DiskFile()
    finally:
        os.close(folder)
    if content is None:
        raise Refused(f"{path!r} is larger than {cap >> 20} MB.", hint="Edit it in the lane.")
    permissions = stat.S_IMODE(seen.st_mode)
    mode = "100755" if permissions & 0o100 else "100644"
    return DiskFile(mode, permissions, blob_id(content, length), content)


def _read(folder: int, name: str, cap: int) -> bytes | None:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(name, flags, dir_fd=folder)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FileNotFoundError(name)
        pieces, left = [], cap + 1
        while left > 0 and (piece := os.read(descriptor, min(left, 1 << 20))):
            pieces.append(piece)
            left -= len(piece)
    finally:
        os.close(descriptor)
    return None if left <= 0 else b"".join(pieces)
