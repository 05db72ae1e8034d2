"""A standing approval: the commander's yes to what a background lane will do, given before it
does it (DESIGN §3.5: no silent yes).

It names, part by part, all that makes such work harmless: the paths that may change, the
commands that must pass, what the agent is told, where it lands. The yes counts for exactly
these parts; a part that is another one makes it void.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from cockpit.dataclass import dataclass
from cockpit.domain.approval import Standing
from cockpit.domain.ids import LaneId

ZONE, GATE = "zone", "gate"

SHOWN = 80
"""Characters of a part that a difference names."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a standing approval is given to: named parts, each as the text that people read.
    Two texts are equal only if the things are."""

    lane: LaneId
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """sha256 of all parts."""
        told = json.dumps([self.lane, dict(self.parts)], sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(told.encode("ascii")).hexdigest()

    def digest_of(self, part: str) -> str:
        """sha256 of one part, such as the gate's commands."""
        text = self.parts.get(part, "")
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


@dataclass(frozen=True, slots=True)
class StandingApproval:
    """The record of the yes. `seq` is its step in the journal: landings before it start
    nothing."""

    terms: Terms
    at: float
    seq: int = 0


@dataclass(frozen=True, slots=True)
class StandingState:
    """How a lane's standing approval stands. For a void one `changed` says what is different,
    a clause each."""

    standing: Standing = Standing.NONE
    given: StandingApproval | None = None
    changed: tuple[str, ...] = ()

    @property
    def is_valid(self) -> bool:
        return self.standing is Standing.VALID

    @property
    def why(self) -> str:
        return "; ".join(self.changed)


def changes(given: Terms, now: Terms) -> tuple[str, ...]:
    """What differs, a clause each, in the order of the parts; empty if nothing does."""
    said = []
    for part in dict.fromkeys((*given.parts, *now.parts)):
        old, new = given.parts.get(part), now.parts.get(part)
        if old == new:
            continue
        was, now_is = _cut(old), _cut(new)
        differ = f"was {was} and is {now_is}" if was != now_is else "is another one"
        said.append(f"its {part} {differ}")
    return tuple(said)


def _cut(text: str | None) -> str:
    if not text:
        return "nothing"
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"


def state_of(given: StandingApproval | None, now: Terms | None, why: str = "") -> StandingState:
    """How a record stands against the present terms; `why` says why these can't be told."""
    if given is None:
        return StandingState()
    if now is None:
        return StandingState(Standing.VOID, given, (why or "its terms can't be read",))
    changed = changes(given.terms, now)
    if given.terms.digest == now.digest:
        return StandingState(Standing.VALID, given)
    return StandingState(Standing.VOID, given, changed or ("it was given to another lane",))


def to_json(given: StandingApproval) -> dict[str, Any]:
    terms = given.terms
    return {
        "lane": terms.lane,
        "parts": dict(terms.parts),
        "gate": terms.digest_of(GATE),
        "digest": terms.digest,
        "at": given.at,
        "seq": given.seq,
    }


def from_json(data: Mapping[str, Any]) -> StandingApproval:
    """The record that `to_json` wrote. Raises `ValueError`, `KeyError` or `TypeError` on
    anything else: what can't be read is never a yes."""
    parts = data["parts"]
    if not isinstance(parts, dict) or not parts:
        raise ValueError("no parts")
    terms = Terms(LaneId(str(data["lane"])), {str(name): str(text) for name, text in parts.items()})
    if data["digest"] != terms.digest:
        raise ValueError("the digest does not fit the parts")
    return StandingApproval(terms, float(data["at"]), int(data["seq"]))
