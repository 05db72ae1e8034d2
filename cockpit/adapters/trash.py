"""The trash: folders renamed away on their own file system; nothing is deleted but by `empty`.

An entry is a private wrapper folder `<place>/<name>/` that holds `tree` (the moved folder)
and `entry.json` (whose it was). A rename works only within one file system, so there is a
place beside each lane. Git's folder
of a worktree goes to `<common dir>/cockpit-trash/<name>`: outside `worktrees/`, so that git
no longer counts it, and on the same file system as where it was.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cockpit.adapters import tree
from cockpit.adapters.clock import SystemClock, WallClock
from cockpit.adapters.failures import explain, explained, shown
from cockpit.adapters.files import (
    fsync_folder,
    make_private_dir,
    open_root,
    read_small,
    write_atomic,
)
from cockpit.adapters.trash_places import ADMIN_TRASH, TrashPlaces
from cockpit.domain.ids import LaneId, OpId
from cockpit.domain.rubbish import TrashEntry
from cockpit.errors import CockpitError, Refused

TREE = "tree"
ENTRY = "entry.json"
SIZE_CAP = 200_000
"""Files that are counted for an entry's size; beyond it the size is a lower bound."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}")
_OP = re.compile(r"\d{6,12}-[a-z]+-[0-9a-f]{8}")


class FolderTrash:
    """The trash of one repository. `state` is its state folder, `main_checkout` None in a
    bare repository."""

    def __init__(
        self,
        common_dir: Path,
        state: Path,
        main_checkout: Path | None,
        clock: WallClock | None = None,
    ) -> None:
        self._common = common_dir
        self._places = TrashPlaces(common_dir, state, main_checkout)
        self._clock = clock or SystemClock()

    def folder_for(self, worktree: Path) -> Path:
        """The folder that would hold the entry of `worktree`; nothing is made (for previews)."""
        return self._places.folder_for(worktree)

    def place_for(self, worktree: Path, name: str) -> Path:
        """Where the folder would go; its parent, the entry's wrapper, exists afterwards.

        The same name and worktree give the same place again. Raises `CockpitError`.
        """
        _check(name)
        for known in self._places.known():
            value = self._read_entry(known / name)
            if value is not None and value.get("worktree") == str(worktree):
                return known / name / TREE
        folder = self.folder_for(worktree)
        if os.path.lexists(folder / name / TREE):
            raise Refused(
                f"The trash has an entry {name} already, of another folder",
                hint="`cockpit trash ls` shows it; restore or empty it first.",
            )
        self._places.make(folder)
        wrapper = make_private_dir(folder / name)
        self._write_entry(
            wrapper, {"name": name, "worktree": str(worktree), "at": self._clock.now()}
        )
        return wrapper / TREE

    def admin_place_for(self, name: str) -> Path:
        """Where the worktree's git folder would go; the parent exists afterwards."""
        _check(name)
        return make_private_dir(self._common / ADMIN_TRASH) / name

    def note(self, name: str, *, lane: LaneId, op: OpId, folder: Path, admin: Path | None) -> None:
        """Remember whose entry `name` is; durable on return. `folder` is its place."""
        _check(name)
        wrapper = folder.parent
        if folder.name != TREE or wrapper.name != name:
            raise Refused(f"Not a place in the trash: {shown(folder)}")
        value = dict(self._read_entry(wrapper) or {"name": name, "at": self._clock.now()})
        value.update(lane=lane, op=op, admin=None if admin is None else str(admin))
        self._write_entry(wrapper, value)

    # ------------------------------------------------------------ moving

    def move(self, source: Path, destination: Path) -> None:
        """Rename, durable on return; done already (source gone, destination there) is fine.

        Raises `Refused` when both are there or the source is a symlink, `CockpitError` when
        neither is, or the system says no; then nothing was moved.
        """
        there, done = os.path.lexists(source), os.path.lexists(destination)
        if there and done:
            raise Refused(
                f"{shown(destination)} exists already; {shown(source)} was not moved",
                hint="Look at both folders and move one of them away by hand.",
            )
        if not there and not done:
            raise CockpitError(
                f"{shown(source)} is gone, and is not in {shown(destination)} either",
                hint="Somebody moved or removed it. `cockpit log` names the snapshot to restore.",
            )
        if there:
            self._rename(source, destination)
        with explained("make durable", destination):
            fsync_folder(destination.parent)
            if source.parent.is_dir():
                fsync_folder(source.parent)

    def _rename(self, source: Path, destination: Path) -> None:
        facts = os.lstat(source)
        if stat.S_ISLNK(facts.st_mode):
            raise Refused(
                f"{shown(source)} is a symlink, not the folder itself; it was not moved",
                hint="Look who put it there; remove the symlink and move the folder back.",
            )
        try:
            destination.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.rename(source, destination)
            except PermissionError:
                _rename_read_only(source, destination, facts)
        except OSError as error:
            raise _not_moved(error, source) from error

    # ------------------------------------------------------------ looking, emptying

    def entries(self) -> list[TrashEntry]:
        """What lies in the trash, oldest first. Sizes are measured once and remembered."""
        found = []
        for place in self._places.known():
            for wrapper in _subfolders(place):
                entry = self._entry(wrapper)
                if entry is not None:
                    found.append(entry)
        return sorted(found, key=lambda entry: (entry.at, entry.name))

    def empty(self, entry: TrashEntry) -> None:
        """Really delete an entry: folder, git's folder, then the note about them, so that a
        half-emptied one is still listed. Symlinks in it are removed, never followed."""
        wrapper = self._wrapper_of(entry)
        admin = self._common / ADMIN_TRASH / entry.name
        with explained("delete", wrapper):
            with open_root(wrapper) as folder:
                tree.delete(folder, TREE)
            if admin.parent.is_dir():
                with open_root(admin.parent) as folder:
                    tree.delete(folder, admin.name)
            with open_root(wrapper.parent) as folder:
                tree.delete(folder, wrapper.name)
                os.fsync(folder)

    def _wrapper_of(self, entry: TrashEntry) -> Path:
        _check(entry.name)
        for place in self._places.known():
            if entry.folder == place / entry.name / TREE and entry.folder.parent.is_dir():
                if entry.folder.parent.is_symlink():
                    break
                return entry.folder.parent
        raise Refused(
            f"Not an entry of the trash: {shown(entry.name)}",
            hint="`cockpit trash ls` lists what is there.",
        )

    def _entry(self, wrapper: Path) -> TrashEntry | None:
        """None for a wrapper from which everything was moved back, or never moved in."""
        folder, admin = wrapper / TREE, self._common / ADMIN_TRASH / wrapper.name
        has_admin = admin.is_dir()
        if not has_admin and not os.path.lexists(folder):
            return None
        value = self._read_entry(wrapper) or {}
        op = value.get("op") or next(iter(_OP.findall(wrapper.name)), wrapper.name)
        at = value.get("at")
        size, complete = self._size(wrapper, folder, admin if has_admin else None, value)
        return TrashEntry(
            name=wrapper.name,
            lane=LaneId(str(value.get("lane") or "")),
            op=OpId(str(op)),
            at=float(at) if isinstance(at, int | float) else wrapper.stat().st_mtime,
            folder=folder,
            admin=admin if has_admin else None,
            size=size,
            size_complete=complete,
        )

    def _size(
        self, wrapper: Path, folder: Path, admin: Path | None, value: Mapping[str, Any]
    ) -> tuple[int, bool]:
        """Bytes of both folders; remembered, since what lies in the trash doesn't change."""
        stamp = _stamp(folder, admin)
        known = value.get("size")
        if isinstance(known, int) and value.get("size_of") == stamp:
            return known, value.get("size_complete") is True
        total, complete = 0, True
        for path in (folder, admin):
            if path is not None and path.is_dir():
                with contextlib.suppress(OSError), open_root(path) as root:
                    found = tree.measure(root, cap=SIZE_CAP)
                    total += found.size
                    complete = complete and found.complete
        remembered = {**value, "size": total, "size_of": stamp, "size_complete": complete}
        with contextlib.suppress(CockpitError):  # a courtesy: on a full disk it is measured anew
            self._write_entry(wrapper, remembered)
        return total, complete

    def _read_entry(self, wrapper: Path) -> dict[str, Any] | None:
        """What the wrapper's note says; None without one. A damaged note is no reason to
        hide an entry: the folder counts, not what is written about it."""
        try:
            content = read_small(wrapper, ENTRY, own=True)
            value = None if content is None else json.loads(content)
        except (CockpitError, ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    def _write_entry(self, wrapper: Path, value: Mapping[str, Any]) -> None:
        content = json.dumps(dict(value), ensure_ascii=True, indent=1).encode("ascii")
        write_atomic(wrapper / ENTRY, content + b"\n")


def _check(name: str) -> None:
    if _NAME.fullmatch(name) is None:
        raise Refused(f"Not a name for an entry of the trash: {shown(name) or '(empty)'}")


def _subfolders(place: Path) -> list[Path]:
    try:
        with os.scandir(place) as scan:
            return [place / item.name for item in scan if item.is_dir(follow_symlinks=False)]
    except FileNotFoundError:  # emptied by hand, or on a disk that isn't mounted now
        return []
    except OSError as error:
        raise explain(error, "list the trash in", place) from error


def _stamp(folder: Path, admin: Path | None) -> list[int]:
    """Changes when one of the two folders comes or goes."""
    stamp = []
    for path in (folder, admin):
        try:
            stamp.append(0 if path is None else os.lstat(path).st_ino)
        except OSError:
            stamp.append(0)
    return stamp


def _rename_read_only(source: Path, destination: Path, facts: os.stat_result) -> None:
    """A folder without write permission can't get another parent; it is ours, so its mode is
    lifted for the moment of the rename."""
    if facts.st_mode & stat.S_IWUSR or not stat.S_ISDIR(facts.st_mode):
        raise PermissionError(errno.EACCES, "Permission denied", str(source))
    mode = stat.S_IMODE(facts.st_mode)
    os.chmod(source, mode | stat.S_IWUSR)
    try:
        os.rename(source, destination)
    except OSError:
        os.chmod(source, mode)
        raise
    os.chmod(destination, mode)


def _not_moved(error: OSError, source: Path) -> CockpitError:
    if error.errno in (errno.EXDEV, errno.EBUSY):
        return CockpitError(
            f"{shown(source)} can't be renamed to where it should go; nothing was moved",
            detail=f"{error.strerror}: it is a mount of its own, something is mounted in it, or "
            "it belongs to a layer of a container's image.",
            hint="Unmount what is mounted there; or put lanes elsewhere with `worktrees:`.",
        )
    return explain(error, "move", source)
