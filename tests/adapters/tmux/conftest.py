"""A server of our own for each test, and a program that shows which bytes reached it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import pytest

from cockpit.adapters.tmux.lifecycle import TmuxServer
from cockpit.adapters.tmux.run import TmuxDoor
from cockpit.domain.ids import LaneId, OpId
from cockpit.domain.lane import PaneRef
from cockpit.errors import CockpitError
from tests.adapters.tmux.helpers import Open, Watched
from tests.conftest import retry_until

READER = """
import os, sys, termios, tty
tty.setraw(0)
out = open(sys.argv[1], "wb", buffering=0)
os.write(1, sys.argv[2].encode().decode("unicode_escape").encode() + b"READY")
while True:
    data = os.read(0, 65536)
    if not data:
        break
    out.write(data)
"""


@pytest.fixture
def tmux(isolated: Path, tmp_path: Path) -> Iterator[TmuxServer]:
    """Our tmux server, not started yet, with a state folder of its own."""
    server = TmuxServer("cockpit-test", tmp_path / "state" / "run")
    yield server
    with contextlib.suppress(CockpitError):  # what a test broke on purpose is reaped by its pid
        server.kill_server()


@pytest.fixture
def env() -> dict[str, str]:
    return {"PATH": os.environ["PATH"]}


@pytest.fixture
def open_lane(tmux: TmuxServer, tmp_path: Path, env: dict[str, str]) -> Open:
    """Open a lane that runs `argv` in an empty folder."""

    def opener(lane: str, *argv: str, op: str = "1-start-00000000", **more: str) -> PaneRef:
        folder = tmp_path / f"lane-{lane}"
        folder.mkdir(exist_ok=True)
        words: Sequence[str] = argv or ("cat",)
        return tmux.open_pane(
            LaneId(lane), op=OpId(op), cwd=folder, argv=words, env={**env, **more}
        )

    return opener


@pytest.fixture
def reader(
    tmux: TmuxServer, open_lane: Open, tmp_path: Path
) -> Callable[..., tuple[PaneRef, Path]]:
    """A lane whose program writes every byte that it reads, raw, to a file."""

    def start(lane: str = "reader", greeting: str = "") -> tuple[PaneRef, Path]:
        got = tmp_path / f"{lane}.bytes"
        ref = open_lane(lane, sys.executable, "-c", READER, str(got), greeting)
        retry_until(lambda: any("READY" in row for row in tmux.capture(ref.pane)), why="reader")
        return ref, got

    return start


@pytest.fixture
def terminal(isolated: Path) -> Iterator[TmuxDoor]:
    """Another tmux server, whose only pane is the commander's terminal."""
    door = TmuxDoor("outer")
    config = isolated / "outer.conf"
    config.write_text("set -g status off\nset -g remain-on-exit on\nset -s escape-time 0\n")
    door.run(["new-session", "-d", "-x", "90", "-y", "20", "--", "env", "cat"], config=config)
    yield door
    TmuxServer("outer", isolated, door=door).kill_server()


@pytest.fixture
async def live(tmux: TmuxServer) -> AsyncIterator[Watched]:
    await asyncio.to_thread(tmux.ensure_server)
    client = Watched(tmux.door, tmux.run_dir)
    await client.start()
    yield client
    await client.close()
