"""What a preview of a start says is what the start then does, and looking changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Adopt, Park, Start, Stop, Undo
from cockpit.domain.starting import LaneStart, StartKind, StartPreview
from cockpit.errors import Refused, UsageError
from tests.conftest import git
from tests.services.conftest import Desk

ALPHA, BETA, GAMMA = LaneId("alpha"), LaneId("beta"), LaneId("gamma")

NAMED = """\
target: main
agents:
  sh: {command: [sh, -i], preset: shell}
lanes:
  alpha: {agent: sh, worktree: ../mine, branch: topic/mine}
  beta: {agent: sh, branch: topic/beta}
  gamma: {agent: sh}
setup: {copy: [.env], run: ["true"]}
launch: {stagger: 3s, max_running: 2}
"""


def look(desk: Desk, *lanes: LaneId) -> StartPreview:
    return desk.cockpit().preview_start(lanes)


def one(desk: Desk, lane: LaneId = ALPHA) -> LaneStart:
    (found,) = look(desk, lane).lanes
    return found


def everything(desk: Desk) -> tuple[str, ...]:
    """What a look must leave as it is."""
    names = sorted(path.name for path in desk.root.parent.iterdir())
    refs = git(desk.root, "for-each-ref")
    journal = sorted(path.name for path in (desk.usual().state / "journal").glob("*"))
    return (*names, refs, *journal, str(desk.tmux.opened))


def test_a_new_lane_is_made_as_it_was_shown(desk: Desk) -> None:
    before = everything(desk)
    shown = one(desk)
    assert everything(desk) == before
    assert (shown.kind, shown.goes, shown.why_not) == (StartKind.NEW, True, "")
    assert (shown.base, shown.base_name) == (desk.main(), "main")

    folder = desk.start()
    _lane, argv, _env = desk.tmux.opened[0]
    assert str(folder) == shown.worktree and tuple(argv) == shown.argv
    assert git(folder, "branch", "--show-current").strip() == shown.branch
    assert git(folder, "rev-parse", "HEAD").strip() == shown.base
    assert one(desk).kind is StartKind.RUNS and not one(desk).goes


def test_the_same_reasons_keep_it_from_starting(desk: Desk, tmp_path: Path) -> None:
    git(desk.root, "branch", "alpha/work")
    (tmp_path / "project-beta").mkdir()
    for lane, says in ((ALPHA, "exists already"), (BETA, "folder")):
        shown = one(desk, lane)
        assert says in shown.why_not and not shown.goes
        with pytest.raises(Refused) as refused:
            desk.do(Start(lane))
        assert (refused.value.title, refused.value.hint) == (shown.why_not, shown.hint)


def test_lanes_that_were_there_before(desk: Desk) -> None:
    folder = desk.start()
    desk.do(Stop(ALPHA))
    again = one(desk)
    assert (again.kind, again.worktree, again.makes_worktree) == (
        StartKind.AGAIN,
        str(folder),
        False,
    )
    desk.do(Park(ALPHA, desk.usual().preview_teardown(ALPHA).token))
    parked = one(desk)
    assert (parked.kind, parked.branch) == (StartKind.RESUME, "alpha/work")


def test_an_unknown_lane_and_an_unknown_task(desk: Desk) -> None:
    with pytest.raises(UsageError, match="no lane"):
        look(desk, GAMMA)
    with pytest.raises(Refused):
        desk.cockpit().preview_start([ALPHA], task="77")


def test_the_limit_counts_the_lanes_before(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(lanes=NAMED, trusted=False)
    shown = look(desk, ALPHA, BETA, GAMMA)
    assert [lane.lane for lane in shown.going] == [ALPHA, BETA]
    assert "max_running" in shown.lanes[2].why_not
    assert (shown.trusted, shown.stagger, shown.copies) == (False, 3.0, (".env",))
    assert shown.commands == ("true",)


def test_what_the_file_names_is_taken_over(make_desk: Callable[..., Desk], tmp_path: Path) -> None:
    desk = make_desk(lanes=NAMED)
    mine = tmp_path / "mine"
    git(desk.root, "worktree", "add", "-q", "-b", "topic/mine", str(mine))
    (mine / "half.py").write_text("half done\n")
    git(desk.root, "branch", "topic/beta", "HEAD~1")
    alpha, beta, gamma = look(desk, ALPHA, BETA, GAMMA).lanes
    assert (alpha.kind, alpha.makes_worktree) == (StartKind.TAKE_OVER, False)
    assert (beta.kind, beta.makes_worktree) == (StartKind.TAKE_OVER, True)
    assert gamma.kind is StartKind.NEW

    started = {}
    for lane in (ALPHA, BETA):
        done = desk.do(Start(lane)).operation
        assert done is not None
        started[lane] = done.seq
    assert (mine / "half.py").read_text() == "half done\n"
    folder = Path(beta.worktree)
    assert git(folder, "rev-parse", "HEAD").strip() == beta.base
    assert git(folder, "branch", "--show-current").strip() == "topic/beta"

    before = git(desk.root, "for-each-ref", "refs/heads/topic")
    for lane in (BETA, ALPHA):
        record = desk.usual().fleet().lanes[lane].record
        assert record is not None and record.adopted
    desk.do(Undo(started[BETA]))
    assert not folder.exists(), "the worktree was made by the start"
    desk.do(Undo(started[ALPHA]))
    assert (mine / "half.py").read_text() == "half done\n", "the worktree was there before"
    assert git(desk.root, "for-each-ref", "refs/heads/topic") == before


def test_a_worktree_on_another_branch_is_not_taken(
    make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = make_desk(lanes=NAMED)
    git(desk.root, "worktree", "add", "-q", "-b", "elsewhere", str(tmp_path / "mine"))
    git(desk.root, "worktree", "add", "-q", "-b", "topic/beta", str(tmp_path / "other"))
    for lane in (ALPHA, BETA):
        assert not one(desk, lane).goes
        with pytest.raises(Refused):
            desk.do(Start(lane))
    desk.do(Adopt(ALPHA, str(tmp_path / "mine")))
    assert git(tmp_path / "mine", "branch", "--show-current").strip() == "elsewhere"


def test_the_target_and_the_main_checkout_are_no_lanes(make_desk: Callable[..., Desk]) -> None:
    lanes = NAMED.replace("worktree: ../mine, branch: topic/mine", "worktree: ../project-x")
    desk = make_desk(lanes=lanes)
    git(desk.root, "switch", "-q", "-c", "alpha/work")
    assert "exists already" in one(desk).why_not
