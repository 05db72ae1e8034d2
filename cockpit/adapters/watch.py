"""Hints that something changed on disk: one `awatch` for all folders, never recursive.

Events are hints and a cheap poll elsewhere is the truth, so everything here errs towards
telling too much. What the library does not do by itself, and is done here: a folder that
does not exist yet, or is renamed away and made again (a git checkout does that), goes
silent for ever, so parents are watched too and the identity of every folder is looked at
once a second; a new watcher runs before the old one ends, so that no event falls between;
a file name that is not UTF-8 ends the library's watcher, which is then simply started anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from pathlib import Path

from watchfiles import Change, awatch

from cockpit.dataclass import dataclass

Folders = Callable[[], Mapping[str, Sequence[Path]]]
Changed = Callable[[str], None]

DEGRADED = "degraded"
"""The label that says: no kernel events (watch limit reached), polling instead."""

STEP = 20
"""ms between looks at the library's change set: about 33 ms from write to hint, 0.3 % CPU
idle (measured; 50 ms would miss the 80 ms that a task file may take to the board)."""
DEBOUNCE = 100
LOOK = 1.0
"""Seconds between looks at which folders are wanted, and whether they are the same ones."""
POLL = 1_000
"""ms between looks of the library when it has to poll."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to watch: identity (device, inode) by path, and the labels that a path means."""

    identity: dict[str, tuple[int, int]]
    labels: dict[str, frozenset[str]]
    """By folder; for a missing folder under the nearest parent that exists."""
    wanted: dict[str, frozenset[str]]
    """By wanted folder, there or not."""


class FileWatcher:
    """Fulfils `Watcher`. Times in ms (`step`, `debounce`) and seconds (`look`)."""

    def __init__(self, *, step: int = STEP, debounce: int = DEBOUNCE, look: float = LOOK) -> None:
        self._step = step
        self._debounce = debounce
        self._look = look
        self._polling = False

    async def run(self, folders: Folders, changed: Changed) -> None:
        """Call `changed(label)` for events directly in the folders of each label (and when a
        folder comes or goes), until cancelled. `folders` is asked again every second.

        Symlinks are not followed: a folder that is one is treated as missing.
        """
        plan = plan_for({})
        asked: dict[str, tuple[Path, ...]] = {}
        pump: asyncio.Task[None] | None = None
        wake = asyncio.Event()
        try:
            while True:
                wake.clear()
                before, asked = asked, {label: tuple(paths) for label, paths in folders().items()}
                same = asked == before and is_current(plan)
                fresh = plan if same else plan_for(asked)
                if fresh != plan or pump is None or pump.done():
                    pump = await self._replace(pump, fresh, changed, wake)
                    for label in _differing(plan, fresh):
                        changed(label)
                    plan = fresh
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._look):
                        await wake.wait()
        finally:
            if pump is not None:
                await _end(pump)

    async def _replace(
        self, old: asyncio.Task[None] | None, plan: Plan, changed: Changed, wake: asyncio.Event
    ) -> asyncio.Task[None]:
        """Start a watcher for `plan`, then end the old one. Where the old one had ended by
        itself, everything may have been missed."""
        pump = asyncio.create_task(self._pump(plan, changed, wake))
        await asyncio.sleep(0)  # its first step makes the kernel's watches
        if old is not None:
            if old.done():
                _hint_all(plan, changed)
            await _end(old)
        return pump

    async def _pump(self, plan: Plan, changed: Changed, wake: asyncio.Event) -> None:
        """Pass events on until the watcher fails (then hint at everything) or is cancelled."""
        if not plan.identity:
            await asyncio.Event().wait()
        events: AsyncGenerator[set[tuple[Change, str]], None] = awatch(
            *plan.identity,
            watch_filter=None,
            step=self._step,
            debounce=self._debounce,
            rust_timeout=5_000,
            recursive=False,
            force_polling=True if self._polling else None,
            poll_delay_ms=POLL,
            ignore_permission_denied=True,
        )
        try:
            async for batch in events:
                paths = [path for _, path in batch]
                for label in labels_of(plan, paths):
                    changed(label)
                if any(is_structural(plan, path) for path in paths):
                    wake.set()
        except (OSError, RuntimeError, ExceptionGroup) as error:
            self._degrade(error, changed)
            _hint_all(plan, changed)
            await asyncio.sleep(self._look)  # never spin on a cause that stays
        finally:
            await events.aclose()

    def _degrade(self, error: Exception, changed: Changed) -> None:
        """Poll from now on, if the kernel gives us no watches (their number, or that of
        inotify instances, is used up): the library then fails before it waits. Failures while
        it waits (a name that it can't decode) come as a group, and say nothing of the kind;
        nor does a folder that has just vanished."""
        passing = isinstance(error, ExceptionGroup | FileNotFoundError | NotADirectoryError)
        if not passing and not self._polling:
            self._polling = True
            changed(DEGRADED)


def _hint_all(plan: Plan, changed: Changed) -> None:
    for label in frozenset[str]().union(*plan.wanted.values()):
        changed(label)


async def _end(pump: asyncio.Task[None]) -> None:
    """Cancel a watcher and wait for its thread. What it failed with was dealt with by it."""
    pump.cancel()
    await asyncio.wait([pump])
    if not pump.cancelled():
        pump.exception()


def plan_for(folders: Mapping[str, Sequence[Path]]) -> Plan:
    """Which paths to watch for these folders: each, and the parent where it would appear."""
    identity: dict[str, tuple[int, int]] = {}
    labels: dict[str, set[str]] = {}
    wanted: dict[str, set[str]] = {}
    above: dict[str, tuple[str, tuple[int, int] | None]] = {}
    for label, paths in folders.items():
        for path in paths:
            place = os.path.abspath(os.fspath(path))
            wanted.setdefault(place, set()).add(label)
            found = _identity(place)
            if found is not None:
                identity[place] = found
                labels.setdefault(place, set()).add(label)
            folder = os.path.dirname(place)
            if folder not in above:  # hundreds of folders share a few parents
                above[folder] = _nearest(folder)
            parent, there = above[folder]
            if there is not None:
                identity[parent] = there
    return Plan(identity, _frozen(labels), _frozen(wanted))


def is_current(plan: Plan) -> bool:
    """Whether everything that the plan watches is still, or still not, there. A fifth of the
    work of a new plan, once a second for hundreds of folders."""
    if any(_identity(place) != plan.identity.get(place) for place in plan.wanted):
        return False
    parents = plan.identity.keys() - plan.wanted.keys()
    return all(_nearest(parent) == (parent, plan.identity[parent]) for parent in parents)


def _frozen(sets: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {path: frozenset(labels) for path, labels in sets.items()}


def _identity(path: str) -> tuple[int, int] | None:
    try:
        facts = os.lstat(path)
    except OSError:
        return None
    return (facts.st_dev, facts.st_ino) if stat.S_ISDIR(facts.st_mode) else None


def _nearest(path: str) -> tuple[str, tuple[int, int] | None]:
    """The nearest existing folder at or above `path` (symlinks on the way are the user's)."""
    while True:
        try:
            facts = os.stat(path)
            return path, (facts.st_dev, facts.st_ino)
        except OSError:
            if path == os.path.dirname(path):
                return path, None
            path = os.path.dirname(path)


def labels_of(plan: Plan, paths: Sequence[str]) -> frozenset[str]:
    """What the events mean: labels of the folder that holds a path, of a wanted folder that
    is the path itself, and of wanted folders below a path (a parent came or went)."""
    found: set[str] = set()
    for path in paths:
        found |= plan.labels.get(os.path.dirname(path), frozenset())
        found |= plan.wanted.get(path, frozenset())
        prefix = path.rstrip("/") + "/"
        for folder, labels in plan.wanted.items():
            if folder.startswith(prefix):
                found |= labels
    return frozenset(found)


def is_structural(plan: Plan, path: str) -> bool:
    """Whether the event may have brought, or taken, a folder that is wanted."""
    prefix = path.rstrip("/") + "/"
    return any(folder == path or folder.startswith(prefix) for folder in plan.wanted)


def _differing(old: Plan, new: Plan) -> frozenset[str]:
    """Labels of folders that appeared, vanished or were replaced between two plans."""
    found: set[str] = set()
    for folder in old.wanted.keys() | new.wanted.keys():
        before, after = old.identity.get(folder), new.identity.get(folder)
        if before != after:
            found |= old.wanted.get(folder, frozenset()) | new.wanted.get(folder, frozenset())
    return frozenset(found)
