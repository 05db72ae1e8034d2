"""README.md keeps what it says: generated tables, tests that exist, commands that parse.

With COCKPIT_UPDATE=1 (`make readme`) the tables are written anew.
"""

from __future__ import annotations

import ast
import os
import re
import shlex
from pathlib import Path

import pytest

from cockpit.cli.parser import CommandParser, split
from cockpit.cli.registry import COMMANDS, commands_table_markdown
from cockpit.config.load import parse_config
from cockpit.domain import glossary
from cockpit.errors import Exit
from cockpit.ui.actions import ACTIONS, keys_table_markdown
from cockpit.ui.keys_page import TITLES, keys_page_markdown

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
KEYS = ROOT / "docs" / "keys.md"
WORDS = ROOT / "docs" / "words.md"
UPDATE = os.environ.get("COCKPIT_UPDATE") == "1"  # read here: the fixtures drop COCKPIT_*

TABLES = {"keys": keys_table_markdown, "commands": commands_table_markdown}


@pytest.mark.parametrize("name", TABLES)
def test_generated_tables(name: str) -> None:
    text = README.read_text(encoding="utf-8")
    parts = re.search(f"(?s)(.*<!-- {name} -->\n)(.*?)(<!-- /{name} -->.*)", text)
    assert parts, f"README.md has no place for {name}"
    before, table, after = parts.groups()
    wanted = "\n" + TABLES[name]().strip() + "\n\n"
    if UPDATE:
        README.write_text(before + wanted + after, encoding="utf-8")
        return
    assert table == wanted, "run `make readme`"


def test_the_page_of_all_keys_is_current() -> None:
    if UPDATE:
        KEYS.write_text(keys_page_markdown(), encoding="utf-8")
    assert KEYS.read_text(encoding="utf-8") == keys_page_markdown(), "run `make readme`"


def test_the_page_of_words_is_current() -> None:
    if UPDATE:
        WORDS.write_text(glossary.page(), encoding="utf-8")
    assert WORDS.read_text(encoding="utf-8") == glossary.page(), "run `make readme`"


def test_the_page_names_every_action_once_in_cells_that_hold() -> None:
    rows = [line for line in keys_page_markdown().splitlines() if line.startswith("| ")]
    rows = [row for row in rows if row.split()[1] not in ("key", "---")]
    assert len(rows) == len(ACTIONS)
    assert {action.scope for action in ACTIONS} == set(TITLES)
    assert all(row.count("|") == 4 for row in rows)


def test_every_named_test_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", README.read_text(encoding="utf-8"))
    assert len(named) >= 8
    for file, function in named:
        assert (ROOT / file).is_file(), file
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        functions = {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        assert not function or function in functions, f"{file}::{function}"


def blocks(language: str) -> list[str]:
    text = README.read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def test_the_command_lines_parse() -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    ours = [
        words for line in lines if (words := shlex.split(line, comments=True))[:1] == ["cockpit"]
    ]
    assert len(ours) >= 4
    for words in ours:
        name, rest = split(words[1:])
        CommandParser(COMMANDS[name or "up"].load()).parse_intermixed_args(rest)


def test_the_two_commands_come_first() -> None:
    first = blocks("sh")[0].splitlines()
    assert [line.split("#")[0].strip() for line in first] == ["make demo", "make test"]
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in re.findall(r"`make (\w+)`", README.read_text(encoding="utf-8")):
        assert f"\n{word}:" in targets


def test_the_small_configuration_is_valid(tmp_path: Path) -> None:
    (small,) = blocks("yaml")
    config = parse_config(small, tmp_path / "lanes.yaml", preset_names=("claude", "codex", "shell"))
    assert list(config.lanes) == ["alpha", "beta"]


def test_the_exit_codes_are_all_there() -> None:
    text = README.read_text(encoding="utf-8")
    for code in Exit:
        assert f"\n| {int(code)} | " in text
