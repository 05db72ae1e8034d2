"""A lane made ready for its next piece of work: at the target, with nothing of its own in it, and
its agent told.

What each step changes is an operation of its own, with a recovery of its own. What can't be
done as usual is refused: what a lane holds is the commander's matter.
"""

from __future__ import annotations

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Restart, Send, Sync
from cockpit.domain.landed import Merged
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.sync import AT_REST
from cockpit.errors import Refused
from cockpit.services import bus, looking, merged, panes, prompts, sync
from cockpit.services.api import Tell
from cockpit.services.workplace import Workplace


def tell_agent(work: Workplace, lane: LaneId, told: str, tell: Tell, by: str) -> None:
    """Give the lane's agent the prompt, running it again where it has ended, or where its task
    wants another model than it runs with."""
    record = work.record(lane)
    pane = panes.find(work, record)
    model = panes.lane_on(work, work.lane(lane), record.task).model
    if pane is None or pane.dead or model != record.model:
        panes.restart(work, Restart(lane), tell, by)
        launch = panes.plan_launch(work, work.lane(lane), "", resume=False)
        prompts.wait_until_ready(work, lane, launch.ready)
    prompts.send(work, Send(lane, told), tell, by)


def refresh(work: Workplace, lane: LaneId, tell: Tell, by: str) -> None:
    """The lane at the target. Raises `Refused` for one that holds something of its own, or in
    which an agent works: neither is a matter for anyone but the commander."""
    record = work.record(lane)
    activity = looking.activity_of(work, record)
    if activity.state not in AT_REST:
        raise Refused(f"Its agent is {activity.state} ({activity.rule}).")
    if not work.disk.is_folder(record.worktree):
        raise Refused(f"Its folder is missing: {record.worktree}")
    loose = [path for path in work.git.dirty_paths(record.worktree) if not bus.is_own_result(path)]
    if loose:
        raise Refused(f"It holds {len(loose)} uncommitted path(s).", detail="\n".join(loose))
    tip, target = work.git.read_ref(record.branch), work.git.read_ref(work.target)
    if tip is None or target is None:
        raise Refused("Its branch, or the target, is gone.")
    if tip == target:
        return
    is_merged = merged.of(work, record, tip, target).merged is Merged.MERGED
    if not is_merged and not work.git.is_ancestor(tip, target):
        raise Refused(f"It holds commits that are not on {work.config.target}.")
    sync.sync(work, Sync(lane, "rebase"), tell, by)
    if work.git.read_ref(record.branch) != target:
        raise Refused(f"It could not be brought to where {work.config.target} is.")


def what_is_known(work: Workplace, op: Operation) -> bool | None:
    """Whether the agent has the prompt that `op`, which a death cut off, was to give it: True,
    False if nobody knows, None if it has not."""
    since = [later for later in work.journal.entries() if later.seq > op.seq]
    own = [later for later in since if later.lane == op.lane]
    sends = [later for later in own if later.kind is OpKind.SEND]
    if sends:
        return sends[-1].outcome.get("delivery") == "seen"
    starts = [
        later
        for later in own
        if later.kind is OpKind.START and later.state is not OpState.ABANDONED
    ]
    return False if starts else None
