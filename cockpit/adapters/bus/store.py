"""The bus on disk: `tasks/` and `results/`, read as files that agents wrote.

A name there may be a FIFO, a device, a symlink to `/etc/shadow`, a hard link to a file
elsewhere, a folder, or 50 GiB of holes. Every name is opened relative to its folder with
O_NOFOLLOW | O_NONBLOCK and must be a regular, single-linked, small file; what is not is a
problem that names the file, and the others go on. A file that did not change since the last
look is not read again, so 10,000 of them cost one `stat` each.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import threading
import time
from pathlib import Path

from cockpit.adapters.failures import explained, shown, size_text
from cockpit.adapters.files import (
    CAP,
    CREATE,
    TEMPORARY,
    fsync_folder,
    open_folder,
    open_root,
    read_small,
    write_all,
    write_at,
)
from cockpit.adapters.platform.renaming import rename_no_replace
from cockpit.dataclass import dataclass
from cockpit.domain.bus import BusFile, BusFolder, BusListing
from cockpit.domain.taskname import is_file_of_tasks
from cockpit.errors import CockpitError, Refused

TOTAL = 64 << 20
"""Bytes that one folder's files are read to, together."""

MOST = 20_000
"""Names of one folder that are looked at."""

FRESH = 2.0
"""Seconds for which a file is read again whatever its times say: a second write within one
tick of the clock does not change them."""

Stamp = tuple[int, int, int, int, int, int]


@dataclass(slots=True)
class _Kept:
    stamp: Stamp
    file: BusFile
    size: int


class FolderBus:
    """Fulfils `ports.Bus`. May be used from several threads."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], dict[str, _Kept]] = {}
        self._guard = threading.Lock()

    def listing(self, root: Path, folder: BusFolder) -> BusListing:
        """The files of `root/folder` that may be tasks or results; empty if it isn't there."""
        key = (str(root), str(folder))
        with self._guard:
            old = self._kept.get(key, {})
        try:
            with explained("look into", root / folder), open_root(root) as top:
                handle = open_folder(top, (str(folder),))
                try:
                    kept, problems = _look(handle, old)
                finally:
                    os.close(handle)
        except CockpitError as error:
            return _no_folder(root, folder, error)
        with self._guard:
            self._kept[key] = kept
        return BusListing(tuple(one.file for one in kept.values()), tuple(problems))

    def read(self, root: Path, folder: BusFolder, name: str) -> BusFile | None:
        """One file; None if it isn't there. Never raises for what lies there."""
        return self.file(root, name, inside=f"{folder}/")

    def file(self, root: Path, name: str, *, inside: str = "") -> BusFile | None:
        """One small file below `root`; None if it isn't there. Never raises for what lies
        there."""
        try:
            with explained("open", root), open_root(root) as top:
                content = read_small(top, f"{inside}{name}")
        except CockpitError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return None
            return BusFile(name, None, error.title)
        return None if content is None else BusFile(name, content)

    def write_new(self, root: Path, folder: BusFolder, name: str, content: bytes) -> None:
        """A new file with exactly this content, durable and whole the moment it appears.

        Makes the folder if it is missing. Raises `Refused` when the name is taken or is no
        name, `CockpitError` when it can't be written.
        """
        _require_name(name)
        with explained("write", root / folder / name), open_root(root) as top:
            handle = open_folder(top, (str(folder),), create=True)
            try:
                _write_new_at(handle, name, content)
            except FileExistsError as error:
                raise Refused(
                    f"There is a file {shown(name)} in {folder}/ already; it was not touched.",
                    hint="Take another number or name.",
                ) from error
            finally:
                os.close(handle)
        fsync_folder(root)

    def replace(self, root: Path, folder: BusFolder, name: str, *, old: bytes, new: bytes) -> None:
        """Give a file new content where it still has the `old` one.

        Raises `Refused` when somebody changed it meanwhile.
        """
        _require_name(name)
        with explained("write", root / folder / name), open_root(root) as top:
            handle = open_folder(top, (str(folder),))
            try:
                if read_small(handle, name) != old:
                    raise Refused(
                        f"{shown(name)} changed meanwhile; it was not touched.",
                        hint="Look at it again.",
                    )
                mode = stat.S_IMODE(os.stat(name, dir_fd=handle, follow_symlinks=False).st_mode)
                write_at(handle, name, new, mode=mode)
            finally:
                os.close(handle)


def _look(handle: int, old: dict[str, _Kept]) -> tuple[dict[str, _Kept], list[str]]:
    names = sorted(n for n in os.listdir(handle) if n in old or is_file_of_tasks(n))
    problems = []
    if len(names) > MOST:
        problems.append(f"{len(names)} files lie there; only the first {MOST} were looked at")
    kept: dict[str, _Kept] = {}
    room = TOTAL
    fresh = (time.time() - FRESH) * 1e9
    for name in names[:MOST]:
        stamp = _stamp(handle, name)
        if stamp is None:
            continue
        known = old.get(name)
        if known is None or known.stamp != stamp or stamp[3] > fresh or known.size > room:
            file = _read(handle, name, stamp, room)
            known = _Kept(stamp, file, len(file.content or b""))
        room -= known.size
        kept[name] = known
    return kept, problems


def _stamp(handle: int, name: str) -> Stamp | None:
    try:
        facts = os.stat(name, dir_fd=handle, follow_symlinks=False)
    except OSError:  # it went away between the listing and the look
        return None
    return (
        facts.st_ino,
        facts.st_size,
        facts.st_mtime_ns,
        max(facts.st_ctime_ns, facts.st_mtime_ns),
        facts.st_mode,
        facts.st_nlink,
    )


def _read(handle: int, name: str, stamp: Stamp, room: int) -> BusFile:
    changed = stamp[2] / 1e9
    mode = stamp[4]
    if stat.S_ISDIR(mode):
        return BusFile(name, None, f"{shown(name)} is a folder, not a file", changed)
    if stat.S_ISREG(mode) and room < stamp[1] <= CAP:
        text = f"{shown(name)} was not read: the files there are more than {size_text(TOTAL)}"
        return BusFile(name, None, text, changed)
    try:
        content = read_small(handle, name)
    except CockpitError as error:
        return BusFile(name, None, error.title, changed)
    if content is None:
        return BusFile(name, None, f"{shown(name)} went away while it was read", changed)
    return BusFile(name, content, "", changed)


def _no_folder(root: Path, folder: BusFolder, error: CockpitError) -> BusListing:
    cause = error.__cause__
    if isinstance(cause, FileNotFoundError):
        return BusListing()
    if isinstance(cause, OSError) and cause.errno in (errno.ENOTDIR, errno.ELOOP):
        where = shown(root / folder)
        return BusListing((), (f"{where} is a file or a symlink, not a folder; it was not read",))
    return BusListing((), (error.title,))


def _require_name(name: str) -> None:
    bad = "/" in name or "\0" in name or not is_file_of_tasks(name)
    if bad or len(os.fsencode(name)) > 200:
        raise Refused(
            f"{shown(name) or '(nothing)'} can't be the name of a task or result file.",
            hint="Take one like task-001-auth.md",
        )


def _write_new_at(handle: int, name: str, content: bytes) -> None:
    """Whole or not at all, never over something; raises OSError."""
    temporary = TEMPORARY + secrets.token_hex(8)
    file = os.open(temporary, CREATE, 0o644, dir_fd=handle)
    try:
        try:
            write_all(file, content)
            os.fsync(file)
        finally:
            os.close(file)
        rename_no_replace(handle, temporary, name)
    except BaseException:
        os.unlink(temporary, dir_fd=handle)
        raise
    os.fsync(handle)
