"""Safe file primitives, by folder descriptor.

Lanes, `tasks/` and `results/` are written by agents: a name there may be a symlink to
`/etc/shadow`, a FIFO that hangs the reader, or a 50 GiB sparse file. So every name below a
root is walked component by component with O_NOFOLLOW, opened O_NONBLOCK, and must be a
regular, single-linked, small file. Writing is temporary file, fsync, rename, fsync of the
folder, so that a reader sees the old content or the new one, also after a power cut.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from cockpit.adapters.failures import explain, explained, shown, size_text
from cockpit.errors import Refused

CAP = 1 << 20
"""Bytes that a small file may have, unless the caller says otherwise."""

TEMPORARY = ".cockpit-tmp-"
"""Prefix of half-written files; whoever holds the folder's lock may sweep them."""

RESERVE = 64 << 20
"""Bytes that stay free on a disk whatever we do (facts: crash rule 5)."""

RESERVE_INODES = 1_000

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

_NOT_A_FOLDER = frozenset({errno.ELOOP, errno.ENOTDIR})


# ---------------------------------------------------------------- walking


def parts_of(name: str) -> tuple[str, ...]:
    """The components of a relative name; raises `Refused` for one that could lead outside."""
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if not parts or name.startswith("/") or ".." in parts or "\0" in name:
        raise Refused(
            f"Not a name inside the folder: {shown(name) or '(empty)'}",
            hint="Give a path relative to the folder, without `..`.",
        )
    return parts


@contextlib.contextmanager
def open_root(root: Path | int) -> Iterator[int]:
    """A descriptor of a folder that we trust; an int is passed through, not closed."""
    if isinstance(root, int):
        yield root
        return
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield folder
    finally:
        os.close(folder)


def open_folder(root: int, parts: tuple[str, ...], *, create: bool = False) -> int:
    """A descriptor of the folder `parts` below `root`, no component a symlink.

    `create` makes missing ones (mode by the umask). Raises OSError (ELOOP or ENOTDIR for a
    symlink); the caller closes the descriptor.
    """
    folder = os.dup(root)
    try:
        for part in parts:
            if create:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(part, dir_fd=folder)
            deeper = os.open(part, FOLDER, dir_fd=folder)
            os.close(folder)
            folder = deeper
    except BaseException:
        os.close(folder)
        raise
    return folder


@contextlib.contextmanager
def opened_parent(root: int, name: str, *, create: bool = False) -> Iterator[tuple[int, str]]:
    """The folder that holds `name` below `root`, and the last component."""
    parts = parts_of(name)
    folder = open_folder(root, parts[:-1], create=create)
    try:
        yield folder, parts[-1]
    finally:
        os.close(folder)


# ---------------------------------------------------------------- reading


def read_small(root: Path | int, name: str, *, cap: int = CAP, own: bool = False) -> bytes | None:
    """The content of `name` below `root`, None if it isn't there.

    Raises `Refused` for what is not a regular, single-linked file of at most `cap` bytes,
    and for a symlink anywhere on the way; `CockpitError` when it can't be read. `own` is for
    files in our state folder: those may have hard links (a backup by `cp -al` makes them).
    """
    try:
        with open_root(root) as folder, opened_parent(folder, name) as (parent, last):
            file = os.open(last, READ, dir_fd=parent)
            try:
                return _read_checked(file, name, cap, own)
            finally:
                os.close(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in _NOT_A_FOLDER:
            raise Refused(
                f"{shown(name)} is, or lies behind, a symlink; it was not read",
                hint="Replace the symlink by the file itself.",
            ) from error
        if error.errno == errno.ENXIO:
            raise Refused(f"{shown(name)} is a socket or device; it was not read") from error
        raise explain(error, "read", name) from error


def _read_checked(file: int, name: str, cap: int, own: bool) -> bytes:
    facts = os.fstat(file)
    if not stat.S_ISREG(facts.st_mode):
        raise Refused(f"{shown(name)} is not a regular file; it was not read")
    if facts.st_nlink > 1 and not own:
        raise Refused(
            f"{shown(name)} has {facts.st_nlink} hard links; it was not read",
            hint="Make a copy of it under a new name.",
        )
    content = b""
    if facts.st_size <= cap:
        content = read_up_to(file, cap + 1)
    if facts.st_size > cap or len(content) > cap:
        raise Refused(f"{shown(name)} is larger than {size_text(cap)}; it was not read")
    return content


def read_up_to(file: int, limit: int) -> bytes:
    """At most `limit` bytes from where the descriptor stands; fewer only at the end."""
    chunks = []
    while limit > 0:
        chunk = os.read(file, min(limit, 1 << 20))
        if not chunk:
            break
        chunks.append(chunk)
        limit -= len(chunk)
    return b"".join(chunks)


# ---------------------------------------------------------------- writing


def write_all(file: int, content: bytes) -> None:
    """Write every byte; `os.write` alone may stop short."""
    view = memoryview(content)
    while view:
        view = view[os.write(file, view) :]


def write_atomic(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Replace `path` by a file with exactly this content, durable on return.

    A symlink at `path` is replaced, never followed. Raises `CockpitError`.
    """
    with explained("write", path), open_root(path.parent) as folder:
        write_at(folder, path.name, content, mode=mode)


def write_at(folder: int, name: str, content: bytes, *, mode: int = 0o600) -> None:
    """`write_atomic` in an open folder; raises OSError, and then nothing has changed."""
    temporary = TEMPORARY + secrets.token_hex(8)
    try:
        file = os.open(temporary, CREATE, 0o600, dir_fd=folder)
        try:
            write_all(file, content)
            os.fchmod(file, mode)
            os.fsync(file)
        finally:
            os.close(file)
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        with contextlib.suppress(OSError):  # it may never have been made
            os.unlink(temporary, dir_fd=folder)
        raise
    os.fsync(folder)


def sweep_temporaries(folder: int) -> None:
    """Remove what killed writers left; only for who holds the folder's lock."""
    for name in os.listdir(folder):
        if name.startswith(TEMPORARY):
            with contextlib.suppress(FileNotFoundError, IsADirectoryError, PermissionError):
                os.unlink(name, dir_fd=folder)  # a folder of that name is none of ours


def fsync_folder(path: Path) -> None:
    """Make the names in a folder durable. Raises OSError."""
    with open_root(path) as folder:
        os.fsync(folder)


def sync_filesystem(path: Path) -> None:
    """Flush the file system that holds `path`: one call for thousands of new files.

    `syncfs` where libc has it, else a `sync` of everything. Raises OSError.
    """
    from cockpit.adapters.platform.disk import flush_filesystem

    with open_root(path) as folder:
        flush_filesystem(folder)


def make_private_dir(path: Path) -> Path:
    """A folder of mode 0700 that is ours; returns it. Parents that are missing are 0700 too.

    Raises `Refused` for a symlink, a file or a folder of someone else's.
    """
    with explained("make the folder", path):
        os.makedirs(path.parent, mode=0o700, exist_ok=True)
        try:
            os.mkdir(path, 0o700)
            fsync_folder(path.parent)
        except FileExistsError:
            _require_private(path)
    return path


def _require_private(path: Path) -> None:
    try:
        folder = os.open(path, FOLDER)
    except OSError as error:
        if error.errno in _NOT_A_FOLDER:
            raise Refused(
                f"{shown(path)} is not a folder but a symlink or a file",
                hint="Move it away; cockpit makes a private folder there.",
            ) from error
        raise
    try:
        facts = os.fstat(folder)
        if facts.st_uid != os.geteuid():
            raise Refused(
                f"{shown(path)} belongs to another user (uid {facts.st_uid})",
                hint="Set XDG_STATE_HOME to a folder of your own.",
            )
        if facts.st_mode & 0o077:
            os.fchmod(folder, 0o700)
    finally:
        os.close(folder)


# ---------------------------------------------------------------- space


def free_space(path: Path) -> int:
    """Bytes that we may still write on the file system of `path` or its nearest parent."""
    return _statvfs(path)[0]


def require_space(path: Path, size: int) -> None:
    """Raise `Refused` unless twice `size` bytes and a reserve are free there, inodes too."""
    free, inodes = _statvfs(path)
    needed = 2 * size + RESERVE
    if free < needed:
        raise Refused(
            f"Not enough space on the disk of {shown(path)}",
            detail=f"{size_text(needed)} are needed, {size_text(free)} are free.",
            hint="Free some space, or empty the trash (`cockpit trash ls`).",
        )
    if inodes is not None and inodes < RESERVE_INODES:
        raise Refused(
            f"The disk of {shown(path)} can hold hardly any more files",
            detail=f"{inodes} inodes are free.",
            hint="Remove files that are not needed, such as caches of package managers.",
        )


def _statvfs(path: Path) -> tuple[int, int | None]:
    probe = path
    while True:
        try:
            facts = os.statvfs(probe)
            break
        except FileNotFoundError:
            if probe == probe.parent:
                raise
            probe = probe.parent
        except OSError as error:
            raise explain(error, "look at the disk of", probe) from error
    inodes = facts.f_favail if facts.f_files > 0 else None
    return facts.f_bavail * facts.f_frsize, inodes
