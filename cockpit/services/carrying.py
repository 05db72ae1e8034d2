"""The commander's uncommitted changes and a lane that starts: taken along, or named.

A lane begins at a commit, so what lies uncommitted in the main checkout is not in it. With
`--with-changes` it is laid into the lane's worktree as uncommitted work, staged where it was
staged: a snapshot tree of the checkout is checked out in place of the base, and the index is
set back to what was staged. The checkout stays as it is. This needs a lane that starts from the
very commit that the checkout is on; then nothing can conflict.

| died after | left behind | next start |
|---|---|---|
| intent | nothing of it | taken then, from what lies there then |
| snapshot pinned | a ref of the operation | the same snapshot is laid out |
| files | the lane's worktree, index as the files | both to the trash, laid out again |
| index | the lane's worktree as the checkout is | goes on |
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from cockpit.domain.change import NULL_MODE, PathChange
from cockpit.domain.ids import BlobId, CommitId, RefName
from cockpit.domain.plans import StartPlan
from cockpit.domain.taking import Uncommitted
from cockpit.domain.text import counted, safe
from cockpit.errors import CockpitError, Refused
from cockpit.services import bus
from cockpit.services.running import Running
from cockpit.services.target import staging_for
from cockpit.services.workplace import Workplace

NAMED = 3
"""Paths that a sentence names; the rest is counted."""


def changes_of(work: Workplace) -> list[str]:
    """Paths that are uncommitted in the main checkout, sorted; the configuration and what is
    on the bus are not for lanes. Nothing in a bare repository."""
    if work.git.main_checkout is None:
        return []
    skip = _skip(work)
    return [path for path in work.git.dirty_paths(work.root) if not skip(path)]


def _skip(work: Workplace) -> Callable[[str], bool]:
    own = work.config.path.name

    def skip(path: str) -> bool:
        return path == own or bus.is_own_result(path)

    return skip


def words(paths: Sequence[str]) -> str:
    """`a, b, c and 4 more`."""
    named = ", ".join(safe(path, width=60).text for path in paths[:NAMED])
    more = len(paths) - NAMED
    return f"{named} and {more} more" if more > 0 else named


def unseen(work: Workplace, lane: str) -> tuple[list[str], str]:
    """What the lane doesn't see of the checkout, and a sentence that says so; empty for
    nothing. A checkout that can't be looked at keeps nobody from starting."""
    try:
        paths = changes_of(work)
    except CockpitError as error:
        return [], f"What is uncommitted in {work.root} is not known: {error.title}"
    if not paths:
        return [], ""
    count = counted(len(paths), "uncommitted change")
    return paths, (
        f"{lane} does not see {count} of your checkout: {words(paths)} "
        "(`--with-changes` takes them along)."
    )


# ---------------------------------------------------------------- taking them along


def with_words(plan: StartPlan) -> str:
    """What came along, for the end of a sentence; empty where nothing did."""
    if not plan.with_changes:
        return ""
    count = counted(len(plan.carried_paths), "uncommitted change")
    return f" with {count} of your checkout" if plan.carried_paths else ", nothing to take along"


def require(work: Workplace, lane: str, base: CommitId) -> None:
    """Raises `Refused` where the changes can't be laid on `base`."""
    if work.git.main_checkout is None:
        raise Refused(
            "A bare repository has no checkout whose changes could be taken along.",
            hint=f"Start {lane} without --with-changes.",
        )
    under_way = work.git.operation_under_way(work.root)
    if under_way:
        raise Refused(
            f"A {under_way} is under way in {work.root}, so its changes can't be taken along.",
            hint="Finish or abort it, or start without --with-changes.",
        )
    _require_on(lane, base, work.git.head(work.root).commit)
    work.git.taker.uncommitted(work.root, skip=_skip(work))  # raises what taking would raise


def _require_on(lane: str, base: CommitId, head: CommitId | None) -> None:
    if head != base:
        where = head[:10] if head is not None else "no commit"
        raise Refused(
            f"Your changes are made on {where}, and {lane} starts from {base[:10]}: laid on "
            "that they could conflict.",
            hint="Switch your checkout to where the lane starts, set the lane's `base:`, or "
            "start without --with-changes.",
        )


def keep(work: Workplace, running: Running, plan: StartPlan) -> StartPlan:
    """The plan with the snapshot of the checkout, pinned; as it is where it has one."""
    if not plan.with_changes or plan.carried:
        return plan
    running.step("take the checkout's changes along")
    base = CommitId(plan.base)
    require(work, plan.lane, base)
    found = work.git.taker.uncommitted(work.root, skip=_skip(work), keep=True)
    for head in (found.head, work.git.head(work.root).commit):  # somebody may have committed
        _require_on(plan.lane, base, head)
    message = f"cockpit: uncommitted changes of the checkout, for lane {plan.lane}\n"
    commit = work.git.builder.commit_tree(found.tree, [found.head], message)
    ref = RefName(f"refs/cockpit/op/{running.op.id}/changes")
    if work.git.read_ref(ref) is None:
        work.git.move_ref(ref, new=commit, old=None, reason="cockpit: pin")
    plan = replace(
        plan,
        carried=commit,
        carried_paths=[change.path for change in found.changes],
        staged=_staged(found),
        left_out=list(found.left),
    )
    running.update(plan)
    return plan


def lay_out(work: Workplace, plan: StartPlan, worktree: Path) -> None:
    """The files of the snapshot, and what was staged in the index; can be done again."""
    work.git.fill_worktree(worktree, CommitId(plan.carried))
    changes = [_change(entry) for entry in plan.staged]
    if changes:
        name = f"carry-{plan.lane}-{plan.carried[:12]}"
        staging = staging_for(work, name)
        left = work.git.edit.edit_index(worktree, changes, staging)
        work.git.edit.drop(staging, {})
        if left:
            raise CockpitError(
                f"What you have staged could not be staged in lane {plan.lane}.",
                detail="\n".join(left[:20]),
            )


def _staged(found: Uncommitted) -> list[list[str]]:
    """From the snapshot's entries to what the checkout's index has; what was only meant to be
    added is untracked, as it is for who has not meant that."""
    staged = [
        [one.path, one.new_mode, one.old_mode, one.new_blob, one.old_blob]
        for one in found.index
        if one.path not in found.meant
    ]
    return staged + [
        [one.path, one.new_mode, NULL_MODE, one.new_blob, "0" * len(one.new_blob)]
        for one in found.changes
        if one.path in found.meant
    ]


def _change(entry: Sequence[str]) -> PathChange:
    path, old_mode, new_mode, old, new = entry
    return PathChange(path, old_mode, new_mode, BlobId(old), BlobId(new))
