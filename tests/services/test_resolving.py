"""A lane's conflict with the target, resolved as a merge commit on the lane."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from cockpit.domain.activity import Activity, State
from cockpit.domain.conflict import Take
from cockpit.domain.events import OperationStep
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import HandBack, Land, Resolve, Undo
from cockpit.domain.mergetool import MergeToolCall
from cockpit.domain.operation import OpKind, OpState
from cockpit.domain.resolution import WHOLE, Choice, Point, Resolution
from cockpit.domain.resolution_draft import picked
from cockpit.errors import CockpitError, Conflict, DeliveryUnknown, Refused, UsageError
from cockpit.services import looking, prompts
from cockpit.services.cockpit import LocalCockpit
from tests.conftest import git
from tests.services.conftest import Desk

ALPHA, BETA = LaneId("alpha"), LaneId("beta")
BASE = "".join(f"line {number}\n" for number in range(1, 31))


def changed(**rows: str) -> str:
    lines = BASE.splitlines()
    for key, text in rows.items():
        lines[int(key[1:]) - 1] = text
    return "".join(f"{line}\n" for line in lines)


def on_main(desk: Desk, path: str, text: str) -> None:
    (desk.root / path).parent.mkdir(parents=True, exist_ok=True)
    (desk.root / path).write_text(text)
    git(desk.root, "add", path)
    git(desk.root, "commit", "-q", "-m", f"main changes {path}", "--", path)


@pytest.fixture
def two(desk: Desk) -> Desk:
    """Alpha and main changed the same two places of one file."""
    on_main(desk, "src/big.py", BASE)
    desk.start("alpha")
    desk.commit("alpha", "src/big.py", changed(l3="alpha three", l20="alpha twenty"))
    on_main(desk, "src/big.py", changed(l3="main three", l20="main twenty", l28="main alone"))
    return desk


def view_of(cockpit: LocalCockpit) -> Resolution:
    return cockpit.conflict(ALPHA).resolution


def intent_of(state: Resolution, message: str = "") -> Resolve:
    conflict = state.conflict
    return Resolve(conflict.lane, conflict.source, conflict.target, picked(state), message)


def lane_folder(desk: Desk, lane: str = "alpha") -> Path:
    return desk.root.parent / f"{desk.root.name}-{lane}"


def both_ways(state: Resolution) -> Resolution:
    """The first place as the lane has it, the second as the target has it."""
    state = state.choose(Point(0, 0), Choice(Take.OURS))
    return state.choose(Point(0, 1), Choice(Take.THEIRS))


WANTED = changed(l3="alpha three", l20="main twenty", l28="main alone")


def test_a_resolution_is_a_merge_on_the_lane_that_lands_cleanly(two: Desk) -> None:
    cockpit = two.cockpit()
    state = both_ways(view_of(cockpit))
    tip, main = state.conflict.source, state.conflict.target
    outcome = two.do(intent_of(state))
    new = outcome.data["new"]
    assert git(two.root, "rev-parse", f"{new}^1", f"{new}^2").split() == [tip, main]
    assert git(two.root, "rev-parse", "alpha/work").strip() == new
    assert (lane_folder(two) / "src/big.py").read_text() == WANTED
    assert git(lane_folder(two), "status", "--porcelain") == ""
    assert two.main() == main
    assert (two.root / "src/big.py").read_text().count("<<<<") == 0
    shown = two.cockpit().preview_landing(ALPHA)
    assert shown.conflicts == ()
    two.do(Land(ALPHA))
    assert (two.root / "src/big.py").read_text() == WANTED
    assert git(two.root, "status", "--porcelain") == ""


def test_the_message_names_the_files_and_ends_with_our_trailer(two: Desk) -> None:
    cockpit = two.cockpit()
    two.do(intent_of(both_ways(view_of(cockpit))))
    message = git(two.root, "log", "-1", "--format=%B", "alpha/work")
    assert message.startswith("Merge main into alpha\n\nConflicts, resolved by the commander:\n")
    assert "\tsrc/big.py\n" in message
    assert message.rstrip().endswith("Cockpit-Lane: alpha")


def test_a_message_of_the_commander_s_own(two: Desk) -> None:
    two.do(intent_of(both_ways(view_of(two.cockpit())), "Both, as agreed"))
    assert git(two.root, "log", "-1", "--format=%B", "alpha/work").strip() == "Both, as agreed"


def test_open_places_are_a_conflict_and_nothing_moves(two: Desk) -> None:
    state = view_of(two.cockpit()).choose(Point(0, 0), Choice(Take.OURS))
    before = git(two.root, "for-each-ref")
    with pytest.raises(Conflict) as caught:
        two.do(intent_of(state))
    assert caught.value.paths == ("src/big.py",)
    assert git(two.root, "for-each-ref") == before
    assert not [op for op in two.cockpit().log() if op.kind is OpKind.RESOLVE]


def test_markers_in_an_edit_are_refused(two: Desk) -> None:
    state = both_ways(view_of(two.cockpit()))
    state = state.choose(
        Point(0, 1), Choice(Take.EDIT, b"<<<<<<< mine\nx\n=======\ny\n>>>>>>> z\n")
    )
    with pytest.raises(Refused, match="markers are left"):
        two.do(intent_of(state))


@pytest.mark.parametrize("who", ["lane", "target"])
def test_it_is_bound_to_both_commits(two: Desk, who: str) -> None:
    state = both_ways(view_of(two.cockpit()))
    if who == "lane":
        two.commit("alpha", "src/more.py", "more\n")
    else:
        on_main(two, "src/other.py", "other\n")
    before = git(two.root, "for-each-ref")
    with pytest.raises(Refused, match="moved since the conflict was shown"):
        two.do(intent_of(state))
    assert git(two.root, "for-each-ref") == before


def test_choices_that_do_not_fit_are_refused(two: Desk) -> None:
    state = both_ways(view_of(two.cockpit()))
    wrong = intent_of(state).choices[0]
    bad = Resolve(
        ALPHA,
        state.conflict.source,
        state.conflict.target,
        (type(wrong)(5, "nowhere", 0, wrong.choice),),
    )
    with pytest.raises(UsageError):
        two.do(bad)


def test_uncommitted_work_where_it_changes_is_in_the_way(two: Desk) -> None:
    state = both_ways(view_of(two.cockpit()))
    (lane_folder(two) / "src/big.py").write_text("mine, not committed\n")
    with pytest.raises(Refused, match="in the way"):
        two.do(intent_of(state))
    assert (lane_folder(two) / "src/big.py").read_text() == "mine, not committed\n"
    assert git(two.root, "rev-parse", "alpha/work").strip() == state.conflict.source
    assert two.cockpit().log()[-1].state is OpState.ABANDONED


def test_uncommitted_work_elsewhere_stays(two: Desk) -> None:
    (lane_folder(two) / "src/api.py").write_text("mine, not committed\n")
    two.do(intent_of(both_ways(view_of(two.cockpit()))))
    assert (lane_folder(two) / "src/api.py").read_text() == "mine, not committed\n"
    assert git(lane_folder(two), "status", "--porcelain") == " M src/api.py\n"


def test_a_rebase_under_way_refuses(two: Desk) -> None:
    state = both_ways(view_of(two.cockpit()))
    admin = two.root / ".git" / "worktrees"
    (next(admin.iterdir()) / "rebase-merge").mkdir()
    assert "rebase is under way" in two.cockpit().conflict(ALPHA).why_not
    with pytest.raises(Refused, match="rebase is under way"):
        two.do(intent_of(state))


def test_a_working_agent_refuses(two: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    state = both_ways(view_of(two.cockpit()))
    working = Activity(State.WORKING, "hook", "it said so", 0.0)
    monkeypatch.setattr(looking, "activity_of", lambda *_args, **_more: working)
    with pytest.raises(Refused, match="its agent is working"):
        two.do(intent_of(state))


def test_undo_brings_branch_and_files_back(two: Desk) -> None:
    state = both_ways(view_of(two.cockpit()))
    two.do(intent_of(state))
    two.do(Undo())
    assert git(two.root, "rev-parse", "alpha/work").strip() == state.conflict.source
    text = changed(l3="alpha three", l20="alpha twenty")
    assert (lane_folder(two) / "src/big.py").read_text() == text
    assert git(lane_folder(two), "status", "--porcelain") == ""


def test_undo_is_in_the_way_of_what_came_after(two: Desk) -> None:
    two.do(intent_of(both_ways(view_of(two.cockpit()))))
    two.commit("alpha", "src/more.py", "more\n")
    with pytest.raises(Refused, match="on top of it"):
        two.do(Undo())


# ------------------------------------------------------------------ drafts and memory


def test_a_draft_survives_and_is_gone_after_the_end(two: Desk) -> None:
    cockpit = two.cockpit()
    state = both_ways(view_of(cockpit)).undo()
    cockpit.keep_resolution(state)
    again = view_of(two.cockpit())
    assert (again.choices, again.past, again.future) == (state.choices, state.past, state.future)
    two.do(intent_of(again.redo()))
    on_main(two, "src/big.py", changed(l3="main again"))
    assert not view_of(two.cockpit()).choices


def test_a_draft_of_other_commits_is_suggested(two: Desk) -> None:
    cockpit = two.cockpit()
    cockpit.keep_resolution(view_of(cockpit).choose(Point(0, 1), Choice(Take.EDIT, b"my twenty\n")))
    two.commit("alpha", "src/more.py", "more\n")
    view = two.cockpit().conflict(ALPHA)
    assert not view.resolution.choices
    assert "draft is of other commits" in view.note
    [known] = view.suggestions[Point(0, 1)]
    assert (known.text, known.source) == (b"my twenty\n", "draft")


def test_a_damaged_draft_is_no_draft(two: Desk) -> None:
    cockpit = two.cockpit()
    state = view_of(cockpit)
    conflict = state.conflict
    damaged = {"source": conflict.source, "target": conflict.target, "past": [[{"file": 9}]]}
    cockpit.work.state.write("resolution-draft-alpha", {**damaged, "future": []})
    assert view_of(cockpit) == state


def test_our_own_resolution_is_suggested_when_the_lines_conflict_again(two: Desk) -> None:
    two.do(intent_of(both_ways(view_of(two.cockpit()))))
    two.do(Undo())
    two.commit("alpha", "src/more.py", "more\n")
    view = two.cockpit().conflict(ALPHA)
    [known] = view.suggestions[Point(0, 1)]
    assert (known.text, known.source, known.lane) == (b"main twenty\n", "yours", "alpha")
    assert known.at > 1_000_000_000
    assert not view.resolution.choices, "only shown"


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_git_s_recorded_resolution_is_suggested(two: Desk, tmp_path: Path, style: str) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "-b", "main", str(two.root), str(clone))
    for key, value in (("rerere.enabled", "true"), ("merge.conflictStyle", style)):
        git(clone, "config", key, value)
    git(clone, "checkout", "-q", "-b", "mine", "origin/alpha/work")
    with pytest.raises(AssertionError):
        git(clone, "merge", "main")
    text = changed(l3="three, resolved", l20="twenty, resolved", l28="main alone")
    (clone / "src/big.py").write_text(text)
    git(clone, "rerere")
    os.rename(clone / ".git" / "rr-cache", two.root / ".git" / "rr-cache")
    view = two.cockpit().conflict(ALPHA)
    first, second = (view.suggestions[Point(0, at)] for at in (0, 1))
    assert [(one.text, one.source) for one in (*first, *second)] == [
        (b"three, resolved\n", "rerere"),
        (b"twenty, resolved\n", "rerere"),
    ]
    assert not view.resolution.choices, "never applied by itself"
    assert not view.resolution.may_finish


def test_files_stand_with_the_lanes_whose_zone_it_is(desk: Desk) -> None:
    desk.start("alpha")
    for path in ("src/one.py", "docs/guide.md"):
        desk.commit("alpha", path, "alpha\n")
        on_main(desk, path, "main\n")
    view = desk.cockpit().conflict(ALPHA)
    paths = [file.path for file in view.conflict.files]
    found = {group.title: [paths[file] for file in group.files] for group in view.groups}
    assert found == {"alpha": ["src/one.py"], "nobody's zone": ["docs/guide.md"]}


# ------------------------------------------------------------------ handing back


def tasks(desk: Desk) -> list[Path]:
    return sorted((desk.root / "tasks").glob("*.md"))


def test_handing_back_to_the_lane_writes_a_task_and_prompts(two: Desk) -> None:
    (two.root / "tasks").mkdir()
    (two.root / "tasks" / "task-007-auth.md").write_text("# Auth\n")
    outcome = two.do(HandBack(ALPHA, note="Keep ```both``` please"))
    [_, task] = tasks(two)
    assert task.name == "task-008-resolve-alpha.md" == outcome.data["task"]
    text = task.read_text()
    assert "title: Resolve the conflict of alpha with main" in text
    assert "````\nKeep ```both``` please\n````" in text
    assert "alpha has:\n```\nalpha three\n```" in text
    assert "main has:\n```\nmain twenty\n```" in text
    assert "lane: alpha" not in text, "a lane has one task of its own"
    [pane] = two.tmux.screens.values()
    assert any(f"The task is in {task}" in row for row in pane)
    assert two.cockpit().work.git.read_ref(two.cockpit().work.target) == CommitId(two.main())


def test_handing_to_another_lane_and_to_the_oracle(two: Desk) -> None:
    two.start("beta")
    two.do(HandBack(ALPHA, to="beta"))
    assert "merge `alpha/work` and main into your branch" in tasks(two)[0].read_text()
    outcome = two.do(HandBack(ALPHA, to="oracle"))
    assert outcome.data["prompted"] is False
    assert "for: oracle" in tasks(two)[1].read_text()


def test_handing_back_says_when_nobody_was_seen_to_take_it(
    two: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    two.tmux.echo = False
    monkeypatch.setattr(prompts, "TAKEN_WITHIN", 0.05)
    with pytest.raises(CockpitError, match="was not prompted") as caught:
        two.do(HandBack(ALPHA))
    assert caught.value.code == DeliveryUnknown.code
    assert len(tasks(two)) == 1


def test_nothing_to_hand_back(desk: Desk) -> None:
    desk.start("alpha")
    with pytest.raises(Refused, match="does not conflict"):
        desk.do(HandBack(ALPHA))
    with pytest.raises(UsageError):
        desk.do(HandBack(ALPHA, to="nobody"))


# ------------------------------------------------------------------ the merge tool


def run_tool(call: MergeToolCall) -> None:
    subprocess.run(
        call.argv,
        cwd=call.folder,
        check=False,
        timeout=30,
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )


@pytest.mark.parametrize("how", ["variable", "configured"])
def test_the_merge_tool_sees_three_files_and_its_result_comes_back(
    two: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: str
) -> None:
    tool = tmp_path / "tool"
    tool.write_text('#!/bin/sh\ncat "$BASE" "$LOCAL" "$REMOTE" | head -5 > "$MERGED"\n')
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    if how == "variable":
        monkeypatch.setenv("MERGETOOL", f'BASE="$BASE" {tool} extra')
    else:
        git(two.root, "config", "--global", "merge.tool", "mine")
        command = f'BASE="$BASE" LOCAL="$LOCAL" REMOTE="$REMOTE" MERGED="$MERGED" {tool}'
        git(two.root, "config", "--global", "mergetool.mine.cmd", command)
        git(two.root, "config", "--global", "mergetool.mine.trustExitCode", "true")
    cockpit = two.cockpit()
    state = view_of(cockpit)
    call = cockpit.merge_tool(state, 0)
    assert b"<<<<<<< alpha" in call.before and call.merged.read_bytes() == call.before
    run_tool(call)
    result = cockpit.merge_tool_done(call)
    assert result == BASE[: BASE.index("line 6")].encode()
    assert not call.folder.exists()
    state = state.choose(Point(0, WHOLE), Choice(Take.EDIT, result))
    two.do(intent_of(state))
    assert (lane_folder(two) / "src/big.py").read_bytes() == result


def test_a_tool_that_changes_nothing_and_no_tool_at_all(
    two: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    cockpit = two.cockpit()
    with pytest.raises(Refused, match="No merge tool is chosen"):
        cockpit.merge_tool(view_of(cockpit), 0)
    monkeypatch.setenv("MERGETOOL", "true")
    cockpit = two.cockpit()
    call = cockpit.merge_tool(view_of(cockpit), 0)
    assert cockpit.merge_tool_done(call) is None


def test_a_merge_tool_that_only_the_repository_names_is_not_run(two: Desk) -> None:
    git(two.root, "config", "merge.tool", "evil")
    git(two.root, "config", "mergetool.evil.cmd", f"touch {two.root}/ran")
    cockpit = two.cockpit()
    with pytest.raises(Refused, match="No merge tool is chosen"):
        cockpit.merge_tool(view_of(cockpit), 0)


# ------------------------------------------------------------------ deaths


class Died(BaseException):
    pass


STEPS = (
    "pin the commits",
    "lay out the new files",
    "move alpha/work",
    "bring the lane's files after it",
    "remember how it was resolved",
    "end",
)


@pytest.mark.parametrize("at", STEPS)
def test_a_death_at_each_step_is_finished_or_dropped(two: Desk, at: str) -> None:
    state = both_ways(view_of(two.cockpit()))

    def probe(where: str) -> None:
        if where == f"resolve: {at}":
            raise Died

    with pytest.raises(Died):
        two.do(intent_of(state), cockpit=two.cockpit(probe))
    said = two.cockpit().recover(two.events.append)
    moved = STEPS.index(at) > STEPS.index("move alpha/work")
    assert len(said) == 1
    assert ("was finished" if moved else "was dropped") in said[0]
    now = git(two.root, "rev-parse", "alpha/work").strip()
    assert (now != state.conflict.source) is moved
    assert git(lane_folder(two), "status", "--porcelain") == ""
    if moved:
        assert (lane_folder(two) / "src/big.py").read_text() == WANTED
    assert two.cockpit().recover(two.events.append) == []


def test_a_death_after_the_task_was_written(two: Desk) -> None:
    def probe(where: str) -> None:
        if where == "hand-back: end":
            raise Died

    with pytest.raises(Died):
        two.do(HandBack(ALPHA), cockpit=two.cockpit(probe))
    [said] = two.cockpit().recover(two.events.append)
    assert "nobody was prompted" in said
    assert len(tasks(two)) == 1


def test_every_step_is_announced(two: Desk) -> None:
    two.do(intent_of(both_ways(view_of(two.cockpit()))))
    told = [event.what for event in two.events if isinstance(event, OperationStep)]
    assert [step for step in STEPS if step != "end"] == [step for step in told if step in STEPS]
