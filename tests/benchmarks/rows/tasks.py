"""Tasks: a file that shows up, and ten thousand of them."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from cockpit.adapters.watch import FileWatcher
from cockpit.domain.events import BoardChanged, Event
from cockpit.domain.fleet import Fleet as Shown
from cockpit.services.supervisor import FleetSupervisor
from tests.benchmarks.figures import Budget, Measure
from tests.benchmarks.fleet import Fleet
from tests.benchmarks.rows.bench import Bench, Row

MANY = 10_000
SETTLED = 1.5
"""Seconds in which nothing is told any more."""


def tasks(bench: Bench, _lanes: int) -> list[Measure]:
    fleet = Fleet(bench.ground, "tasks", files=100)
    fleet.declare(3)
    few = asyncio.run(_watched(fleet, bench.samples(12, 4)))
    _fill(fleet.root / "tasks", MANY)
    cold, many = [], []
    for _ in range(bench.samples(3, 1)):
        first, changed = asyncio.run(_many(fleet, bench.samples(5, 2)))
        cold.append(first)
        many += changed
    return [
        Measure(
            "tasks",
            "a file in tasks/ → on the board, as arriving",
            "ms",
            tuple(few),
            Budget(median=80.0),
        ),
        Measure(
            "tasks",
            f"{MANY:,} task files → on the board, after a cold start",
            "ms",
            tuple(cold),
            Budget(median=2_000.0),
        ),
        Measure(
            "tasks",
            "... and one of them changed → on the board",
            "ms",
            tuple(many),
            Budget(median=200.0),
        ),
    ]


def _fill(folder: Path, count: int) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(1, count + 1):
        needs = ", ".join(str(number - back) for back in (3, 17, 40) if number % back == 0)
        text = f"---\ntitle: Do thing {number}\ndepends: {needs}\nestimate: 2h\n---\n\nDo it.\n"
        path = folder / f"task-{number:05d}-thing.md"
        path.write_text(text)
        os.utime(path, (time.time() - 60, time.time() - 60))


Told = Callable[[Callable[[Shown], bool]], Awaitable[float]]
"""Waits until the board is like that; returns when it was told (monotonic seconds)."""


async def _with_app(fleet: Fleet, work: Callable[[Told, float], Awaitable[None]]) -> None:
    """The app's services without a terminal; `work` gets the moment at which it was begun."""
    begun = time.perf_counter()
    cockpit = fleet.open()
    supervisor = FleetSupervisor(cockpit, None, FileWatcher())
    changed = asyncio.Event()

    def hear(event: Event, _fleet: Shown) -> None:
        if isinstance(event, BoardChanged):
            changed.set()

    async def told(enough: Callable[[Shown], bool]) -> float:
        while not enough(supervisor.fleet):
            changed.clear()
            await asyncio.wait_for(changed.wait(), 60)
        return time.perf_counter()

    supervisor.subscribe(hear)
    running = asyncio.create_task(supervisor.run())
    try:
        await work(told, begun)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await supervisor.stop()
        cockpit.close()


async def _watched(fleet: Fleet, count: int) -> list[float]:
    times: list[float] = []

    async def work(told: Told, _begun: float) -> None:
        (fleet.root / "tasks").mkdir(exist_ok=True)
        await asyncio.sleep(SETTLED)
        for number in range(1, count + 1):
            await asyncio.sleep(0.6)
            made = fleet.root / "tasks" / ".made.tmp"
            made.write_text(f"# Task {number}\n")
            start = time.perf_counter()
            made.rename(fleet.root / "tasks" / f"task-9{number:03d}.md")
            shown = await told(_at_least(number))
            times.append((shown - start) * 1000)

    await _with_app(fleet, work)
    return times


async def _many(fleet: Fleet, count: int) -> tuple[float, list[float]]:
    cold: list[float] = []
    times: list[float] = []

    async def work(told: Told, begun: float) -> None:
        cold.append((await told(_at_least(MANY)) - begun) * 1000)
        await asyncio.sleep(SETTLED)
        path = fleet.root / "tasks" / "task-05000-thing.md"
        for number in range(count):
            title = f"Changed {time.time_ns()} {number}"
            start = time.perf_counter()
            path.write_text(f"# {title}\n")
            shown = await told(_is_titled(title))
            times.append((shown - start) * 1000)
            await asyncio.sleep(1.0)

    await _with_app(fleet, work)
    return cold[0], times


def _at_least(count: int) -> Callable[[Shown], bool]:
    return lambda shown: len(shown.board.tasks) >= count


def _is_titled(title: str) -> Callable[[Shown], bool]:
    return lambda shown: any(view.task.title == title for view in shown.board.tasks)


ROWS_HERE = (Row("tasks", "tasks show up", tasks),)
