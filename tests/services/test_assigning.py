"""A lane takes a task: claimed once, told once, and free again when it came to nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from cockpit.domain.handing_out import hand_out
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import (
    Assign,
    CallOff,
    Land,
    Park,
    Plan,
    Restart,
    Retry,
    Start,
    Teardown,
)
from cockpit.domain.operation import OpKind, OpState
from cockpit.domain.work import Work
from cockpit.errors import CockpitError, DeliveryUnknown, Refused, Unavailable
from cockpit.services import efforts
from tests.conftest import git
from tests.services.bus_desk import ALPHA, BETA, GAMMA, LANES, BusDesk, does_nothing, reports
from tests.services.conftest import Desk
from tests.services.test_recovery import Died


@pytest.fixture
def bus(make_desk: Callable[..., Desk]) -> BusDesk:
    return BusDesk(make_desk(lanes=LANES))


def die_before(step: str) -> Callable[[str], None]:
    def probe(where: str) -> None:
        if where == step:
            raise Died(where)

    return probe


# ---------------------------------------------------------------- the usual way


def test_a_fresh_lane_is_started_and_told(bus: BusDesk) -> None:
    name = bus.task(1, "Greet", "Say hello.", test="make hello", zone="docs/**")
    outcome = bus.desk.do(Assign("1", ALPHA, note="be brief"))
    ((lane, told),) = bus.told
    assert lane == ALPHA
    for part in (
        "Your task is task-001",
        "Say hello.",
        str(bus.folder(ALPHA)),
        "alpha/work",
        "make hello",
        "docs/**",
        "results/task-001-result.md",
        "status: done",
        "Don't merge",
        "be brief",
    ):
        assert part in told
    kept = (
        bus.desk.cockpit().work.state_dir / "run" / str(outcome.data["prompt"]).rpartition("/")[2]
    )
    assert kept.read_text() == told, "anyone can see what it was told"
    assert kept.stat().st_mode & 0o777 == 0o600
    record = bus.desk.cockpit().work.registry.lanes()[ALPHA]
    assert record.task == name
    view = bus.view(1)
    assert (view.work, view.why) == (Work.REVIEW, "lane alpha says it is done")
    assert view.effort is not None and view.effort.attempts == 1


def test_a_lane_that_has_landed_takes_the_next_from_the_new_target(bus: BusDesk) -> None:
    bus.task(1)
    bus.task(2, depends="1")
    bus.desk.do(Assign("1", ALPHA))
    with pytest.raises(Refused, match="needs task-001, which is not merged"):
        bus.desk.do(Assign("2", BETA))
    bus.desk.do(Land(ALPHA))
    assert bus.state(1) is Work.MERGED
    bus.desk.do(Assign("2", ALPHA))
    assert bus.tasks_told() == [(ALPHA, "task-001"), (ALPHA, "task-002")]
    assert "I did it." in bus.told[1][1], "the results of what it depends on are told"
    log = git(bus.folder(ALPHA), "log", "--format=%s", "-3").split("\n")
    assert log[0] == "task-002: done"
    assert git(bus.root, "merge-base", "alpha/work", "main") == git(bus.root, "rev-parse", "main")
    assert bus.state(2) is Work.REVIEW


def test_start_with_a_task_is_the_same_deed(bus: BusDesk) -> None:
    bus.task(1)
    bus.desk.do(Start(ALPHA, prompt="be brief", task="task-001"))
    assert bus.tasks_told() == [(ALPHA, "task-001")]
    assert "be brief" in bus.told[0][1]


def test_a_shell_is_started_and_told_nothing(bus: BusDesk) -> None:
    bus.task(1)
    bus.desk.do(Assign("1", GAMMA))
    assert bus.told == []
    assert bus.desk.cockpit().work.registry.lanes()[GAMMA].task == "task-001.md"


def model_in(argv: tuple[str, ...]) -> str:
    return argv[argv.index("--model") + 1] if "--model" in argv else ""


def test_the_model_that_a_task_wants(make_desk: Callable[..., Desk]) -> None:
    """It goes before the lane's own, and an agent that runs with another one is run anew."""
    lanes = LANES.replace("preset: demo", "preset: claude").replace(
        "alpha: {agent: bot}", "alpha: {agent: bot, model: small}"
    )
    bus = BusDesk(make_desk(lanes=lanes))
    for number, model in enumerate(("large", "large", "", "--dangerously"), 1):
        bus.task(number, model=model)
    begun: list[str] = []
    for number in (1, 2, 3, 4):
        bus.desk.do(Assign(str(number), ALPHA))
        bus.desk.do(Land(ALPHA))
        begun = [model_in(argv) for lane, argv, _ in bus.desk.tmux.opened if lane == ALPHA]
    assert begun == ["large", "small"], "the second and the fourth go on with what runs"
    assert [task for _, task in bus.tasks_told()] == [f"task-00{n}" for n in (1, 2, 3, 4)]
    bus.desk.do(Restart(ALPHA))
    assert model_in(bus.desk.tmux.opened[-1][1]) == "small"


def test_an_agent_that_takes_no_model(bus: BusDesk) -> None:
    bus.task(1, model="large")
    with pytest.raises(CockpitError, match="has no option for it"):
        bus.desk.do(Assign("1", ALPHA))
    assert (bus.desk.cockpit().work.registry.lanes(), bus.told) == ({}, [])
    assert bus.state(1) is Work.READY
    desk = bus.fleet().plan
    assert not any(offer.takes_model for offer in desk.lanes.values())


def test_a_shell_that_runs_is_not_offered(bus: BusDesk) -> None:
    """What a go shows is what starts: it would run the task's text as commands."""
    bus.task(1, lane="gamma")
    bus.desk.do(Start(GAMMA))
    view, fleet = bus.view(1), bus.fleet()
    made = hand_out(fleet, fleet.board, fleet.plan, all_ready=True)
    assert made.start == ()
    assert made.waits[view.task.id] == "lane gamma runs sh, which takes no prompts"


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("before", "wish", "why"),
    [
        ([], Assign("7", ALPHA), "There is no task '7'"),
        ([], Assign("1", ALPHA, digest="0" * 64), "changed since it was shown"),
        ([Assign("1", ALPHA)], Assign("1", BETA), "Lane alpha works on task-001.md already"),
        ([Assign("1", ALPHA)], Assign("1", ALPHA), "has task-001 already"),
        ([Assign("1", ALPHA)], Assign("2", ALPHA), "has task-001, which has not landed"),
        ([Assign("1", ALPHA), Land(ALPHA)], Assign("1", BETA), "merged already"),
        ([Start(ALPHA), Park(ALPHA)], Assign("1", ALPHA), "is parked"),
        ([Start(GAMMA)], Assign("1", GAMMA), "takes no prompts"),
    ],
)
def test_what_is_refused_changes_nothing(
    bus: BusDesk, before: list[Assign | Land | Start | Park], wish: Assign, why: str
) -> None:
    bus.task(1)
    bus.task(2)
    for intent in before:
        bus.desk.do(intent)
    told, records = list(bus.told), bus.desk.cockpit().work.registry.lanes()
    with pytest.raises(Refused, match=why):
        bus.desk.do(wish)
    assert bus.told == told
    assert bus.desk.cockpit().work.registry.lanes() == records
    assert not bus.desk.cockpit().work.journal.pending()


@pytest.mark.parametrize("how", ["dirty", "ahead"])
def test_a_lane_that_holds_something_of_its_own_takes_nothing(bus: BusDesk, how: str) -> None:
    bus.task(1)
    bus.desk.do(Start(ALPHA))
    (bus.folder(ALPHA) / "README.md").write_text("mine\n")
    if how == "ahead":
        git(bus.folder(ALPHA), "commit", "-qam", "mine")
    with pytest.raises(Refused, match=r"uncommitted|not on main"):
        bus.desk.do(Assign("1", ALPHA))
    assert (bus.folder(ALPHA) / "README.md").read_text() == "mine\n"
    assert bus.state(1) is Work.READY
    assert bus.view(1).effort is None


def test_a_start_that_fails_frees_the_task(bus: BusDesk) -> None:
    bus.task(1)
    git(bus.root, "branch", "alpha/work")
    with pytest.raises(Refused, match="exists already"):
        bus.desk.do(Assign("1", ALPHA))
    view = bus.view(1)
    assert view.work is Work.READY and (view.effort is None or view.effort.attempts == 0)
    bus.desk.do(Assign("1", BETA))
    assert bus.state(1) is Work.REVIEW


def test_two_processes_claim_a_task_once(bus: BusDesk) -> None:
    """Both find it free; one has it, the other is told who."""
    bus.task(1)
    gate = threading.Barrier(2)
    ended: dict[LaneId, str] = {}

    def at_once(where: str) -> None:
        if where == "assign: begin":
            gate.wait(5)

    def claim(lane: LaneId) -> None:
        mine = bus.desk.cockpit(lambda _where: None)
        gate.wait(10)
        try:
            mine.carry_out(Assign("1", lane), lambda _event: None, by="test")
            ended[lane] = ""
        except CockpitError as error:
            ended[lane] = error.title

    threads = [threading.Thread(target=claim, args=(lane,)) for lane in (ALPHA, BETA)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(map(bool, ended.values())) == [False, True]
    assert "works on task-001.md already" in max(ended.values())
    assert len(bus.tasks_told()) == 1


def test_nobody_saw_it_taken(bus: BusDesk) -> None:
    """The lane keeps the task, and it is told no second time."""
    bus.task(1)
    bus.task(2)
    bus.desk.do(Assign("1", ALPHA))
    bus.desk.do(Land(ALPHA))
    bus.desk.tmux.paste = lambda *_: None  # type: ignore[method-assign]
    bus.desk.tmux.press = lambda *_: None  # type: ignore[method-assign]
    with pytest.raises(DeliveryUnknown):
        bus.desk.do(Assign("2", ALPHA))
    assert bus.desk.cockpit().work.registry.lanes()[ALPHA].task == "task-002.md"
    with pytest.raises(Refused, match="has task-002 already"):
        bus.desk.do(Assign("2", ALPHA))


# ---------------------------------------------------------------- failed, called off, again


def test_a_failed_task_is_tried_again_by_another_agent_from_a_fresh_base(bus: BusDesk) -> None:
    bus.task(1)
    bus.work = lambda folder, task: reports(folder, task, "failed")
    bus.desk.do(Assign("1", ALPHA))
    assert bus.state(1) is Work.FAILED
    with pytest.raises(Refused, match="No lane has the agent codex"):
        bus.desk.do(Retry("1", agent="codex"))
    bus.desk.do(Retry("1", agent="bot"))
    assert not bus.folder(ALPHA).exists(), "it lies in the trash"
    view = bus.view(1)
    assert view.work is Work.READY
    assert view.effort is not None and (view.effort.attempts, view.effort.agent) == (1, "bot")
    bus.work = does_nothing
    bus.desk.do(Assign("1", BETA))
    assert bus.state(1) is Work.BLOCKED, "what the first try left says nothing of the second"
    reports(bus.folder(BETA), "task-001", "done")
    assert bus.state(1) is Work.REVIEW, "and gives way to what the second says"


def test_a_task_whose_lane_was_put_away_does_not_begin_again_by_itself(bus: BusDesk) -> None:
    bus.task(1)
    bus.desk.do(Assign("1", ALPHA))
    bus.desk.do(Teardown(ALPHA))
    view = bus.view(1)
    assert (view.work, view.why) == (
        Work.FAILED,
        "lane alpha was put away before its work had landed",
    )
    bus.desk.do(Retry("1"))
    assert bus.state(1) is Work.READY


def test_called_off_and_back(bus: BusDesk) -> None:
    bus.task(1)
    bus.desk.do(CallOff("1", "not\nneeded"))
    assert (bus.state(1), bus.view(1).why) == (Work.CANCELLED, "not needed")
    bus.desk.do(CallOff("1", back=True))
    assert bus.state(1) is Work.READY


def test_the_go_is_for_texts(bus: BusDesk) -> None:
    name = bus.task(1)
    seen = bus.view(1).task.digest
    bus.task(1, "another text")
    with pytest.raises(Refused, match="changed since it was shown"):
        bus.desk.do(Plan(True, ((name, seen),)))
    assert not bus.board().go
    bus.go()
    assert bus.board().go == {name}
    bus.task(1, "a third text")
    assert not bus.board().go, "what changed since is not covered"
    bus.desk.do(Plan(False))
    bus.go(follow=True)
    bus.task(2)
    assert bus.board().go == {"task-001.md", "task-002.md"}
    bus.desk.do(Plan(False))
    assert not bus.board().go and not bus.fleet().plan.going


def test_what_is_remembered_is_damaged(bus: BusDesk) -> None:
    """It says no go, it is not written over, and the board is drawn all the same."""
    bus.task(1)
    bus.go()
    (kept,) = bus.desk.cockpit().work.state_dir.glob("facts/tasks*")
    kept.write_text("not json")
    assert bus.state(1) is Work.READY and not bus.board().go
    with pytest.raises(CockpitError, match="can't be read"):
        bus.desk.do(Plan(False))
    assert kept.read_text() == "not json"


# ---------------------------------------------------------------- deaths


def recovered(bus: BusDesk) -> None:
    """One recovery; the second must find nothing to do."""
    fresh = bus.desk.cockpit()
    fresh.recover(bus.desk.events.append)
    assert fresh.recover(bus.desk.events.append) == []
    assert all(op.state is not OpState.PENDING for op in fresh.log())


def test_an_end_that_could_not_be_written_is_the_end_of_both(bus: BusDesk) -> None:
    """The disk was full as the start had done all: the next start finishes it, so the task is
    not free."""
    bus.task(1)
    bus.work = does_nothing

    def full(where: str) -> None:
        if where == "start: end":
            raise Unavailable("The disk is full.")

    with pytest.raises(Unavailable):
        bus.desk.do(Assign("1", ALPHA), cockpit=bus.desk.cockpit(full))
    assert bus.view(1).holder is not None
    recovered(bus)
    work = bus.desk.cockpit().work
    assert work.registry.lanes()[ALPHA].task == "task-001.md"
    assert {op.kind: op.state for op in work.journal.entries()}[OpKind.ASSIGN] is OpState.DONE
    assert bus.view(1).holder is not None and len(bus.told) == 1


@pytest.mark.parametrize(
    ("step", "has_it", "told"),
    [
        ("assign: begin", False, 0),
        ("assign: start the lane", False, 0),
        ("start: begin", False, 0),
        ("start: make the branch", True, 0),
        ("start: open the pane", True, 0),
        ("start: remember the lane", True, 1),
        ("start: end", True, 1),
        ("assign: end", True, 1),
    ],
)
def test_a_death_in_a_first_start(bus: BusDesk, step: str, has_it: bool, told: int) -> None:
    bus.task(1)
    bus.work = does_nothing
    with pytest.raises(Died):
        bus.desk.do(Assign("1", ALPHA), cockpit=bus.desk.cockpit(die_before(step)))
    recovered(bus)
    record = bus.desk.cockpit().work.registry.lanes().get(ALPHA)
    assert (record is not None and record.task == "task-001.md") == has_it
    assert len(bus.tasks_told()) == told
    if not has_it:
        assert bus.state(1) is Work.READY
        bus.desk.do(Assign("1", ALPHA))
        assert len(bus.tasks_told()) == 1


@pytest.mark.parametrize(
    ("step", "has_it", "told"),
    [
        ("assign: begin", False, 0),
        ("assign: bring it up to date", False, 0),
        ("sync: begin", False, 0),
        ("sync: end", False, 0),
        ("assign: note the task", False, 0),
        ("assign: give it the prompt", False, 0),
        ("send: begin", False, 0),
        ("send: paste the text", True, 0),
        ("send: press Enter", True, 0),
        ("send: end", True, 1),
        ("assign: end", True, 1),
    ],
)
def test_a_death_in_the_next_task(bus: BusDesk, step: str, has_it: bool, told: int) -> None:
    bus.task(1)
    bus.task(2)
    bus.desk.do(Assign("1", ALPHA))
    bus.desk.do(Land(ALPHA))
    bus.told.clear()
    with pytest.raises(Died):
        bus.desk.do(Assign("2", ALPHA), cockpit=bus.desk.cockpit(die_before(step)))
    recovered(bus)
    record = bus.desk.cockpit().work.registry.lanes()[ALPHA]
    assert record.task == ("task-002.md" if has_it else "task-001.md")
    assert len(bus.tasks_told()) == told
    memory = efforts.read(bus.desk.cockpit().work)
    assert memory.effort(bus.view(2).task.id).attempts == has_it
    if not has_it:
        bus.desk.do(Assign("2", ALPHA))
        assert len(bus.tasks_told()) == 1


@pytest.mark.parametrize("step", ["plan: begin", "plan: write it down", "plan: end"])
def test_a_death_while_saying_go(bus: BusDesk, step: str) -> None:
    bus.task(1)
    digest = bus.view(1).task.digest
    with pytest.raises(Died):
        bus.desk.do(
            Plan(True, (("task-001.md", digest),)), cockpit=bus.desk.cockpit(die_before(step))
        )
    recovered(bus)
    assert bool(bus.board().go) == (step == "plan: end")
    last = [op for op in bus.desk.cockpit().log() if op.kind is OpKind.PLAN][-1:]
    assert all((op.state is OpState.DONE) == (step == "plan: end") for op in last)
