"""The keyboard side of the scripted agent: keys and pastes from a real terminal.

Standard library only; everything in `cockpit.demo` that runs in a lane starts in a few
hundredths of a second.
"""

from __future__ import annotations

import codecs
import os
import select
import signal
import sys
import termios
import time
import tty
from types import TracebackType
from typing import Any

from cockpit.dataclass import dataclass

PASTE_BEGINS = b"\x1b[200~"
PASTE_ENDS = b"\x1b[201~"
ESCAPE_WAIT = 0.05
"""Seconds after which an escape character alone is the Escape key."""

_NAMED = {
    b"\r": "enter",
    b"\n": "enter",
    b"\x03": "interrupt",
    b"\x04": "end",
    b"\x7f": "backspace",
    b"\x08": "backspace",
    b"\x15": "clear",
    b"\x1b[A": "up",
    b"\x1bOA": "up",
    b"\x1b[B": "down",
    b"\x1bOB": "down",
}


@dataclass(frozen=True, slots=True)
class Key:
    """A named key (`enter`, `escape`, …) or, with `name` empty, typed or pasted text."""

    name: str
    text: str = ""
    pasted: bool = False


class Terminal:
    """The controlling terminal in raw mode with bracketed paste; a context manager."""

    def __init__(self) -> None:
        self._in = sys.stdin.fileno()
        self._buffer = b""
        self._saved: list[Any] | None = None
        self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def __enter__(self) -> Terminal:
        self._saved = termios.tcgetattr(self._in)
        tty.setraw(self._in)
        signal.signal(signal.SIGWINCH, lambda *_: None)  # a changed size ends the wait
        signal.set_wakeup_fd(self._wake[1], warn_on_full_buffer=False)
        self.write("\x1b[?2004h")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        signal.set_wakeup_fd(-1)
        self.write("\x1b[?2004l\x1b[?25h")
        if self._saved is not None:
            termios.tcsetattr(self._in, termios.TCSADRAIN, self._saved)

    def write(self, text: str) -> None:
        """All of `text`, whatever the terminal's speed."""
        raw = text.encode("utf-8", "replace")
        while raw:
            raw = raw[os.write(1, raw) :]

    def size(self) -> tuple[int, int]:
        """(columns, rows)."""
        try:
            return os.get_terminal_size(1)
        except OSError:
            return (80, 24)

    def read(self, timeout: float | None) -> Key | None:
        """The next key; None when `timeout` seconds passed (None waits), or when a signal
        woke us. A terminal that is gone reads as the key `gone`."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            key = self._take(final=False)
            if key is not None:
                return key
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            lone = self._buffer == b"\x1b"
            if not self._fill(ESCAPE_WAIT if lone else left):
                if lone:
                    return self._take(final=True)
                return None

    def _fill(self, timeout: float | None) -> bool:
        """Read what is there; False when nothing came."""
        ready, _, _ = select.select([self._in, self._wake[0]], [], [], timeout)
        if self._wake[0] in ready:
            os.read(self._wake[0], 4096)
        if self._in not in ready:
            return False
        try:
            raw = os.read(self._in, 65536)
        except OSError:
            raw = b""
        self._buffer += raw or b"\x00gone"
        return True

    def _take(self, *, final: bool) -> Key | None:
        """One key from the front of the buffer; None if it isn't whole yet."""
        raw = self._buffer
        if not raw:
            return None
        if raw.startswith(b"\x00gone"):
            return Key("gone")
        if raw.startswith(PASTE_BEGINS):
            end = raw.find(PASTE_ENDS)
            if end < 0:
                return None
            self._buffer = raw[end + len(PASTE_ENDS) :]
            text = raw[len(PASTE_BEGINS) : end].decode("utf-8", "replace")
            return Key("", text.replace("\r", "\n"), pasted=True)
        if raw[:1] == b"\x1b":
            return self._escape(raw, final=final)
        if raw[:1] < b" " or raw[:1] == b"\x7f":
            self._buffer = raw[1:]
            return Key(_NAMED.get(raw[:1], "other"))
        return self._text(raw)

    def _escape(self, raw: bytes, *, final: bool) -> Key | None:
        if len(raw) == 1 and not final:
            return None
        if raw[1:2] not in (b"[", b"O"):
            self._buffer = raw[1:]
            return Key("escape")
        end = next((n for n in range(2, len(raw)) if 0x40 <= raw[n] <= 0x7E), None)
        if end is None:
            return None
        self._buffer = raw[end + 1 :]
        return Key(_NAMED.get(raw[: end + 1], "other"))

    def _text(self, raw: bytes) -> Key | None:
        stop = next((n for n, code in enumerate(raw) if code < 0x20 or code == 0x7F), len(raw))
        self._buffer = raw[stop:]
        text = self._decoder.decode(raw[:stop])
        return Key("", text) if text else self._take(final=False)
