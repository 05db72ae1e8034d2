"""What bringing the target into a lane would do, built as objects: exact, and nothing moves.

`preview` is used for a look (within `git.looking()`, so that nothing is left behind) and by
the sync itself, which carries out just what it says.
"""

from __future__ import annotations

from dataclasses import replace

from cockpit.config.model import LaneConfig, LaneMode
from cockpit.domain.activity import State
from cockpit.domain.ids import CommitId, LaneId, branch_name
from cockpit.domain.lane import LaneRecord
from cockpit.domain.sync import TURN, SyncHow, SyncPreview
from cockpit.errors import Refused, UsageError
from cockpit.services import lane_branch, looking, relanding, target_line
from cockpit.services.workplace import Workplace


def look(work: Workplace, lane: LaneId, how: str = "") -> SyncPreview:
    """The preview, leaving no object in the repository."""
    with work.git.looking():
        return preview(work, lane, how)


def preview(work: Workplace, lane_id: LaneId, how: str = "") -> SyncPreview:
    """Raises `Refused` when there is no lane, branch or target to speak of, or no history
    that both share."""
    record = work.record(lane_id)
    tip = work.git.read_ref(record.branch)
    target = work.git.read_ref(work.target)
    if tip is None or target is None:
        gone = branch_name(record.branch) if tip is None else work.config.target
        raise Refused(f"The branch {gone} is gone.", hint="Look at `cockpit log`.")
    shown = SyncPreview(
        lane=lane_id,
        branch=record.branch,
        target=work.target,
        how=how_of(work, how),
        old=tip,
        target_tip=target,
        new=None,
    )
    if work.git.is_ancestor(target, tip):
        return shown
    if work.git.merge_base(tip, target) is None:
        raise Refused(
            f"{branch_name(record.branch)} and {work.config.target} share no history; "
            "there is nothing to bring in.",
            hint="Start the lane anew from the target, or merge the two by hand.",
        )
    shown = replace(shown, incoming=tuple(work.git.history.commits(tip, target)))
    shown = _look_at_agent(work, record, shown)
    why = _why_not(work, record)
    if why:
        return replace(shown, why_not=why)
    shown = _build(work, shown)
    if shown.new is None:
        return shown
    paths = lane_branch.in_the_way(work, record, tip, shown.new)
    changes = tuple(work.git.changes(tip, shown.new))
    return replace(shown, changes=changes, in_the_way=paths)


def how_of(work: Workplace, how: str) -> SyncHow:
    """Raises `UsageError` for a way that there is not."""
    try:
        return SyncHow(how or work.config.sync.how)
    except ValueError as error:
        raise UsageError(f"A sync is by merge or rebase, not by {how!r}.") from error


def _why_not(work: Workplace, record: LaneRecord) -> str:
    lane: LaneConfig | None = work.config.lanes.get(record.lane)
    if lane is not None and lane.mode is LaneMode.SHARED:
        return "it works in the main checkout, which follows the target anyway"
    if record.branch == work.target:
        return "it is on the target itself"
    return lane_branch.why_not_move(work, record)


def _look_at_agent(work: Workplace, record: LaneRecord, shown: SyncPreview) -> SyncPreview:
    activity = looking.activity_of(work, record)
    if activity.state in TURN:
        return replace(shown, waits=f"its agent is {activity.state}")
    if activity.state is State.UNKNOWN:
        return replace(shown, note=f"nobody knows whether its agent rests: {activity.rule}")
    return shown


def _build(work: Workplace, shown: SyncPreview) -> SyncPreview:
    """The new commit of the lane, or the conflict."""
    tip, target = shown.old, shown.target_tip
    if work.git.is_ancestor(tip, target):
        return replace(shown, how=SyncHow.FORWARD, new=target)
    if shown.how is SyncHow.REBASE:
        return _rebase(work, shown)
    own = [CommitId(line.commit) for line in work.git.history.commits(target, tip)]
    shared = target_line.apart(target_line.held(work, target, own, [tip]))
    outcome = work.git.builder.merge(tip, target, shared=shared)
    if outcome.conflicts:
        return replace(shown, conflicts=outcome.conflicts)
    message = f"Merge {branch_name(shown.target)} into {branch_name(shown.branch)}\n"
    return replace(shown, new=work.git.builder.commit_tree(outcome.tree, [tip, target], message))


def _rebase(work: Workplace, shown: SyncPreview) -> SyncPreview:
    try:
        gone = relanding.taken_back(work, shown.lane, shown.old, shown.target_tip)
        commits = work.git.history.to_replay(shown.old, shown.target_tip, taken_back=gone)
    except Refused as error:
        return replace(shown, why_not=error.clause)
    outcome = work.git.builder.replay(commits, shown.target_tip)
    if outcome.tip is None:
        return replace(shown, conflicts=outcome.conflicts, stuck=outcome.stuck)
    own = [
        merge
        for _, merge in work.git.history.lane_commits(shown.target_tip, shown.old)
        if merge <= 1
    ]
    return replace(
        shown,
        new=outcome.tip,
        rebuilt=len(outcome.made),
        dropped=max(0, len(own) - len(outcome.made)),
    )


def lane_base(shown: SyncPreview) -> CommitId | None:
    """Where the lane starts from afterwards, where that changes: what it has of its own is
    counted from there."""
    if shown.how in (SyncHow.FORWARD, SyncHow.REBASE):
        return shown.target_tip
    return None
