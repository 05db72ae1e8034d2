"""Undoing a teardown: both folders back from the trash (or out of the vault), the branch at
its tip, and the record, so that the lane is known again. Its agent stays stopped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cockpit.domain.ids import CommitId, LaneId, RefName, branch_name
from cockpit.domain.lane import record_from_json
from cockpit.domain.operation import Operation
from cockpit.domain.plans import RestorePlan, TeardownPlan
from cockpit.services import target
from cockpit.services.api import UndoPreview
from cockpit.services.running import Running
from cockpit.services.undoing.contract import Undoing, lane_lock, something_happened
from cockpit.services.workplace import Workplace


def _preview(work: Workplace, op: Operation) -> UndoPreview:
    gone = TeardownPlan.from_json(op.intent)
    ways = []
    if LaneId(gone.lane) in work.registry.lanes():
        ways.append(f"lane {gone.lane} was started anew since then; tear it down first")
    if work.disk.exists(Path(gone.worktree)):
        ways.append(f"something lies where the folder was: {gone.worktree}")
    tip = work.git.read_ref(RefName(gone.branch))
    if tip is not None and tip != gone.tip:
        ways.append(f"a branch {branch_name(RefName(gone.branch))} exists at {tip[:10]}")
    if gone.tip and work.git.resolve(gone.tip) is None:
        ways.append(f"the commit {gone.tip[:10]} is gone: its backup refs were deleted and pruned")
    name = branch_name(RefName(gone.branch))
    taken = target.checkout_of(work, RefName(gone.branch))
    if taken is not None:
        ways.append(f"{name} is checked out in {taken.path}")
    lines = (
        (
            f"{name} comes back at {gone.tip[:10]}",
            "its folder does not: it was missing at the teardown, or the trash and the vault "
            "were emptied",
            f"take the branch over with `cockpit adopt {gone.lane} {name}`",
        )
        if _has_no_files(work, gone.trash_folder, gone.vault_ref)
        else (
            f"the folder comes back: {gone.worktree}",
            f"{name} comes back at {gone.tip[:10]}",
            f"the agent stays stopped; restart it with `cockpit restart {gone.lane}`",
        )
    )
    return UndoPreview(op, lines, tuple(ways))


def _has_no_files(work: Workplace, trash_folder: str, vault_ref: str) -> bool:
    return not work.disk.exists(Path(trash_folder)) and not work.vault.has(RefName(vault_ref))


def _plan(work: Workplace, op: Operation) -> RestorePlan:
    gone = TeardownPlan.from_json(op.intent)
    return RestorePlan(
        lane=gone.lane,
        branch=gone.branch,
        tip=gone.tip,
        worktree=gone.worktree,
        admin=str(work.git.common_dir / "worktrees" / f"{gone.lane}-{op.seq}"),
        trash=gone.trash,
        trash_folder=gone.trash_folder,
        trash_admin=gone.trash_admin,
        vault_ref=gone.vault_ref,
        record=gone.record,
    )


def _advance(work: Workplace, running: Running) -> str:
    """Branch, folder, git's folder, links, record; each only where it is not there yet. The
    branch alone where no files were kept; a note that says so."""
    plan = RestorePlan.from_json(running.op.intent)
    ref = RefName(plan.branch)
    if plan.tip and work.git.read_ref(ref) is None:
        running.step("make the branch again")
        work.git.move_ref(
            ref, new=CommitId(plan.tip), old=None, reason=f"cockpit: undo teardown {plan.lane}"
        )
    folder, admin = Path(plan.worktree), Path(plan.admin)
    if not work.disk.exists(folder) and _has_no_files(work, plan.trash_folder, plan.vault_ref):
        return f"; only the branch: `cockpit adopt {plan.lane} {branch_name(ref)}` takes it over"
    with work.locks.hold("worktrees", why=f"bring back {plan.lane}"):
        if work.disk.exists(Path(plan.trash_folder)):
            running.step("move git's folder of the worktree back")
            if work.disk.exists(Path(plan.trash_admin)):
                work.trash.move(Path(plan.trash_admin), admin)
            running.step("move the folder back")
            work.trash.move(Path(plan.trash_folder), folder)
        elif not work.disk.exists(folder):
            running.step("lay the lane out again from the vault")
            work.vault.restore(RefName(plan.vault_ref), folder, admin)
        running.step("link folder and repository")
        work.git.restored_links(folder, admin)
    running.step("remember the lane")
    record = record_from_json(plan.record)
    work.registry.put(replace(record, admin=admin, pane=None))
    return ""


UNDOING = Undoing(_preview, _plan, _advance, lane_lock, something_happened)
