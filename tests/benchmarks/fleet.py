"""Repositories with real lanes: worktrees, branches and panes made by the product itself."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Start, Trust
from cockpit.services.cockpit import LocalCockpit
from cockpit.services.wiring import build_cockpit
from tests.benchmarks.ground import Ground, git, tmux

ECHO = ("sh", "-c", "stty raw -echo; printf 'READY-%s' \"$COCKPIT_LANE\"; exec cat")
"""An agent that answers every key by printing it, and is silent otherwise."""

IN_A_FOLDER = 50
STARTS_AT_ONCE = 3
"""More only wait for the lock under which worktrees are added."""


def lane_name(number: int) -> LaneId:
    """Lanes are counted from 1."""
    return LaneId(f"l{number:02d}")


def build_repository(root: Path, files: int) -> None:
    """A repository with `files` small files, fifty in a folder, in one commit on main."""
    root.mkdir(parents=True)
    git(root, "init", "-q")
    for number in range(files):
        folder = root / f"src{number // IN_A_FOLDER:03d}"
        if number % IN_A_FOLDER == 0:
            folder.mkdir()
        (folder / f"file{number % IN_A_FOLDER:02d}.txt").write_text(f"file {number}\nsecond line\n")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")


class Fleet:
    """One repository with up to 50 lanes that run `agent`. Lanes are only ever added."""

    def __init__(
        self,
        ground: Ground,
        name: str,
        *,
        files: int,
        agent: tuple[str, ...] = ECHO,
        env: Mapping[str, str] | None = None,
        preset: str = "generic",
    ) -> None:
        self.ground = ground
        self._preset = preset
        self.root = ground.root / name / "project"
        self._agent = agent
        self._env = dict(env or {})
        self.count = 0
        build_repository(self.root, files)

    def declare(self, count: int) -> None:
        """lanes.yaml with so many lanes, trusted."""
        lines = [
            "target: main",
            'worktrees: "../lanes/{lane}"',
            "launch: {stagger: 0s, max_running: 99}",
            "agents:",
            f"  bench: {{command: {json.dumps(list(self._agent))}, preset: {self._preset}}}",
            "lanes:",
            *(
                f"  {lane_name(number)}: {{agent: bench, env: {json.dumps(self._env)}}}"
                for number in range(1, count + 1)
            ),
        ]
        (self.root / "lanes.yaml").write_text("\n".join(lines) + "\n")
        cockpit = self.open()
        try:
            state = cockpit.trust()
            if not state.trusted:
                cockpit.carry_out(Trust(state.digest), lambda _: None, by="cli")
        finally:
            cockpit.close()

    def open(self) -> LocalCockpit:
        """The services on this repository, in this process; the caller closes them."""
        return build_cockpit(self.root, by="cli")

    def grow(self, count: int) -> None:
        """Declare and start lanes until there are `count`."""
        if count <= self.count:
            return
        self.declare(count)
        fresh = [lane_name(number) for number in range(self.count + 1, count + 1)]
        cockpit = self.open()
        try:
            with ThreadPoolExecutor(STARTS_AT_ONCE) as pool:
                for done in [pool.submit(_start, cockpit, lane) for lane in fresh]:
                    done.result()
        finally:
            cockpit.close()
        self.count = count

    @property
    def socket(self) -> Path:
        """The socket of the lanes' tmux server."""
        cockpit = self.open()
        try:
            name = getattr(cockpit.work.tmux, "socket", "")
        finally:
            cockpit.close()
        return self.ground.sockets / f"tmux-{os.getuid()}" / str(name)

    def ttys(self) -> dict[LaneId, Path]:
        """The terminal device of each lane's pane: what is written there is what the lane's
        program printed."""
        listed = tmux(
            self.socket, "list-panes", "-a", "-F", "#{session_name}|#{@cockpit_lane}|#{pane_tty}"
        )
        fields = [line.split("|") for line in listed.splitlines()]
        return {
            LaneId(lane): Path(tty) for session, lane, tty in fields if session == f"lane-{lane}"
        }

    def server_pid(self) -> int:
        return int(tmux(self.socket, "display-message", "-p", "#{pid}"))

    def worktree(self, lane: LaneId) -> Path:
        return self.root.parent / "lanes" / lane


def _start(cockpit: LocalCockpit, lane: LaneId) -> None:
    cockpit.carry_out(Start(lane), lambda _: None, by="cli")


def wait_for_file(path: Path, size: int, *, seconds: float = 20.0) -> float:
    """The time (perf_counter) at which the file has at least `size` bytes. Raises
    `TimeoutError`."""
    deadline = time.perf_counter() + seconds
    while time.perf_counter() < deadline:
        try:
            if path.stat().st_size >= size:
                return time.perf_counter()
        except FileNotFoundError:
            pass  # the program has not opened it yet
        time.sleep(0.0003)
    raise TimeoutError(f"{path.name} has not {size} bytes")
