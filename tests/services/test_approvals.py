"""Approvals bind a commit and a task text; tasks and results are found for a lane."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.domain.approval import Standing
from cockpit.domain.events import ApprovalChanged
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import Approve, Land, Start, Undo
from cockpit.domain.operation import OpState
from cockpit.domain.task import TaskId
from cockpit.errors import CockpitError, Refused
from cockpit.services import approvals, tasks
from tests.conftest import git
from tests.services.conftest import Desk

ALPHA, BETA = LaneId("alpha"), LaneId("beta")
SEVEN = TaskId("task-007")


def write_task(desk: Desk, name: str = "task-007-tokens.md", text: str = "") -> Path:
    path = desk.root / "tasks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text or "---\ntitle: Tokens\nlane: alpha\n---\nDo it.\n")
    return path


def ready(desk: Desk, *, task: bool = True) -> Path:
    if task:
        write_task(desk)
        desk.do(Start(ALPHA, task="7"))
    else:
        desk.start()
    desk.commit("alpha", "src/a.py", "a\n")
    return desk.root.parent / f"{desk.root.name}-alpha"


def standing(desk: Desk) -> str:
    return desk.cockpit().approval(ALPHA).standing.value


def test_an_approval_is_valid_for_this_commit_and_this_task(desk: Desk) -> None:
    ready(desk)
    assert standing(desk) == "none"
    done = desk.do(Approve(ALPHA))
    assert standing(desk) == "valid"
    assert done.data["task_digest"] == tasks.digest_of(desk.cockpit().work, ALPHA) != ""
    told = [event for event in desk.events if isinstance(event, ApprovalChanged)]
    assert told[-1].approval.standing is Standing.VALID


def test_a_commit_makes_it_void_and_says_what_came(desk: Desk) -> None:
    ready(desk)
    desk.do(Approve(ALPHA))
    tip = desk.commit("alpha", "src/b.py", "b\n", "one more")
    state = desk.cockpit().approval(ALPHA)
    assert (state.standing, state.why) == (Standing.VOID, "1 commit, 1 path since")
    assert [commit.commit for commit in state.commits] == [tip]
    assert (state.paths, state.task_changed) == (("src/b.py",), False)


def test_a_rewritten_branch_makes_it_void(desk: Desk) -> None:
    lane = ready(desk)
    desk.do(Approve(ALPHA))
    git(lane, "commit", "-q", "--amend", "-m", "reworded")
    state = desk.cockpit().approval(ALPHA)
    assert state.standing is Standing.VOID and not state.commits
    assert "rewritten" in state.why


def test_another_task_text_makes_it_void_and_the_old_text_valid_again(desk: Desk) -> None:
    ready(desk)
    path = desk.root / "tasks/task-007-tokens.md"
    text = path.read_text()
    desk.do(Approve(ALPHA))
    path.write_text(text + "And more.\n")
    state = desk.cockpit().approval(ALPHA)
    assert (state.standing, state.task_changed) == (Standing.VOID, True)
    assert state.why == "the task's text changed since"
    path.write_text(text)
    assert standing(desk) == "valid"


@pytest.mark.parametrize("what", ["gone", "fifo", "link", "hard"])
def test_a_task_that_can_not_be_read_is_no_yes(desk: Desk, what: str) -> None:
    ready(desk)
    path = desk.root / "tasks/task-007-tokens.md"
    desk.do(Approve(ALPHA))
    kept = desk.root / "kept"
    path.rename(kept)
    if what == "fifo":
        os.mkfifo(path)
    elif what == "link":
        path.symlink_to(kept)
    elif what == "hard":
        os.link(kept, path)
    state = desk.cockpit().approval(ALPHA)
    assert (state.standing, state.task_changed) == (Standing.VOID, True)
    with pytest.raises(Refused, match="can't be read"):
        desk.do(Approve(ALPHA))
    with pytest.raises(CockpitError):
        desk.do(Land(ALPHA))


def test_a_damaged_record_is_void_and_can_be_revoked(desk: Desk) -> None:
    ready(desk)
    desk.do(Approve(ALPHA))
    cockpit = desk.cockpit()
    cockpit.work.state.write("approval-alpha", {"lane": "alpha", "commit": 5})
    state = cockpit.approval(ALPHA)
    assert state.standing is Standing.VOID and "damaged" in state.why
    with pytest.raises(CockpitError):
        approvals.require(cockpit.work, ALPHA, CommitId("0" * 40))
    desk.do(Approve(ALPHA, revoke=True))
    assert standing(desk) == "none"


def test_it_is_used_once(desk: Desk) -> None:
    ready(desk)
    desk.do(Approve(ALPHA))
    desk.do(Land(ALPHA))
    assert standing(desk) == "none"


def test_require_names_what_is_wrong(desk: Desk) -> None:
    ready(desk)
    work = desk.cockpit().work
    tip = CommitId(git(desk.root, "rev-parse", "alpha/work").strip())
    with pytest.raises(Refused, match="not approved"):
        approvals.require(work, ALPHA, tip)
    approvals.give(work, ALPHA, tip)
    assert approvals.require(work, ALPHA, tip).commit == tip
    with pytest.raises(Refused, match="moved"):
        approvals.require(work, ALPHA, CommitId("1" * 40))
    write_task(desk, text="another\n")
    with pytest.raises(Refused, match="task"):
        approvals.require(work, ALPHA, tip)


def test_the_landing_preview_shows_a_void_yes(desk: Desk) -> None:
    ready(desk)
    desk.do(Approve(ALPHA))
    desk.commit("alpha", "src/b.py", "b\n")
    checks = {check.name: check for check in desk.cockpit().preview_landing(ALPHA).checks}
    assert "1 commit, 1 path since" in checks["approval"].text


class Killed(BaseException):
    """The process ended here."""


def killing(where: str) -> Callable[[str], None]:
    def probe(at: str) -> None:
        if at == where:
            raise Killed

    return probe


@pytest.mark.parametrize("revoke", [False, True])
def test_a_death_after_the_record_is_finished(desk: Desk, revoke: bool) -> None:
    ready(desk)
    if revoke:
        desk.do(Approve(ALPHA))
    with pytest.raises(Killed):
        desk.do(Approve(ALPHA, revoke=revoke), cockpit=desk.cockpit(killing("approve: end")))
    cockpit = desk.cockpit()
    assert "had been done" in cockpit.recover(lambda event: None)[0]
    assert cockpit.log()[-1].state is OpState.DONE
    assert standing(desk) == ("none" if revoke else "valid")
    assert cockpit.recover(lambda event: None) == []


@pytest.mark.parametrize("step", ["approve", "revoke the approval of"])
def test_a_death_before_the_record_is_dropped(desk: Desk, step: str) -> None:
    ready(desk)
    revoke = step != "approve"
    if revoke:
        desk.do(Approve(ALPHA))
    with pytest.raises(Killed):
        desk.do(Approve(ALPHA, revoke=revoke), cockpit=desk.cockpit(killing(f"approve: {step}")))
    cockpit = desk.cockpit()
    assert "dropped" in cockpit.recover(lambda event: None)[0]
    assert cockpit.log()[-1].state is OpState.ABANDONED
    assert standing(desk) == ("valid" if revoke else "none")


def test_an_approval_can_be_undone(desk: Desk) -> None:
    ready(desk)
    desk.do(Approve(ALPHA))
    desk.do(Undo())
    assert standing(desk) == "none"


# ---------------------------------------------------------------- a lane's task and result


def test_a_lane_started_on_a_task_remembers_it(desk: Desk) -> None:
    ready(desk)
    work = desk.cockpit().work
    assert work.registry.lanes()[ALPHA].task == "task-007-tokens.md"
    task = tasks.task_of(work, ALPHA)
    assert task is not None and (task.id, task.title) == (SEVEN, "Tokens")
    assert tasks.lane_of_task(work, SEVEN) == ALPHA
    with pytest.raises(Refused, match="works on"):
        desk.do(Start(BETA, task="task-007"))
    with pytest.raises(Refused, match="no task"):
        desk.do(Start(BETA, task="8"))


def test_an_older_record_has_no_task(desk: Desk) -> None:
    ready(desk, task=False)
    work = desk.cockpit().work
    [file] = (work.state_dir / "lanes").glob("alpha*")
    data = json.loads(file.read_text())
    data.get("value", data).pop("task")
    file.write_text(json.dumps(data))
    assert desk.cockpit().work.registry.lanes()[ALPHA].task == ""


def test_without_one_the_file_that_names_the_lane_counts(desk: Desk) -> None:
    write_task(desk)
    ready(desk, task=False)
    work = desk.cockpit().work
    task = tasks.task_of(work, ALPHA)
    assert task is not None and task.id == SEVEN
    write_task(desk, "task-008.md")
    found = tasks.find(work, ALPHA)
    assert found.task is None and "2 task files name lane alpha" in found.problems[0]
    assert tasks.task_of(work, BETA) is None


def test_of_two_tasks_the_merged_one_does_not_count(desk: Desk) -> None:
    ready(desk)
    desk.do(Land(ALPHA))
    work = desk.cockpit().work
    assert tasks.is_merged(work, SEVEN)
    write_task(desk, "task-008.md")
    found = tasks.find(work, BETA)
    assert found.task is None
    record = work.registry.lanes()[ALPHA]
    work.registry.put(replace(record, task=""))
    task = tasks.task_of(work, ALPHA)
    assert task is not None and task.id == "task-008"


def test_what_was_taken_back_is_not_merged(desk: Desk) -> None:
    ready(desk)
    done = desk.do(Land(ALPHA))
    desk.do(Undo(done.data["undo"]))
    assert not tasks.is_merged(desk.cockpit().work, SEVEN)


def test_no_message_of_a_lane_forges_a_landing(desk: Desk) -> None:
    ready(desk, task=False)
    desk.commit("alpha", "src/f.py", "f\n", "x\n\nCockpit-Lane: beta\nCockpit-Task: task-009")
    desk.do(Land(ALPHA))
    assert not tasks.is_merged(desk.cockpit().work, TaskId("task-009"))


def test_the_summary_is_the_title_then_the_results_line_then_the_commit(desk: Desk) -> None:
    lane = ready(desk, task=False)
    work = desk.cockpit().work
    commits = desk.cockpit().preview_landing(ALPHA).commits
    assert tasks.summary_for(work, ALPHA, commits) == "work"
    (lane / "results").mkdir(exist_ok=True)
    (lane / "results/task-007-result.md").write_text("---\nstatus: done\n---\nTokens work.\n")
    assert tasks.summary_for(work, ALPHA, commits) == "Tokens work."
    write_task(desk)
    assert tasks.summary_for(work, ALPHA, commits) == "Tokens"
    result = tasks.result_of(work, ALPHA)
    assert result is not None and result.status == "done"


def test_a_merge_of_the_target_names_no_landing(desk: Desk) -> None:
    lane = ready(desk, task=False)
    (desk.root / "other.md").write_text("other\n")
    git(desk.root, "add", "other.md")
    git(desk.root, "commit", "-qm", "other")
    git(lane, "merge", "--no-edit", "main")
    commits = desk.cockpit().preview_landing(ALPHA).commits
    assert commits[0].merges and commits[0].subject.startswith("Merge branch")
    assert tasks.summary_for(desk.cockpit().work, ALPHA, commits) == "work"


def test_the_newer_of_two_results_counts(desk: Desk) -> None:
    lane = ready(desk)
    for root, status, at in ((lane, "partial", 1_000), (desk.root, "done", 2_000)):
        (root / "results").mkdir(exist_ok=True)
        path = root / "results/task-007-result.md"
        path.write_text(f"---\nstatus: {status}\n---\n")
        os.utime(path, (at, at))
    result = tasks.result_of(desk.cockpit().work, ALPHA)
    assert result is not None and result.status == "done"


def test_two_files_of_one_number_are_named(desk: Desk) -> None:
    write_task(desk)
    write_task(desk, "task-07-other.md")
    bus = tasks.bus_of(desk.cockpit().work)
    assert any("both task task-007" in problem for problem in bus.problems)
    with pytest.raises(Refused, match="2 files"):
        tasks.task_named(desk.cockpit().work, "7")


# ---------------------------------------------------------------- the task's text that was shown


def as_shown(desk: Desk, what: str) -> Callable[[], object]:
    """The commander's yes to what is shown now, for later."""
    shown = desk.cockpit().preview_landing(ALPHA)
    if what == "approve":
        wish: Approve | Land = Approve(ALPHA, shown.source, task_digest=shown.task_digest)
    else:
        wish = Land(ALPHA, shown.source, shown.target_old, task_digest=shown.task_digest)
    return lambda: desk.do(wish)


@pytest.mark.parametrize("what", ["approve", "land"])
@pytest.mark.parametrize("had", [True, False])
def test_a_yes_is_to_the_task_text_that_was_shown(desk: Desk, what: str, had: bool) -> None:
    """Whether the agent rewrites its task between look and yes, or gives itself one."""
    ready(desk, task=had)
    yes, old = as_shown(desk, what), desk.main()
    write_task(desk, text="---\ntitle: Tokens\nlane: alpha\n---\nDo it, and all else.\n")
    with pytest.raises(Refused, match="task of lane alpha changed since it was looked at"):
        yes()
    assert (desk.main(), standing(desk)) == (old, "none"), "nothing moved, nothing is approved"
    as_shown(desk, what)()
    assert standing(desk) == "valid" if what == "approve" else desk.main() != old
