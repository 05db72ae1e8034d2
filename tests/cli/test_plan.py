"""`cockpit plan`: what it shows, and what a go says, covers and refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cockpit.domain.activity import State
from cockpit.domain.assignment import Offer
from cockpit.domain.background import Dispatcher
from cockpit.domain.board import Board, Seen, draw
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Plan
from cockpit.domain.operation import OpKind
from cockpit.domain.task import parse_task
from cockpit.domain.task_desk import PlanDesk
from cockpit.domain.taskname import TaskId
from cockpit.domain.work import Effort
from cockpit.domain.zone import Zone
from cockpit.errors import Refused
from tests.cli.conftest import Json
from tests.cli.fake import NOW, FakeCockpit, Run, operation

Capture = pytest.CaptureFixture[str]
ALPHA, GAMMA = LaneId("alpha"), LaneId("gamma")

TASKS = (
    parse_task("task-001-a.md", b"---\nestimate: 2h\nzone: src/**\n---\n# A\n"),
    parse_task("task-002-b.md", b"---\nestimate: 1h\n---\n# B \x1b]0;evil\x07\n"),
    parse_task("task-003-c.md", b"---\ndepends: 1, 2\nestimate: 4h\n---\n# C\n"),
    parse_task("task-004-d.md", b"---\ndepends: 5\n---\n# D\n"),
    parse_task("task-005-e.md", b"---\ndepends: 4\n---\n# E\n"),
    parse_task("task-006-f.md", b"---\ndepends: 99\n---\n# F\n"),
    parse_task("task-007-g.md", b"---\ndepends: 7\n---\n# G\n"),
    parse_task("task-008-h.md", b"# H\n"),
)
DONE = TaskId("task-008")
DESK = PlanDesk(
    max_running=7,
    lanes={
        ALPHA: Offer(ALPHA, "A", Zone(("src/**",)), "claude"),
        GAMMA: Offer(GAMMA, "G", Zone(), "shell"),
    },
)


def board(**seen: object) -> Board:
    return draw(Seen(TASKS, **{"merged": {DONE}, **seen}))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def tasks(fake: FakeCockpit) -> None:
    fake.started = ()
    fake.tasks, fake.plan = board(), DESK
    fake.operations = [
        operation(1, OpKind.ASSIGN, at=NOW - 7200, intent={"task": "task-008-h.md"}),
        operation(2, OpKind.LAND, ended=NOW - 3600, intent={"task": "task-008"}),
    ]


def test_the_plan_for_people(run: Run, capsys: Capture) -> None:
    assert run("plan") == 0
    out = capsys.readouterr().out
    for said in (
        "project → main: 8 tasks, 1 merged, 2 lanes to take them",
        "   1  task-001  ○ ready ",
        "   2  task-003  ⋯ waiting ",
        "needs task-001, task-002",
        "! these need each other: task-004 → task-005 → task-004",
        "! task-007 needs itself",
        "! task-006 needs task-099, which is not there",
        "would start now:",
        "  ▶ task-001 in alpha (claude), zone src/**",
        "  ▶ task-002 in gamma (shell), zone everything",
        "critical path: task-001 → task-003 (6h)",
        "planned: 4 tasks, 8h one after another, 6h on 2 lanes (1.3 times as fast)",
        "left: 3 tasks, 7h one after another, 6h on 2 lanes (1.2 times as fast)",
        "landed: 1 task, 1h of work in 1h by the clock",
        "5 tasks without `estimate:`, taken as 1h",
        "not going: `cockpit plan go`",
    ):
        assert said in out
    assert "\x1b" not in out and "task-008" not in out
    assert "it depends on itself" not in out


def test_the_plan_for_programs(run_json: Json) -> None:
    code, document = run_json("plan")
    assert code == 0
    assert document["waves"] == [["task-001", "task-002"], ["task-003"]]
    assert document["circles"] == [
        ["task-004", "task-005", "task-004"],
        ["task-007", "task-007"],
    ]
    assert document["missing"] == [{"task": "task-006", "needs": ["task-099"]}]
    assert document["start"] == [
        {
            "task": "task-001",
            "file": "task-001-a.md",
            "title": "A",
            "lane": "alpha",
            "zone": ["src/**"],
            "agent": "claude",
            "model": None,
        },
        {
            "task": "task-002",
            "file": "task-002-b.md",
            "title": "B \x1b]0;evil\x07",
            "lane": "gamma",
            "zone": [],
            "agent": "shell",
            "model": None,
        },
    ]
    assert document["critical_path"] == {"tasks": ["task-001", "task-003"], "seconds": 21600.0}
    assert document["forecast"]["left"] == {
        "tasks": 3,
        "one_by_one_s": 25200.0,
        "parallel_s": 21600.0,
        "gain": 1.17,
    }
    assert document["forecast"]["measured"]["one_by_one_s"] == 3600.0
    assert (document["going"], document["dispatcher"]) == (False, "nobody")
    states = {task["task"]: (task["state"], task["waits"]) for task in document["tasks"]}
    assert states["task-003"] == ("waiting", "needs task-001, task-002")
    assert states["task-008"] == ("merged", "")


def test_only_some_tasks(run_json: Json, run: Run) -> None:
    document = run_json("plan", "show", "2", "task-003-c.md")[1]
    assert [task["task"] for task in document["tasks"]] == ["task-002", "task-003"]
    assert document["waves"] == [["task-002"], ["task-003"]]
    assert [one["task"] for one in document["start"]] == ["task-002"]
    assert run("plan", "show", "44") == 2


def test_a_plan_that_goes_tells_what_it_covers(
    run: Run, fake: FakeCockpit, run_json: Json, capsys: Capture
) -> None:
    fake.tasks = board(go={TASKS[1].name: TASKS[1].digest})
    fake.plan = replace(DESK, going=True, since=NOW, dispatcher=Dispatcher.ELSEWHERE)
    assert run("plan") == 0
    out = capsys.readouterr().out
    assert "starts now:\n  ▶ task-002 in " in out and "▶ task-001" not in out
    assert "the go does not cover it" in out
    assert "; 6 open tasks not covered. An open cockpit starts the tasks." in out
    document = run_json("plan")[1]
    assert [task["task"] for task in document["tasks"] if task["go"]] == ["task-002"]


def test_a_lane_that_works_takes_no_other(run_json: Json, fake: FakeCockpit) -> None:
    fake.started, fake.activities = ("alpha", "gamma"), [State.WORKING]
    document = run_json("plan")[1]
    assert document["start"] == []
    waits = {task["task"]: task["waits"] for task in document["tasks"]}
    assert waits["task-001"] == "the lanes that fit it are busy: alpha, gamma"


def test_nothing_to_plan(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    fake.tasks, fake.plan = draw(Seen(())), PlanDesk()
    assert run("plan") == 0
    out = capsys.readouterr().out
    assert "No tasks yet" in out and "nothing would start now" in out


def test_called_off_tasks_and_damaged_files_are_told(
    run: Run, fake: FakeCockpit, run_json: Json, capsys: Capture
) -> None:
    one = TaskId("task-001")
    problems = tuple(f"tasks/{n} \x1b[2J is no regular file" for n in range(30))
    fake.tasks = board(efforts={one: Effort(one, cancelled="not now")}, problems=problems)
    assert run("plan") == 0
    out = capsys.readouterr().out
    assert "! task-003 waits for task-001, which is called off" in out
    assert "! tasks/19 ␛[2J is no regular file" in out
    assert "… and 10 more" in out and "tasks/20" not in out
    document = run_json("plan")[1]
    assert document["called_off"] == [{"task": "task-001", "needed_by": ["task-003"]}]
    assert len(document["problems"]) == 30


# ---------------------------------------------------------------- go and stop


def test_go_shows_asks_and_covers_all_open_tasks(
    run: Run, fake: FakeCockpit, capsys: Capture, terminal: Callable[..., list[str]]
) -> None:
    assert run("plan", "go") == 3
    seen = capsys.readouterr()
    assert "▶ task-001 in alpha" in seen.err and "--yes" in seen.err and seen.out == ""
    assert fake.intents == []
    asked = terminal("no", "yes")
    assert run("plan", "go") == 3
    assert run("plan", "go") == 0
    assert asked == ["Say go for 7 tasks? [y/N]"] * 2
    seen = capsys.readouterr()
    assert "No cockpit is open, so nothing starts by itself" in seen.out
    assert fake.intents == [Plan(True, tuple((task.name, task.digest) for task in TASKS[:-1]))]


def test_go_for_some_tasks_and_later_ones(
    run: Run, run_json: Json, fake: FakeCockpit, terminal: Callable[..., list[str]]
) -> None:
    asked = terminal("y")
    assert run("plan", "go", "2", "2", "--follow") == 0
    assert asked == ["Say go for 1 task and for what is written later? [y/N]"]
    seen = ((TASKS[1].name, TASKS[1].digest),)
    fake.plan = replace(DESK, dispatcher=Dispatcher.ELSEWHERE)
    code, document = run_json("plan", "go", "2", "--yes")
    assert (code, document["dispatcher"]) == (0, "elsewhere")
    assert [one["task"] for one in document["start"]] == ["task-002"]
    assert fake.intents == [Plan(True, seen, follow=True), Plan(True, seen)]


def test_a_go_for_more_takes_no_follow_away(run: Run, fake: FakeCockpit) -> None:
    fake.plan = replace(DESK, going=True, follow=True)
    assert run("plan", "go", "2", "--yes") == 0
    (wish,) = fake.intents
    assert isinstance(wish, Plan) and wish.follow


def test_a_dry_run_changes_nothing(run: Run, run_json: Json, fake: FakeCockpit) -> None:
    assert run("plan", "go", "--dry-run") == 0
    code, document = run_json("plan", "go", "1", "--dry-run")
    assert code == 0
    assert [one["task"] for one in document["start"]] == ["task-001"]
    assert [task["task"] for task in document["tasks"]] == ["task-001"]
    assert fake.intents == []


def test_go_that_is_refused(run_json: Json, fake: FakeCockpit) -> None:
    fake.refuses[None] = Refused("The task task-001-a.md changed since it was shown.")
    code, document = run_json("plan", "go", "--yes")
    assert code == document["error"]["code"] == 3


def test_stop(run: Run, run_json: Json, fake: FakeCockpit, capsys: Capture) -> None:
    assert run("plan", "stop") == run_json("plan", "stop")[0] == 0
    assert fake.intents == [Plan(False)] * 2
    assert run("plan", "stop", "1") == 2
    assert run("plan", "show", "--follow") == 2
    assert "--follow belongs to" in capsys.readouterr().err
