"""Why a budget was missed: imports of a start, functions of the app, git calls of a look."""

from __future__ import annotations

import cProfile
import os
import pstats
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cockpit.domain.intents import Send
from tests.benchmarks.app import COLUMNS, ROWS, SHOWN, quit_app, wait_until_live
from tests.benchmarks.fleet import Fleet, lane_name
from tests.benchmarks.terminal import Terminal

if TYPE_CHECKING:
    from cockpit.services.cockpit import LocalCockpit
    from tests.benchmarks.rows.bench import Bench

MOST = 8
"""Lines that a hint has at most."""

_WAITING = ("'poll' of 'select", "'acquire' of '_thread", "built-in method time.sleep")
"""Functions that only wait."""

_IMPORT = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \|( *)(\S+)")


# ------------------------------------------------------------------ starts


def imports_of_version(bench: Bench) -> list[str]:
    return slowest_imports(["-m", "cockpit", "--version"])


def status(bench: Bench) -> list[str]:
    root = str(bench.fleet(SHOWN).root)
    lines = slowest_imports(["-m", "cockpit", "-C", root, "status", "--json"])
    return [*lines, *looks(bench)]


def first_frame(bench: Bench) -> list[str]:
    lines = slowest_imports(["-c", "import cockpit.ui.run, cockpit.services.wiring"])
    return [*lines, *_app_profile(bench, seconds=0.3, from_start=True)]


def slowest_imports(argv: list[str]) -> list[str]:
    """The packages whose first import takes longest, with all that they bring, in ms."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *argv], capture_output=True, text=True, check=False
    )
    spent: dict[str, int] = {}
    for line in done.stderr.splitlines():
        found = _IMPORT.match(line)
        if found is not None:
            package = ".".join(found[4].split(".")[:2])
            spent[package] = spent.get(package, 0) + int(found[1])
    ranked = sorted(spent.items(), key=lambda item: -item[1])
    total = sum(spent.values()) / 1000
    shown = [f"{microseconds / 1000:6.1f} ms  {name}" for name, microseconds in ranked[:MOST]]
    return [f"imports, {total:.0f} ms in all (under -X importtime):", *shown]


# ------------------------------------------------------------------ the running app


def idle(bench: Bench) -> list[str]:
    return _app_profile(bench, seconds=5.0)


def stepping(bench: Bench) -> list[str]:
    def step(terminal: Terminal, _fleet: Fleet) -> None:
        for _ in range(5):
            terminal.write(b"\r")
            terminal.rest(0.5)
            terminal.write(b"\x11")
            terminal.rest(0.5)

    return _app_profile(bench, seconds=0.5, during=step)


def busy(bench: Bench) -> list[str]:
    def write(terminal: Terminal, fleet: Fleet) -> None:
        ttys = [tty.open("wb", buffering=0) for tty in list(fleet.ttys().values())[:SHOWN]]
        for number in range(60):
            for tty in ttys:
                tty.write(b"\r\nline %05d of an agent" % number)
            terminal.rest(0.05)
        for tty in ttys:
            tty.close()

    return _app_profile(bench, seconds=0.5, during=write)


def _app_profile(
    bench: Bench,
    *,
    seconds: float,
    from_start: bool = False,
    during: Callable[[Terminal, Fleet], None] = lambda _terminal, _fleet: None,
) -> list[str]:
    """Functions of the bare app's main thread by their own time."""
    from tests.benchmarks.app import clear_screens

    fleet = bench.fleet(SHOWN)
    clear_screens(fleet)
    out = bench.ground.root / f"profile-{time.time_ns()}"
    argv = [sys.executable, "-m", "tests.benchmarks.profiled", str(out)]
    env = {**bench.ground.env, "PYTHONPATH": os.pathsep.join(_import_roots())}
    with Terminal(
        [*argv, "-C", str(fleet.root), "up", "--bare"],
        cwd=fleet.root,
        env=env,
        columns=COLUMNS,
        rows=ROWS,
    ) as terminal:
        wait_until_live(fleet, terminal)
        if not from_start:
            terminal.rest_until_quiet(1.0)
            terminal.process.send_signal(signal.SIGUSR1)
        terminal.rest(seconds)
        during(terminal, fleet)
        quit_app(terminal, terminal.process.pid)
    return _slowest(pstats.Stats(str(out)))


def _import_roots() -> list[str]:
    """Where this package is found; the app runs in another folder."""
    return [str(Path(__file__).resolve().parents[2])]


# ------------------------------------------------------------------ calls in this process


def looks(bench: Bench) -> list[str]:
    """The git processes of one look at every lane."""
    cockpit = bench.fleet(SHOWN).open()
    try:
        with _git_calls(cockpit) as calls:
            cockpit.observe_git(None)
        return [
            f"{len(calls)} git processes for {SHOWN} lanes:",
            *_counted(calls),
            *_profile_of(lambda: cockpit.observe_git(None)),
        ]
    finally:
        cockpit.close()


def sending(bench: Bench) -> list[str]:
    cockpit = bench.fleet(1).open()
    try:
        wish = Send(lane_name(1), "x" * 100_000, force=True)
        return _profile_of(lambda: cockpit.carry_out(wish, lambda _: None, by="cli"))
    finally:
        cockpit.close()


@contextmanager
def _git_calls(cockpit: LocalCockpit) -> Iterator[list[str]]:
    calls: list[str] = []
    observers = cockpit.work.git.door.observers  # type: ignore[attr-defined]

    def observe(call: Any) -> None:
        calls.append(_verb(call.argv))

    observers.append(observe)
    try:
        yield calls
    finally:
        observers.remove(observe)


def _verb(argv: tuple[str, ...]) -> str:
    """The git command of an argument list, its global options left out."""
    words = iter(argv)
    for word in words:
        if word in ("-c", "-C"):
            next(words, None)
        elif not word.startswith("-"):
            return word
    return "?"


def _counted(words: list[str]) -> list[str]:
    counts = {word: words.count(word) for word in words}
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    return [f"{count:4d} ×  git {word}" for word, count in ranked[:MOST]]


def _profile_of(call: Callable[[], object]) -> list[str]:
    profile = cProfile.Profile()
    profile.runcall(call)
    return _slowest(pstats.Stats(profile))


def _slowest(stats: pstats.Stats) -> list[str]:
    rows = []
    for (file, line, name), (_, calls, own, whole, _) in stats.stats.items():  # type: ignore[attr-defined]
        if any(word in name for word in _WAITING):
            continue
        place = "/".join(Path(file).parts[-2:])
        where = name if file == "~" else f"{place}:{line} {name}"
        rows.append((own, calls, whole, where))
    rows.sort(reverse=True)
    total = sum(row[0] for row in rows)
    shown = [
        f"{own * 1000:7.1f} ms own {whole * 1000:8.1f} ms in all {calls:6d} ×  {where}"
        for own, calls, whole, where in rows[:MOST]
    ]
    return [f"functions of {total * 1000:.0f} ms (under cProfile), by their own time:", *shown]
