"""Files: missing, strange, not text; the error that carries all problems; coordination.yaml."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.config.load import (
    config_path,
    default_config,
    load_config,
    load_coordination,
    parse_config,
)
from cockpit.config.model import ZoneConfig
from cockpit.config.problems import MAX_PROBLEMS, ConfigError
from cockpit.domain.text import safe
from cockpit.errors import Exit, UsageError

SEED = """\
zones:
  alpha:
    files:
      include: ["src/auth/**", "ledgers/*-alpha.csv"]
    ledger: "ledgers/tasks-alpha.csv"
    agent: "Commander"

  beta:
    files:
      include: ["src/api/**", "ledgers/*-beta.csv"]
    ledger: "ledgers/tasks-beta.csv"
    agent: "Adjudicator"
"""


def write(folder: Path, content: bytes, name: str = "lanes.yaml") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def refusal(path: Path) -> UsageError:
    with pytest.raises(UsageError) as caught:
        load_config(path)
    assert caught.value.code is Exit.USAGE
    return caught.value


def test_a_file_with_a_byte_order_mark_and_windows_lines(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufefftarget: trunk\r\nlanes:\r\n  ä: {}\r\n".encode())
    assert "lanes.yaml:3: lanes.ä: can't name a lane" in refusal(path).title
    path = write(tmp_path, "\ufefftarget: trunk\r\nlanes:\r\n  a: {}\r\n".encode())
    config = load_config(path)
    assert (config.target, list(config.lanes), config.path) == ("trunk", ["a"], path)


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    error = refusal(tmp_path / "lanes.yaml")
    assert error.title == f"There is no lanes.yaml in {tmp_path}"
    assert "cockpit init" in error.hint


def test_what_is_not_a_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lanes.yaml")
    assert "is not a regular file" in refusal(tmp_path / "lanes.yaml").title
    (tmp_path / "folder").mkdir()
    assert "is not a regular file" in refusal(tmp_path / "folder").title
    assert "is not a regular file" in refusal(Path("/dev/zero")).title
    (tmp_path / "loop").symlink_to("loop")
    assert "can't be read" in refusal(tmp_path / "loop").title
    assert "can't be read" in refusal(tmp_path / "nul\0byte").title


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", denied)
    assert refusal(tmp_path / "lanes.yaml").title.endswith("can't be read: Permission denied")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a: b\nc: \xff\n", "lanes.yaml:2: the byte 0xff is not UTF-8 text"),
        ("target: main\n".encode("utf-16"), "lanes.yaml:1: the byte 0xff is not UTF-8 text"),
        (b"#" * 70_000, "lanes.yaml:1: the file is larger than 64 KB"),
        (b"a\0b", "lanes.yaml:1: the character U+0000 is not allowed in this file"),
        (b"\x7fELF\x02\x01", "lanes.yaml:1: the character U+007F is not allowed in this file"),
    ],
)
def test_what_is_not_text_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    assert refusal(write(tmp_path, content)).title == sentence


def test_the_error_carries_all_problems() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config("a: 1\nb: 2\n", Path("/x/lanes.yaml"))
    error = caught.value
    assert error.title == "lanes.yaml:1: a: unknown key"
    assert error.detail == "lanes.yaml:2: b: unknown key"
    assert "cockpit check" in error.hint
    assert [(p.line, p.column, p.key, p.message) for p in error.problems] == [
        (1, 1, "a", "unknown key"),
        (2, 1, "b", "unknown key"),
    ]
    assert error.path == Path("/x/lanes.yaml")


def test_a_thousand_problems_are_cut() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config("".join(f"zz{i}: 1\n" for i in range(1000)), Path("lanes.yaml"))
    assert len(caught.value.problems) == MAX_PROBLEMS


def test_defaults_without_a_file(tmp_path: Path) -> None:
    config = default_config(tmp_path / "lanes.yaml", "trunk")
    assert (config.target, config.lanes, config.trust_lines) == ("trunk", {}, ())
    with pytest.raises(ConfigError, match="can't name a branch"):
        default_config(tmp_path / "lanes.yaml", "--evil")


def test_the_first_documents_coordination_file_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, SEED.encode(), "coordination.yaml")
    config = load_config(path)
    alpha, beta = config.lanes.values()
    assert alpha.zone == ZoneConfig(("src/auth/**", "ledgers/*-alpha.csv"))
    assert (alpha.title, alpha.agent, alpha.ledger) == (
        "Commander", "shell", "ledgers/tasks-alpha.csv",
    )  # fmt: skip
    assert (beta.lane, beta.key, beta.branch) == ("beta", "B", "{lane}/work")
    assert config.target == "main"
    assert config.trust_lines == ()
    assert load_coordination(path, target="trunk").target == "trunk"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("zones: {A: {}}", "zones.A: can't name a lane"),
        ("zones: {a: {file: {}}}", "zones.a.file: unknown key; did you mean files?"),
        ("zones: {a: {files: {include: x}}}", 'not "x"; write ["x"]'),
        ("lanes: {}", "lanes: unknown key; did you mean zones?"),
        ("zones: {main: {}, x: {ledger: ../y}}", "leaves the repository"),
    ],
)
def test_a_wrong_coordination_file(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, text.encode(), "coordination.yaml"))
    assert any(sentence in str(problem) for problem in caught.value.problems)
    assert caught.value.title.startswith("coordination.yaml:1: ")


def test_lanes_yaml_goes_before_coordination_yaml(tmp_path: Path) -> None:
    assert config_path(tmp_path).name == "lanes.yaml"
    write(tmp_path, SEED.encode(), "coordination.yaml")
    assert config_path(tmp_path).name == "coordination.yaml"
    write(tmp_path, b"")
    assert config_path(tmp_path).name == "lanes.yaml"


def parsed(content: str | bytes) -> None:
    try:
        parse_config(content, Path("/r/lanes.yaml"), preset_names=("claude",))
    except ConfigError as error:
        assert error.problems
        lines = [str(problem) for problem in error.problems]
        assert lines == [safe(line).text for line in lines]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_configuration_or_problems(content: bytes) -> None:
    parsed(content)


@given(st.text(alphabet=st.characters(codec=None), max_size=200))
def test_any_text_is_a_configuration_or_problems(content: str) -> None:
    parsed(content)


KNOWN = ["lanes", "alpha", "zone", "zones", "agents", "ports", "vars", "A", "include", "branch"]
KNOWN += ["key", "worktree", "mode", "shared", "remote", "derived", "gate", "run", "target"]
KNOWN += ["{lane}", "..", "~/x", "", "true", "slots", "1000", "../{repo}", "**", "[", "env"]
KNOWN += ["main", "9100", "trash", "keep", "forever", "10m", "files"]
WORDS = st.sampled_from(KNOWN)
TREES = st.recursive(
    WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)


def as_yaml(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f'"{k}": {as_yaml(v)}' for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(as_yaml, value)) + "]"
        case _:
            return f'"{value}"' if value not in ("true", "1000", "9100") else str(value)


@given(st.dictionaries(WORDS, TREES, max_size=6))
def test_any_tree_of_known_words_is_a_configuration_or_problems(tree: dict[str, object]) -> None:
    parsed(as_yaml(tree))
