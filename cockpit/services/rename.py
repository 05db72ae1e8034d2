"""Another name for a lane, in lanes.yaml and in everything that was made of the old one.

The name stands in lanes.yaml, which is the commander's file; this is one of the two edits that
cockpit makes in it, since a rename that leaves it to be done by hand would leave a lane that
nobody has configured, and a configured one that nobody has started, for as long as that takes.
It is made by the commander's own wish, changes that one word and nothing else, from the content
that was seen to the new one in one step. A file that has the new name already (it was edited
first) is left as it is.

The folder and the branch get the new name where the templates gave them the old one; what was
chosen by hand, adopted, pushed or is checked out elsewhere keeps its name, and the answer says
so. `relocation.py` has the steps and the table of deaths.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cockpit.config.load import parse_config
from cockpit.config.model import LaneConfig
from cockpit.config.yaml_edit import rename_lane
from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId, branch_name, branch_ref, is_lane_name
from cockpit.domain.intents import Rename
from cockpit.domain.lane import LaneRecord
from cockpit.domain.operation import OpKind
from cockpit.errors import CockpitError, Refused, UsageError
from cockpit.services import lane_facts, locked, panes, parked, relocation, trust
from cockpit.services.api import Outcome, Tell
from cockpit.services.naming import branch_of, worktree_of
from cockpit.services.running import begin
from cockpit.services.workplace import Workplace


@dataclass(frozen=True, slots=True)
class Wanted:
    """The lane as it is to be, and in sentences what keeps its name."""

    after: LaneRecord
    kept: tuple[str, ...] = ()


def rename(work: Workplace, intent: Rename, tell: Tell, by: str) -> Outcome:
    """Rename the lane. Raises `Refused` or `UsageError` with everything as it was."""
    old, new = intent.lane, intent.new
    _require_name(work, old, new)
    with work.locks.hold(*relocation.locks_of(old, new), why=f"rename {old} to {new}"):
        locked.require_free(work, old, "renamed")
        record = work.record(old)
        _require_no_train(work)
        lane_facts.refuse_taken(work, new)
        wanted = _wanted(work, record, new)
        why = relocation.why_not(work, record, wanted.after)
        if why:
            raise Refused(f"Lane {old} can't be renamed to {new}: {why}.")
        edit, trusted = config_edit(work, old, new)
        plan = relocation.plan_for(
            record, wanted.after, f"rename-{old}-{int(work.clock.now() * 1000)}",
            config=edit, trusted=trusted,
        )  # fmt: skip
        running = begin(
            work,
            tell,
            OpKind.RENAME,
            lane=old,
            by=by,
            summary=f"rename {old} to {new}",
            plan=plan.to_json(),
        )
        relocation.carry_out(work, running, plan)
        op = running.done(f"renamed {old} to {new}", {"kept": list(wanted.kept)})
    said = [f"Renamed {old} to {new}.", *wanted.kept]
    if edit:
        said.append(f"{work.config.path.name} has the new name.")
    return Outcome(
        " ".join(said),
        op,
        {
            "lane": new,
            "was": old,
            "branch": branch_name(wanted.after.branch),
            "worktree": str(wanted.after.worktree),
            "config": edit,
            "kept": list(wanted.kept),
            "undo": op.seq,
        },
    )


def _require_name(work: Workplace, old: LaneId, new: LaneId) -> None:
    if not is_lane_name(new):
        raise UsageError(
            f"{new!r} can't name a lane.",
            hint="Use a-z, 0-9 and -, at most 40, not beginning with -.",
        )
    if new == old:
        raise UsageError(f"Lane {old} is called that already.")
    if old in parked.lanes(work):
        raise Refused(
            f"Lane {old} is parked.",
            hint=f"Take it up with `cockpit resume {old}`, then rename it.",
        )
    if parked.is_known(work, new):
        raise Refused(
            f"A lane {new} is parked, and would be lost from sight.",
            hint=f"Choose another name, or have a lane {new} in {work.config.path.name} and take "
            f"it up with `cockpit resume {new}`.",
        )
    if old in work.config.lanes and new in work.config.lanes:
        raise Refused(
            f"There is a lane {new} in {work.config.path.name} already.",
            hint="Choose another name, or take that lane out first.",
        )
    if old not in work.config.lanes and new not in work.config.lanes:
        work.lane(old)  # says which lanes there are


def _require_no_train(work: Workplace) -> None:
    if not work.locks.is_free("train"):
        raise Refused(
            "A train runs, and it knows its lanes by their names.",
            hint="Wait until it has ended, or stop it with `cockpit train stop`.",
        )


def _wanted(work: Workplace, record: LaneRecord, new: LaneId) -> Wanted:
    """What the templates give under the new name, wherever they gave what is there."""
    config = work.config.lanes.get(record.lane) or work.config.lanes[new]
    made = work.journal.read(int(record.op.partition("-")[0]))
    at = made.at if made is not None else None
    task = str(made.intent.get("task", "")) if made is not None else record.task
    was, will = replace(config, lane=record.lane), replace(config, lane=new)
    kept: list[str] = []
    folder, branch = record.worktree, record.branch
    if _folder(work, was, task, at) == record.worktree:
        folder = _folder(work, will, task, at) or folder
    else:
        kept.append(f"Its folder was not made by the template and stays {record.worktree}.")
    if _is_made(work, record, was, task, at):
        why = _why_branch_stays(work, record)
        if why:
            kept.append(f"Its branch stays {branch_name(branch)}: {why}.")
        else:
            branch = branch_ref(branch_of(work, will, task=task, at=at))
    else:
        kept.append(f"Its branch was not made by the template and stays {branch_name(branch)}.")
    session = record.session_name if folder == record.worktree else ""
    if session != record.session_name:
        kept += session_notes(work, config, record)
    after = replace(
        record,
        lane=new,
        worktree=folder,
        branch=branch,
        session_name=session,
        pane=None,
    )
    return Wanted(after, tuple(kept))


def session_notes(work: Workplace, config: LaneConfig, record: LaneRecord) -> list[str]:
    """What becomes of the agent's conversation when the folder is another, a sentence: agents
    that name their sessions keep them by folder (`facts/agents.md`), and resuming one from
    elsewhere fails. None for an agent that names none."""
    try:
        named = panes.plan_launch(work, config, "", resume=False).session_name
    except CockpitError:
        named = record.session_name
    if not named or not record.session_name:
        return []
    return [
        f"Its agent's session {record.session_name} belongs to the old folder, so the next start "
        "begins a new one; undoing this brings both back."
    ]


def _folder(work: Workplace, lane: LaneConfig, task: str, at: float | None) -> Path | None:
    try:
        return worktree_of(work, lane, task=task, at=at)
    except UsageError:
        return None


def _is_made(
    work: Workplace, record: LaneRecord, lane: LaneConfig, task: str, at: float | None
) -> bool:
    try:
        made = branch_of(work, lane, task=task, at=at)
    except UsageError:
        return False
    return not record.adopted and branch_ref(made) == record.branch


def _why_branch_stays(work: Workplace, record: LaneRecord) -> str:
    """Why others know the branch by its name, a clause; empty when nobody does."""
    name = branch_name(record.branch)
    suffix = f"/{name}"
    pushed = [ref for ref in work.git.refs("refs/remotes") if str(ref).endswith(suffix)]
    if pushed or work.git.remotes.upstream(record.branch) is not None:
        return "it was pushed, or follows a branch elsewhere"
    for info in work.git.worktrees():
        if info.head.ref == record.branch and info.admin != record.admin:
            return f"it is checked out in {info.path} too"
    return ""


def config_edit(work: Workplace, old: LaneId, new: LaneId) -> tuple[bool, str]:
    """Whether lanes.yaml, as it lies there now, has to be edited, and the digest to trust after
    that (empty: no other than now). Raises `Refused` where it can't be, or would be wrong."""
    path = work.config.path
    if relocation.is_named(work, new) and not relocation.is_named(work, old):
        return False, ""
    raw = work.papers.read(path.parent, path.name)
    made = None
    if raw is not None:
        made = rename_lane(raw, old, new, section=relocation.section_of(work))
    if raw is None or made is None:
        raise Refused(
            f"The lane's name in {path.name} can't be changed by cockpit.",
            hint=f"Change it there from {old} to {new} by hand, then run this again.",
        )
    if relocation.section_of(work) != "lanes":
        return True, ""
    try:
        was, fresh = parse_config(raw, path), parse_config(made, path)
    except CockpitError as error:
        raise Refused(
            f"{path.name} would be wrong with the new name: {error.title}", detail=error.detail
        ) from error
    is_new = trust.is_trusted(work, was.trust_digest) and fresh.trust_digest != was.trust_digest
    return True, fresh.trust_digest if is_new else ""
