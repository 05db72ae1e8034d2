"""Moving the target branch: the only code that does, for landings and for their undoing.

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry | abandoned: the target is where it was |
| pins, staging | refs of ours, files beside git's folder | the same; staging goes |
| lock of the index | git's lock file, which recovery takes away first | the same |
| compare-and-swap | the target at the new commit, the checkout still at the old | finished |
| some paths of the checkout | a mixture of old and new files | finished path by path |
| index | a checkout that follows | the end is written |
| any of these, and someone put more on top | the same | the checkout follows to there |
| any of these, and the checkout left the branch | the same | it is left alone |

The compare-and-swap is the point of no return. Before it everything can be dropped, after
it everything can be finished, since a path is written only where it still holds the old
content (`finish_sync`). The checkout's index is locked from before it until the index follows:
a commit that the commander made in between would take the old index for its tree and take back,
unseen, what landed. No move begins while another's checkout has not followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from cockpit.domain.ids import CommitId, LaneId, RefName, branch_name
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.plans import TargetPlan
from cockpit.errors import CockpitError, RefMoved, Refused
from cockpit.services.ports import SyncPlan, WorktreeInfo
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
    _require_settled(work, running, plan)
    running.step("pin the commits")
    work.git.verify_objects(new, old)
    work.git.own_objects(new, old)
    pin(work, running, plan)
    try:
        running.step("lay out the new files")
        stage(work, plan)
        with _held(work, plan):
            running.step(f"move {branch_name(ref)}")
            _require_same_checkout(work, plan)
            if plan.checkout:
                _require_free(work, plan)
            work.git.move_ref(ref, new=new, old=old, reason=reason)
            left = _bring(work, running, plan)
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
    _followed(work, plan)
    return left


def is_move(op: Operation) -> bool:
    """Whether the operation moves a target, its checkout following: its intent is a
    `TargetPlan`."""
    kinds = (OpKind.LAND, OpKind.FOLLOW, OpKind.UNDO)
    return op.kind in kinds and {"ref", "old", "new", "checkout"} <= op.intent.keys()


def _require_settled(work: Workplace, running: Running, plan: TargetPlan) -> None:
    """Raises `Refused` while the checkout has not followed an earlier move: what that one
    brought is staged there as taken back. With `target` held, whoever began it is dead."""
    for op in work.journal.pending():
        if op.id == running.op.id or not is_move(op) or op.intent["ref"] != plan.ref:
            continue
        theirs, now = TargetPlan.from_json(op.intent), work.git.read_ref(RefName(plan.ref))
        if now == theirs.new or went_on(work, theirs, now):
            raise Refused(
                f"Operation {op.seq} ({op.summary}) was cut off before its checkout followed.",
                detail=f"{theirs.checkout or branch_name(RefName(plan.ref))} is not finished.",
                hint="`cockpit recover` finishes it, or says what keeps it from that; commit "
                "nothing there before.",
            )


def _held(work: Workplace, plan: TargetPlan) -> AbstractContextManager[None]:
    """Other gits kept out of the index of the checkout that follows, if one does."""
    if not plan.checkout:
        return nullcontext()
    return work.git.follower.hold(Path(plan.checkout))


def _require_same_checkout(work: Workplace, plan: TargetPlan) -> None:
    """Raises `Refused` unless the checkout that was planned with still is the one to follow."""
    info = checkout_of(work, RefName(plan.ref))
    if (str(info.path) if info else "") != plan.checkout:
        raise Refused(
            f"Another checkout has {branch_name(RefName(plan.ref))} now, or none has; nothing "
            "was changed.",
            hint="Look at the preview again.",
        )
    why = why_not_follow(work, info)
    if why:
        raise Refused(
            f"{branch_name(RefName(plan.ref))} can't be followed: {why}.",
            hint="Finish or abort it there; nothing was changed.",
        )


def pin(work: Workplace, running: Running, plan: TargetPlan) -> None:
    """Backup refs for both ends and the source, made before and apart from the change."""
    for name, commit in (("old", plan.old), ("new", plan.new), ("source", plan.source)):
        ref = RefName(f"refs/cockpit/op/{running.op.id}/{name}")
        if commit and work.git.read_ref(ref) != commit:
            work.git.move_ref(ref, new=CommitId(commit), old=None, reason="cockpit: pin")


def stage(work: Workplace, plan: TargetPlan) -> None:
    """Lay out new contents. A full disk shows here, before anything moves."""
    if plan.checkout:
        work.git.follower.stage(_require_free(work, plan))


def _require_free(work: Workplace, plan: TargetPlan) -> SyncPlan:
    """How the checkout would follow. Raises `Refused` where work lies in the way."""
    sync = _sync_plan(work, plan)
    if sync.in_the_way:
        raise Refused(
            f"Your work in {plan.checkout} is in the way of {len(sync.in_the_way)} path(s).",
            detail="\n".join(sync.in_the_way),
            hint="Commit it or move it away; then look at the preview again.",
        )
    return sync


def _sync_plan(work: Workplace, plan: TargetPlan) -> SyncPlan:
    old, new = CommitId(plan.old), CommitId(plan.new)
    return work.git.follower.plan(Path(plan.checkout), old, new, Path(plan.staging))


def follow(work: Workplace, running: Running, plan: TargetPlan) -> list[str]:
    """Bring the checkout after the target; can be done again after a death. One that left the
    branch since is left alone. Raises `Refused` while a merge or the like is under way there.
    """
    left = _bring_if_on(work, running, plan)
    _followed(work, plan)
    return left


def follow_on(work: Workplace, running: Running, plan: TargetPlan, now: CommitId) -> list[str]:
    """As `follow`, where someone put more on top (`went_on`): what a death kept from following
    would be taken back by the next commit. What came on top was not seen by that."""
    drop_staging(work, plan)  # it holds contents of `plan.new`
    left = _bring_if_on(work, running, replace(plan, new=now))
    drop_staging(work, plan)
    return left


def _bring_if_on(work: Workplace, running: Running, plan: TargetPlan) -> list[str]:
    checkout, ref = Path(plan.checkout), RefName(plan.ref)
    if not plan.checkout or not is_on(work, checkout, ref):
        return []
    with _held(work, plan):
        return _bring(work, running, plan) if is_on(work, checkout, ref) else []


def is_on(work: Workplace, checkout: Path, ref: RefName) -> bool:
    """Whether the checkout still has `ref` on its HEAD, so that it has to follow it. Raises
    `Refused` while something is under way there that may bring it back to it."""
    if not work.git.is_linked(checkout):
        return False
    head = work.git.head(checkout)
    if head.ref not in (None, ref):
        return False
    under_way = work.git.operation_under_way(checkout)
    if under_way:
        raise Refused(
            f"The checkout can't follow: a {under_way} is under way in {checkout}.",
            hint="Finish or abort it there; then `cockpit recover` goes on.",
        )
    return head.ref == ref


def _bring(work: Workplace, running: Running, plan: TargetPlan) -> list[str]:
    if not plan.checkout:
        return []
    running.step("bring the checkout after it")
    return work.git.follower.finish(_sync_plan(work, plan))


def _followed(work: Workplace, plan: TargetPlan) -> None:
    drop_staging(work, plan)
    remember(work, RefName(plan.ref), CommitId(plan.new))


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
