"""Changing a few entries of an index that belongs to somebody else.

The new index is computed beside the real one and takes its place under git's own lock only
if the real one is still what it was computed from: the lock is held for a rename, not for
three git processes, and what the commander staged meanwhile is never overwritten.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cockpit.adapters.git import argv, parse
from cockpit.adapters.git.files import lstat
from cockpit.adapters.git.ground import At, Ground
from cockpit.domain.change import NULL_MODE, PathChange
from cockpit.errors import Unavailable

_thread = threading.local()
held: set[Path] = set()
"""Lock files that this process holds, in whatever thread."""
_HELD_FLAGS = os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
_LOCK_WAIT = 2.5
_TRIES = 20

Entries = dict[str, list[parse.IndexEntry]]


def read_entries(ground: Ground, at: At, index_file: Path | None = None) -> Entries:
    """The index by path, all stages, with flags."""
    out = ground.run(argv.index(flags=True), at=at, index_file=index_file).out
    found: Entries = {}
    for entry in parse.index_entries(out):
        found.setdefault(entry.path, []).append(entry)
    return found


def is_entry(entries: Sequence[parse.IndexEntry], mode: str, blob: str) -> bool:
    """Whether the index holds exactly this for a path (`NULL_MODE`: nothing)."""
    if mode == NULL_MODE:
        return not entries
    return [(entry.stage, entry.mode, entry.blob) for entry in entries] == [(0, mode, blob)]


def clashes(entries: Entries, changes: Sequence[PathChange]) -> dict[str, str]:
    """New paths whose entry would drop another one above or below it that doesn't go with
    the changes (a file in the place of a folder, or the other way): path -> that entry."""
    coming = {change.path for change in changes if change.is_new}
    going = {change.path for change in changes if change.is_gone}
    found: dict[str, str] = {}
    if not coming:
        return found
    for path in coming:
        for parent in parents(path):
            if parent in entries and parent not in going:
                found[path] = parent
    for path in entries:
        if path not in going:
            found.update((parent, path) for parent in parents(path) if parent in coming)
    return found


def parents(path: str) -> Iterator[str]:
    """The folders above a repository path, outermost first."""
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)


def follow(ground: Ground, at: At, changes: Sequence[PathChange], scratch: Path) -> list[str]:
    """Entries that are still the old ones become the new ones; returns paths whose entry is
    neither. `scratch` is a file name for the work.

    Raises `Unavailable` if another git keeps the index locked or changing.
    """
    for _ in range(_TRIES):
        before = _stamp(at.admin / "index")
        entries = read_entries(ground, at)
        lines, left = _lines(entries, changes)
        if not lines:
            return left
        _compute(ground, at, entries, lines, scratch)
        if _replace(at.admin / "index", scratch, before):
            return left
    raise Unavailable(
        f"The index of {at.work_tree} keeps changing.",
        hint="Let the other git finish; then run the command again.",
    )


def _lines(entries: Entries, changes: Sequence[PathChange]) -> tuple[list[PathChange], list[str]]:
    """The changes to make (removals first, so that a file can take a folder's place), and
    paths whose entry is somebody's own."""
    todo: list[PathChange] = []
    left: list[str] = []
    clashing = clashes(entries, changes)
    for change in changes:
        now = entries.get(change.path, [])
        if is_entry(now, change.new_mode, change.new_blob):
            continue
        if change.path not in clashing and is_entry(now, change.old_mode, change.old_blob):
            todo.append(change)
        else:
            left.append(change.path)
    return sorted(todo, key=lambda change: not change.is_gone), left


def _compute(
    ground: Ground, at: At, entries: Entries, todo: Sequence[PathChange], scratch: Path
) -> None:
    """The new index in `scratch`, its entries fresh so that the next status is quick."""
    scratch.unlink(missing_ok=True)
    if (at.admin / "index").exists():
        shutil.copyfile(at.admin / "index", scratch)
        shutil.copystat(at.admin / "index", scratch)
    text = b"".join(
        f"{change.new_mode.removeprefix(NULL_MODE) or '0'} {change.new_blob}\t".encode("ascii")
        + os.fsencode(change.path)
        + b"\0"
        for change in todo
    )
    ground.run(argv.update_index(), at=at, index_file=scratch, stdin=text)
    for flag, wanted in (("--skip-worktree", "Ss"), ("--assume-unchanged", None)):
        paths = [
            change.path
            for change in todo
            if not change.is_gone
            and any(
                entry.tag in wanted if wanted else entry.tag.islower()
                for entry in entries.get(change.path, [])
            )
        ]
        if paths:
            names = b"".join(os.fsencode(path) + b"\0" for path in paths)
            ground.run(argv.flag_index(flag), at=at, index_file=scratch, stdin=names)
    ground.run(argv.refresh_index(), at=at, index_file=scratch, ok=(0, 1))


def _stamp(index: Path) -> object:
    """Identity, times and checksum of an index file."""
    seen = lstat(index)
    if seen is None:
        return None
    with open(index, "rb") as file:
        file.seek(max(0, seen.st_size - 32))
        return (seen.st_ino, seen.st_size, seen.st_mtime_ns, file.read())


def _replace(index: Path, fresh: Path, before: object) -> bool:
    """Put `fresh` in the index's place under `index.lock`, if the index is as `before`."""
    lock = index.with_name("index.lock")
    mine = lock in _held_here()
    if mine and _stamp(index) != before:
        return False
    descriptor = os.open(lock, _HELD_FLAGS) if mine else _take(lock)
    try:
        with os.fdopen(descriptor, "wb") as file, open(fresh, "rb") as source:
            seen = lstat(index)
            if seen is not None:
                os.fchmod(file.fileno(), seen.st_mode & 0o777)
            shutil.copyfileobj(source, file, 1 << 20)
            file.flush()
            os.fsync(file.fileno())
        if _stamp(index) != before:
            lock.unlink()
            return False
        os.rename(lock, index)
        _held_here().discard(lock)
    except BaseException:
        if not mine:
            lock.unlink(missing_ok=True)
        raise
    fresh.unlink(missing_ok=True)
    return True


@contextmanager
def hold(admin: Path) -> Iterator[None]:
    """Keep every other git out of the index whose git folder is `admin`, from before a branch
    moves until its worktree follows: a commit made in between would take the old index for
    its tree and so bring back what the branch just left. `follow` within ends it, by giving
    the new index its place under this very lock.

    Raises `Unavailable` if another git keeps the index locked.
    """
    lock = admin / "index.lock"
    descriptor = _take(lock)  # open all the while, which shows others that it isn't a dead one's
    here = _held_here()
    here.add(lock)
    held.add(lock)
    try:
        yield
    finally:
        held.discard(lock)
        os.close(descriptor)
        if lock in here:
            here.discard(lock)
            lock.unlink(missing_ok=True)


def _held_here() -> set[Path]:
    """Locks that `hold` took in this thread and that are still there."""
    if not hasattr(_thread, "held"):
        _thread.held = set()
    here: set[Path] = _thread.held
    return here


def _take(lock: Path) -> int:
    """git's lock: a file that didn't exist. Waits as the door does."""
    until = time.monotonic() + _LOCK_WAIT
    pause = 0.02
    while True:
        try:
            return os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        except FileExistsError:
            if time.monotonic() > until:
                raise Unavailable(
                    f"Another git is working in the checkout: {lock} exists.",
                    hint="If no git runs there, one was killed: remove the file.",
                ) from None
            time.sleep(pause)
            pause *= 2
        except OSError as error:
            raise Unavailable(
                f"The index can't be locked: {lock}", detail=str(error), hint="Look at the disk."
            ) from error
