"""Starting a lane: branch, worktree, files, pane, record; each step can be done again.

What a death leaves, and what the next start does with it (`advance` looks, then acts):

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry | goes on |
| branch | a branch at the base | goes on; a branch elsewhere is not ours: abandoned |
| worktree add | half an admin folder, half a folder | both to the trash, added again |
| checkout | some files | the same; once `filled` is durable they are the agent's and stay |
| copy, link | some files | done again, nothing is overwritten |
| pane | a session with our id | adopted, never a second agent |
| record | a lane that is complete | the end is written |
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cockpit.config.model import Isolation, LaneConfig, LaneMode
from cockpit.domain.events import Notice
from cockpit.domain.ids import CommitId, LaneId, OpId, RefName, branch_name, branch_ref
from cockpit.domain.intents import Send, Start
from cockpit.domain.lane import LaneRecord
from cockpit.domain.operation import OpKind
from cockpit.domain.plans import StartPlan
from cockpit.errors import CockpitError, Refused
from cockpit.services import (
    bus,
    carrying,
    claims,
    leftovers,
    panes,
    parked,
    port_slots,
    prompts,
    remote_base,
    setup,
    taking_over,
    tasks,
    trust,
)
from cockpit.services.api import Outcome, Tell
from cockpit.services.naming import branch_of, worktree_of
from cockpit.services.ports import Launch, WorktreeInfo
from cockpit.services.running import Running, begin
from cockpit.services.workplace import Workplace


def start(work: Workplace, intent: Start, tell: Tell, by: str) -> Outcome:
    """Make the lane and run its agent. A lane that is there already gets its pane again.

    Raises `Refused` with everything as it was, or `CockpitError` after undoing what was done.
    """
    trust.require(work)
    lane = work.lane(intent.lane)
    is_new = lane.lane not in work.registry.lanes()
    if intent.fetch and is_new and taking_over.plan_named(work, lane) is None:
        remote_base.fetch(work, lane)
    with work.locks.hold(f"lane-{lane.lane}", why="start"):
        known = work.registry.lanes().get(lane.lane)
        intent = _with_task(work, lane, intent)
        if known is not None or lane.lane in parked.lanes(work):
            _require_plain(intent)
        if known is not None:
            known = replace(known, task=intent.task or known.task)
            return _reopen(work, lane, known, intent.prompt, tell, by)
        plan = plan_start(work, lane, intent)
        running = begin(
            work,
            tell,
            OpKind.START,
            lane=lane.lane,
            by=by,
            summary=f"start {lane.lane} on {branch_name(RefName(plan.branch))}",
            plan=plan.to_json(),
        )
        try:
            record, launch = advance(work, running, plan, prompt=intent.prompt)
        except CockpitError as error:
            give_up(work, running, error)
            raise
        op = running.done(
            f"started {lane.lane} on {branch_name(RefName(plan.branch))}",
            {"worktree": plan.worktree},
        )
    plan = StartPlan.from_json(op.intent)
    unseen = _tell_of_changes(work, plan, tell)
    if intent.prompt and not launch.prompt_given:
        prompts.wait_until_ready(work, lane.lane, launch.ready)
        prompts.send(work, Send(lane.lane, intent.prompt), tell, by)
    return Outcome(
        f"Started {lane.lane} on {branch_name(record.branch)} in {record.worktree}"
        f"{carrying.with_words(plan)}"
        f"{panes.last_words(work, record)}",
        op,
        {
            "lane": lane.lane,
            "branch": branch_name(RefName(plan.branch)),
            "worktree": plan.worktree,
            "pane": record.pane.pane if record.pane else None,
            "changes": {"carried": plan.carried_paths, "not_seen": unseen},
        },
    )


def _tell_of_changes(work: Workplace, plan: StartPlan, tell: Tell) -> list[str]:
    """Say what came along of the checkout's changes, or what the lane doesn't see of them;
    returns the latter."""
    if not plan.with_changes:
        paths, said = carrying.unseen(work, plan.lane)
    else:
        paths, said = plan.left_out, ""
        if paths:
            said = f"Not taken along, as repositories of their own: {carrying.words(paths)}."
    if said:
        tell(Notice(said, "information", LaneId(plan.lane)))
    return paths


def _require_plain(intent: Start) -> None:
    if intent.with_changes:
        raise Refused(
            f"Lane {intent.lane} is there already, so nothing is laid into it.",
            hint="Start or resume it without --with-changes.",
        )


def _with_task(work: Workplace, lane: LaneConfig, intent: Start) -> Start:
    """The wish with the name of its task's file. Raises `Refused` for a task that isn't there
    or that another lane works on."""
    if not intent.task:
        return intent
    task = tasks.task_named(work, intent.task)
    with claims.claiming(work, task.name, lane.lane):
        return replace(intent, task=task.name)


def plan_start(work: Workplace, lane: LaneConfig, intent: Start) -> StartPlan:
    """Everything that starting needs to know, or `Refused` with the reason."""
    require_kind(lane)
    prompt, task = intent.prompt, intent.task
    there = taking_over.plan_named(work, lane)
    if there is not None:
        _require_plain(intent)
        require_room(work)
        panes.plan_launch(work, panes.lane_on(work, lane, task), prompt, resume=False)
        port_slots.claim(work, lane)
        work.tmux.ensure_server()
        return replace(there, prompt=prompt, task=task)
    base = resolve_base(work, lane)
    branch = branch_of(work, lane, task=task)
    path = worktree_of(work, lane, task=task)
    require_free(work, lane, branch, path)
    require_room(work)
    if intent.with_changes:
        carrying.require(work, lane.lane, base)
    panes.plan_launch(work, panes.lane_on(work, lane, task), prompt, resume=False)
    port_slots.claim(work, lane)
    work.tmux.ensure_server()
    return StartPlan(
        lane=lane.lane,
        branch=branch_ref(branch),
        base=base,
        worktree=str(path),
        agent=lane.agent,
        made_branch=True,
        prompt=prompt,
        task=task,
        with_changes=intent.with_changes,
    )


def resolve_base(work: Workplace, lane: LaneConfig) -> CommitId:
    """The commit that a new lane starts from: its own base (of one that lies elsewhere, what
    was fetched last), the general one, the target."""
    target = work.git.read_ref(work.target)
    if target is None:
        raise Refused(
            f"The target branch {work.config.target} has no commit yet.",
            hint=f"Make a first commit on {work.config.target}, "
            f"or set `target:` in {work.config.path.name}.",
        )
    wanted = lane.base or work.config.base
    if not wanted:
        return target
    there = remote_base.of(work, wanted)
    if there is not None:
        return remote_base.tip(work, lane.lane, there)
    found = work.git.resolve(wanted)
    if found is None:
        raise Refused(
            f"The base {wanted!r} of lane {lane.lane} names no commit, and no branch of a remote.",
            hint=f"Make that branch, add its remote, or change `base:` in {work.config.path.name}.",
        )
    return found


def require_kind(lane: LaneConfig) -> None:
    if lane.mode is not LaneMode.WORKTREE or lane.isolation is not Isolation.WORKTREE:
        what = lane.mode if lane.mode is not LaneMode.WORKTREE else lane.isolation
        raise Refused(
            f"Lane {lane.lane} is of the kind {what!r}, which this version cannot start.",
            hint="Use `mode: worktree` and `isolation: worktree` (the defaults).",
        )


def require_free(work: Workplace, lane: LaneConfig, branch: str, path: Path) -> None:
    if not work.git.is_valid_branch(branch):
        raise Refused(
            f"{branch!r} cannot be a branch name.",
            hint=f"Change `branch:` for lane {lane.lane} in {work.config.path.name}.",
        )
    if work.git.read_ref(branch_ref(branch)) is not None:
        raise Refused(
            f"The branch {branch} exists already.",
            hint=f"Take it over with `cockpit adopt {lane.lane} {branch}`, "
            f"or give lane {lane.lane} another `branch:`.",
        )
    if work.disk.exists(path):
        raise Refused(
            f"The folder for lane {lane.lane} exists already: {path}",
            hint=f"If it is a worktree, take it over with `cockpit adopt {lane.lane} {path}`; "
            "else move it away or change `worktrees:`.",
        )


def require_room(work: Workplace) -> None:
    """Raises `Refused` when as many agents run as may."""
    limit = work.config.launch.max_running
    alive = [name for name, pane in panes.lanes_of_panes(work)[0].items() if not pane.dead]
    if len(alive) >= limit:
        raise Refused(
            f"{len(alive)} agents run already, and `launch.max_running` is {limit}.",
            detail=f"Running: {', '.join(sorted(alive))}.",
            hint=f"Stop one, or raise the limit in {work.config.path.name}.",
        )


def advance(
    work: Workplace, running: Running, plan: StartPlan, *, prompt: str
) -> tuple[LaneRecord, Launch]:
    """Do every step that is not done yet; returns the record of the complete lane."""
    lane = work.lane(LaneId(plan.lane))
    running.step("make the branch")
    _ensure_branch(work, plan)
    plan = carrying.keep(work, running, plan)
    with work.locks.hold("worktrees", why=f"start {plan.lane}"):
        bus.keep_out_of_status(work, Path(plan.worktree))
        running.step("add the worktree")
        info = _ensure_worktree(work, running, plan)
        if not plan.filled:
            running.step("check out the files")
            if plan.carried:
                carrying.lay_out(work, plan, info.path)
            else:
                work.git.fill_worktree(info.path, CommitId(plan.base))
            plan = replace(plan, filled=True)
            running.update(plan)
    if plan.made_worktree:
        running.step("copy and link what setup names")
        setup.prepare_files(work, info.path)
    record = LaneRecord(
        lane=lane.lane,
        branch=RefName(plan.branch),
        worktree=info.path,
        admin=info.admin,
        base=CommitId(plan.base),
        agent=plan.agent,
        op=OpId(running.op.id),
        adopted=not plan.made_branch,
        session_name=lane.session,
        task=plan.task,
    )
    running.step("open the pane")
    record, launch = panes.open_or_adopt(
        work, lane, record, prompt, run_setup=plan.made_worktree, resume=False
    )
    running.step("remember the lane")
    work.registry.put(record)
    return record, launch


def _ensure_branch(work: Workplace, plan: StartPlan) -> None:
    ref = RefName(plan.branch)
    tip = work.git.read_ref(ref)
    if tip is None:
        work.git.move_ref(
            ref, new=CommitId(plan.base), old=None, reason=f"cockpit: start {plan.lane}"
        )
    elif tip != plan.base and plan.made_branch and not plan.filled:
        raise Refused(
            f"The branch {branch_name(ref)} appeared meanwhile and is not ours.",
            hint=f"Take it over with `cockpit adopt {plan.lane} {branch_name(ref)}`.",
        )


def _ensure_worktree(work: Workplace, running: Running, plan: StartPlan) -> WorktreeInfo:
    path = Path(plan.worktree)
    found = leftovers.worktree_at(work, path)
    if found is not None and work.git.is_linked(path):
        if plan.filled or not plan.made_worktree:
            return found
        if work.git.is_filled(path, CommitId(plan.base)):
            return found
    if plan.made_worktree and not plan.filled:
        leftovers.put_aside(work, running.op.id, path, _reason(running))
        return work.git.add_worktree(
            path,
            branch=RefName(plan.branch),
            commit=CommitId(plan.base),
            reason=_reason(running),
        )
    raise Refused(
        f"The worktree of lane {plan.lane} is no longer what it was: {path}",
        hint="Look at the folder and at `git worktree list`, then tear the lane down.",
    )


def _reason(running: Running) -> str:
    """The worktree's lock says whose it is, before git writes anything else of it."""
    return f"cockpit:{running.op.id}"


def give_up(work: Workplace, running: Running, error: CockpitError) -> None:
    """Take a failed start back; if even that fails, the entry stays pending for recovery."""
    try:
        roll_back(work, running)
        running.abandon(error.title, error.hint, detail=error.detail)
    except CockpitError as second:
        error.detail = "\n".join(
            filter(
                None,
                [error.detail, f"It could not be taken back either: {second.title}"],
            )
        )
        error.hint = error.hint or "Mend the cause; the next start of cockpit finishes this."


def roll_back(work: Workplace, running: Running) -> None:
    """Everything that this start made goes to the trash or away; a branch only unmoved."""
    plan = StartPlan.from_json(running.op.intent)
    if not plan.rolling_back:
        plan = replace(plan, rolling_back=True)
        running.update(plan)
    pane = panes.lanes_of_panes(work)[0].get(LaneId(plan.lane))
    if pane is not None and pane.op == running.op.id:
        work.tmux.close_pane(pane.ref)
    if plan.made_worktree:
        with work.locks.hold("worktrees", why=f"take back {plan.lane}"):
            path = Path(plan.worktree)
            leftovers.put_aside(work, running.op.id, path, _reason(running))
    ref = RefName(plan.branch)
    if plan.made_branch and work.git.read_ref(ref) == plan.base:
        work.git.delete_ref(ref, old=CommitId(plan.base))
    work.registry.drop(LaneId(plan.lane))


def _reopen(
    work: Workplace, lane: LaneConfig, record: LaneRecord, prompt: str, tell: Tell, by: str
) -> Outcome:
    pane = panes.find(work, record)
    if pane is not None and not pane.dead:
        raise Refused(
            f"Lane {lane.lane} runs already.",
            hint=f"Step in with `cockpit attach {lane.lane}`, or give it work with "
            f"`cockpit send {lane.lane} …`.",
        )
    running = begin(
        work,
        tell,
        OpKind.RESTART,
        lane=lane.lane,
        by=by,
        summary=f"run the agent of {lane.lane} again",
        plan={"lane": lane.lane},
    )
    try:
        running.step("open the pane")
        fresh = panes.run_again(work, lane, record)
        work.registry.put(fresh)
    except CockpitError as error:
        running.abandon(error.title, error.hint)
        raise
    op = running.done(f"ran the agent of {lane.lane} again")
    if prompt:
        launch = panes.plan_launch(work, lane, "", resume=False)
        prompts.wait_until_ready(work, lane.lane, launch.ready)
        prompts.send(work, Send(lane.lane, prompt), tell, by)
    return Outcome(
        f"Lane {lane.lane} was there already; its agent runs again{panes.last_words(work, fresh)}",
        op,
        {"lane": lane.lane, "worktree": str(fresh.worktree)},
    )
