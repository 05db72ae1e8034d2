"""What changed in lanes.yaml, as data: which key, from what to what, and when it counts."""

from __future__ import annotations

from enum import StrEnum

from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId


class Applies(StrEnum):
    """When a change counts."""

    NOW = "now"
    START = "at the next start of a lane"
    SERVER = "when cockpit's tmux server starts anew"


@dataclass(frozen=True, slots=True)
class ConfigChange:
    """One key that is another now. `before` and `after` are JSON, raw from the file; empty for
    what was not there."""

    key: str
    before: str
    after: str
    applies: Applies
    trust: bool = False
    """It can execute something or reach out, so what lanes.yaml runs is to be trusted anew."""


@dataclass(frozen=True, slots=True)
class ListedLane:
    """What the board needs of a lane of lanes.yaml."""

    lane: LaneId
    key: str
    title: str
    agent: str


def summed_up(changes: tuple[ConfigChange, ...], most: int = 4) -> str:
    """`lane gamma added, gate.run, lanes.alpha.zone and 3 more`."""
    words = [_word(change) for change in changes]
    if len(words) > most:
        words = [*words[: most - 1], f"{len(words) - most + 1} more"]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _word(change: ConfigChange) -> str:
    kind, _, lane = change.key.partition(".")
    if kind == "lanes" and lane and "." not in lane:
        if not change.before:
            return f"lane {lane} added"
        if not change.after:
            return f"lane {lane} taken out"
    return change.key
