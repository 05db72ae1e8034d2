"""Taking a lane's uncommitted work as a commit of the commander's, on the lane's branch.

The commit is built as objects from the files as they lie there, staged, unstaged and
untracked, never ignored ones; no hook runs. The files themselves are not touched.

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry, loose objects | dropped: branch and index are as they were |
| pins | refs of ours | the same |
| lock of the index | git's lock file, which recovery takes away first | the same |
| compare-and-swap | the branch at the new commit, the index still at the old | the index follows |
| index | all of it | the end is written |

What only the index held (staged, then changed again in the file) is pinned before. Undoing
moves the branch back and puts the index's entries back as they were, so that the work is
uncommitted again just as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cockpit.domain.change import PathChange
from cockpit.domain.ids import CommitId, LaneId, RefName, branch_name
from cockpit.domain.intents import Commit
from cockpit.domain.lane import LaneRecord
from cockpit.domain.message import defused, one_line
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.plans import TakePlan
from cockpit.domain.sync import TURN
from cockpit.domain.taking import TakePreview, Uncommitted
from cockpit.errors import CockpitError, RefMoved, Refused
from cockpit.services import bus, lane_branch, looking, tasks
from cockpit.services.api import Outcome, Tell, UndoPreview
from cockpit.services.running import Running, begin
from cockpit.services.undoing.contract import Undoing, lane_lock
from cockpit.services.workplace import Workplace


def preview(work: Workplace, lane: LaneId, paths: Sequence[str] = ()) -> TakePreview:
    """What a commit would take; nothing is stored. Raises `Refused` where there is nothing to
    speak of: no lane, no worktree, unmerged paths."""
    record = work.record(lane)
    _require_folder(work, record)
    found = work.git.taker.uncommitted(record.worktree, paths, skip=bus.is_own_result)
    return TakePreview(
        lane=lane,
        branch=record.branch,
        worktree=record.worktree,
        work=found,
        message=message_for(work, lane, found),
        refusal=why_not(work, record) or _nothing(found),
    )


def why_not(work: Workplace, record: LaneRecord) -> str:
    """A clause that says why the lane's branch is not to be moved under its agent now; empty
    when it may be."""
    activity = looking.activity_of(work, record)
    if activity.state in TURN:
        return f"its agent is {activity.state} ({activity.source}: {activity.rule})"
    return lane_branch.why_not_move(work, record)


def _nothing(found: Uncommitted) -> str:
    if found.changes:
        return ""
    if found.left:
        return f"only repositories of their own are uncommitted there: {len(found.left)}"
    return "nothing is uncommitted there"


def message_for(work: Workplace, lane: LaneId, found: Uncommitted) -> str:
    """The message that is offered: the task's title, or how much is taken."""
    task = tasks.task_of(work, lane)
    count = len(found.changes)
    files = f"{count} file" if count == 1 else f"{count} files"
    return one_line(task.title) if task is not None else f"Take the rest of {lane}: {files}"


def commit(work: Workplace, intent: Commit, tell: Tell, by: str) -> Outcome:
    """Take the work. Raises `Refused` with everything as it was."""
    lane = intent.lane
    with work.locks.hold(f"lane-{lane}", why="commit its work"):
        record = work.record(lane)
        _require_folder(work, record)
        found = work.git.taker.uncommitted(
            record.worktree, intent.paths, skip=bus.is_own_result, keep=True
        )
        _require(work, record, intent, found)
        message = defused(intent.message.strip()) or message_for(work, lane, found)
        new = work.git.builder.commit_tree(found.tree, [found.head], message + "\n")
        running = begin(
            work,
            tell,
            OpKind.COMMIT,
            lane=lane,
            by=by,
            summary=f"commit the work of {lane} ({len(found.changes)} files)",
            plan=_plan(record, found, new).to_json(),
        )
        left = _carry_out(work, running)
        op = running.done(
            f"committed the work of {lane} as {new[:10]}",
            {"old": found.head, "new": new, "left": left},
        )
    return _outcome(lane, op, found, new)


def _require_folder(work: Workplace, record: LaneRecord) -> None:
    if not work.disk.is_folder(record.worktree):
        raise Refused(
            f"The folder of lane {record.lane} is missing: {record.worktree}",
            hint="Bring it back, or tear the lane down; its commits are on its branch.",
        )


def _require(work: Workplace, record: LaneRecord, intent: Commit, found: Uncommitted) -> None:
    why = why_not(work, record) or _nothing(found)
    if why:
        raise Refused(
            f"The work of lane {intent.lane} can't be taken now: {why}.",
            hint="Nothing was changed. `cockpit diff` shows what is uncommitted.",
        )
    if intent.token and intent.token != found.token:
        raise Refused(
            f"The work of lane {intent.lane} changed since it was shown.",
            hint="Look at it again; nothing was changed.",
        )


def _plan(record: LaneRecord, found: Uncommitted, new: CommitId) -> TakePlan:
    return TakePlan(
        lane=record.lane,
        branch=record.branch,
        worktree=str(record.worktree),
        admin=str(record.admin),
        old=found.head,
        new=new,
        index=[_row(change) for change in found.index],
    )


def _row(change: PathChange) -> list[str]:
    return [change.path, change.old_mode, change.new_mode, change.old_blob, change.new_blob]


def _carry_out(work: Workplace, running: Running) -> list[str]:
    """Abandon what was refused before the branch moved; else leave it to recovery."""
    plan = TakePlan.from_json(running.op.intent)
    try:
        return _advance(work, running, plan, f"cockpit: commit the work of {plan.lane}")
    except CockpitError as error:
        if work.git.read_ref(RefName(plan.branch)) != plan.new:
            running.abandon(error.title, error.hint, detail=error.detail)
        raise


def _advance(work: Workplace, running: Running, plan: TakePlan, reason: str) -> list[str]:
    """Every step that is not done yet; returns paths whose index entry was left alone."""
    running.step("pin what only the index holds")
    pins = f"refs/cockpit/op/{running.op.id}"
    worktree = Path(plan.worktree)
    work.git.pin_lane(worktree, Path(plan.admin), RefName(f"{pins}/index"), "cockpit: pin")
    for name, commit_id in (("old", plan.old), ("new", plan.new)):
        ref = RefName(f"{pins}/{name}")
        if work.git.read_ref(ref) != commit_id:
            work.git.move_ref(ref, new=CommitId(commit_id), old=None, reason="cockpit: pin")
    running.step(f"move {branch_name(RefName(plan.branch))} and the index")
    try:
        return work.git.taker.move(
            worktree,
            RefName(plan.branch),
            old=CommitId(plan.old),
            new=CommitId(plan.new),
            index=[PathChange(*row) for row in plan.index],
            reason=reason,
        )
    except RefMoved as error:
        raise Refused(
            f"{branch_name(RefName(plan.branch))} moved meanwhile; nothing was changed.",
            detail=error.title,
            hint="Its agent commits: try again when its turn has ended.",
        ) from error


def _outcome(lane: LaneId, op: Operation, found: Uncommitted, new: CommitId) -> Outcome:
    left = f" Not taken: {', '.join(found.left)}." if found.left else ""
    return Outcome(
        f"Committed the work of {lane} as {new[:10]}: {len(found.changes)} file(s). "
        f"`cockpit undo {op.seq}` makes it uncommitted again.{left}",
        op,
        {
            "lane": lane,
            "old": found.head,
            "new": new,
            "paths": [change.path for change in found.changes],
            "left": list(found.left),
            "undo": op.seq,
        },
    )


# ---------------------------------------------------------------- after a death, and back


def recover(work: Workplace, running: Running) -> str:
    """End a commit that a death cut off; words that follow `Operation N (…)`."""
    return _recover(work, running, "committed the work")


def _recover(work: Workplace, running: Running, did: str) -> str:
    plan = TakePlan.from_json(running.op.intent)
    name = branch_name(RefName(plan.branch))
    now = work.git.read_ref(RefName(plan.branch))
    if now == plan.new:
        if work.git.is_linked(Path(plan.worktree)):
            _advance(work, running, plan, "cockpit: finish")
        running.done(f"{did} after an interruption", {"old": plan.old, "new": plan.new})
        return "was finished"
    if _went_on(work, plan, now):
        running.done(f"{did}; {name} went on since", {"old": plan.old, "new": plan.new})
        return f"had moved {name}, which went on since"
    running.abandon("it was interrupted before the branch moved")
    return f"had not moved {name} and was dropped"


def _went_on(work: Workplace, plan: TakePlan, now: CommitId | None) -> bool:
    """Whether somebody put more on top of the new commit. Going back, nobody can tell: the old
    place is on every way on."""
    forth = work.git.is_ancestor(CommitId(plan.old), CommitId(plan.new))
    return forth and now is not None and work.git.is_ancestor(CommitId(plan.new), now)


def _preview_undo(work: Workplace, op: Operation) -> UndoPreview:
    plan = TakePlan.from_json(op.intent)
    lines = (
        f"{branch_name(RefName(plan.branch))} goes back to {plan.old[:10]}",
        f"{len(plan.index)} path(s) are uncommitted again, as they were; no file is touched",
    )
    return UndoPreview(op, lines, in_the_way_of_undo(work, op, plan.lane, plan.branch, plan.new))


def in_the_way_of_undo(
    work: Workplace, op: Operation, lane: str, branch: str, new: str
) -> tuple[str, ...]:
    """Why a commit of ours on a lane can't be taken back now, in clauses."""
    record = work.registry.lanes().get(LaneId(lane))
    tip = work.git.read_ref(RefName(branch))
    if record is None or record.branch != branch or tip is None:
        return (f"lane {lane} is not there any more as it was",)
    found = []
    if tip != new:
        later = work.git.is_ancestor(CommitId(new), tip)
        count = len(work.git.history.commits(CommitId(new), tip)) if later else 0
        found.append(
            f"{branch_name(record.branch)} has {count} commit(s) more by now"
            if later
            else f"{branch_name(record.branch)} is elsewhere by now"
        )
    target = work.git.read_ref(work.target)
    if target is not None and work.git.is_ancestor(CommitId(new), target):
        found.append(f"{work.config.target} has the commit already; undo its landing first")
    why = why_not(work, record)
    return (*found, why) if why else tuple(found)


def _plan_undo(work: Workplace, op: Operation) -> TakePlan:
    plan = TakePlan.from_json(op.intent)
    back = [[path, new, old, new_id, old_id] for path, old, new, old_id, new_id in plan.index]
    return replace(plan, old=plan.new, new=plan.old, index=back)


def _undo(work: Workplace, running: Running) -> str:
    plan = TakePlan.from_json(running.op.intent)
    left = _advance(work, running, plan, f"cockpit: undo {running.op.undoes}")
    return f"; left alone: {', '.join(left)}" if left else ""


def _undo_did_nothing(work: Workplace, running: Running) -> bool:
    plan = TakePlan.from_json(running.op.intent)
    return work.git.read_ref(RefName(plan.branch)) != plan.new


def _recover_undo(work: Workplace, running: Running) -> str:
    return _recover(work, running, f"undid {running.op.undoes}")


UNDOING = Undoing(_preview_undo, _plan_undo, _undo, lane_lock, _undo_did_nothing, _recover_undo)
