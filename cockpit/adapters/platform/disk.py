"""Flushing a whole file system."""

from __future__ import annotations

import os


def flush_filesystem(folder: int) -> None:
    """Make everything on the file system of this folder durable: `syncfs` where libc has it,
    else a `sync` of everything. Raises OSError."""
    import ctypes

    call = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if call is None:
        os.sync()
    elif call(folder) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
