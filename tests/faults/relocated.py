"""The state before an operation, as it has to be after lanes were renamed or moved: the same
bytes and commits under other names, and one word of lanes.yaml."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from cockpit.config.yaml_edit import rename_lane
from tests.faults.looks import journal
from tests.faults.picture import Picture

CONFIG = "lanes.yaml"
KINDS = ("rename", "move")


def relocations(before: Picture, state: Path) -> Iterator[dict[str, Any]]:
    """The plans of what was done since, in order."""
    for op in journal(state):
        what = op["intent"].get("what") if op["kind"] == "undo" else op["kind"]
        if op["seq"] > before.last and op["state"] == "done" and what in KINDS:
            yield op["intent"]


def relocated(before: Picture, root: Path, state: Path) -> Picture:
    """`before`, brought after every rename and move that was done."""
    for plan in relocations(before, state):
        before = _one(before, root, plan)
    return before


def _one(before: Picture, root: Path, plan: dict[str, Any]) -> Picture:
    was, now = plan["record"], plan["new_record"]
    folders = {Path(was["worktree"]): Path(now["worktree"])}
    branches = {was["branch"]: now["branch"]}
    lanes = {was["lane"]: now["lane"]}
    approvals = {
        lanes.get(lane, lane): {**record, "lane": lanes.get(lane, lane)}
        for lane, record in before.approvals.items()
    }
    since = {lanes.get(lane, lane): at for lane, at in before.queue.get("since", {}).items()}
    moves = [[lanes.get(lane, lane) for lane in move] for move in before.queue.get("moves", [])]
    after = replace(
        before,
        lanes={folders.get(path, path): seen for path, seen in before.lanes.items()},
        tips={branches.get(ref, ref): tip for ref, tip in before.tips.items()},
        approvals=approvals,
        queue={**before.queue, "since": since, "moves": moves} if before.queue else {},
        waiting=tuple(lanes.get(lane, lane) for lane in before.waiting),
    )
    return _with_config(after, root, was["lane"], now["lane"]) if plan["config"] else after


def _with_config(before: Picture, root: Path, old: str, new: str) -> Picture:
    """With lanes.yaml changed in that one word, and nothing said of it by status where that
    makes it what is committed."""
    raw = (root / CONFIG).read_bytes()
    made = rename_lane(raw, new, old)
    assert made is not None, "lanes.yaml does not have the new name"
    gone = hashlib.sha1(made).hexdigest()
    parts = [part for part in before.status.split(b"\0") if part and part[3:] != CONFIG.encode()]
    own = {path: facts for path, facts in before.own.items() if path != CONFIG}
    return replace(
        before,
        contents=before.contents - {gone}
        if gone != hashlib.sha1(raw).hexdigest()
        else before.contents,
        own=own,
        status=b"".join(part + b"\0" for part in parts),
    )


def without_config(status: bytes) -> bytes:
    """What status says, less lanes.yaml."""
    parts = [part for part in status.split(b"\0") if part and part[3:] != CONFIG.encode()]
    return b"".join(part + b"\0" for part in parts)
