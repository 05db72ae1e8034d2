"""The strict reader: what it takes, what it refuses and where, and that nothing hurts it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.config.problems import Problems
from cockpit.config.yaml_events import MAX_BYTES, Entries, Items, Node, Scalar, read_yaml


def read(text: str) -> tuple[object, list[str]]:
    """The document as plain Python, and its problems as they are printed."""
    problems = Problems("f")
    node = read_yaml(text, problems)
    return plain(node), [str(problem) for problem in problems.found]


def plain(node: Node | None) -> object:
    match node:
        case None:
            return None
        case Scalar():
            return node.text
        case Items():
            return [plain(item) for item in node.items]
        case Entries():
            return {key.text: plain(value) for key, value in node.entries}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# only a comment\n", None),
        ("---\n", None),
        ("~", None),
        ("a: b", {"a": "b"}),
        ("a: {b: [c, d], e: {}}", {"a": {"b": ["c", "d"], "e": {}}}),
        ("a: no\nb: 1.10\nc: 012\nd: 2024-13-45\ne: 22:22\nf: ~",
         {"a": "no", "b": "1.10", "c": "012", "d": "2024-13-45", "e": "22:22", "f": "~"}),
        ("a:\n  - b\n  -\n", {"a": ["b", ""]}),
        ("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}),
        ("a: 'it''s'\r\nb: \"x\\ty\"\r\n", {"a": "it's", "b": "x\ty"}),
        ('"<<": x', {"<<": "x"}),
        ("ä: ö 😀", {"ä": "ö 😀"}),
        ("0123456: sha", {"0123456": "sha"}),
    ],
)  # fmt: skip
def test_everything_is_the_text_that_was_written(text: str, value: object) -> None:
    assert read(text) == (value, [])


def test_places_and_quotes_are_kept() -> None:
    node = read_yaml("a:\n  b: 'c'\n", Problems("f"))
    assert isinstance(node, Entries)
    inner = node.get("a")
    assert isinstance(inner, Entries)
    (key, value) = inner.entries[0]
    assert (key.at.line, key.at.column) == (2, 3)
    assert value == Scalar("c", value.at, plain=False)
    assert (value.at.line, value.at.column) == (2, 6)
    assert node.get("nope") is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: &x b", "f:1: a: an anchor"),
        ("a: &x {b: c}", "f:1: a: an anchor"),
        ("a: b\nc: *x", "f:2: c: an alias"),
        ("a: !!str b", "f:1: a: a tag"),
        ("a: !!python/object:os.system {}", "f:1: a: a tag"),
        ("a: ! b", "f:1: a: a tag"),
        ("a:\n  <<: {b: c}", "f:2: a.<<: a merge key"),
        ("a: b\nc: d\na: e", "f:3: a: stands twice (first on line 1)"),
        ("? [a]\n: b", "f:1: a list or mapping can't be a key"),
        ("? {a: b}\n: c", "f:1: a list or mapping can't be a key"),
        ("? \n: b", "f:1: a key is missing"),
        ("'': b", "f:1: a key is missing"),
        (": b", "f:1: this is not YAML"),
        ("a: b\n---\nc: d", "f:2: a second document"),
        ("%YAML 1.1\n---\na: b", "f:1: %YAML and %TAG"),
        ("a: b\n\x07", "f:2: the character U+0007 is not allowed"),
        ("a: \x1b]52;c", "f:1: the character U+001B"),
        ("a: x\u202ey", "f:1: the character U+202E"),
        ("a: x\x85y", "f:1: the character U+0085"),
        ("a: b\rc: d", "f:1: a carriage return without"),
        ('a: "\\e]52;c"', "f:1: a: the character U+001B is not allowed, not even"),
        ('a: "\\ud800"', "f:1: a: the character U+D800"),
        ('"\\0": b', "f:1: the character U+0000"),
        ('a: "\\UFFFFFFFF"', "f:1: this is not YAML"),
        ("a:\n\tb: c", "f:2: a tab stands where YAML wants spaces"),
        ("a: [b", "f:1: this is not YAML"),
        ("a: 'b", "f:1: this is not YAML"),
        ("a: b: c", "f:1: this is not YAML"),
        ("- a\nb: c", "f:2: this is not YAML"),
        ("\ufeffa: b", "f:1: the character U+FEFF"),
    ],
)
def test_refused_with_the_line(text: str, problem: str) -> None:
    _, problems = read(text)
    assert problems
    assert problems[0].startswith(problem)


def test_all_that_is_wrong_is_told_not_only_the_first() -> None:
    _, problems = read("a: &x b\nc: !t d\ne: *x\na: again\n")
    assert [problem.split(":")[1] for problem in problems] == ["1", "2", "3", "4"]


def test_depth_is_bounded() -> None:
    assert read("a: " + "[" * 7 + "]" * 7)[1] == []
    for bomb in ("a: " + "[" * 8 + "]" * 8, "[" * 30_000, "{a: " * 15_000, "- " * 30_000):
        problems = read(bomb)[1]
        assert "nested deeper than 8 levels" in problems[0]


BOMBS = {
    "merge keys": "a0: &a0 {k: v}\n"
    + "".join(
        f"a{i}: &a{i}\n  <<: [{', '.join([f'*a{i - 1}'] * 6)}]\n  k{i}: v\n" for i in range(1, 12)
    ),
    "aliases": "a: &a [x, x]\n"
    + "".join(f"b{i}: &b{i} [{', '.join(['*a'] * 9)}]\n" for i in range(9)),
    "question marks": "? " * 30_000,
    "many values": "[" + "a," * 30_000 + "]",
    "many keys": "".join(f"k{i}: v\n" for i in range(6_000)),
    "one long word": "a" * 60_000,
    "one long quote": '"' + "\\n" * 30_000,
    "folds": "a: '" + "x\n\n" * 15_000,
    "comments": "#\n" * 30_000,
    "colons": ": " * 30_000,
    "dashes": "-\n" * 30_000,
    "anchors": "&a " * 20_000,
    "tags": "!<" + "%41" * 20_000,
    "documents": "---\n" * 15_000,
    "block of spaces": "a: |\n" + " " * 60_000,
    "digits": "a: " + "9" * 60_000,
    "directives": "%TAG ! x\n" * 6_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_end_quickly(name: str) -> None:
    started = time.process_time()
    read(BOMBS[name])
    assert time.process_time() - started < 3


def test_the_number_of_values_is_bounded() -> None:
    assert "holds more than 10000 values" in read(BOMBS["many values"])[1][0]
    assert "holds more than 10000 values" in read(BOMBS["many keys"])[1][0]


def test_size_is_bounded() -> None:
    assert "larger than 64 KB" in read("#" * (MAX_BYTES + 1))[1][0]
    assert read("#" * MAX_BYTES) == (None, [])
    assert "larger" in read("ä" * (MAX_BYTES // 2 + 1))[1][0]


@given(st.text(alphabet=st.characters(codec=None), max_size=300))
def test_no_text_raises(text: str) -> None:
    read(text)


SOUP = st.lists(
    st.sampled_from([*":-?,[]{}#&*!|>'\"%@`<~ \n\t\\", "a", "1", "<<", "---", "\\U", "\\x"]),
    max_size=60,
).map("".join)


@given(SOUP)
def test_no_soup_of_indicators_raises(text: str) -> None:
    value, problems = read(text)
    assert problems or value is None or isinstance(value, str | list | dict)
