"""What later work shares with a landing: lines that both changed, and which step brought them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cockpit.domain.ids import CommitId
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.plans import TargetPlan
from cockpit.domain.shared import (
    FileEdits,
    LaterCommit,
    SharedHunk,
    shared_hunks,
    with_conflicts,
)
from cockpit.services.undoing.contract import came_after
from cockpit.services.workplace import Workplace


def shared_with(
    work: Workplace, landed: TargetPlan, now: CommitId, conflicts: Sequence[str]
) -> tuple[SharedHunk, ...]:
    """The hunks that came with `landed` and were changed again up to `now`; those in
    `conflicts` block taking it back."""
    old, new = CommitId(landed.old), CommitId(landed.new)
    mine = work.git.line_edits.between(old, new)
    paths = [file.path for file in mine]
    later = work.git.line_edits.after(new, now, paths)
    again = (
        work.git.line_edits.brought(old, new, now, paths, _sides(work, new, now)) if paths else ()
    )
    shared = list(shared_hunks(mine, later, again))
    known = {hunk.path for hunk in shared}
    unclear = [path for path in conflicts if path not in known]
    if unclear:
        shared += _by_sum(work, landed, now, [one for one in mine if one.path in unclear])
    return with_conflicts(shared, conflicts, step_of_each(work, (hunk.commit for hunk in shared)))


def _sides(
    work: Workplace, since: CommitId, now: CommitId
) -> list[tuple[CommitId, CommitId, CommitId]]:
    """Landings between `since` and `now` that made no merge commit, with the lane's commit."""
    found = []
    for op in target_steps(work):
        plan = TargetPlan.from_json(op.intent)
        if op.kind is not OpKind.LAND or plan.how not in ("squash", "rebase") or not plan.source:
            continue
        new, source = CommitId(plan.new), CommitId(plan.source)
        known = work.git.resolve(new) is not None and work.git.resolve(source) is not None
        is_later = known and new != since and work.git.is_ancestor(since, new)
        if is_later and work.git.is_ancestor(new, now):
            found.append((new, CommitId(plan.old), source))
    return found


def _by_sum(
    work: Workplace, landed: TargetPlan, now: CommitId, mine: Sequence[FileEdits]
) -> tuple[SharedHunk, ...]:
    """The same for what all later commits came to together: git merges the sums, and may lay
    their lines side by side in another way than commit by commit."""
    if not mine:
        return ()
    paths = [file.path for file in mine]
    return shared_hunks(
        mine, (LaterCommit("", "", work.git.line_edits.between(CommitId(landed.new), now, paths)),)
    )


def step_of_each(work: Workplace, commits: Iterable[str]) -> dict[str, int]:
    """The step of the journal that brought each of these commits to the target: its last
    commit names it, or it is one of a landing that brought several (a rebase)."""
    wanted = {commit for commit in commits if commit}
    if not wanted:
        return {}
    found: dict[str, int] = {}
    for op in target_steps(work):
        plan = TargetPlan.from_json(op.intent)
        if plan.new in wanted:
            found[plan.new] = op.seq
        elif plan.how == "rebase" and not wanted <= set(found):
            inside = work.git.history.commits(CommitId(plan.old), CommitId(plan.new))
            found.update({one.commit: op.seq for one in inside if one.commit in wanted})
    return found


def target_steps(work: Workplace) -> list[Operation]:
    """Steps that moved the target, oldest first: landings and what took them back."""
    return [op for op in work.journal.entries() if moved_target(op)]


def moved_target(op: Operation) -> bool:
    what = op.intent.get("what") if op.kind is OpKind.UNDO else op.kind
    moves = what in (OpKind.LAND, OpKind.UNDO) and "new" in op.intent
    return moves and op.state is OpState.DONE


# ------------------------------------------------------------------ in words


def sentences(
    shared: Sequence[SharedHunk], steps: Sequence[Operation], *, blocking: bool
) -> list[str]:
    """A clause for each file and later commit of those that block (or that don't)."""
    names = {op.seq: op for op in steps}
    lines: dict[tuple[str, str, int | None], list[str]] = {}
    subjects: dict[str, str] = {}
    for hunk in shared:
        if hunk.blocks is blocking:
            lines.setdefault((hunk.path, hunk.commit, hunk.step), []).append(hunk.lines)
            subjects[hunk.commit] = hunk.subject
    said = []
    for (path, commit, step), where in lines.items():
        op = names.get(step) if step is not None else None
        who = came_after(op) if op is not None else _commit(commit, subjects[commit])
        said.append(f"{who} and changed {', '.join(where)} of {path} as well")
    return said


def _commit(commit: str, subject: str) -> str:
    if not commit:
        return "later work came after it"
    return f"the commit {commit[:10]} ({subject[:80]}) came after it"
