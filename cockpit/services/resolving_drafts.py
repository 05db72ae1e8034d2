"""The draft of a resolution: choices that survive leaving the screen, and a crash.

One state file a lane, bound to both commits. A draft of other commits is not lost: what it
decided comes back as a suggestion wherever the very same lines are in question again
(`resolving_memory.py`).
"""

from __future__ import annotations

from cockpit.domain.conflict import Conflict
from cockpit.domain.ids import LaneId
from cockpit.domain.resolution import Resolution
from cockpit.domain.resolution_draft import from_json, to_json
from cockpit.services import resolving_memory
from cockpit.services.workplace import Workplace


def _name(lane: LaneId) -> str:
    return f"resolution-draft-{lane}"


def read(work: Workplace, conflict: Conflict) -> tuple[Resolution, dict[str, str]]:
    """The resolution so far; and of a draft that is of other commits the texts that it chose,
    by the key of the lines in question."""
    data = work.state.read(_name(conflict.lane))
    if data is None:
        return Resolution(conflict), {}
    state = from_json(conflict, data)
    if state is not None:
        return state, {}
    found = data.get("texts")
    texts = found.items() if isinstance(found, dict) else ()
    return Resolution(conflict), {str(key): str(text) for key, text in texts}


def keep(work: Workplace, state: Resolution) -> None:
    """Write the draft, durable on return; without choices there is none."""
    lane = state.conflict.lane
    if not state.past and not state.future:
        drop(work, lane)
        return
    work.state.write(_name(lane), {**to_json(state), "texts": resolving_memory.texts_of(state)})


def drop(work: Workplace, lane: LaneId) -> None:
    work.state.remove(_name(lane))
