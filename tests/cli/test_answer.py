"""`cockpit answer`: the inbox as people and programs read it, and answering from a script."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.domain.activity import State
from cockpit.domain.board import Board, TaskView
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Answer
from cockpit.domain.result import parse_result
from cockpit.domain.task import parse_task
from cockpit.domain.work import Holder, Work
from cockpit.errors import DeliveryUnknown, Exit, Refused, TimedOut
from tests.cli.conftest import Json
from tests.cli.fake import FakeCockpit, Run

Capture = pytest.CaptureFixture[str]
A, B = LaneId("alpha"), LaneId("beta")
DIALOG = "\n".join(
    (" Bash command", "   make\x1b[2J lint", " Do you want to proceed?", " ❯ 1. Yes", "   2. No",
     "      and say why", " Esc to cancel")
)  # fmt: skip


@pytest.fixture
def asking(fake: FakeCockpit) -> FakeCockpit:
    """Alpha and beta ask the same on their screens."""
    fake.activities, fake.asks = [State.ASKING], DIALOG
    return fake


@pytest.fixture
def blocked(fake: FakeCockpit) -> FakeCockpit:
    """Alpha rests, and the result of its task asks two things."""
    fake.activities, fake.asks = [State.IDLE], ""
    text = b"---\nstatus: blocked\nquestions:\n- Which store?\n- Which port?\n---\n"
    holder = Holder(A, State.IDLE, result=parse_result("task-001-result.md", text))
    task = parse_task("task-001-x.md", b"# X\n")
    fake.tasks = Board((TaskView(task, Work.BLOCKED, holder=holder),))
    return fake


def test_the_inbox_for_people(asking: FakeCockpit, run: Run, capsys: Capture) -> None:
    assert run("answer") == 0
    out = capsys.readouterr().out
    assert "? alpha asks on its screen, for " in out and "? beta asks" in out
    assert "    Bash command\n    make␛[2J lint\n    Do you want to proceed?\n" in out
    assert "      1  Yes\n      2  No  and say why\n" in out
    assert asking.intents == []


def test_the_inbox_for_a_program(asking: FakeCockpit, run_json: Json) -> None:
    code, document = run_json("answer", "--list")
    assert code == 0
    one, two = document["questions"]
    assert (one["lane"], one["kind"], one["number"], one["whole"]) == ("alpha", "screen", 1, True)
    assert one["choices"] == [
        {"key": "1", "label": "Yes", "note": ""},
        {"key": "2", "label": "No", "note": "and say why"},
    ]
    assert one["group"] == two["group"] and one["token"] != two["token"]
    assert one["pane"] == ["$ make test", "ok"] and one["age_s"] > 8
    assert (one["task"], one["result"], document["others"]) == (None, None, [])


def test_a_pane_that_can_not_be_read(
    asking: FakeCockpit, run_json: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    def capture(*_words: object, **_how: object) -> list[str]:
        raise TimedOut("tmux does not answer.")

    monkeypatch.setattr(asking, "capture", capture)
    code, document = run_json("answer", "alpha")
    assert (code, [one["pane"] for one in document["questions"]]) == (0, [[]])


def test_nobody_asks(fake: FakeCockpit, run: Run, run_json: Json, capsys: Capture) -> None:
    fake.activities, fake.asks = [State.EXITED], "no key"
    assert run("answer") == 0
    assert capsys.readouterr().out.splitlines() == [
        "Nobody asks anything.", "■ alpha exited: no key", "■ beta exited: no key",
    ]  # fmt: skip
    assert run("answer", "beta") == 0
    assert "Lane beta asks nothing." in capsys.readouterr().out
    _, document = run_json("answer")
    assert document["questions"] == []
    assert document["others"][0] == {"lane": "alpha", "state": "exited", "why": "no key"}


def test_a_choice_is_answered_as_it_was_seen(asking: FakeCockpit, run: Run, run_json: Json) -> None:
    _, document = run_json("answer", "alpha")
    token = document["questions"][0]["token"]
    assert run("answer", "alpha", "1") == 0
    assert run("answer", "A", "No", "--asked", token) == 0
    assert asking.intents == [Answer(A, "1", token), Answer(A, "No", token)]


def test_words_from_a_file(asking: FakeCockpit, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "words.md"
    file.write_text("Use SQLite.\n")
    assert run("answer", "alpha", "-f", str(file)) == 0
    assert [one.text for one in asking.intents if isinstance(one, Answer)] == ["Use SQLite.\n"]


def test_one_of_a_results_questions(
    blocked: FakeCockpit, run: Run, run_json: Json, capsys: Capture
) -> None:
    assert run("answer") == 0
    out = capsys.readouterr().out
    assert "? alpha asks in task-001-result.md (question 1)\n    Which store?" in out
    assert run("answer", "alpha", "SQLite") == Exit.REFUSED
    assert "asks 2 things" in capsys.readouterr().err
    assert run("answer", "alpha", "SQLite", "--question", "3") == Exit.REFUSED
    assert run("answer", "alpha", "80", "--question", "2") == 0
    _, document = run_json("answer")
    second = document["questions"][1]
    assert (second["task"], second["result"]) == ("task-001-x.md", "task-001-result.md")
    assert blocked.intents == [Answer(A, "80", second["token"])]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["answer", "alpha", "1", "--asked", "0" * 64], Exit.REFUSED),
        (["answer", "nobody", "1"], Exit.USAGE),
        (["answer", "alpha", "1", "--list"], Exit.USAGE),
        (["answer", "alpha", "two", "words"], Exit.USAGE),
        (["answer", "alpha", " "], Exit.USAGE),
        (["answer", "alpha", "1", "-f", "x"], Exit.USAGE),
    ],
)
def test_refused(asking: FakeCockpit, run: Run, words: list[str], code: Exit) -> None:
    assert run(*words) == code
    assert asking.intents == []


def test_a_lane_that_asks_nothing(fake: FakeCockpit, run: Run, capsys: Capture) -> None:
    assert run("answer", "alpha", "1") == Exit.REFUSED
    assert "asks nothing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [(Refused("It asks something else now."), 3), (DeliveryUnknown("Nobody saw it."), 7)],
)
def test_how_it_ends(asking: FakeCockpit, run: Run, error: Exception, code: int) -> None:
    asking.refuses[A] = error
    assert run("answer", "alpha", "1") == code


def test_inside_a_lane_it_only_lists(
    asking: FakeCockpit, run: Run, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_LANE", "alpha")
    assert run("answer") == 0
    assert run("answer", "beta", "1") == Exit.REFUSED
    assert "only the commander decides" in capsys.readouterr().err
    assert asking.intents == []
