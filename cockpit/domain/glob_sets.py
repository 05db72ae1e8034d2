"""Whether the paths of two lists of globs meet, and whether one list covers the other.

What `globs` matches one path with, here as automata over all paths at once: a task fits a
lane's zone when every path that its globs can name lies there, and two tasks keep apart when
no path is in both. Exact, not by comparing prefixes (`src/**/test_*` and `src/api/*.py` meet).
Where an answer would take too long, it is the careful one: they meet, it is not covered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from functools import lru_cache

from cockpit.dataclass import dataclass
from cockpit.domain.globs import (
    Characters,
    alternatives,
    characters,
    compile_globs,
    fold,
    why_not_glob,
)

MOST_STEPS = 20_000
"""Pairs of states that one question may look at; globs as people write them need a hundred."""

_SLASH = ord("/")
_SEPARATOR = Characters(((_SLASH, _SLASH),))
_NO_SLASH = Characters((), negated=True)


@lru_cache(32_768)
def overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether some path is matched by both. Raises `UsageError` for a bad glob."""
    mine, its = _stems(one), _stems(other)
    if mine and its and not any(_share(a.text, b.text) for a in mine for b in its):
        return False
    ours, theirs = _automaton(one), _automaton(other)
    return not _holds_for_all(ours, theirs, lambda a, b: not (ours.ends(a) and theirs.ends(b)))


@lru_cache(32_768)
def covers(outer: tuple[str, ...], inner: tuple[str, ...]) -> bool:
    """Whether every path that `inner` matches is matched by `outer`. Raises `UsageError` for a
    bad glob."""
    most_stems, stems = _stems(outer), _stems(inner)
    if most_stems and stems:
        if any(all(not _share(a.text, b.text) for b in most_stems) for a in stems):
            return False
        if all(any(b.holds(a) for b in most_stems) for a in stems):
            return True
    most, all_of = _automaton(outer), _automaton(inner)
    return _holds_for_all(all_of, most, lambda a, b: not all_of.ends(a) or most.ends(b))


@dataclass(frozen=True, slots=True)
class _Stem:
    """What every path that one alternative matches begins with, the path taken with a slash at
    its end: most questions about zones are answered by this alone, without an automaton."""

    text: str
    whole: bool
    """Everything beneath the folder `text` is matched."""
    itself: bool
    """A file of that name as well."""

    def holds(self, other: _Stem) -> bool:
        """Whether surely every path that `other` matches is matched."""
        is_deeper = other.text != self.text or self.itself or not other.itself
        return self.whole and is_deeper and other.text.startswith(self.text)


_WILD = re.compile(r"[*?\[]")


@lru_cache(32_768)
def _stems(globs: tuple[str, ...]) -> tuple[_Stem, ...]:
    """Of each alternative; none where a glob is bad, or where nothing is matched."""
    if any(why_not_glob(glob) for glob in globs):
        return ()
    found = []
    for glob in globs:
        for alternative in map(fold, alternatives(glob)):
            text = _WILD.split(alternative, maxsplit=1)[0]
            rest = alternative[len(text) :]
            itself = not rest and not text.endswith("/")
            text = f"{text}/" if itself else text
            found.append(_Stem(text, text.endswith("/") and rest in ("", "**"), itself))
    return tuple(found)


def _share(one: str, other: str) -> bool:
    """Whether a path can begin with both."""
    return one.startswith(other) or other.startswith(one)


def _holds_for_all(one: _Automaton, other: _Automaton, holds: Callable[[int, int], bool]) -> bool:
    """Whether `holds` is true of both automata's states after every path that `one` can still
    match; False when there are too many to see."""
    letters = _letters((*one.bounds, *other.bounds))
    first = (one.start, other.start)
    seen, waiting = {first}, [first]
    for ours, theirs in waiting:
        if not holds(ours, theirs):
            return False
        for letter in letters:
            after = (one.step(ours, letter), other.step(theirs, letter))
            if after[0] and after not in seen:
                seen.add(after)
                waiting.append(after)
        if len(seen) > MOST_STEPS:
            return False
    return True


def _letters(bounds: Sequence[int]) -> tuple[int, ...]:
    """One character of each stretch between two bounds: within it nothing tells them apart."""
    return tuple(sorted({0, _SLASH, _SLASH + 1, *(bound for bound in bounds if bound <= 0x10FFFF)}))


@dataclass(slots=True)
class _Automaton:
    """States are bits of a number; `edges` lead on one character to one state."""

    edges: dict[int, list[tuple[Characters, int]]] = field(default_factory=dict)
    """By state the characters that lead on from it, each with the state where they lead."""
    free: dict[int, int] = field(default_factory=dict)
    """By state the states (bits) that are reached without a character."""
    bounds: set[int] = field(default_factory=set)
    count: int = 1
    start: int = 1
    accepting: int = 0
    _steps: dict[tuple[int, int], int] = field(default_factory=dict)

    def new(self) -> int:
        self.count += 1
        return self.count - 1

    def edge(self, wanted: Characters, before: int, after: int) -> None:
        self.edges.setdefault(before, []).append((wanted, after))
        for low, high in wanted.spans:
            self.bounds.update((low, high + 1))

    def skip(self, before: int, after: int) -> None:
        self.free[before] = self.free.get(before, 0) | 1 << after

    def closed(self, states: int) -> int:
        """With everything that is reached without a character."""
        waiting = states
        while waiting:
            reached = 0
            for state in _bits(waiting):
                reached |= self.free.get(state, 0)
            waiting = reached & ~states
            states |= reached
        return states

    def step(self, states: int, letter: int) -> int:
        """Where `letter` leads from all of `states`; none of the bits when nowhere."""
        key = (states, letter)
        known = self._steps.get(key)
        if known is None:
            known = 0
            for state in _bits(states):
                for wanted, after in self.edges.get(state, ()):
                    if _takes(wanted, letter):
                        known |= 1 << after
            known = self._steps[key] = self.closed(known)
        return known

    def ends(self, states: int) -> bool:
        return bool(states & self.accepting)


def _bits(number: int) -> Iterator[int]:
    while number:
        yield (number & -number).bit_length() - 1
        number &= number - 1


def _takes(wanted: Characters, letter: int) -> bool:
    if letter == _SLASH:
        return wanted is _SEPARATOR
    return any(low <= letter <= high for low, high in wanted.spans) != wanted.negated


@lru_cache(512)
def _automaton(globs: tuple[str, ...]) -> _Automaton:
    made = _Automaton()
    compile_globs(globs)  # complains of a bad one
    for glob in globs:
        for alternative in alternatives(glob):
            _add(made, fold(alternative))
    made.start = made.closed(1)
    return made


def _add(made: _Automaton, glob: str) -> None:
    """One alternative, beginning at the common first state."""
    components = (glob + "**" if glob.endswith("/") else glob).split("/")
    at = made.new()
    made.skip(0, at)
    *before, last = components
    for component in before:
        if component == "**":
            folder = made.new()
            made.skip(at, folder)
            inside = _any_name(made, folder)
            made.edge(_SEPARATOR, inside, folder)
            at = folder
        else:
            end = _component(made, at, component)
            at = made.new()
            made.edge(_SEPARATOR, end, at)
    end = _any_name(made, at) if last == "**" else _component(made, at, last)
    made.accepting |= 1 << end
    if last == "**" or not set(last) & set("*?["):
        folder = made.new()
        made.edge(_SEPARATOR, end, folder)
        made.skip(_any_name(made, folder), end)


def _any_name(made: _Automaton, at: int) -> int:
    """One or more characters that are no slash."""
    end = made.new()
    made.edge(_NO_SLASH, at, end)
    made.edge(_NO_SLASH, end, end)
    return end


def _component(made: _Automaton, at: int, text: str) -> int:
    if text == "*":
        return _any_name(made, at)
    for wanted in characters(text):
        end = made.new()
        if wanted is None:
            made.skip(at, end)
            made.edge(_NO_SLASH, end, end)
        else:
            made.edge(wanted, at, end)
        at = end
    return at
