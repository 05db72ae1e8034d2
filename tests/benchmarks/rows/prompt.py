"""A prompt of 100 KB: every byte of it, and how soon."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from cockpit.adapters.tmux.control import ControlClient
from cockpit.adapters.tmux.lifecycle import TmuxServer
from cockpit.domain.ids import PaneId
from cockpit.domain.intents import Send
from cockpit.services.cockpit import LocalCockpit
from tests.benchmarks import profiles
from tests.benchmarks.figures import Budget, Measure
from tests.benchmarks.fleet import Fleet, lane_name, wait_for_file
from tests.benchmarks.ground import tmux
from tests.benchmarks.rows.bench import Bench, Row

PROMPT = 100_000

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


def _size(file: Path) -> int:
    return file.stat().st_size


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
            before = _size(got)
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


ROWS_HERE = (Row("prompt", "100 KB prompt", prompt, hint=profiles.sending),)
