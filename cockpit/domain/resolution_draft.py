"""Choices on their way elsewhere: as a wish to be carried out, and as a draft to be kept.

Both name each place by its file's path as well, so that what arrives at another conflict is
refused, not misread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cockpit.dataclass import dataclass
from cockpit.domain.conflict import Conflict, Take
from cockpit.domain.resolution import Choice, Point, Resolution, Step, replayed


@dataclass(frozen=True, slots=True)
class Picked:
    """One choice as it leaves the screen: the place by its file's path, checked on arrival."""

    file: int
    path: str
    at: int
    choice: Choice


def picked(state: Resolution) -> tuple[Picked, ...]:
    """All choices, in order."""
    files = state.conflict.files
    return tuple(
        Picked(point.file, files[point.file].path, point.at, state.choices[point])
        for point in sorted(state.choices)
    )


def with_picked(conflict: Conflict, picks: Iterable[Picked]) -> Resolution:
    """The conflict with these choices made. Raises `ValueError` if one does not fit."""
    state = Resolution(conflict)
    for pick in picks:
        if not 0 <= pick.file < len(conflict.files) or conflict.files[pick.file].path != pick.path:
            raise ValueError(f"there is no conflict in {pick.path!r}")
        state = state.step(((Point(pick.file, pick.at), pick.choice),))
    return state


def to_json(state: Resolution) -> dict[str, Any]:
    """The choices with their history, bound to both commits, as JSON values."""
    return {
        "source": state.conflict.source,
        "target": state.conflict.target,
        "past": [_step_to_json(state.conflict, step) for step in state.past],
        "future": [_step_to_json(state.conflict, step) for step in state.future],
    }


def from_json(conflict: Conflict, data: Mapping[str, Any]) -> Resolution | None:
    """What `to_json` wrote of this very conflict; None for another one or a damaged one."""
    if data.get("source") != conflict.source or data.get("target") != conflict.target:
        return None
    try:
        past = [_step_from_json(conflict, step) for step in data["past"]]
        future = [_step_from_json(conflict, step) for step in data["future"]]
        return replayed(conflict, past, future)
    except (KeyError, TypeError, ValueError, IndexError):
        return None


def _step_to_json(conflict: Conflict, step: Step) -> list[dict[str, Any]]:
    return [
        {
            "file": point.file,
            "path": conflict.files[point.file].path,
            "at": point.at,
            "take": None if choice is None else choice.take,
            "text": "" if choice is None else choice.text.decode("latin-1"),
            "source": "" if choice is None else choice.source,
        }
        for point, choice in step
    ]


def _step_from_json(conflict: Conflict, step: Any) -> Step:
    found: list[tuple[Point, Choice | None]] = []
    for one in step:
        point = Point(int(one["file"]), int(one["at"]))
        if point.file < 0 or conflict.files[point.file].path != one["path"]:
            raise ValueError("another conflict")
        if one["take"] is None:
            found.append((point, None))
            continue
        text = str(one["text"]).encode("latin-1")
        found.append((point, Choice(Take(one["take"]), text, str(one["source"]))))
    return tuple(found)
