"""Each strategy through a lane's whole life: it lands, goes on, lands again, is brought up to
date, swept, taken back and landed once more. A squash and a rebase leave nothing of the lane's
own commits in the target's history, so git alone would bring the old work twice.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Land, LeaveOut, Resume, RunTrain, Sync, Undo
from cockpit.domain.landed import Merged
from cockpit.domain.operation import OpKind
from cockpit.domain.train import CarState
from cockpit.errors import Conflict
from cockpit.services import merged
from tests.conftest import git
from tests.services.conftest import Desk

ALPHA, BETA = LaneId("alpha"), LaneId("beta")

LANES = """\
target: main
agents:
  sh: {command: [sh], preset: shell}
lanes:
  alpha: {agent: sh}
  beta: {agent: sh}
merge: {how: %s}
"""
POEM = [f"line {number}" for number in range(1, 21)]


def poem(**changes: str) -> str:
    """The poem with lines changed: `l5="…"`."""
    lines = list(POEM)
    for name, text in changes.items():
        lines[int(name[1:]) - 1] = text
    return "".join(f"{line}\n" for line in lines)


@pytest.fixture(params=["merge", "squash", "rebase"])
def how(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def landed(make_desk: Callable[..., Desk], how: str) -> Desk:
    """alpha has landed two commits that change the same line one after the other."""
    desk = make_desk(lanes=LANES % how)
    (desk.root / "poem.txt").write_text(poem())
    git(desk.root, "add", "-A")
    git(desk.root, "commit", "-q", "-m", "a poem")
    desk.start(ALPHA)
    desk.start(BETA)
    desk.commit(ALPHA, "poem.txt", poem(l5="draft"), "a draft")
    desk.commit(ALPHA, "poem.txt", poem(l5="first"), "the first")
    desk.do(Land(ALPHA))
    return desk


def show(desk: Desk, path: str = "poem.txt", rev: str = "main") -> str:
    return git(desk.root, "show", f"{rev}:{path}")


def subjects(desk: Desk, since: str) -> list[str]:
    return git(desk.root, "log", "--format=%s", f"{since}..main").splitlines()


def last_landing(desk: Desk) -> int:
    return max(op.seq for op in desk.cockpit().log() if op.kind is OpKind.LAND)


def standing(desk: Desk, lane: LaneId = ALPHA) -> Merged:
    return merged.standing(desk.cockpit().work, lane).merged


def whole(desk: Desk) -> None:
    assert git(desk.root, "status", "--porcelain") == ""
    assert git(desk.root, "fsck", "--connectivity-only", "--no-dangling") == ""


def test_a_lane_that_goes_on_lands_only_what_is_new(landed: Desk, how: str) -> None:
    before = landed.main()
    assert standing(landed) is Merged.MERGED
    landed.commit(ALPHA, "poem.txt", poem(l5="second"), "the second")
    shown = landed.cockpit().preview_landing(ALPHA)
    assert [line.subject for line in shown.commits] == ["the second"]
    landed.do(Land(ALPHA))
    assert show(landed) == poem(l5="second")
    assert "a draft" not in git(landed.root, "log", "--format=%B", f"{before}..main")
    assert standing(landed) is Merged.MERGED
    whole(landed)
    landed.do(Undo(last_landing(landed)))
    assert show(landed) == poem(l5="first")


def test_it_goes_on_after_others_changed_the_same_lines(landed: Desk, how: str) -> None:
    """What others made of its landed lines stays; it does not come up again as a conflict."""
    (landed.root / "poem.txt").write_text(poem(l5="polished"))
    git(landed.root, "commit", "-q", "-am", "polish")
    landed.commit(ALPHA, "poem.txt", poem(l5="first", l15="new"), "further below")
    landed.do(Land(ALPHA))
    assert show(landed) == poem(l5="polished", l15="new")
    assert standing(landed) is Merged.MERGED
    whole(landed)


def test_a_train_takes_it_home_again(landed: Desk, how: str) -> None:
    landed.commit(ALPHA, "poem.txt", poem(l5="second"), "the second")
    landed.commit(BETA, "poem.txt", poem(l15="beta"), "beta's")
    outcome = landed.do(RunTrain((BETA, ALPHA)))
    assert outcome.data["landed"] == [BETA, ALPHA]
    assert show(landed) == poem(l5="second", l15="beta")
    whole(landed)


@pytest.mark.parametrize("sync", ["merge", "rebase"])
def test_it_is_brought_up_to_date_and_lands_again(landed: Desk, how: str, sync: str) -> None:
    folder = landed.root.parent / "project-alpha"
    landed.commit(BETA, "poem.txt", poem(l15="beta"), "beta's")
    landed.do(Land(BETA))
    landed.commit(ALPHA, "poem.txt", poem(l5="second"), "the second")
    landed.do(Sync(ALPHA, how=sync))
    assert (folder / "poem.txt").read_text() == poem(l5="second", l15="beta")
    assert git(folder, "status", "--porcelain") == ""
    before = landed.main()
    landed.do(Land(ALPHA))
    assert show(landed) == poem(l5="second", l15="beta")
    assert git(landed.root, "diff", "--name-only", before, "main").split() == ["poem.txt"]
    landed.do(Undo(last_landing(landed)))
    assert show(landed) == poem(l5="first", l15="beta")


@pytest.mark.parametrize("sync", ["merge", "rebase"])
def test_a_lane_at_rest_after_its_landing_is_brought_up_to_date(
    landed: Desk, how: str, sync: str
) -> None:
    (landed.root / "poem.txt").write_text(poem(l5="polished"))
    git(landed.root, "commit", "-q", "-am", "polish")
    landed.do(Sync(ALPHA, how=sync))
    assert show(landed, rev="alpha/work") == poem(l5="polished")
    assert standing(landed) in (Merged.MERGED, Merged.NOTHING)


def test_what_was_taken_back_lands_with_what_is_new(landed: Desk, how: str) -> None:
    landed.commit(BETA, "other.txt", "beta\n", "beta's")
    landed.do(Land(BETA))
    first = min(op.seq for op in landed.cockpit().log() if op.kind is OpKind.LAND)
    landed.do(Undo(first))
    assert show(landed) == poem()
    assert standing(landed) is Merged.UNMERGED
    landed.commit(ALPHA, "poem.txt", poem(l5="second"), "the second")
    landed.do(Land(ALPHA))
    assert show(landed) == poem(l5="second")
    assert standing(landed) is Merged.MERGED
    landed.commit(ALPHA, "poem.txt", poem(l5="third"), "the third")
    landed.do(Land(ALPHA))
    assert show(landed) == poem(l5="third")
    whole(landed)


def test_landings_of_one_lane_are_taken_back_newest_first(landed: Desk, how: str) -> None:
    first = last_landing(landed)
    landed.commit(ALPHA, "poem.txt", poem(l5="second"), "the second")
    landed.do(Land(ALPHA))
    second = last_landing(landed)
    shown = landed.cockpit().preview_undo(first)
    assert any(f"step {second} " in way for way in shown.in_the_way)
    landed.do(Undo(second))
    landed.do(Undo(first))
    assert show(landed) == poem()
    landed.do(Land(ALPHA))
    assert show(landed) == poem(l5="second")
    whole(landed)


def test_a_real_conflict_with_others_is_still_one(landed: Desk, how: str) -> None:
    (landed.root / "poem.txt").write_text(poem(l5="polished"))
    git(landed.root, "commit", "-q", "-am", "polish")
    landed.commit(ALPHA, "poem.txt", poem(l5="second"), "the second")
    before = landed.main()
    with pytest.raises(Conflict):
        landed.do(Land(ALPHA))
    assert landed.main() == before


def test_a_rewritten_lane_lands_what_differs(landed: Desk, how: str) -> None:
    """The lane was squashed and amended by its agent after the landing."""
    folder = landed.root.parent / "project-alpha"
    git(folder, "reset", "-q", "--soft", "HEAD~2")
    git(folder, "commit", "-q", "-m", "all in one")
    assert standing(landed) is Merged.MERGED
    landed.commit(ALPHA, "more.txt", "more\n", "more")
    landed.do(Land(ALPHA))
    assert show(landed) == poem(l5="first")
    assert show(landed, "more.txt") == "more\n"


def test_the_radar_knows_what_landed(landed: Desk, how: str) -> None:
    """A lane that goes on on its own landed lines clashes with nobody."""
    assert ALPHA in landed.cockpit().clashes().idle
    landed.commit(ALPHA, "poem.txt", poem(l5="second"), "the second")
    seen = landed.cockpit().clashes()
    assert seen.clashes == () and ALPHA not in seen.idle
    (landed.root / "poem.txt").write_text(poem(l5="polished"))
    git(landed.root, "commit", "-q", "-am", "polish")
    (clash,) = landed.cockpit().clashes().clashes
    assert (clash.lane, clash.other) == (ALPHA, None)


# ---------------------------------------------------------------- what becomes of the lane

AFTER = """\
target: main
agents:
  sh: {command: [sh], preset: shell}
lanes:
  alpha: {agent: sh, after_landing: %s}
  beta: {agent: sh}
merge: {how: %s}
"""


@pytest.mark.parametrize("after", ["keep", "park", "teardown"])
def test_a_landing_is_taken_back_whatever_became_of_its_lane(
    make_desk: Callable[..., Desk], how: str, after: str
) -> None:
    desk = make_desk(lanes=AFTER % (after, how))
    folder = desk.start(ALPHA)
    source = desk.commit(ALPHA, "own.txt", "own\n", "own")
    desk.do(Land(ALPHA))
    assert folder.exists() is (after == "keep")
    landing = last_landing(desk)
    shown = desk.cockpit().preview_undo(landing)
    assert shown.in_the_way == ()
    said = "went with the lane" if after == "teardown" else "stays on alpha/work"
    assert any(said in line for line in shown.lines)
    desk.do(Undo(landing))
    assert not (desk.root / "own.txt").exists()
    whole(desk)
    if after == "teardown":
        gone = max(op.seq for op in desk.cockpit().log() if op.kind is OpKind.TEARDOWN)
        assert any(f"cockpit undo {gone}" in line for line in shown.lines)
        desk.do(Undo(gone))
    elif after == "park":
        desk.do(Resume(ALPHA))
    assert git(folder, "rev-parse", "alpha/work").strip() == source
    desk.do(Land(ALPHA))
    assert show(desk, "own.txt") == "own\n"
    whole(desk)


def test_the_review_and_leaving_out_begin_where_it_landed_last(landed: Desk, how: str) -> None:
    folder = landed.root.parent / "project-alpha"
    landed.commit(ALPHA, "poem.txt", poem(l5="second"), "the second")
    landed.commit(ALPHA, "more.txt", "more\n", "more")
    diff = landed.cockpit().diff(ALPHA)
    assert [line.subject for line in diff.commits] == ["more", "the second"]
    landed.do(LeaveOut(ALPHA, ("poem.txt",)))
    assert (folder / "poem.txt").read_text() == poem(l5="first")
    landed.do(Land(ALPHA))
    assert show(landed) == poem(l5="first")
    assert show(landed, "more.txt") == "more\n"


def test_a_lane_that_stands_on_another_rides_behind_it(landed: Desk, how: str) -> None:
    """The preview is exact: what the car ahead brings is known in whatever form it lands."""
    folder = landed.root.parent / "project-beta"
    landed.commit(ALPHA, "poem.txt", poem(l5="second"), "the second")
    git(folder, "reset", "-q", "--hard", "alpha/work")
    landed.commit(BETA, "poem.txt", poem(l5="beta on it"), "on it")
    shown = landed.cockpit().preview_train((ALPHA, BETA))
    assert [car.state for car in shown.cars] == [CarState.READY] * 2
    last = shown.cars[-1].preview
    assert last is not None and [line.subject for line in last.commits] == ["on it"]
    landed.do(RunTrain((ALPHA, BETA)))
    assert show(landed) == poem(l5="beta on it")
    assert git(landed.root, "rev-parse", "main^{tree}").strip() == last.tree
    assert standing(landed, BETA) is Merged.MERGED
    whole(landed)


@pytest.mark.parametrize("sync", ["merge", "rebase"])
def test_a_lane_that_took_its_landing_in_needs_no_help(landed: Desk, how: str, sync: str) -> None:
    """From there on its own history says where it begins; the old place would only confuse."""
    (landed.root / "poem.txt").write_text(poem(l5="polished"))
    git(landed.root, "commit", "-q", "-am", "polish")
    landed.commit(ALPHA, "side.txt", "side\n", "aside")
    landed.do(Sync(ALPHA, how=sync))
    landed.commit(ALPHA, "poem.txt", poem(l5="second"), "the second")
    (landed.root / "poem.txt").write_text(poem(l5="polished", l15="theirs"))
    git(landed.root, "commit", "-q", "-am", "further below")
    files = {(file.path, file.layer) for file in landed.cockpit().diff(ALPHA).files}
    assert {path for path, _ in files} == {"poem.txt", "side.txt"}
    landed.do(Land(ALPHA))
    assert show(landed) == poem(l5="second", l15="theirs")
    whole(landed)
