"""The one writer: data on stdout, words for people on stderr (DESIGN §12).

Whatever comes in here as text goes through `safe` on its way out, so no caller can let a
file name or an agent's words reach the terminal as anything but text. JSON is written in
ASCII with escapes, which is as safe, and keeps undecodable bytes as lone surrogates.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

from cockpit.cli.exits import error_document
from cockpit.cli.table import GAP, Column, fit, padded
from cockpit.domain.activity import State
from cockpit.domain.text import safe
from cockpit.errors import CockpitError

Cell = str | tuple[str, str]
"""Text, or text with the name of a style."""

_STYLES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
    "alarm": "1;33",
}

STATE_STYLES: Mapping[State, str] = {
    State.PLANNED: "dim",
    State.PARKED: "dim",
    State.WORKING: "green",
    State.ASKING: "alarm",
    State.IDLE: "cyan",
    State.ERROR: "red",
    State.EXITED: "red",
    State.STALLED: "yellow",
    State.LIMITED: "yellow",
    State.UNKNOWN: "magenta",
}


FRAME_BEGIN = "\x1b[?2026h\x1b[?7l\x1b[H"
"""Shown at once where the terminal can; no wrapping, so that each line stays one; top left."""
FRAME_END = "\x1b[J\x1b[?7h\x1b[?2026l"


class Output:
    """Writes for one command. `json` decides what `result` prints; `closed` is set once the
    reader of stdout went away: nothing more is written, and nothing fails for it."""

    def __init__(
        self,
        *,
        json: bool = False,
        colour: bool | None = None,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
    ) -> None:
        self.json = json
        self.closed = False
        self.is_series = False
        """Whether documents follow one another, a line each."""
        self._out = stdout if stdout is not None else sys.stdout
        self._err = stderr if stderr is not None else sys.stderr
        self._colour = colour
        self._frame: list[str] | None = None
        for stream in (self._out, self._err):
            _never_fail_to_encode(stream)

    # ---------------------------------------------------------------- data

    def result(self, document: Mapping[str, Any], *lines: str | Sequence[Cell]) -> None:
        """The command's answer: the document with `--json`, else the lines, each a text or
        its cells (a single styled cell is a line of one: a tuple of two could be either)."""
        if self.json:
            self.document(document)
        else:
            for line in lines:
                self.line(*([line] if isinstance(line, str) else line))

    def document(self, document: Mapping[str, Any]) -> None:
        """One JSON document, on one line if stdout is not a terminal, or one of several."""
        indent = 2 if self.is_terminal and not self.is_series else None
        self._write(json.dumps(document, ensure_ascii=True, indent=indent, default=str) + "\n")

    def line(self, *cells: Cell) -> None:
        """One line of data for people, the cells joined as they are."""
        self._write("".join(self._painted(cell, self._out) for cell in cells) + "\n")

    def csv(self, content: bytes) -> None:
        """A CSV of ours: each of its cells went through `safe` before it was quoted."""
        self._write(content.decode("utf-8"))

    def raw_path(self, path: os.PathLike[str]) -> None:
        """A path for a shell: its exact bytes into a pipe, made showable on a terminal."""
        text = os.fspath(path)
        if self.is_terminal or not hasattr(self._out, "buffer"):
            self.line(text)
            return
        try:
            self._out.flush()
            self._out.buffer.write(os.fsencode(text) + b"\n")
            self._out.flush()
        except BrokenPipeError:
            self._give_up()

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
        """A table that fits the terminal; headings are dim, blanks at the end are dropped."""
        plain = [[safe(_text(cell)).text for cell in row] for row in rows]
        shown, sizes = fit(columns, plain, self.columns)
        heads: list[Cell] = [(column.title, "dim") for column in columns]
        for row in [heads, *rows]:
            self._row([columns[at] for at in shown], sizes, [row[at] for at in shown])

    def _row(self, columns: Sequence[Column], sizes: Sequence[int], row: Sequence[Cell]) -> None:
        parts: list[Cell] = []
        for at, (column, size) in enumerate(zip(columns, sizes, strict=True)):
            cell = row[at]
            text = column.cut(safe(_text(cell)).text, size)
            last = at == len(columns) - 1 and not column.right
            shown = text if last else padded(text, size, right=column.right)
            style = cell[1] if isinstance(cell, tuple) else ""
            parts.append((shown, style))
            if at < len(columns) - 1:
                parts.append(" " * GAP)
        while parts and not _text(parts[-1]).strip():
            parts.pop()
        self.line(*parts)

    def make_room(self, rows: int) -> None:
        """Scroll what stands on the terminal out of the way of frames."""
        self._write("\n" * (rows - 1))

    @contextmanager
    def frame(self) -> Iterator[None]:
        """What is written meanwhile, words for people too, takes the place of what stands on
        the terminal, at once and without an empty screen between; what does not fit its rows is
        counted. Where stdout is no terminal, it is written as ever."""
        if not self.is_terminal:
            yield
            return
        self._frame = []
        try:
            yield
        finally:
            lines = "".join(self._frame).removesuffix("\n").split("\n")
            self._frame = None
        rows = shutil.get_terminal_size().lines
        if len(lines) >= rows > 2:
            lines = [*lines[: rows - 2], f"… {len(lines) - rows + 2} more lines"]
        self._write(FRAME_BEGIN + "".join(f"\x1b[K{line}\n" for line in lines) + FRAME_END)

    def document_text(self, text: str) -> None:
        """Text of our own (help, version), line by line."""
        for line in text.rstrip("\n").split("\n"):
            self.line(line)

    # ---------------------------------------------------------------- words for people

    def say(self, *cells: Cell) -> None:
        """One line on stderr. It never fails: a closed stderr must not stop an operation."""
        text = "".join(self._painted(cell, self._err) for cell in cells)
        if self._frame is not None:
            self._frame.append(text + "\n")
            return
        try:
            self._err.write(text + "\n")
            self._err.flush()
        except BrokenPipeError:
            _point_at_nothing(self._err)
        except (OSError, ValueError):
            pass  # nobody listens; what is being done goes on

    def ask(self, question: str) -> str:
        """Show `question` on stderr without ending the line; returns what was typed ("" at
        the end of the input)."""
        try:
            try:
                self._err.write(self._painted((question + " ", "bold"), self._err))
                self._err.flush()
            except (OSError, ValueError):
                return ""
            return sys.stdin.readline().strip()
        except KeyboardInterrupt:
            self.say()
            raise

    def failure(self, error: CockpitError, *, extra: Mapping[str, Any] | None = None) -> None:
        """An error: a sentence, details and what to do next on stderr; with `--json` the same
        as a document on stdout (with `extra` beside it)."""
        if self.json:
            self.document({**(extra or {}), "error": error_document(error)})
        self.sentence(error)

    def sentence(self, error: CockpitError) -> None:
        """The error for people alone."""
        self.say(("cockpit: ", "red"), error.title)
        for line in safe(error.detail, lines=200).lines if error.detail else ():
            self.say("  " + line)
        for path in getattr(error, "paths", ()):
            if path not in error.detail:
                self.say("  " + path)
        if error.hint:
            self.say(("  → ", "cyan"), error.hint)

    # ---------------------------------------------------------------- the streams

    @property
    def is_terminal(self) -> bool:
        return _is_tty(self._out)

    @property
    def columns(self) -> int:
        """Cells in a line of stdout; 0 when it is not a terminal."""
        return shutil.get_terminal_size().columns if self.is_terminal else 0

    def finish(self) -> None:
        """Flush. Raises `OSError` when what was said can't be written (a full disk)."""
        if self.closed:
            return
        try:
            self._out.flush()
        except BrokenPipeError:
            self._give_up()
        except OSError:
            self._give_up()
            raise

    def look_for_reader(self) -> None:
        """Set `closed` if nobody can read stdout any more: a pipe tells who writes, and who
        asks, but a series with no news does not write."""
        try:
            poll = select.poll()
            poll.register(self._out.fileno(), 0)
            gone = any(what & (select.POLLERR | select.POLLHUP) for _, what in poll.poll(0))
        except (OSError, ValueError):
            return  # a test's buffer, or closed
        if gone and not self.closed:
            self._give_up()

    def _write(self, text: str) -> None:
        if self.closed:
            return
        if self._frame is not None:
            self._frame.append(text)
            return
        try:
            self._out.write(text)
            if self.is_terminal or self.json:
                self._out.flush()
        except BrokenPipeError:
            self._give_up()
        except OSError:
            self._give_up()
            raise

    def _give_up(self) -> None:
        """Nothing more can be written."""
        self.closed = True
        _point_at_nothing(self._out)

    def _painted(self, cell: Cell, stream: TextIO) -> str:
        text = safe(_text(cell)).text
        style = cell[1] if isinstance(cell, tuple) else ""
        if not style or not text or not self._wants_colour(stream):
            return text
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"

    def _wants_colour(self, stream: TextIO) -> bool:
        if self._colour is not None:
            return self._colour
        if os.environ.get("NO_COLOR") or os.environ.get("TERM") in (None, "", "dumb"):
            return False
        return _is_tty(stream)


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell[0]


def _is_tty(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:
        return False  # closed


def _point_at_nothing(stream: TextIO) -> None:
    """So that the interpreter's own flush at exit does not fail once more, which would make
    the exit code 120."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
    except (OSError, ValueError):
        pass  # not a real file (a test's buffer): nothing will be flushed at exit


def _never_fail_to_encode(stream: TextIO) -> None:
    """A locale without UTF-8 shows `?` for a glyph instead of ending the program."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
