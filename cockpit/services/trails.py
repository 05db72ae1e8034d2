"""The journal's trail of tasks and landings, read on: what has ended is not read again."""

from __future__ import annotations

import threading
from dataclasses import field

from cockpit.dataclass import dataclass
from cockpit.domain.operation import Operation, OpState
from cockpit.domain.trail import KINDS, Trail, trail
from cockpit.services.workplace import Workplace

KEPT = 4
"""Repositories whose journals are remembered."""


@dataclass(slots=True)
class _Known:
    ended: dict[int, Operation] = field(default_factory=dict)
    """Of the kinds that matter, by number."""
    upto: int = 0
    """Every entry up to this number has ended."""


_known: dict[str, _Known] = {}
_guard = threading.Lock()


def of(work: Workplace) -> Trail:
    """Raises `CockpitError` where the journal can't be read."""
    with _guard:
        key = str(work.state_dir)
        known = _known.setdefault(key, _Known())
        while len(_known) > KEPT:
            _known.pop(next(name for name in _known if name != key))
        newest = work.journal.entries(last=1)
        if not newest or newest[0].seq < known.upto:  # another journal lies there now
            known = _known[key] = _Known()
        missing = newest[0].seq - known.upto if newest else 0
        fresh = work.journal.entries(last=missing) if missing > 0 else []
        under_way = [op for op in fresh if op.state is OpState.PENDING]
        for op in fresh:
            if op.kind in KINDS and op.state is not OpState.PENDING:
                known.ended[op.seq] = op
        if fresh:
            known.upto = (under_way[0] if under_way else fresh[-1]).seq - bool(under_way)
        told = {**known.ended, **{op.seq: op for op in under_way}}
    return trail(told[seq] for seq in sorted(told))
