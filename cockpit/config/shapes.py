"""Kinds of values that hold others: lists, mappings with free names, and fixed keys.

`Key` is one line of the schema. A default is written as it would stand in the file and read
by the same code as the file, so that a default, its documentation and its value can't differ.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cockpit.config import rules
from cockpit.config.kinds import BAD, Kind, Text, as_yaml_list, what_is
from cockpit.config.problems import START, KeyPath, Problems, nearest, quoted
from cockpit.config.yaml_events import Entries, Items, Node, Scalar, read_yaml
from cockpit.dataclass import dataclass
from cockpit.domain.ids import is_lane_name
from cockpit.domain.names import tidy

MAX_ITEMS = 500
MAX_ENV = 10_000
"""Characters of a variable's value."""

Values = Mapping[str, Any]
"""A mapping that was read: every key of the schema, defaults filled in."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its name, what it takes, its default as YAML, what it means in a sentence.

    `example` is YAML for the example file where the default shows too little. `trust` marks
    what can execute something or reach out of the repository (DESIGN §8).
    """

    name: str
    kind: Kind
    default: str
    means: str
    example: str = ""
    trust: bool = False


@lru_cache(maxsize=1024)
def default_of(key: Key) -> Any:
    """The value of a key's default, shared: never change it. Raises `ValueError` if the
    schema contradicts itself."""
    problems = Problems("schema")
    node = read_yaml(key.default, problems) or Scalar("", START)
    value = key.kind.read(node, (), problems)
    if problems:
        raise ValueError(f"{key.name}: {key.default}: {problems.found[0]}")
    return value


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list. A single value where a list is wanted is a problem that shows the list.

    `argv` is for argument lists, where the suggestion splits words as a shell would.
    """

    item: Kind
    plural: str
    argv: bool = False

    @property
    def words(self) -> str:
        return f"list of {self.plural}"

    def read(self, node: Node, path: KeyPath, problems: Problems) -> Any:
        if isinstance(node, Scalar) and node.is_absent:
            return ()
        if not isinstance(node, Items):
            problems.add(node.at, path, f"must be a list, {self._instead(node)}")
            return BAD
        if len(node.items) > MAX_ITEMS:
            problems.add(node.at, path, f"has more than {MAX_ITEMS} items")
            return BAD
        values = [
            self.item.read(item, (*path, index), problems) for index, item in enumerate(node.items)
        ]
        return BAD if any(value is BAD for value in values) else tuple(values)

    def _instead(self, node: Node) -> str:
        if not isinstance(node, Scalar) or len(node.text) > 60:
            return f"not {what_is(node)}"
        words = [node.text]
        if self.argv:
            try:
                words = shlex.split(node.text)
            except ValueError:
                pass  # unbalanced quotes: the text as a whole is the best suggestion
        return f"not {what_is(node)}; write {quoted(as_yaml_list(words))[1:-1]}"


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping whose names the commander chooses. `sample` is the name that the example
    file documents in full, `more` further entries there, as YAML lines."""

    names: rules.Rule
    value: Kind
    noun: str
    sample: str = ""
    more: str = ""

    @property
    def words(self) -> str:
        if isinstance(self.value, Struct):
            return f"mapping: {self.noun} to keys"
        return f"mapping: {self.noun} to {self.value.words}"

    def read(self, node: Node, path: KeyPath, problems: Problems) -> Any:
        entries = mapping(node, path, problems)
        if entries is None:
            return BAD
        if len(entries.entries) > MAX_ITEMS:
            problems.add(node.at, path, f"has more than {MAX_ITEMS} entries")
            return BAD
        values: dict[str, Any] = {}
        for name, value in entries.entries:
            complaint = self.names(name.text)
            if complaint:
                problems.add(name.at, (*path, name.text), complaint, nearest=self._meant(name.text))
                continue
            read = self.value.read(value, (*path, name.text), problems)
            if read is not BAD:
                values[name.text] = read
        return values

    def _meant(self, name: str) -> str:
        """A name close to `name` that the rule takes, if there is one."""
        guess = tidy(name).lower().replace("_", "-").replace(".", "-")[:40].rstrip("-")
        return guess if guess and not self.names(guess) else ""


@dataclass(frozen=True, slots=True)
class Struct:
    """A mapping with known keys; the value is a dict with every key, defaults filled in."""

    keys: tuple[Key, ...]

    @property
    def words(self) -> str:
        return "mapping"

    def read(self, node: Node, path: KeyPath, problems: Problems) -> Any:
        values = {key.name: default_of(key) for key in self.keys}
        entries = mapping(node, path, problems)
        known = {key.name: key for key in self.keys}
        for name, value in entries.entries if entries is not None else ():
            key = known.get(name.text)
            if key is None:
                problems.add(
                    name.at,
                    (*path, name.text),
                    "unknown key",
                    nearest=nearest(name.text, known),
                )
                continue
            if isinstance(value, Scalar) and value.is_absent and not value.text:
                continue  # `key:` with nothing after it: the default
            read = key.kind.read(value, (*path, name.text), problems)
            if read is not BAD:
                values[name.text] = read
        return values

    def key(self, name: str) -> Key:
        """The key called `name`. Raises `KeyError`."""
        found = next((key for key in self.keys if key.name == name), None)
        if found is None:
            raise KeyError(name)
        return found


@dataclass(frozen=True, slots=True)
class ZoneOf:
    """A zone: a list of globs, or a mapping with `include` and `exclude`."""

    inner: Struct

    @property
    def words(self) -> str:
        return "list of globs, or {include: […], exclude: […]}"

    def read(self, node: Node, path: KeyPath, problems: Problems) -> Any:
        if isinstance(node, Entries):
            return self.inner.read(node, path, problems)
        include = self.inner.key("include").kind.read(node, path, problems)
        empty = self.inner.read(Entries((), node.at), path, problems)
        return {**empty, "include": () if include is BAD else include}


def mapping(node: Node, path: KeyPath, problems: Problems) -> Entries | None:
    """`node` if it is a mapping (nothing counts as an empty one); else a problem."""
    if isinstance(node, Entries):
        return node
    if isinstance(node, Scalar) and node.is_absent:
        return Entries((), node.at)
    wanted = "must be a mapping (name: value)"
    problems.add(node.at, path, f"{wanted}, not {what_is(node)}")
    return None


def lane_name(text: str) -> str:
    """The rule for lanes' names, as a complaint."""
    if is_lane_name(text):
        return ""
    return (
        "can't name a lane: a lane's name is 1 to 40 of a-z, 0-9 and -, beginning with a "
        "letter or digit, since it names a tmux session, a folder and a branch"
    )


def text_map(noun: str, names: rules.Rule) -> MapOf:
    """Names of a kind to any text: environments, key bindings."""
    return MapOf(names, Text(limit=MAX_ENV), noun)
