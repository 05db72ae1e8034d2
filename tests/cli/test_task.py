"""`cockpit task`: what each subcommand asks for, prints, and refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cockpit.domain.activity import State
from cockpit.domain.board import Seen, draw
from cockpit.domain.done import Evidence, Holds, Row
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import Assign, CallOff, Retry
from cockpit.domain.operation import OpKind
from cockpit.domain.result import parse_result
from cockpit.domain.task import parse_task
from cockpit.domain.taskname import TaskId
from cockpit.domain.work import Effort, Holder
from cockpit.errors import CockpitError, DeliveryUnknown
from tests.cli.conftest import Json
from tests.cli.fake import NOW, FakeCockpit, Run, operation

Capture = pytest.CaptureFixture[str]
ALPHA = LaneId("alpha")
ONE = TaskId("task-001")
EVIL = "task-006-\x1b[2Jx\ny.md"

TASKS = (
    parse_task(
        "task-001-auth.md", b"---\nzone: src/**\nestimate: 4h\nepic: 7\n---\n# Auth\n\nDo it.\n"
    ),
    parse_task("task-002-api.md", b"---\ndepends: 1\n---\n# Api \x1b]0;evil\x07\n"),
    parse_task("task-003-end.md", b"---\ndepends: 2, 99\n---\n# End\n"),
    parse_task("task-004-a.md", b"# A\n"),
    parse_task("task-004-b.md", b"# B\n"),
    parse_task("ws-12.md", b"---\ndepends: WS-03\n---\n# Later\n"),
    parse_task("ws-03.md", b"---\ndepends: WS-12\n---\n# Sooner\n"),
    parse_task(EVIL, b"# Odd\n"),
    parse_task("notes.md", b"# Notes\n"),
)
RESULT = parse_result(
    "task-001-result.md",
    b"---\nstatus: done\ncommit: 2222222\nfiles: src/a.py\nquestions: Really \x1b[31m?\n---\nSo.\n",
)
EVIDENCE = Evidence(
    ONE,
    "task-001-auth.md",
    (
        Row("result", Holds.YES, "its result says done"),
        Row("files", Holds.NO, "1 file changed that it does not name", ("+ src/\x1bb.py",)),
        Row("gate", Holds.UNKNOWN, "the gate has not passed"),
    ),
    lane=ALPHA,
    commit=CommitId("2" * 40),
    result=RESULT,
)


@pytest.fixture(autouse=True)
def board(fake: FakeCockpit) -> None:
    fake.tasks = draw(
        Seen(
            TASKS,
            efforts={
                ONE: Effort(ONE, attempts=1, started=NOW, lane="alpha", prompt="/s/told-5.md")
            },
            holders={"task-001-auth.md": Holder(ALPHA, State.IDLE, result=RESULT)},
            problems=("tasks/pipe.md is no regular file",),
        )
    )
    fake.found = EVIDENCE


# ---------------------------------------------------------------- ls


def test_ls_is_a_table_as_a_person_counts(run: Run, capsys: Capture) -> None:
    assert run("task") == 0
    seen = capsys.readouterr()
    lines = seen.out.splitlines()
    assert lines[0].split() == ["TASK", "STATE", "LANE", "WAVE", "TITLE", "WHY"]
    assert [line.split()[0] for line in lines[1:]][:6] == [
        *("task-001", "task-002", "task-003", "task-004", "task-004", "task-006")
    ]
    assert lines[1].startswith("task-001  ◆ review   alpha     1  Auth ")
    assert lines[1].endswith("lane alpha says it is done")
    assert "needs task-001" in lines[2] and "\x1b" not in seen.out
    assert "! tasks/pipe.md is no regular file" in seen.err
    assert "notes.md: its name has no number" in seen.err


def test_ls_of_some_states(run_json: Json, run: Run, capsys: Capture) -> None:
    code, document = run_json("task", "ls", "--state", "review, waiting")
    assert code == 0
    assert [task["task"] for task in document["tasks"]] == ["task-001", "task-002"]
    assert (document["counts"]["draft"], document["counts"]["merged"]) == (5, 0)
    assert document["problems"] == ["tasks/pipe.md is no regular file"]
    assert run("task", "ls", "--state", "merged") == 0
    assert "No task is in that state." in capsys.readouterr().out
    assert run("task", "ls", "--state", "doing") == 2
    assert "States: draft, waiting" in capsys.readouterr().err


def test_one_task_of_the_json(run_json: Json) -> None:
    (first, *_) = run_json("task")[1]["tasks"]
    assert first == {
        "task": "task-001",
        "file": "task-001-auth.md",
        "title": "Auth",
        "state": "review",
        "why": "lane alpha says it is done",
        "lane": "alpha",
        "wave": 1,
        "go": False,
        "depends": [],
        "zone": ["src/**"],
        "priority": None,
        "estimate_s": 14400,
        "needs": [],
        "wants": {"lane": None, "agent": None, "model": None, "role": None},
        "result": "done",
        "attempts": 1,
        "started": "2023-11-14T22:13:20Z",
        "ended": None,
        "arriving": False,
        "changed": False,
        "problems": [],
    }


def test_no_tasks_at_all(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    fake.tasks = draw(Seen(()))
    assert run("task", "ls") == 0
    assert capsys.readouterr().out == "No tasks yet: `cockpit task new` writes one.\n"


# ---------------------------------------------------------------- show


def test_show_tells_everything(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    fake.operations = [
        operation(1, OpKind.ASSIGN, intent={"task": "task-001-auth.md"}),
        operation(2, OpKind.SEND, summary="prompt \x1b[2J"),
        operation(3, OpKind.START, lane=LaneId("beta"), intent={"task": "task-002-api.md"}),
    ]
    assert run("task", "show", "1") == 0
    out = capsys.readouterr().out
    for said in (
        "task-001 Auth",
        "◆ review  lane alpha says it is done",
        "estimate  4h",
        "epic      7",
        "needed by task-002",
        "worked    alpha",
        "was told  /s/told-5.md",
        "✓ result: its result says done",
        "✗ files: 1 file changed that it does not name",
        "? gate: the gate has not passed",
        "results/task-001-result.md says done",
        "? Really ␛[31m?",
        "prompt ␛[2J",
        "  Do it.",
    ):
        assert said in out
    assert "\x1b" not in out and "task-002-api" not in out


def test_show_as_json(run_json: Json, fake: FakeCockpit) -> None:
    fake.operations = [operation(1, OpKind.ASSIGN, intent={"task": "task-001-auth.md"})]
    code, document = run_json("task", "show", "tasks/task-001-auth.md")
    assert code == 0
    assert document["prompt"] == "/s/told-5.md"
    assert document["extra"] == [{"key": "epic", "text": "7"}]
    assert document["evidence"]["holds"] is False
    assert document["claim"]["questions"] == ["Really \x1b[31m?"]
    (turn,) = document["turns"]
    assert (turn["lane"], turn["to"], turn["how"]) == ("alpha", None, None)
    assert [op["seq"] for op in document["history"]] == [1]
    document = run_json("task", "show", "3")[1]
    assert document["waits_for"] == [
        {"task": "task-002", "state": "waiting"},
        {"task": "task-099", "state": None},
    ]
    assert document["way"] == ["task-003", "task-099"]
    assert run_json("task", "show", "ws-12")[1]["way"] == ["ws-12", "ws-03", "ws-12"]


def test_show_when_the_evidence_can_not_be_had(
    run: Run, fake: FakeCockpit, run_json: Json, capsys: Capture
) -> None:
    fake.found = CockpitError("git did not answer.")
    assert run("task", "show", "1") == 0
    assert "the evidence is not known: git did not answer." in capsys.readouterr().err
    assert run_json("task", "show", "1")[1]["evidence"] is None


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("4", "2 files are task task-004."),
        ("77", "There is no task 77; did you mean"),
        ("nope", "There is no task nope."),
        ("\x1b[2J", "There is no task ␛[2J."),
    ],
)
def test_names_that_mean_none_or_several(
    name: str, says: str, run: Run, fake: FakeCockpit, capsys: Capture
) -> None:
    for words in (["show", name], ["done", name], ["cancel", name], ["assign", name, "alpha"]):
        assert run("task", *words) == 2
        err = capsys.readouterr().err
        assert says in err and "Task files: task-00" in err
    assert fake.intents == []


def test_an_empty_name(run: Run, capsys: Capture) -> None:
    assert run("task", "show", " ") == 2
    assert "The name of the task is empty." in capsys.readouterr().err


@pytest.mark.parametrize("name", ["task-004-b.md", EVIL, "notes.md", "ws-3", "WS_03.md", "006"])
def test_names_that_mean_one(name: str, run: Run) -> None:
    assert run("task", "show", name) == 0


# ---------------------------------------------------------------- done


def test_done_that_does_not_hold(
    run: Run, run_json: Json, fake: FakeCockpit, capsys: Capture
) -> None:
    assert run("task", "done", "1") == 3
    seen = capsys.readouterr()
    assert "task-001 Auth (lane alpha at 2222222222)" in seen.out
    assert "+ src/␛b.py" in seen.out
    assert "'Done' does not hold for task-001: files, gate." in seen.err
    code, document = run_json("task", "done", "1")
    assert (code, document["holds"], document["lane"]) == (3, False, "alpha")
    assert document["rows"][1] == {
        "name": "files",
        "state": "not ok",
        "text": "1 file changed that it does not name",
        "paths": ["+ src/\x1bb.py"],
    }
    assert fake.intents == []


def test_done_that_holds(run: Run, run_json: Json, fake: FakeCockpit) -> None:
    fake.found = replace(EVIDENCE, rows=EVIDENCE.rows[:1])
    assert run("task", "done", "1") == 0
    assert run_json("task", "done", "1")[1]["holds"] is True


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["ls", "1"], "ls lists all tasks."),
        (["show"], "takes one task"),
        (["show", "1", "2"], "takes one task"),
        (["assign", "1"], "Name a task and a lane."),
        (["assign", "1", "nobody"], "There is no lane nobody"),
        (["cancel"], "Name a task."),
        (["show", "1", "--note", "x"], "--note belongs to `cockpit task assign`."),
        (["ls", "--lines", "x"], "--lines belongs to `cockpit task new`."),
        (["drop", "1"], "does not know 'drop'"),
    ],
)
def test_wrong_words(
    words: list[str], says: str, run: Run, fake: FakeCockpit, capsys: Capture
) -> None:
    assert run("task", *words) == 2
    assert says in capsys.readouterr().err
    assert fake.intents == []


# ---------------------------------------------------------------- deciding


def test_assign(run: Run, run_json: Json, fake: FakeCockpit) -> None:
    assert run("task", "assign", "2", "B", "--note", "Mind it") == 0
    task = TASKS[1]
    assert fake.intents == [Assign(task.name, LaneId("beta"), task.digest, "Mind it")]
    fake.refuses[ALPHA] = DeliveryUnknown("Nobody saw it taken.")
    code, document = run_json("task", "assign", "2", "alpha")
    assert code == document["error"]["code"] == 7


def test_retry_shows_what_goes_and_needs_a_yes(
    run: Run, fake: FakeCockpit, capsys: Capture, terminal: Callable[..., list[str]]
) -> None:
    assert run("task", "retry", "1") == 3
    assert "goes to /tmp/.cockpit-trash" in capsys.readouterr().err
    assert fake.intents == []
    asked = terminal("n")
    assert run("task", "retry", "1") == 3
    assert asked == ["Tear down alpha and let task-001 be tried again? [y/N]"]
    assert run("task", "retry", "1", "--agent", "codex", "--yes") == 0
    assert run("task", "retry", "2") == 0
    assert fake.intents == [
        Retry("task-001-auth.md", "codex", "token-alpha"),
        Retry("task-002-api.md"),
    ]


def test_cancel_and_back(run: Run, run_json: Json, fake: FakeCockpit) -> None:
    assert run("task", "cancel", "2", "not", "needed") == 0
    assert run_json("task", "cancel", "2", "--back")[0] == 0
    name = TASKS[1].name
    assert fake.intents == [CallOff(name, "not needed"), CallOff(name, back=True)]
