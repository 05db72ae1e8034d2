"""Values in headers of task and result files: lists, lengths of time, priorities.

Text in, value out; what can't be read is None or stays as it is, never an error.
"""

from __future__ import annotations

import re

from cockpit.domain.header_lines import Entry, unquoted

HOURS_A_DAY = 8
"""A day of an estimate is a working day, as the seeds count (`Mon: WS-01 (8h)`)."""

DAYS_A_WEEK = 5

_UNITS = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "m": 60,
    "min": 60,
    "minute": 60,
    "h": 3600,
    "hr": 3600,
    "hour": 3600,
    "d": 3600 * HOURS_A_DAY,
    "day": 3600 * HOURS_A_DAY,
    "w": 3600 * HOURS_A_DAY * DAYS_A_WEEK,
    "week": 3600 * HOURS_A_DAY * DAYS_A_WEEK,
}
_LENGTH = re.compile(r"([0-9]{1,6}(?:[.,][0-9]{1,3})?)[ \t]*([a-z]{1,7})")
_RANGE = re.compile(r"[0-9.,]{1,9}[ \t]*(?:-|–|to)[ \t]*(?=[0-9])")

_PRIORITIES = {
    "critical": 0,
    "urgent": 0,
    "blocker": 0,
    "highest": 0,
    "high": 1,
    "medium": 2,
    "normal": 2,
    "low": 3,
    "lowest": 4,
}
_MODEL = re.compile(r"[A-Za-z0-9][\w.:/@+\[\]-]{0,99}", re.ASCII)
_NUMBER = re.compile(r"[pP]?([0-9]{1,4})")

NOTHING = frozenset({"", "-", "–", "—", "none", "n/a", "na", "nil", "null", "no", "nothing", "~"})
"""Texts that say that a list is empty."""


def one_line(text: str) -> str:
    """`text` with every run of blanks as one space."""
    return " ".join(text.split())


def listed(entry: Entry) -> tuple[str, ...]:
    """The entry's list: by commas (not inside braces), lines, `- ` items or `[a, b]`."""
    found: list[str] = []
    for line in entry.value.split("\n"):
        found.extend(split_commas(_inside_brackets(line.strip())))
    for item in entry.items:
        found.extend(split_commas(item))
    clean = (unquoted(_unticked(item)) for item in found)
    return tuple(item for item in clean if item.lower() not in NOTHING)


def sentences(entry: Entry) -> tuple[str, ...]:
    """The entry's texts one by one: a line or an item each, commas kept."""
    found = [*entry.value.split("\n"), *entry.items]
    clean = (one_line(text) for text in found)
    return tuple(text for text in clean if text.lower() not in NOTHING)


def whole(entry: Entry) -> str:
    """All of the entry's text, items a line each."""
    return "\n".join(text for text in (entry.value, *entry.items) if text)


def split_commas(text: str) -> list[str]:
    """`text` in parts at its commas, not inside braces or a quoted part; linear."""
    if "," not in text:
        return [text.strip()] if text.strip() else []
    parts = _split_guarded(text)
    if parts is None:
        parts = text.split(",")
    return [part.strip() for part in parts if part.strip()]


def _split_guarded(text: str) -> list[str] | None:
    """None when a brace is never closed: then it guards nothing."""
    parts: list[str] = []
    depth = start = 0
    for at, char in enumerate(text):
        if char == "{":
            depth += 1
        elif char == "}":
            depth = max(0, depth - 1)
        elif char == "," and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return None if depth else [*parts, text[start:]]


def _inside_brackets(text: str) -> str:
    """`[a, b]` without its brackets, if they are one pair around all."""
    if len(text) < 2 or text[0] != "[" or text[-1] != "]" or text.startswith("[["):
        return text
    depth = 0
    for at, char in enumerate(text):
        depth += (char == "[") - (char == "]")
        if depth == 0:
            return text[1:-1] if at == len(text) - 1 else text
    return text


def _unticked(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == "`" and text.count("`") == 2:
        return text[1:-1].strip()
    return text


def seconds(text: str) -> int | None:
    """A length of time (`4h`, `1h30m`, `1.5 hours`, `2 days`, the upper end of `2-3h`)."""
    plain = _RANGE.sub("", text.strip().lower().lstrip("~≈ "))
    total = 0.0
    at = 0
    for match in _LENGTH.finditer(plain):
        word = match.group(2)
        unit = _UNITS.get(word) or _UNITS.get(word.removesuffix("s"))
        if unit is None or plain[at : match.start()].strip(" ,+and"):
            return None
        total += float(match.group(1).replace(",", ".")) * unit
        at = match.end()
    if at == 0 or plain[at:].strip(" ."):
        return None
    return round(total)


def priority(text: str) -> int | None:
    """A priority, the smaller the sooner: `2`, `P1`, `high`."""
    plain = text.strip().lower()
    match = _NUMBER.fullmatch(plain.split(" ")[0].split("/")[0])
    if match is not None:
        return int(match.group(1))
    return _PRIORITIES.get(plain.removesuffix(" priority"))


def model(text: str) -> str | None:
    """The name of an agent's model: one word that no program reads as an option."""
    return text if _MODEL.fullmatch(text) else None
