"""Three-way validation: our state, the folder, and git's own list must agree on each lane."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.domain.ids import CommitId, RefName, branch_name
from cockpit.domain.lane import Disagreement, LaneFault, LaneRecord
from cockpit.services.naming import branch_of, worktree_of
from cockpit.services.ports import WorktreeInfo
from cockpit.services.workplace import Workplace


def faults(work: Workplace) -> list[LaneFault]:
    """Every disagreement, with what to do about it; empty when all three agree."""
    infos = work.git.worktrees()
    records = work.registry.lanes()
    branches = work.git.refs("refs/heads")
    found = [
        fault
        for record in records.values()
        if (fault := _fault_of(work, record, infos, branches)) is not None
    ]
    return found + _unrecorded(work, list(records.values()), infos)


def _fault_of(
    work: Workplace,
    record: LaneRecord,
    infos: list[WorktreeInfo],
    branches: Mapping[RefName, CommitId],
) -> LaneFault | None:
    lane, path = record.lane, record.worktree
    info = next((one for one in infos if one.admin == record.admin), None)
    branch = branch_name(record.branch)
    if not work.disk.is_folder(path):
        return LaneFault(
            lane,
            Disagreement.FOLDER_MISSING,
            f"The folder of lane {lane} is missing: {path}",
            f"Mount it or move it back; or tear the lane down, which keeps {branch}.",
        )
    if info is None:
        return LaneFault(
            lane,
            Disagreement.UNKNOWN_TO_GIT,
            f"git no longer knows the worktree of lane {lane}: {path}",
            "Tear the lane down (the folder goes to the trash whole), then adopt the branch.",
        )
    if not work.git.is_linked(path):
        return LaneFault(
            lane,
            Disagreement.NOT_A_WORKTREE,
            f"The folder of lane {lane} no longer belongs to this repository: {path}",
            "Its .git file was changed. `git worktree repair` mends it; look who changed it.",
        )
    if record.branch not in branches and work.git.read_ref(record.branch) is None:
        return LaneFault(
            lane,
            Disagreement.BRANCH_MISSING,
            f"The branch {branch} of lane {lane} is gone.",
            f"Make it again in the lane (`git switch -c {branch}`), or tear the lane down.",
        )
    if info.head.ref != record.branch:
        on = branch_name(info.head.ref) if info.head.ref else "a detached HEAD"
        return LaneFault(
            lane,
            Disagreement.OTHER_BRANCH,
            f"Lane {lane} is on {on} instead of {branch}",
            f"Switch back in the lane (`git switch {branch}`); it can't land until then.",
        )
    return None


def _unrecorded(
    work: Workplace, records: list[LaneRecord], infos: list[WorktreeInfo]
) -> list[LaneFault]:
    """Worktrees that we locked for a lane but hold no record of (state folder lost)."""
    known = {record.admin for record in records}
    pending = [op.id for op in work.journal.pending()]
    found = []
    for info in infos:
        reason = info.locked or ""
        if info.main or info.admin in known or not reason.startswith("cockpit:"):
            continue
        if reason == "cockpit: gate" or any(reason.endswith(op) for op in pending):
            continue
        fault = _lane_at(work, info)
        if fault is not None and fault.lane not in {record.lane for record in records}:
            found.append(fault)
    return found


def _lane_at(work: Workplace, info: WorktreeInfo) -> LaneFault | None:
    for config in work.config.lanes.values():
        same_path = worktree_of(work, config) == info.path
        same_branch = info.head.ref is not None and branch_name(info.head.ref) == branch_of(
            work, config
        )
        if same_path or same_branch:
            return LaneFault(
                config.lane,
                Disagreement.UNRECORDED,
                f"There is a worktree for lane {config.lane} that our state does not know: "
                f"{info.path}",
                f"Take it over with `cockpit adopt {config.lane} {info.path}`",
            )
    return None
