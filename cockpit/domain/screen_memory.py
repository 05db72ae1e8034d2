"""How the app looked when it was last open, and what was written but not sent: a value that is
kept between two openings. What is read back is taken only as far as it has the right form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId, is_lane_name

MOST_DRAFTS = 200
MOST_TEXT = 4 << 20
"""Characters of all drafts together; what is more is not kept (nobody types that)."""

MAX_COLUMNS = 10
"""Columns of panels that the board can have."""

PLACES = ("tasks", "train", "clashes", "inbox", "graph", "log", "diff", "plan")
"""Screens that are opened again, by the action that opens them."""


@dataclass(frozen=True, slots=True)
class ScreenMemory:
    """The board and what lay over it."""

    chosen: LaneId | None = None
    marked: tuple[LaneId, ...] = ()
    zoomed: bool = False
    wanted: str = ""
    place: str = ""
    """The screen over the board, one of `PLACES`; empty for none."""
    prompts: Mapping[tuple[LaneId, ...], str] = field(default_factory=dict)
    """Prompts that were not sent, by the lanes that they are for."""
    comments: Mapping[str, str] = field(default_factory=dict)
    task: str = ""
    columns: int | None = None
    """Columns of panels by hand, 0 for automatic; None where nobody chose."""
    urgent: bool | None = None
    """Whether lanes that need the commander stand first; None where nobody chose."""
    side: bool = False
    """Facts stand beside the zoomed lane."""


def to_json(memory: ScreenMemory) -> dict[str, Any]:
    """The largest drafts are left out where all together are too long."""
    room = MOST_TEXT
    kept: dict[str, dict[str, str]] = {"prompts": {}, "comments": {}, "task": {}}
    drafts = [("prompts", " ".join(lanes), text) for lanes, text in memory.prompts.items()]
    drafts += [("comments", key, text) for key, text in memory.comments.items()]
    drafts += [("task", "task", memory.task)]
    for kind, key, text in sorted(drafts, key=lambda each: len(each[2]))[:MOST_DRAFTS]:
        if text.strip() and len(text) <= room:
            room -= len(text)
            kept[kind][key] = text
    return {
        "chosen": memory.chosen or "",
        "marked": sorted(memory.marked),
        "zoomed": memory.zoomed,
        "wanted": memory.wanted,
        "place": memory.place,
        "columns": memory.columns,
        "urgent": memory.urgent,
        "side": memory.side,
        **kept,
    }


def from_json(value: Mapping[str, Any]) -> ScreenMemory:
    """What of it has the right form; the rest is as if nothing were known."""
    prompts = {
        lanes: text
        for key, text in _texts(value.get("prompts"))
        if (lanes := _lanes(key.split(" "))) and len(lanes) == len(key.split(" "))
    }
    chosen = _lanes([value.get("chosen")])
    place = value.get("place")
    return ScreenMemory(
        chosen[0] if chosen else None,
        _lanes(value.get("marked")),
        zoomed=value.get("zoomed") is True,
        wanted=_line(value.get("wanted")),
        place=place if isinstance(place, str) and place in PLACES else "",
        prompts=prompts,
        comments=dict(_texts(value.get("comments"))),
        task=dict(_texts(value.get("task"))).get("task", ""),
        columns=_columns(value.get("columns")),
        urgent=urgent if isinstance(urgent := value.get("urgent"), bool) else None,
        side=value.get("side") is True,
    )


def _columns(value: object) -> int | None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and isinstance(value, int) and 0 <= value <= MAX_COLUMNS else None


def _lanes(value: object) -> tuple[LaneId, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(LaneId(one) for one in value if isinstance(one, str) and is_lane_name(one))


def _texts(value: object) -> list[tuple[str, str]]:
    if not isinstance(value, dict):
        return []
    found = [
        (key, text)
        for key, text in value.items()
        if isinstance(key, str) and isinstance(text, str) and len(text) <= MOST_TEXT
    ]
    return found[:MOST_DRAFTS]


def _line(value: object) -> str:
    """A filter's text: one line, without control characters."""
    is_line = isinstance(value, str) and value.isprintable() and len(value) <= 200
    return value if isinstance(value, str) and is_line else ""
