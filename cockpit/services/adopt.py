"""Making a lane of what is there already: a branch, a worktree, or any ref.

A worktree is taken as it lies, a branch gets a worktree; neither is changed. Undoing an
adoption forgets the lane and takes away only what the adoption made.
"""

from __future__ import annotations

from pathlib import Path

from cockpit.config.model import LaneConfig
from cockpit.domain.ids import CommitId, LaneId, RefName, branch_name, branch_ref
from cockpit.domain.intents import Adopt
from cockpit.domain.operation import OpKind
from cockpit.domain.plans import StartPlan
from cockpit.errors import CockpitError, Refused
from cockpit.services import panes, trust
from cockpit.services.api import Outcome, Tell
from cockpit.services.naming import branch_of, worktree_of
from cockpit.services.ports import WorktreeInfo
from cockpit.services.running import begin
from cockpit.services.start import advance, give_up
from cockpit.services.workplace import Workplace


def adopt(work: Workplace, intent: Adopt, tell: Tell, by: str) -> Outcome:
    """Make the lane of `intent.source`. Raises `Refused` with everything as it was."""
    trust.require(work)
    lane = work.lane(intent.lane)
    with work.locks.hold(f"lane-{lane.lane}", why="adopt"):
        if lane.lane in work.registry.lanes():
            raise Refused(
                f"Lane {lane.lane} is started already.",
                hint=f"Tear it down first, or adopt {intent.source!r} as another lane.",
            )
        plan = _plan(work, lane, intent.source)
        running = begin(
            work,
            tell,
            OpKind.ADOPT,
            lane=lane.lane,
            by=by,
            summary=f"adopt {branch_name(RefName(plan.branch))} as {lane.lane}",
            plan=plan.to_json(),
        )
        try:
            record, _ = advance(work, running, plan, prompt="")
        except CockpitError as error:
            give_up(work, running, error)
            raise
        op = running.done(f"adopted {branch_name(record.branch)} as {lane.lane}")
    return Outcome(
        f"Adopted {branch_name(record.branch)} as {lane.lane} in {record.worktree}",
        op,
        {
            "lane": lane.lane,
            "branch": branch_name(record.branch),
            "worktree": str(record.worktree),
            "pane": record.pane.pane if record.pane else None,
        },
    )


def _plan(work: Workplace, lane: LaneConfig, source: str) -> StartPlan:
    panes.plan_launch(work, lane, "", resume=False)
    work.tmux.ensure_server()
    found = _worktree_for(work, source)
    if found is not None:
        return _plan_worktree(work, lane, found)
    ref = _branch_for(work, source)
    if ref is not None:
        tip = work.git.read_ref(ref)
        if tip is None:
            raise Refused(f"The branch {branch_name(ref)} has no commit.")
        return _plan_branch(work, lane, ref, tip, made=False)
    commit = work.git.resolve(source)
    if commit is None:
        raise Refused(
            f"{source!r} is no worktree, branch or commit of this repository.",
            hint="Name a branch, a worktree's folder, or a ref such as origin/topic.",
        )
    ref = branch_ref(branch_of(work, lane))
    if work.git.read_ref(ref) is not None:
        raise Refused(
            f"The branch {branch_name(ref)} exists already.",
            hint=f"Adopt it: `cockpit adopt {lane.lane} {branch_name(ref)}`.",
        )
    return _plan_branch(work, lane, ref, commit, made=True)


def _worktree_for(work: Workplace, source: str) -> WorktreeInfo | None:
    """The worktree whose folder `source` names, or that has the branch `source` checked out."""
    ref = _branch_for(work, source)
    path = Path(source)
    wanted = path if path.is_absolute() else Path.cwd() / path
    for info in work.git.worktrees():
        if info.exists and (work.disk.same(info.path, wanted) or (ref and info.head.ref == ref)):
            return info
    return None


def _branch_for(work: Workplace, source: str) -> RefName | None:
    ref = RefName(source) if source.startswith("refs/heads/") else branch_ref(source)
    short = branch_name(ref)
    if not work.git.is_valid_branch(short) or work.git.read_ref(ref) is None:
        return None
    return ref


def _plan_worktree(work: Workplace, lane: LaneConfig, info: WorktreeInfo) -> StartPlan:
    if info.main:
        raise Refused(
            "The main checkout can't be a lane.",
            hint="It is the commander's; adopt a branch or another worktree.",
        )
    if info.head.ref is None or info.head.commit is None:
        raise Refused(
            f"The worktree's HEAD is detached: {info.path}",
            hint="Put a branch on it (`git switch -c NAME` in there), then adopt it.",
        )
    _require_unused(work, lane, info.head.ref, info.path)
    return StartPlan(
        lane=lane.lane,
        branch=info.head.ref,
        base=info.head.commit,
        worktree=str(info.path),
        agent=lane.agent,
        made_branch=False,
        made_worktree=False,
        filled=True,
    )


def _plan_branch(
    work: Workplace, lane: LaneConfig, ref: RefName, tip: CommitId, *, made: bool
) -> StartPlan:
    path = worktree_of(work, lane)
    _require_unused(work, lane, ref, path)
    if work.disk.exists(path):
        raise Refused(
            f"The folder for lane {lane.lane} exists already: {path}",
            hint="Move it away, or change `worktrees:`.",
        )
    return StartPlan(
        lane=lane.lane,
        branch=ref,
        base=tip,
        worktree=str(path),
        agent=lane.agent,
        made_branch=made,
    )


def _require_unused(work: Workplace, lane: LaneConfig, ref: RefName, path: Path) -> None:
    if ref == work.target:
        raise Refused(
            f"{branch_name(ref)} is the target; lanes merge into it and can't be it.",
            hint="Adopt another branch.",
        )
    for other, record in work.registry.lanes().items():
        if other != lane.lane and (record.branch == ref or record.worktree == path):
            raise Refused(
                f"{branch_name(ref)} belongs to lane {LaneId(other)} already.",
                hint=f"Tear that lane down first, or keep it as {other}.",
            )
