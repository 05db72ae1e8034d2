"""Words to a lane as files: told once, to the lane that has the task, under a go that covers it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest

from cockpit.domain.inbox import Question
from cockpit.domain.intents import Assign, Collect, Plan, TellNote
from cockpit.domain.notes import task_of
from cockpit.errors import DeliveryUnknown, Refused
from cockpit.services import answering
from cockpit.services.taskboard import Look
from tests.services.background import ASKING, IDLE, WORKING
from tests.services.bus_desk import ALPHA, BETA, LANES, BusDesk, does_nothing, long_ago, reports
from tests.services.conftest import Desk
from tests.services.test_supervisor import until
from tests.services.test_task_watch import app, hurried

__all__ = ["hurried"]


@pytest.fixture
def bus(make_desk: Callable[..., Desk]) -> BusDesk:
    made = BusDesk(make_desk(lanes=LANES))
    made.work = lambda folder, task: reports(folder, task, "blocked", "questions: Which colour?\n")
    made.task(1)
    made.desk.do(Assign("1", ALPHA))
    return made


def write(bus: BusDesk, name: str = "task-001-answer.md", text: str = "Blue.\n") -> str:
    path = bus.root / "tasks" / name
    path.write_text(text)
    long_ago(path)
    return name


def look(bus: BusDesk) -> Look:
    here = bus.desk.cockpit()
    return here.look_at_tasks(bus.fleet(here))[0]


def why(bus: BusDesk, name: str = "task-001-answer.md") -> str:
    return next((p for p in look(bus).event.board.problems if p.startswith(f"{name}: ")), "")


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("task-001-answer.md", "task-001"),
        ("task-001-prompt-2.md", "task-001"),
        ("ws-3-meta-answer.txt", "ws-03"),
        ("WS_03-Answer.MD", "ws-03"),
        ("task-001-the-answer-to-all.md", ""),
        ("answer.md", ""),
        ("task-001.md", ""),
        ("-answer.md", ""),
    ],
)
def test_names(name: str, task: str) -> None:
    assert task_of(name) == task


def test_a_note_is_no_task(bus: BusDesk) -> None:
    write(bus)
    board = look(bus).event.board
    assert [view.task.name for view in board.tasks] == ["task-001.md"]
    assert not any("rename all but one" in line for line in board.problems)


def test_it_is_told_under_a_go_that_covers_it(bus: BusDesk) -> None:
    name = write(bus)
    assert "when you say go for what is written later" in why(bus)
    assert look(bus).tell == ()
    bus.desk.do(Plan(True, (), follow=True))
    assert look(bus).tell == ((ALPHA, name),)
    bus.desk.do(TellNote(ALPHA, name))
    assert bus.told[-1] == (ALPHA, f"About your task task-001 (tasks/{name}):\n\nBlue.")
    assert look(bus).tell == () and why(bus) == ""
    with pytest.raises(Refused, match="told already"):
        bus.desk.do(TellNote(ALPHA, name))
    write(bus, text="Rather red.\n")
    bus.show(ALPHA, IDLE)
    assert look(bus).tell == ((ALPHA, name),), "another text is another note"


@pytest.mark.parametrize("state", ["asking", "working", "arriving", "empty", "huge", "nobody"])
def test_what_holds_it_back(bus: BusDesk, state: str) -> None:
    bus.desk.do(Plan(True, (), follow=True))
    name = write(bus)
    match state:
        case "asking":
            bus.show(ALPHA, ASKING)
        case "working":
            bus.show(ALPHA, WORKING)
        case "arriving":
            os.utime(bus.root / "tasks" / name, (time.time() + 60, time.time() + 60))
        case "empty":
            write(bus, text=" \n")
        case "huge":
            write(bus, text="x" * 70_000)
        case "nobody":
            (bus.root / "tasks" / name).unlink()
            name = write(bus, "task-009-answer.md")
    said = {
        "asking": "only you answer that",
        "working": "when its turn has ended",
        "arriving": "it is being written",
        "empty": "it is empty",
        "huge": "longer than 64 KiB",
        "nobody": "no lane has task-009",
    }
    assert look(bus).tell == ()
    assert said[state] in why(bus, name)


def test_another_lanes_note_is_refused(bus: BusDesk) -> None:
    name = write(bus)
    bus.task(2)
    bus.desk.do(Assign("2", BETA))
    with pytest.raises(Refused, match="does not have task-001"):
        bus.desk.do(TellNote(BETA, name))
    with pytest.raises(Refused, match="holds no note"):
        bus.desk.do(TellNote(ALPHA, "task-001.md"))


def test_nobody_saw_it_taken(bus: BusDesk) -> None:
    name = write(bus)
    bus.desk.do(Plan(True, (), follow=True))
    bus.desk.tmux.paste = lambda *_: None  # type: ignore[method-assign]
    bus.desk.tmux.press = lambda *_: None  # type: ignore[method-assign]
    with pytest.raises(DeliveryUnknown):
        bus.desk.do(TellNote(ALPHA, name))
    assert look(bus).tell == () and "nobody knows whether it was told" in why(bus)


@pytest.mark.parametrize(("kind", "left"), [("answer", 0), ("prompt", 1)])
def test_an_answer_takes_the_question_out_of_the_inbox(bus: BusDesk, kind: str, left: int) -> None:
    name = write(bus, f"task-001-{kind}.md")
    bus.desk.do(Collect(ALPHA))
    assert [one.text for one in asked(bus)] == ["Which colour?"]
    bus.desk.do(TellNote(ALPHA, name))
    assert len(asked(bus)) == left


def asked(bus: BusDesk) -> tuple[Question, ...]:
    work = bus.desk.cockpit().work
    return answering.claimed(work, work.record(ALPHA))


def test_what_was_told_is_damaged(bus: BusDesk) -> None:
    name = write(bus)
    bus.desk.do(Plan(True, (), follow=True))
    (bus.desk.cockpit().work.state_dir / "facts" / "notes.json").write_text("[")
    assert look(bus).tell == ()
    assert any(line.startswith("No note is told") for line in look(bus).event.board.problems)
    assert name


async def test_the_app_tells_it(bus: BusDesk) -> None:
    bus.desk.do(Plan(True, (), follow=True))
    write(bus)
    bus.work = does_nothing
    async with app(bus):
        await until(lambda: bus.told[-1][1].endswith("Blue."), "the note is told")
        await until(lambda: why(bus) == "", "it is noted as told")
    assert len([text for _, text in bus.told if "Blue." in text]) == 1
