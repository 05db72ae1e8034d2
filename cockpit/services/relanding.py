"""Landing a lane again after its landing was taken back by a revert.

The lane's old commits are still in the target's history, so a plain merge would bring only what
came later and swallow the rest: git holds the work for merged and the revert for a newer wish.
So the revert is reverted first, as a commit of its own on the target, and what is new on the
lane is built on that. Where the landing left none of the lane's commits in the history (a
squash, a rebase), a merge brings everything again by itself, and only a word is needed.

A revert counts if it stands on the target's own line, says what it takes back (ours do, and
`git revert`'s), does exactly that, and is not in the lane: a lane that took it in goes on from
there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cockpit.config.model import LaneConfig
from cockpit.dataclass import dataclass
from cockpit.domain.change import CommitLine
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.lane_steps import steps_of
from cockpit.domain.merge import Check
from cockpit.domain.message import subject_for, with_trailers
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.plans import StartPlan, TargetPlan
from cockpit.domain.undone import undone_by
from cockpit.services import building, target_line, tasks
from cockpit.services.building import Built
from cockpit.services.target_line import Held
from cockpit.services.workplace import Workplace

LOOKED_AT = 20
"""Landings of one lane, the latest, that are looked at."""


@dataclass(frozen=True, slots=True)
class Relanding:
    """What a landing must know. `reverts` are to be reverted, newest first; none where the
    lane's commits come again by themselves."""

    steps: tuple[int, ...]
    """Landings that were taken back, oldest first."""
    reverts: tuple[CommitId, ...] = ()

    @property
    def text(self) -> str:
        """A clause for the preview."""
        many = len(self.steps) > 1
        which = f"step{'s' if many else ''} {', '.join(map(str, self.steps))}"
        how = "by a revert of the revert" if self.reverts else "with new commits"
        return (
            f"{which} landed this lane and {'were' if many else 'was'} taken back; that work "
            f"comes again, {how}"
        )


def relanding(
    work: Workplace,
    lane: LaneId,
    lane_tip: CommitId,
    target: CommitId,
    held: Sequence[Held] = (),
) -> Relanding | None:
    """What was landed of this lane, is in the history of `target` and was reverted there, and
    is still in the lane; None when there is nothing of the kind. Looks only; where nothing was
    ever reverted that is one git call a tip, whatever the journal holds. `held` is what
    `target_line.held` says of the lane."""
    steps: list[int] = []
    reverts: list[CommitId] = []
    for op, plan, revert in _taken_back(work, lane, lane_tip, target, held):
        if _landed_later(work, plan, held) or _would_be_swallowed(work, plan, lane_tip):
            steps.append(op.seq)
            reverts.insert(0, revert)
        elif plan.source and work.git.is_ancestor(CommitId(plan.source), lane_tip):
            steps.append(op.seq)
    return Relanding(tuple(steps), tuple(reverts)) if steps else None


def taken_back(
    work: Workplace, lane: LaneId, lane_tip: CommitId, target: CommitId
) -> tuple[CommitId, ...]:
    """The lane's own commits that landed and were taken back, newest first. Whether their
    content is in the target all the same is another question."""
    if not target_line.line_of(work, target).taken_back:
        return ()
    own = [commit for commit, _ in work.git.history.lane_commits(target, lane_tip)]
    held = target_line.held(work, target, own, [lane_tip])
    found: dict[CommitId, None] = {}
    for _, plan, _ in reversed(_taken_back(work, lane, lane_tip, target, held)):
        source = CommitId(plan.source)
        if source and work.git.is_ancestor(source, lane_tip):
            commits = work.git.history.lane_commits(CommitId(plan.old), source)
            found.update(dict.fromkeys(one for one, parents in reversed(commits) if parents <= 1))
    return tuple(found)


def _taken_back(
    work: Workplace,
    lane: LaneId,
    lane_tip: CommitId,
    target: CommitId,
    held: Sequence[Held],
) -> list[tuple[Operation, TargetPlan, CommitId]]:
    """Landings of the lane in the history of `target`, oldest first, with the commit that
    takes each back: it stands, the lane did not take it in, and nothing brought the work again."""
    standing = target_line.line_of(work, target).taken_back
    if not standing:
        return []
    found = []
    for op in _landings(work, lane):
        if not _is_in(work, op, target, standing):
            continue
        plan = TargetPlan.from_json(op.intent)
        revert = standing.get(CommitId(plan.new))
        if revert is None or work.git.is_ancestor(revert, lane_tip):
            continue
        later = _landed_later(work, plan, held)
        if any(work.git.is_ancestor(revert, one.new) for one in later):
            continue  # it came again with that landing
        if _does_revert(work, plan, revert):
            found.append((op, plan, revert))
    return found


def build(
    work: Workplace,
    lane: LaneConfig,
    onto: CommitId,
    source: CommitId,
    commits: Sequence[CommitLine],
    *,
    message: str = "",
    tip: CommitId | None = None,
    held: Sequence[Held] = (),
) -> tuple[Built, Relanding | None]:
    """As `building.build`, and what was taken back comes again. Its result may be two commits
    on `onto`: the revert of the revert, and the landing. `tip` is the target as it is, where
    `onto` is what cars ahead make of it: these take nothing of this lane back. `held` is what
    of the lane is in the target although its history doesn't show it."""
    again = relanding(work, lane.lane, source, tip or onto, held)
    if again is None or not again.reverts:
        built = building.build(work, lane, onto, source, commits, message=message, held=held)
        return built, again
    first = _revert_again(work, lane, onto, again)
    if first.result is None:
        return first, again
    if commits:
        rest = building.build(work, lane, first.result, source, commits, message=message, held=held)
        if rest.conflicts:
            return rest, again
        if rest.result is not None and rest.tree is not None:
            changes = tuple(work.git.changes(onto, rest.tree))
            return replace(rest, changes=changes), again
    return _as_landing(work, lane, onto, source, first, again, message), again


def check(again: Relanding | None) -> Check | None:
    """The line of the preview."""
    return None if again is None else Check("again", True, again.text, is_note=True)


def _revert_again(work: Workplace, lane: LaneConfig, onto: CommitId, again: Relanding) -> Built:
    """One commit on `onto` in which all reverts are taken back."""
    text = f"Bring back what landed of {lane.lane}\n\n{_said(again)}\n"
    built = Built(building.how_of(work, lane), text)
    tip, tree = onto, work.git.tree_of(onto)
    for revert in again.reverts:
        outcome = work.git.builder.revert_tree(tip, revert)
        if outcome.conflicts:
            return replace(built, conflicts=outcome.conflicts, stuck=f"the revert {revert[:10]}")
        tree = outcome.tree
        tip = work.git.builder.commit_tree(tree, [onto], text)
    changes = tuple(work.git.changes(onto, tree))
    return replace(built, result=tip, tree=tree, changes=changes) if changes else built


def _as_landing(
    work: Workplace,
    lane: LaneConfig,
    onto: CommitId,
    source: CommitId,
    first: Built,
    again: Relanding,
    message: str,
) -> Built:
    """Nothing else is new on the lane: what brings the old work back is the landing."""
    assert first.tree is not None
    text = message or subject_for(
        work.config.merge.message,
        lane=lane.lane,
        key=lane.key,
        summary=tasks.summary_for(work, lane.lane, ()),
    )
    if _said(again) not in text:
        text = f"{text.rstrip()}\n\n{_said(again)}"
    text = with_trailers(text, building.trailers_for(work, lane, source))
    result = work.git.builder.commit_tree(first.tree, [onto], text)
    return replace(first, result=result, message=text)


def _said(again: Relanding) -> str:
    """Whoever reads the history later (`domain/merged.py`) goes by this line."""
    return "\n".join(f"Takes back what {revert} brought." for revert in again.reverts)


# ------------------------------------------------------------------ what was taken back


def _landings(work: Workplace, lane: LaneId) -> list[Operation]:
    """The lane's landings since its branch was made, oldest first: of a lane that was started
    anew under an old name the old work stays taken back."""
    journal = work.journal.entries()
    entries, undone = steps_of(journal, lane), undone_by(journal)
    born = max(
        (
            op.seq
            for op in entries
            if op.kind is OpKind.START
            and op.seq not in undone
            and StartPlan.from_json(op.intent).made_branch
        ),
        default=0,
    )
    landed = [op for op in entries if op.kind is OpKind.LAND and op.seq > born]
    return landed[-LOOKED_AT:]


def _is_in(
    work: Workplace, op: Operation, target: CommitId, standing: Mapping[CommitId, CommitId]
) -> bool:
    new = CommitId(TargetPlan.from_json(op.intent).new)
    if new not in standing or work.git.resolve(new) is None:
        return False
    return work.git.is_ancestor(new, target)


def _landed_later(work: Workplace, plan: TargetPlan, held: Sequence[Held]) -> list[Held]:
    """Landings that stand and were made of the same commits and more."""
    source = CommitId(plan.source)
    return [one for one in held if source and work.git.is_ancestor(source, one.source)]


def _does_revert(work: Workplace, plan: TargetPlan, revert: CommitId) -> bool:
    """Whether the commit does what it says, for anybody can write such a message."""
    before = work.git.first_parent(revert)
    if before is None or not work.git.is_ancestor(CommitId(plan.new), before):
        return False
    wanted = work.git.builder.revert_tree(before, CommitId(plan.new), before=CommitId(plan.old))
    return not wanted.conflicts and wanted.tree == work.git.tree_of(revert)


def _would_be_swallowed(work: Workplace, plan: TargetPlan, lane_tip: CommitId) -> bool:
    """Whether a merge takes commits of that landing for merged already."""
    shared = work.git.merge_base(CommitId(plan.new), lane_tip)
    return shared is not None and not work.git.is_ancestor(shared, CommitId(plan.old))
