"""A lane in the main checkout: it has a pane, and nothing that is done with another lane's
folder or branch is ever done with the commander's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cockpit.domain.activity import State
from cockpit.domain.events import ActivityChanged, GitFactsChanged
from cockpit.domain.hunks import HunkDeed
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import (
    Adopt,
    Approve,
    Assign,
    CloseRound,
    Collect,
    Commit,
    Gate,
    HandBack,
    Intent,
    Interrupt,
    Land,
    LeaveOut,
    Park,
    PullRequest,
    Queue,
    Restart,
    Resume,
    RunTrain,
    Send,
    Start,
    Stop,
    Sync,
    Teardown,
    Undo,
)
from cockpit.domain.operation import OpKind, OpState
from cockpit.errors import CockpitError, Refused
from cockpit.services import panes, sweep, teardown
from cockpit.services.workplace import Probe
from tests.conftest import git
from tests.services.conftest import Desk
from tests.services.test_recovery import Died
from tests.services.test_train_deaths import die_before

ORACLE, ALPHA = LaneId("oracle"), LaneId("alpha")
LANES = """\
target: main
agents:
  sh: {command: [sh], preset: shell}
lanes:
  oracle: {agent: sh, mode: shared, key: O}
  alpha: {agent: sh}
gate: {run: ["true"], timeout: 20s, retry: 0}
"""


def whole(root: Path) -> dict[str, bytes]:
    """Every file of the checkout with its bytes, and what git says of it, but for its objects,
    the lanes of others, our own exclude block and pins."""
    found = {}
    for folder, folders, names in os.walk(root):
        if ".git" in folders:
            folders.remove(".git")
        for name in names:
            path = Path(folder, name)
            found[str(path.relative_to(root))] = path.read_bytes()
    for command in (["status", "--porcelain"], ["rev-parse", "HEAD"], ["symbolic-ref", "HEAD"]):
        found[" ".join(command)] = git(root, *command).encode()
    found["heads"] = git(root, "for-each-ref", "refs/heads/main").encode()
    found["index"] = git(root, "ls-files", "-s").encode()
    return found


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Iterator[Desk]:
    """An Oracle that runs, with work of the commander's that nobody may lose."""
    made = make_desk(lanes=LANES)
    (made.root / "README.md").write_text("the commander's change")
    (made.root / "new.txt").write_text("the commander's file")
    (made.root / "staged.txt").write_text("staged")
    git(made.root, "add", "staged.txt")
    made.do(Start(ORACLE))
    before = whole(made.root)
    yield made
    assert whole(made.root) == before


def lanes(desk: Desk) -> set[str]:
    return set(desk.usual().work.shared.lanes())


def kinds(desk: Desk) -> list[tuple[OpKind, OpState]]:
    return [(op.kind, op.state) for op in desk.usual().log() if op.lane == ORACLE]


# ---------------------------------------------------------------- what it can do


def test_it_runs_in_the_main_checkout_and_is_on_the_board(desk: Desk) -> None:
    cockpit = desk.usual()
    record = cockpit.fleet().lanes[ORACLE].record
    assert record is not None and record.shared and record.pane is not None
    assert record.worktree == desk.root
    assert not record.admin.exists()
    assert cockpit.work.registry.lanes() == {}
    assert desk.tmux.opened[0][0] == ORACLE
    assert desk.tmux.opened[0][2]["COCKPIT_LANE"] == ORACLE
    events = cockpit.observe()
    assert [e.activity.state for e in events if isinstance(e, ActivityChanged)] == [State.IDLE]
    assert not [e for e in events if isinstance(e, GitFactsChanged)]
    assert cockpit.faults() == []
    assert git(desk.root, "worktree", "list").count("\n") == 1
    assert "refs/heads/main" in git(desk.root, "for-each-ref", "refs/heads")
    assert git(desk.root, "for-each-ref", "refs/heads").count("\n") == 1


def test_its_pane_is_that_of_any_lane(desk: Desk) -> None:
    desk.do(Send(ORACLE, "plan this"))
    desk.do(Interrupt(ORACLE))
    assert desk.usual().capture(ORACLE)
    assert desk.usual().explain(ORACLE).evidence
    assert "lane-oracle" in desk.usual().attach_argv(ORACLE)[-1]
    with pytest.raises(Refused, match="runs already"):
        desk.do(Start(ORACLE))
    desk.do(Stop(ORACLE))
    assert ORACLE not in desk.tmux.infos
    desk.do(Start(ORACLE))
    assert ORACLE in desk.tmux.infos
    desk.do(Restart(ORACLE))
    record = desk.usual().fleet().lanes[ORACLE].record
    assert record is not None and record.shared and record.pane is not None


def test_a_teardown_ends_its_pane_and_nothing_else(desk: Desk) -> None:
    mine = subprocess.Popen([sys.executable, "-c", "input()"], cwd=desk.root, stdin=-1)
    try:
        shown = desk.usual().preview_teardown(ORACLE)
        assert shown.shared and shown.processes == ()
        with pytest.raises(Refused, match="changed since"):
            desk.do(Teardown(ORACLE, "another"))
        desk.do(Teardown(ORACLE, shown.token))
        assert lanes(desk) == set()
        assert ORACLE not in desk.tmux.infos
        assert mine.poll() is None
        assert desk.usual().fleet().lanes[ORACLE].record is None
        assert desk.usual().trash() == []
        assert git(desk.root, "for-each-ref", "refs/cockpit") == ""
        with pytest.raises(Refused):
            desk.do(Teardown(ORACLE))
    finally:
        mine.communicate(b"\n")


def test_undoing_its_start_ends_its_pane_and_nothing_else(desk: Desk) -> None:
    shown = desk.usual().preview_undo()
    assert shown.lines == ("the agent of oracle is ended", "the main checkout stays as it is")
    desk.do(Undo())
    assert lanes(desk) == set()
    assert ORACLE not in desk.tmux.infos
    assert desk.usual().trash() == []
    with pytest.raises(Refused):
        desk.do(Undo())
    desk.do(Start(ORACLE))
    with pytest.raises(Refused):
        desk.do(Undo(next(op.seq for op in desk.usual().log() if op.kind is OpKind.START)))
    assert lanes(desk) == {ORACLE}


def test_a_start_that_fails_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.do(Teardown(ORACLE))
    desk.tmux.up = False
    monkeypatch.setattr(desk.tmux, "ensure_server", lambda: None)
    with pytest.raises(CockpitError):
        desk.do(Start(ORACLE))
    assert lanes(desk) == set()
    assert kinds(desk)[-1] == (OpKind.START, OpState.ABANDONED)


def test_an_oracle_is_told_its_part(make_desk: Callable[..., Desk]) -> None:
    more = "lanes:\n  chief: {agent: sh, role: Oracle, mode: shared}\n"
    more += "  other: {agent: sh, mode: shared}\n"
    lanes = LANES.replace("preset: shell", "preset: claude").replace("lanes:\n", more)
    desk = make_desk(lanes=lanes)
    for name in ("oracle", "chief", "other"):
        desk.do(Start(LaneId(name), "ship it"))
    told = [" ".join(argv) for _, argv, _ in desk.tmux.opened]
    assert ["You are the Oracle" in one for one in told] == [True, True, False]
    assert all("ship it" in one for one in told)
    assert f"Your folder is {desk.root}" in told[0]


# ---------------------------------------------------------------- what is never done with it


REFUSED: list[Intent] = [
    Start(ORACLE, task="1"),
    Adopt(ORACLE, "main"),
    Assign("1", ORACLE),
    Approve(ORACLE),
    Commit(ORACLE, "x"),
    Land(ORACLE),
    LeaveOut(ORACLE, ("README.md",)),
    Sync(ORACLE),
    Sync(ORACLE, when_idle=True),
    Park(ORACLE),
    Resume(ORACLE),
    Queue(ORACLE),
    Gate(ORACLE),
    HandBack(ORACLE),
    PullRequest(ORACLE),
    Collect(ORACLE),
]


@pytest.mark.parametrize("intent", REFUSED, ids=lambda intent: type(intent).__name__)
@pytest.mark.parametrize("is_started", [True, False], ids=["started", "not started"])
def test_what_is_for_a_branch_or_a_folder_is_refused(
    desk: Desk, intent: Intent, is_started: bool
) -> None:
    if not is_started:
        desk.do(Teardown(ORACLE))
    before = kinds(desk)
    with pytest.raises(Refused, match="main checkout") as refused:
        desk.do(intent)
    assert refused.value.hint
    assert kinds(desk) == before


def test_no_look_takes_it_for_a_lane_of_its_own(desk: Desk) -> None:
    cockpit = desk.usual()
    looks: list[Callable[[], object]] = [
        lambda: cockpit.diff(ORACLE),
        lambda: cockpit.preview_landing(ORACLE),
        lambda: cockpit.preview_sync(ORACLE),
        lambda: cockpit.preview_commit(ORACLE),
        lambda: cockpit.conflict(ORACLE),
        lambda: teardown.preview(cockpit.work, ORACLE),
    ]
    for look in looks:
        with pytest.raises(Refused, match="main checkout"):
            look()
    assert cockpit.clashes().clashes == ()
    assert cockpit.preview_sweep(merged_only=True) == []
    assert cockpit.preview_sweep(merged_only=False) == []
    with pytest.raises(Refused, match="main checkout"):
        panes.end_everything(cockpit.work, cockpit.work.shared.lanes()[ORACLE])
    with pytest.raises(Refused, match="can't be torn down"):
        record = cockpit.work.shared.lanes()[ORACLE]
        teardown.plan_for(cockpit.work, record, "x", keep_branch=False, keep_worktree=False)


def test_a_record_of_the_main_checkout_among_the_others_is_torn_down_by_nobody(
    desk: Desk,
) -> None:
    """As a cockpit that knows no shared lanes, or a person, might have left it."""
    work = desk.usual().work
    work.registry.put(work.shared.lanes()[ORACLE])
    work.shared.drop(ORACLE)
    for intent in (Teardown(ORACLE), Park(ORACLE)):
        with pytest.raises(Refused):
            desk.do(intent)
    (entry,) = sweep.preview(work, merged_only=False)
    assert entry.preview is None and "can't be torn down" in entry.why_not
    work.registry.drop(ORACLE)


def test_a_train_and_a_round_pass_it_by(desk: Desk) -> None:
    desk.start("alpha")
    with pytest.raises(CockpitError):
        outcome = desk.do(RunTrain((ORACLE,)))
        assert outcome.data["code"] != 0
        raise CockpitError("it is put aside")
    desk.do(CloseRound())
    assert lanes(desk) == {ORACLE}
    desk.do(Teardown(ALPHA))


def test_whatever_lanes_yaml_says_since_it_stays_what_it_is(desk: Desk) -> None:
    desk.configure(LANES.replace(", mode: shared", ""))
    desk.trust()
    with pytest.raises(Refused, match="main checkout"):
        desk.do(Sync(ORACLE))
    with pytest.raises(Refused, match="runs already"):
        desk.do(Start(ORACLE))
    desk.do(Teardown(ORACLE))
    desk.do(Start(ORACLE))
    assert lanes(desk) == set()
    desk.configure(LANES)
    desk.trust()
    desk.do(Teardown(ORACLE))
    assert [one.lane for one in desk.usual().trash()] == [ORACLE]
    git(desk.root, "for-each-ref")


def test_it_is_handed_a_conflict_as_any_oracle(desk: Desk) -> None:
    from cockpit.services.handback import _whom

    assert _whom(desk.usual().work, HandBack(ALPHA, to="oracle")) == ("oracle", ORACLE)


# ---------------------------------------------------------------- deaths


def dying(desk: Desk, intent: Intent, probe: Probe) -> None:
    with pytest.raises(Died):
        desk.do(intent, cockpit=desk.cockpit(probe=probe))
    fresh = desk.cockpit()
    fresh.recover(desk.events.append)
    assert fresh.recover(desk.events.append) == []
    assert not fresh.work.journal.pending()


@pytest.mark.parametrize(
    ("step", "is_there"),
    [
        ("start: begin", False),
        ("start: open the pane", False),
        ("start: remember the lane", True),
        ("start: end", True),
    ],
)
def test_a_death_in_a_start(desk: Desk, step: str, is_there: bool) -> None:
    desk.do(Teardown(ORACLE))
    dying(desk, Start(ORACLE), die_before(step, 1))
    assert (ORACLE in lanes(desk)) is is_there
    assert (ORACLE in desk.tmux.infos) is is_there
    if is_there:
        record = desk.usual().work.shared.lanes()[ORACLE]
        assert record.shared and record.pane == desk.tmux.infos[ORACLE].ref
        desk.do(Teardown(ORACLE))


@pytest.mark.parametrize("step", ["begin", "end the agent", "forget the lane", "end"])
def test_a_death_in_a_teardown(desk: Desk, step: str) -> None:
    dying(desk, Teardown(ORACLE), die_before(f"stop: {step}", 1))
    assert lanes(desk) == ({ORACLE} if step == "begin" else set())
    assert (ORACLE in desk.tmux.infos) is (step == "begin")
    assert desk.usual().trash() == []


@pytest.mark.parametrize("step", ["begin", "end the agent", "forget the lane", "end"])
def test_a_death_in_the_undoing_of_a_start(desk: Desk, step: str) -> None:
    dying(desk, Undo(), die_before(f"undo: {step}", 1))
    assert lanes(desk) == ({ORACLE} if step == "begin" else set())
    assert desk.usual().trash() == []


def test_a_start_of_a_lane_that_is_gone_from_lanes_yaml_is_dropped(desk: Desk) -> None:
    desk.do(Teardown(ORACLE))
    with pytest.raises(Died):
        desk.do(Start(ORACLE), cockpit=desk.cockpit(probe=die_before("start: open the pane", 1)))
    desk.configure(LANES.replace("oracle:", "other:"))
    desk.cockpit().recover(desk.events.append)
    assert kinds(desk)[-1] == (OpKind.START, OpState.ABANDONED)
    desk.configure(LANES)


def test_hunks_of_the_main_checkout_are_the_commanders(desk: Desk) -> None:
    from cockpit.domain.change import Layer
    from cockpit.domain.intents import ApplyHunk

    with pytest.raises(Refused, match="main checkout"):
        desk.do(ApplyHunk(ORACLE, HunkDeed.DISCARD, Layer.UNSTAGED, "README.md", "x"))
