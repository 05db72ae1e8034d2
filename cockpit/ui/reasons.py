"""Why an action can not be run now: predicates on what the board knows, each a full sentence.

In a sentence `{id}` stands for the key of that action, whatever the commander made it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cockpit.dataclass import dataclass
from cockpit.domain import inbox
from cockpit.domain.activity import State
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.sync import AT_REST


@dataclass(frozen=True, slots=True)
class Context:
    """What an action may look at to say whether it can run."""

    fleet: Fleet
    lane: LaneView | None = None
    marked: frozenset[LaneId] = frozenset()
    hosted: bool = False
    live: bool = True
    """tmux's control client is there."""
    can_suspend: bool = True
    """The terminal can be handed to another program."""
    narrowed: bool = False
    """A zoom, a filter or marks that one step back takes away."""
    zoomed: bool = False


Reason = str | None
"""Why not; `{id}` stands for the key of that action. None: it can run."""


def always(_context: Context) -> bool:
    return True


def any_train(context: Context) -> bool:
    """Whether there is a train, or lanes enough that one is shorter than landing each alone."""
    train = context.fleet.train
    if train is not None and train.cars:
        return True
    return sum(looks_landable(context.fleet, view) for view in context.fleet.lanes.values()) > 1


def is_narrowed(context: Context) -> bool:
    return context.narrowed


def is_zoomed(context: Context) -> bool:
    return context.zoomed


def any_question(context: Context) -> bool:
    return inbox.waits(context.fleet)


def any_clash(context: Context) -> bool:
    return bool(context.fleet.radar.clashes)


def any_task(context: Context) -> bool:
    return bool(context.fleet.board.tasks)


def looks_landable(fleet: Fleet, view: LaneView) -> bool:
    """Whether a lane looks as if it could land: it rests, with commits that the target lacks,
    nothing uncommitted, nothing outside its zone and no clash with the target. The preview
    alone is exact."""
    facts = view.facts
    if view.record is None or facts is None or view.fault is not None or view.busy:
        return False
    rests = view.activity.state is State.IDLE
    whole = facts.ahead > 0 and not facts.dirty and not facts.operation and not facts.outside
    return rests and whole and fleet.radar.between(view.lane, None) is None


def each(reason: Callable[[Context], Reason]) -> Callable[[Context], Reason]:
    """`reason` for an action on all marked lanes, else on the chosen one: it can run if it can
    on one of them."""

    def why_not(context: Context) -> Reason:
        if not context.marked:
            return reason(context)
        if able(context, reason):
            return None
        return (
            f"None of the {len(context.marked)} marked lanes can: {first_reason(context, reason)}"
        )

    return why_not


def able(context: Context, reason: Callable[[Context], Reason]) -> list[LaneId]:
    """Those of the marked lanes (else the chosen one) for which `reason` has nothing to say."""
    return [
        each.lane.lane
        for each in targets(context)
        if each.lane is not None and reason(each) is None
    ]


def targets(context: Context) -> list[Context]:
    """The context of each lane that an action is about: the marked ones, else the chosen one."""
    lanes = [view for view in context.fleet.lanes.values() if view.lane in context.marked]
    if not context.marked:
        lanes = [context.lane] if context.lane is not None else []
    return [replace(context, lane=view, marked=frozenset()) for view in lanes]


def first_reason(context: Context, reason: Callable[[Context], Reason]) -> str:
    return next((said for each in targets(context) if (said := reason(each))), "they are gone.")


def why_not_back(context: Context) -> Reason:
    if context.narrowed:
        return None
    return "Everything is shown already; {quit} closes cockpit, and the lanes run on."


def not_zoomed(context: Context) -> Reason:
    return None if context.zoomed else "Facts stand beside a zoomed lane; {zoom} zooms."


def no_lane(context: Context) -> Reason:
    return None if context.lane else "No lane is chosen: there is none on the board."


def busy(context: Context) -> Reason:
    view = context.lane
    if view is not None and view.busy:
        return f"{view.lane} is busy: {view.busy}. Wait until that has ended."
    return None


def not_started(context: Context) -> Reason:
    view = context.lane
    if view is None:
        return no_lane(context)
    if view.record is None:
        return f"{view.lane} is not started; {{start}} starts it."
    return None


def no_pane(context: Context) -> Reason:
    reason = not_started(context)
    view = context.lane
    if reason is None and view is not None and view.record is not None and not view.record.pane:
        return f"{view.lane} has no pane; {{restart}} runs its agent again."
    return reason


def not_alive(context: Context) -> Reason:
    reason = no_pane(context)
    view = context.lane
    if reason is None and view is not None and view.activity.state is State.EXITED:
        return f"The program in {view.lane} has ended; {{restart}} runs it again."
    return reason


def why_not_start(context: Context) -> Reason:
    view = context.lane
    if view is not None and view.record is not None:
        return f"{view.lane} is started already; {{restart}} runs its agent again."
    return no_lane(context) or busy(context)


def why_not_start_all(context: Context) -> Reason:
    if any(may_start(view) for view in context.fleet.lanes.values()):
        return None
    return "Every lane is started already, or parked."


def may_start(view: LaneView) -> bool:
    """Whether starting all lanes starts this one: a parked one was put away on purpose."""
    return view.record is None and view.activity.state is not State.PARKED


def why_not_restart(context: Context) -> Reason:
    view = context.lane
    if view is not None and view.activity.state is State.PARKED:
        return busy(context)
    return why_not_change(context)


def why_not_sync(context: Context) -> Reason:
    if context.marked:
        started = [lane for lane in context.marked if is_started(context.fleet, lane)]
        return None if started else "None of the marked lanes is started."
    return why_not_branch(context)


def why_not_sync_idle(context: Context) -> Reason:
    if resting(context.fleet):
        return None
    return f"No lane rests and is behind {context.fleet.target}."


def resting(fleet: Fleet) -> list[LaneId]:
    """Started lanes that are behind the target and whose agent rests."""
    return [
        lane
        for lane, view in fleet.lanes.items()
        if view.record is not None
        and not view.busy
        and view.activity.state in AT_REST
        and view.facts is not None
        and view.facts.behind
    ]


def why_not_attach(context: Context) -> Reason:
    reason = no_pane(context)
    if reason is None and not context.hosted and not context.can_suspend:
        return "This terminal can not be handed over, so there is no way into a pane from here."
    return reason


def why_not_type(context: Context) -> Reason:
    if not context.live:
        return "There is no connection to tmux, so nothing can be typed."
    return not_alive(context)


def why_not_send_marked(context: Context) -> Reason:
    if not context.marked:
        view = " in view" if context.narrowed else ""
        return f"No lane{view} is marked; {{mark}} marks one."
    started = [lane for lane in context.marked if is_started(context.fleet, lane)]
    return None if started else "None of the marked lanes is started."


def why_not_interrupt_all(context: Context) -> Reason:
    if any(is_started(context.fleet, lane) for lane in context.fleet.lanes):
        return None
    return "No agent is running."


def is_started(fleet: Fleet, lane: LaneId) -> bool:
    view = fleet.lane(lane)
    return view is not None and view.record is not None


def why_not_change(context: Context) -> Reason:
    return not_started(context) or busy(context)


def no_branch(context: Context) -> Reason:
    """Also for a lane in the main checkout, which has neither branch nor folder of its own."""
    reason = not_started(context)
    view = context.lane
    if reason is None and view is not None and view.record is not None and view.record.shared:
        return f"{view.lane} works in the main checkout: it has no branch of its own."
    return reason


def why_not_branch(context: Context) -> Reason:
    return no_branch(context) or busy(context)


def why_not_call_off(context: Context) -> Reason:
    view = context.lane
    if view is not None and not (view.prompts.waiting or view.prompts.doubtful):
        return f"No prompt waits for {view.lane}."
    return no_lane(context)


def why_not_ended(context: Context) -> Reason:
    """For what needs a lane in which nothing runs."""
    reason = why_not_branch(context)
    view = context.lane
    if reason is None and view is not None and view.locked:
        return f"{view.lane} is locked: {view.locked}."
    if reason is None and view is not None and view.record is not None:
        gone = view.record.pane is None or view.activity.state is State.EXITED
        return None if gone else f"The agent of {view.lane} runs; stop it first."
    return reason


def why_not_next(context: Context) -> Reason:
    return None if context.fleet.next_needing(None) else "No lane needs you."


def why_not_standing(context: Context) -> Reason:
    view = context.lane
    if view is not None and view.background is None:
        return f"{view.lane} is no background lane: `background:` in lanes.yaml makes it one."
    return no_lane(context)


def why_not_background(context: Context) -> Reason:
    if any(view.background is not None for view in context.fleet.lanes.values()):
        return None
    return "There is no background lane: `background:` of a lane in lanes.yaml makes it one."


def why_not_outside(context: Context) -> Reason:
    reason = not_started(context)
    if reason is None and not context.can_suspend:
        return "This terminal can not be handed to another program."
    return reason


def why_not_detach(context: Context) -> Reason:
    if context.hosted and context.live:
        return None
    return "cockpit runs in this terminal itself; {quit} closes it, and the lanes run on."
