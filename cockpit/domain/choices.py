"""What a question on an agent's screen can be answered with, read from its rows.

The rows are text from outside, and an agent's command stands in the same dialog as the
choices: a line of it that looks like a choice must not count as one. So choices are read from
the bottom up, must be numbered without a gap down to 1, and their numbers stand in one column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cockpit.dataclass import dataclass

MOST_CHOICES = 9
"""Choices that one key can press; a dialog with more has to be answered in its pane."""

MOST_ROWS = 60
"""Rows of a dialog that are looked at, from the bottom."""

LABEL_CAP = 300

_LEADS = "❯›▶▸►➤➜→●○◉◯◆◇•*>"
_NUMBERED = re.compile(rf"^\s*(?:[{_LEADS}-]\s*)?[(\[]?(?P<n>[1-9]\d?)[.)\]]\s+(?P<label>\S.*)$")
_EDGES = re.compile(r"^\s*[│┃║▌]|[│┃║▐]\s*$")
_BRACKETS = re.compile(r"[(\[]([A-Za-z]{1,10}(?:\s*/\s*[A-Za-z]{1,10}){1,5})[)\]]")
_LETTERS = re.compile(r"\(([A-Za-z])\)[A-Za-z' ]{1,30}(?:/\([A-Za-z]\)[A-Za-z' ]{1,30}){1,5}")
_LETTER = re.compile(r"\(([A-Za-z])\)([A-Za-z' ]{1,30})")
_FOOT_ROWS = 3
"""Rows from the bottom in which letters in brackets are choices."""
_WORDS = {"y": "Yes", "n": "No", "a": "All", "q": "Quit"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice, raw from outside: `key` is its number, or the letter or word that is typed."""

    key: str
    label: str
    note: str = ""
    """What stands below the label; a wrapped label goes on there."""

    @property
    def is_number(self) -> bool:
        return self.key.isdigit()


@dataclass(frozen=True, slots=True)
class Dialog:
    """A question as it stands on the screen: what is asked, and with what it is answered."""

    asked: tuple[str, ...]
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    at: int
    number: int
    first: int
    """Column of the number's first digit."""
    last: int
    label: int
    text: str


def read(rows: Sequence[str]) -> Dialog:
    """The dialog in these rows (plain text, the last ones count). Never raises; the time is
    bounded by the square of `MOST_ROWS`."""
    plain = [_EDGES.sub(" ", row[:1000]).rstrip() for row in rows[-MOST_ROWS:]]
    listed = _listed(plain)
    if listed:
        asked = plain[: listed[0].at]
        return Dialog(_filled(asked), tuple(_choices(plain, listed)))
    return Dialog(_filled(plain), _lettered(plain))


def _filled(rows: Sequence[str]) -> tuple[str, ...]:
    return tuple(row for row in rows if row.strip())


def _listed(rows: Sequence[str]) -> list[_Row]:
    """The last list of choices, from 1 on without a gap; empty if there is none."""
    found = [row for at, text in enumerate(rows) if (row := _numbered(at, text))]
    for end in range(len(found) - 1, 0, -1):
        chain = [found[end]]
        for row in reversed(found[:end]):
            below = chain[-1]
            aligned = row.first == below.first or row.last == below.last
            if row.number == below.number - 1 and aligned:
                chain.append(row)
        if chain[-1].number == 1 and len(chain) > 1:
            return chain[::-1]
    return []


def _numbered(at: int, text: str) -> _Row | None:
    match = _NUMBERED.match(text)
    if match is None:
        return None
    first, last = match.span("n")
    return _Row(at, int(match["n"]), first, last, match.start("label"), match["label"].strip())


def _choices(rows: Sequence[str], listed: Sequence[_Row]) -> list[Choice]:
    ends = [*(row.at for row in listed[1:]), len(rows)]
    return [
        Choice(str(row.number), row.text[:LABEL_CAP], _note(rows[row.at + 1 : end], row.label))
        for row, end in zip(listed, ends, strict=True)
    ][:MOST_CHOICES]


def _note(rows: Sequence[str], column: int) -> str:
    """What goes on below a choice: rows that are indented as deep as its label."""
    said: list[str] = []
    for row in rows:
        text = row.lstrip()
        if not text or len(row) - len(text) < column:
            break
        said.append(text)
    return " ".join(said)[:LABEL_CAP]


def _lettered(rows: Sequence[str]) -> tuple[Choice, ...]:
    """`(y/n)`, `[Y/n]`, `(yes/no)`, `(Y)es/(N)o` in the last rows."""
    for row in reversed(_filled(rows)[-_FOOT_ROWS:]):
        spelled = list(_LETTERS.finditer(row))
        if spelled:
            pairs = [
                (found[1].lower(), f"{found[1]}{found[2]}".strip())
                for found in _LETTER.finditer(spelled[-1][0])
            ]
            return _once(pairs)
        bracketed = _BRACKETS.findall(row)
        if bracketed:
            words = [word.strip().lower() for word in bracketed[-1].split("/")]
            if "y" in words or "yes" in words:
                return _once([(word, _WORDS.get(word, word.capitalize())) for word in words])
    return ()


def _once(pairs: Sequence[tuple[str, str]]) -> tuple[Choice, ...]:
    """The choices, unless one key stands for two of them."""
    keys = {key for key, _ in pairs}
    return tuple(Choice(*pair) for pair in pairs) if len(keys) == len(pairs) else ()
