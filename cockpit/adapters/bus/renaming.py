"""`renameat2`, which Python does not offer: never over something, or two names exchanged."""

from __future__ import annotations

import ctypes
import errno
import os

_NOREPLACE = 1
_EXCHANGE = 2
_CANNOT = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP})
"""The kernel or the file system knows no such rename."""


def rename_no_replace(folder: int, old: str, new: str) -> None:
    """Raises `FileExistsError` where `new` is taken. Where the file system can't, a hard link
    and an unlink do it."""
    if _renamed(folder, old, new, _NOREPLACE):
        return
    os.link(old, new, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    os.unlink(old, dir_fd=folder)


def exchange(folder: int, one: str, other: str) -> bool:
    """Each name gets what the other had, in one step; False where the file system can't."""
    return _renamed(folder, one, other, _EXCHANGE)


def _renamed(folder: int, old: str, new: str, how: int) -> bool:
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    if call(folder, os.fsencode(old), folder, os.fsencode(new), how) == 0:
        return True
    code = ctypes.get_errno()
    if code in _CANNOT:
        return False
    raise OSError(code, os.strerror(code), new)
