"""The lines of a header, one by one: which are a key with its text, which belong to the key
before them. Grammar of `header.py`.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import field
from functools import lru_cache

from cockpit.dataclass import dataclass

KEY_CAP = 64
"""Characters of a key."""

_BULLET = re.compile(r"(?:[-+•][ \t]+|\*[ \t]+|>[ \t]*)+")
ITEM = re.compile(r"(?:[-+•*][ \t]+|[-][ \t]*$)(.*)", re.DOTALL)
_KEY = re.compile(r"[^\W_](?:[\w ./()\-]{0,60}[\w.)])?")
_BOLD = (
    re.compile(r"(\*\*|__)(?P<key>[^*:]{1,64}?)[ \t]*:[ \t]*\1(?P<value>.*)", re.DOTALL),
    re.compile(r"(\*\*|__|[*_`])(?P<key>[^*:`]{1,64}?)\1[ \t]*:(?P<value>.*)", re.DOTALL),
    re.compile(r"(\*\*)(?P<key>[^*:]{1,64}?)[ \t]*:(?P<value>[^*]*[^*/])\1[ \t]*", re.DOTALL),
)
_QUOTED_KEY = re.compile(r"""(["'])(?P<key>[^"':]{1,64})\1[ \t]*:(?P<value>.*)""", re.DOTALL)
_MARKS = frozenset("*_`\"'")
_BLOCK = frozenset({"|", ">", "|-", ">-", "|+", ">+"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One key with its text. `lines` are the indexes of the document's lines that it owns."""

    key: str
    """Lower case, words joined by `-`."""
    written: str
    value: str
    """Text after the colon and its continuation lines, without outer blanks or one pair of
    outer quotes."""
    items: tuple[str, ...]
    """The `- item` lines below it."""
    lines: tuple[int, ...]


def canonical(key: str) -> str:
    """A key as it is compared: lower case, blanks and underscores as one `-`."""
    return re.sub(r"[\s_-]+", "-", key.strip().lower()).strip("-")


@lru_cache(2048)
def _as_key(written: str) -> str:
    """What stands before a colon as a key; empty if it can't be one."""
    return canonical(written) if _KEY.fullmatch(written) is not None else ""


@dataclass(slots=True)
class _Open:
    """An entry whose further lines are still coming."""

    key: str
    written: str
    indent: int
    texts: list[str]
    items: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    @property
    def wants_more(self) -> bool:
        return not self.texts[0] or self.texts[0] in _BLOCK

    def close(self) -> Entry:
        texts = self.texts
        if texts[0] in _BLOCK and len(texts) > 1:
            texts = texts[1:]
        value = "\n".join(texts).strip()
        return Entry(self.key, self.written, unquoted(value), tuple(self.items), tuple(self.lines))


def entries_in(bare: list[str], span: range, known: Set[str]) -> tuple[list[Entry], list[int]]:
    """The entries in the lines of `span`, and the indexes of lines that are none."""
    done: list[Entry] = []
    junk: list[int] = []
    now: _Open | None = None
    for at in span:
        line = bare[at]
        stripped = line.strip()
        if not stripped or stripped[0] == "#":
            continue
        indent = len(line) - len(line.lstrip())
        parted = split_line(line, known)
        if now is not None and _goes_on(now, stripped, indent, parted, known):
            item = ITEM.fullmatch(stripped)
            if item is not None and now.texts[0] not in _BLOCK:
                now.items.append(unquoted(item.group(1).strip()))
            else:
                now.texts.append(stripped)
            now.lines.append(at)
        elif parted is not None:
            if now is not None:
                done.append(now.close())
            key, written, value = parted
            now = _Open(key, written, indent, [value], lines=[at])
        else:
            junk.append(at)
    if now is not None:
        done.append(now.close())
    return done, junk


def _goes_on(
    now: _Open, stripped: str, indent: int, parted: tuple[str, str, str] | None, known: Set[str]
) -> bool:
    """Whether a line belongs to the entry before it: an item of its list, or deeper text."""
    deeper = indent > now.indent
    new = parted is not None and parted[0] in known
    if ITEM.fullmatch(stripped) is not None:
        if parted is None or (deeper and now.wants_more):
            return True
        return not new and (now.wants_more or bool(now.items))
    return deeper and (now.wants_more or not new)


def split_line(line: str, known: Set[str], *, strict: bool = False) -> tuple[str, str, str] | None:
    """(key, key as written, value) of a `key: text` line; None for any other.

    `strict` is for lines outside a header: what follows the colon must be apart from it (or
    the key known), so that an address or a time is no key.
    """
    text = line.strip()
    bullet = _BULLET.match(text)
    if bullet is not None:
        text = text[bullet.end() :]
    for pattern in (*_BOLD, _QUOTED_KEY) if text[:1] in _MARKS else ():
        match = pattern.fullmatch(text)
        if match is not None and _as_key(match.group("key").strip()):
            written = match.group("key").strip()
            return _as_key(written), written, match.group("value").strip()
    written, colon, value = text.partition(":")
    written = written.strip()
    key = _as_key(written) if colon and len(written) <= KEY_CAP else ""
    if not key or (strict and key not in known and value[:1] not in ("", " ", "\t")):
        return None
    return key, written, value.strip()


def unquoted(text: str) -> str:
    """`text` without one pair of outer quotes, if it is one pair."""
    if len(text) >= 2 and text[0] in "\"'" and text[-1] == text[0] and text.count(text[0]) == 2:
        return text[1:-1]
    return text
