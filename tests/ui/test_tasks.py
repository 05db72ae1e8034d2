"""The board of tasks on the screen: views, keys, intents, dialogs, what changes meanwhile."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest
from textual.events import Key
from textual.widgets import Input, TextArea

from cockpit.domain.activity import State
from cockpit.domain.board import Board, Seen, draw
from cockpit.domain.done import Evidence, Holds, Row
from cockpit.domain.events import BoardChanged, OperationEnded
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId, OpId
from cockpit.domain.intents import Assign, CallOff, CloseRound, Plan, Retry, WriteTasks
from cockpit.domain.operation import OpKind
from cockpit.domain.task_desk import PlanDesk
from cockpit.domain.taskname import TaskId
from cockpit.domain.work import Effort
from cockpit.domain.zone import Zone
from cockpit.errors import Refused
from cockpit.ui import attach
from cockpit.ui.screens.assigning import AssignScreen
from cockpit.ui.screens.diff import DiffScreen
from cockpit.ui.screens.going import GoScreen
from cockpit.ui.screens.retrying import RetryScreen
from cockpit.ui.screens.task import TaskScreen
from cockpit.ui.screens.task_text import TaskTextScreen
from cockpit.ui.screens.tasks import TasksScreen
from cockpit.ui.screens.tasks_view import View
from tests.ui import boards
from tests.ui.drive import Session, opened
from tests.ui.fake import FakeSupervisor
from tests.ui.test_goldens import compare

SIZES = [(60, 20), (80, 24), (120, 40), (200, 60)]


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def screen(session: Session) -> TasksScreen:
    found = session.app.screen
    assert isinstance(found, TasksScreen)
    return found


def chosen(session: Session) -> str:
    view = screen(session).chosen
    return view.task.id if view is not None else ""


async def go_to(session: Session, task: str) -> None:
    """The cursor on a task, by search."""
    await session.press("slash", *task.replace("-", " ").split()[-1], "enter")
    assert chosen(session) == task


def waves(**plan: object) -> FakeSupervisor:
    """The seeds' example on three lanes that may edit anything."""
    offers = {
        lane: replace(offer, zone=Zone())
        for lane, offer in boards.lanes("alpha", "beta", "gamma").items()
    }
    desk = PlanDesk(lanes=offers, **plan)  # type: ignore[arg-type]
    return boards.supervisor(
        boards.fleet(boards.waves(), names=("alpha", "beta", "gamma"), plan=desk)
    )


def every() -> FakeSupervisor:
    return boards.supervisor(boards.every_fleet())


# ------------------------------------------------------------------ pictures


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("states", ("t",)),
        ("waves", ("t", "tab")),
        ("timeline", ("t", "tab", "tab")),
        ("plan", ("t", "p")),
        ("one", ("t", "enter")),
    ],
)
async def test_pictures(name: str, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    fake = every()
    async with opened(fake.fleet, supervisor=fake, size=size) as session:
        await session.press(*keys)
        compare(f"tasks-{name}-{size[0]}x{size[1]}", session.text())


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(("name", "keys"), [("go", ("t", "g")), ("assign", ("t", "s"))])
async def test_dialogs(name: str, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    fake = waves()
    async with opened(fake.fleet, supervisor=fake, size=size) as session:
        await session.press(*keys)
        compare(f"tasks-{name}-{size[0]}x{size[1]}", session.text())


async def test_hostile_names_are_text_in_every_view() -> None:
    fake = boards.supervisor(boards.fleet(boards.hostile()))
    async with opened(fake.fleet, supervisor=fake, size=(120, 40)) as session:
        await session.press("t")
        compare("tasks-hostile-120x40", session.text())
        for keys in (("tab",), ("tab",), ("tab", "enter"), ("escape", "g"), ("escape", "E")):
            await session.press(*keys)
            assert all(line.isprintable() for line in session.text().split("\n"))
        assert session.app._exception is None


async def test_the_board_shows_each_lanes_task() -> None:
    fake = every()
    for size in ((80, 24), (120, 40)):
        async with opened(fake.fleet, supervisor=fake, size=size) as session:
            compare(f"board-tasks-{size[0]}x{size[1]}", session.text())


# ------------------------------------------------------------------ views


async def test_the_views_share_the_chosen_task() -> None:
    fake = every()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t")
        assert chosen(session) == "task-007"  # the one of the lane that was chosen
        await session.press("j", "j", "tab")
        assert (screen(session).view, chosen(session)) == (View.WAVES, "task-008")
        await session.press("v")
        assert screen(session).view is View.TIMELINE
        await session.press("j", "j")
        assert chosen(session) == "task-008"  # what the third lane works on
        await session.press("v")
        assert (screen(session).view, chosen(session)) == (View.STATES, "task-008")


async def test_moving_skips_headings_and_ends_at_the_ends() -> None:
    fake = waves()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "tab", "home")
        assert chosen(session) == "ws-03"
        await session.press("k")
        assert chosen(session) == "ws-03"
        await session.press("j", "j", "j")
        assert chosen(session) == "ws-13"
        await session.press("k")
        assert chosen(session) == "ws-22"
        await session.press("end", "j")
        assert chosen(session) == "ws-23"


async def test_searching_narrows_and_escape_takes_it_back() -> None:
    fake = every()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "slash", *"limit")
        assert "1 of 12 tasks  /limit" in session.text()
        await session.press("enter")
        assert chosen(session) == "task-006"
        await session.press("escape")
        assert "12 tasks" in session.text()
        assert chosen(session) == "task-006"
        await session.press("slash", *"zzz")
        assert "No task matches zzz." in session.text()
        await session.press("escape", "escape")
        assert session.app.screen is session.app.board


async def test_what_changes_is_drawn_and_the_cursor_stays() -> None:
    fake = waves()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "j")
        assert chosen(session) == "ws-12"
        new = boards.task("ws-01-first.md", "Written meanwhile")
        tasks = [new, *(view.task for view in fake.fleet.board.tasks)]
        fake.tell(BoardChanged(draw(Seen(tasks, arriving={new.name})), fake.fleet.plan))
        await session.settle()
        assert "⇣ arriving" in session.text()
        assert "Written meanwhile" in session.text()
        assert chosen(session) == "ws-12"
        fake.tell(BoardChanged(draw(Seen(tasks[:1])), fake.fleet.plan))
        await session.settle()
        assert chosen(session) == "ws-01"


async def test_other_changes_of_the_fleet_do_not_sort_again() -> None:
    fake = every()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t")
        before = screen(session).table
        activity = fake.fleet.lanes[LaneId("alpha")].activity
        from cockpit.domain.events import ActivityChanged

        fake.tell(ActivityChanged(LaneId("alpha"), replace(activity, rule="another")))
        await session.settle()
        assert screen(session).table is before


async def test_ten_thousand_tasks_are_drawn_and_moved_through_quickly() -> None:
    fake = boards.supervisor(boards.fleet(boards.many(10_000)))
    async with opened(fake.fleet, supervisor=fake) as session:
        begun = time.perf_counter()
        await session.press("t")
        assert "10000 tasks" in session.text()
        await session.press("end")
        assert chosen(session) == "task-1000"  # merged ones stand last
        for _ in range(20):
            await session.press("k")
        assert time.perf_counter() - begun < 10
        assert len(screen(session).reader._drawn) < 200


async def test_what_is_wrong_stands_above_and_in_full_behind_a_key() -> None:
    fake = every()
    async with opened(fake.fleet, supervisor=fake, size=(80, 24)) as session:
        await session.press("t")
        assert "+1, E shows all" in session.text()
        await session.press("E")
        assert "What is wrong on the bus" in session.text()
        assert "write that task, or remove the result" in session.text()
        await session.press("escape")
        assert isinstance(session.app.screen, TasksScreen)


async def test_without_tasks_the_key_that_writes_one_is_named() -> None:
    fake = boards.supervisor(boards.fleet(draw(Seen(()))))
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t")
        assert "There is no task yet: n writes one" in session.text()
        for key in ("enter", "s", "g", "R", "X", "d", "e", "b"):
            await session.press(key)
        assert any("No task is chosen; n writes one." in toast for toast in session.toasts())
        assert fake.intents == []


# ------------------------------------------------------------------ the go


async def test_enter_says_go_for_exactly_what_is_shown() -> None:
    fake = waves()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "g")
        assert "Go? 3 tasks start now, 2 later." in session.text()
        await session.press("enter")
        tasks = tuple((view.task.name, view.task.digest) for view in fake.fleet.board.tasks)
        assert fake.intents == [Plan(go=True, tasks=tasks, follow=False)]
        assert isinstance(session.app.screen, TasksScreen)


async def test_follow_is_part_of_the_yes() -> None:
    fake = waves()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "g", "f")
        assert "and all that is written later" in session.text()
        await session.press("enter")
        (wish,) = fake.intents
        assert isinstance(wish, Plan)
        assert wish.follow


async def test_leaving_the_dialog_says_nothing() -> None:
    fake = waves()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "g", "escape")
        assert fake.intents == []


async def test_a_text_that_changed_asks_for_another_look() -> None:
    fake = waves()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "g")
        changed = [view.task for view in fake.fleet.board.tasks]
        changed[0] = boards.task("ws-03-meta.md", "Another text")
        fake.tell(BoardChanged(draw(Seen(changed)), fake.fleet.plan))
        await session.settle()
        await session.press("enter")
        assert fake.intents == []
        assert "changed since they were shown; r looks again" in session.text()
        await session.press("r", "enter")
        (wish,) = fake.intents
        assert isinstance(wish, Plan)
        assert (changed[0].name, changed[0].digest) in wish.tasks


async def test_lanes_that_come_free_change_what_starts_not_what_is_covered() -> None:
    fake = waves(max_running=1)
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "g")
        assert "1 task starts now" in session.text()
        fake.tell(BoardChanged(fake.fleet.board, replace(fake.fleet.plan, max_running=7)))
        await session.settle()
        assert "3 tasks start now" in session.text()
        await session.press("enter")
        assert len(fake.intents) == 1


async def test_stop_stops_the_plan_only() -> None:
    fake = waves(going=True, since=1.0)
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t")
        assert "▶ going" in session.text()
        await session.press("x")
        assert fake.intents == [Plan(go=False)]
    fake = waves()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "x")
        assert fake.intents == []
        assert any("nothing to stop" in toast for toast in session.toasts())


async def test_a_burst_of_pasted_text_says_no_go() -> None:
    fake = waves()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t")
        for key in ("g", "enter", "x", "X", "enter", "R", "s", "enter"):
            session.app.post_message(Key(key, key if len(key) == 1 else None))
        await session.settle()
        assert any("looked like pasted text" in toast for toast in session.toasts())
        assert fake.intents == []
        assert not isinstance(session.app.screen, GoScreen)


# ------------------------------------------------------------------ one task given by hand


async def test_assigning_binds_to_the_text_that_was_shown() -> None:
    fake = waves()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "j", "s", "j", "enter")
        task = fake.fleet.board.tasks[1].task
        assert fake.intents == [Assign(task.name, LaneId("beta"), digest=task.digest)]


async def test_a_lane_that_is_not_made_for_it_takes_a_second_press() -> None:
    fleet = boards.fleet(draw(Seen([boards.task("task-001-a.md", "A", agent="codex")])))
    fake = boards.supervisor(fleet)
    async with opened(fleet, supervisor=fake) as session:
        await session.press("t", "s", "enter")
        assert fake.intents == []
        assert "alpha is not made for it: it wants the agent codex. Enter gives" in session.text()
        await session.press("j", "enter")
        assert fake.intents == []
        await session.press("enter")
        assert [wish.lane for wish in fake.intents if isinstance(wish, Assign)] == ["beta"]


async def test_a_busy_lane_says_why_and_is_not_chosen() -> None:
    tasks = [boards.task("task-001-a.md", "A"), boards.task("task-002-b.md", "B")]
    board = draw(Seen(tasks, holders={tasks[0].name: boards.holder("alpha")}))
    fake = boards.supervisor(boards.fleet(board, names=("alpha",)))
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t")
        await go_to(session, "task-002")
        await session.press("s", "enter")
        assert isinstance(session.app.screen, AssignScreen)
        assert "alpha can't take it: has task-001." in session.text()
        assert fake.intents == []


# ------------------------------------------------------------------ failed, called off


async def test_retry_without_a_lane_needs_a_yes() -> None:
    fake = every()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t")
        await go_to(session, "task-006")
        await session.press("R", "enter")
        assert fake.intents == []
        await session.press("y")
        assert fake.intents == [Retry("task-006-rate.md")]


async def test_retry_with_another_agent() -> None:
    fake = every()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t")
        await go_to(session, "task-006")
        await session.press("R", "tab", "y")
        assert fake.intents == [Retry("task-006-rate.md", agent="claude")]


def failed_with_lane() -> Fleet:
    task = boards.task("task-001-a.md", "A")
    held = boards.holder("alpha", State.IDLE, result=boards.result("r-1.md", "failed"))
    effort = Effort(task.id, 2)
    board = draw(Seen([task], holders={task.name: held}, efforts={task.id: effort}))
    return boards.fleet(board, names=("alpha",))


async def test_retry_of_a_lane_shows_what_goes_and_takes_its_letter() -> None:
    fake = boards.supervisor(failed_with_lane())
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "R")
        text = session.text()
        for part in ("First lane alpha goes, whole:", "/tmp/project-alpha", "41 paths ignored",
                     "It was tried 2 times."):  # fmt: skip
            assert part in text
        await session.press("enter")
        assert isinstance(session.app.screen, RetryScreen)
        await session.press("x", "enter")
        assert "neither A nor alpha" in session.text()
        await session.press("backspace", "tab", "a", "enter")
        assert fake.intents == [Retry("task-001-a.md", agent="claude", token="token-1")]


async def test_calling_off_with_a_reason_and_taking_it_up_again() -> None:
    fake = every()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t")
        await go_to(session, "task-004")
        await session.press("X", *"later", "enter")
        assert fake.intents == [CallOff("task-004-docs.md", "later")]
        await session.press("X", "escape", "escape")
        await go_to(session, "task-011")
        assert "X take up again" in session.text()
        await session.press("X")
        assert fake.intents[1:] == [CallOff("task-011-old.md", back=True)]


# ------------------------------------------------------------------ writing


async def test_a_task_is_written_as_it_stands() -> None:
    fake = waves()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "n", *"# A", "enter", *"b")
        assert "title: A" in session.text()
        await session.press("ctrl+s")
        assert fake.intents == [WriteTasks(("# A\nb",))]


async def test_each_line_becomes_a_task_when_asked() -> None:
    fake = waves()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "n", *"one", "enter", *"two")
        assert "Ctrl-L as 2 tasks, one a line" in session.text()
        await session.press("ctrl+l")
        assert fake.intents == [WriteTasks(("one", "two"))]


async def test_an_empty_task_is_not_written_and_a_draft_survives() -> None:
    fake = waves()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "n", "ctrl+s")
        assert "There is nothing to write yet." in session.text()
        await session.press("ctrl+l", *"half", "escape")
        assert fake.intents == []
        await session.press("n")
        assert session.app.screen.query_one(TextArea).text == "half"
        await session.press("ctrl+s", "n")
        assert session.app.screen.query_one(TextArea).text == ""


async def test_a_paste_of_too_many_lines_is_refused() -> None:
    fake = waves()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "n")
        assert isinstance(session.app.screen, TaskTextScreen)
        session.app.screen.query_one(TextArea).text = "line\n" * 201
        await session.press("ctrl+l")
        assert "201 lines are too many at once" in session.text()
        assert fake.intents == []


async def test_the_editor_opens_the_tasks_file(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[list[str], Path | None]] = []

    async def hand_over(app: object, argv: list[str], *, cwd: Path | None = None) -> int:
        calls.append((argv, cwd))
        return 0

    monkeypatch.setenv("VISUAL", "ed")
    monkeypatch.setattr(attach, "hand_over", hand_over)
    monkeypatch.setattr(attach, "can_hand_over", lambda app: True)
    fake = waves()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "e")
        folder = Path("/tmp/project/tasks")
        assert calls == [(["ed", str(folder / "ws-03-meta.md")], folder)]


async def test_without_a_terminal_the_editor_says_why() -> None:
    fake = waves()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "e")
        assert any("can not be handed to another program" in toast for toast in session.toasts())


# ------------------------------------------------------------------ one task


def evidence() -> Evidence:
    rows = (
        Row("result", Holds.YES, "says it is done"),
        Row("gate", Holds.NO, "red", ("a.py",)),
    )
    result = boards.result("task-008-mail-result.md", body="All of it.")
    return Evidence(TaskId("task-008"), "task-008-mail.md", rows, result=result)


async def test_one_task_in_full() -> None:
    fake = every()
    fake.fake.answers["evidence"] = evidence()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t")
        await go_to(session, "task-008")
        await session.press("enter")
        text = session.text()
        for part in ("Confirm addresses by mail", "◆ review", "✓ result", "✗ gate",
                     "All of it.", "gamma takes task-008"):  # fmt: skip
            assert part in text
        await session.press("d")
        assert isinstance(session.app.screen, DiffScreen)
        await session.press("escape", "b")
        assert session.app.screen_stack == [session.app.board]
        assert session.chosen() == "gamma"


async def test_evidence_that_can_not_be_had_is_said() -> None:
    fake = every()
    fake.fake.answers["evidence"] = Refused("The branch is gone.", hint="Look at the lane.")
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "enter")
        assert "The branch is gone. Look at the lane." in session.text()


async def test_one_task_follows_its_board_and_what_ended() -> None:
    fake = waves()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "enter")
        assert isinstance(session.app.screen, TaskScreen)
        tasks = [view.task for view in fake.fleet.board.tasks]
        held = {tasks[0].name: boards.holder("alpha")}
        fake.tell(BoardChanged(draw(Seen(tasks, holders=held)), fake.fleet.plan))
        await session.settle()
        assert "● running  lane alpha works on it" in session.text()
        fake.fake.answers["log"] = [
            replace(boards.log()[0], intent={"task": tasks[0].name}, summary="alpha takes ws-03")
        ]
        fake.tell(OperationEnded(OpId("1"), OpKind.ASSIGN, LaneId("alpha"), "done", "", ""))
        await session.settle()
        assert "alpha takes ws-03" in session.text()
        fake.tell(BoardChanged(Board(), fake.fleet.plan))
        await session.settle()
        assert "its file is gone" in session.text()


async def test_keys_work_on_one_task_as_on_the_board() -> None:
    fake = waves()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "enter", "s", "enter")
        assert isinstance(fake.intents[0], Assign)
        await session.press("g", "enter")
        assert isinstance(fake.intents[1], Plan)
        for key in ("enter", "tab", "slash", "E"):
            await session.press(key)
        assert isinstance(session.app.screen, TaskScreen)


# ------------------------------------------------------------------ the plan


async def test_the_plan_ticks_itself_and_leads_on() -> None:
    fake = waves()
    fake.fake.config.merge.cadence = 86400  # type: ignore[misc]
    async with opened(fake.fleet, supervisor=fake, size=(120, 50)) as session:
        await session.press("t", "p")
        text = session.text()
        for part in ("1 decompose", "5 merge + verify", "5 tasks, 2 waves to go",
                     "6 [✓] Establish merge points", "1 [ ] Create git worktrees"):  # fmt: skip
            assert part in text
        await session.press("g")
        assert isinstance(session.app.screen, GoScreen)
        await session.press("escape", "t")
        assert isinstance(session.app.screen, TasksScreen)


async def test_closing_the_round_shows_what_goes_and_takes_a_yes() -> None:
    fake = waves()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "p", "C")
        text = session.text()
        for part in ("gate      make test", "goes      alpha", "stays     beta: 2 commits not",
                     "[/x]", "0 landings; 0 tasks done"):  # fmt: skip
            assert part in text
        await session.press("enter", "n")
        assert fake.intents == []
        await session.press("C", "y")
        assert fake.intents == [CloseRound()]


async def test_a_slow_look_at_the_times_never_replaces_a_newer_one() -> None:
    fake = every()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t")
        times = screen(session).times
        late, now = await asyncio.gather(
            times.look(session.app, fake.fleet), times.look(session.app, fake.fleet)
        )
        assert late is None
        assert times.shown is now


async def test_the_search_field_keeps_its_keys() -> None:
    fake = every()
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("t", "slash", *"gxX")
        assert session.app.screen.query_one(Input).value == "gxX"
        assert fake.intents == []
