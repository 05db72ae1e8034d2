"""`cockpit wait` for tasks: until all are there, or can't come any more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cockpit.domain.activity import State
from cockpit.domain.board import Board, Seen, draw
from cockpit.domain.ids import LaneId
from cockpit.domain.task import parse_task
from cockpit.domain.taskname import TaskId
from cockpit.domain.work import Effort, Holder
from tests.cli.conftest import Json
from tests.cli.fake import FakeCockpit, Run

Capture = pytest.CaptureFixture[str]
ONE, TWO = TaskId("task-001"), TaskId("task-002")
FILES = (parse_task("task-001-a.md", b"# A\n"), parse_task("task-002-{b}.md", b"# B\n"))
READY = draw(Seen(FILES))
RUNNING = draw(Seen(FILES, holders={"task-001-a.md": Holder(LaneId("alpha"), State.WORKING)}))
MERGED = draw(Seen(FILES, merged={ONE}))
BOTH = draw(Seen(FILES, merged={ONE, TWO}))
GONE = draw(Seen(FILES[1:], merged={ONE}))
LOST = draw(Seen(FILES[1:]))
CANCELLED = draw(Seen(FILES, efforts={ONE: Effort(ONE, cancelled="not now")}))
FAILED = draw(Seen(FILES, efforts={ONE: Effort(ONE, failed="its agent ended")}))


def follow(fake: FakeCockpit, monkeypatch: pytest.MonkeyPatch, *boards: Board) -> None:
    """The board, look by look; the last one stays."""
    seen: Iterator[Board] = iter(boards)

    def board(fleet: object) -> object:
        fake.tasks = next(seen, fake.tasks)
        return FakeCockpit.board(fake, fleet)  # type: ignore[arg-type]

    monkeypatch.setattr(fake, "board", board)


@pytest.mark.parametrize(
    ("words", "boards", "states"),
    [
        (["1", "--for", "running"], [READY, READY, RUNNING], ["running"]),
        (["1", "2", "--for", "merged"], [READY, RUNNING, MERGED, BOTH], ["merged", "merged"]),
        (["1", "--for", "merged"], [RUNNING, GONE], ["merged"]),
        (["1", "task-001-a.md", "--for", "Review, ready"], [READY], ["ready"]),
        (["1", "--for", "merged,failed"], [RUNNING, FAILED], ["failed"]),
    ],
)
def test_until_they_are_there(
    words: list[str], boards: list[Board], states: list[str], run_json: Json, fake: FakeCockpit,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    follow(fake, monkeypatch, *boards)
    code, document = run_json("wait", *words)
    assert code == 0
    assert [task["state"] for task in document["tasks"]] == states


@pytest.mark.parametrize(
    ("wanted", "boards", "says"),
    [
        ("merged", [RUNNING, CANCELLED], "task-001 is called off; it won't get to merged."),
        ("merged,review", [RUNNING, FAILED], "task-001 failed; it won't get to merged or review."),
        ("review", [RUNNING, MERGED], "task-001 is merged; it won't get to review."),
        ("merged", [RUNNING, LOST], "The file of task-001 is gone; it won't get to merged."),
    ],
)
def test_what_can_not_come_any_more(
    wanted: str, boards: list[Board], says: str, run: Run, fake: FakeCockpit, capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    follow(fake, monkeypatch, *boards)
    assert run("wait", "1", "--for", wanted) == 1
    assert says in capsys.readouterr().err


def test_time_is_over(run_json: Json, fake: FakeCockpit) -> None:
    fake.tasks = RUNNING
    code, document = run_json("wait", "1", "2", "--for", "merged", "--timeout", "0")
    assert code == 6
    assert document["error"]["title"] == "After 0 s, task-001 is running, task-002 is ready."
    assert document["error"]["hint"] == "`cockpit task show task-001` shows why."


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["1", "--for", "idle,merged"], "mixes states of lanes with states of tasks"),
        (["1", "--for", "done"], "done is not a state."),
        (["1", "--for", "\x1b[2J"], "␛[2J is not a state."),
        (["alpha", "--for", "merged"], "There is no task alpha"),
        (["1", "--for", "idle"], "There is no lane 1"),
        (["7", "--for", "merged"], "There is no task 7"),
    ],
)
def test_wrong_words(
    words: list[str], says: str, run: Run, fake: FakeCockpit, capsys: Capture
) -> None:
    fake.tasks = READY
    assert run("wait", *words) == 2
    assert says in capsys.readouterr().err
