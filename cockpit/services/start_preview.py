"""What starting lanes would do, asked of the same rules that starting goes by; nothing is made,
fetched or run, and tmux is only looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cockpit.config.model import LaneConfig
from cockpit.domain.ids import CommitId, LaneId, branch_name
from cockpit.domain.lane import LaneRecord
from cockpit.domain.pane import PaneInfo
from cockpit.domain.starting import LaneStart, StartKind, StartPreview
from cockpit.errors import CockpitError
from cockpit.services import panes, parked, port_slots, shared, start, taking_over, tasks, trust
from cockpit.services.naming import branch_of, worktree_of
from cockpit.services.workplace import Workplace


def preview(work: Workplace, lanes: Sequence[LaneId], *, task: str = "") -> StartPreview:
    """What starting these lanes, one after the other, would do. Raises `UsageError` for a lane
    that lanes.yaml doesn't have, `Refused` for a task that isn't there."""
    named = tasks.task_named(work, task).name if task else ""
    known = [work.lane(lane) for lane in lanes]
    seen = panes.lanes_of_panes(work)[0]
    alive = sum(not pane.dead for pane in seen.values())
    limit = work.config.launch.max_running
    found = []
    slots: dict[LaneId, int] = {}
    for lane in known:
        one = _lane(work, lane, seen.get(lane.lane), named, slots)
        if one.goes:
            alive += 1
        if one.goes and alive > limit:
            why = f"{limit} agents would run by then, and `launch.max_running` is {limit}."
            hint = f"Start fewer, or raise the limit in {work.config.path.name}."
            one = replace(one, why_not=why, hint=hint)
        found.append(one)
    setup = work.config.setup
    return StartPreview(
        tuple(found),
        copies=setup.copy,
        links=setup.link,
        commands=setup.run,
        trusted=trust.state_of(work).trusted,
        stagger=work.config.launch.stagger,
    )


def _lane(
    work: Workplace,
    lane: LaneConfig,
    pane: PaneInfo | None,
    task: str,
    slots: dict[LaneId, int],
) -> LaneStart:
    plan = LaneStart(lane.lane, StartKind.NEW, lane.agent, task=task)
    try:
        plan = _placed(work, lane, pane, plan)
        if plan.kind is StartKind.RUNS:
            return plan
        resumes = plan.kind in (StartKind.AGAIN, StartKind.RESUME)
        on_task = panes.lane_on(work, lane, task)
        launch = panes.plan_launch(work, on_task, "", resume=resumes)
        ports = port_slots.would_have(work, lane, slots)
        plan = replace(plan, argv=launch.argv, ports=ports)
        if plan.kind is StartKind.NEW:
            start.require_free(work, lane, plan.branch, worktree_of(work, lane, task=task))
        return plan
    except CockpitError as error:
        return replace(plan, why_not=error.title, hint=error.hint)


def _placed(work: Workplace, lane: LaneConfig, pane: PaneInfo | None, plan: LaneStart) -> LaneStart:
    """The plan with where the lane would be, by what is there now."""
    record = shared.records(work).get(lane.lane)
    if record is not None:
        return _there(record, pane, plan)
    if shared.is_shared(work, lane.lane):
        kind = StartKind.SHARED
        return replace(plan, kind=kind, worktree=str(work.root), makes_worktree=False)
    waiting = parked.lanes(work).get(lane.lane)
    if waiting is not None:
        kind, branch = StartKind.RESUME, branch_name(waiting.branch)
        return replace(plan, kind=kind, branch=branch, worktree=str(worktree_of(work, lane)))
    start.require_kind(lane)
    there = taking_over.plan_named(work, lane)
    if there is None:
        plan = replace(
            plan,
            branch=branch_of(work, lane, task=plan.task),
            worktree=str(worktree_of(work, lane, task=plan.task)),
        )
        base = start.resolve_base(work, lane)
        name = lane.base or work.config.base or work.config.target
        return replace(plan, base=base, base_name=name)
    return replace(
        plan,
        kind=StartKind.TAKE_OVER,
        branch=there.branch.removeprefix("refs/heads/"),
        base=CommitId(there.base),
        base_name=there.branch.removeprefix("refs/heads/"),
        worktree=there.worktree,
        makes_worktree=there.made_worktree,
    )


def _there(record: LaneRecord, pane: PaneInfo | None, plan: LaneStart) -> LaneStart:
    runs = pane is not None and not pane.dead
    return replace(
        plan,
        kind=StartKind.RUNS if runs else StartKind.AGAIN,
        branch="" if record.shared else branch_name(record.branch),
        worktree=str(record.worktree),
        makes_worktree=False,
    )
