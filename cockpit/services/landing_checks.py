"""The entry checks of a landing: each a line of its own, with the key that mends it, so that
the commander sees at once what is missing (DESIGN §11).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from cockpit.config.model import LaneConfig, Outside
from cockpit.dataclass import dataclass
from cockpit.domain.activity import Activity, State
from cockpit.domain.approval import Standing
from cockpit.domain.ids import CommitId, LaneId, RefName, branch_name
from cockpit.domain.lane import LaneRecord
from cockpit.domain.merge import Check
from cockpit.domain.task import ResultStatus, TaskFile
from cockpit.domain.text import counted
from cockpit.errors import CockpitError, Refused
from cockpit.services import approvals, bus, locked, looking, target, tasks, zones
from cockpit.services.building import Built
from cockpit.services.ports import Head, WorktreeInfo
from cockpit.services.workplace import Workplace

BUSY = frozenset({State.WORKING, State.ASKING, State.SETUP, State.STARTING})

DEPENDS = "depends"
"""The name of the check that says which task must be merged first."""


@dataclass(frozen=True, slots=True)
class TargetLook:
    """The target as it is now, looked at once for a whole train."""

    tip: CommitId
    checkout: WorktreeInfo | None
    checks: tuple[Check, ...]
    """What holds for whatever lands."""


@dataclass(frozen=True, slots=True)
class LaneLook:
    """A lane as it is now, whatever the target is."""

    lane: LaneConfig
    record: LaneRecord
    source: CommitId
    task: str
    depends: tuple[str, ...]
    digest: str
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Glance:
    """Branches and worktrees, read once for many lanes."""

    refs: Mapping[RefName, CommitId]
    infos: Sequence[WorktreeInfo]


def glance(work: Workplace) -> Glance | None:
    """None where they can't be read together: then each lane finds out, and says, what is
    wrong with it."""
    try:
        return Glance(work.git.refs("refs/heads"), work.git.worktrees())
    except CockpitError:
        return None


def look_at_target(work: Workplace, known: Glance | None = None) -> TargetLook:
    """Raises `Refused` when the target is gone."""
    infos = work.git.worktrees() if known is None else known.infos
    tip = work.git.read_ref(work.target) if known is None else known.refs.get(work.target)
    if tip is None:
        raise _gone(work.config.target)
    info = target.checkout_of(work, work.target, infos)
    return TargetLook(tip, info, tuple(_target_checks(work, tip, info, infos)))


def look_at_lane(
    work: Workplace,
    lane_id: LaneId,
    *,
    activity: Activity | None = None,
    known: Glance | None = None,
) -> LaneLook:
    """`activity` and `known` where one look served many lanes. Raises `Refused` when there is
    no lane or branch to speak of, or when its task can't be read."""
    lane = work.lane(lane_id)
    record = work.record(lane_id)
    source = work.git.read_ref(record.branch) if known is None else known.refs.get(record.branch)
    if source is None:
        raise _gone(branch_name(record.branch))
    task = tasks.task_of(work, lane_id)
    digest = tasks.digest_of(work, lane_id)
    return LaneLook(
        lane=lane,
        record=record,
        source=source,
        task=task.id if task is not None else "",
        depends=tuple(task.depends) if task is not None else (),
        digest=digest,
        checks=(
            *_lane_checks(work, record, activity or looking.activity_of(work, record), known),
            *_approval_checks(work, lane_id, source),
            *_result_checks(work, lane_id, task),
        ),
    )


def _gone(branch: str) -> Refused:
    return Refused(f"The branch {branch} is gone.", hint="Look at `cockpit log`.")


# ---------------------------------------------------------------- the lane


def _lane_checks(
    work: Workplace, record: LaneRecord, activity: Activity, known: Glance | None
) -> Iterator[Check]:
    reason = locked.reason_of(work, record.lane)
    if reason:
        yield Check("lock", False, f"the lane is locked: {reason}", key="i")
    busy = activity.state in BUSY
    said = f"the agent is {activity.state} ({activity.source}: {activity.rule})"
    unsure = activity.state is State.UNKNOWN
    yield Check("agent", not busy, said, key="x" if busy else "", is_note=unsure)
    if not work.disk.is_folder(record.worktree):
        yield Check("tree", True, "the folder is gone; the branch lands as it is")
        return
    dirty = tuple(
        path for path in work.git.dirty_paths(record.worktree) if not bus.is_own_result(path)
    )
    text = "nothing uncommitted" if not dirty else counted(len(dirty), "uncommitted path")
    yield Check("tree", not dirty, text, dirty, key="C" if dirty else "")
    head = _head(work, record, known)
    if head.ref != record.branch:
        on = branch_name(head.ref) if head.ref else "a detached HEAD"
        text = f"the worktree is on {on}, not on {branch_name(record.branch)}"
        yield Check("branch", False, text, key="i")
    if not work.git.is_linked(record.worktree):
        text = f"the folder's .git no longer leads to this repository: {record.worktree}"
        yield Check("branch", False, text, key="i")
    under_way = work.git.operation_under_way(record.worktree)
    if under_way:
        yield Check("branch", False, f"a {under_way} is under way in the lane", key="i")


def _head(work: Workplace, record: LaneRecord, known: Glance | None) -> Head:
    infos = known.infos if known is not None else ()
    heads = [info.head for info in infos if info.admin == record.admin]
    return heads[0] if len(heads) == 1 else work.git.head(record.worktree)


def _approval_checks(work: Workplace, lane: LaneId, source: CommitId) -> Iterator[Check]:
    """A void yes is shown; landing takes a new one, for what is shown now."""
    given = approvals.state_of(work, lane, tip=source)
    if given.standing is Standing.VOID:
        text = f"your approval is void: {given.why}; landing approves what is shown here"
        yield Check("approval", True, text, is_note=True)


def _result_checks(work: Workplace, lane: LaneId, task: TaskFile | None) -> Iterator[Check]:
    """What the lane claims of its task. Saying nothing stops nothing, saying no does."""
    if task is None:
        return
    result = tasks.result_of(work, lane)
    if result is None:
        yield Check("result", True, f"{task.id} has no result yet", is_note=True)
    elif result.status is ResultStatus.DONE:
        yield Check("result", True, f"{task.id} is done, says its result")
    else:
        yield Check("result", False, f"{task.id} is {result.status}, says its result", key="o")


def depends_check(work: Workplace, seen: LaneLook, ahead: Collection[str]) -> Check | None:
    """Whether everything that the lane's task needs is merged, or lands before it (`ahead`
    holds tasks). None where it needs nothing."""
    if not seen.depends:
        return None
    merged = tasks.merged(work)
    missing = [task for task in seen.depends if task not in ahead and task not in merged]
    if not missing:
        return Check(DEPENDS, True, "everything that its task needs is merged or goes before it")
    text = f"its task needs {', '.join(missing)}, which is not merged"
    return Check(DEPENDS, False, text, key="t")


# ---------------------------------------------------------------- the merge


def merge_checks(
    work: Workplace, lane: LaneConfig, built: Built, *, is_first: bool
) -> Iterator[Check]:
    """`is_first`: it was built on the target itself, not on a car ahead of it."""
    name = work.config.target
    name = name if is_first else f"{name} as the cars ahead make it"
    if built.conflicts:
        where = f" at {built.stuck}" if built.stuck else ""
        text = f"conflicts with {name} in {counted(len(built.conflicts), 'file')}{where}"
        yield Check("merge", False, text, built.conflicts, key="c")
        return
    if built.result is None:
        yield Check("commits", False, f"{name} has everything of this lane already")
        return
    yield Check("merge", True, f"merges into {name} without conflict")
    yield from _zone_checks(work, lane, built)
    marked = tuple(work.git.has_conflict_markers(built.changes))
    if marked:
        text = f"conflict markers in {counted(len(marked), 'file')}"
        yield Check("markers", False, text, marked, key="o")


def _zone_checks(work: Workplace, lane: LaneConfig, built: Built) -> Iterator[Check]:
    verdict = zones.check(work, lane, built.changes)
    blocking = work.config.zones.outside is not Outside.ALLOW
    if verdict.outside:
        paths = tuple(f"{finding.path}: {finding.why}" for finding in verdict.outside)
        text = f"{counted(len(verdict.paths), 'path')} outside the zone of {lane.lane}"
        yield Check("zone", not blocking, text, paths, key="L", is_note=not blocking)
    else:
        yield Check("zone", True, f"{counted(len(built.changes), 'path')}, all in the zone")
    if verdict.notes:
        notes = tuple(f"{finding.path}: {finding.why}" for finding in verdict.notes)
        text = f"{counted(len(notes), 'change')} that steer{'s' if len(notes) == 1 else ''} tools"
        yield Check("look at", True, text, notes, is_note=True)


# ---------------------------------------------------------------- the target


def _target_checks(
    work: Workplace, tip: CommitId, info: WorktreeInfo | None, infos: Sequence[WorktreeInfo]
) -> Iterator[Check]:
    name = work.config.target
    unseen = target.moved_unseen(work, work.target, tip)
    if unseen:
        yield Check("target", True, f"{name}: {unseen}", is_note=True)
    for lane in target.lanes_on(work, work.target, infos):
        text = f"lane {lane} has {name} itself checked out, so its commits move {name} unreviewed"
        yield Check("target", False, text, key="i")
    why = target.why_not_follow(work, info)
    if why:
        yield Check("checkout", False, f"{why}: finish or abort it there")
    odd = tuple(work.git.tampering())
    if odd:
        text = f"{counted(len(odd), 'setting')} in .git that could run code; cockpit uses none"
        yield Check("settings", True, text, odd, is_note=True)


def follow_check(
    work: Workplace, look: TargetLook, result: CommitId | None, *, known_free: bool = False
) -> Check | None:
    """Whether the checkout of the target could follow to `result`; `known_free` says that it
    was looked at already. None where nothing would move."""
    if result is None or any(check.name == "checkout" for check in look.checks):
        return None
    info = look.checkout
    if info is None:
        where = f"{work.config.target} is checked out nowhere, so no folder follows it"
        return Check("checkout", True, where)
    ways = () if known_free else target.in_the_way(work, info, look.tip, result)
    if ways:
        mend = "commit it, or move it away"
        text = f"your work in {info.path} is in the way of {counted(len(ways), 'path')}: {mend}"
        return Check("checkout", False, text, ways)
    return Check("checkout", True, f"nothing of yours is in the way in {info.path}")


def gate_check(work: Workplace) -> Check:
    gate = work.config.gate.run
    text = "; ".join(gate) if gate else "no gate: nothing is tested before it lands"
    return Check("gate", True, text)
