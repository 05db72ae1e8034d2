"""Moving the target branch: the only code that does, for landings and for their undoing.

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry | abandoned: the target is where it was |
| pins, staging | refs of ours, files beside git's folder | the same; staging goes |
| compare-and-swap | the target at the new commit, the checkout still at the old | finished |
| some paths of the checkout | a mixture of old and new files | finished path by path |
| index | a checkout that follows | the end is written |

The compare-and-swap is the point of no return. Before it everything can be dropped, after
it everything can be finished, since a path is written only where it still holds the old
content (`finish_sync`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cockpit.domain.ids import CommitId, LaneId, RefName, branch_name
from cockpit.domain.plans import TargetPlan
from cockpit.errors import CockpitError, RefMoved, Refused
from cockpit.services.ports import WorktreeInfo
from cockpit.services.running import Running
from cockpit.services.workplace import Workplace

EXPECTED = "expected"
"""State file: where each ref that only cockpit and the commander should move was last seen."""


def checkout_of(
    work: Workplace, ref: RefName, infos: Sequence[WorktreeInfo] | None = None
) -> WorktreeInfo | None:
    """The checkout that has `ref` on its HEAD and so must follow it; None when nowhere.
    `infos` where all worktrees were looked at already."""
    known = work.git.worktrees() if infos is None else infos
    return next((info for info in known if info.exists and info.head.ref == ref), None)


def lanes_on(
    work: Workplace, ref: RefName, infos: Sequence[WorktreeInfo] | None = None
) -> list[LaneId]:
    """Lanes whose worktree has `ref` on its HEAD: an agent put it there."""
    known = work.git.worktrees() if infos is None else infos
    heads = {info.admin: info.head.ref for info in known if not info.main}
    lanes = work.registry.lanes().values()
    return [one.lane for one in lanes if one.branch != ref and heads.get(one.admin) == ref]


def staging_for(work: Workplace, name: str) -> Path:
    """Where new contents are laid out: beside git's objects, on the checkout's file system."""
    return work.git.common_dir / "cockpit-staging" / name


def why_not_follow(work: Workplace, info: WorktreeInfo | None) -> str:
    """Why the checkout of the target could not follow at all; empty when it could."""
    if info is None:
        return ""
    under_way = work.git.operation_under_way(info.path)
    if under_way:
        return f"a {under_way} is under way in {info.path}"
    return ""


def in_the_way(
    work: Workplace, info: WorktreeInfo | None, old: CommitId, new: CommitId
) -> tuple[str, ...]:
    """Paths that moving the target would change and that hold the commander's own work."""
    if info is None:
        return ()
    plan = work.git.follower.plan(info.path, old, new, staging_for(work, "preview"))
    return plan.in_the_way


def ways_to(work: Workplace, plan: TargetPlan) -> tuple[str, ...]:
    """Why the checkout could not follow the target through `plan`, as clauses; empty if it
    can, or if there is none."""
    info = checkout_of(work, RefName(plan.ref))
    why = why_not_follow(work, info)
    paths = in_the_way(work, info, CommitId(plan.old), CommitId(plan.new))
    return (*((why,) if why else ()), *(f"your work in {path}" for path in paths))


def went_on(work: Workplace, plan: TargetPlan, now: CommitId | None) -> bool:
    """Whether the target was moved as planned and someone put more on top before we looked.

    Going back moves to an ancestor of where it was, so there it counts that the old commit
    is gone from the target's history.
    """
    if now is None or now in (plan.old, plan.new):
        return False
    if plan.how == "back":
        return not work.git.is_ancestor(CommitId(plan.old), now)
    return work.git.is_ancestor(CommitId(plan.new), now)


def move(work: Workplace, running: Running, plan: TargetPlan, reason: str) -> list[str]:
    """Move the target and let its checkout follow; returns paths that were left alone.

    Call with `target` held. Raises `Refused` before the point of no return with nothing
    changed; the caller abandons.
    """
    ref = RefName(plan.ref)
    old, new = CommitId(plan.old), CommitId(plan.new)
    running.step("pin the commits")
    work.git.verify_objects(new, old)
    work.git.own_objects(new, old)
    pin(work, running, plan)
    running.step("lay out the new files")
    stage(work, plan)
    running.step(f"move {branch_name(ref)}")
    try:
        work.git.move_ref(ref, new=new, old=old, reason=reason)
    except RefMoved as error:
        drop_staging(work, plan)
        raise Refused(
            f"{branch_name(ref)} moved meanwhile; nothing was changed.",
            detail=error.title,
            hint="Look at the preview again.",
        ) from error
    except CockpitError:
        if work.git.read_ref(ref) == old:
            drop_staging(work, plan)
        raise
    return follow(work, running, plan)


def pin(work: Workplace, running: Running, plan: TargetPlan) -> None:
    """Backup refs for both ends and the source, made before and apart from the change."""
    for name, commit in (("old", plan.old), ("new", plan.new), ("source", plan.source)):
        ref = RefName(f"refs/cockpit/op/{running.op.id}/{name}")
        if commit and work.git.read_ref(ref) != commit:
            work.git.move_ref(ref, new=CommitId(commit), old=None, reason="cockpit: pin")


def stage(work: Workplace, plan: TargetPlan) -> None:
    """Lay out new contents and look once more that nothing is in the way. A full disk shows
    here, before anything moves."""
    if not plan.checkout:
        return
    sync = work.git.follower.plan(
        Path(plan.checkout), CommitId(plan.old), CommitId(plan.new), Path(plan.staging)
    )
    if sync.in_the_way:
        raise Refused(
            f"Your work in {plan.checkout} is in the way of {len(sync.in_the_way)} path(s).",
            detail="\n".join(sync.in_the_way),
            hint="Commit it or move it away; then look at the preview again.",
        )
    try:
        work.git.follower.stage(sync)
    except CockpitError:
        drop_staging(work, plan)
        raise


def follow(work: Workplace, running: Running, plan: TargetPlan) -> list[str]:
    """Bring the checkout after the target; can be done again after a death."""
    left: list[str] = []
    if plan.checkout:
        running.step("bring the checkout after it")
        sync = work.git.follower.plan(
            Path(plan.checkout), CommitId(plan.old), CommitId(plan.new), Path(plan.staging)
        )
        left = work.git.follower.finish(sync)
    drop_staging(work, plan)
    remember(work, RefName(plan.ref), CommitId(plan.new))
    return left


def drop_staging(work: Workplace, plan: TargetPlan) -> None:
    """Copies of committed content only; nothing of anyone's lies there."""
    if plan.staging:
        work.git.follower.drop(Path(plan.staging))


def remember(work: Workplace, ref: RefName, commit: CommitId) -> None:
    """Note where cockpit itself has put or seen `ref`."""
    known = dict(work.state.read(EXPECTED) or {})
    if known.get(ref) != commit:
        work.state.write(EXPECTED, {**known, ref: commit})


def see(work: Workplace) -> None:
    """The commander has seen the target as it is now, and says so."""
    tip = work.git.read_ref(work.target)
    if tip is not None:
        remember(work, work.target, tip)


def moved_unseen(work: Workplace, ref: RefName, now: CommitId) -> str:
    """A sentence when `ref` is not where it was last seen; empty when it is."""
    seen = (work.state.read(EXPECTED) or {}).get(ref)
    if not seen or seen == now:
        return ""
    if work.git.resolve(str(seen)) is None:
        return f"it was at {str(seen)[:10]}, a commit that is gone now"
    if work.git.is_ancestor(CommitId(str(seen)), now):
        count = len(work.git.history.commits(CommitId(str(seen)), now))
        return f"{count} commit(s) came in since cockpit last saw it at {str(seen)[:10]}"
    return f"it was rewritten since cockpit last saw it at {str(seen)[:10]}"
