"""Tearing a lane down: everything is kept, then the lane goes.

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry | goes on |
| agent ended | a lane without agent | goes on |
| pin, backup ref, vault | the same, kept twice | goes on |
| folder moved | the folder in the trash, git's admin folder alone | goes on |
| admin folder moved | both in the trash, the branch alive | goes on |
| branch taken away | only our record | the record goes, the end is written |

The branch goes only by compare-and-swap from the tip that the backup ref holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from cockpit.domain.ids import CommitId, LaneId, RefName, branch_name
from cockpit.domain.intents import Teardown
from cockpit.domain.lane import LaneRecord, record_from_json, record_to_json
from cockpit.domain.operation import OpKind
from cockpit.domain.plans import TeardownPlan
from cockpit.domain.teardown import Holdings, TeardownPreview
from cockpit.errors import CockpitError, Refused
from cockpit.services import locked, merged, panes, parked, sync_queue
from cockpit.services.api import Outcome, Tell
from cockpit.services.running import Running, abandoning, begin
from cockpit.services.workplace import Workplace

CACHES = ("node_modules", ".venv", "target", "__pycache__", ".tox", ".gradle")
"""Folders that can be made again: they stay in the trash copy and are left out of the vault."""


def preview(work: Workplace, lane: LaneId) -> TeardownPreview:
    """What tearing `lane` down would take away, with a token that names this very picture."""
    record = work.record(lane)
    _require_not_main(work, record)
    tip = work.git.read_ref(record.branch)
    there = work.disk.is_folder(record.worktree)
    holdings = work.git.holdings(record.worktree) if there else Holdings()
    target = work.git.read_ref(work.target)
    unmerged = merged.left(work, record, tip, target) if tip and target else []
    running = tuple(
        f"{name} ({pid})" for pid, name in (work.processes.inside(record.worktree) if there else ())
    )
    return TeardownPreview(
        lane=lane,
        branch=record.branch,
        tip=tip,
        worktree=record.worktree,
        unmerged=tuple(unmerged),
        merged=merged.standing(work, lane),
        holdings=holdings,
        processes=running,
        trash=work.trash.folder_for(record.worktree),
        token=_token(record, tip, holdings),
    )


def _token(record: LaneRecord, tip: CommitId | None, holdings: Holdings) -> str:
    picture = (record.lane, str(record.worktree), tip, holdings)
    return hashlib.sha256(repr(picture).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def teardown(work: Workplace, intent: Teardown, tell: Tell, by: str) -> Outcome:
    """Take the lane away, everything kept. Raises `Refused` when it is not what was shown."""
    lane = intent.lane
    with work.locks.hold(f"lane-{lane}", why="teardown"):
        require_shown(work, lane, intent.token)
        record = work.record(lane)
        running = begin(
            work,
            tell,
            OpKind.TEARDOWN,
            lane=lane,
            by=by,
            summary=f"tear down {lane}",
            plan={"lane": lane},
        )
        with abandoning(running):
            plan = plan_for(work, record, running.op.id, keep_branch=False, keep_worktree=False)
            running.update(plan)
        with giving_up(work, running, plan):
            advance(work, running, plan)
        op = running.done(
            f"tore down {lane}; `cockpit undo {running.op.seq}` brings it back",
            {"trash": plan.trash, "backup": plan.backup_ref, "pin": plan.pin_ref},
        )
    return Outcome(
        f"Tore down {lane}. `cockpit undo {op.seq}` brings all of it back.",
        op,
        {"lane": lane, "trash": plan.trash_folder, "backup": plan.backup_ref, "undo": op.seq},
    )


def require_shown(work: Workplace, lane: LaneId, token: str) -> None:
    """Raises `Refused` when the lane is not what the preview with `token` showed (an empty one
    accepts what is there), must never go, or is locked."""
    locked.require_free(work, lane, "taken away")
    shown = preview(work, lane)
    if token and token != shown.token:
        raise Refused(
            f"Lane {lane} changed since it was shown.",
            hint="Look again at what would go, then say yes to that.",
        )


def plan_for(
    work: Workplace, record: LaneRecord, op: str, *, keep_branch: bool, keep_worktree: bool
) -> TeardownPlan:
    """All names that the steps will use. Raises `Refused` for what must never go."""
    _require_not_main(work, record)
    name = str(op)
    return TeardownPlan(
        lane=record.lane,
        branch=record.branch,
        tip=work.git.read_ref(record.branch) or "",
        worktree=str(record.worktree),
        admin=str(record.admin) if work.disk.is_folder(record.admin) else "",
        trash=name,
        trash_folder=str(work.trash.place_for(record.worktree, name)),
        trash_admin=str(work.trash.admin_place_for(name)),
        pin_ref=f"refs/cockpit/pins/{name}",
        backup_ref=f"refs/cockpit/backup/{record.lane}/{name}",
        vault_ref=f"refs/snapshots/{name}",
        record=record_to_json(record),
        keep_branch=keep_branch,
        keep_worktree=keep_worktree,
    )


def advance(work: Workplace, running: Running, plan: TeardownPlan) -> None:
    """Do every step that is not done yet."""
    record = record_from_json(plan.record)
    folder, trash = Path(plan.worktree), Path(plan.trash_folder)
    if not plan.stopped:
        running.step("end the agent")
        panes.end_everything(work, record)
        tip = work.git.read_ref(RefName(plan.branch))
        plan = replace(plan, stopped=True, tip=tip or "")
        running.update(plan)
    if plan.tip:
        running.step("keep the branch under a backup ref")
        _keep_ref(work, plan.backup_ref, CommitId(plan.tip), f"tear down {plan.lane}")
    if not plan.keep_worktree:
        _keep_folder(work, running, plan, folder, trash)
        _move_away(work, running, plan, folder, trash)
    if not plan.keep_branch:
        _drop_branch(work, running, plan)
    running.step("forget the lane")
    sync_queue.forget(work, LaneId(plan.lane))
    parked.forget(work, LaneId(plan.lane))
    work.approvals.use(LaneId(plan.lane))
    work.registry.drop(LaneId(plan.lane))


@contextmanager
def giving_up(work: Workplace, running: Running, plan: TeardownPlan) -> Iterator[None]:
    """A failure while the lane still lies in its place ends the operation there: the lane
    stays, only its agent may have been ended. Later failures stay pending for recovery."""
    try:
        yield
    except CockpitError as error:
        if work.disk.exists(Path(plan.worktree)) and not work.disk.exists(Path(plan.trash_folder)):
            running.abandon(error.title, error.hint, detail=error.detail)
        raise


def _keep_ref(work: Workplace, ref: str, commit: CommitId, why: str) -> None:
    """Create `ref` at `commit`; done already is fine."""
    if work.git.read_ref(RefName(ref)) != commit:
        work.git.move_ref(RefName(ref), new=commit, old=None, reason=f"cockpit: {why}")


def _keep_folder(
    work: Workplace, running: Running, plan: TeardownPlan, folder: Path, trash: Path
) -> None:
    if not work.disk.is_folder(folder) or work.disk.exists(trash) or not plan.admin:
        return
    admin = Path(plan.admin)
    if work.disk.is_folder(admin):
        running.step("pin every commit and staged file")
        pin = work.git.pin_lane(folder, admin, RefName(plan.pin_ref), f"tear down {plan.lane}")
        work.git.own_objects(pin, work.git.read_ref(work.target))
        if not work.vault.has(RefName(plan.vault_ref)):
            running.step("copy every byte into the vault")
            work.vault.snapshot(folder, admin, RefName(plan.vault_ref), CACHES)


def _move_away(
    work: Workplace, running: Running, plan: TeardownPlan, folder: Path, trash: Path
) -> None:
    with work.locks.hold("worktrees", why=f"tear down {plan.lane}"):
        if work.disk.exists(folder) or work.disk.exists(trash):
            running.step("move the folder to the trash")
            work.trash.move(folder, trash)
        if plan.admin and (
            work.disk.exists(Path(plan.admin)) or work.disk.exists(Path(plan.trash_admin))
        ):
            running.step("move git's folder of the worktree to the trash")
            work.trash.move(Path(plan.admin), Path(plan.trash_admin))
    work.trash.note(
        plan.trash,
        lane=LaneId(plan.lane),
        op=running.op.id,
        folder=trash,
        admin=Path(plan.trash_admin),
    )


def _drop_branch(work: Workplace, running: Running, plan: TeardownPlan) -> None:
    ref = RefName(plan.branch)
    tip = work.git.read_ref(ref)
    if tip is None:
        return
    running.step("take the branch away")
    if tip != plan.tip:
        raise Refused(
            f"The branch {branch_name(ref)} moved while the lane was torn down.",
            detail=f"It was at {plan.tip[:12]} and is at {tip[:12]}.",
            hint="Everything is kept. Look who moved it, then run `cockpit recover`.",
        )
    work.git.delete_ref(ref, old=tip)


def _require_not_main(work: Workplace, record: LaneRecord) -> None:
    main = work.git.main_checkout or work.root
    is_main = any(work.disk.same(record.worktree, place) for place in (main, work.root))
    if record.shared or is_main or record.branch == work.target:
        raise Refused(
            f"Lane {record.lane} is the target or the main checkout, which can't be torn down.",
            hint="Take the lane out of lanes.yaml instead.",
        )
