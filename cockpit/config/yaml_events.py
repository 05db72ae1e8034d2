"""A strict reader of small YAML files: plain mappings, lists and text, each with its place.

YAML as loaders read it hangs on merge keys, dies of nesting, turns `no` into False and
`1.10` into 1.1, and keeps the last of two equal keys without a word. So this reads the
*event stream* of PyYAML's pure Python parser (the C one crashes on `? ` repeated) and
constructs nothing: every scalar stays the text that was written, and what a configuration
has no use for (anchors, aliases, tags, merge keys, directives, several documents, depth,
control characters) is a problem with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

import yaml

from cockpit.config.problems import START, KeyPath, Mark, Problems, quoted
from cockpit.dataclass import dataclass

MAX_BYTES = 64 * 1024
MAX_DEPTH = 8
"""Mappings and lists inside one another."""

MAX_NODES = 10_000

_FORBIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
    r"\ufeff\ufffe\uffff]|\r(?!\n)"
)
"""Control characters, Unicode's line breaks, what reorders text, and lone surrogates."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value. `plain` is false for quoted and block text."""

    text: str
    at: Mark
    plain: bool = True

    @property
    def is_absent(self) -> bool:
        """`key:` with nothing after it, or YAML's words for nothing."""
        return self.plain and self.text in ("", "~", "null")


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    at: Mark


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping; keys are text and stand once, in the file's order."""

    entries: tuple[tuple[Scalar, Node], ...]
    at: Mark

    def get(self, name: str) -> Node | None:
        return next((value for key, value in self.entries if key.text == name), None)


Node = Scalar | Items | Entries


def read_yaml(text: str, problems: Problems) -> Node | None:
    """The document in `text`; None if it is empty or not readable (then `problems` says why).

    Never raises for anything that `text` may hold. A problem that doesn't end the reading
    (a duplicate key, an anchor) leaves a node, so that further problems are found.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        problems.add(START, (), f"the file is larger than {MAX_BYTES // 1024} KB")
        return None
    bad = _FORBIDDEN.search(text)
    if bad:
        at = _mark_of(text, bad.start())
        problems.add(at, (), f"{_character(bad[0])} is not allowed in this file")
        return None
    try:
        return _Reader(text, problems).document()
    except _Stop as stop:
        problems.add(stop.at, stop.path, stop.why)
    except yaml.YAMLError as error:
        problems.add(*_explained(error))
    except Exception as error:  # noqa: BLE001 - PyYAML raises ValueError, IndexError, OverflowError and more on bad escapes
        problems.add(START, (), f"this is not YAML: {quoted(str(error) or type(error).__name__)}")
    return None


class _Stop(Exception):
    """Reading can't go on."""

    def __init__(self, at: Mark, path: KeyPath, why: str) -> None:
        super().__init__(why)
        self.at, self.path, self.why = at, path, why


class _Reader:
    def __init__(self, text: str, problems: Problems) -> None:
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.SafeLoader)
        self._problems = problems
        self._count = 0

    def document(self) -> Node | None:
        next(self._events)  # the stream's start
        first = next(self._events)
        if isinstance(first, yaml.StreamEndEvent):
            return None
        if isinstance(first, yaml.DocumentStartEvent) and (first.version or first.tags):
            self._problems.add(_mark(first), (), "%YAML and %TAG lines are not read here")
        node = self._node(next(self._events), (), 0)
        next(self._events)  # the document's end
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _Stop(_mark(after), (), "a second document (---) begins here; one is read")
        if isinstance(node, Scalar) and node.is_absent:
            return None
        return node

    def _node(self, event: yaml.Event, path: KeyPath, depth: int) -> Node:
        at = _mark(event)
        self._count += 1
        if self._count > MAX_NODES:
            raise _Stop(at, path, f"the file holds more than {MAX_NODES} values")
        if isinstance(event, yaml.AliasEvent):
            self._problems.add(at, path, "an alias (*name) is not read here; write the value out")
            return Scalar("", at)
        self._refuse_marks(event, path)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        if depth >= MAX_DEPTH:
            raise _Stop(at, path, f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(at, path, depth)
        return self._entries(at, path, depth)

    def _refuse_marks(self, event: yaml.Event, path: KeyPath) -> None:
        if getattr(event, "anchor", None) is not None:
            self._problems.add(
                _mark(event), path, "an anchor (&name) is not read here; write the value out"
            )
        if getattr(event, "tag", None) is not None:
            self._problems.add(_mark(event), path, "a tag (!name) is not read here; leave it out")

    def _scalar(self, event: yaml.ScalarEvent, path: KeyPath) -> Scalar:
        bad = _FORBIDDEN.search(event.value)
        if bad:
            what = f"{_character(bad[0])} is not allowed, not even written as an escape"
            self._problems.add(_mark(event), path, what)
        return Scalar(event.value, _mark(event), event.style is None)

    def _items(self, at: Mark, path: KeyPath, depth: int) -> Items:
        items: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items)), depth + 1))
        return Items(tuple(items), at)

    def _entries(self, at: Mark, path: KeyPath, depth: int) -> Entries:
        entries: list[tuple[Scalar, Node]] = []
        seen: dict[str, Mark] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, path, depth + 1)
            name = key.text if isinstance(key, Scalar) else ""
            value = self._node(next(self._events), (*path, name), depth + 1)
            why = _why_not_key(key, seen)
            if why:
                self._problems.add(key.at, (*path, name) if name else path, why)
            else:
                entries.append((cast(Scalar, key), value))
                seen[name] = key.at
        return Entries(tuple(entries), at)


def _why_not_key(key: Node, seen: dict[str, Mark]) -> str:
    if not isinstance(key, Scalar):
        return "a list or mapping can't be a key"
    if not key.text:
        return "a key is missing before the colon"
    if key.text == "<<" and key.plain:
        return "a merge key (<<) is not read here; write the keys out"
    if key.text in seen:
        return f"stands twice (first on line {seen[key.text].line})"
    return ""


def _mark(event: yaml.Event) -> Mark:
    mark = event.start_mark
    return START if mark is None else Mark(mark.line + 1, mark.column + 1)


def _mark_of(text: str, index: int) -> Mark:
    before = text[:index]
    return Mark(before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1)


def _character(char: str) -> str:
    if char == "\r":
        return "a carriage return without a line feed"
    return f"the character U+{ord(char):04X}"


def _explained(error: yaml.YAMLError) -> tuple[Mark, KeyPath, str]:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    at = START if mark is None else Mark(mark.line + 1, mark.column + 1)
    said = str(getattr(error, "problem", None) or getattr(error, "context", None) or error)
    if "'\\t'" in said:
        return at, (), "a tab stands where YAML wants spaces"
    context = getattr(error, "context", None)
    where = f" ({context})" if context and context != said else ""
    return at, (), f"this is not YAML: {' '.join((said + where).split())[:200]}"
