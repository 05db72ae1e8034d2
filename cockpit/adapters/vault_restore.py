"""Laying a snapshot out again: two folders that appear whole, or not at all.

Both are built beside their places (`.cockpit-part-…`), flushed to the disk, then renamed,
git's folder first. Both parts are made before anything is filled, so that after a kill
"the admin part is gone and the other is there" can only mean: the first rename was done.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from cockpit.adapters import tree
from cockpit.adapters.failures import explained, shown
from cockpit.adapters.files import (
    CREATE,
    fsync_folder,
    open_folder,
    open_root,
    require_space,
    sync_filesystem,
    write_all,
)
from cockpit.adapters.vault_git import Child, VaultGit
from cockpit.adapters.vault_layout import ADMIN, FILES, Entry, Kind, Manifest, blob_path
from cockpit.errors import CockpitError, Refused

_PART = ".cockpit-part-"


def lay_out(
    git: VaultGit, commit: str, manifest: Manifest, into: Path, admin: Path, *, token: str
) -> None:
    """Build `into` and `admin` from the snapshot `commit`. `token` names the snapshot: a
    second call with the same one goes on where a killed one stopped."""
    into_part, admin_part = _part(into, token), _part(admin, token)
    with explained("bring back", into):
        if os.path.lexists(into):
            raise _in_the_way(into)
        if os.path.lexists(admin):
            if admin_part.exists() or not into_part.exists():
                raise _in_the_way(admin)
            _settle(into_part, into)
            return
        for part in (into_part, admin_part):  # in this order: see above
            part.parent.mkdir(parents=True, exist_ok=True)
            with open_root(part.parent) as holder:
                tree.delete(holder, part.name)
        size = sum(entry.size for entries in manifest.sections.values() for entry in entries)
        require_space(into.parent, size)
        admin_part.mkdir(mode=0o700)
        into_part.mkdir(mode=0o700)
        blobs = _blobs(git, commit)
        with Child(git, ("cat-file", "--batch")) as child:
            for section, part in ((ADMIN, admin_part), (FILES, into_part)):
                _fill(part, section, manifest.sections[section], blobs, child)
            child.finish()
        for part in (admin_part, into_part):
            sync_filesystem(part)
        _settle(admin_part, admin)
        _settle(into_part, into)


def _part(place: Path, token: str) -> Path:
    digest = hashlib.sha256(os.fsencode(f"{token}\0{place}")).hexdigest()[:16]
    return place.parent / f"{_PART}{digest}"


def _in_the_way(path: Path) -> Refused:
    return Refused(
        f"Something lies where the lane was: {shown(path)}",
        hint="Move it away, then try again; nothing was changed.",
    )


def _settle(part: Path, place: Path) -> None:
    if os.path.lexists(place):
        raise _in_the_way(place)
    os.rename(part, place)
    fsync_folder(place.parent)


def _blobs(git: VaultGit, commit: str) -> dict[bytes, str]:
    """Blob ids by path in the snapshot's tree."""
    found = {}
    for line in git.run("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0"):
        if line:
            facts, _, path = line.partition(b"\t")
            found[path] = facts.split()[2].decode("ascii")
    return found


def _fill(
    part: Path, section: str, entries: list[Entry], blobs: dict[bytes, str], child: Child
) -> None:
    """Everything below one section's root; modes and times of folders last, deepest first."""
    with open_root(part) as root, _Holders(root) as holders:
        for entry in entries:
            if not entry.parts or entry.kind not in (Kind.FILE, Kind.FOLDER, Kind.LINK):
                continue
            holder, name = holders.of(entry), entry.parts[-1]
            if entry.kind is Kind.FOLDER:
                os.mkdir(name, 0o700, dir_fd=holder)
                continue
            blob = blobs.get(os.fsencode(blob_path(section, entry.parts)))
            if blob is None:
                raise _damaged(f"{shown(entry.path)} is missing in it")
            if entry.kind is Kind.FILE:
                _lay_file(holder, name, entry, _bytes_of(child, blob))
            else:
                _lay_link(holder, name, entry, _bytes_of(child, blob))
        holders.close()
        for entry in reversed(entries):
            if entry.kind is Kind.FOLDER:
                _finish_folder(root, entry)


class _Holders:
    """The open folder that holds an entry; entries of one folder come one after another."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._parts: tree.Parts = ()
        self._open = os.dup(root)

    def __enter__(self) -> _Holders:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def of(self, entry: Entry) -> int:
        wanted = entry.parts[:-1]
        if wanted != self._parts:
            deeper = open_folder(self._root, wanted)
            os.close(self._open)
            self._open, self._parts = deeper, wanted
        return self._open

    def close(self) -> None:
        if self._open >= 0:
            os.close(self._open)
            self._open = -1


def _bytes_of(child: Child, blob: str) -> Iterator[bytes]:
    """A blob's content in chunks, checked against its id at the end."""
    child.write(f"{blob}\n".encode("ascii"))
    header = child.read_line().split()
    if len(header) != 3 or header[1] != b"blob":
        raise _damaged(f"object {blob} is missing")
    digest = hashlib.sha1(b"blob %s\0" % header[2], usedforsecurity=False)
    for chunk in child.read(int(header[2])):
        digest.update(chunk)
        yield chunk
    b"".join(child.read(1))
    if digest.hexdigest() != blob:
        raise _damaged(f"object {blob} does not have the content that its name says")


def _damaged(why: str) -> CockpitError:
    return CockpitError(
        "The snapshot in the vault is damaged; nothing was brought back",
        detail=why,
        hint="The trash may still have the lane's folder: `cockpit trash ls`.",
    )


def _lay_file(holder: int, name: str, entry: Entry, content: Iterator[bytes]) -> None:
    file = os.open(name, CREATE, 0o600, dir_fd=holder)
    try:
        for chunk in content:
            write_all(file, chunk)
        os.fchmod(file, entry.mode)
        os.utime(file, ns=(entry.mtime, entry.mtime))
    finally:
        os.close(file)


def _lay_link(holder: int, name: str, entry: Entry, content: Iterator[bytes]) -> None:
    os.symlink(b"".join(content), os.fsencode(name), dir_fd=holder)
    with contextlib.suppress(NotImplementedError):  # no times on symlinks on this system
        os.utime(name, ns=(entry.mtime, entry.mtime), dir_fd=holder, follow_symlinks=False)


def _finish_folder(root: int, entry: Entry) -> None:
    folder = open_folder(root, entry.parts)
    try:
        os.fchmod(folder, entry.mode)
        os.utime(folder, ns=(entry.mtime, entry.mtime))
    finally:
        os.close(folder)
