"""Ledgers and the plan's table on the bus: kept current, and nothing of anybody's is touched."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.fleet import Fleet, apply
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Approve, Land, Start, Undo
from cockpit.services import papers
from cockpit.services.cockpit import LocalCockpit
from cockpit.services.papers import Written
from tests.conftest import git
from tests.services.conftest import Desk

LANES = """\
target: main
agents:
  sh: {command: [sh], preset: shell}
lanes:
  alpha: {agent: sh, ledger: ledgers/tasks-alpha.csv}
  beta: {agent: sh, ledger: ledgers/tasks-beta.csv}
  gamma: {agent: sh}
gate: {run: ["true"], timeout: 20s, retry: 0}
"""
PLAN = b"# Plan\r\n\xff my words\n<!-- cockpit:tasks -->\nold\n<!-- /cockpit:tasks -->\nmore"
TASK = "---\ntitle: Tokens\nzone: src/**\n---\n"
OLD = (1e9, 1e9)


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    made = make_desk(lanes=LANES)
    (made.root / "tasks").mkdir()
    for number in (1, 2, 3):
        (made.root / f"tasks/task-00{number}-x.md").write_text(TASK)
        os.utime(made.root / f"tasks/task-00{number}-x.md", OLD)
    return made


def seen(cockpit: LocalCockpit) -> Fleet:
    fleet = cockpit.fleet()
    for event in cockpit.observe():
        fleet = apply(fleet, event)
    return fleet


def look(desk: Desk) -> Fleet:
    """As a command looks."""
    return desk.usual().board(seen(desk.usual()))


def take(desk: Desk, lane: str, task: str) -> Path:
    desk.do(Start(LaneId(lane), task=task))
    return desk.root.parent / f"{desk.root.name}-{lane}"


def land(desk: Desk, lane: str, path: str) -> None:
    desk.commit(lane, path, "text")
    desk.do(Approve(LaneId(lane)))
    shown = desk.usual().preview_landing(LaneId(lane))
    desk.do(Land(LaneId(lane), shown.source, shown.target_old))


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(), newline="")))


def ledger(desk: Desk, name: str = "alpha") -> Path:
    return desk.root / f"ledgers/tasks-{name}.csv"


def test_a_ledger_follows_its_tasks_to_their_landing_and_back(desk: Desk) -> None:
    look(desk)
    assert not (desk.root / "ledgers").exists()
    take(desk, "alpha", "1")
    look(desk)
    (row,) = rows(ledger(desk))
    assert row["task"] == "task-001"
    assert row["title"] == "Tokens"
    assert row["zone"] == "src/**"
    assert (row["lane"], row["agent"]) == ("alpha", "sh")
    assert row["started"].endswith("Z")
    assert row["ended"] == row["landing"] == ""
    land(desk, "alpha", "src/a.py")
    look(desk)
    (row,) = rows(ledger(desk))
    assert row["state"] == "merged"
    assert row["landing"] == desk.main()
    assert row["commit"]
    assert int(row["seconds"]) >= 0
    assert rows(ledger(desk, "main")) == [{"ledger": "ledgers/tasks-alpha.csv", **row}]
    assert not ledger(desk, "beta").exists()
    desk.do(Undo())
    look(desk)
    (row,) = rows(ledger(desk))
    assert row["state"] != "merged"
    assert row["landing"] == ""


def test_a_task_that_another_lane_took_over_has_failed_in_the_first(desk: Desk) -> None:
    take(desk, "alpha", "1")
    desk.do(Undo())
    take(desk, "beta", "1")
    look(desk)
    assert rows(ledger(desk))[0]["state"] == "failed"
    assert rows(ledger(desk, "beta"))[0]["state"] != "failed"
    assert [row["lane"] for row in rows(ledger(desk, "main"))] == ["alpha", "beta"]


def test_they_are_written_only_when_they_change_and_stay_out_of_the_status(desk: Desk) -> None:
    take(desk, "alpha", "1")
    look(desk)
    made = [ledger(desk), ledger(desk, "main"), desk.state("papers")]
    before = [path.stat().st_mtime_ns for path in made]
    look(desk)
    assert desk.cockpit().board(seen(desk.usual())).board.problems == ()
    assert [path.stat().st_mtime_ns for path in made] == before
    assert git(desk.root, "status", "--porcelain") == ""


def test_a_lane_that_was_not_looked_at_yet_is_not_written_down(desk: Desk) -> None:
    take(desk, "alpha", "1")
    desk.usual().board(desk.usual().fleet())
    assert not ledger(desk).exists()


def test_texts_run_in_no_spreadsheet(desk: Desk) -> None:
    hostile = b'---\ntitle: =HYPERLINK("http://x")\x1b[31m\xff\n---\n'
    (desk.root / "tasks/task-004-x.md").write_bytes(hostile)
    os.utime(desk.root / "tasks/task-004-x.md", OLD)
    take(desk, "alpha", "4")
    look(desk)
    raw = ledger(desk).read_bytes()
    assert b"\x1b" not in raw
    assert rows(ledger(desk))[0]["title"].startswith("'=HYPERLINK")


# ---------------------------------------------------------------- what is not ours


def test_a_file_that_cockpit_did_not_write_is_left_alone_and_is_in_the_view(desk: Desk) -> None:
    take(desk, "alpha", "1")
    ledger(desk).parent.mkdir()
    ledger(desk).write_text("task,hours\nmine,3\n")
    fleet = look(desk)
    assert ledger(desk).read_text() == "task,hours\nmine,3\n"
    (problem,) = fleet.board.problems
    assert "ledgers/tasks-alpha.csv is left alone" in problem
    view = rows(ledger(desk, "main"))
    assert [(row["task"], row["hours"]) for row in view] == [("task-001", ""), ("mine", "3")]
    ledger(desk).unlink()
    assert look(desk).board.problems == ()
    assert rows(ledger(desk))[0]["task"] == "task-001"


def test_a_row_that_somebody_adds_makes_it_theirs(desk: Desk) -> None:
    take(desk, "alpha", "1")
    look(desk)
    with ledger(desk).open("a") as file:
        file.write("added,by,hand\n")
    before = ledger(desk).read_bytes()
    assert "left alone" in look(desk).board.problems[0]
    assert ledger(desk).read_bytes() == before
    assert [row["task"] for row in rows(ledger(desk, "main"))] == ["task-001", "added"]


def test_a_tracked_file_is_left_alone(desk: Desk) -> None:
    ledger(desk).parent.mkdir()
    ledger(desk).write_text("task,hours\nmine,3\n")
    git(desk.root, "add", "ledgers")
    take(desk, "alpha", "1")
    assert "the project tracks it" in look(desk).board.problems[0]
    git(desk.root, "commit", "-q", "-m", "ledger")
    git(desk.root, "rm", "-q", "--cached", "ledgers/tasks-alpha.csv")
    assert "main tracks it" in look(desk).board.problems[0]
    assert ledger(desk).read_text() == "task,hours\nmine,3\n"


def test_our_own_file_that_somebody_tracks_stays_as_it_was_committed(desk: Desk) -> None:
    take(desk, "alpha", "1")
    look(desk)
    git(desk.root, "add", "-f", "ledgers/tasks-alpha.csv")
    git(desk.root, "commit", "-q", "-m", "ledger")
    before = ledger(desk).read_bytes()
    land(desk, "alpha", "src/a.py")
    assert "tracks it" in look(desk).board.problems[0]
    assert ledger(desk).read_bytes() == before


def test_what_agents_wrote_in_their_lanes_is_in_the_view(desk: Desk) -> None:
    lane = take(desk, "alpha", "1")
    (lane / "ledgers").mkdir()
    (lane / "ledgers/tasks-alpha.csv").write_bytes(b"\xef\xbb\xbftask;hours\r\nx;2\r\n\xff;1\r\n")
    look(desk)
    assert [row["task"] for row in rows(ledger(desk))] == ["task-001"]
    view = rows(ledger(desk, "main"))
    assert [(row["task"], row["hours"]) for row in view] == [
        ("task-001", ""),
        ("x", "2"),
        ("�", "1"),
    ]


def test_a_ledger_that_a_lane_committed_lands(desk: Desk) -> None:
    """cockpit's own goes out of the way: else the landing would be refused."""
    take(desk, "alpha", "1")
    look(desk)
    assert ledger(desk).exists()
    lane = desk.root.parent / f"{desk.root.name}-alpha"
    (lane / "ledgers").mkdir()
    (lane / "ledgers/tasks-alpha.csv").write_text("task,hours\nx,2\n")
    git(lane, "add", "-f", "ledgers")
    git(lane, "commit", "-q", "-m", "my ledger")
    (problem,) = look(desk).board.problems
    assert "lane alpha has committed one" in problem
    assert not ledger(desk).exists()
    land(desk, "alpha", "src/a.py")
    assert ledger(desk).read_text() == "task,hours\nx,2\n"
    look(desk)
    assert ledger(desk).read_text() == "task,hours\nx,2\n"
    assert {row["task"] for row in rows(ledger(desk, "main"))} == {"task-001", "x"}


def fifo(path: Path, _: Path) -> None:
    os.mkfifo(path)


def link(path: Path, outside: Path) -> None:
    path.symlink_to(outside)


def hard(path: Path, outside: Path) -> None:
    os.link(outside, path)


def sparse(path: Path, _: Path) -> None:
    with path.open("wb") as made:
        made.truncate(50 << 30)


def folder(path: Path, _: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("make", [fifo, link, hard, sparse, folder])
@pytest.mark.parametrize("where", ["bus", "lane"])
def test_what_is_no_plain_file_is_told_and_the_rest_goes_on(
    desk: Desk, make: Callable[[Path, Path], None], where: str
) -> None:
    lane = take(desk, "alpha", "1")
    outside = desk.root.parent / "outside"
    outside.write_bytes(b"precious")
    place = ledger(desk) if where == "bus" else lane / "ledgers/tasks-alpha.csv"
    place.parent.mkdir()
    make(place, outside)
    plan = desk.root / "master_plan.md"
    make(plan, outside)
    fleet = look(desk)
    assert any("tasks-alpha.csv" in text for text in fleet.board.problems)
    assert any("master_plan.md" in text for text in fleet.board.problems)
    assert rows(ledger(desk, "main"))[0]["task"] == "task-001"
    assert outside.read_bytes() == b"precious"
    assert os.path.lexists(plan)
    assert (where == "lane") == ledger(desk).is_file() or make in (link, hard, sparse)


def test_a_folder_that_leads_away_is_not_written_through(desk: Desk) -> None:
    outside = desk.root.parent / "outside"
    outside.mkdir()
    (desk.root / "ledgers").symlink_to(outside)
    take(desk, "alpha", "1")
    assert any("symlink" in text for text in look(desk).board.problems)
    assert list(outside.iterdir()) == []


def test_a_full_or_closed_folder_is_a_problem_and_fails_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(desk, "alpha", "1")
    monkeypatch.setattr(
        "cockpit.adapters.bus.papers.write_all",
        lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")),
    )
    fleet = look(desk)
    assert any("disk is full" in text for text in fleet.board.problems)
    monkeypatch.undo()
    assert look(desk).board.problems == ()
    assert ledger(desk).exists()


# ---------------------------------------------------------------- the plan's table


def test_only_the_table_of_the_plan_changes(desk: Desk) -> None:
    plan = desk.root / "master_plan.md"
    look(desk)
    assert not plan.exists()
    plan.write_bytes(PLAN)
    plan.chmod(0o640)
    os.utime(plan, OLD)
    take(desk, "alpha", "1")
    look(desk)
    content = plan.read_bytes()
    before, after = PLAN.split(b"old")
    assert content.startswith(before) and content.endswith(after)
    assert b"| task-001 | Tokens |" in content and b"| alpha |" in content
    assert plan.stat().st_mode & 0o777 == 0o640
    stamp = plan.stat().st_mtime_ns
    look(desk)
    assert plan.stat().st_mtime_ns == stamp


def test_a_plan_that_is_being_written_is_tried_again(desk: Desk) -> None:
    plan = desk.root / "master_plan.md"
    plan.write_bytes(PLAN)
    future = desk.usual().work.clock.now() + 0.2
    os.utime(plan, (future - 0.2, future - 0.2))
    fleet = seen(desk.usual())
    written = desk.usual().write_papers(fleet)
    assert not written.is_whole
    assert plan.read_bytes() == PLAN
    os.utime(plan, OLD)
    assert desk.usual().write_papers(fleet).is_whole
    assert plan.read_bytes() != PLAN


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"# a plan without a table\n", ""),
        (b"<!-- cockpit:tasks -->\n", "once and"),
        (b"<!-- /cockpit:tasks -->\n<!-- cockpit:tasks -->\n", "stands before"),
    ],
)
def test_a_plan_without_its_markers_stays(desk: Desk, content: bytes, problem: str) -> None:
    plan = desk.root / "master_plan.md"
    plan.write_bytes(content)
    os.utime(plan, OLD)
    problems = look(desk).board.problems
    assert plan.read_bytes() == content
    assert [problem in text for text in problems] == ([True] if problem else [])


# ---------------------------------------------------------------- side by side, and deaths


def test_while_another_process_writes_nothing_waits(desk: Desk) -> None:
    take(desk, "alpha", "1")
    fleet = seen(desk.usual())
    other = desk.cockpit()
    with other.work.locks.hold(papers.LOCK, why="test"):
        held = _in_thread(lambda: desk.usual().write_papers(fleet))
    assert not held.is_whole
    assert not ledger(desk).exists()


def _in_thread(call: Callable[[], Written]) -> Written:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result(timeout=10)


def test_the_app_that_acts_writes_and_nobody_else(desk: Desk) -> None:
    take(desk, "alpha", "1")
    acting = desk.cockpit()
    with acting.work.locks.hold("dispatcher", why="test"):
        look(desk)
        assert not ledger(desk).exists()
        acting.dispatches = True
        acting.board(seen(acting))
    assert ledger(desk).exists()


class Killed(BaseException):
    pass


@pytest.mark.parametrize("step", ["state", "first file", "exchange"])
def test_a_death_leaves_what_the_next_look_finishes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    take(desk, "alpha", "1")
    look(desk)
    land(desk, "alpha", "src/a.py")
    where = "cockpit.adapters.bus.papers."
    work = desk.usual().work
    real = work.papers.put
    calls: list[str] = []

    def die(*_: object, **__: object) -> bool:
        raise Killed

    def second(root: Path, name: str, **what: object) -> bool:
        if calls:
            raise Killed
        calls.append(name)
        return real(root, name, **what)  # type: ignore[arg-type]

    with monkeypatch.context() as patch, pytest.raises(Killed):
        if step == "exchange":
            patch.setattr(where + "exchange", die)
        else:
            patch.setattr(work.papers, "put", die if step == "state" else second)
        look(desk)
    fleet = look(desk)
    assert fleet.board.problems == ()
    assert rows(ledger(desk))[0]["state"] == "merged"
    assert rows(ledger(desk, "main"))[0]["state"] == "merged"
    assert sorted(os.listdir(desk.root / "ledgers")) == ["tasks-alpha.csv", "tasks-main.csv"]


def test_without_its_memory_cockpit_takes_nothing_for_its_own(desk: Desk) -> None:
    take(desk, "alpha", "1")
    look(desk)
    desk.state("papers").write_text("broken")
    before = ledger(desk).read_bytes()
    land(desk, "alpha", "src/a.py")
    assert look(desk).board.problems
    assert ledger(desk).read_bytes() == before


def test_a_name_of_the_view_that_a_lane_has_is_not_taken_twice(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(lanes=LANES.replace("tasks-alpha", "tasks-main"))
    (desk.root / "tasks").mkdir()
    (desk.root / "tasks/task-001-x.md").write_text(TASK)
    take(desk, "alpha", "1")
    look(desk)
    assert sorted(os.listdir(desk.root / "ledgers")) == ["consolidated.csv", "tasks-main.csv"]
