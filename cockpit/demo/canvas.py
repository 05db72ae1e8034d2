"""The screen side of the scripted agent: a transcript that scrolls, and below it a live part
(spinner, prompt box or question) that is drawn anew in place, as coding agents do it.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence

from cockpit.demo.terminal import Terminal

SPINNER = "✢✳✶✻✽"
TITLE_SPINNER = "⠂⠐"
KEPT = 400
"""Lines of the transcript that are drawn again after the terminal's size changed."""


class Canvas:
    """What the agent shows. Live rows are cut to the width, so that their number is known."""

    def __init__(self, terminal: Terminal, name: str) -> None:
        self._terminal = terminal
        self._name = name
        self._said: list[str] = []
        self._live: list[str] = []
        self._caret = 0
        """Row of the live part where the cursor stands."""
        self._title = ""
        self._size = terminal.size()

    def say(self, *lines: str) -> None:
        """Add lines to the transcript, the live part below them."""
        columns = self._terminal.size()[0]
        clean = [row for line in lines for row in _wrapped(line, columns)]
        self._said = (self._said + clean)[-KEPT:]
        live = self._live
        self._terminal.write(self._erase() + "".join(line + "\r\n" for line in clean))
        self._live = []
        self._draw(live, self._caret)

    def box(self, line: str, *, working: str = "") -> None:
        """The prompt box with what was typed so far; `working` is the spinner's line."""
        columns = self._terminal.size()[0]
        rule = "─" * columns
        typed = _printable(line.replace("\n", "⏎"))
        room = max(1, columns - 4)
        while _cells(typed) > room:
            typed = typed[1:]
        head = ["", working, ""] if working else [""]
        foot = "  esc to interrupt" if working else "  ? for shortcuts"
        rows = [*head, rule, f"❯ {typed}", rule, foot]
        self._put(rows, len(head) + 1, column=2 + _cells(typed))

    def question(self, heading: str, body: Sequence[str], choices: Sequence[str], at: int) -> None:
        """A permission question in place of the prompt box, as numbered choices."""
        columns = self._terminal.size()[0]
        rows = ["─" * columns, f" {heading}", ""]
        rows += [f"   {_printable(line)}" for line in body]
        rows += ["", " Do you want to proceed?"]
        for number, choice in enumerate(choices):
            mark = "❯" if number == at else " "
            rows.append(f" {mark} {number + 1}. {choice}")
        rows += ["", " Esc to cancel"]
        self._put(rows, len(rows) - 1, column=0)

    def close(self) -> None:
        """Take the live part away; the cursor stands below the transcript."""
        self._terminal.write(self._erase())
        self._live = []
        self.title("")

    def title(self, text: str) -> None:
        if text != self._title:
            self._title = text
            self._terminal.write(f"\x1b]2;{text}\x07")

    def title_working(self, beat: int) -> None:
        self.title(f"{TITLE_SPINNER[beat % len(TITLE_SPINNER)]} {self._name}")

    def title_resting(self) -> None:
        self.title(f"✳ {self._name}")

    def resized(self) -> bool:
        """Draw everything anew if the terminal's size changed."""
        if self._terminal.size() == self._size:
            return False
        self._size = self._terminal.size()
        tail = self._said[-self._size[1] :]
        self._live = []
        self._terminal.write("\x1b[2J\x1b[H" + "".join(line + "\r\n" for line in tail))
        return True

    # ------------------------------------------------------------

    def _put(self, rows: list[str], caret: int, *, column: int) -> None:
        """Show `rows` as the live part unless they are there already."""
        columns = self._terminal.size()[0]
        cut = [_cut(row, columns) for row in rows]
        if cut != self._live or caret != self._caret:
            erase = self._erase()
            self._live = []
            self._draw(cut, caret, before=erase)
        self._terminal.write(f"\r\x1b[{column}C" if column else "\r")

    def _draw(self, rows: list[str], caret: int, before: str = "") -> None:
        up = len(rows) - 1 - caret
        back = f"\x1b[{up}A" if rows and up > 0 else ""
        self._terminal.write(before + "\r\n".join(rows) + "\r" + back)
        self._live, self._caret = rows, caret

    def _erase(self) -> str:
        if not self._live:
            return ""
        up = f"\x1b[{self._caret}A" if self._caret else ""
        return f"{up}\r\x1b[J"


def _printable(text: str) -> str:
    """What comes from files, prompts and programs, without anything a terminal obeys."""
    return "".join(c if c.isprintable() else " " if c == "\t" else "�" for c in text)


def _wrapped(text: str, columns: int) -> list[str]:
    """Rows of at most `columns` cells; what is continued is indented, as agents do it."""
    rows: list[str] = []
    for line in map(_printable, text.split("\n")):
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        width = columns - 1 if line.isascii() else (columns - 1) * len(line) // (_cells(line) or 1)
        rows += textwrap.wrap(
            line,
            max(width, len(indent) + 8),
            subsequent_indent=indent,
            replace_whitespace=False,
            drop_whitespace=False,
        ) or [""]
    return rows


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _cut(text: str, columns: int) -> str:
    while _cells(text) > columns:
        text = text[:-1]
    return text
