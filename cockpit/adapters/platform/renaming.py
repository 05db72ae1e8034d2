"""Renames that Python does not offer: never over something, or two names exchanged.

Linux has `renameat2`, macOS `renameatx_np` with the same arguments and other flags.
"""

from __future__ import annotations

import errno
import os

from cockpit.adapters.platform import traits

_FLAGS = {"renameat2": (1, 2), "renameatx_np": (4, 2)}
"""Call → its flags for "never over something" and "exchange"."""
_CANNOT = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP})
"""The kernel or the file system knows no such rename."""


def rename_no_replace(folder: int, old: str, new: str) -> None:
    """Raises `FileExistsError` where `new` is taken. Where the file system can't, a hard link
    and an unlink do it."""
    if _renamed(folder, old, new, 0):
        return
    os.link(old, new, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    os.unlink(old, dir_fd=folder)


def exchange(folder: int, one: str, other: str) -> bool:
    """Each name gets what the other had, in one step; False where the file system can't."""
    return _renamed(folder, one, other, 1)


def _renamed(folder: int, old: str, new: str, which: int) -> bool:
    name = traits.current.rename
    if not name:
        return False
    import ctypes

    call = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if call is None:
        return False
    if call(folder, os.fsencode(old), folder, os.fsencode(new), _FLAGS[name][which]) == 0:
        return True
    code = ctypes.get_errno()
    if code in _CANNOT:
        return False
    raise OSError(code, os.strerror(code), new)
