"""What macOS tells only through its own library: a process's working folder, who listens."""

from __future__ import annotations

import os

_LIBRARY = "/usr/lib/libproc.dylib"
_FLAVOUR = 9
"""`PROC_PIDVNODEPATHINFO`"""
_INFO = 152
"""Bytes of `struct vnode_info`, which stands before each path."""
_PATH = 1024
"""`MAXPATHLEN`"""
SIZE = 2 * (_INFO + _PATH)
"""Bytes of `struct proc_vnodepathinfo`: the working folder, then the root."""


def working_folder(pid: int) -> str:
    """By `proc_pidinfo`; empty where it can't be told (another user's process)."""
    import ctypes

    try:
        call = ctypes.CDLL(_LIBRARY, use_errno=True).proc_pidinfo
    except (OSError, AttributeError):
        return ""
    buffer = ctypes.create_string_buffer(SIZE)
    size = call(pid, _FLAVOUR, ctypes.c_uint64(0), buffer, SIZE)
    return folder_in(buffer.raw) if size == SIZE else ""


def folder_in(raw: bytes) -> str:
    """The working folder in a `struct proc_vnodepathinfo`; empty for what is no path."""
    path = raw[_INFO : _INFO + _PATH].split(b"\0", 1)[0]
    return os.fsdecode(path) if path.startswith(b"/") else ""
