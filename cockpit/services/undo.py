"""Undo: an operation of its own, which brings back what another one changed.

| what | how |
|---|---|
| start, adopt | as a teardown, which keeps everything; an adopted branch or worktree stays |
| landing | compare-and-swap back while nothing else holds the merge, else a revert commit |
| teardown | both folders back from the trash (or out of the vault), the branch at its tip |
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cockpit.domain.ids import CommitId, LaneId, RefName, branch_name
from cockpit.domain.intents import Undo
from cockpit.domain.lane import record_from_json
from cockpit.domain.operation import UNDOABLE, Operation, OpKind, OpState
from cockpit.domain.plans import Plan, RestorePlan, StartPlan, TargetPlan, TeardownPlan
from cockpit.errors import CockpitError, Refused
from cockpit.services import target, teardown
from cockpit.services.api import Outcome, Tell, UndoPreview
from cockpit.services.running import Running, begin
from cockpit.services.workplace import Workplace


def find(work: Workplace, seq: int | None) -> Operation:
    """Operation `seq`, or the last that can be undone and was not. Raises `Refused`."""
    entries = work.journal.entries()
    undone = {op.undoes for op in entries if op.undoes and op.state is not OpState.ABANDONED}
    if seq is None:
        for op in reversed(entries):
            if op.kind in UNDOABLE and op.state is OpState.DONE and op.seq not in undone:
                return op
        raise Refused("There is nothing to undo.", hint="`cockpit log` shows what was done.")
    found = next((op for op in entries if op.seq == seq), None)
    if found is None:
        raise Refused(f"There is no operation {seq}.", hint="`cockpit log` lists them.")
    if found.kind not in UNDOABLE:
        raise Refused(
            f"Operation {seq} ({found.kind}) can't be undone.",
            hint="Starts, adoptions, landings and teardowns can.",
        )
    if found.state is not OpState.DONE:
        raise Refused(f"Operation {seq} is {found.state}; there is nothing to undo.")
    if seq in undone:
        raise Refused(f"Operation {seq} was undone already.", hint="`cockpit log` shows by what.")
    return found


def preview(work: Workplace, seq: int | None) -> UndoPreview:
    """What undoing would bring back, and what stands in the way."""
    op = find(work, seq)
    match op.kind:
        case OpKind.LAND:
            return _preview_landing(work, op)
        case OpKind.TEARDOWN:
            return _preview_teardown(work, op)
        case _:
            return _preview_start(work, op)


def undo(work: Workplace, intent: Undo, tell: Tell, by: str) -> Outcome:
    """Undo one operation. Raises `Refused` with nothing changed when something is in the way."""
    op = find(work, intent.seq)
    locks = ["target"] if op.kind is OpKind.LAND else []
    if op.lane is not None:
        locks.insert(0, f"lane-{op.lane}")
    with work.locks.hold(*locks, why=f"undo {op.seq}"):
        _require_way(preview(work, op.seq))  # under the locks: another process may have undone it
        plan = _plan(work, op)
        running = begin(
            work,
            tell,
            OpKind.UNDO,
            lane=op.lane,
            by=by,
            summary=f"undo {op.seq} ({op.summary})",
            plan={"what": op.kind, **plan.to_json()},
            undoes=op.seq,
        )
        try:
            note = advance(work, running)
        except CockpitError as error:
            if _nothing_happened(work, running):
                running.abandon(error.title, error.hint)
            raise
        ended = running.done(f"undid {op.seq} ({op.summary}){note}")
    return Outcome(
        f"Undid {op.seq}: {op.summary}{note}.",
        ended,
        {"undid": op.seq, "kind": op.kind, "lane": op.lane, "note": note.strip(" ;")},
    )


def _require_way(shown: UndoPreview) -> None:
    if shown.in_the_way:
        op = shown.operation
        raise Refused(
            f"Operation {op.seq} ({op.summary}) can't be undone now: {shown.in_the_way[0]}",
            detail="\n".join(shown.in_the_way),
            hint="Clear what is in the way; nothing was changed.",
        )


def advance(work: Workplace, running: Running) -> str:
    """Do what is left of an undo; returns a note for its summary."""
    what, intent = running.op.intent["what"], running.op.intent
    match what:
        case OpKind.LAND:
            plan = TargetPlan.from_json(intent)
            now = work.git.read_ref(RefName(plan.ref))
            reason = f"cockpit: undo {running.op.undoes}"
            if now == plan.new:
                left = target.follow(work, running, plan)
            else:
                left = target.move(work, running, plan, reason)
            return f"; left alone: {', '.join(left)}" if left else ""
        case OpKind.TEARDOWN:
            return bring_back(work, running, RestorePlan.from_json(intent))
        case _:
            teardown.advance(work, running, TeardownPlan.from_json(intent))
            return ""


def _nothing_happened(work: Workplace, running: Running) -> bool:
    if running.op.intent["what"] != OpKind.LAND:
        return False
    plan = TargetPlan.from_json(running.op.intent)
    return work.git.read_ref(RefName(plan.ref)) == plan.old


def _plan(work: Workplace, op: Operation) -> Plan:
    match op.kind:
        case OpKind.LAND:
            return _plan_landing(work, op)
        case OpKind.TEARDOWN:
            return _plan_restore(work, op)
        case _:
            return _plan_start(work, op)


# ---------------------------------------------------------------- start


def _plan_start(work: Workplace, op: Operation) -> TeardownPlan:
    began = StartPlan.from_json(op.intent)
    record = work.record(LaneId(began.lane))
    plan = teardown.plan_for(
        work,
        record,
        f"{op.id}-undo",
        keep_branch=not began.made_branch,
        keep_worktree=not began.made_worktree,
    )
    return replace(plan, tip=plan.tip or "")


def _preview_start(work: Workplace, op: Operation) -> UndoPreview:
    began = StartPlan.from_json(op.intent)
    record = work.registry.lanes().get(LaneId(began.lane))
    if record is None:
        return UndoPreview(op, (), (f"lane {began.lane} was torn down already",))
    if record.op != op.id:
        return UndoPreview(op, (), (f"lane {began.lane} was started anew since then",))
    lines = [f"the agent of {began.lane} is ended"]
    if began.made_worktree:
        lines.append(f"the folder goes to the trash: {began.worktree}")
    if began.made_branch:
        lines.append(f"{branch_name(record.branch)} is taken away, its commits stay pinned")
    else:
        lines.append(f"{branch_name(record.branch)} stays")
    return UndoPreview(op, tuple(lines), ())


# ---------------------------------------------------------------- landing


def _preview_landing(work: Workplace, op: Operation) -> UndoPreview:
    plan = TargetPlan.from_json(op.intent)
    name = branch_name(RefName(plan.ref))
    if work.git.read_ref(RefName(plan.ref)) is None:
        return UndoPreview(op, (), (f"{name} is gone",))
    try:
        back = _plan_landing(work, op)
    except CockpitError as error:
        return UndoPreview(op, (), (error.title, *error.detail.splitlines()))
    lines = [
        f"{name} goes back to {back.new[:10]}"
        if back.how == "back"
        else f"{name} gets a commit that takes back what {plan.new[:10]} brought"
    ]
    if plan.lane:
        lines.append(f"the work stays on {branch_name(RefName(plan.branch))}")
    info = target.checkout_of(work, RefName(plan.ref))
    why = target.why_not_follow(work, info)
    ways = target.in_the_way(work, info, CommitId(back.old), CommitId(back.new))
    ways_said = tuple(f"your work in {path}" for path in ways)
    return UndoPreview(op, tuple(lines), ((why, *ways_said) if why else ways_said))


def _plan_landing(work: Workplace, op: Operation) -> TargetPlan:
    """Back by compare-and-swap while only the target holds the merge; else a revert commit."""
    landed = TargetPlan.from_json(op.intent)
    ref = RefName(landed.ref)
    now = work.git.read_ref(ref)
    if now is None or not work.git.is_ancestor(CommitId(landed.new), now):
        raise Refused(
            f"{branch_name(ref)} no longer holds what was landed.",
            hint="Someone moved it back already; there is nothing to undo.",
        )
    holders = [
        other
        for other in work.git.refs_containing(CommitId(landed.new))
        if other != ref and not other.startswith("refs/cockpit/")
    ]
    info = target.checkout_of(work, ref)
    base = replace(
        landed,
        old=now,
        checkout=str(info.path) if info else "",
        staging=str(target.staging_for(work, f"undo-{op.seq}-{int(work.clock.now() * 1000)}")),
        source="",
    )
    if now == landed.new and not holders:
        return replace(base, new=landed.old, how="back")
    return replace(base, new=_revert(work, op, landed, now), how="revert")


def _revert(work: Workplace, op: Operation, landed: TargetPlan, now: CommitId) -> CommitId:
    outcome = work.git.revert_tree(now, CommitId(landed.new))
    if outcome.conflicts:
        raise Refused(
            f"Later work touches the same lines as operation {op.seq} in "
            f"{len(outcome.conflicts)} file(s).",
            detail="\n".join(outcome.conflicts),
            hint="Undo the later landings first, or revert by hand.",
        )
    message = (
        f"Revert the landing of {landed.lane or 'a lane'}\n\n"
        f"Takes back what {landed.new} brought.\n"
    )
    return work.git.commit_tree(outcome.tree, [now], message)


# ---------------------------------------------------------------- teardown


def _preview_teardown(work: Workplace, op: Operation) -> UndoPreview:
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


def _plan_restore(work: Workplace, op: Operation) -> RestorePlan:
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


def bring_back(work: Workplace, running: Running, plan: RestorePlan) -> str:
    """Branch, folder, git's folder, links, record; each only where it is not there yet. The
    branch alone where no files were kept; a note that says so."""
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
