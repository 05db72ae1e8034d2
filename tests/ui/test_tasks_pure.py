"""Lines and rows about tasks, as pure functions: order, widths, words, hostile text."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from cockpit.domain.activity import State
from cockpit.domain.assignment import Assignments
from cockpit.domain.background import Dispatcher
from cockpit.domain.board import Board, Seen, TaskView, draw
from cockpit.domain.done import Evidence, Holds, Row
from cockpit.domain.fleet import Fleet
from cockpit.domain.forecast import forecast
from cockpit.domain.handing_out import hand_out
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.task_desk import PlanDesk
from cockpit.domain.task_history import turns
from cockpit.domain.taskname import TaskId
from cockpit.domain.work import Effort, Work
from cockpit.domain.zone import Zone
from cockpit.ui import assign_lines, go_lines, present, task_lines, task_notes, task_rows
from cockpit.ui.screens.task_text import each_line, reading
from cockpit.ui.task_reasons import why_not
from cockpit.ui.task_timeline import (
    axis_line,
    bar_line,
    chain_words,
    lane_note,
    length,
    timeline,
)
from tests.ui import boards, fake
from tests.ui.fake import HEAD, NOW


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def ids(table: task_rows.Table) -> list[str]:
    return [
        row.title if isinstance(row, task_rows.Heading) else row.task.id[-3:] for row in table.rows
    ]


# ------------------------------------------------------------------ rows


def test_every_state_has_a_look_of_its_own() -> None:
    assert set(task_rows.LOOKS) == set(Work)
    glyphs = [glyph for glyph, _ in task_rows.LOOKS.values()]
    assert len(set(glyphs)) == len(glyphs)


def test_what_needs_the_commander_stands_first() -> None:
    table = task_rows.by_state(boards.every())
    works = [row.work for row in table.rows if isinstance(row, TaskView)]
    assert works[:4] == [Work.BLOCKED, Work.FAILED, Work.REVIEW, Work.APPROVED]
    assert works == sorted(works, key=lambda work: task_rows.PLACES[work])


def test_waves_with_what_can_not_start_first_and_what_ended_last() -> None:
    table = task_rows.by_wave(boards.every())
    assert ids(table) == [
        *("in no wave", "009"),
        *("wave 1", "002", "004", "005", "006", "007", "008", "010", "012"),
        *("wave 2", "003"),
        *("ended", "001", "011"),
    ]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("", 12),
        ("TOKENS", 1),
        ("task-00 lane", 4),
        ("beta", 1),
        ("failed", 1),
        ("[/x]", 0),
    ],
)
def test_searching(wanted: str, found: int) -> None:
    assert len(task_rows.by_state(boards.every(), wanted).rows) == found


def test_the_cursor_skips_headings() -> None:
    table = task_rows.by_wave(boards.waves())
    assert ids(table)[0] == "wave 1"
    assert table.beside(0, 0) == 1
    assert table.beside(3, 1) == 5
    assert table.beside(5, -1) == 3
    assert table.beside(1, -1) == 1
    assert table.beside(2, 1000) == len(table.rows) - 1
    assert task_rows.Table().beside(0, 1) == 0


@pytest.mark.parametrize("width", [20, 40, 60, 76, 80, 120, 200])
@pytest.mark.parametrize("board", [boards.every(), boards.hostile(), boards.waves()])
def test_no_row_is_wider_than_the_screen_or_holds_a_control(board: Board, width: int) -> None:
    for table in (task_rows.by_state(board), task_rows.by_wave(board)):
        for row in table.rows:
            line = task_rows.row_line(row, table, width)
            assert line.cell_length <= width
            assert line.plain.isprintable()


def test_a_row_says_all_that_is_to_be_seen() -> None:
    board = boards.every()
    view = board.named(TaskId("task-005"))
    assert view is not None
    table = task_rows.by_state(board)
    odd = replace(
        view, changed=True, task=replace(view.task, problems=("its header is not closed",))
    )
    said = task_rows.row_line(odd, table, 200, chosen=True).plain
    assert said.startswith("▸● running")
    for part in ("task-005", "beta", "Keep sessions in memory", "lane beta works on it",
                 "its file is not what the lane was told", "look at it: its header"):  # fmt: skip
        assert part in said


def test_counts_in_the_order_of_the_board() -> None:
    parts = [part.plain for part in task_rows.count_parts(boards.every())]
    assert parts[:3] == ["? 1 blocked", "✗ 1 failed", "◆ 1 review"]
    assert parts[-1] == "⇣ 1 arriving"


# ------------------------------------------------------------------ what is wrong

KEYS = {"edit_task": "e", "new_task": "n", "tasks_trouble": "E", "go_plan": "g", "retry_task": "R"}


def told(board: Board) -> list[str]:
    return [task_notes.trouble_line(one, KEYS).plain for one in task_notes.troubles(board)]


def test_each_trouble_says_what_to_do() -> None:
    first, second, third = told(boards.every())
    assert "task-009 needs task-404, which is not there: write task-404 with n" in first
    assert "notes is a folder in tasks/: move it out" in second
    assert "there is no such task: write that task, or remove the result" in third


def test_circles_are_told_with_their_path() -> None:
    tasks = [boards.task(f"task-00{at}-x.md", "X", depends=at % 3 + 1) for at in (1, 2, 3)]
    alone = boards.task("task-005-y.md", "Y", depends="005")
    found = told(draw(Seen([*tasks, alone])))
    assert "task-001 → task-002 → task-003 → task-001: take one `depends:` out; e opens" in found[0]
    assert "task-005 needs itself" in found[1]
    assert len(found) == 2


def test_the_strip_counts_what_it_has_no_room_for() -> None:
    found = task_notes.troubles(boards.every())
    assert len(task_notes.strip_lines(found, KEYS, 4)) == 3
    (only,) = task_notes.strip_lines(found, KEYS, 1)
    assert only.plain.startswith(f" ⚠ +2, E shows all · {found[0].what[:20]}")
    assert task_notes.strip_lines([], KEYS, 2) == []


def test_a_thousand_troubles_are_counted_not_listed() -> None:
    many = [task_notes.Trouble(f"trouble {at}", "mend it") for at in range(1000)]
    lines = task_notes.all_lines(many, KEYS)
    assert len(lines) == 2 * task_notes.LISTED + 1
    assert lines[-1].plain == f"… {1000 - task_notes.LISTED} more"


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (PlanDesk(), "■ no go was said  g says it"),
        (PlanDesk(going=True, since=NOW), "▶ going since 22:13  6 tasks not covered, g"),
        (PlanDesk(going=True, follow=True), "▶ going  also for what is written later"),
        (
            PlanDesk(going=True, follow=True, dispatcher=Dispatcher.ELSEWHERE),
            "▶ going  also for what is written later  another cockpit starts them",
        ),
    ],
)
def test_the_plan_in_a_line(plan: PlanDesk, said: str) -> None:
    parts = task_notes.go_parts(boards.every(), plan, KEYS)
    assert present.fit(parts, 200).plain == said
    narrow = present.fit(parts, 20).plain
    assert narrow in ("■ no go was said", "▶ going since 22:13", "▶ going")


# ------------------------------------------------------------------ the go


def look(fleet: Fleet) -> go_lines.GoLook:
    made = hand_out(fleet, fleet.board, fleet.plan, all_ready=True)
    known = forecast(fleet.board, fleet.plan, {}, NOW)
    runners = {lane: go_lines.Runner("claude", "sonnet", ("src/**",)) for lane in fleet.plan.lanes}
    return go_lines.GoLook(fleet, made, known, runners)


def said(seen: go_lines.GoLook, *, follow: bool = False) -> str:
    wrong = [one for one in task_notes.troubles(seen.fleet.board) if one.holds_back]
    lines = [go_lines.question(seen), *go_lines.go_lines(seen, wrong, KEYS)]
    return "\n".join(line.plain for line in [*lines, go_lines.terms(seen, follow=follow)])


def test_the_go_says_what_starts_where_and_what_waits() -> None:
    seen = look(boards.fleet(boards.waves(), names=("one", "two", "three"), plan=free(3)))
    text = said(seen)
    assert "Go? 3 tasks start now, 2 later." in text
    assert "○ ws-03 → one    claude sonnet  zone meta/**  Meta refactor" in text
    assert "⋯ ws-23  needs ws-22" in text
    assert "one after another 11h" in text
    assert "in parallel       4h on 3 lanes (2.8× as fast)" in text
    assert "longest chain     4h: ws-03" in text
    assert "Covers 5 tasks as they are written now; later ones need another go." in text
    assert "and all that is written later" in said(seen, follow=True)
    assert seen.covered[0][0] == "ws-03-meta.md"


def free(count: int) -> PlanDesk:
    """Lanes that may edit anything."""
    offers = boards.lanes(*("one", "two", "three", "four")[:count])
    return PlanDesk(lanes={lane: replace(offer, zone=Zone()) for lane, offer in
                           offers.items()})  # fmt: skip


def test_the_go_says_what_it_does_not_help() -> None:
    text = said(look(boards.every_fleet()))
    assert "Nothing can start now." in text
    assert "△ task-009  it needs task-404, which is not there" in text
    assert "✗ task-006  lane gamma was put away; R tries it again" in text
    assert "wrong on the bus  1" in text
    assert "not estimated     3 tasks, taken as 1h each" in text


def test_what_waits_for_a_task_that_was_called_off_is_said() -> None:
    tasks = [boards.task("task-001-a.md", "A"), boards.task("task-002-b.md", "B", depends="1")]
    off = {TaskId("task-001"): Effort(TaskId("task-001"), cancelled="no")}
    text = said(look(boards.fleet(draw(Seen(tasks, efforts=off)))))
    assert "– task-001  is called off; waited for by task-002" in text


def test_ten_thousand_tasks_make_a_dialog_that_can_be_read() -> None:
    seen = look(boards.fleet(boards.many(10_000)))
    lines = go_lines.go_lines(seen, [], KEYS)
    assert len(lines) < 300


def test_a_hostile_go_is_text() -> None:
    text = said(look(boards.fleet(boards.hostile(), plan=free(2))))
    assert all(line.isprintable() for line in text.split("\n"))
    assert "[/x]" in text


# ------------------------------------------------------------------ assigning


def test_each_lane_says_why_it_is_or_is_not_the_one() -> None:
    fleet = boards.every_fleet()
    view = fleet.board.named(TaskId("task-004"))
    assert view is not None
    plan = PlanDesk(lanes=boards.lanes("alpha", "delta", "new"))
    fleet = replace(fleet, plan=plan, lanes={**fleet.lanes, LaneId("new"): fake.view(
        "new", 9, started=False)})  # fmt: skip
    found = assign_lines.choices(view, fleet)
    assert [(one.lane, bool(one.busy), one.unfit) for one in found] == [
        ("new", False, "it is for lane delta"),
        ("delta", True, ""),
        ("alpha", True, "it is for lane delta"),
    ]
    lines = [line.plain for line in assign_lines.choice_lines(found)]
    assert lines[0].startswith(" △ N new   not made for it: it is for lane delta")
    assert lines[1].startswith(" ✗ D delta has task-010")


def test_the_agent_that_was_asked_for_counts() -> None:
    task = boards.task("task-001-a.md", "A")
    wish = {TaskId("task-001"): Effort(TaskId("task-001"), agent="codex")}
    fleet = boards.fleet(draw(Seen([task], efforts=wish)))
    first = assign_lines.choices(fleet.board.tasks[0], fleet)[0]
    assert first.unfit == "it wants the agent codex"
    assert not first.fits


@pytest.mark.parametrize(
    ("action", "task", "reason"),
    [
        ("assign_task", "task-002", None),
        ("assign_task", "task-006", None),
        ("assign_task", "task-007", "Lane alpha has task-007"),
        ("assign_task", "task-003", "task-003 can't start: needs task-002."),
        ("assign_task", "task-001", "task-001 is merged."),
        ("assign_task", "task-011", "{call_off} takes it up again"),
        ("assign_task", "task-012", "still being written"),
        ("retry_task", "task-006", None),
        ("retry_task", "task-007", None),
        ("retry_task", "task-008", "has not failed: lane gamma says it is done"),
        ("retry_task", "task-002", "has not failed; it is ready"),
        ("call_off", "task-001", "merged already"),
        ("call_off", "task-011", None),
        ("task_diff", "task-005", None),
        ("task_diff", "task-002", "No lane works on task-002."),
        ("task_lane", "task-002", "No lane has task-002."),
        ("stop_plan", "task-002", "nothing to stop"),
        ("go_plan", "task-002", None),
    ],
)
def test_why_not(action: str, task: str, reason: str | None) -> None:
    fleet = boards.every_fleet()
    found = why_not(action, fleet.board.named(TaskId(task)), fleet)
    assert found is None if reason is None else reason in (found or "")


def test_without_a_task_only_what_needs_none_can_be_done() -> None:
    fleet = boards.fleet(draw(Seen(())))
    assert "{new_task} writes one" in (why_not("open_task", None, fleet) or "")
    assert "{new_task} writes one" in (why_not("go_plan", None, fleet) or "")
    assert why_not("new_task", None, fleet) is None


# ------------------------------------------------------------------ one task


def lines_of(task: str, **more: object) -> str:
    fleet = boards.every_fleet()
    view = fleet.board.named(TaskId(task))
    assert view is not None
    shown = task_lines.TaskLook(view, fleet, NOW)
    return "\n".join(
        line.plain
        for line in task_lines.task_lines(replace(shown, **more))  # type: ignore[arg-type]
    )


def test_one_task_says_whom_it_waits_for_and_who_waits() -> None:
    text = lines_of("task-002")
    assert text.startswith("○ ready")
    assert "needs\n  ✓ task-001  merged" in text
    assert "is waited for by\n  ⋯ task-003  waiting  Tests for the login" in text
    assert "✗ task-404  is not there" in lines_of("task-009")


def test_one_task_says_who_has_it_and_what_they_were_told() -> None:
    text = lines_of("task-005")
    assert "beta  ● working" in text
    assert "1 attempt, this one for 30m" in text
    assert "/s/told-7.md" in text


def test_evidence_and_result_are_shown_as_claims() -> None:
    rows = (
        Row("result", Holds.YES, "its result says done"),
        Row("files", Holds.NO, "3 files differ", ("src/[/x]\x1b.py",)),
        Row("gate", Holds.UNKNOWN, "the gate has not passed"),
    )
    result = boards.result("task-008-mail-result.md", body="Line [/x]\n\x1b[2Jtwo")
    result = replace(result, questions=("Which table?",))
    found = Evidence(TaskId("task-008"), "x", rows, LaneId("gamma"), HEAD, result=result)
    text = lines_of("task-008", evidence=found)
    for part in ("✓ result", "✗ files", "~ gate", "says     done", "? Which table?", "␛[2Jtwo"):
        assert part in text
    assert "The lane moved since this was looked at." not in text
    moved = replace(found, commit=CommitId("f" * 40))
    assert "The lane moved since this was looked at." in lines_of("task-008", evidence=moved)


def test_history_is_newest_first() -> None:
    steps = boards.log()[:2]
    text = lines_of("task-006", steps=steps)
    assert text.index("gamma takes") < text.index("alpha takes")
    assert "The journal says nothing of it yet." in lines_of("task-006", steps=())


def test_a_hostile_task_is_text() -> None:
    board = boards.hostile()
    fleet = boards.fleet(board)
    for view in board.tasks:
        shown = task_lines.TaskLook(view, fleet, NOW)
        for line in [*task_lines.task_lines(shown), task_lines.heading(view)]:
            assert line.plain.isprintable()


# ------------------------------------------------------------------ time


def test_the_timeline_is_drawn_from_the_journal_and_the_forecast() -> None:
    fleet = boards.every_fleet()
    made = turns(boards.log())
    shown = timeline(fleet, forecast(fleet.board, fleet.plan, {}, NOW), made, NOW)
    assert [row.lane for row in shown.rows] == list(boards.FOUR)
    alpha = bar_line(shown.rows[0], shown, 100, chosen=True)
    assert alpha.cell_length == 100
    assert alpha.plain.startswith("▸alpha")
    assert "✓task-001━" in alpha.plain
    assert "?task-007━" in alpha.plain
    assert "–task-006━" in bar_line(shown.rows[2], shown, 100).plain
    assert "┄" in bar_line(shown.rows[2], shown, 100).plain
    axis = axis_line(shown, 100).plain
    assert len(axis) == 100
    assert "╵22:00" in axis
    assert "task-001 18:13-20:13, task-007" in lane_note(shown.rows[0], shown).plain


@pytest.mark.parametrize("width", [10, 20, 40, 80, 200])
def test_bars_are_as_wide_as_the_screen(width: int) -> None:
    fleet = boards.every_fleet()
    known = forecast(fleet.board, fleet.plan, {}, NOW)
    shown = timeline(fleet, known, turns(boards.log()), NOW)
    for row in shown.rows:
        assert bar_line(row, shown, width).cell_length == max(width, shown.label + 1)


def test_work_that_waits_to_land_is_another_line() -> None:
    task = boards.task("task-001-a.md", "A", estimate="1h")
    effort = Effort(TaskId("task-001"), 1, NOW - 7200, NOW - 3600, lane="alpha")
    board = draw(Seen([task], efforts={task.id: effort}, holders={task.name: boards.holder(
        "alpha", State.IDLE, result=boards.result("task-001-result.md"))}))  # fmt: skip
    fleet = boards.fleet(board)
    steps = [replace(boards.log()[0], at=NOW - 7200, intent={"task": task.name})]
    known = forecast(board, fleet.plan, {}, NOW)
    shown = timeline(fleet, known, turns(steps), NOW)
    line = bar_line(shown.rows[0], shown, 60).plain
    assert line.count("╌") > 20
    assert line.count("━") > 10


def test_an_empty_timeline_and_one_of_long_ago() -> None:
    fleet = boards.fleet(draw(Seen(())))
    known = forecast(fleet.board, fleet.plan, {}, NOW)
    empty = timeline(fleet, known, (), NOW)
    assert [row.bars for row in empty.rows] == [(), ()]
    assert axis_line(empty, 60).cell_length == 60
    assert "nothing done and nothing planned" in lane_note(empty.rows[0], empty).plain
    weeks = boards.fleet(boards.waves())
    known = forecast(weeks.board, weeks.plan, {}, NOW)
    old = [replace(boards.log()[0], at=NOW - 40 * 86400), replace(boards.log()[2],
           ended=NOW - 39 * 86400)]  # fmt: skip
    assert timeline(weeks, known, turns(old), NOW).left_out == 1
    assert "%" not in axis_line(timeline(fleet, forecast(fleet.board, fleet.plan, {}, NOW),
                                         turns(old), NOW), 80).plain  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0s"), (40, "40s"), (90, "2m"), (3600, "1h"), (4800, "1h 20m"), (100_000, "1d 3h")],
)
def test_lengths(seconds: float, said: str) -> None:
    assert length(seconds) == said


def test_a_long_chain_is_cut() -> None:
    chain = [TaskId(f"task-{at:03d}") for at in range(40)]
    assert chain_words(chain).endswith("→ task-007 → … (40 tasks)")


# ------------------------------------------------------------------ writing


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one\ntwo\n", ("one", "two")),
        ("- one\n* two\n\n- [ ] three", ("one", "two", "three")),
        ("  \n\n", ()),
        ("- [/x] stays", ("[/x] stays",)),
    ],
)
def test_a_list_of_lines(text: str, lines: tuple[str, ...]) -> None:
    assert each_line(text) == lines


def test_while_it_is_written_it_says_how_it_is_read() -> None:
    assert "first line is the title" in reading("").plain
    head = "---\ntitle: A\ndepends: 2, 3\nzone: src/**\nestimate: 4h\n---\n"
    assert reading(head).plain == "title: A · needs task-002, task-003 · zone src/** · 4h"
    assert "⚠ " in reading("---\nestimate: soon\n---\nx").plain
    assert reading("\x1b[2J[/x]").plain.isprintable()


def test_assignments_without_a_board_are_empty() -> None:
    fleet = Fleet("project", "main")
    assert hand_out(fleet, fleet.board, fleet.plan, all_ready=True) == Assignments()
