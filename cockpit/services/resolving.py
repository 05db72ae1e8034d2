"""Resolving a lane's conflict with the target: shown, decided, and made a merge commit on the
lane, so that landing the lane is clean and goes through approval and gate as always.

The commit's parents are the lane's tip and the target's; its tree is git's merge with the
commander's answers at the conflicted paths. The target does not move, and the commander's
checkout never sees a marker. The lane's branch moves as in a sync (`lane_branch.py`, where the
table of deaths stands); what died before that point is dropped, after it finished.
"""

from __future__ import annotations

from cockpit.config.model import How, LaneMode
from cockpit.domain.activity import State
from cockpit.domain.conflict import Conflict as Question
from cockpit.domain.conflict_view import ConflictView
from cockpit.domain.ids import CommitId, LaneId, branch_name
from cockpit.domain.intents import Resolve
from cockpit.domain.lane import LaneRecord
from cockpit.domain.merge import TRAILER_LANE
from cockpit.domain.mergetool import MergeToolCall
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.plans import BranchPlan
from cockpit.domain.resolution import Resolution, marked_text
from cockpit.domain.resolution_draft import with_picked
from cockpit.domain.sync import TURN
from cockpit.domain.text import safe
from cockpit.errors import CockpitError, Conflict, Refused, UsageError
from cockpit.services import lane_branch, looking, resolving_drafts, resolving_memory
from cockpit.services.api import Outcome, Tell
from cockpit.services.resolving_groups import groups_of
from cockpit.services.running import Running, begin
from cockpit.services.target import staging_for
from cockpit.services.workplace import Workplace

PATHS_SAID = 50
"""Paths that the merge commit's message names."""


# ---------------------------------------------------------------- the look


def conflict_of(work: Workplace, lane: LaneId) -> ConflictView:
    """The lane's conflict as it is now, with the draft of its resolution. Raises `Refused`
    when there is no lane, branch or target to speak of; no files when it goes through."""
    record = work.record(lane)
    source, target = _tips(work, record)
    conflict = _look(work, lane, source, target)
    state, drafted = resolving_drafts.read(work, conflict)
    notes = [
        "your draft is of other commits; where the same lines conflict it is suggested"
        if drafted
        else "",
        _unsure(work, record),
        _by_rebase(work, lane),
    ]
    return ConflictView(
        conflict=conflict,
        resolution=state,
        groups=groups_of(work, conflict),
        suggestions=resolving_memory.suggestions(work, conflict, drafted),
        message=message_for(conflict),
        why_not=why_not(work, record),
        note="; ".join(filter(None, notes)),
        peeks=work.git.conflicts.peeks(conflict),
    )


def _look(work: Workplace, lane: LaneId, source: CommitId, target: CommitId) -> Question:
    return work.git.conflicts.look(source, target, lane, work.config.target)


def _tips(work: Workplace, record: LaneRecord) -> tuple[CommitId, CommitId]:
    source, target = work.git.read_ref(record.branch), work.git.read_ref(work.target)
    if source is None or target is None:
        gone = branch_name(record.branch) if source is None else work.config.target
        raise Refused(f"The branch {gone} is gone.", hint="Look at `cockpit log`.")
    return source, target


def why_not(work: Workplace, record: LaneRecord) -> str:
    """Why no resolution can be put on the lane now, a clause; empty when one can."""
    lane = work.config.lanes.get(record.lane)
    if (lane is not None and lane.mode is LaneMode.SHARED) or record.branch == work.target:
        return "it works on the target itself"
    activity = looking.activity_of(work, record)
    if activity.state in TURN:
        return f"its agent is {activity.state}"
    return lane_branch.why_not_move(work, record)


def _unsure(work: Workplace, record: LaneRecord) -> str:
    activity = looking.activity_of(work, record)
    unknown = activity.state is State.UNKNOWN
    return f"nobody knows whether its agent rests: {activity.rule}" if unknown else ""


def _by_rebase(work: Workplace, lane: LaneId) -> str:
    """A rebase builds commits anew in a line and would drop what a merge resolved."""
    known = work.config.lanes.get(lane)
    how = (known.merge if known is not None else None) or work.config.merge.how
    if how is not How.REBASE:
        return ""
    return "the lane lands by rebase, which drops what a merge resolved; let it land by merge"


def message_for(conflict: Question) -> str:
    """The merge commit's message; paths are made harmless, our trailer stands last."""
    paths = [safe(file.path, width=200).text for file in conflict.files[:PATHS_SAID]]
    more = len(conflict.files) - len(paths)
    lines = [f"Merge {conflict.target_name} into {conflict.lane}", ""]
    lines += ["Conflicts, resolved by the commander:", *(f"\t{path}" for path in paths)]
    lines += [f"\tand {more} more"] if more > 0 else []
    return "\n".join([*lines, "", f"{TRAILER_LANE}: {conflict.lane}", ""])


# ---------------------------------------------------------------- the deed


def resolve(work: Workplace, intent: Resolve, tell: Tell, by: str) -> Outcome:
    """Put the resolution on the lane. Raises `Conflict` while something is open, `Refused`
    when lane or target moved, the agent works, or uncommitted work is in the way; then nothing
    was changed and the draft stays."""
    lane = intent.lane
    with work.locks.hold(f"lane-{lane}", why="resolve"):
        record = work.record(lane)
        _require_same(intent, *_tips(work, record))
        why = why_not(work, record)
        if why:
            raise Refused(
                f"The resolution can't be put on lane {lane} now: {why}.",
                hint="Your choices are kept. Mend that, then finish it.",
            )
        conflict = _look(work, lane, intent.source, intent.target_old)
        state = _require_whole(conflict, intent)
        new = _build(work, state, intent.message)
        running, plan = _begin(work, tell, by, record, state, new)
        try:
            left = lane_branch.move(work, running, plan, f"cockpit: resolve {lane}")
        except CockpitError as error:
            if lane_branch.stands_at(work, plan) != "new":
                running.abandon(error.title, error.hint, detail=error.detail)
            raise
        running.step("remember how it was resolved")
        resolving_memory.remember(work, state)
        resolving_drafts.drop(work, lane)
        count = len(conflict.files)
        what = f"resolved {lane} against {conflict.target_name} in {count} file(s)"
        op = running.done(what, {"old": plan.old, "new": new, "left": left})
    return _outcome(conflict, op, new, left)


def _require_same(intent: Resolve, source: CommitId, target: CommitId) -> None:
    for name, seen, now in (
        (f"Lane {intent.lane}", intent.source, source),
        ("The target", intent.target_old, target),
    ):
        if seen != now:
            raise Refused(
                f"{name} moved since the conflict was shown; nothing was changed.",
                detail=f"It was at {seen[:12]} and is at {now[:12]}.",
                hint="Look at the conflict again; what you chose is suggested where the same "
                "lines are in question.",
            )


def _require_whole(conflict: Question, intent: Resolve) -> Resolution:
    """Every place decided, and no marker left. Raises `Refused`, `UsageError`, `Conflict`."""
    lane = conflict.lane
    if not conflict.files:
        raise Refused(
            f"Lane {lane} does not conflict with {conflict.target_name}.",
            hint=f"`cockpit merge {lane}` lands it, `cockpit sync {lane}` brings the target in.",
        )
    try:
        state = with_picked(conflict, intent.choices)
    except ValueError as error:
        raise UsageError(
            f"A choice does not fit the conflict of lane {lane}.", detail=str(error)
        ) from error
    require_finished(state)
    return state


def require_finished(state: Resolution) -> None:
    """Raises `Conflict` naming what is open, `Refused` for texts with markers in them."""
    conflict = state.conflict
    still = {point.file for point in state.open_points()}
    if still:
        paths = tuple(conflict.files[file].path for file in sorted(still))
        count = len(state.open_points())
        raise Conflict(
            f"{count} place(s) in {len(paths)} file(s) are not decided yet; nothing was changed.",
            paths=paths,
            detail="\n".join(paths),
            hint=f"`cockpit resolve {conflict.lane} --list` shows them.",
        )
    marked = [conflict.files[file].path for file in state.marked()]
    if marked:
        raise Refused(
            f"Conflict markers are left in {len(marked)} file(s); nothing was changed.",
            detail="\n".join(marked),
            hint="Edit them out, or choose a side.",
        )


def _build(work: Workplace, state: Resolution, message: str) -> CommitId:
    conflict = state.conflict
    results = []
    for file in range(len(conflict.files)):
        entries = state.entries(file)
        if entries is None:
            raise AssertionError("a finished resolution has an answer for every file")
        results.append(entries)
    tree = work.git.conflicts.resolved_tree(conflict, results)
    text = message.strip() + "\n" if message.strip() else message_for(conflict)
    return work.git.builder.commit_tree(tree, [conflict.source, conflict.target], text)


def _begin(
    work: Workplace, tell: Tell, by: str, record: LaneRecord, state: Resolution, new: CommitId
) -> tuple[Running, BranchPlan]:
    conflict = state.conflict
    stamp = int(work.clock.now() * 1000)
    plan = BranchPlan(
        lane=record.lane,
        branch=record.branch,
        old=conflict.source,
        new=new,
        worktree=str(record.worktree),
        staging=str(staging_for(work, f"resolve-{record.lane}-{stamp}")),
        how="merge",
        target=conflict.target,
    )
    running = begin(
        work,
        tell,
        OpKind.RESOLVE,
        lane=record.lane,
        by=by,
        summary=f"resolve {record.lane} against {conflict.target_name}",
        plan={**plan.to_json(), "files": [file.path for file in conflict.files[:PATHS_SAID]]},
    )
    return running, plan


def _outcome(conflict: Question, op: Operation, new: CommitId, left: list[str]) -> Outcome:
    lane, count = conflict.lane, len(conflict.files)
    note = f" {len(left)} path(s) were left as the lane has them." if left else ""
    return Outcome(
        f"Resolved {count} conflict(s) of {lane} with {conflict.target_name} as {new[:10]}; "
        f"`cockpit merge {lane}` lands it, `cockpit undo {op.seq}` takes it back.{note}",
        op,
        {
            "lane": lane,
            "target": conflict.target_name,
            "source": conflict.source,
            "target_old": conflict.target,
            "new": new,
            "paths": [file.path for file in conflict.files],
            "left": left,
            "undo": op.seq,
        },
    )


def recover(work: Workplace, running: Running) -> str:
    """Finish or drop a resolution that a death cut off."""
    plan = BranchPlan.from_json(running.op.intent)
    said = lane_branch.recover(work, running, plan, f"resolved {plan.lane}")
    if lane_branch.stands_at(work, plan) in ("new", "beyond"):
        resolving_drafts.drop(work, LaneId(plan.lane))
    return said


# ---------------------------------------------------------------- the merge tool


def merge_tool(work: Workplace, state: Resolution, file: int) -> MergeToolCall:
    """The commander's merge tool on one file with text: `$MERGETOOL`, else what their git is
    configured to use. Raises `Refused`."""
    here = state.conflict.files[file]
    if not here.pieces:
        raise Refused(
            f"{safe(here.path, width=200).text} has no text to merge.",
            hint="Choose one of the versions.",
        )
    command = work.environment.get("MERGETOOL", "")
    return work.git.conflicts.merge_tool(state.conflict, file, marked_text(state, file), command)
