"""A folder's bytes as one stream for `git fast-import`, and the manifest of what went in.

Files are read while others may still write them. A file that changes under us is sent
again (the last one counts); one that never holds still is marked as torn. Sizes are stated
before the bytes, so a large file that shrinks is padded, and then sent again.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

from cockpit.adapters import tree
from cockpit.adapters.files import READ, open_root, read_up_to
from cockpit.adapters.vault_git import Child
from cockpit.adapters.vault_layout import Entry, Kind, blob_path
from cockpit.domain.ids import RefName

_WHOLE = 1 << 20
"""Bytes up to which a file is read before its size is stated."""
_BUFFER = 1 << 18
_TRIES = 3
_LINK_MODE = "120000"
_QUOTED = {ord("\\"): b"\\\\", ord('"'): b'\\"', ord("\n"): b"\\n"}
Skip = Callable[[tree.Parts], bool]


def quoted(path: str) -> bytes:
    """A path in git's C quoting: any byte but NUL comes through."""
    raw = os.fsencode(path)
    return b'"' + b"".join(_QUOTED.get(byte, bytes((byte,))) for byte in raw) + b'"'


class Importer:
    """Writes one commit's worth of fast-import commands, buffered."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self._buffer = bytearray()

    def begin(self, ref: RefName, at: int, message: str) -> None:
        """Start the commit that `ref` will name; `at` in seconds."""
        text = os.fsencode(message)
        self._add(f"commit {ref}\ncommitter cockpit <cockpit@localhost> {at} +0000\n".encode())
        self._add(b"data %d\n%s\n" % (len(text), text))

    def content(self, path: str, content: bytes, mode: str = "100644") -> None:
        """Put a file there; putting it again replaces it."""
        self._header(path, mode, len(content))
        self._add(content)
        self._add(b"\n")

    def stream(self, path: str, file: int, size: int, mode: str) -> bool:
        """Put `size` bytes of an open file there; False if it ended early (zeros follow)."""
        self._header(path, mode, size)
        left = size
        while left:
            chunk = os.read(file, min(left, _WHOLE))
            if not chunk:
                break
            self._add(chunk)
            left -= len(chunk)
        whole = left == 0
        while left:
            padding = bytes(min(left, _WHOLE))
            self._add(padding)
            left -= len(padding)
        self._add(b"\n")
        return whole

    def end(self) -> None:
        """Say that this was all: without it nothing takes effect."""
        self._add(b"done\n")
        self._flush()

    def _header(self, path: str, mode: str, size: int) -> None:
        self._add(b"M %s inline %s\ndata %d\n" % (mode.encode(), quoted(path), size))

    def _add(self, content: bytes) -> None:
        self._buffer += content
        if len(self._buffer) >= _BUFFER:
            self._flush()

    def _flush(self) -> None:
        self._child.write(bytes(self._buffer))
        self._buffer.clear()


def record(importer: Importer, section: str, folder: Path, skip: Skip) -> list[Entry]:
    """Send all of `folder`; returns an entry for it and each name below, folders before
    what is in them. Raises OSError when `folder` itself can't be read."""
    with open_root(folder) as root:
        entries = [_folder_entry((), os.fstat(root))]
        unreadable: set[str] = set()
        device = os.fstat(root).st_dev
        for below in tree.folders(root, enter=lambda parts, _: not skip(parts)):
            if below.error is not None:
                if below.error.errno not in tree.GONE:
                    unreadable.add("/".join(below.parts))
                continue
            for name, facts in below.entries:
                parts = (*below.parts, name)
                entry = _entry(importer, section, below.fd, parts, facts, device, skip)
                if entry is not None:
                    entries.append(entry)
    return [_as_unreadable(entry) if entry.path in unreadable else entry for entry in entries]


def _entry(
    importer: Importer,
    section: str,
    holder: int,
    parts: tree.Parts,
    facts: os.stat_result,
    device: int,
    skip: Skip,
) -> Entry | None:
    """Send one name if it has bytes. None when it vanished since it was listed."""
    mode = facts.st_mode
    if stat.S_ISREG(mode):
        return _send_file(importer, section, holder, parts)
    if stat.S_ISLNK(mode):
        return _send_link(importer, section, holder, parts, facts)
    if not stat.S_ISDIR(mode):
        return _plain(parts, _special(mode), facts)
    if facts.st_dev != device:
        return _plain(parts, Kind.MOUNT, facts)
    return _plain(parts, Kind.SKIPPED, facts) if skip(parts) else _folder_entry(parts, facts)


def _send_file(importer: Importer, section: str, holder: int, parts: tree.Parts) -> Entry | None:
    try:
        file = os.open(parts[-1], READ, dir_fd=holder)
    except OSError as error:
        if error.errno in tree.GONE or error.errno == errno.ENXIO:
            return None
        facts = os.stat(parts[-1], dir_fd=holder, follow_symlinks=False)
        return _plain(parts, Kind.UNREADABLE, facts)
    path = blob_path(section, parts)
    try:
        facts = os.fstat(file)
        if not stat.S_ISREG(facts.st_mode):
            return _plain(parts, _special(facts.st_mode), facts)
        torn = True
        for _ in range(_TRIES):
            whole = _send_bytes(importer, path, file, facts)
            before, facts = facts, os.fstat(file)
            if whole and _stamp(before) == _stamp(facts):
                torn = False
                break
            os.lseek(file, 0, os.SEEK_SET)
    except OSError:  # a failing disk: said in the manifest, the folder itself stays
        return _plain(parts, Kind.UNREADABLE, facts)
    finally:
        os.close(file)
    entry = _plain(parts, Kind.FILE, facts)
    inode = facts.st_ino if facts.st_nlink > 1 else 0
    return Entry(entry.path, entry.kind, entry.mode, entry.mtime, facts.st_size, torn, inode)


def _send_bytes(importer: Importer, path: str, file: int, facts: os.stat_result) -> bool:
    """Send the file as it is now; False if its size was not the stated one."""
    mode = "100755" if facts.st_mode & 0o100 else "100644"
    if facts.st_size > _WHOLE:
        return importer.stream(path, file, facts.st_size, mode)
    content = read_up_to(file, _WHOLE + 1)
    importer.content(path, content, mode)
    return len(content) == facts.st_size


def _stamp(facts: os.stat_result) -> tuple[int, int]:
    return facts.st_size, facts.st_mtime_ns


def _send_link(
    importer: Importer, section: str, holder: int, parts: tree.Parts, facts: os.stat_result
) -> Entry | None:
    try:
        goal = os.fsencode(os.readlink(parts[-1], dir_fd=holder))
    except OSError:  # it vanished, or is no link any more
        return None
    importer.content(blob_path(section, parts), goal, _LINK_MODE)
    entry = _plain(parts, Kind.LINK, facts)
    return Entry(entry.path, entry.kind, entry.mode, entry.mtime, len(goal))


def _plain(parts: tree.Parts, kind: Kind, facts: os.stat_result) -> Entry:
    return Entry("/".join(parts), kind, stat.S_IMODE(facts.st_mode), facts.st_mtime_ns)


def _folder_entry(parts: tree.Parts, facts: os.stat_result) -> Entry:
    return _plain(parts, Kind.FOLDER, facts)


def _as_unreadable(entry: Entry) -> Entry:
    return Entry(entry.path, Kind.UNREADABLE, entry.mode, entry.mtime)


def _special(mode: int) -> Kind:
    if stat.S_ISFIFO(mode):
        return Kind.FIFO
    return Kind.SOCKET if stat.S_ISSOCK(mode) else Kind.DEVICE
