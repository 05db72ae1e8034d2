"""A commander's terminal: a real tmux pane on a private server of its own, driven by keys and
read as text. What runs in it sees an ordinary terminal (tmux plays the terminal emulator).

It is the "outer" terminal: cockpit's own server is another one, on another socket.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from tests.conftest import has_ended, retry_until

LOOK = 0.03
"""Seconds between two looks at the screen."""
SHOWN = 5.0
"""Seconds in which typed text is shown, where it is shown as it is."""
ENDED = "-- ended"


class Screen:
    """One terminal of `columns` × `rows` that runs `argv` in `cwd`; a context manager.

    `env` is added to the environment, `None` takes a variable away. `inside_tmux` leaves TMUX
    set, as for a person who is in a tmux of their own. The pane stays when `argv` ends and
    shows its exit code.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        columns: int = 120,
        rows: int = 40,
        name: str = "outer",
        env: Mapping[str, str | None] | None = None,
        term: str = "xterm-256color",
        inside_tmux: bool = False,
    ) -> None:
        self._server = ["tmux", "-L", name, "-f", os.devnull]
        self.pressed: list[str] = []
        """Every key pressed so far, by name."""
        changes: dict[str, str | None] = {"TERM": term, **(env or {})}
        if not inside_tmux:
            changes |= {"TMUX": None, "TMUX_PANE": None}
        gone = [word for key, value in changes.items() if value is None for word in ("-u", key)]
        given = [f"{key}={value}" for key, value in changes.items() if value is not None]
        shell = f'"$@"; echo "{ENDED} $? --"; exec sleep 600'
        self._tmux(
            "new-session", "-d", "-s", "terminal", "-x", str(columns), "-y", str(rows),
            "-c", str(cwd), "--",
            "env", *gone, *given, "sh", "-c", shell, "sh", *argv,
        )  # fmt: skip
        self._tmux("set-option", "-g", "status", "off")
        self._tmux("set-option", "-g", "escape-time", "10")
        self._tmux("resize-window", "-t", "terminal", "-x", str(columns), "-y", str(rows))

    def __enter__(self) -> Screen:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def _tmux(self, *argv: str, check: bool = True) -> str:
        done = subprocess.run(
            [*self._server, *argv],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=20,
            check=False,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"tmux {' '.join(argv)}: {done.stderr}")
        return done.stdout

    # ------------------------------------------------------------ hands

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names (`Enter`, `C-q`, `D`, `Down`), a moment between them as
        between a person's, for a burst of keys counts as pasted text."""
        for number, key in enumerate(keys):
            if number:
                time.sleep(0.15)
            self.pressed.append(key)
            self._tmux("send-keys", "-t", "terminal", key)

    def leave(self) -> None:
        """Close cockpit from the board; the lanes run on."""
        self.press("q")
        self.wait_until(lambda shown: "Close cockpit?" in shown or ENDED in shown, why="q acts")
        if "Close cockpit?" in self.text():
            time.sleep(0.15)
            self.press("Enter")
        self.wait_ended()

    def type(self, text: str) -> None:
        """Type text into a field (all of it counts as one key press), and wait until it stands
        there and a moment longer: what follows a burst at once counts as a part of it."""
        self.pressed.append(repr(text))
        self._tmux("send-keys", "-t", "terminal", "-l", "--", text)
        end = time.monotonic() + SHOWN
        while text.rstrip()[-4:] not in self.text() and time.monotonic() < end:
            time.sleep(LOOK)
        time.sleep(0.15)

    def resize(self, columns: int, rows: int) -> None:
        self._tmux("resize-window", "-t", "terminal", "-x", str(columns), "-y", str(rows))

    # ------------------------------------------------------------ eyes

    def text(self) -> str:
        """What the terminal shows now, trailing spaces cut."""
        shown = self._tmux("capture-pane", "-p", "-t", "terminal")
        return "\n".join(line.rstrip() for line in shown.split("\n"))

    def painted(self) -> str:
        """The same with the escape codes of colours and styles."""
        return self._tmux("capture-pane", "-p", "-e", "-t", "terminal")

    def wait_for(self, *wanted: str, seconds: float = 40.0) -> str:
        """Wait until every pattern (regular expressions) is on the screen; returns it."""
        return self.wait_until(
            lambda shown: all(re.search(one, shown, re.MULTILINE) for one in wanted),
            seconds=seconds,
            why=f"{wanted} on the screen",
        )

    def wait_gone(self, *unwanted: str, seconds: float = 40.0) -> str:
        """Wait until none of the patterns is on the screen; returns it."""
        return self.wait_until(
            lambda shown: not any(re.search(one, shown, re.MULTILINE) for one in unwanted),
            seconds=seconds,
            why=f"none of {unwanted} on the screen",
        )

    def wait_until(
        self, enough: Callable[[str], bool], *, seconds: float = 40.0, why: str = ""
    ) -> str:
        deadline = time.monotonic() + seconds
        while True:
            shown = self.text()
            if enough(shown):
                return shown
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {seconds} s: {why}\n{_framed(shown)}")
            time.sleep(LOOK)

    def wait_ended(self, code: int = 0, *, seconds: float = 60.0) -> str:
        """Wait until the program has ended; fails unless with this exit code."""
        shown = self.wait_for(rf"{ENDED} \d+ --", seconds=seconds)
        found = re.search(rf"{ENDED} (\d+) --", shown)
        assert found is not None and int(found[1]) == code, _framed(shown)
        return shown

    # ------------------------------------------------------------ the terminal's own end

    @property
    def pid(self) -> int:
        """The process that runs in the terminal first."""
        return int(self._tmux("display-message", "-p", "-t", "terminal", "#{pane_pid}"))

    def close(self) -> None:
        """Close the terminal as a window's close button does: a hang-up for what runs in it."""
        pid = self._tmux("display-message", "-p", "#{pid}", check=False).strip()
        self._tmux("kill-server", check=False)
        if pid:
            retry_until(lambda: has_ended(int(pid)))


def _framed(shown: str) -> str:
    return "\n".join(f"│ {line}" for line in shown.rstrip().split("\n"))
