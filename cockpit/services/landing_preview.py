"""What landing a lane now would do, built as objects: exact, and nothing moves.

Every entry check is a line of its own, so that the commander sees at once what is missing
and which key mends it.
"""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.config.model import How, LaneConfig, Outside
from cockpit.domain.activity import State
from cockpit.domain.change import CommitLine, PathChange
from cockpit.domain.ids import CommitId, LaneId, TreeId, branch_name
from cockpit.domain.lane import LaneRecord
from cockpit.domain.merge import Check, LandingPreview, message_for
from cockpit.errors import Refused
from cockpit.services import bus, looking, target, zones
from cockpit.services.ports import WorktreeInfo
from cockpit.services.workplace import Workplace

BUSY = frozenset({State.WORKING, State.ASKING, State.SETUP, State.STARTING})


@dataclass(frozen=True, slots=True)
class _Built:
    """The merge as objects; `result` None when it conflicts or brings nothing."""

    result: CommitId | None
    tree: TreeId | None
    changes: tuple[PathChange, ...]
    conflicts: tuple[str, ...]
    message: str


def preview(work: Workplace, lane_id: LaneId, *, message: str = "") -> LandingPreview:
    """The preview. Raises `Refused` when there is no lane, branch or target to speak of."""
    lane = work.lane(lane_id)
    record = work.record(lane_id)
    source = work.git.read_ref(record.branch)
    old = work.git.read_ref(work.target)
    if source is None or old is None:
        gone = branch_name(record.branch) if source is None else work.config.target
        raise Refused(f"The branch {gone} is gone.", hint="Look at `cockpit log`.")
    commits = tuple(_incoming(work, old, source))
    built = _build(work, lane, old, source, commits, message)
    info = target.checkout_of(work, work.target)
    checks = (
        *_lane_checks(work, lane, record),
        *_merge_checks(work, lane, old, source, built),
        *_target_checks(work, old, built, info),
    )
    return LandingPreview(
        lane=lane_id,
        target=work.target,
        target_old=old,
        source=source,
        result=built.result,
        tree=built.tree,
        checks=checks,
        commits=commits,
        changes=built.changes,
        conflicts=built.conflicts,
        message=built.message,
        gate=work.config.gate.run,
        checkout=info.path if info else None,
    )


def _incoming(work: Workplace, old: CommitId, source: CommitId) -> list[CommitLine]:
    return work.git.commits(old, source)


def _build(
    work: Workplace,
    lane: LaneConfig,
    old: CommitId,
    source: CommitId,
    commits: tuple[CommitLine, ...],
    message: str,
) -> _Built:
    how = lane.merge or work.config.merge.how
    if how is How.REBASE:
        raise Refused(
            "This version can't land by rebase.",
            hint=f"Set `merge.how` to merge or squash in {work.config.path.name}.",
        )
    text = message or message_for(
        work.config.merge.message,
        lane=lane.lane,
        key=lane.key,
        summary=commits[0].subject if commits else "",
        commit=source,
    )
    if not commits:
        return _Built(None, None, (), (), text)
    outcome = work.git.merge(old, source)
    if outcome.conflicts:
        return _Built(None, None, (), outcome.conflicts, text)
    parents = [old] if how is How.SQUASH else [old, source]
    result = work.git.commit_tree(outcome.tree, parents, text)
    changes = tuple(work.git.changes(work.git.tree_of(old), outcome.tree))
    return _Built(result, outcome.tree, changes, (), text)


def _lane_checks(work: Workplace, lane: LaneConfig, record: LaneRecord) -> list[Check]:
    activity = looking.activity_of(work, record)
    busy = activity.state in BUSY
    said = f"the agent is {activity.state} ({activity.source}: {activity.rule})"
    unsure = activity.state is State.UNKNOWN
    checks = [Check("agent", not busy, said, key="x" if busy else "", is_note=unsure)]
    if not work.disk.is_folder(record.worktree):
        return [*checks, Check("tree", True, "the folder is gone; the branch lands as it is")]
    dirty = tuple(
        path for path in work.git.dirty_paths(record.worktree) if not bus.is_own_result(path)
    )
    text = "nothing uncommitted" if not dirty else f"{len(dirty)} uncommitted path(s)"
    checks.append(Check("tree", not dirty, text, dirty, key="o" if dirty else ""))
    head = work.git.head(record.worktree)
    if head.ref != record.branch:
        on = branch_name(head.ref) if head.ref else "a detached HEAD"
        text = f"the worktree is on {on}, not on {branch_name(record.branch)}"
        checks.append(Check("branch", False, text, key="i"))
    if not work.git.is_linked(record.worktree):
        text = f"the folder's .git no longer leads to this repository: {record.worktree}"
        checks.append(Check("branch", False, text, key="i"))
    under_way = work.git.operation_under_way(record.worktree)
    if under_way:
        checks.append(Check("branch", False, f"a {under_way} is under way in the lane", key="i"))
    return checks


def _merge_checks(
    work: Workplace, lane: LaneConfig, old: CommitId, source: CommitId, built: _Built
) -> list[Check]:
    name = work.config.target
    if built.conflicts:
        text = f"conflicts with {name} in {len(built.conflicts)} file(s)"
        return [Check("merge", False, text, built.conflicts, key="o")]
    if built.result is None:
        return [Check("commits", False, f"{name} has everything of this lane already")]
    verdict = zones.check(work, lane, built.changes)
    checks = [Check("merge", True, f"merges into {name} without conflict")]
    blocking = work.config.zones.outside is not Outside.ALLOW
    if verdict.outside:
        paths = tuple(f"{finding.path}: {finding.why}" for finding in verdict.outside)
        text = f"{len(verdict.paths)} path(s) outside the zone of {lane.lane}"
        checks.append(Check("zone", not blocking, text, paths, key="o", is_note=not blocking))
    else:
        checks.append(Check("zone", True, f"{len(built.changes)} path(s), all in the zone"))
    if verdict.notes:
        notes = tuple(f"{finding.path}: {finding.why}" for finding in verdict.notes)
        checks.append(
            Check("look at", True, f"{len(notes)} change(s) that steer tools", notes, is_note=True)
        )
    marked = tuple(work.git.has_conflict_markers(built.changes))
    if marked:
        text = f"conflict markers in {len(marked)} file(s)"
        checks.append(Check("markers", False, text, marked, key="o"))
    return checks


def _target_checks(
    work: Workplace, old: CommitId, built: _Built, info: WorktreeInfo | None
) -> list[Check]:
    checks = []
    name = work.config.target
    unseen = target.moved_unseen(work, work.target, old)
    if unseen:
        checks.append(Check("target", True, f"{name}: {unseen}", is_note=True))
    for lane in target.lanes_on(work, work.target):
        text = f"lane {lane} has {name} itself checked out, so its commits move {name} unreviewed"
        checks.append(Check("target", False, text, key="i"))
    why = target.why_not_follow(work, info)
    if why:
        checks.append(Check("checkout", False, why))
    elif built.result is not None:
        ways = target.in_the_way(work, info, old, built.result)
        if ways:
            text = f"your work is in the way of {len(ways)} path(s)"
            checks.append(Check("checkout", False, text, ways))
        else:
            where = (
                f"nothing of yours is in the way in {info.path}"
                if info
                else (f"{name} is checked out nowhere, so no folder follows it")
            )
            checks.append(Check("checkout", True, where))
    odd = tuple(work.git.tampering())
    if odd:
        text = f"{len(odd)} setting(s) in .git that could run code; cockpit ignores them"
        checks.append(Check("settings", True, text, odd, is_note=True))
    gate = work.config.gate.run
    text = "; ".join(gate) if gate else "no gate: nothing is tested before it lands"
    checks.append(Check("gate", True, text))
    return checks
