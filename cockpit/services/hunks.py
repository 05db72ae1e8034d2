"""Staging, unstaging and discarding hunks of a lane's uncommitted work.

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry | dropped |
| pin, vault | the same contents, kept twice | dropped |
| lay out | files beside git's folder | dropped, they go |
| the index or the file changed | what was asked for | the end is written |

Index and files are the agent's. So nothing is done while it works (unless the commander
insists) or while a git operation is under way; what is done is bound to the contents that
were shown; an entry or a file that is another one at the last moment is left as it is. What a
discard takes away is in the vault before, raw and with its permissions, since it may be a
secret; what leaves the index is pinned by a ref.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cockpit.dataclass import dataclass
from cockpit.domain.activity import State
from cockpit.domain.change import NULL_MODE, FileDiff, Layer, PathChange
from cockpit.domain.edit import DiskFile, IndexSide
from cockpit.domain.hunks import (
    DEED_LAYERS,
    Endings,
    Hunk,
    HunkDeed,
    apply_hunk,
    endings_of,
    file_identity,
    find_hunk,
    on_disk,
    revert_hunk,
)
from cockpit.domain.ids import BlobId
from cockpit.domain.intents import ApplyHunk
from cockpit.domain.lane import LaneRecord
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.plans import HunkPlan
from cockpit.domain.text import safe
from cockpit.errors import Refused
from cockpit.services import hunk_steps, looking
from cockpit.services.api import Outcome, Tell
from cockpit.services.running import begin
from cockpit.services.workplace import Workplace

AT_WORK = frozenset(
    {State.WORKING, State.STARTING, State.SETUP, State.STALLED, State.LIMITED, State.UNKNOWN}
)
"""States in which the agent may be writing: a failed look is no leave."""

PAST = {
    HunkDeed.STAGE: "staged",
    HunkDeed.UNSTAGE: "unstaged",
    HunkDeed.DISCARD: "discarded",
}

SHOWN = 4000
"""Characters of a hunk that the journal keeps for people."""

CAP = 64 << 20
"""Bytes of a content that is edited."""


@dataclass(frozen=True, slots=True)
class _Change:
    """What is to be done: entries of the index, or the file from `old` to `new`."""

    index: tuple[PathChange, ...] = ()
    old: DiskFile | None = None
    new: DiskFile | None = None


def apply(work: Workplace, intent: ApplyHunk, tell: Tell, by: str) -> Outcome:
    """Do what was asked for. Raises `Refused` with nothing changed when the agent works, when
    a git operation is under way, or when it is no longer what was shown."""
    lane = intent.lane
    with work.locks.hold(f"lane-{lane}", why=intent.deed.value):
        record = work.record(lane)
        _require_quiet(work, record, intent)
        file, hunk = _require_shown(work, record, intent)
        part = "a hunk of " if hunk is not None else ""
        words = f"{part}{safe(intent.path, width=120).text}"
        running = begin(
            work,
            tell,
            OpKind.HUNK,
            lane=lane,
            by=by,
            summary=f"{intent.deed.value} {words} in {lane}",
            plan={"lane": lane, "deed": intent.deed.value, "path": intent.path},
        )
        with hunk_steps.giving_up(work, running):
            change = _change(work, record, intent.deed, file, hunk, running.op)
            plan = _plan(work, record, intent, change, running.op)
            plan = replace(plan, shown=(hunk.text if hunk else file.body)[:SHOWN])
            running.update(plan)
            hunk_steps.advance(work, running, plan, change.old, change.new)
        past = PAST[intent.deed]
        op = running.done(f"{past} {words} in {lane}", {"path": intent.path})
    return Outcome(
        f"{past.capitalize()} {words}. `cockpit undo {op.seq}` takes that back.",
        op,
        {"lane": lane, "deed": intent.deed.value, "path": intent.path, "undo": op.seq},
    )


# ------------------------------------------------------------------ whether


def _require_quiet(work: Workplace, record: LaneRecord, intent: ApplyHunk) -> None:
    under_way = work.git.operation_under_way(record.worktree)
    if under_way:
        raise Refused(
            f"A {under_way} is under way in {record.lane}.",
            hint="Let its agent finish or abort it first; nothing was changed.",
        )
    seen = looking.activity_of(work, record)
    if seen.state in AT_WORK and not intent.force:
        raise Refused(
            f"The agent of {record.lane} may be at work ({seen.state.value}): "
            "its files and its index are its own.",
            detail=f"{seen.source}: {seen.rule}",
            hint="Wait until its turn ends, or insist: --force, or a second yes on the screen.",
        )


def _require_shown(
    work: Workplace, record: LaneRecord, intent: ApplyHunk
) -> tuple[FileDiff, Hunk | None]:
    """The file as it is now, and its hunk (None: all of the file)."""
    shown = safe(intent.path, width=200).text
    if intent.layer not in DEED_LAYERS[intent.deed]:
        where = " or ".join(layer.value for layer in sorted(DEED_LAYERS[intent.deed]))
        raise Refused(
            f"Only {where} work can be {PAST[intent.deed]}.",
            hint="Unstage it first." if intent.layer is Layer.STAGED else "It is committed.",
        )
    file = work.git.review.uncommitted(record.worktree, intent.layer, intent.path)
    if file is None:
        raise Refused(
            f"{shown} no longer differs there.", hint="Look at the diff again; nothing was changed."
        )
    _require_file(file, shown)
    if intent.what == file_identity(file):
        return file, None
    hunk = find_hunk(file, intent.what)
    if hunk is None:
        raise Refused(
            f"{shown} changed since it was shown.",
            hint="Look at the diff again, then choose; nothing was changed.",
        )
    if file.status in ("A", "D", "T") or file.layer is Layer.UNTRACKED or file.is_link:
        return file, None  # the one hunk is all there is, or half of it would be neither
    return file, hunk


def _require_file(file: FileDiff, shown: str) -> None:
    if file.conflicted:
        raise Refused(f"{shown} is in the middle of a merge.", hint="Decide the conflict first.")
    if file.is_submodule:
        raise Refused(
            f"{shown} is a submodule or a repository of its own.",
            hint="Stage or discard it in the lane itself.",
        )
    if file.new_mode != NULL_MODE and not file.new_blob:
        raise Refused(
            f"{shown} is too large, or no regular file.", hint="Edit it in the lane itself."
        )


# ------------------------------------------------------------------ what


def _change(
    work: Workplace,
    record: LaneRecord,
    deed: HunkDeed,
    file: FileDiff,
    hunk: Hunk | None,
    op: Operation,
) -> _Change:
    match deed:
        case HunkDeed.STAGE:
            return _Change(index=(_staged(work, record, file, hunk),))
        case HunkDeed.UNSTAGE:
            return _Change(index=_unstaged(work, record, file, hunk))
        case HunkDeed.DISCARD:
            disk = _disk(work, record, file)
            return _Change(old=disk, new=_discarded(work, record, file, hunk, disk, op))


def _staged(work: Workplace, record: LaneRecord, file: FileDiff, hunk: Hunk | None) -> PathChange:
    """The index's entry with the hunk, or with the whole file as it lies on the disk."""
    edit, root = work.git.edit, record.worktree
    entry = edit.index_side(root, file.path)
    if hunk is None:
        if file.new_mode == NULL_MODE:
            return _entry_change(file.path, entry, IndexSide())
        disk = _disk(work, record, file)
        clean_as = "" if disk.is_link else file.path
        blob = edit.store(disk.content, worktree=root, clean_as=clean_as)
        return _entry_change(file.path, entry, IndexSide(file.new_mode, blob))
    edit.refuse_filters(root, file.path)
    before = work.git.blob(BlobId(entry.blob), cap=CAP) if entry.is_there else b""
    blob = edit.store(apply_hunk(before, hunk), worktree=root)
    mode = entry.mode if entry.is_there else file.new_mode
    return _entry_change(file.path, entry, IndexSide(mode, blob))


def _unstaged(
    work: Workplace, record: LaneRecord, file: FileDiff, hunk: Hunk | None
) -> tuple[PathChange, ...]:
    """The index's entry without the hunk, or as HEAD has it (both names of a rename)."""
    edit, root = work.git.edit, record.worktree
    entry = edit.index_side(root, file.path)
    if hunk is not None:
        before = work.git.blob(BlobId(entry.blob), cap=CAP)
        blob = edit.store(revert_hunk(before, hunk), worktree=root)
        return (_entry_change(file.path, entry, IndexSide(entry.mode, blob)),)
    there = IndexSide(file.old_mode, file.old_blob) if file.status != "A" else IndexSide()
    if file.status != "R":
        return (_entry_change(file.path, entry, there),)
    old = edit.index_side(root, file.old_path)
    return (
        _entry_change(file.path, entry, IndexSide()),
        _entry_change(file.old_path, old, there),
    )


def _entry_change(path: str, old: IndexSide, new: IndexSide) -> PathChange:
    null = "0" * len(old.blob or new.blob)
    return PathChange(path, old.mode, new.mode, old.blob or null, new.blob or null)


def _disk(work: Workplace, record: LaneRecord, file: FileDiff) -> DiskFile:
    """The file on the disk, which must be the one that was shown."""
    disk = work.git.edit.disk_file(record.worktree, file.path)
    if disk.is_there != (file.new_mode != NULL_MODE) or (
        disk.is_there and disk.blob != file.new_blob
    ):
        raise Refused(
            f"{safe(file.path, width=200).text} changed just now.",
            hint="Look at the diff again; nothing was changed.",
        )
    return disk


def _discarded(
    work: Workplace,
    record: LaneRecord,
    file: FileDiff,
    hunk: Hunk | None,
    disk: DiskFile,
    op: Operation,
) -> DiskFile:
    """What the file becomes: without the hunk, or as the index has it."""
    if hunk is None:
        if file.status == "A":
            return DiskFile()
        staging = hunk_steps.staging_of(work, op)
        return work.git.edit.as_checked_out(record.worktree, file.path, staging)
    kept, endings = _as_git_keeps_it(work, record, file, disk)
    content = on_disk(revert_hunk(kept, hunk), endings)
    return replace(disk, content=content, blob=work.git.edit.raw_id(content))


def _as_git_keeps_it(
    work: Workplace, record: LaneRecord, file: FileDiff, disk: DiskFile
) -> tuple[bytes, Endings]:
    kept_id = work.git.edit.as_kept(record.worktree, file.path, disk.content)
    for kept in (disk.content, disk.content.replace(b"\r\n", b"\n")):
        endings = endings_of(disk.content, kept)
        if kept_id == work.git.edit.raw_id(kept) and endings is not None:
            return kept, endings
    raise Refused(
        f"{safe(file.path, width=200).text} goes through a filter, or mixes line ends, so a part "
        "of it can't be put back.",
        hint="Discard the whole file, or edit it in the lane.",
    )


def _plan(
    work: Workplace, record: LaneRecord, intent: ApplyHunk, change: _Change, op: Operation
) -> HunkPlan:
    return HunkPlan(
        lane=record.lane,
        deed=intent.deed.value,
        path=intent.path,
        worktree=str(record.worktree),
        staging=str(Path(hunk_steps.staging_of(work, op))),
        index=[
            [one.path, one.old_mode, one.new_mode, one.old_blob, one.new_blob]
            for one in change.index
        ],
        pin_ref=f"refs/cockpit/op/{op.id}/index" if change.index else "",
        old=dict(change.old.facts) if change.old is not None else {},
        new=dict(change.new.facts) if change.new is not None else {},
        vault_ref=f"refs/cockpit/hunk/{op.id}" if change.old is not None else "",
    )
