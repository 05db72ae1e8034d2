"""Parking a lane: its slot is free, its branch stays, and everything else is kept.

A park is a teardown that keeps the branch (`teardown.py` has the table of deaths); one step
comes after it:

| died after | left behind | next start |
|---|---|---|
| any step of the teardown | as there | goes on |
| lane forgotten | a branch, everything in the trash | noted as parked, the end is written |

Resuming undoes the park where the trash or the vault still has the folder and the branch is
where it was left; else the branch gets a fresh worktree. Then the agent runs again.
"""

from __future__ import annotations

from pathlib import Path

from cockpit.domain.ids import CommitId, LaneId, RefName, branch_name
from cockpit.domain.intents import Adopt, Park, Restart, Resume, Send, Undo
from cockpit.domain.lane import LaneRecord
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.plans import TeardownPlan
from cockpit.errors import Refused
from cockpit.services import adopt, panes, parked, prompts, teardown, trust, undo
from cockpit.services.api import Outcome, Tell
from cockpit.services.parked import Parked
from cockpit.services.running import Running, abandoning, begin
from cockpit.services.workplace import Workplace

# ---------------------------------------------------------------- park


def park(work: Workplace, intent: Park, tell: Tell, by: str) -> Outcome:
    """Take the lane's slot back. Raises `Refused` when it is not what was shown."""
    lane = intent.lane
    with work.locks.hold(f"lane-{lane}", why="park"):
        teardown.require_shown(work, lane, intent.token)
        record = work.record(lane)
        _require_branch(work, record)
        running = begin(
            work,
            tell,
            OpKind.PARK,
            lane=lane,
            by=by,
            summary=f"park {lane} on {branch_name(record.branch)}",
            plan={"lane": lane},
        )
        with abandoning(running):
            plan = teardown.plan_for(
                work, record, running.op.id, keep_branch=True, keep_worktree=False
            )
            running.update(plan)
        with teardown.giving_up(work, running, plan):
            advance(work, running, plan)
        op = running.done(_said(plan), {"trash": plan.trash, "pin": plan.pin_ref})
    return Outcome(
        f"Parked {lane}: {branch_name(record.branch)} stays, its folder is in the trash. "
        f"`cockpit resume {lane}` takes it up again.",
        op,
        {
            "lane": lane,
            "branch": branch_name(record.branch),
            "trash": plan.trash_folder,
            "undo": op.seq,
        },
    )


def _require_branch(work: Workplace, record: LaneRecord) -> None:
    """A park that keeps no branch would be a teardown under another name."""
    name = branch_name(record.branch)
    if work.git.read_ref(record.branch) is None:
        raise Refused(
            f"Lane {record.lane} can't be parked: its branch {name} is gone.",
            hint=f"Tear it down: `cockpit teardown {record.lane}`.",
        )


def advance(work: Workplace, running: Running, plan: TeardownPlan) -> None:
    """Do every step that is not done yet."""
    teardown.advance(work, running, plan)
    running.step("remember that it is parked")
    fresh = TeardownPlan.from_json(running.op.intent)
    parked.remember(
        work,
        Parked(
            LaneId(plan.lane),
            running.op.seq,
            RefName(plan.branch),
            CommitId(fresh.tip),
            running.op.at,
        ),
    )


def _said(plan: TeardownPlan) -> str:
    return f"parked {plan.lane}; `cockpit resume {plan.lane}` takes it up again"


def recover(work: Workplace, running: Running) -> str:
    """Finish a park that a death cut off."""
    if "branch" not in running.op.intent:
        running.abandon("it was interrupted before anything happened")
        return "had not begun and was dropped"
    plan = TeardownPlan.from_json(running.op.intent)
    with teardown.giving_up(work, running, plan):
        advance(work, running, plan)
    running.done(_said(plan), {"trash": plan.trash, "pin": plan.pin_ref})
    return "was finished"


# ---------------------------------------------------------------- resume


def resume(work: Workplace, intent: Resume, tell: Tell, by: str) -> Outcome:
    """Take a parked lane up again. What can't come back with it is said, and stays in the
    trash."""
    trust.require(work)
    lane = intent.lane
    known = parked.lanes(work).get(lane)
    if known is None:
        work.record(lane)
        return panes.restart(work, Restart(lane), tell, by)
    op = work.journal.read(known.seq)
    kept = _kept(work, op) if op is not None else "the journal no longer knows how it was parked"
    if not kept:
        undo.undo(work, Undo(known.seq), tell, by)
        outcome = panes.restart(work, Restart(lane), tell, by)
        said = f"Took {lane} up again on {branch_name(known.branch)}, its folder as it was left."
    else:
        outcome = adopt.adopt(work, Adopt(lane, branch_name(known.branch)), tell, by)
        said = (
            f"Took {lane} up again on {branch_name(known.branch)} with a fresh folder: {kept}. "
            "What was in the old one is in the trash: `cockpit trash ls`."
        )
    with work.locks.hold(f"lane-{lane}", why="resume"):
        parked.forget(work, lane)
    _prompt(work, intent, tell, by)
    return Outcome(said, outcome.operation, {**outcome.data, "fresh": bool(kept)})


def _kept(work: Workplace, op: Operation) -> str:
    """Why the folder can't come back as it was left; empty when it can. Raises `CockpitError`
    when it could not be looked at: that is no reason to leave it behind."""
    if op.kind is not OpKind.PARK or op.state is not OpState.DONE:
        return "it was not parked to the end"
    plan = TeardownPlan.from_json(op.intent)
    has_files = work.disk.exists(Path(plan.trash_folder)) or work.vault.has(RefName(plan.vault_ref))
    if not has_files:
        return "the trash was emptied"
    try:
        shown = undo.preview(work, op.seq)
    except Refused as error:
        return error.title.rstrip(".")
    return shown.in_the_way[0] if shown.in_the_way else ""


def _prompt(work: Workplace, intent: Resume, tell: Tell, by: str) -> None:
    if intent.prompt:
        launch = panes.plan_launch(work, work.lane(intent.lane), "", resume=False)
        prompts.wait_until_ready(work, intent.lane, launch.ready)
        prompts.send(work, Send(intent.lane, intent.prompt), tell, by)
