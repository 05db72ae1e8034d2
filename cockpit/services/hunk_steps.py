"""The steps that put a hunk's deed, or its undoing, into a lane's index or file; each can be
done again, and an end that was cut off is found by looking at what is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cockpit.domain.change import NULL_MODE, PathChange
from cockpit.domain.edit import DiskFile
from cockpit.domain.ids import BlobId, RefName
from cockpit.domain.operation import Operation
from cockpit.domain.plans import HunkPlan
from cockpit.domain.text import safe
from cockpit.errors import CockpitError, Refused
from cockpit.services.running import Running
from cockpit.services.target import staging_for
from cockpit.services.workplace import Workplace


def staging_of(work: Workplace, op: Operation) -> Path:
    """Where the operation lays contents out."""
    return staging_for(work, str(op.id))


@contextmanager
def giving_up(work: Workplace, running: Running) -> Iterator[None]:
    """What fails before anything changed leaves nothing behind."""
    try:
        yield
    except CockpitError as error:
        plan = _plan_of(running.op)
        if plan is not None and has_happened(work, plan):
            raise  # the change was made and its end could not be: recovery writes it
        _drop(work, running.op, plan)
        running.abandon(error.title, error.hint, detail=error.detail)
        raise


def advance(
    work: Workplace,
    running: Running,
    plan: HunkPlan,
    old: DiskFile | None = None,
    new: DiskFile | None = None,
) -> None:
    """Do what is left. `old` and `new` are the file's contents, where the vault does not have
    them yet. Raises `Refused` with nothing changed when index or file are others by now."""
    if plan.index:
        _write_index(work, running, plan)
    else:
        _write_file(work, running, plan, old, new)
    work.git.edit.drop(Path(plan.staging), plan.old)


def _write_index(work: Workplace, running: Running, plan: HunkPlan) -> None:
    changes = changes_of(plan)
    blobs = {
        BlobId(blob)
        for change in changes
        for mode, blob in (
            (change.old_mode, change.old_blob),
            (change.new_mode, change.new_blob),
        )
        if mode != NULL_MODE
    }
    running.step("pin what the index holds")
    if plan.pin_ref:
        work.git.edit.pin_blobs(RefName(plan.pin_ref), sorted(blobs), "cockpit: hunk")
    running.step("change the index")
    left = work.git.edit.edit_index(Path(plan.worktree), changes, Path(plan.staging))
    if left:
        raise _changed(left[0], "index")


def _write_file(
    work: Workplace,
    running: Running,
    plan: HunkPlan,
    old: DiskFile | None,
    new: DiskFile | None,
) -> None:
    edit, staging, ref = work.git.edit, Path(plan.staging), RefName(plan.vault_ref)
    if has_happened(work, plan):
        return
    running.step("keep the file's bytes")
    if old is not None and new is not None:
        kept, nothing = edit.lay_out(staging, old, new)
        if not work.vault.has(ref):
            work.vault.snapshot(kept, nothing, ref, ())
    else:
        kept = _out_of_the_vault(work, plan, staging, ref)
    running.step("write the file")
    wrote = edit.edit_file(
        Path(plan.worktree),
        plan.path,
        old=plan.old,
        new=plan.new,
        source=kept / plan.source,
        staging=staging,
    )
    if not wrote:
        raise _changed(plan.path, "file")


def _out_of_the_vault(work: Workplace, plan: HunkPlan, staging: Path, ref: RefName) -> Path:
    work.git.edit.drop(staging, plan.old)
    into = staging / "again"
    work.vault.restore(ref, into, staging / "nothing-again")
    return into


def _changed(path: str, what: str) -> Refused:
    return Refused(
        f"The {what} changed meanwhile: {safe(path, width=200).text}",
        hint="Look at the diff again; nothing was changed.",
    )


def changes_of(plan: HunkPlan) -> list[PathChange]:
    return [PathChange(*entry) for entry in plan.index]


def has_happened(work: Workplace, plan: HunkPlan) -> bool:
    """Whether index or file are what the deed makes of them."""
    edit, root = work.git.edit, Path(plan.worktree)
    if not work.disk.is_folder(root):
        return False
    if not plan.index:
        return edit.disk_file(root, plan.path).facts == plan.new
    for change in changes_of(plan):
        now = edit.index_side(root, change.path)
        if now.mode != change.new_mode or (now.is_there and now.blob != change.new_blob):
            return False
    return True


# ------------------------------------------------------------------ after a death


def recover(work: Workplace, running: Running) -> str:
    """Words that follow `Operation N (…)`."""
    plan = _plan_of(running.op)
    happened = plan is not None and has_happened(work, plan)
    _drop(work, running.op, plan)
    if happened:
        running.done(f"{running.op.summary}, after an interruption")
        return "had been done"
    running.abandon("it was interrupted before anything changed")
    return "had changed nothing and was dropped"


def _plan_of(op: Operation) -> HunkPlan | None:
    return HunkPlan.from_json(op.intent) if "worktree" in op.intent else None


def _drop(work: Workplace, op: Operation, plan: HunkPlan | None) -> None:
    work.git.edit.drop(staging_of(work, op), plan.old if plan is not None else {})
