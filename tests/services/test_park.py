"""Merged or not, parked or swept: what becomes of lanes after their work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.activity import State
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import (
    EmptyTrash,
    Land,
    Park,
    Restart,
    Resume,
    Start,
    Stop,
    Sync,
    Teardown,
    Undo,
)
from cockpit.domain.landed import Merged
from cockpit.errors import CockpitError, Refused
from cockpit.services import afterwards, merged, parked, undo
from tests.conftest import git
from tests.services.conftest import Desk
from tests.services.test_sync import on_main, rests, status, tip, works

ALPHA, BETA = LaneId("alpha"), LaneId("beta")


def standing(desk: Desk, lane: LaneId = ALPHA) -> tuple[Merged, int]:
    found = merged.standing(desk.cockpit().work, lane)
    return found.merged, found.left


# ---------------------------------------------------------------- merged?


def test_how_a_lane_stands(desk: Desk) -> None:
    desk.start()
    assert standing(desk) == (Merged.NOTHING, 0)
    on_main(desk, "src/theirs.py", "1\n")
    assert standing(desk) == (Merged.NOTHING, 0)
    desk.do(Sync(ALPHA))
    assert standing(desk) == (Merged.NOTHING, 0)
    desk.commit("alpha", "src/mine.py", "1\n")
    assert standing(desk) == (Merged.UNMERGED, 1)
    desk.do(Land(ALPHA))
    assert standing(desk) == (Merged.MERGED, 0)
    desk.commit("alpha", "src/more.py", "1\n")
    desk.commit("alpha", "src/most.py", "1\n")
    assert standing(desk) == (Merged.PARTLY, 2)
    desk.do(Undo())
    assert standing(desk) == (Merged.UNMERGED, 3)


def test_how_a_lane_stands_after_a_squash_and_a_revert(desk: Desk) -> None:
    desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    desk.commit("alpha", "src/mine.py", "2\n")
    git(desk.root, "merge", "-q", "--squash", "alpha/work")
    git(desk.root, "commit", "-q", "-m", "squashed elsewhere")
    assert standing(desk) == (Merged.MERGED, 0)
    git(desk.root, "revert", "--no-edit", "HEAD")
    assert standing(desk) == (Merged.UNMERGED, 2)


def test_a_landing_without_a_merge_commit_that_was_taken_back(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(lanes="target: main\nagents: {sh: {command: [sh], preset: shell}}\n"
                     "lanes: {alpha: {agent: sh}}\nmerge: {how: rebase}\n")  # fmt: skip
    desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    desk.do(Land(ALPHA))
    git(desk.root, "reset", "-q", "--hard")
    assert standing(desk)[0] is Merged.MERGED
    git(desk.root, "revert", "--no-edit", "HEAD")
    assert standing(desk) == (Merged.UNMERGED, 1)


def test_answers_are_remembered_across_processes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    on_main(desk, "src/theirs.py", "1\n")
    assert standing(desk) == (Merged.UNMERGED, 1)
    work = desk.cockpit().work
    with monkeypatch.context() as patch:
        patch.setattr(merged, "_known", {})
        patch.setattr(type(work.git.history), "unmerged", None)
        assert merged.standing(work, ALPHA).left == 1
    work.state.write(merged.FILE, {"answers": "damaged"})
    monkeypatch.setattr(merged, "_known", {})
    assert standing(desk) == (Merged.UNMERGED, 1)


def test_what_can_not_be_looked_at_is_unknown(desk: Desk) -> None:
    desk.start()
    work = desk.cockpit().work
    work.git.delete_ref(work.record(ALPHA).branch, old=work.record(ALPHA).base)
    assert standing(desk) == (Merged.UNKNOWN, 0)


# ---------------------------------------------------------------- park


def held(desk: Desk) -> Path:
    """Lane alpha with a commit and work of every kind."""
    folder = desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    (folder / "README.md").write_text("changed\n")
    (folder / "loose.txt").write_text("loose\n")
    (folder / ".env").write_text("SECRET\n")
    return folder


def test_park_frees_the_slot_and_resume_brings_all_of_it_back(desk: Desk) -> None:
    folder = held(desk)
    before, work_left = tip(desk), status(folder)
    outcome = desk.do(Park(ALPHA))
    assert not folder.exists() and tip(desk) == before
    assert "cockpit resume alpha" in outcome.summary
    assert ALPHA not in desk.tmux.infos
    view = desk.cockpit().fleet().lanes[ALPHA]
    assert view.record is None and view.activity.state is State.PARKED
    assert view.activity.rule == "parked on alpha/work"
    desk.do(Resume(ALPHA))
    assert status(folder) == work_left and (folder / ".env").read_text() == "SECRET\n"
    assert ALPHA in desk.tmux.infos
    assert desk.cockpit().fleet().lanes[ALPHA].activity.state is not State.PARKED
    assert desk.cockpit().faults() == []


def test_starting_a_parked_lane_resumes_it(desk: Desk) -> None:
    folder = held(desk)
    desk.do(Park(ALPHA))
    desk.do(Start(ALPHA, prompt="go on"))
    assert (folder / "loose.txt").exists()
    pane = desk.tmux.infos[ALPHA].ref.pane
    assert "go on" in desk.tmux.screens[pane]


def test_undoing_a_park_and_parking_again(desk: Desk) -> None:
    folder = held(desk)
    desk.do(Park(ALPHA))
    desk.do(Undo())
    assert (folder / "loose.txt").exists() and parked.lanes(desk.cockpit().work) == {}
    desk.do(Park(ALPHA))
    assert desk.cockpit().fleet().lanes[ALPHA].activity.state is State.PARKED


@pytest.mark.parametrize("why", ["emptied", "moved"])
def test_a_lane_that_can_not_come_back_as_it_was(desk: Desk, why: str) -> None:
    folder = held(desk)
    desk.do(Park(ALPHA))
    if why == "emptied":
        desk.do(EmptyTrash())
        for ref in desk.cockpit().work.state_dir.glob("vault.git"):
            git(ref, "for-each-ref", "--format=%(refname)")
            for name in git(ref, "for-each-ref", "--format=%(refname)").split():
                git(ref, "update-ref", "-d", name)
        wanted = tip(desk)
    else:
        tree = git(desk.root, "rev-parse", "alpha/work^{tree}").strip()
        wanted = git(desk.root, "commit-tree", tree, "-p", "alpha/work", "-m", "by hand").strip()
        git(desk.root, "update-ref", "refs/heads/alpha/work", wanted)
    outcome = desk.do(Resume(ALPHA))
    assert "with a fresh folder" in outcome.summary and outcome.data["fresh"]
    assert git(folder, "rev-parse", "HEAD").strip() == wanted
    assert status(folder) == []
    assert desk.cockpit().faults() == []
    assert parked.lanes(desk.cockpit().work) == {}


def test_a_resume_that_could_not_look_leaves_the_lane_parked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A git call that died says nothing about the folder: no fresh one takes its place."""
    folder = held(desk)
    desk.do(Park(ALPHA))

    def dies(*_: object) -> None:
        raise CockpitError("git for-each-ref failed (exit code -9).")

    with monkeypatch.context() as broken:
        broken.setattr(undo, "preview", dies)
        with pytest.raises(CockpitError, match="for-each-ref"):
            desk.do(Resume(ALPHA))
    assert not folder.exists() and ALPHA in parked.lanes(desk.cockpit().work)
    assert not desk.do(Resume(ALPHA)).data["fresh"]


def test_parking_what_changed_since_it_was_shown(desk: Desk) -> None:
    folder = held(desk)
    shown = desk.cockpit().preview_teardown(ALPHA)
    (folder / "late.txt").write_text("late\n")
    with pytest.raises(Refused, match="changed since it was shown"):
        desk.do(Park(ALPHA, shown.token))
    assert folder.exists()


def test_parking_a_lane_whose_branch_is_gone(desk: Desk) -> None:
    folder = desk.start()
    work = desk.cockpit().work
    work.git.delete_ref(work.record(ALPHA).branch, old=work.record(ALPHA).base)
    with pytest.raises(Refused, match="its branch alpha/work is gone"):
        desk.do(Park(ALPHA))
    assert folder.exists()


def test_parking_a_lane_without_a_folder(desk: Desk) -> None:
    folder = held(desk)
    folder.rename(folder.with_name("away"))
    desk.do(Park(ALPHA))
    assert tip(desk)
    outcome = desk.do(Resume(ALPHA))
    assert "fresh folder" in outcome.summary


def test_resuming_what_is_not_parked(desk: Desk) -> None:
    with pytest.raises(Refused, match="not started"):
        desk.do(Resume(ALPHA))
    desk.start()
    desk.do(Stop(ALPHA))
    desk.do(Resume(ALPHA))
    assert ALPHA in desk.tmux.infos


def test_a_torn_down_lane_is_not_parked(desk: Desk) -> None:
    desk.start()
    desk.do(Park(ALPHA))
    desk.do(Resume(ALPHA))
    desk.do(Teardown(ALPHA))
    assert desk.cockpit().fleet().lanes[ALPHA].activity.state is State.PLANNED


def test_a_damaged_note_of_a_park_harms_nothing(desk: Desk) -> None:
    held(desk)
    desk.do(Park(ALPHA))
    work = desk.cockpit().work
    work.state.write("parked-alpha", {"seq": "x"})
    assert parked.lanes(work) == {}
    desk.do(Undo())
    assert desk.cockpit().fleet().lanes[ALPHA].record is not None


# ---------------------------------------------------------------- sweep


def test_a_sweep_takes_what_is_merged_and_names_why_the_others_stay(desk: Desk) -> None:
    desk.configure(
        "target: main\nagents: {sh: {command: [sh], preset: shell}}\n"
        "lanes: {alpha: {agent: sh}, beta: {agent: sh}, gamma: {agent: sh}, "
        "delta: {agent: sh}, eps: {agent: sh}}\n"
    )
    desk.trust()
    lanes = ("alpha", "beta", "gamma", "delta", "eps")
    for lane in lanes:
        desk.start(lane)
    for lane in ("alpha", "gamma", "delta", "eps"):
        desk.commit(lane, f"{lane}.txt", "1\n")
    for lane in ("alpha", "delta", "eps"):
        desk.do(Land(LaneId(lane)))
    (desk.root.parent / "project-delta/loose.txt").write_text("loose\n")
    (desk.root.parent / "project-alpha/results").mkdir()
    (desk.root.parent / "project-alpha/results/task-1-result.md").write_text("mine\n")
    works(desk, "eps")
    entries = desk.cockpit().preview_sweep(merged_only=True)
    assert {one.lane: one.why_not for one in entries} == {
        "alpha": "",
        "beta": "nothing to merge",
        "gamma": "1 commit not merged",
        "delta": "1 uncommitted path",
        "eps": "its agent is working",
    }
    rests(desk, "eps")
    everyone = desk.cockpit().preview_sweep(merged_only=False)
    assert [one.why_not for one in everyone] == [""] * 5


def test_a_sweep_goes_on_over_a_lane_that_can_not_be_looked_at(desk: Desk) -> None:
    folder = desk.start()
    desk.start("beta")
    desk.commit("beta", "beta.txt", "1\n")
    desk.do(Land(BETA))
    (folder / ".git").unlink()
    admin = desk.cockpit().work.record(ALPHA).admin
    admin.rename(admin.with_name("gone"))
    (admin.with_name("gone") / "gitdir").unlink()
    entries = desk.cockpit().preview_sweep(merged_only=True)
    assert entries[0].preview is None and entries[0].why_not
    assert entries[1].why_not == ""


# ---------------------------------------------------------------- after a landing

AFTER = """\
target: main
agents: {{sh: {{command: [sh], preset: shell}}}}
lanes: {{alpha: {{agent: sh, after_landing: {after}}}, beta: {{agent: sh}}}}
"""


def landed(make_desk: Callable[..., Desk], after: str) -> tuple[Desk, Path]:
    """The target has alpha's work, and nothing was done yet about the lane."""
    desk = make_desk(lanes=AFTER.format(after=after))
    folder = desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    git(desk.root, "merge", "-q", "--no-ff", "--no-edit", "alpha/work")
    return desk, folder


def after(desk: Desk) -> str:
    return afterwards.after_landing(desk.cockpit().work, ALPHA, desk.events.append, "test")


def test_keep(make_desk: Callable[..., Desk]) -> None:
    desk, folder = landed(make_desk, "keep")
    assert after(desk) == "" and folder.exists()


def test_park_afterwards(make_desk: Callable[..., Desk]) -> None:
    desk, folder = landed(make_desk, "park")
    assert "Parked alpha" in after(desk) and not folder.exists() and tip(desk)


def test_teardown_afterwards_takes_the_branch(make_desk: Callable[..., Desk]) -> None:
    desk, folder = landed(make_desk, "teardown")
    assert "Tore down alpha" in after(desk) and not folder.exists()
    assert "alpha/work" not in git(desk.root, "branch", "--list")


def test_pool_says_that_there_is_none(make_desk: Callable[..., Desk]) -> None:
    desk, folder = landed(make_desk, "pool")
    said = after(desk)
    assert "no pool" in said and not folder.exists() and tip(desk)


@pytest.mark.parametrize("why", ["uncommitted", "went on", "working", "locked", "not started"])
def test_a_lane_that_is_kept_all_the_same(make_desk: Callable[..., Desk], why: str) -> None:
    desk, folder = landed(make_desk, "teardown")
    if why == "uncommitted":
        (folder / "loose.txt").write_text("loose\n")
        assert "1 uncommitted path" in after(desk)
    elif why == "went on":
        desk.commit("alpha", "src/more.py", "1\n")
        assert "1 commit" in after(desk)
    elif why == "working":
        works(desk)
        assert "its agent is working" in after(desk)
    elif why == "not started":
        desk.do(Teardown(ALPHA))
        assert "was not torn down" in after(desk)
        return
    else:
        git(folder, "checkout", "-q", "--detach")
        (folder / "src/mine.py").unlink()
        assert "uncommitted" in after(desk)
    assert folder.exists() and tip(desk)


def test_the_new_base_is_offered_to_lanes_at_rest(desk: Desk) -> None:
    work = desk.cockpit().work
    assert afterwards.offer(work, None) == ""
    desk.start()
    desk.start("beta")
    desk.commit("alpha", "src/mine.py", "1\n")
    works(desk, "beta")
    assert afterwards.offer(work, ALPHA) == ""
    rests(desk, "beta")
    assert afterwards.offer(work, ALPHA).startswith("beta rests and can have the new main: ")


def test_a_resumed_lane_can_be_restarted(desk: Desk) -> None:
    held(desk)
    desk.do(Park(ALPHA))
    desk.do(Resume(ALPHA))
    desk.do(Restart(ALPHA))
    assert parked.lanes(desk.cockpit().work) == {}
