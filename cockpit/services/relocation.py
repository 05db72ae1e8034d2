"""A lane under another name or in another folder: the steps that a rename and a move share.

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry | goes on |
| pin, backup ref | refs of ours | goes on |
| folder moved | the folder in its new place, git's links to the old one | both links written |
| links | a worktree in its new place | goes on |
| new branch | both branches at the same commit | HEAD is pointed, the old one goes |
| HEAD pointed, old branch gone | the lane on its new branch | goes on |
| lanes.yaml | the new name there, our state under the old one | goes on |
| some facts | each under one name or under both | brought over again |
| record | the new lane; maybe the old record too | the old one goes, the end is written |

Every step looks at what is there, and has a counterpart: what fails on the way is taken back by
the same steps in the other direction, and only where that fails too it stays for recovery. The
folder goes first, since that is what a file system may refuse. No agent runs meanwhile, so
nobody else moves the branch; if somebody does, it is seen by compare-and-swap.
"""

from __future__ import annotations

from dataclasses import replace

from cockpit.config.load import COORDINATION_FILE
from cockpit.config.yaml_edit import is_readable, rename_lane
from cockpit.domain.ids import LaneId, RefName, branch_name
from cockpit.domain.lane import LaneRecord, record_from_json, record_to_json
from cockpit.domain.operation import Operation
from cockpit.domain.plans import RelocationPlan
from cockpit.errors import CockpitError, Refused
from cockpit.services import bus, lane_facts, panes, prompt_line, trust
from cockpit.services.running import Running
from cockpit.services.workplace import Workplace

PATIENCE = 5
"""How often an edit of lanes.yaml is tried again when somebody wrote the file meanwhile."""


def plan_for(
    before: LaneRecord,
    after: LaneRecord,
    name: str,
    *,
    config: bool = False,
    trusted: str = "",
) -> RelocationPlan:
    """From `before` to `after`; `name` names the refs that keep what was there."""
    return RelocationPlan(
        lane=before.lane,
        new_lane=after.lane,
        record=record_to_json(before),
        new_record=record_to_json(after),
        pin_ref=f"refs/cockpit/pins/{name}",
        backup_ref=f"refs/cockpit/backup/{before.lane}/{name}",
        config=config,
        trusted=trusted,
    )


def backwards(plan: RelocationPlan) -> RelocationPlan:
    """The way back."""
    return replace(
        plan,
        lane=plan.new_lane,
        new_lane=plan.lane,
        record=plan.new_record,
        new_record=plan.record,
        pin_ref=f"{plan.pin_ref}-back",
        backup_ref=f"{plan.backup_ref}-back",
        trusted="",
    )


def locks(op: Operation) -> list[str]:
    """Those of the lane under both names; of a step, and of its undoing."""
    names = (op.lane, op.intent.get("lane"), op.intent.get("new_lane"))
    return locks_of(*(LaneId(name) for name in names if name))


def locks_of(*lanes: LaneId) -> list[str]:
    """Of lanes, and of what waits for them: a prompt must not come to a name that goes."""
    return sorted({name for lane in lanes for name in (f"lane-{lane}", prompt_line.lock_of(lane))})


def why_not(work: Workplace, record: LaneRecord, after: LaneRecord) -> str:
    """Why the lane can't become `after`, a clause; empty when it can."""
    pane = panes.find(work, record)
    if pane is not None and not pane.dead:
        return f"its agent runs: `cockpit stop {record.lane}` ends it"
    if not work.disk.is_folder(record.worktree):
        return f"its folder is missing: {record.worktree}"
    if not work.git.is_linked(record.worktree):
        return f"the folder's .git no longer leads to this repository: {record.worktree}"
    return (
        _why_not_branch(work, record, after)
        or _why_not_folder(work, record, after)
        or _why_not_name(work, record, after)
    )


def _why_not_name(work: Workplace, record: LaneRecord, after: LaneRecord) -> str:
    new = after.lane
    if new == record.lane:
        return ""
    if new in work.registry.lanes() or new in work.shared.lanes():
        return f"there is a lane {new} already"
    if new in panes.lanes_of_panes(work)[0]:
        return f"tmux has a session for a lane {new} already"
    return ""


def _why_not_branch(work: Workplace, record: LaneRecord, after: LaneRecord) -> str:
    if record.branch == after.branch:
        return ""
    under_way = work.git.operation_under_way(record.worktree)
    if under_way:
        return f"a {under_way} is under way in it"
    if work.git.head(record.worktree).ref != record.branch:
        return f"its worktree is not on {branch_name(record.branch)}"
    if work.git.read_ref(record.branch) is None:
        return f"its branch {branch_name(record.branch)} has no commit"
    if work.git.read_ref(after.branch) is not None:
        return f"a branch {branch_name(after.branch)} exists already"
    return ""


def _why_not_folder(work: Workplace, record: LaneRecord, after: LaneRecord) -> str:
    if record.worktree == after.worktree:
        return ""
    why = work.git.why_not_move(record.worktree)
    if why:
        return why
    inside = work.processes.inside(record.worktree)
    if inside:
        told = ", ".join(f"{name} ({pid})" for pid, name in inside[:5])
        return f"programs run in its folder: {told}"
    locked = next(
        (info.locked for info in work.git.worktrees() if info.admin == record.admin), None
    )
    if locked is not None and not locked.startswith("cockpit:"):
        return f"its worktree is locked ({locked or 'no reason given'}): `git worktree unlock` it"
    if work.disk.exists(after.worktree):
        return f"something lies there already: {after.worktree}"
    if not work.disk.same_device(record.worktree, after.worktree):
        return f"{after.worktree} is on another file system, so it can't be moved in one step"
    return ""


# ---------------------------------------------------------------- the steps


def advance(work: Workplace, running: Running, plan: RelocationPlan) -> None:
    """Do every step that is not done yet. Hold the lane under both names."""
    before, after = record_from_json(plan.record), record_from_json(plan.new_record)
    if before.worktree != after.worktree:
        _move_folder(work, running, before, after)
    if before.branch != after.branch:
        _keep(work, running, plan, before, after)
        _move_branch(work, running, before, after)
    if plan.config:
        running.step(f"change the name in {work.config.path.name}")
        _edit_config(work, before.lane, after.lane)
    if before.lane != after.lane:
        running.step("bring what is remembered of the lane to the new name")
        _close_pane(work, before.lane)
        lane_facts.rename(work, before.lane, after.lane)
    running.step("remember the lane")
    work.registry.put(after)
    if before.lane != after.lane:
        work.registry.drop(before.lane)
    if plan.trusted:
        trust.carry_over(work, plan.trusted)
    bus.keep_out_of_status(work)


def _move_folder(work: Workplace, running: Running, before: LaneRecord, after: LaneRecord) -> None:
    with work.locks.hold("worktrees", why=f"move {before.lane}"):
        running.step("move the folder")
        work.trash.move(before.worktree, after.worktree)
        running.step("write git's links anew")
        work.git.restored_links(after.worktree, after.admin)
        names = work.config.setup.rewrite
        if names and trust.state_of(work).trusted:
            running.step("bring the paths in it after it")
            work.files.rewrite(before.worktree, after.worktree, names)


def _keep(
    work: Workplace, running: Running, plan: RelocationPlan, before: LaneRecord, after: LaneRecord
) -> None:
    """A branch that goes takes its reflog along."""
    tip = work.git.read_ref(before.branch)
    if tip is None:
        return
    running.step("pin every commit of the branch")
    pin, backup = RefName(plan.pin_ref), RefName(plan.backup_ref)
    work.git.pin_lane(after.worktree, after.admin, pin, f"rename {before.lane}")
    if work.git.read_ref(backup) is None:
        work.git.move_ref(backup, new=tip, old=None, reason=f"cockpit: rename {before.lane}")


def _move_branch(work: Workplace, running: Running, before: LaneRecord, after: LaneRecord) -> None:
    """The new branch at the commit of the old one, HEAD on it, the old one away."""
    reason = f"cockpit: rename {branch_name(before.branch)} to {branch_name(after.branch)}"
    old, new = work.git.read_ref(before.branch), work.git.read_ref(after.branch)
    running.step(f"rename the branch to {branch_name(after.branch)}")
    if old is None and new is None:
        raise Refused(
            f"The branch {branch_name(before.branch)} is gone.", hint="Look at `cockpit log`."
        )
    if old is not None and new is None:
        work.git.move_ref(after.branch, new=old, old=None, reason=reason)
    elif old is not None and new != old:
        raise Refused(
            f"A branch {branch_name(after.branch)} appeared meanwhile and is not ours.",
            hint="Rename or remove it, then run `cockpit recover`.",
        )
    if work.git.head(after.worktree).ref == before.branch:
        work.git.point_head(after.worktree, after.branch, reason)
    if old is not None:
        work.git.delete_ref(before.branch, old=old)


def _edit_config(work: Workplace, old: LaneId, new: LaneId) -> None:
    """The lane's key in lanes.yaml, from the content that is there. Raises `Refused` where
    neither name stands, the file can't be read as it is now, or others keep writing it."""
    path = work.config.path
    section = section_of(work)
    for _ in range(PATIENCE):
        raw = work.papers.read(path.parent, path.name)
        made = rename_lane(raw, old, new, section=section) if raw is not None else None
        if raw is None or made is None:
            _require_named(path.name, raw, old, new, section)
            return
        if work.papers.put(path.parent, path.name, old=raw, new=made):
            return
    raise Refused(
        f"{path.name} was written by somebody else each time that lane {old} was to become {new} "
        "in it.",
        hint="Wait until it rests, then run `cockpit recover`.",
    )


def _require_named(name: str, raw: bytes | None, old: LaneId, new: LaneId, section: str) -> None:
    """Where the old name isn't there: raises `Refused` unless the new one is."""
    if raw is None:
        raise Refused(f"{name} is not there.", hint="Put it back, then run `cockpit recover`.")
    if not is_readable(raw):
        raise Refused(
            f"{name} is no YAML that can be read now, so lane {old} can't become {new} in it.",
            hint="Mend it (`cockpit doctor` says what is wrong), then run `cockpit recover`.",
        )
    if rename_lane(raw, new, new, section=section) is None:
        raise Refused(
            f"{name} names neither lane {old} nor {new}.",
            hint=f"Put the lane back into it as {new}, then run `cockpit recover`.",
        )


def is_named(work: Workplace, lane: LaneId) -> bool:
    """Whether the configuration, as it lies there now, has a lane of that name."""
    path = work.config.path
    raw = work.papers.read(path.parent, path.name)
    return raw is not None and rename_lane(raw, lane, lane, section=section_of(work)) is not None


def section_of(work: Workplace) -> str:
    """Where the configuration names its lanes."""
    return "zones" if work.config.path.name == COORDINATION_FILE else "lanes"


def _close_pane(work: Workplace, lane: LaneId) -> None:
    """The pane of an agent that has ended; its session is called like the lane."""
    pane = panes.lanes_of_panes(work)[0].get(lane)
    if pane is not None and pane.dead:
        work.tmux.close_pane(pane.ref)


# ---------------------------------------------------------------- failing, and after a death


def carry_out(work: Workplace, running: Running, plan: RelocationPlan) -> None:
    """All steps, or none: what fails is taken back. Raises why it failed."""
    try:
        advance(work, running, plan)
    except CockpitError as error:
        try:
            roll_back(work, running)
        except CockpitError as second:
            error.detail = "\n".join(
                filter(None, [error.detail, f"It could not be taken back either: {second.title}"])
            )
            error.hint = error.hint or "Mend the cause, then run `cockpit recover`."
            raise
        running.abandon(error.title, error.hint, detail=error.detail)
        raise


def roll_back(work: Workplace, running: Running) -> None:
    """Take back what was done; that it is being taken back outlives a death."""
    plan = RelocationPlan.from_json(running.op.intent)
    if not plan.rolling_back:
        plan = replace(plan, rolling_back=True)
        running.update(plan)
    if not has_begun(work, plan):
        return
    advance(work, running, backwards(plan))


def has_begun(work: Workplace, plan: RelocationPlan) -> bool:
    """Whether anything is not as it was before: the folder, a branch, lanes.yaml, the record."""
    before, after = record_from_json(plan.record), record_from_json(plan.new_record)
    gone = not work.disk.exists(before.worktree)
    if before.worktree != after.worktree and gone and work.disk.exists(after.worktree):
        return True  # what lies there while the lane is in its place is somebody else's
    if before.branch != after.branch and work.git.head(before.worktree).ref != before.branch:
        return True
    if before.branch != after.branch and work.git.read_ref(after.branch) is not None:
        return work.git.read_ref(after.branch) == work.git.read_ref(before.branch)
    known = work.registry.lanes().get(after.lane)
    if known is not None and (known.worktree, known.branch) == (after.worktree, after.branch):
        return True
    return plan.config and is_named(work, after.lane) and not is_named(work, before.lane)


def recover(work: Workplace, running: Running) -> str:
    """Words that follow `Operation N (…)`."""
    plan = RelocationPlan.from_json(running.op.intent)
    if plan.rolling_back:
        roll_back(work, running)
        running.abandon("it was interrupted while being taken back")
        return "was taken back"
    carry_out(work, running, plan)
    running.done(f"{running.op.summary}, after an interruption")
    return "was finished"
