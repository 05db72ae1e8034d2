"""Plans for lanes whose branch or worktree is there already, made by someone else.

`adopt` names what is there on the command line; a lane of lanes.yaml that has a `branch:` or
`worktree:` of its own names it in the file, so that starting it takes it over. Either way
nothing that exists is changed, and undoing takes away only what was made.
"""

from __future__ import annotations

from pathlib import Path

from cockpit.config.model import LaneConfig
from cockpit.domain.ids import CommitId, LaneId, RefName, branch_name, branch_ref
from cockpit.domain.plans import StartPlan
from cockpit.errors import Refused
from cockpit.services.naming import branch_of, worktree_of
from cockpit.services.ports import WorktreeInfo
from cockpit.services.workplace import Workplace


def plan_named(work: Workplace, lane: LaneConfig) -> StartPlan | None:
    """The plan that takes over what the lane's own keys name; None where they name nothing that
    is there in the form they say. Raises `Refused` where it is there and can't be a lane."""
    own_branch = lane.branch != work.config.branch
    if not own_branch and lane.worktree == work.config.worktrees:
        return None
    ref, path = branch_ref(branch_of(work, lane)), worktree_of(work, lane)
    holders = [info for info in work.git.worktrees() if info.exists]
    for info in holders:
        if work.disk.same(info.path, path):
            return plan_worktree(work, lane, info) if info.head.ref == ref else None
    tip = work.git.read_ref(ref)
    if not own_branch or tip is None or work.disk.exists(path):
        return None
    if any(info.head.ref == ref for info in holders):
        return None
    return plan_branch(work, lane, ref, tip, made=False)


def plan_worktree(work: Workplace, lane: LaneConfig, info: WorktreeInfo) -> StartPlan:
    """The plan that takes a worktree as it lies."""
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


def plan_branch(
    work: Workplace, lane: LaneConfig, ref: RefName, tip: CommitId, *, made: bool
) -> StartPlan:
    """The plan that gives a branch a worktree; `made`: the branch is new, too."""
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
