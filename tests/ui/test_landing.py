"""The landing screen's other ways: the queue, the gate alone, red with a reason, the conflict,
commits by the commander; and what it says of the approval and the strategy."""

from __future__ import annotations

from typing import Any

import pytest
from textual.widgets import Input

from cockpit.domain.approval import ApprovalState, Standing
from cockpit.domain.change import CommitLine
from cockpit.domain.events import GateOutput, Notice, OperationEnded
from cockpit.domain.ids import CommitId, LaneId, OpId
from cockpit.domain.intents import Gate, Land, Queue
from cockpit.domain.merge import Approval, Check
from cockpit.domain.operation import OpKind
from cockpit.ui import mends
from cockpit.ui.landing_lines import approval_lines, check_lines, how_line, preview_lines
from cockpit.ui.screens.landing import LandingScreen
from cockpit.ui.screens.landing_view import Stage
from tests.ui.drive import Session, opened
from tests.ui.fake import BASE, HEAD, NOW, TASK, FakeSupervisor, fleet_of, landing, view

ALPHA = LaneId("alpha")
ONE = fleet_of(view("alpha", 1))
RED = OperationEnded(
    OpId("5-gate-0"), OpKind.GATE, ALPHA, "", "The gate is red: make test.", "Log."
)


def supervisor(**answers: Any) -> FakeSupervisor:
    fake = FakeSupervisor(ONE)
    fake.fake.answers.update(answers)
    return fake


def stage(session: Session) -> Stage:
    assert isinstance(session.app.screen, LandingScreen)
    return session.app.screen.stage


async def test_q_queues_and_goes_back_and_escape_only_goes_back() -> None:
    async with opened(ONE) as session:
        await session.press("m", "escape")
        assert session.supervisor.intents == []
        await session.press("m")
        assert "q queue" in session.text().splitlines()[-1]
        await session.press("q")
        assert session.supervisor.intents == [Queue(ALPHA)]
        assert session.app.screen is session.app.board


async def test_q_queues_nothing_while_it_lands_and_leaves_when_it_has() -> None:
    async with opened(ONE) as session:
        await session.press("m", "enter", "q")
        assert len(session.supervisor.intents) == 1
        assert "can not be queued now" in session.text()
        session.supervisor.tell(OperationEnded(OpId("6-land-0"), OpKind.LAND, ALPHA, "landed"))
        await session.settle()
        await session.press("q")
        assert session.app.screen is session.app.board
        assert len(session.supervisor.intents) == 1


async def test_the_gate_alone_lands_nothing_and_gives_the_preview_back() -> None:
    async with opened(ONE) as session:
        await session.press("m", "g")
        assert session.supervisor.intents == [Gate(ALPHA)]
        session.supervisor.tell(GateOutput(ALPHA, ("all [/x] passed",)))
        await session.settle()
        assert "all [/x] passed" in session.text()
        green = OperationEnded(OpId("5-gate-0"), OpKind.GATE, ALPHA, "gate of alpha is green")
        session.supervisor.tell(green)
        await session.settle()
        assert "✓ gate of alpha is green; nothing has landed" in session.text()
        assert stage(session) is Stage.SHOWN
        await session.press("enter")
        found = session.supervisor.intents[-1]
        assert isinstance(found, Land)
        assert (found.source, found.target_old, found.task_digest) == (HEAD, BASE, TASK)


async def test_red_again_and_then_with_a_reason() -> None:
    async with opened(ONE) as session:
        await session.press("m", "F")
        assert "Only after a red gate" in session.text()
        await session.press("enter")
        session.supervisor.tell(RED)
        await session.settle()
        last = session.text().splitlines()[-1]
        assert "F land red" in last and "g run the gate" in last and "o ask to mend it" in last
        await session.press("F")
        assert "The gate is red: make test." in session.text()
        session.app.screen.query_one(Input).value = "flaky on this machine"
        await session.press("enter")
        found = session.supervisor.intents[-1]
        assert isinstance(found, Land)
        assert (found.source, found.target_old, found.task_digest) == (HEAD, BASE, TASK)
        assert found.red_reason == "flaky on this machine"
        session.supervisor.tell(RED)
        await session.settle()
        assert stage(session) is Stage.RUNNING, "a red gate is not the end of a red landing"
        done = OperationEnded(OpId("7-land-0"), OpKind.LAND, ALPHA, "landed alpha, red")
        session.supervisor.tell(done)
        await session.settle()
        assert "✓ landed alpha, red" in session.text()


async def test_what_can_not_land_can_not_land_red_either() -> None:
    async with opened(ONE) as session:
        await session.press("m", "enter")
        session.supervisor.tell(RED)
        moved = landing(ALPHA, result=None, checks=(Check("tree", False, "1 uncommitted path"),))
        session.supervisor.fake.answers["landing"] = moved
        await session.settle()
        await session.press("F")
        assert "It can not land, red or not" in session.text()
        assert not session.app.screen.query(Input)
        await session.press("enter", "escape")
        assert len(session.supervisor.intents) == 1


async def test_what_the_gate_said_besides_is_seen() -> None:
    async with opened(ONE) as session:
        await session.press("m", "enter")
        session.supervisor.tell(Notice("The gate of alpha is flaky.", "warning", ALPHA))
        await session.settle()
        assert "The gate of alpha is flaky." in session.text()
        assert session.toasts() == []


@pytest.mark.parametrize(
    ("key", "name", "preview"),
    [
        ("c", "resolve", landing(ALPHA, result=None, conflicts=("src/a.py",))),
        ("C", "take_rest", landing(ALPHA, checks=(Check("tree", False, "1 path", ("x",)),))),
        ("L", "leave_out", landing(ALPHA)),
    ],
)
async def test_other_ways_open_only_where_they_help(
    key: str, name: str, preview: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[LaneId] = []

    async def deed(app: object, lane: LaneId) -> None:
        called.append(lane)

    def review(app: object, lane: LaneId) -> None:
        called.append(lane)

    monkeypatch.setattr(mends, name, review if name == "resolve" else deed)
    async with opened(ONE, supervisor=supervisor(landing=preview)) as session:
        await session.press("m", key)
        assert called == [ALPHA]
        empty = landing(ALPHA, result=None, changes=(), commits=())
        session.supervisor.fake.answers["landing"] = empty
        await session.press("r", key)
        assert called == [ALPHA]


async def test_a_commit_of_the_commanders_builds_the_preview_anew() -> None:
    async with opened(ONE) as session:
        await session.press("m")
        session.supervisor.fake.answers["landing"] = landing(ALPHA, source=CommitId("9" * 40))
        done = OperationEnded(OpId("8-commit-0"), OpKind.COMMIT, ALPHA, "took the rest")
        session.supervisor.tell(done)
        await session.settle()
        assert "999999999" in session.text().splitlines()[0]


async def test_a_void_approval_says_what_changed() -> None:
    given = Approval(ALPHA, CommitId("7" * 40), "", NOW)
    void = ApprovalState(
        Standing.VOID,
        given,
        "1 commit, 2 paths since",
        (CommitLine(HEAD, "Sneak [/x] in", "Alpha", NOW),),
        ("src/a.py", "src/\x1b]0;b.py"),
    )
    async with opened(ONE, supervisor=supervisor(approval=void)) as session:
        await session.press("m")
        text = session.text()
        for part in ("the approval of 777777777 is void: 1 commit", "Sneak [/x] in", "src/a.py"):
            assert part in text
        assert "\x1b" not in text


def test_an_approval_that_is_valid_or_none_is_said_shortly() -> None:
    given = Approval(ALPHA, HEAD, "", NOW)
    assert approval_lines(ApprovalState(Standing.NONE)) == []
    lines = approval_lines(ApprovalState(Standing.VALID, given))
    assert [line.plain for line in lines] == ["  ✓ the approval of 123456789 is valid"]
    lines = approval_lines(ApprovalState(Standing.VOID, None, "it can't be read"))
    assert [line.plain for line in lines] == ["  ⚠ the approval is void: it can't be read"]
    many = tuple(f"f{number}" for number in range(40))
    last = approval_lines(ApprovalState(Standing.VOID, given, "x", (), many))[-1]
    assert last.plain.strip() == "and 30 more"


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("merge", "first parent main abcdef123, second 123456789"),
        ("squash", "one commit on main abcdef123, its only parent"),
        ("rebase", "its 1 commit made anew on main abcdef123"),
    ],
)
def test_the_strategy_and_its_first_parent_are_named(how: str, said: str) -> None:
    assert said in how_line(landing(ALPHA, how=how)).plain


@pytest.mark.parametrize(
    ("check", "keys"),
    [
        (Check("tree", False, "dirty", key="o"), ["o", "C"]),
        (Check("merge", False, "conflicts", key="c"), ["c", "o"]),
        (Check("zone", False, "outside", key="o"), ["o", "L"]),
        (Check("agent", False, "working", key="x"), ["x"]),
        (Check("checkout", False, "in the way"), []),
        (Check("tree", True, "clean", key="o"), []),
    ],
)
def test_a_failing_check_names_every_key_that_mends_it(check: Check, keys: list[str]) -> None:
    words = check_lines(check)[0].plain.split()
    assert [word for word in words if word in set("oCLcxi")] == keys


@pytest.mark.parametrize("count", [1, 20, 25])
def test_each_conflict_is_named_once(count: int) -> None:
    paths = tuple(f"src/{number}.py" for number in range(count))
    check = Check("merge", False, "conflicts with main", paths, key="c")
    lines = preview_lines(landing(ALPHA, result=None, conflicts=paths, checks=(check,)))
    text = [line.plain.strip(" ✗") for line in lines]
    assert [text.count(path) for path in paths] == [1] * count
