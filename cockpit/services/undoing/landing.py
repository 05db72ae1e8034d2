"""Undoing a landing in any position: the target goes back by compare-and-swap while nothing
else holds what landed, else a commit takes back what came with it.

| died after | left behind | next start |
|---|---|---|
| intent, pins, staging | the journal entry, refs of ours | dropped: the target is where it was |
| compare-and-swap | the target moved, its checkout not yet | finished (`services/target.py`) |
| the same, and someone put more on top | the same | the checkout follows to there |
"""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.domain.change import PathChange
from cockpit.domain.ids import CommitId, RefName, TreeId, branch_name
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.plans import TargetPlan
from cockpit.domain.shared import SharedHunk
from cockpit.errors import CockpitError, Refused
from cockpit.services import pushing, target
from cockpit.services.api import UndoPreview
from cockpit.services.running import Running
from cockpit.services.undoing import sharing
from cockpit.services.undoing.contract import Undoing, lane_lock, later_steps
from cockpit.services.workplace import Workplace

SHOWN = 12
"""Paths that a preview's sentences name; `UndoPreview.paths` has all."""


def _preview(work: Workplace, op: Operation) -> UndoPreview:
    landed = TargetPlan.from_json(op.intent)
    with work.git.looking():
        try:
            back, shared = _look(work, op, landed)
        except CockpitError as error:
            return UndoPreview(op, (), (error.title, *error.detail.splitlines()))
        steps = sharing.target_steps(work)
        paths = tuple(dict.fromkeys(one.path for one in _brought(work, landed)))
        lines = [*_what_happens(work, op, landed, back), *_taken_back(paths)]
        lines += sharing.sentences(shared, steps, blocking=False)
        ways = sharing.sentences(shared, steps, blocking=True)
        if back is not None:
            ways += target.ways_to(work, back)
    return UndoPreview(op, tuple(lines), tuple(ways), shared, paths)


def _look(
    work: Workplace, op: Operation, landed: TargetPlan
) -> tuple[TargetPlan | None, tuple[SharedHunk, ...]]:
    """How the target would move (None: later work is in the way), and the hunks that later
    commits share. Raises `Refused` where there is nothing to undo."""
    now = _where(work, landed)
    if _may_go_back(work, op, landed, now):
        return moving(work, op, landed, now, landed.old, "back"), ()
    outcome = work.git.builder.revert_tree(now, CommitId(landed.new), before=CommitId(landed.old))
    shared = sharing.shared_with(work, landed, now, outcome.conflicts)
    if outcome.conflicts:
        return None, shared
    new = _commit(work, op, landed, now, outcome.tree)
    return moving(work, op, landed, now, new, "revert"), shared


def _brought(work: Workplace, landed: TargetPlan) -> list[PathChange]:
    return work.git.changes(CommitId(landed.old), CommitId(landed.new))


def _what_happens(
    work: Workplace, op: Operation, landed: TargetPlan, back: TargetPlan | None
) -> list[str]:
    name = branch_name(RefName(landed.ref))
    if back is None:
        return []
    if back.how == "back":
        lines = [f"{name} goes back to {back.new[:10]}"]
    else:
        lines = [f"{name} gets a commit that takes back what {landed.new[:10]} brought"]
    if landed.branch and landed.source:
        lines.append(_where_the_work_stays(work, op, landed))
    return lines


def _where_the_work_stays(work: Workplace, op: Operation, landed: TargetPlan) -> str:
    """The lane may be gone by now (`after_landing: teardown`), or have been rewritten."""
    name = branch_name(RefName(landed.branch))
    tip = work.git.read_ref(RefName(landed.branch))
    if tip is not None and work.git.is_ancestor(CommitId(landed.source), tip):
        return f"the work stays on {name}"
    gone = later_steps(work, op, (OpKind.TEARDOWN,))
    if tip is None and gone:
        return f"{name} went with the lane: `cockpit undo {gone[-1].seq}` brings it back"
    return f"{name} does not hold the work any more: it stays as refs/cockpit/op/{op.id}/source"


def _taken_back(paths: Sequence[str]) -> list[str]:
    """What comes back, as people count it."""
    said = [f"{path} is as it was before" for path in paths[:SHOWN]]
    if len(paths) > SHOWN:
        said.append(f"and {len(paths) - SHOWN} more files")
    return said


# ------------------------------------------------------------------ the plan


def _plan(work: Workplace, op: Operation) -> TargetPlan:
    """Back by compare-and-swap while only the target holds it; else a commit that takes back
    the whole of it, one commit or a row of them."""
    landed = TargetPlan.from_json(op.intent)
    now = _where(work, landed)
    if _may_go_back(work, op, landed, now):
        return moving(work, op, landed, now, landed.old, "back")
    outcome = work.git.builder.revert_tree(now, CommitId(landed.new), before=CommitId(landed.old))
    if outcome.conflicts:
        raise Refused(
            f"Later work touches the same lines as operation {op.seq} in "
            f"{len(outcome.conflicts)} file(s).",
            detail="\n".join(outcome.conflicts),
            hint="Undo the later landings first, or revert by hand.",
        )
    new = _commit(work, op, landed, now, outcome.tree)
    return moving(work, op, landed, now, new, "revert")


def _where(work: Workplace, landed: TargetPlan) -> CommitId:
    """Where the target is. Raises `Refused` when what landed is not in it any more."""
    name = branch_name(RefName(landed.ref))
    now = work.git.read_ref(RefName(landed.ref))
    if now is None:
        raise Refused(f"The branch {name} is gone.", hint="Look at `git reflog`.")
    if not work.git.is_ancestor(CommitId(landed.new), now):
        raise Refused(
            f"{name} no longer holds what was landed.",
            hint="Someone moved it back already; there is nothing to undo.",
        )
    return now


def _may_go_back(work: Workplace, op: Operation, landed: TargetPlan, now: CommitId) -> bool:
    """Whether the target alone holds what landed, at its tip: from anywhere else it would come
    back unseen with the next landing."""
    return now == landed.new and not holders(work, op, RefName(landed.ref), now)


def holders(work: Workplace, op: Operation, ref: RefName, commit: CommitId) -> list[str]:
    """Who else has `commit`, which `op` put on `ref`, in its history: other refs (ours apart),
    lanes whose HEAD is detached there, and remotes that it was pushed to or may have been."""
    refs = [
        str(other)
        for other in work.git.refs_containing(commit)
        if other != ref and not other.startswith("refs/cockpit/")
    ]
    admins = {record.admin: lane for lane, record in work.registry.lanes().items()}
    detached = [
        f"lane {admins[info.admin]}"
        for info in work.git.worktrees()
        if info.admin in admins
        and info.head.ref is None
        and info.head.commit is not None
        and work.git.is_ancestor(commit, info.head.commit)
    ]
    return refs + detached + pushing.published(work, commit, op.seq)


def moving(
    work: Workplace, op: Operation, landed: TargetPlan, old: CommitId, new: str, how: str
) -> TargetPlan:
    """The target from `old` to `new`, the checkout that has it following."""
    info = target.checkout_of(work, RefName(landed.ref))
    name = f"undo-{op.seq}-{int(work.clock.now() * 1000)}"
    return TargetPlan(
        ref=landed.ref,
        old=old,
        new=new,
        checkout=str(info.path) if info else "",
        staging=str(target.staging_for(work, name)),
        lane=landed.lane,
        branch=landed.branch,
        how=how,
    )


def _commit(
    work: Workplace, op: Operation, landed: TargetPlan, now: CommitId, tree: TreeId
) -> CommitId:
    message = (
        f"Revert the landing of {landed.lane or 'a lane'}\n\n"
        f"Takes back what {landed.new} brought.\n"
    )
    return work.git.builder.commit_tree(tree, [now], message)


# ------------------------------------------------------------------ doing it


def locks(op: Operation) -> list[str]:
    """Those of the lane and of the target."""
    return [*lane_lock(op), "target"]


def advance(work: Workplace, running: Running) -> str:
    """Move the target, or only let its checkout follow where it was moved already."""
    plan = TargetPlan.from_json(running.op.intent)
    if work.git.read_ref(RefName(plan.ref)) == plan.new:
        left = target.follow(work, running, plan)
    else:
        left = target.move(work, running, plan, f"cockpit: undo {running.op.undoes}")
    return f"; left alone: {', '.join(left)}" if left else ""


def nothing_happened(work: Workplace, running: Running) -> bool:
    """Whether the target stands where it stood."""
    plan = TargetPlan.from_json(running.op.intent)
    return work.git.read_ref(RefName(plan.ref)) == plan.old


def recover(work: Workplace, running: Running) -> str:
    """End an undoing that died, by where the target is."""
    plan = TargetPlan.from_json(running.op.intent)
    now = work.git.read_ref(RefName(plan.ref))
    if now == plan.new:
        note = advance(work, running)
        running.done(f"undid {running.op.undoes} after an interruption{note}")
        return "was finished"
    if now is not None and target.went_on(work, plan, now):
        left = target.follow_on(work, running, plan, now)
        note = f"; left alone: {', '.join(left)}" if left else ""
        running.done(f"undid {running.op.undoes}; the target went on since{note}")
        return "had been done, and the target went on since"
    target.drop_staging(work, plan)
    running.abandon("it was interrupted before the target moved")
    return "had not moved the target and was dropped"


UNDOING = Undoing(_preview, _plan, advance, locks, nothing_happened, recover)
