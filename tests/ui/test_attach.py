"""Handing the terminal over, on a real pty: the child has it, then the app is whole again."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cockpit.errors import Unavailable
from cockpit.ui.attach import child_environment, editor_argv, shell_argv

ROOT = Path(__file__).parents[2]


def test_children_do_not_inherit_tmux_git_or_lane() -> None:
    given = {"TMUX": "x", "TMUX_PANE": "%1", "GIT_DIR": "/x", "COCKPIT_LANE": "a", "PATH": "/bin"}
    assert child_environment(given) == {"PATH": "/bin"}


@pytest.mark.parametrize(
    ("environment", "argv"),
    [
        ({}, ["vi", "/w t"]),
        ({"EDITOR": "nano -w"}, ["nano", "-w", "/w t"]),
        ({"EDITOR": "nano", "VISUAL": "code --wait"}, ["code", "--wait", "/w t"]),
        ({"EDITOR": " "}, ["vi", "/w t"]),
    ],
)
def test_editor(environment: dict[str, str], argv: list[str]) -> None:
    assert editor_argv(environment, Path("/w t")) == argv


def test_an_editor_that_is_no_command_line() -> None:
    with pytest.raises(Unavailable, match="can not be read"):
        editor_argv({"EDITOR": "vim 'unclosed"}, Path("/w"))


def test_shell() -> None:
    assert shell_argv({"SHELL": "/bin/zsh"}) == ["/bin/zsh"]
    assert shell_argv({}) == ["/bin/sh"]


class Terminal:
    """The app of `tests.ui.handing` on a pty."""

    def __init__(self, argv: list[str]) -> None:
        self.master, slave = pty.openpty()
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.child = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.handing", *argv],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            env={**kept, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)},
            start_new_session=True,
        )
        os.close(slave)
        self.got = b""

    def ended(self) -> int:
        """The exit code. What is printed meanwhile is read: a full terminal would hold the app."""
        deadline = time.monotonic() + 20
        while self.child.poll() is None:
            assert time.monotonic() < deadline, self.got[-2000:]
            if select.select([self.master], [], [], 0.05)[0]:
                with contextlib.suppress(OSError):  # the app's side is closed
                    self.got += os.read(self.master, 65536)
        return self.child.returncode

    def wait_for(self, text: bytes) -> None:
        """Everything up to and with `text`; what was there before is done with."""
        deadline = time.monotonic() + 20
        while text not in self.got:
            assert time.monotonic() < deadline, self.got[-2000:]
            if select.select([self.master], [], [], 0.2)[0]:
                self.got += os.read(self.master, 65536)
        self.got = self.got.partition(text)[2]

    def type(self, text: bytes) -> None:
        os.write(self.master, text)

    def close(self) -> None:
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()
        os.close(self.master)


def test_attach_editor_and_back_on_a_terminal() -> None:
    script = "printf 'CHILD-%s' HERE; read line; printf 'GOT-%s' \"$line\""
    terminal = Terminal(["sh", "-c", script])
    try:
        terminal.wait_for(b"alpha")
        terminal.type(b"\r")
        terminal.wait_for(b"\x1b[?1049l")
        terminal.wait_for(b"CHILD-HERE")
        terminal.type(b"\x03")
        terminal.type(b"words\n")
        terminal.wait_for(b"GOT-")
        terminal.wait_for(b"\x1b[?1049h")
        terminal.wait_for(b"alpha")
        terminal.type(b"q")
        terminal.wait_for(b"Close cockpit?")
        time.sleep(0.2)  # as between a person's keys, else it is a burst
        terminal.type(b"\r")
        terminal.wait_for(b"\x1b[?1049l")
        assert terminal.ended() == 0
    finally:
        terminal.close()


def test_a_program_that_is_not_there_leaves_the_app_whole() -> None:
    terminal = Terminal(["/no/such/program"])
    try:
        terminal.wait_for(b"alpha")
        terminal.type(b"\r")
        terminal.wait_for(b"\x1b[?1049h")
        terminal.wait_for(b"no/such/program")
        terminal.type(b"q")
        terminal.wait_for(b"Close cockpit?")
        time.sleep(0.2)  # as between a person's keys, else it is a burst
        terminal.type(b"\r")
        assert terminal.ended() == 0
    finally:
        terminal.close()


def test_the_terminal_is_handed_over_and_back_at_once() -> None:
    """The stock driver waits for two rounds of 100 ms in its input thread; ours is woken."""
    terminal = Terminal(["true"])
    try:
        terminal.wait_for(b"help")
        times = []
        for _ in range(3):
            terminal.type(b"\r")
            begin = time.monotonic()
            terminal.wait_for(b"\x1b[?1049l")
            terminal.wait_for(b"\x1b[?1049h")
            times.append(time.monotonic() - begin)
            terminal.wait_for(b"help")
        assert min(times) < 0.15, times
        terminal.type(b"q")
        terminal.wait_for(b"Close cockpit?")
        time.sleep(0.2)  # as between a person's keys, else it is a burst
        terminal.type(b"\r")
        terminal.wait_for(b"\x1b[?1049l")
        assert terminal.ended() == 0
    finally:
        terminal.close()
