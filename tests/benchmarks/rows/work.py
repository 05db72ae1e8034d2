"""Work on lanes: prompts, commits that show up, landings, and looks at large lanes."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from cockpit.adapters.tmux.control import ControlClient
from cockpit.adapters.tmux.lifecycle import TmuxServer
from cockpit.domain.ids import LaneId, PaneId
from cockpit.domain.intents import Land, Send, Start
from cockpit.services.cockpit import LocalCockpit
from tests.benchmarks import profiles
from tests.benchmarks.figures import Budget, Measure
from tests.benchmarks.fleet import Fleet, lane_name, wait_for_file
from tests.benchmarks.ground import git, timed, tmux
from tests.benchmarks.rows.bench import Bench, Row

PROMPT = 100_000
LARGE = 20_000

READER = """
import os, sys, tty
tty.setraw(0)
out = os.open(os.environ["GOT"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
os.write(1, b"READY-" + os.environ["COCKPIT_LANE"].encode())
total = 0
while data := os.read(0, 65536):
    os.write(out, data)
    total += len(data)
    os.write(1, b"\\r\\n%d" % total)
"""
"""An agent that keeps every byte that it is given, and says how many."""

READY = ("sh", "-c", ': > "$READY_IN/$COCKPIT_LANE"; exec cat')
"""An agent that leaves a file when it runs."""


# ------------------------------------------------------------------ prompts


def prompt(bench: Bench, _lanes: int) -> list[Measure]:
    got = bench.ground.folder("prompt-got") / "bytes"
    fleet = Fleet(
        bench.ground,
        "prompt",
        files=100,
        agent=(sys.executable, "-c", READER),
        env={"GOT": str(got)},
    )
    fleet.grow(1)
    wait_for_file(got, 0)
    count = bench.samples(9, 4)
    cockpit = fleet.open()
    try:
        sent, wrong = _sent(cockpit, got, count)
        pasted, wrong_paste = asyncio.run(_pasted(cockpit, got, count))
    finally:
        cockpit.close()
    plain = [_plain_paste(fleet, got) for _ in range(count)]
    beside = "tmux load-buffer and paste-buffer"
    what = "100 KB prompt, byte-exact"
    budget = Budget(median=30.0)
    return [
        Measure(
            "prompt",
            f"{what}, over the control pipe",
            "ms",
            tuple(pasted),
            budget,
            beside,
            tuple(plain),
            failure=wrong_paste,
        ),
        Measure(
            "prompt",
            f"{what}, `send` with journal and checks",
            "ms",
            tuple(sent),
            budget,
            beside,
            tuple(plain),
            failure=wrong,
        ),
    ]


def _text(number: int) -> str:
    line = f"{number:03d} Please look at 'src/é' and \"$HOME\"; #(date) `id` \\ 100 % ✓\n"
    text = line * (PROMPT // len(line.encode()))
    return text + "x" * (PROMPT - len(text.encode()))


def _exact(got: Path, before: int, wanted: bytes) -> str:
    seen = got.read_bytes()[before:]
    return "" if seen.startswith(wanted) else f"{len(seen)} bytes arrived, not the ones sent"


def _sent(cockpit: LocalCockpit, got: Path, count: int) -> tuple[list[float], str]:
    """The way that `o` on the board and `cockpit send` go."""
    times, wrong = [], ""
    for number in range(count):
        wanted = _text(number).encode()
        before = got.stat().st_size
        start = time.perf_counter()
        cockpit.carry_out(Send(lane_name(1), wanted.decode()), lambda _: None, by="cli")
        arrived = got.stat().st_mtime
        wrong = wrong or _exact(got, before, wanted)
        times.append((arrived - time.time() + time.perf_counter() - start) * 1000)
    return times, wrong


async def _pasted(cockpit: LocalCockpit, got: Path, count: int) -> tuple[list[float], str]:
    """The way that a paste into a pane that is typed into goes."""
    server = cockpit.work.tmux
    assert isinstance(server, TmuxServer)
    pane = PaneId(server.panes()[lane_name(1)].ref.pane)
    client = ControlClient(server.door, cockpit.state / "run")
    await client.start()
    times, wrong = [], ""
    try:
        for number in range(count):
            wanted = _text(number).encode()
            before = got.stat().st_size
            start = time.perf_counter()
            await client.type_text(pane, wanted.decode())
            arrived = wait_for_file(got, before + len(wanted))
            wrong = wrong or _exact(got, before, wanted)
            times.append((arrived - start) * 1000)
    finally:
        await client.close()
    return times, wrong


def _plain_paste(fleet: Fleet, got: Path) -> float:
    text = fleet.ground.root / "plain-prompt"
    text.write_text(_text(0))
    before = got.stat().st_size
    start = time.perf_counter()
    tmux(fleet.socket, "load-buffer", "-b", "plain", str(text))
    tmux(fleet.socket, "paste-buffer", "-p", "-r", "-d", "-b", "plain", "-t", "=lane-l01:")
    return (wait_for_file(got, before + PROMPT) - start) * 1000


# ------------------------------------------------------------------ commits


def commit(bench: Bench, lanes: int) -> list[Measure]:
    app = bench.app(lanes)
    worktree = app.fleet.worktree(app.shown[1])
    known = int(git(worktree, "rev-list", "--count", "main..HEAD"))
    times = []
    for number in range(known + 1, known + 1 + bench.samples(10, 4)):
        (worktree / "src000" / "file00.txt").write_text(f"change {number}\n")
        git(worktree, "add", "-A")
        app.terminal.rest(0.8)
        app.terminal.forget()
        git(worktree, "commit", "-q", "-m", f"change {number}")
        returned = time.perf_counter()
        times.append((app.terminal.wait_for(f"↑{number}".encode()) - returned) * 1000)
    return [
        Measure(
            "commit",
            "a commit in a lane, after git returned → on the board",
            "ms",
            tuple(times),
            Budget(median=80.0),
        )
    ]


# ------------------------------------------------------------------ landing


def landing(bench: Bench, _lanes: int) -> list[Measure]:
    fleet = Fleet(bench.ground, "land", files=1_000)
    count = bench.samples(6, 3)
    fleet.grow(count)
    cockpit = fleet.open()
    mine, looks = [], []
    try:
        for number in range(1, count + 1):
            _change(fleet.worktree(lane_name(number)), number)
            start = time.perf_counter()
            shown = cockpit.preview_landing(lane_name(number))
            looks.append((time.perf_counter() - start) * 1000)
            wish = Land(lane_name(number), source=shown.source, target_old=shown.target_old)
            start = time.perf_counter()
            cockpit.carry_out(wish, lambda _: None, by="cli")
            mine.append((time.perf_counter() - start) * 1000)
    finally:
        cockpit.close()
    plain = [_plain_merge(fleet, number) for number in range(count)]
    beside = "`git merge --no-ff`"
    return [
        Measure(
            "landing",
            "preview of a landing, 1,000 files",
            "ms",
            tuple(looks),
            beside=beside,
            compared=tuple(plain),
        ),
        Measure(
            "landing",
            "landing (previewed again, approved, moved; no gate)",
            "ms",
            tuple(mine),
            beside=beside,
            compared=tuple(plain),
        ),
    ]


def _change(worktree: Path, number: int) -> None:
    for place in range(7):
        (worktree / f"src{number:03d}" / f"file{place:02d}.txt").write_text(f"change {number}\n")
    git(worktree, "commit", "-q", "-am", f"change {number}")


def _plain_merge(fleet: Fleet, number: int) -> float:
    git(fleet.root, "switch", "-q", "-c", f"plain{number}")
    (fleet.root / "src000" / f"file{number:02d}.txt").write_text("plain change\n")
    git(fleet.root, "commit", "-q", "-am", "plain change")
    git(fleet.root, "switch", "-q", "main")
    return timed(
        ["git", "merge", "-q", "--no-ff", "--no-edit", f"plain{number}"], cwd=fleet.root
    )


# ------------------------------------------------------------------ large lanes


def large(bench: Bench, _lanes: int) -> list[Measure]:
    """Starts of lanes with 20,000 files, and looks at them once they are there."""
    ready = bench.ground.folder("ready")
    fleet = Fleet(bench.ground, "large", files=LARGE, agent=READY, env={"READY_IN": str(ready)})
    lanes = bench.samples(15, 2)
    fleet.declare(lanes)
    cockpit = fleet.open()
    try:
        starts = _starts(bench, fleet, cockpit, ready, lanes)
        looks = _looks(bench, fleet, cockpit, lanes)
    finally:
        cockpit.close()
    return [*starts, *looks]


def _starts(
    bench: Bench, fleet: Fleet, cockpit: LocalCockpit, ready: Path, lanes: int
) -> list[Measure]:
    running, whole, plain = [], [], []
    for number in range(1, lanes + 1):
        if number <= bench.samples(5, 2):
            folder = fleet.root.parent / f"plain{number}"
            branch = ["-b", f"plain{number}"]
            plain.append(timed(["git", "worktree", "add", "-q", *branch, str(folder)], cwd=fleet.root))
        lane = lane_name(number)
        began, start = time.time(), time.perf_counter()
        cockpit.carry_out(Start(lane), lambda _: None, by="cli")
        whole.append((time.perf_counter() - start) * 1000)
        wait_for_file(ready / lane, 0)
        running.append((os.stat(ready / lane).st_mtime - began) * 1000)
    beside = "`git worktree add`"
    return [
        Measure(
            "large-start",
            "start of a lane, 20,000 files, until its agent runs",
            "ms",
            tuple(running),
            Budget(ratio=1.1),
            beside,
            tuple(plain),
        ),
        Measure(
            "large-start",
            "... until the command is done (it watches for a sudden end)",
            "ms",
            tuple(whole),
            beside=beside,
            compared=tuple(plain),
        ),
    ]


def _looks(bench: Bench, fleet: Fleet, cockpit: LocalCockpit, lanes: int) -> list[Measure]:
    lane = lane_name(1)
    cockpit.observe_git(None)
    one, one_git = [], []
    for number in range(bench.samples(9, 4)):
        (fleet.worktree(lane) / "src001" / "file01.txt").write_text(f"look {number}\n")
        start = time.perf_counter()
        cockpit.observe_git([lane])
        one.append((time.perf_counter() - start) * 1000)
        one_git.append(_git_status(fleet, lane))
    measures = [
        Measure(
            "large-status",
            "status of one changed lane, 20,000 files",
            "ms",
            tuple(one),
            Budget(median=25.0),
            "`git status`",
            tuple(one_git),
        )
    ]
    if lanes < 15:
        return measures
    every, every_git = [], []
    for _ in range(3):
        start = time.perf_counter()
        cockpit.observe_git(None)
        every.append((time.perf_counter() - start) * 1000)
        every_git.append(sum(_git_status(fleet, lane_name(n)) for n in range(1, lanes + 1)))
    what = f"status of {lanes} lanes of 20,000 files in full"
    measure = Measure(
        "large-status",
        what,
        "ms",
        tuple(every),
        Budget(median=600.0),
        "a loop of `git status`",
        tuple(every_git),
    )
    return [*measures, measure]


def _git_status(fleet: Fleet, lane: LaneId) -> float:
    return timed(["git", "status", "--porcelain=v2", "--branch"], cwd=fleet.worktree(lane))


ROWS_HERE = (
    Row("commit", "a commit shows up", commit, (15,), hint=profiles.looks),
    Row("prompt", "100 KB prompt", prompt, hint=profiles.sending),
    Row("landing", "landing against git merge", landing),
    Row("large", "lanes of 20,000 files", large, hint=profiles.looks),
)
