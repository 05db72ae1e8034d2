"""Moving a lane's branch with its worktree following: for syncs and for their undoing.

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry | abandoned: the branch is where it was |
| pins, staging | refs of ours, files beside git's folder | the same; staging goes |
| lock of the index | git's lock file, which recovery takes away first | the same |
| compare-and-swap | the branch at the new commit, index and files still at the old | finished |
| some paths | a mixture of old and new files | finished path by path |
| index | a worktree that follows | the record and the end are written |
| any of these, and the worktree left the branch | the same | it is left alone |

The compare-and-swap is the point of no return. The index is locked from before it until the
index follows: a commit that the agent made in between would take the old index for its tree
and bring back, unseen, what came in. Its `git commit` fails instead, cleanly, and a commit
that was made before makes the compare-and-swap fail. Files are moved one by one, each only
while it holds the old content.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cockpit.domain.ids import CommitId, LaneId, RefName, branch_name
from cockpit.domain.lane import LaneRecord
from cockpit.domain.plans import BranchPlan
from cockpit.errors import CockpitError, RefMoved, Refused
from cockpit.services import locked
from cockpit.services.ports import SyncPlan
from cockpit.services.running import Running
from cockpit.services.target import is_on, staging_for
from cockpit.services.workplace import Workplace


def why_not_move(work: Workplace, record: LaneRecord) -> str:
    """A clause that says why the lane's branch can't be moved under its worktree; empty when
    it can."""
    held = locked.why(work, record.lane)
    if held:
        return held
    name = branch_name(record.branch)
    if not work.disk.is_folder(record.worktree):
        return f"its folder is missing: {record.worktree}"
    if not work.git.is_linked(record.worktree):
        return f"the folder's .git no longer leads to this repository: {record.worktree}"
    under_way = work.git.operation_under_way(record.worktree)
    if under_way:
        return f"a {under_way} is under way in it"
    head = work.git.head(record.worktree)
    if head.ref != record.branch:
        on = branch_name(head.ref) if head.ref else "a detached HEAD"
        return f"its worktree is on {on}, not on {name}"
    for info in work.git.worktrees():
        if info.head.ref == record.branch and not work.disk.same(info.path, record.worktree):
            return f"{name} is checked out in {info.path} too"
    return ""


def in_the_way(
    work: Workplace, record: LaneRecord, old: CommitId, new: CommitId
) -> tuple[str, ...]:
    """Paths that the move would change and that hold uncommitted work of the lane: changed,
    staged, untracked or ignored."""
    staging = staging_for(work, f"look-{record.lane}")
    return work.git.follower.plan(record.worktree, old, new, staging).in_the_way


def move(work: Workplace, running: Running, plan: BranchPlan, reason: str) -> list[str]:
    """Move the branch, let the worktree follow; returns paths that were left alone.

    Call with the lane held. Raises `Refused` before the point of no return with nothing
    changed; the caller abandons.
    """
    ref, old, new = RefName(plan.branch), CommitId(plan.old), CommitId(plan.new)
    running.step("pin the commits")
    _pin(work, running, plan)
    try:
        running.step("lay out the new files")
        work.git.follower.stage(_require_free(work, plan))
        with work.git.follower.hold(Path(plan.worktree)):
            running.step(f"move {branch_name(ref)}")
            _require_on(work, plan)
            _require_free(work, plan)
            work.git.move_ref(ref, new=new, old=old, reason=reason)
            left = _follow(work, running, plan)
    except RefMoved as error:
        drop_staging(work, plan)
        raise Refused(
            f"{branch_name(ref)} moved meanwhile; nothing was changed.",
            detail=error.title,
            hint="Its agent commits: try again when its turn has ended.",
        ) from error
    except CockpitError:
        if work.git.read_ref(ref) == old:
            drop_staging(work, plan)
        raise
    _finish(work, running, plan)
    return left


def finish(work: Workplace, running: Running, plan: BranchPlan) -> list[str]:
    """What is left to do once the branch has moved; can be done again after a death. A worktree
    that left the branch since is left alone. Raises `Refused` while a merge or the like is
    under way there."""
    left: list[str] = []
    worktree, ref = Path(plan.worktree), RefName(plan.branch)
    if is_on(work, worktree, ref):
        with work.git.follower.hold(worktree):
            if is_on(work, worktree, ref):
                left = _follow(work, running, plan)
    _finish(work, running, plan)
    return left


def stands_at(work: Workplace, plan: BranchPlan) -> str:
    """Where the branch is now: `old`, `new`, `beyond` (someone went on from the new commit),
    `elsewhere`."""
    now = work.git.read_ref(RefName(plan.branch))
    if now == plan.new:
        return "new"
    if now is None or now == plan.old:
        return "old" if now else "elsewhere"
    if plan.how == "back":
        went_on = not work.git.is_ancestor(CommitId(plan.old), now)
    else:
        went_on = work.git.is_ancestor(CommitId(plan.new), now)
    return "beyond" if went_on else "elsewhere"


def recover(work: Workplace, running: Running, plan: BranchPlan, did: str) -> str:
    """End a move that a death cut off; `did` says in the journal what it was. Returns words
    that follow `Operation N (…)`."""
    name = branch_name(RefName(plan.branch))
    match stands_at(work, plan):
        case "new":
            left = finish(work, running, plan)
            running.done(f"{did} after an interruption", {"new": plan.new, "left": left})
            return "was finished"
        case "beyond":
            drop_staging(work, plan)
            running.done(f"{did}; {name} went on since", {"new": plan.new, "left": []})
            return f"had moved {name}, which went on since; the worktree was left alone"
        case _:
            drop_staging(work, plan)
            running.abandon("it was interrupted before the branch moved")
            return f"had not moved {name} and was dropped"


def drop_staging(work: Workplace, plan: BranchPlan) -> None:
    """Copies of committed content only; nothing of anyone's lies there."""
    work.git.follower.drop(Path(plan.staging))


def _plan(work: Workplace, plan: BranchPlan) -> SyncPlan:
    old, new = CommitId(plan.old), CommitId(plan.new)
    return work.git.follower.plan(Path(plan.worktree), old, new, Path(plan.staging))


def _require_on(work: Workplace, plan: BranchPlan) -> None:
    """Raises `Refused` where the worktree left the branch, or something is under way in it."""
    ref = RefName(plan.branch)
    if not is_on(work, Path(plan.worktree), ref):
        raise Refused(
            f"The worktree of lane {plan.lane} is not on {branch_name(ref)} any more.",
            hint="Have the lane go back to it; nothing was changed.",
        )


def _require_free(work: Workplace, plan: BranchPlan) -> SyncPlan:
    sync = _plan(work, plan)
    if sync.in_the_way:
        raise in_the_way_error(LaneId(plan.lane), sync.in_the_way)
    return sync


def in_the_way_error(lane: LaneId, paths: tuple[str, ...]) -> Refused:
    return Refused(
        f"Uncommitted work in lane {lane} is in the way of {len(paths)} path(s).",
        detail="\n".join(paths),
        hint="Have the lane commit it or move it away; nothing was changed.",
    )


def _pin(work: Workplace, running: Running, plan: BranchPlan) -> None:
    """Backup refs for both ends, made before and apart from the change."""
    for name, commit in (("old", plan.old), ("new", plan.new)):
        ref = RefName(f"refs/cockpit/op/{running.op.id}/{name}")
        if work.git.read_ref(ref) != commit:
            work.git.move_ref(ref, new=CommitId(commit), old=None, reason="cockpit: pin")


def _follow(work: Workplace, running: Running, plan: BranchPlan) -> list[str]:
    running.step("bring the lane's files after it")
    return work.git.follower.finish(_plan(work, plan))


def _finish(work: Workplace, running: Running, plan: BranchPlan) -> None:
    drop_staging(work, plan)
    record = work.registry.lanes().get(LaneId(plan.lane))
    if plan.base_new and record is not None and record.base != plan.base_new:
        running.step("remember where the lane starts from")
        work.registry.put(replace(record, base=CommitId(plan.base_new)))
