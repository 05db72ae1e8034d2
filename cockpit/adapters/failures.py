"""Failed system calls as sentences for people, and paths and sizes that can stand in them."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator

from cockpit.domain.text import safe
from cockpit.errors import CockpitError


def shown(path: str | os.PathLike[str]) -> str:
    """A path for a sentence: one line, no control characters."""
    return safe(os.fspath(path), width=400).text


def size_text(size: int) -> str:
    """Bytes for people: `812 B`, `3.4 MB`."""
    value = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def explain(error: OSError, doing: str, path: str | os.PathLike[str]) -> CockpitError:
    """The sentence for a failed system call; `doing` is an infinitive (`write`)."""
    where = shown(path)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        what = "The disk is full" if error.errno == errno.ENOSPC else "Your disk quota is used up"
        return CockpitError(
            f"{what}: cannot {doing} {where}",
            detail=str(error),
            hint="Free some space on that file system, then run the command again; "
            "what was under way is finished or taken back at the next start.",
        )
    if error.errno == errno.EROFS:
        return CockpitError(
            f"The file system is read-only: cannot {doing} {where}",
            detail=str(error),
            hint="Remount it for writing, or put the state elsewhere with XDG_STATE_HOME.",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return CockpitError(
            f"Permission denied: cannot {doing} {where}",
            detail=str(error),
            hint="Check who owns it and its mode with `ls -ld`.",
        )
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return CockpitError(
            f"Too many open files: cannot {doing} {where}",
            detail=str(error),
            hint="Raise the limit with `ulimit -n 4096` and start again.",
        )
    return CockpitError(f"Cannot {doing} {where}", detail=str(error))


@contextlib.contextmanager
def explained(doing: str, path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn any OSError inside into a `CockpitError` that names `path`."""
    try:
        yield
    except OSError as error:
        raise explain(error, doing, path) from error
