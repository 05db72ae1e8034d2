"""The commander's review of a lane, kept in one state file a lane so that it survives a crash.

Changed only through `change`, which reads, edits and writes under a lock of its own: two
cockpits on one repository don't lose each other's comments.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cockpit.domain.ids import LaneId
from cockpit.domain.review import Review, from_json, to_json, with_sent
from cockpit.errors import CockpitError
from cockpit.services.workplace import Workplace

Edit = Callable[[Review], Review]


def load(work: Workplace, lane: LaneId) -> Review:
    """The lane's review; a new one for a lane that was made anew under the same name. Raises
    `CockpitError` if the file is damaged: comments are not forgotten in silence."""
    record = work.record(lane)
    data = work.state.read(_name(lane))
    if data is None:
        return Review(lane_op=record.op)
    try:
        known = from_json(data)
    except (KeyError, TypeError, ValueError) as error:
        raise CockpitError(
            f"The review of {lane} can't be read.",
            detail=str(error),
            hint=f"Cockpit did not write {_name(lane)}.json in its state folder like this; "
            "move it away to begin a new review.",
        ) from error
    return known if known.lane_op == record.op else Review(lane_op=record.op)


def change(work: Workplace, lane: LaneId, edit: Edit) -> Review:
    """The review after `edit`, durable on return."""
    with work.locks.hold(_name(lane), why="review"):
        before = load(work, lane)
        after = edit(before)
        if after != before:
            work.state.write(_name(lane), to_json(after))
    return after


def mark_sent(work: Workplace, lane: LaneId, ids: Sequence[str], *, doubtful: bool) -> None:
    """Note that comments went to the agent."""
    if ids:
        at = work.clock.now()
        change(work, lane, lambda review: with_sent(review, ids, at, doubtful=doubtful))


def _name(lane: LaneId) -> str:
    return f"review-{lane}"
