"""Deliberately wrong variants of the product. The harness must catch each, or it proves nothing.

Each is a patch in the driver's process alone, applied before the services are built.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from cockpit.adapters.approvals import FileApprovals
from cockpit.adapters.git.edit import Editor
from cockpit.adapters.git.pins import Pinner
from cockpit.adapters.git.refs import Refs
from cockpit.adapters.git.repository import GitRepository
from cockpit.adapters.git.sync import Syncer
from cockpit.adapters.journal import FileJournal
from cockpit.adapters.trash import FolderTrash
from cockpit.adapters.vault import GitVault
from cockpit.domain.ids import CommitId, OpId, RefName
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.plans import TargetPlan
from cockpit.services import (
    landing,
    lane_branch,
    panes,
    prompt_changes,
    prompt_line,
    prompts,
    pull_request,
    recovery,
    sync,
    sync_queue,
    target,
    teardown,
    train_queue,
)

MUTANTS: dict[str, Callable[[], None]] = {}


def mutant(patch: Callable[[], None]) -> Callable[[], None]:
    MUTANTS[patch.__name__.replace("_", " ")] = patch
    return patch


def apply(name: str) -> None:
    """Patch this process with the mutant of that name; empty is the product as it is."""
    if name:
        MUTANTS[name]()


def _set(owner: Any, name: str, value: Any) -> None:
    setattr(owner, name, value)


def _nothing(*_args: Any, **_kwargs: Any) -> None:
    return None


def _plain_git(root: Path, *argv: str) -> None:
    subprocess.run(["git", "-C", str(root), *argv], check=False, capture_output=True)


@mutant
def journal_without_the_intent() -> None:
    """The entry becomes durable only at the end, so a death leaves no trace of what was begun."""

    def begin(
        self: FileJournal, kind: OpKind, *, intent: Any, undoes: int | None = None, **names: Any
    ) -> Operation:
        return Operation(
            900, OpId("000900-x-00000000"), kind, at=0.0, intent=intent, undoes=undoes, **names
        )

    def finish(self: FileJournal, op: Operation, state: OpState, outcome: Any) -> Operation:
        return op

    _set(FileJournal, "begin", begin)
    _set(FileJournal, "update", lambda self, op, intent: op)
    _set(FileJournal, "finish", finish)


@mutant
def swap_without_the_expected_value() -> None:
    """The target is moved wherever it was: what came in meanwhile is dropped."""

    def move(self: Refs, ref: RefName, *, new: CommitId, old: CommitId | None, reason: str) -> None:
        self.ground.run(["update-ref", ref, new])

    _set(Refs, "move", move)


@mutant
def checkout_before_the_target() -> None:
    """The files follow first; a death then leaves a checkout ahead of a target that stays."""
    stage = target.stage

    def stage_and_follow(work: Any, plan: TargetPlan) -> None:
        stage(work, plan)
        sync = work.git.follower.plan(
            Path(plan.checkout), CommitId(plan.old), CommitId(plan.new), Path(plan.staging)
        )
        work.git.follower.finish(sync)

    _set(target, "stage", stage_and_follow)


@mutant
def deleted_instead_of_moved() -> None:
    """Folders are removed where they should go to the trash."""

    def move(self: FolderTrash, source: Path, destination: Path) -> None:
        shutil.rmtree(source, ignore_errors=True)

    _set(FolderTrash, "move", move)


@mutant
def no_snapshot() -> None:
    """The vault is left out: the trash holds the only copy."""
    _set(GitVault, "snapshot", _nothing)


@mutant
def no_pin() -> None:
    """What only reflogs and the index hold is left to the next gc."""
    _set(Pinner, "pin", _nothing)


@mutant
def hard_reset_of_the_checkout() -> None:
    """The checkout is forced to the target, over the commander's own changes."""

    def follow(work: Any, running: Any, plan: TargetPlan) -> list[str]:
        _plain_git(Path(plan.checkout), "reset", "-q", "--hard", plan.new)
        return []

    _set(target, "_held", lambda _work, _plan: nullcontext())
    _set(target, "_bring", follow)


@mutant
def branch_taken_without_a_backup() -> None:
    """No ref is made for the branch, its reflog and its pin before it goes."""
    _set(teardown, "_keep_ref", _nothing)
    _set(Pinner, "pin", _nothing)


@mutant
def prompt_sent_again() -> None:
    """Recovery delivers once more what may have been delivered."""
    recover_one = recovery._recover_one

    def again(work: Any, running: Any) -> str:
        if running.op.kind is OpKind.SEND:
            text = Path(running.op.intent["file"]).read_text()
            pane = panes.require_pane(work, work.record(running.op.lane))
            prompts._deliver(work, pane, text, running.step)
        return recover_one(work, running)

    _set(recovery, "_recover_one", again)


@mutant
def prompt_typed_from_the_line() -> None:
    """One that waited stays in the line while it is typed."""
    write = prompt_line.write

    def untaken(work: Any, lane: Any, queue: Any) -> None:
        if queue.taken is None:
            write(work, lane, queue)

    _set(prompt_line, "write", untaken)


@mutant
def prompt_kept_without_a_step() -> None:
    """It waits before the journal says so."""
    begin = prompt_changes._begin

    def late(work: Any, tell: Any, by: str, summary: str, plan: Any) -> Any:
        queue = prompt_line.read(work, plan.lane)
        found = [one for one in map(partial(prompt_line.kept, work), plan.added) if one]
        prompt_line.write(work, plan.lane, queue.with_again(found, ()))
        return begin(work, tell, by, summary, plan)

    _set(prompt_changes, "_begin", late)


@mutant
def called_off_in_words_alone() -> None:
    """The step is written, and the prompts wait on."""
    _set(prompt_changes, "_write", _nothing)


@mutant
def staging_stays() -> None:
    """What was laid out for the checkout is left lying beside git's folder."""
    _set(Syncer, "drop", _nothing)


@mutant
def lock_files_stay() -> None:
    """Locks of a killed git are not looked for."""
    _set(GitRepository, "clear_leavings", lambda self, **_kwargs: [])


@mutant
def git_folder_forgotten() -> None:
    """The worktree's folder goes, git's own folder of it stays in its list."""

    def move_away(work: Any, running: Any, plan: Any, folder: Path, trash: Path) -> None:
        running.step("move the folder to the trash")
        work.trash.move(folder, trash)

    _set(teardown, "_move_away", move_away)


@mutant
def second_agent() -> None:
    """A pane that is there already is not looked for: another agent is launched beside it."""
    open_or_adopt = panes.open_or_adopt

    def always_new(work: Any, lane: Any, record: Any, prompt: str, **options: Any) -> Any:
        found = work.tmux.panes().get(lane.lane)
        if found is not None:
            work.tmux.close_pane(found.ref)
        return open_or_adopt(work, lane, record, prompt, **options)

    _set(panes, "open_or_adopt", always_new)


@mutant
def end_not_written() -> None:
    """Recovery leaves its entry pending, so every start recovers it anew."""
    _set(recovery, "_recover_one", lambda work, running: f"Operation {running.op.seq}.")


# ---------------------------------------------------------------- the merge desk


@mutant
def approval_not_used() -> None:
    """A landing leaves the commander's yes standing."""
    _set(FileApprovals, "use", _nothing)


@mutant
def approval_kept_by_a_request() -> None:
    """A pull request that may have been made leaves the yes standing."""
    _set(pull_request, "_use_approval", _nothing)


@mutant
def content_that_was_not_gated() -> None:
    """What lands has another tree than what was shown and gated."""

    def other(work: Any, shown: Any) -> CommitId:
        tree = work.git.tree_of(shown.target_old)
        new: CommitId = work.git.commit_tree(tree, [shown.target_old, shown.source], "other\n")
        return new

    _set(landing, "_signed", other)


@mutant
def cars_forgotten() -> None:
    """A train that died is ended without a word on its cars."""

    def recover(_work: Any, running: Any) -> str:
        running.done("it was interrupted", {"stopped": "it was interrupted"})
        return "was interrupted"

    recovery.RECOVERIES[OpKind.TRAIN] = recover


@mutant
def queue_emptied_by_a_landing() -> None:
    """The first lane that lands takes all others out of the queue with it."""

    def drop(work: Any, _lane: Any) -> None:
        work.state.write(train_queue.FILE, train_queue.Waiting().to_json())

    _set(train_queue, "drop", drop)


@mutant
def branch_not_parked() -> None:
    """A park takes the branch away as a teardown does."""
    plan_for = teardown.plan_for

    def without(*args: Any, **options: Any) -> Any:
        return plan_for(*args, **{**options, "keep_branch": False})

    _set(teardown, "plan_for", without)


@mutant
def index_changed_without_a_pin() -> None:
    """What only the index held is left to the next gc."""
    _set(Editor, "pin_blobs", _nothing)


@mutant
def discarded_without_a_copy() -> None:
    """The only copy of a discarded hunk goes."""
    _set(GitVault, "snapshot", _nothing)


@mutant
def hard_reset_of_the_lane() -> None:
    """The lane is forced to its new tip, over its uncommitted work."""

    def move(_work: Any, _running: Any, plan: Any, _reason: str) -> list[str]:
        _plain_git(Path(plan.worktree), "reset", "-q", "--hard", plan.new)
        return []

    _set(lane_branch, "move", move)


@mutant
def waiting_sync_forgotten() -> None:
    """A sync waits no longer as soon as it is begun."""
    begin = sync._begin

    def forgetful(work: Any, tell: Any, by: str, shown: Any) -> Any:
        sync_queue.forget(work, shown.lane)
        return begin(work, tell, by, shown)

    _set(sync, "_begin", forgetful)
