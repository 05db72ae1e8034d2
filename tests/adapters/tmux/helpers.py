"""What tests of panes share: waiting, watching, a commander's terminal, awkward text."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable
from pathlib import Path

from cockpit.adapters.tmux.control import ControlClient
from cockpit.adapters.tmux.lifecycle import TmuxServer
from cockpit.adapters.tmux.run import TmuxDoor
from cockpit.domain.ids import PaneId
from cockpit.domain.lane import PaneRef
from cockpit.domain.pane import Frame
from tests.conftest import retry_until

Open = Callable[..., PaneRef]
Reader = Callable[..., tuple[PaneRef, Path]]

PAYLOADS = [
    "plain",
    "é ü 日本語",
    "🙂👩‍👩‍👧",
    "two\nlines",
    "tab\there",
    "-dash",
    "--",
    "-t %0",
    "ends;",
    "ends\\;",
    ";",
    "Enter",
    "C-c",
    "#{pid} #(touch PWNED) #[fg=red]",
    "$HOME ${HOME} $(touch PWNED) `touch PWNED`",
    "~ ~root",
    "'single' \"double\"",
    "back\\slash\\n \\033",
    "%output %end 1 2 1",
    "{ a ; b }",
    "trailing newline\n",
    "a" * 100_000,
    "é\n" * 30_000,
]


def seen(tmux: TmuxServer, ref: PaneRef, text: str) -> Callable[[], bool]:
    """Whether the pane's screen shows `text`."""
    return lambda: any(text in row for row in tmux.capture(ref.pane))


def grown(file: Path, size: int) -> Callable[[], bool]:
    """Whether the file has at least `size` bytes."""
    return lambda: file.stat().st_size >= size


async def until(check: Callable[[], bool], *, seconds: float = 8.0, why: str = "") -> None:
    """Wait on the loop for a state."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not check():
        if loop.time() > end:
            raise AssertionError(f"not within {seconds} s: {why or check}")
        await asyncio.sleep(0.01)


def attach(tmux: TmuxServer, terminal: TmuxDoor, session: str) -> None:
    """Attach the terminal to a session, as `cockpit attach` would."""
    env = [f"{name}={value}" for name, value in tmux.attach_env().items()]
    command = ["env", "-u", "TMUX", *env, *tmux.attach_argv(session)]
    terminal.run(["respawn-pane", "-k", "-t", ":0.0", "--", "sh", "-c", shlex.join(command)])
    retry_until(lambda: bool(tmux.clients()), why="attached")


def shows(terminal: TmuxDoor, text: str) -> Callable[[], bool]:
    return lambda: text in terminal.run(["capture-pane", "-p", "-t", ":0.0"]).text


class Watched(ControlClient):
    """A control client that keeps what it was told."""

    def __init__(self, door: TmuxDoor, run_dir: Path):
        super().__init__(door, run_dir)
        self.frames: list[Frame] = []
        self.ends: list[tuple[PaneId, int | None]] = []
        self.links: list[tuple[bool, str]] = []
        self.switches: list[tuple[str, str]] = []
        self.on_frame = self.frames.append
        self.on_end = lambda pane, code: self.ends.append((pane, code))
        self.on_link = lambda up, reason: self.links.append((up, reason))
        self.on_switch = lambda client, session: self.switches.append((client, session))

    def last(self, pane: PaneId) -> Frame | None:
        return next((frame for frame in reversed(self.frames) if frame.pane == pane), None)

    def shows(self, ref: PaneRef, text: str) -> Callable[[], bool]:
        def check() -> bool:
            frame = self.last(ref.pane)
            return frame is not None and any(text in row for row in frame.rows)

        return check

    def count(self, pane: PaneId) -> int:
        return sum(frame.pane == pane for frame in self.frames)


def watch(live: ControlClient, *refs: PaneRef, focused: PaneRef | None = None) -> None:
    live.watch({ref.pane: ref.pid for ref in refs}, focused=focused.pane if focused else None)
