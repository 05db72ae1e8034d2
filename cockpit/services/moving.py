"""Another folder for a lane's worktree; name, branch and everything in it stay.

`relocation.py` has the steps and the table of deaths. What names the folder from outside (a
virtual environment's scripts, an editor's project) is not known here; what `setup.rewrite`
names is brought after it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Move
from cockpit.domain.lane import LaneRecord
from cockpit.domain.names import why_not_folder
from cockpit.domain.operation import OpKind
from cockpit.errors import Refused, UsageError
from cockpit.services import locked, relocation, trust
from cockpit.services.api import Outcome, Tell
from cockpit.services.carrying import words
from cockpit.services.rename import session_notes
from cockpit.services.running import begin
from cockpit.services.workplace import Workplace


def move(work: Workplace, intent: Move, tell: Tell, by: str) -> Outcome:
    """Move the lane's folder. Raises `Refused` or `UsageError` with everything as it was."""
    lane = intent.lane
    with work.locks.hold(*relocation.locks_of(lane), why=f"move {lane}"):
        locked.require_free(work, lane, "moved")
        record = work.record(lane)
        folder = _folder(work, record, intent.folder)
        after = replace(record, worktree=folder, session_name="", pane=None)
        why = _why_not_there(work, folder) or relocation.why_not(work, record, after)
        if why:
            raise Refused(f"Lane {lane} can't be moved to {folder}: {why}.")
        name = f"move-{lane}-{int(work.clock.now() * 1000)}"
        plan = relocation.plan_for(record, after, name)
        running = begin(
            work,
            tell,
            OpKind.MOVE,
            lane=lane,
            by=by,
            summary=f"move {lane} to {folder}",
            plan=plan.to_json(),
        )
        relocation.carry_out(work, running, plan)
        op = running.done(f"moved {lane} to {folder}")
    notes = notes_of(work, record)
    return Outcome(
        " ".join([f"Moved {lane} to {folder}.", *notes]),
        op,
        {"lane": lane, "worktree": str(folder), "was": str(record.worktree), "notes": notes,
         "undo": op.seq},
    )  # fmt: skip


def notes_of(work: Workplace, record: LaneRecord) -> list[str]:
    """What doesn't come along, in sentences."""
    config = work.config.lanes.get(record.lane)
    notes = session_notes(work, config, record) if config is not None else []
    names = work.config.setup.rewrite
    if names and not trust.state_of(work).trusted:
        notes.append(
            f"The old folder's path stays in what `setup.rewrite` names ({words(names)}): "
            f"{work.config.path.name} is not trusted as it is."
        )
    if work.config.setup.run:
        notes.append("What setup installed there may name the old folder: run it again if so.")
    return notes


def _folder(work: Workplace, record: LaneRecord, wanted: str) -> Path:
    """Where the worktree goes: to the folder itself, or into one that is there already."""
    if not wanted.strip():
        raise UsageError("Name the folder that the lane shall be moved to.")
    path = Path(os.path.normpath(work.root / Path(wanted).expanduser()))
    if work.disk.is_folder(path):
        path = path / record.worktree.name
    why = why_not_folder(path, work.root)
    if why:
        raise UsageError(
            f"The lane can't be moved to {path}: that folder {why}.",
            hint="Use a folder beside the checkout, or one inside it.",
        )
    if path == record.worktree or work.disk.same(path, record.worktree):
        raise UsageError(f"Lane {record.lane} lies there already: {path}")
    return path


def _why_not_there(work: Workplace, folder: Path) -> str:
    """Why no worktree may lie there, a clause: inside another one it would be in its status."""
    for info in work.git.worktrees():
        if not info.main and (info.path in folder.parents):
            return f"that is inside the worktree {info.path}"
    for lane, record in work.registry.lanes().items():
        if record.worktree in folder.parents:
            return f"that is inside the folder of lane {LaneId(lane)}"
    return ""
