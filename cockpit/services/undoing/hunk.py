"""Undoing a hunk that was staged, unstaged or discarded: the index's entry or the file goes
back to what it was, its bytes and permissions out of the vault."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cockpit.domain.ids import LaneId, RefName
from cockpit.domain.operation import Operation
from cockpit.domain.plans import HunkPlan
from cockpit.domain.text import safe
from cockpit.errors import CockpitError
from cockpit.services import hunk_steps
from cockpit.services.api import UndoPreview
from cockpit.services.running import Running
from cockpit.services.target import staging_for
from cockpit.services.undoing.contract import Undoing, lane_lock
from cockpit.services.workplace import Workplace

SHOWN = 12
"""Lines of the hunk that a preview shows."""


def _preview(work: Workplace, op: Operation) -> UndoPreview:
    plan = HunkPlan.from_json(op.intent)
    path = safe(plan.path, width=200).text
    what = {
        "stage": f"{path} is staged no longer",
        "unstage": f"{path} is staged again",
        "discard": f"what was discarded comes back: {path}",
    }[plan.deed]
    rows = plan.shown.split("\n")
    lines = [what, *(safe(row, width=200).text for row in rows[:SHOWN] if row)]
    if len(rows) > SHOWN:
        lines.append("…")
    return UndoPreview(op, tuple(lines), _in_the_way(work, plan, path))


def _in_the_way(work: Workplace, plan: HunkPlan, path: str) -> tuple[str, ...]:
    record = work.registry.lanes().get(LaneId(plan.lane))
    if record is None or str(record.worktree) != plan.worktree:
        return (f"lane {plan.lane} is not there any more",)
    if not work.disk.is_folder(record.worktree):
        return (f"the folder of lane {plan.lane} is missing",)
    under_way = work.git.operation_under_way(record.worktree)
    if under_way:
        return (f"a {under_way} is under way in {plan.lane}",)
    try:
        same = hunk_steps.has_happened(work, plan)
    except CockpitError as error:
        return (error.title,)
    if plan.vault_ref and not work.vault.has(RefName(plan.vault_ref)):
        return (f"the vault no longer has {plan.vault_ref}",)
    if same:
        return ()
    if plan.index:
        return (f"the index of {plan.lane} has something else for {path} by now",)
    return (
        f"{path} was changed since then; what was discarded is kept in the vault as "
        f"{plan.vault_ref}",
    )


def _plan(work: Workplace, op: Operation) -> HunkPlan:
    done = HunkPlan.from_json(op.intent)
    name = f"undo-{op.seq}-{int(work.clock.now() * 1000)}"
    return replace(
        done,
        staging=str(staging_for(work, name)),
        index=[[path, new, old, after, before] for path, old, new, before, after in done.index],
        old=done.new,
        new=done.old,
        source="new" if done.source == "old" else "old",
    )


def _advance(work: Workplace, running: Running) -> str:
    plan = HunkPlan.from_json(running.op.intent)
    hunk_steps.advance(work, running, plan)
    return ""


def _nothing_happened(work: Workplace, running: Running) -> bool:
    """Whether index or file are not what the undoing makes of them: then it is dropped, with
    what it laid out."""
    plan = HunkPlan.from_json(running.op.intent)
    if hunk_steps.has_happened(work, plan):
        return False
    work.git.edit.drop(Path(plan.staging), plan.old)
    return True


UNDOING = Undoing(_preview, _plan, _advance, lane_lock, _nothing_happened)
