"""An operation as bytes and back: pure, strict, versioned.

Everything is ASCII JSON, so undecodable file names (lone surrogates) survive the way. What
does not have exactly the right shape is `Unreadable`, whoever wrote it; an entry of a newer
cockpit is a `CockpitError`, since going on without it could undo the wrong thing.
"""

from __future__ import annotations

import json
from typing import Any

from cockpit.domain.ids import LaneId, OpId, is_lane_name
from cockpit.domain.operation import JOURNAL_VERSION, Operation, OpKind, OpState
from cockpit.errors import CockpitError


class Unreadable(Exception):
    """Not an entry: truncated, garbage, foreign."""


def encode(op: Operation) -> bytes:
    """The entry's file content. Raises TypeError or ValueError for what is not JSON."""
    value = {
        "version": JOURNAL_VERSION,
        "seq": op.seq,
        "id": op.id,
        "kind": op.kind.value,
        "lane": op.lane,
        "at": op.at,
        "by": op.by,
        "summary": op.summary,
        "intent": dict(op.intent),
        "state": op.state.value,
        "outcome": dict(op.outcome),
        "ended": op.ended,
        "undoes": op.undoes,
    }
    return json.dumps(value, ensure_ascii=True, allow_nan=False, indent=1).encode("ascii") + b"\n"


def decode(content: bytes) -> Operation:
    """The operation; raises `Unreadable`, or `CockpitError` for a newer version."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise Unreadable("not a JSON object")
    version = value.get("version")
    if isinstance(version, int) and not isinstance(version, bool) and version > JOURNAL_VERSION:
        raise CockpitError(
            f"The journal was written by a newer cockpit (version {version} of its format)",
            detail=f"This cockpit knows version {JOURNAL_VERSION}.",
            hint="Use the newer cockpit for this repository.",
        )
    if version != JOURNAL_VERSION or isinstance(version, bool):
        raise Unreadable("no known version")
    return _operation(value)


def _operation(value: dict[str, Any]) -> Operation:
    lane = _optional(value, "lane", str)
    if lane is not None and not is_lane_name(lane):
        raise Unreadable("lane is not a lane's name")
    try:
        kind, state = OpKind(_field(value, "kind", str)), OpState(_field(value, "state", str))
    except ValueError as error:
        raise Unreadable(str(error)) from error
    ended = _optional(value, "ended", float)
    if (ended is None) != (state is OpState.PENDING):
        raise Unreadable("state and ended disagree")
    return Operation(
        seq=_field(value, "seq", int),
        id=OpId(_field(value, "id", str)),
        kind=kind,
        lane=None if lane is None else LaneId(lane),
        at=_field(value, "at", float),
        by=_field(value, "by", str),
        summary=_field(value, "summary", str),
        intent=_field(value, "intent", dict),
        state=state,
        outcome=_field(value, "outcome", dict),
        ended=ended,
        undoes=_optional(value, "undoes", int),
    )


def _field(value: dict[str, Any], key: str, kind: type) -> Any:
    found = value.get(key)
    if kind is float and isinstance(found, int) and not isinstance(found, bool):
        return float(found)
    if not isinstance(found, kind) or isinstance(found, bool):
        raise Unreadable(f"{key} is missing or of the wrong type")
    return found


def _optional(value: dict[str, Any], key: str, kind: type) -> Any:
    return None if value.get(key) is None else _field(value, key, kind)
