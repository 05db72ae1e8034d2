"""From inside a lane's pane, what decides is refused; the rest works."""

from __future__ import annotations

import pytest

from cockpit.cli.registry import COMMANDS
from tests.cli.conftest import Json
from tests.cli.fake import FakeCockpit, Run, trash_entry

Capture = pytest.CaptureFixture[str]
DECIDES = {
    *("approve", "comment", "commit", "follow", "gate", "hunk", "leave-out", "lock", "merge"),
    *("move", "park", "pr", "rename", "resolve", "teardown", "trust", "undo", "unlock"),
}


@pytest.fixture(autouse=True)
def inside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_LANE", "alpha")


def test_the_registry_marks_exactly_these() -> None:
    assert {name for name, spec in COMMANDS.items() if spec.decides} == DECIDES


@pytest.mark.parametrize(
    "words",
    [
        ["approve", "alpha"],
        ["merge", "alpha", "--yes"],
        ["merge", "beta", "--dry-run"],
        ["undo", "--yes"],
        ["teardown", "alpha", "--yes"],
        ["teardown", "--all", "-y"],
        ["trust", "--yes"],
        ["gate", "alpha"],
        ["comment", "alpha", "x"],
        ["commit", "alpha", "--yes"],
        ["follow", "--yes"],
        ["leave-out", "alpha", "src/a.py", "--yes"],
        ["park", "alpha"],
        ["pr", "alpha", "--yes"],
        ["resolve", "alpha"],
        ["plan", "go", "--yes"],
        ["plan", "go", "--dry-run"],
        ["plan", "stop"],
        ["task", "assign", "1", "alpha"],
        ["task", "retry", "1", "--yes"],
        ["task", "cancel", "1"],
        ["train", "run"],
        ["train", "add", "alpha"],
        ["trash", "restore", "alpha"],
        ["trash", "empty", "--yes"],
        ["--yes", "-C", "/", "merge", "alpha"],
    ],
)
def test_refused(
    words: list[str],
    run: Run,
    run_json: Json,
    fake: FakeCockpit,
    capsys: Capture,
) -> None:
    fake.entries = [trash_entry("alpha-1")]
    assert run(*words) == 3
    seen = capsys.readouterr()
    assert "pane of lane alpha" in seen.err
    assert seen.out == ""
    code, document = run_json(*words)
    assert code == document["error"]["code"] == 3
    assert not fake.intents
    assert fake.recoveries == 0


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["explain", "alpha"],
        ["diff", "alpha"],
        ["log"],
        ["trash", "ls"],
        ["path", "alpha"],
        ["plan"],
        ["plan", "show"],
        ["task", "ls"],
        ["task", "new", "something"],
        ["wait", "alpha", "--for", "working"],
        ["send", "beta", "the tests pass now"],
        ["merge", "--help"],
    ],
)
def test_allowed(words: list[str], run: Run) -> None:
    assert run(*words) == 0


@pytest.mark.parametrize("words", [["up"], ["up", "--bare"], [], ["attach", "beta"], ["demo"]])
def test_nothing_opens_inside_itself(words: list[str], run: Run, capsys: Capture) -> None:
    assert run(*words) == 3
    assert "inside itself" in capsys.readouterr().err


def test_a_lanes_name_is_only_text(
    run: Run, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_LANE", "\x1b]0;evil\x07" + "x" * 500)
    assert run("approve", "alpha") == 3
    seen = capsys.readouterr().err
    assert "\x1b" not in seen and "x" * 100 not in seen


def test_trust_is_not_offered_inside(run: Run, fake: FakeCockpit, terminal: object) -> None:
    assert callable(terminal)
    asked = terminal("y")
    fake.trusted = False
    assert run("start", "gamma") == 0
    assert asked == []
