"""Preset files: what ships is sound, and what is wrong in a file is said with file and key."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from cockpit.adapters.agents import presets
from cockpit.adapters.agents.patterns import compiled
from cockpit.errors import UsageError

SOUND = 'checked = "2026-08-28"\n'


def test_the_shipped_presets_load_and_say_when_they_were_checked() -> None:
    assert {"claude", "codex", "demo", "generic", "shell"} <= set(presets.names())
    for name in presets.names():
        preset = presets.find(name)
        assert preset is not None
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", preset.checked)
        assert preset.interrupt


def test_who_commits() -> None:
    codex, claude = presets.find("codex"), presets.find("claude")
    assert codex is not None and codex.commits == "cockpit"
    assert claude is not None and claude.commits == "agent"


def test_the_users_preset_takes_the_place_of_the_shipped_one(isolated: Path) -> None:
    folder = isolated / "config" / "cockpit" / "agents"
    folder.mkdir(parents=True)
    (folder / "claude.toml").write_text(SOUND + 'command = ["my-claude"]\n')
    (folder / "own.toml").write_text(SOUND)
    preset = presets.find("claude")
    assert preset is not None
    assert preset.command == ("my-claude",)
    assert not preset.rules.screens, "nothing is mixed in from the shipped file"
    assert "own" in presets.names()


@pytest.mark.parametrize("name", ["", "../claude", "/etc/passwd", "-x", "a\nb", "x" * 300, "nope"])
def test_a_name_that_is_no_preset(name: str) -> None:
    assert presets.find(name) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "`checked` is missing"),
        ('checked = "yesterday"', "`checked` must be a day"),
        (SOUND + "= 3\n", "at line 2"),
        (SOUND + 'comand = ["x"]', "unknown key `comand`; did you mean `command`?"),
        (SOUND + 'command = "x"', "`command` must be a list of texts"),
        (SOUND + "command = [1]", "`command` must be a list of texts"),
        (SOUND + 'command = ["a\\u0000"]', "NUL"),
        (SOUND + 'prompt = "telepathy"', "`prompt` must be one of positional, bare, flag, paste"),
        (SOUND + 'prompt = "flag"', "`prompt_flag` must name it"),
        (SOUND + 'commits = "nobody"', "`commits` must be one of agent, cockpit"),
        (SOUND + "foreground = 1", "`foreground` must be true or false"),
        (SOUND + 'ready = "("', "`ready` is not a regular expression"),
        (SOUND + 'answer = "y"', "`answer` must be a table"),
        (SOUND + "[answer]\nmaybe = []", "unknown key `answer.maybe`"),
        (SOUND + '[answer]\nchoice = ["Enter"]', "`answer.choice` must hold {n}"),
        (SOUND + '[answer]\nwords = "("', "`answer.words`"),
        (SOUND + "title = 3", "`title` must be written as [[title]]"),
        (SOUND + "[[title]]\nname = 'x'", "`title[0].states` must be of these states"),
        (SOUND + "[[title]]\nname = 'x'\npattern = 'x'\nstates = ['bored']", "planned, parked"),
        (SOUND + "[[title]]\nname = 'x'\npattern = 'x'\nstates = []", "at least one state"),
        (SOUND + "[[title]]\nname = 'x'\npattern = '(a+)+'\nstates = ['idle']", "repeats a group"),
        (SOUND + "[[screen]]\nname = 'x'\nstate = 'idle'", "`screen[0]` says nothing"),
        (SOUND + "[[screen]]\nname = 'x'\nfoot = 'x'", "`screen[0].state` must be of these"),
        (SOUND + "[[screen]]\nstate = 'idle'\nfoot = 'x'", "`screen[0].name` must be a text"),
        (SOUND + "[[screen]]\nname='x'\nstate='idle'\nfoot='x'\nrows=0", "`screen[0].rows`"),
        (SOUND + "[[screen]]\nname='x'\nstate='idle'\nfoot='x'\nrows=true", "`screen[0].rows`"),
        (SOUND + "[[screen]]\nname='x'\nstate='idle'\nevery='x'", "`screen[0].every`"),
        (SOUND + "[[screen]]\nname='x'\nstate='idle'\nsequence=['?(']", "`screen[0].sequence`"),
        (SOUND + "[[screen]]\nname='x'\nstate='idle'\nfoot='x'\nown_title=1", "own_title"),
        (SOUND + "# " + "x" * 70_000, "larger than 64 KB"),
    ],
)
def test_a_bad_file_is_one_error_with_file_and_key(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        presets.load(path)
    assert told in caught.value.detail
    assert str(path) in caught.value.title
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\ncomand = []\n", 3),
        ("\n[answer]\nyes = []\nmaybe = []\n", 5),
        ('[answer]\nyes = []\n[modes]\nyes = "x"\n', 5),
        ("[[title]]\nname = 'x'\npattern='x'\nstates=['idle']\n[[title]]\nname='y'\n", 6),
        ("[[screen]]\nname = 'x'\n\nrows = 0\n[[screen]]\nrows = 2\n", 5),
        ("answer = 3\n", 2),
        ("", 0),
    ],
)
def test_the_line_of_what_is_wrong(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(SOUND + text if line else "")
    with pytest.raises(UsageError) as caught:
        presets.load(path)
    assert caught.value.detail.startswith(f"{path}:{line}: " if line else f"{path}: ")


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError):
        presets.load(path)
    with pytest.raises(UsageError, match=r"missing\.toml"):
        presets.load(tmp_path / "missing.toml")


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "(a|a)*b",
        "(?:a?){30}",
        "(ab)*",
        r"(a)\1",
        ".*.*.*x",
        "a" * 301,
        "a?" * 30,
        "(a|bc)" * 20,
        "(",
        "(?P<x>a)(?(x)b|c)",
        "(?=(a+)+)x",
    ],
)
def test_a_pattern_that_could_be_slow_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError):
        compiled(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["^a", r"^❯(?! ?\d+\. )", r"^  \S.* · ", "(?:a|b)c?", r"^.{0,60}x", r"\d{4}-\d\d", "^.*.*.*x"],
)
def test_a_pattern_that_is_taken_is_quick_on_any_row(pattern: str) -> None:
    taken = compiled(pattern)
    began = time.monotonic()
    for row in ("a" * 400, "· " * 200, "  ·" + " a" * 199, "1" * 400, "x·" * 200):
        taken.search(row)
    assert time.monotonic() - began < 1.0
