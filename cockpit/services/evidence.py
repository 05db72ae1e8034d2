"""The evidence for a task's 'done': its result held against the lane's branch, its diff, its
zone and the gate. Looks only: nothing is stored, and what is built goes to the scratch folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cockpit.domain.change import Layer
from cockpit.domain.done import Evidence, Holds, Row, commit_row, files_row, gate_row, result_row
from cockpit.domain.gate import GateState, Verdict
from cockpit.domain.ids import CommitId, LaneId, TreeId, branch_name
from cockpit.domain.lane import LaneRecord
from cockpit.domain.merge import Check, LandingPreview
from cockpit.domain.operation import OpKind
from cockpit.domain.result import ResultFile
from cockpit.domain.task import TaskFile
from cockpit.domain.text import counted
from cockpit.errors import CockpitError
from cockpit.services import bus, claims, gate_known, landing_preview, target_line, tasks, zones
from cockpit.services.workplace import Workplace

GATES_LOOKED_AT = 200
"""Steps of the journal, the latest, in which a red gate is looked for."""

MOST_COMMITS = 5_000


def of(work: Workplace, name: str) -> Evidence:
    """The evidence for the task that `name` means. Raises `Refused` when none or several
    answer to it."""
    task = tasks.task_named(work, name)
    target = work.git.read_ref(work.target)
    found = Evidence(task.id, task.name, (), target=target)
    lane = claims.holder_of(work, task.name)
    record = work.registry.lanes().get(lane) if lane is not None else None
    shared = tasks.results_of(work, [task.id]) if task.id else []
    result = shared[0] if shared else None
    if task.id in tasks.merged(work):
        row = Row("merged", Holds.YES, f"{work.config.target} holds it")
        return replace(found, rows=(row,), lane=lane, result=result)
    if lane is None or record is None:
        said = "no lane has it" if lane is None else f"lane {lane} is being made ready"
        holds = Holds.NO if lane is None else Holds.UNKNOWN
        rows = (result_row(task.id, result), Row("lane", holds, said))
        return replace(found, rows=rows, lane=lane, result=result)
    return _of_lane(work, task, lane, record, found)


def _of_lane(
    work: Workplace, task: TaskFile, lane: LaneId, record: LaneRecord, found: Evidence
) -> Evidence:
    result = tasks.result_of(work, lane)
    tip = work.git.read_ref(record.branch)
    if tip is None:
        gone = Row("commit", Holds.NO, f"the branch {branch_name(record.branch)} is gone")
        return replace(found, rows=(result_row(task.id, result), gone), lane=lane, result=result)
    preview, why = _landing(work, lane)
    rows = (
        result_row(task.id, result),
        _commit(work, record, tip, found.target, result),
        *_tree(preview, why),
        _files(work, record, tip, found.target, result),
        _zone(work, lane, record, preview, why, result),
        _gate(work, lane, preview, why),
    )
    tree = preview.tree if preview is not None else None
    return replace(found, rows=rows, lane=lane, commit=tip, tree=tree, result=result)


def _landing(work: Workplace, lane: LaneId) -> tuple[LandingPreview | None, str]:
    """What landing the lane would do, or why that can't be told."""
    try:
        with work.git.looking():
            return landing_preview.preview(work, lane), ""
    except CockpitError as error:
        return None, _clause(error)


def _clause(error: CockpitError) -> str:
    return error.title.rstrip(".")


def _commit(
    work: Workplace,
    record: LaneRecord,
    tip: CommitId,
    target: CommitId | None,
    result: ResultFile | None,
) -> Row:
    branch = branch_name(record.branch)
    if target is None:
        return Row("commit", Holds.UNKNOWN, f"{work.config.target} is gone")
    claimed = result.commit if result is not None else ""
    try:
        own = work.git.history.ids(target, [tip], limit=MOST_COMMITS)
        named = work.git.resolve(claimed) if len(claimed) >= len(tip) else None
        has_it = named is not None and work.git.is_ancestor(named, tip)
    except CockpitError as error:
        return Row("commit", Holds.UNKNOWN, _clause(error))
    return commit_row(branch, claimed, own, has_it=has_it)


def _tree(preview: LandingPreview | None, why: str) -> Iterator[Row]:
    """Whether everything is committed, on the lane's own branch."""
    if preview is None:
        yield Row("tree", Holds.UNKNOWN, why)
        return
    for check in preview.checks:
        if check.name in ("tree", "branch"):
            yield _row("tree", check)


def _row(name: str, check: Check) -> Row:
    return Row(name, Holds.YES if check.ok else Holds.NO, check.text, check.paths)


def _files(
    work: Workplace,
    record: LaneRecord,
    tip: CommitId,
    target: CommitId | None,
    result: ResultFile | None,
) -> Row:
    try:
        since = target_line.landed_last(work, target, tip)
        diff = work.git.review.diff(record.worktree, work.target, since=since, bodies=False)
    except CockpitError as error:
        return Row("files", Holds.UNKNOWN, _clause(error))
    changed = [
        (file.path, *((file.old_path,) if file.old_path and file.old_path != file.path else ()))
        for file in diff.files
        if file.layer is Layer.COMMITTED and not bus.is_own_result(file.path)
    ]
    if result is None:
        return Row("files", Holds.UNKNOWN, f"{counted(len(changed), 'file')} changed")
    root = f"{record.worktree}/"
    claimed = [path.replace(root, "", 1) for path in result.files]
    return files_row([path for path in claimed if not bus.is_own_result(path)], changed)


def _zone(
    work: Workplace,
    lane: LaneId,
    record: LaneRecord,
    preview: LandingPreview | None,
    why: str,
    result: ResultFile | None,
) -> Row:
    """The zone check of the landing; where the merge conflicts, the lane's own paths."""
    claimed = tuple(result.out_of_zone) if result is not None else ()
    admits = f"; its result names {counted(len(claimed), 'edit')} outside" if claimed else ""
    if preview is None:
        return Row("zone", Holds.UNKNOWN, f"{why}{admits}", claimed)
    known = next((check for check in preview.checks if check.name == "zone"), None)
    if known is not None:
        row = _row("zone", known)
        return replace(row, text=f"{row.text}{admits}", paths=row.paths or claimed)
    try:
        facts = work.git.facts(record.worktree, work.target)
        outside = zones.outside(work, work.lane(lane), facts.paths)
    except CockpitError as error:
        return Row("zone", Holds.UNKNOWN, _clause(error))
    holds = Holds.NO if outside else Holds.YES
    return Row("zone", holds, f"{counted(len(outside), 'path')} outside the zone of {lane}{admits}",
               outside or claimed)  # fmt: skip


def _gate(work: Workplace, lane: LaneId, preview: LandingPreview | None, why: str) -> Row:
    if not work.config.gate.run:
        return gate_row(Verdict(GateState.NONE), why_none="")
    if preview is None:
        return gate_row(None, why_none=why)
    if preview.conflicts:
        files = counted(len(preview.conflicts), "file")
        text = f"it conflicts with {work.config.target} in {files}, so there is nothing to test"
        return replace(gate_row(None, why_none=text), paths=preview.conflicts)
    if preview.tree is None:
        return gate_row(None, why_none="it brings nothing new, so there is nothing to test")
    known = gate_known.recall(work, preview.tree)
    red = known is None and _was_red(work, lane, preview.tree)
    why_none = (
        "the gate was red for exactly this tree"
        if red
        else f"the gate has not passed for this tree: `cockpit gate {lane}` runs it"
    )
    return gate_row(known, why_none=why_none, red=red)


def _was_red(work: Workplace, lane: LaneId, tree: TreeId) -> bool:
    """Whether the gate failed the last time that it ran on this tree for the lane."""
    for op in reversed(work.journal.entries(last=GATES_LOOKED_AT)):
        if op.kind is not OpKind.GATE or op.lane != lane or not op.outcome.get("gate"):
            continue
        try:
            same = work.git.tree_of(CommitId(str(op.intent.get("commit")))) == tree
        except CockpitError:
            continue  # the commit that was tested is gone: it says nothing of this tree
        if same:
            return str(op.outcome["gate"]) == GateState.RED
    return False
