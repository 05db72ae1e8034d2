"""Whether a child of ours has exited, without reaping it: as long as it is a zombie its pid and
session id are nobody else's.
"""

from __future__ import annotations

import os
import sys

from cockpit.adapters.platform import traits

_PID = 1
"""`P_PID`"""
_BITS = {"darwin": (0x04 | 0x20 | 0x01, 12), "linux": (0x04 | 0x01000000 | 0x01, 16)}
"""System → `WEXITED | WNOWAIT | WNOHANG`, and where `si_pid` lies in its `siginfo_t`; the
offset on Linux is that of 64-bit machines."""


def has_exited(pid: int) -> bool:
    """Whether our child `pid` has exited. Raises `ChildProcessError` for who is no child."""
    if traits.current.waitid:
        flags = os.WEXITED | os.WNOWAIT | os.WNOHANG
        return os.waitid(os.P_PID, pid, flags) is not None
    return _by_libc(pid)


def _by_libc(pid: int) -> bool:
    """The same system call where this Python does not offer it."""
    import ctypes

    flags, offset = _BITS["darwin" if traits.current.is_mac else "linux"]
    info = ctypes.create_string_buffer(256)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.waitid(_PID, ctypes.c_uint(pid), info, flags) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return int.from_bytes(info.raw[offset : offset + 4], sys.byteorder) == pid
