"""Patterns from preset files, refused unless their time stays small on any text.

Screens and titles are written by others, and Python's matcher tries every way a pattern can
be read: `(a+)+` takes minutes on 40 characters. What may repeat here is a single character
class, and the number of open repeats is capped, so a row of 400 characters costs at most some
hundred thousand steps.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from typing import Any

LENGTH_CAP = 300
"""Characters of a pattern."""

OPEN_REPEATS = 3
"""Repeats without a small bound, an unanchored start counting as one: the power of the row's
length that a match can take."""

CHOICES = 12
"""Optional parts and alternatives: each can double the work."""

SMALL = 16
"""A repeat up to this many times counts as bounded."""

_parser: Any = importlib.import_module("re._parser")


def compiled(text: str) -> re.Pattern[str]:
    """`text` as a pattern. Raises `ValueError` with a reason: not a regular expression, or
    one that hostile text could make slow."""
    if len(text) > LENGTH_CAP:
        raise ValueError(f"is longer than {LENGTH_CAP} characters")
    try:
        pattern = re.compile(text)
        tree = _parser.parse(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"is not a regular expression: {error}") from error
    repeats, choices = _weigh(tree)
    if not _is_anchored(tree):
        repeats += 1
    if repeats > OPEN_REPEATS:
        raise ValueError(
            f"has too many open repeats (at most {OPEN_REPEATS}, and an unanchored start is one)"
        )
    if choices > CHOICES:
        raise ValueError(f"has more than {CHOICES} optional parts and alternatives")
    return pattern


def _is_anchored(tree: Iterable[Any]) -> bool:
    for operator, value in tree:
        name = str(operator)
        return name == "AT" and str(value) in ("AT_BEGINNING", "AT_BEGINNING_STRING")
    return False


def _weigh(tree: Iterable[Any]) -> tuple[int, int]:
    """(open repeats, choices) of a parsed pattern. Raises `ValueError` for what is refused."""
    repeats = choices = 0
    for operator, value in tree:
        name = str(operator)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            more = _weigh_repeat(*value)
        elif name == "SUBPATTERN":
            more = _weigh(value[-1])
        elif name == "ATOMIC_GROUP":
            more = _weigh(value)
        elif name in ("ASSERT", "ASSERT_NOT"):
            more = _weigh(value[1])
        elif name == "BRANCH":
            inner = [_weigh(branch) for branch in value[1]]
            more = (max(r for r, _ in inner), len(inner) - 1 + sum(c for _, c in inner))
        elif name.startswith("GROUPREF"):
            raise ValueError("refers back to a group, which can be slow")
        else:
            more = (0, 0)
        repeats += more[0]
        choices += more[1]
    return repeats, choices


def _weigh_repeat(low: int, high: Any, body: Any) -> tuple[int, int]:
    repeats, choices = _weigh(body)
    if int(high) <= 1:
        return repeats, choices + 1
    single = len(body) == 1 and str(body[0][0]) in ("IN", "LITERAL", "NOT_LITERAL", "ANY")
    if not single:
        raise ValueError("repeats a group; only a single character or class may be repeated")
    return (0 if int(high) <= SMALL or int(high) == low else 1), choices
