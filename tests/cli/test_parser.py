"""Words to a command: options before and after, help, examples that hold what they promise."""

from __future__ import annotations

import pkgutil
import re
import shlex
from pathlib import Path

import pytest

import cockpit.cli.commands
from cockpit.cli.parser import CommandParser, hanging, see_also, split
from cockpit.cli.registry import COMMANDS
from cockpit.domain.glossary import WORDS
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Start
from tests.cli.conftest import Json
from tests.cli.fake import FakeCockpit, Run, failing

EVERY = sorted(COMMANDS)


def test_registry_and_files_are_the_same_set() -> None:
    files = {module.name for module in pkgutil.iter_modules(cockpit.cli.commands.__path__)}
    assert files == {name.replace("-", "_") for name in COMMANDS}


@pytest.mark.parametrize("name", EVERY)
def test_a_module_keeps_what_the_registry_says(name: str) -> None:
    module = COMMANDS[name].load()
    assert (name, COMMANDS[name].help) == (module.NAME, module.HELP)
    assert module.EXAMPLES
    assert module.DESCRIPTION.strip()
    assert not module.HELP.endswith(".")


@pytest.mark.parametrize("name", EVERY)
def test_examples_parse(name: str) -> None:
    module = COMMANDS[name].load()
    parser = CommandParser(module)
    for line, what in module.EXAMPLES:
        words = shlex.split(line.partition(" < ")[0], comments=False)
        if words[0] == "cd":
            words = shlex.split(words[1].strip("$()"))
        assert words[0] == "cockpit"
        command, rest = split(words[1:])
        assert (command or "up") == name, line
        parser.parse_intermixed_args(rest)
        assert what


@pytest.mark.parametrize("name", EVERY)
def test_help_of_every_command(
    name: str, run: Run, fake: FakeCockpit, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(name, "--help") == 0
    first = capsys.readouterr().out
    words = " ".join(first.split())
    assert words.startswith(f"cockpit {name} - {COMMANDS[name].help} usage: ")
    for part in ("usage:", "examples:", "exit codes:", "see also:", "--json", "-C DIR"):
        assert part in first
    examples = {line for line, _ in COMMANDS[name].load().EXAMPLES}
    wide = [line for line in first.splitlines() if len(line) > 80 and line.strip() not in examples]
    assert not wide
    assert run("help", name) == 0
    assert capsys.readouterr().out == first
    assert not fake.intents


def test_every_option_is_in_the_usage_line_of_the_registry() -> None:
    for spec in COMMANDS.values():
        parser = CommandParser(spec.load())
        for action in parser._positionals._group_actions:
            shown = action.metavar or "|".join(action.choices or ())
            if action.nargs == "*" and spec.name in ("trash",):
                continue
            assert str(shown) in spec.usage, spec.name


def test_the_overview_names_every_command(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == run("help") == run("-h") == 0
    text = capsys.readouterr().out
    for name, spec in COMMANDS.items():
        assert f"  {name} " in text
        assert spec.help in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("name", EVERY)
def test_every_option_is_explained_with_its_default(name: str) -> None:
    parser = CommandParser(COMMANDS[name].load())
    text = " ".join(parser.format_help().split())
    for action in parser._actions:
        assert action.help, action.dest
        if action.help != "==SUPPRESS==" and isinstance(action.default, int | str):
            plain = action.default in (False, "", "==SUPPRESS==")
            assert plain or f"(default: {action.default})" in text or "default" in action.help
    seen = see_also(COMMANDS[name].load())
    assert seen and name not in seen and set(seen) <= set(COMMANDS)


@pytest.mark.parametrize(
    ("words", "guess"),
    [
        (["status", "--wach"], "--watch"),
        (["status", "--jsn"], "--json"),
        (["start", "alpha", "--promt=x"], "--prompt"),
        (["task", "lss"], "ls"),
        (["train", "rnu"], "run"),
        (["diff", "alpha", "--layer", "stagd"], "staged"),
        (["trash", "resotre"], "restore"),
    ],
)
def test_the_nearest_option_is_named(
    words: list[str], guess: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 2
    assert f"Did you mean {guess}? " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["adopt"], "`cockpit adopt` needs LANE and SOURCE."),
        (["commit"], "`cockpit commit` needs LANE."),
        (["check", "x\x1b[2J"], "`cockpit check` does not take x␛[2J."),
        (["trash", "burn"], "`cockpit trash` does not know 'burn': it takes ls, restore, empty."),
        (["undo", "last"], "N of `cockpit undo` is a whole number, not 'last'."),
        (["wait", "a", "--for", "idle", "--timeout", "x"], "--timeout of `cockpit wait` is a n"),
        (["log", "-n"], "-n of `cockpit log` needs a value."),
    ],
)
def test_a_wrong_line_is_said_in_a_sentence(
    words: list[str], says: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 2
    assert f"cockpit: {says}" in capsys.readouterr().err


def test_words_are_explained_on_the_command_line(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("help", "words") == 0
    text = capsys.readouterr().out
    for word, meaning in WORDS:
        assert f"  {word} " in text
        assert meaning in " ".join(text.split())
    assert "↑3 ↓2" in text
    assert max(map(len, text.splitlines())) <= 80


def test_what_one_would_copy_stands_on_one_line() -> None:
    text = COMMANDS["completion"].load().DESCRIPTION
    shown = hanging(text, 60, "  ")
    for code in re.findall(r"`([^`]*)`", text):
        assert code in shown
    assert "\u00a0" not in shown
    assert hanging("`a\n b` c", 80) == "`a b` c"


def test_what_is_near_nothing_is_not_guessed(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["status", "--xyzzy"], ["task", "\x1b[2J"], ["log", "-n", "many"], ["wait"]):
        assert run(*words) == 2
        seen = capsys.readouterr().err
        assert "Did you mean" not in seen and "\x1b" not in seen
        assert "--help` explains it" in seen


@pytest.mark.parametrize(
    ("words", "command", "rest"),
    [
        ([], None, []),
        (["status"], "status", []),
        (["--json", "status", "alpha"], "status", ["--json", "alpha"]),
        (["-C", "there", "start", "-y"], "start", ["-C", "there", "-y"]),
        (["-Cthere", "--no-color", "log"], "log", ["-Cthere", "--no-color"]),
        (["--bare"], None, ["--bare"]),
        (["-C"], None, ["-C"]),
        (["--", "status"], None, ["--", "status"]),
        (["send", "alpha", "--", "--json"], "send", ["alpha", "--", "--json"]),
    ],
)
def test_split(words: list[str], command: str | None, rest: list[str]) -> None:
    assert split(words) == (command, rest)


def test_options_before_and_after_the_command(run_json: Json, fake: FakeCockpit) -> None:
    assert run_json("--yes", "start", "alpha")[0] == 0
    assert run_json("start", "--yes", "alpha")[0] == 0
    assert fake.intents == [Start(LaneId("alpha"))] * 2


def test_directory(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("-C", str(tmp_path), "status") == 0
    assert run("status", "-C", str(tmp_path / "none")) == 2
    assert "is not a folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["strat"],
        [""],
        ["../x"],
        ["\x1b[2J"],
        ["status", "--nope"],
        ["start"],
        ["start", "alpha", "--all"],
        ["start", "nobody"],
        ["start", "a/../b"],
        ["start", "--", "-alpha"],
        ["start", "alpha", "--promp", "x"],
        ["send", "alpha"],
        ["send", "alpha", "  "],
        ["send", "alpha", "two", "words"],
        ["send", "alpha", "text", "-f", "file"],
        ["send", "alpha", "-f", "missing.md"],
        ["wait", "alpha"],
        ["wait", "alpha", "--for", "happy"],
        ["wait", "alpha", "--for", "idle", "--timeout", "soon"],
        ["undo", "last"],
        ["log", "-n", "-1"],
        ["trash", "burn"],
        ["trash", "restore"],
        ["trash", "restore", "nothing"],
        ["approve", "alpha", "--commit", "HEAD"],
        ["approve", "alpha", "--commit", "1" * 40, "--revoke"],
        ["up"],
        ["attach", "alpha"],
    ],
)
def test_a_wrong_line_is_code_2_a_sentence_and_nothing_done(
    words: list[str], run: Run, fake: FakeCockpit, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 2
    seen = capsys.readouterr()
    assert seen.out == ""
    assert seen.err.startswith("cockpit: ")
    assert "Traceback" not in seen.err
    assert "\x1b" not in seen.err
    assert not fake.intents


def test_the_nearest_command_and_lane_are_offered(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run("teardwon")
    run("start", "alpa")
    seen = capsys.readouterr().err
    assert "`cockpit teardown`" in seen
    assert "did you mean alpha?" in seen


def test_wrong_lines_as_json(run_json: Json) -> None:
    for words in (["nope"], ["wait"], ["start", "nobody"]):
        code, document = run_json(*words)
        assert code == document["error"]["code"] == 2
        assert set(document["error"]) == {"code", "title", "detail", "hint"}


def test_version_needs_no_repository(capsys: pytest.CaptureFixture[str]) -> None:
    run = failing(AssertionError("not needed"))
    assert run("--version") == run("--version", "--no-color") == 0
    assert capsys.readouterr().out.startswith("cockpit ")
