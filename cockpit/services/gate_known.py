"""Which trees passed which gate: the same tree is not tested twice unless it is asked for.

Only a pass is remembered. A gate that failed may fail for reasons that pass (a flaky test, a
network that was away), and whoever runs it again wants it run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from cockpit.domain.gate import GateState, Verdict
from cockpit.domain.ids import TreeId
from cockpit.services.workplace import Workplace

FILE = "gate-passed"
"""State file: by key, when a tree passed, where the log is, whether it was flaky."""

KEPT = 24 * 3600.0
"""Seconds for which a pass counts: tools and services around the tree change as well."""

MOST = 200


def key_of(work: Workplace, tree: TreeId) -> str:
    """What a pass is bound to: the tree, the gate's commands, and how its folder is set up."""
    told = (tree, work.config.gate.run, work.config.setup, work.config.env_drop)
    return hashlib.sha256(repr(told).encode("utf-8", "surrogateescape")).hexdigest()


def recall(work: Workplace, tree: TreeId) -> Verdict | None:
    """The pass of this tree, if there was one lately."""
    entry = _entries(work).get(key_of(work, tree))
    if entry is None or not 0 <= work.clock.now() - float(entry["at"]) < KEPT:
        return None
    flaky, log = bool(entry["flaky"]), str(entry["log"])
    return Verdict(GateState.GREEN, flaky=flaky, log=log, known=True)


def remember(work: Workplace, tree: TreeId, verdict: Verdict) -> None:
    """Note a pass; old ones go. Hold the gate's lock."""
    now = work.clock.now()
    entries = {
        key: entry
        for key, entry in _entries(work).items()
        if 0 <= now - float(entry["at"]) < KEPT and key != key_of(work, tree)
    }
    kept = dict(list(entries.items())[-(MOST - 1) :])
    entry = {"at": now, "flaky": verdict.flaky, "log": verdict.log}
    work.state.write(FILE, {**kept, key_of(work, tree): entry})


def _entries(work: Workplace) -> dict[str, Mapping[str, Any]]:
    read = work.state.read(FILE) or {}
    return {
        key: entry
        for key, entry in read.items()
        if isinstance(entry, dict) and {"at", "flaky", "log"} <= entry.keys()
    }
