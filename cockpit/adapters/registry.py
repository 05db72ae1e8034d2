"""Lane records: what our state remembers of started lanes, one small file a lane."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cockpit.adapters.failures import explained, shown
from cockpit.adapters.files import (
    TEMPORARY,
    fsync_folder,
    make_private_dir,
    read_small,
    write_atomic,
)
from cockpit.adapters.statefiles import parse_state, state_content
from cockpit.domain.ids import LaneId, is_lane_name
from cockpit.domain.lane import LaneRecord, record_from_json, record_to_json
from cockpit.errors import CockpitError, Refused


class FileRegistry:
    """Records in `folder` as `<lane>.json`; who writes holds the lock `registry` or the lane's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def lanes(self) -> dict[LaneId, LaneRecord]:
        """Every recorded lane, by name. Raises `CockpitError` naming a file that can't be
        read: a lane must not vanish from the board because of it."""
        try:
            names = sorted(os.listdir(self._folder))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise CockpitError(
                f"Cannot read the lane records in {shown(self._folder)}", detail=str(error)
            ) from error
        found = {}
        for name in names:
            if name.startswith(TEMPORARY):
                continue
            record = self._read(name)
            if record is not None:
                found[record.lane] = record
        return found

    def put(self, record: LaneRecord) -> None:
        """Write the record in place of any older one; durable on return."""
        path = self._path(record.lane)
        make_private_dir(self._folder)
        write_atomic(path, state_content(record_to_json(record)))

    def drop(self, lane: LaneId) -> None:
        """Forget the lane, durable on return; not an error if it isn't there."""
        path = self._path(lane)
        with explained("remove", path):
            try:
                os.unlink(path)
            except FileNotFoundError:
                return
            fsync_folder(self._folder)

    def _path(self, lane: LaneId) -> Path:
        if not is_lane_name(lane):
            raise Refused(f"Not a lane's name: {shown(lane) or '(empty)'}")
        return self._folder / f"{lane}.json"

    def _read(self, name: str) -> LaneRecord | None:
        path = self._folder / name
        try:
            content = read_small(self._folder, name, own=True)
        except Refused as error:
            raise _unreadable(path, error.title) from error
        if content is None:
            return None  # dropped since the listing
        value = parse_state(path, content)
        try:
            record = _checked(value)
        except (KeyError, TypeError, ValueError) as error:
            raise _unreadable(path, f"{type(error).__name__}: {error}") from error
        if name != f"{record.lane}.json":
            raise _unreadable(path, f"it is the record of lane {shown(record.lane)}")
        return record


def _unreadable(path: Path, why: str) -> CockpitError:
    return CockpitError(
        f"The lane record {shown(path)} can't be read",
        detail=why,
        hint="Move the file away, then `cockpit adopt` the lane's worktree; nothing of the "
        "lane itself is touched by that.",
    )


def _checked(value: Mapping[str, Any]) -> LaneRecord:
    """The record; raises KeyError, TypeError or ValueError for what we did not write."""
    texts = ("lane", "branch", "worktree", "admin", "base", "agent", "op")
    if not all(isinstance(value[key], str) for key in texts):
        raise TypeError("a field that must be text is not")
    record = record_from_json(value)
    if not is_lane_name(record.lane):
        raise ValueError("lane is not a lane's name")
    if not (record.worktree.is_absolute() and record.admin.is_absolute()):
        raise ValueError("worktree and admin must be absolute paths")
    return record
