"""Which words of a changed line changed: pairs of removed and added lines, and the spans of
each that the other lacks. Pure; bounded for lines as long as a minified file's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

Span = tuple[int, int]
"""From (included) and to (excluded), in characters."""

_WORD = re.compile(r"\w+|[ \t]+|.", re.DOTALL)
LONG = 600
"""Characters of a line above which only its common beginning and end are looked for."""
BLOCK = 60
"""Lines of a block above which removed and added lines are paired by their order."""
ALIKE = 0.45
"""Share of the words that two lines have in common, from which they are one line changed."""


def pairs(removed: Sequence[str], added: Sequence[str]) -> dict[int, int]:
    """Which added line each removed one became, by their places; in order, never crossing."""
    if len(removed) > BLOCK or len(added) > BLOCK:
        return {at: at for at in range(min(len(removed), len(added)))}
    if len(removed) == len(added) == 1:
        return {0: 0}
    found: dict[int, int] = {}
    first = 0
    for at, line in enumerate(removed):
        best, place = ALIKE, -1
        for other in range(first, len(added)):
            share = likeness(line, added[other])
            if share > best:
                best, place = share, other
        if place >= 0:
            found[at] = place
            first = place + 1
    return _filled(found, len(removed), len(added))


def _filled(found: dict[int, int], removed: int, added: int) -> dict[int, int]:
    """With runs between two pairs paired by their order where both sides have as many lines."""
    whole = dict(found)
    before = (-1, -1)
    for at, place in [*sorted(found.items()), (removed, added)]:
        gap = at - before[0] - 1
        if gap == place - before[1] - 1:
            whole.update((before[0] + step, before[1] + step) for step in range(1, gap + 1))
        before = (at, place)
    return whole


def likeness(one: str, other: str) -> float:
    """0 (nothing in common) to 1 (the same), by words and their order; blanks count little."""
    if one == other:
        return 1.0
    first, second = one.split(), other.split()
    if not first or not second or len(one) > LONG or len(other) > LONG:
        return 0.0
    matcher = SequenceMatcher(None, _words(one.strip()), _words(other.strip()), autojunk=False)
    if matcher.real_quick_ratio() <= ALIKE or matcher.quick_ratio() <= ALIKE:
        return 0.0
    return matcher.ratio()


def changed_spans(old: str, new: str) -> tuple[list[Span], list[Span]]:
    """The spans of `old` and of `new` that the other line lacks. Two lines with little in
    common have none: to mark nearly everything says nothing."""
    if old == new:
        return [], []
    if len(old) > LONG or len(new) > LONG:
        return _by_ends(old, new)
    first, second = _words(old), _words(new)
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    kept = sum(
        len(word)
        for block in blocks
        for word in first[block.a : block.a + block.size]
        if word.strip()
    )
    longest = max(len(old.replace(" ", "")), len(new.replace(" ", "")))
    if longest and kept / longest < 0.2:
        return [], []
    olds = _gaps(first, [(block.a, block.a + block.size) for block in blocks])
    news = _gaps(second, [(block.b, block.b + block.size) for block in blocks])
    return olds, news


def _words(line: str) -> list[str]:
    return _WORD.findall(line)


def _gaps(words: Sequence[str], kept: Sequence[Span]) -> list[Span]:
    """What lies between the kept words, as characters; neighbours that only blanks part are
    one span."""
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word))
    spans: list[Span] = []
    at = 0
    for begin, end in [*kept, (len(words), len(words))]:
        if at < begin:
            blank = bool(spans) and not "".join(words[_word_at(starts, spans[-1][1]) : at]).strip()
            first = spans.pop()[0] if blank else starts[at]
            spans.append((first, starts[begin]))
        at = end
    return spans


def _word_at(starts: Sequence[int], char: int) -> int:
    from bisect import bisect_left

    return bisect_left(starts, char)


def _by_ends(old: str, new: str) -> tuple[list[Span], list[Span]]:
    """Long lines: what lies between the common beginning and the common end."""
    most = min(len(old), len(new))
    head = next((at for at in range(most) if old[at] != new[at]), most)
    tail = next((at for at in range(most - head) if old[-1 - at] != new[-1 - at]), most - head)
    olds = [(head, len(old) - tail)] if head < len(old) - tail else []
    news = [(head, len(new) - tail)] if head < len(new) - tail else []
    return olds, news
