"""Files that cockpit keeps below the bus's root for people: ledgers, the plan's table.

Agents and the Oracle write there too, at any moment. So a file is only ever changed from the
content that was seen: the new one is written beside it and the two names are exchanged in one
step; if what came out is not what was seen, it goes back. What can't go back, since a third
one was written meanwhile, is kept under a name of its own.

| died after | left behind | next write in that folder |
|---|---|---|
| temporary file | a hidden file with our content | taken away |
| exchange | the new file; what it replaced under the hidden name | taken away if it is what was \
seen, else kept under a name of its own |
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
import time
from pathlib import Path

from cockpit.adapters.failures import explain, explained, shown
from cockpit.adapters.files import (
    CAP,
    CREATE,
    open_root,
    opened_parent,
    read_small,
    write_all,
)
from cockpit.adapters.platform.renaming import exchange as exchange
from cockpit.adapters.platform.renaming import rename_no_replace
from cockpit.errors import CockpitError, Refused

HIDDEN = ".cockpit-paper-"
"""Prefix of a file that is not in its place yet; two digests and the name itself follow."""

NEW_MODE = 0o644
_DIGEST = 16


class FolderPapers:
    """Fulfils `ports.Papers`. Callers hold one lock for all papers of a repository."""

    def read(self, root: Path, name: str, *, cap: int = CAP) -> bytes | None:
        """The file's bytes, None if it isn't there. Raises `Refused` for what is no regular,
        single-linked file of at most `cap` bytes, or lies behind a symlink."""
        with explained("open", root):
            return read_small(root, name, cap=cap)

    def put(
        self, root: Path, name: str, *, old: bytes | None, new: bytes, still: float = 0.0
    ) -> bool:
        """Give the file new content where it holds `old` (None: isn't there) and was not
        written for `still` seconds; False, and nothing changed, where not. Its mode stays.
        Folders on the way are made below `root` only. Raises as `read`."""
        try:
            with open_root(root) as top, opened_parent(top, name, create=True) as (folder, last):
                _sweep(folder)
                if old is None:
                    return _make(folder, last, new)
                return _replace(folder, last, old, new, still)
        except OSError as error:
            raise _explained(error, name) from error

    def remove(self, root: Path, name: str, *, old: bytes) -> bool:
        """Take the file away where it holds `old`; False where it doesn't. Raises as `read`."""
        try:
            with open_root(root) as top, opened_parent(top, name) as (folder, last):
                _sweep(folder)
                hidden = _hidden(last, old, b"")
                if not _holds(folder, last, old):
                    return False
                os.rename(last, hidden, src_dir_fd=folder, dst_dir_fd=folder)
                went = _holds(folder, hidden, old)
                if not went:  # somebody wrote between the look and the rename
                    with contextlib.suppress(FileExistsError):
                        rename_no_replace(folder, hidden, last)
                _sweep(folder)
                os.fsync(folder)
                return went
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _explained(error, name) from error


def _explained(error: OSError, name: str) -> CockpitError:
    if error.errno in (errno.ENOTDIR, errno.ELOOP):
        return Refused(
            f"{shown(name)} lies behind a symlink or a file; it was not written",
            hint="Replace that by a folder.",
        )
    return explain(error, "write", name)


# ---------------------------------------------------------------- steps


def _make(folder: int, last: str, new: bytes) -> bool:
    hidden = _hidden(last, b"", new)
    _write(folder, hidden, new, NEW_MODE)
    try:
        rename_no_replace(folder, hidden, last)
    except FileExistsError:
        os.unlink(hidden, dir_fd=folder)
        return False
    os.fsync(folder)
    return True


def _replace(folder: int, last: str, old: bytes, new: bytes, still: float) -> bool:
    if not _holds(folder, last, old):
        return False
    facts = os.stat(last, dir_fd=folder, follow_symlinks=False)
    if still and 0 <= time.time() - facts.st_mtime < still:
        return False
    hidden = _hidden(last, old, new)
    _write(folder, hidden, new, stat.S_IMODE(facts.st_mode))
    if not _holds(folder, last, old):
        os.unlink(hidden, dir_fd=folder)
        return False
    if not exchange(folder, hidden, last):
        os.rename(hidden, last, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
        return True
    if _holds(folder, hidden, old):
        os.unlink(hidden, dir_fd=folder)
        os.fsync(folder)
        return True
    exchange(folder, hidden, last)  # somebody wrote between the look and the exchange
    _settle(folder, hidden)
    return False


def _write(folder: int, name: str, content: bytes, mode: int) -> None:
    file = os.open(name, CREATE, 0o600, dir_fd=folder)
    try:
        write_all(file, content)
        os.fchmod(file, mode)
        os.fsync(file)
    except BaseException:
        os.unlink(name, dir_fd=folder)
        raise
    finally:
        os.close(file)


# ---------------------------------------------------------------- what a death leaves


def _hidden(last: str, old: bytes, new: bytes) -> str:
    """The name says what the file may hold, so that a later look can tell whose it is."""
    return f"{HIDDEN}{_digest(old)}-{_digest(new)}-{last}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_DIGEST]


def _sweep(folder: int) -> None:
    for name in os.listdir(folder):
        if name.startswith(HIDDEN):
            _settle(folder, name)


def _settle(folder: int, hidden: str) -> None:
    """Take a hidden file away if it holds what its name says, else keep it under a name that
    people see."""
    old, _, rest = hidden.removeprefix(HIDDEN).partition("-")
    new, _, last = rest.partition("-")
    try:
        content = read_small(folder, hidden)
    except Refused:
        content = None
    if content is not None and _digest(content) in (old, new):
        os.unlink(hidden, dir_fd=folder)
        return
    kept = f"{last or 'paper'}.kept-{secrets.token_hex(4)}"
    with contextlib.suppress(FileNotFoundError):
        rename_no_replace(folder, hidden, kept)


def _holds(folder: int, name: str, content: bytes) -> bool:
    try:
        return read_small(folder, name, cap=max(CAP, len(content))) == content
    except Refused:  # a symlink or the like took its place
        return False
