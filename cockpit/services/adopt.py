"""Making a lane of what is there already: a branch, a worktree, or any ref.

A worktree is taken as it lies, a branch gets a worktree; neither is changed. Undoing an
adoption forgets the lane and takes away only what the adoption made.
"""

from __future__ import annotations

from pathlib import Path

from cockpit.config.model import LaneConfig
from cockpit.domain.ids import RefName, branch_name, branch_ref
from cockpit.domain.intents import Adopt
from cockpit.domain.operation import OpKind
from cockpit.domain.plans import StartPlan
from cockpit.errors import CockpitError, Refused
from cockpit.services import panes, port_slots, taking_over, trust
from cockpit.services.api import Outcome, Tell
from cockpit.services.naming import branch_of
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
    port_slots.claim(work, lane)
    work.tmux.ensure_server()
    found = _worktree_for(work, source)
    if found is not None:
        return taking_over.plan_worktree(work, lane, found)
    ref = _branch_for(work, source)
    if ref is not None:
        tip = work.git.read_ref(ref)
        if tip is None:
            raise Refused(f"The branch {branch_name(ref)} has no commit.")
        return taking_over.plan_branch(work, lane, ref, tip, made=False)
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
    return taking_over.plan_branch(work, lane, ref, commit, made=True)


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
