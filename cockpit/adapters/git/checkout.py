"""How a checkout's files compare with the two sides of a change, and moving single files in
it. Used by `sync.py`; every path is walked component by component, never through a symlink.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path

from cockpit.adapters.git.files import lstat
from cockpit.adapters.git.ground import At, Ground
from cockpit.adapters.git.holdings import GITLINK, SYMLINK, contents
from cockpit.dataclass import dataclass
from cockpit.domain.change import PathChange

Signature = tuple[int, int, int, int]


class Side(Enum):
    """What lies at a path: the old content, the new one, or the commander's own."""

    OLD = "old"
    NEW = "new"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Seen:
    """A path as it was looked at. `blockers` are paths of the commander's that keep it from
    becoming new; `signature` tells whether it changed since (None: nothing there)."""

    side: Side
    signature: Signature | None
    blockers: tuple[str, ...] = ()


def signature(path: Path | str) -> Signature | None:
    """Identity, size, time and mode of what lies at `path`."""
    seen = lstat(path)
    if seen is None:
        return None
    return (seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_mode)


class Comparer:
    """Compares a checkout with the changes of one sync."""

    def __init__(
        self,
        ground: Ground,
        at: At,
        changes: Sequence[PathChange],
        elsewhere: frozenset[str] = frozenset(),
    ) -> None:
        """`elsewhere` are paths that a sparse checkout keeps out: absent is how they are."""
        self.elsewhere = elsewhere
        self.ground = ground
        self.at = at
        self.changes = {change.path: change for change in changes}
        self.going = {
            path for path, change in self.changes.items() if not change.is_new
        }  # paths whose old content makes room
        self.filemode = _setting(ground, "core.filemode")

    def look(self, staged: Mapping[str, Path] | None = None) -> dict[str, Seen]:
        """Every changed path as it is now. `staged` gives the new contents as files; with
        them `new` means the same bytes, without them the same blob."""
        seen: dict[str, Seen] = {}
        to_hash: list[tuple[PathChange, Signature]] = []
        for change in self.changes.values():
            blocker = self._blocked_by(change.path)
            if blocker is not None:
                gone = change.is_gone
                side = Side.NEW if gone else Side.OTHER
                seen[change.path] = Seen(side, None, () if gone else (blocker,))
                continue
            now = signature(self.at.work_tree / change.path)
            if now is None:
                kept_out = change.path in self.elsewhere
                seen[change.path] = Seen(Side.NEW, None) if kept_out else _absent(change)
            elif stat.S_ISDIR(now[3]):
                seen[change.path] = self._folder(change, now)
            else:
                to_hash.append((change, now))
        ids = contents(self.ground, self.at, [change.path for change, _ in to_hash])
        for change, now in to_hash:
            copy = staged.get(change.path) if staged is not None else None
            seen[change.path] = self._file(change, now, ids.get(change.path), copy)
        return seen

    def _blocked_by(self, path: str) -> str | None:
        """The parent of `path` that is a file or link and stays one; "" if a parent is such
        but goes with this change, or is missing: then nothing lies at `path`."""
        parts = path.split("/")
        for depth in range(1, len(parts)):
            parent = "/".join(parts[:depth])
            seen = lstat(self.at.work_tree / parent)
            if seen is None:
                return None
            if not stat.S_ISDIR(seen.st_mode):
                return None if parent in self.going else parent
        return None

    def _folder(self, change: PathChange, now: Signature) -> Seen:
        """A folder lies where a file was or should be. The file that should go is gone then;
        what the folder holds is judged by itself."""
        if change.is_gone or change.new_mode == GITLINK:
            return Seen(Side.NEW, now)
        blockers = tuple(self._kept_below(change.path))
        if blockers:
            return Seen(Side.OTHER, now, blockers[:5])
        side = Side.OLD if change.is_new or change.old_mode == GITLINK else Side.OTHER
        return Seen(side, now, () if side is Side.OLD else (change.path,))

    def _kept_below(self, path: str) -> Iterator[str]:
        """Files below a folder that don't go with this change."""
        root = self.at.work_tree
        for folder, folders, names in os.walk(root / path):
            links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
            for name in (*names, *links):
                found = os.path.relpath(os.path.join(folder, name), root)
                if found not in self.going:
                    yield found

    def _file(
        self, change: PathChange, now: Signature, blob: str | None, copy: Path | None
    ) -> Seen:
        mode = _git_mode(now[3], self.filemode)
        path = self.at.work_tree / change.path
        if copy is not None and lstat(copy) is not None:
            is_new = same_file(path, copy, self.filemode)
        else:
            is_new = blob == change.new_blob and self._same_mode(mode, change.new_mode)
        if is_new:
            return Seen(Side.NEW, now)
        if blob == change.old_blob and self._same_mode(mode, change.old_mode):
            return Seen(Side.OLD, now)
        return Seen(Side.OTHER, now, (change.path,))

    def _same_mode(self, now: str, wanted: str) -> bool:
        if self.filemode or SYMLINK in (now, wanted):
            return now == wanted
        return wanted in ("100644", "100755")


def _absent(change: PathChange) -> Seen:
    """Nothing lies at the path: new, if it goes or is a submodule; old, if it comes; else the
    commander has deleted it."""
    if change.is_gone or change.new_mode == GITLINK:
        return Seen(Side.NEW, None)
    if change.is_new or change.old_mode == GITLINK:
        return Seen(Side.OLD, None)
    return Seen(Side.OTHER, None, (change.path,))


def _git_mode(mode: int, filemode: bool) -> str:
    if stat.S_ISLNK(mode):
        return SYMLINK
    if not stat.S_ISREG(mode):
        return "?"
    return "100755" if filemode and mode & 0o100 else "100644"


def same_file(one: Path, two: Path, filemode: bool) -> bool:
    """Whether two paths hold the same bytes and mode (as git sees modes)."""
    first, second = lstat(one), lstat(two)
    if first is None or second is None:
        return False
    if _git_mode(first.st_mode, filemode) != _git_mode(second.st_mode, filemode):
        return False
    if stat.S_ISLNK(first.st_mode):
        return os.readlink(one) == os.readlink(two)
    if not stat.S_ISREG(first.st_mode) or first.st_size != second.st_size:
        return False
    with open(one, "rb") as left, open(two, "rb") as right:
        while piece := left.read(1 << 20):
            if piece != right.read(1 << 20):
                return False
    return True


def _setting(ground: Ground, key: str) -> bool:
    value = dict(ground.shadow.settings).get(key, "true")
    return value is None or value.lower() in ("true", "yes", "on", "1")


# ---------------------------------------------------------------- moving single files


def open_parent(root: Path, path: str, *, create: bool) -> int:
    """A descriptor of the folder that holds `path`, reached without following a link.

    Raises `OSError` if a parent is a link or file, or missing without `create`.
    """
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    folder = os.open(root, flags & ~os.O_NOFOLLOW)
    try:
        for part in path.split("/")[:-1]:
            if create:
                try:
                    os.mkdir(part, 0o777, dir_fd=folder)
                except FileExistsError:
                    pass  # whether it is a folder shows when it is opened
            deeper = os.open(part, flags, dir_fd=folder)
            os.close(folder)
            folder = deeper
    except BaseException:
        os.close(folder)
        raise
    return folder


def put(staged: Path, root: Path, path: str, aside: Path, *, fresh: bool) -> None:
    """Move a staged file to its place; what lies there gets a second name `aside` first.
    With `fresh`, nothing may lie there.

    Raises `OSError`. On another file system than the staging folder (a mount inside the
    checkout) the file is copied beside its place and renamed.
    """
    folder = open_parent(root, path, create=True)
    name = path.rpartition("/")[2]
    try:
        if fresh and _appear(staged, folder, name):
            return
        _second_name(folder, name, aside)
        try:
            os.rename(staged, name, dst_dir_fd=folder)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _copy_across(staged, folder, name)
    finally:
        os.close(folder)


def _appear(staged: Path, folder: int, name: str) -> bool:
    """Give a staged file its place without replacing anything (a hard link never does);
    False if this file system can't. Raises `FileExistsError` if something came meanwhile."""
    try:
        os.link(staged, name, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        return False
    os.unlink(staged)
    return True


def _second_name(folder: int, name: str, aside: Path) -> None:
    try:
        os.link(name, aside, src_dir_fd=folder, follow_symlinks=False)
    except OSError:
        pass  # nothing lies there, or the file system has no hard links: the window of
        # microseconds between look and rename then stays without a second copy


def _copy_across(staged: Path, folder: int, name: str) -> None:
    temporary = f".cockpit-sync-{os.getpid()}"
    try:
        if staged.is_symlink():
            os.symlink(os.readlink(staged), temporary, dir_fd=folder)
        else:
            mode = stat.S_IMODE(staged.stat().st_mode)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            target = os.open(temporary, flags, mode, dir_fd=folder)
            with open(staged, "rb") as source, os.fdopen(target, "wb") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
                copy.flush()
                os.fsync(copy.fileno())
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        try:
            os.unlink(temporary, dir_fd=folder)
        except FileNotFoundError:
            pass  # it was renamed, or never made
        raise
    os.unlink(staged)


def take_away(root: Path, path: str, aside: Path) -> None:
    """Move a file out of the checkout to `aside`, and remove folders that it leaves empty."""
    folder = open_parent(root, path, create=False)
    name = path.rpartition("/")[2]
    try:
        try:
            os.rename(name, aside, src_dir_fd=folder)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            os.unlink(name, dir_fd=folder)  # its old content is a blob of the repository
    finally:
        os.close(folder)
    remove_empty_parents(root, path)


def remove_empty_parents(root: Path, path: str) -> None:
    """Remove the folders above `path` that hold nothing, up to the checkout's root."""
    parent = path.rpartition("/")[0]
    while parent:
        try:
            os.rmdir(root / parent)
        except OSError:
            return  # it holds something, or is gone already
        parent = parent.rpartition("/")[0]


def remove_empty_tree(folder: Path) -> None:
    """Remove a folder in which only empty folders lie; raises `OSError` if there is more."""
    for inner, _, _ in os.walk(folder, topdown=False):
        os.rmdir(inner)
