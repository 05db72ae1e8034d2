"""From what was found in a repository to the lanes that `cockpit init` proposes.

What exists comes first: worktrees, then the lanes of a coordination.yaml, then owners of paths,
then branches with unmerged work; only where there is none of that, lanes with plain names.
Nothing here is a guess without a reason: each lane and each value says what it comes from.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from cockpit.dataclass import dataclass
from cockpit.domain.codeowners import team_of
from cockpit.domain.findings import Findings, FoundWorktree, OwnedPaths
from cockpit.domain.gate_guess import Guess, guess_copies, guess_gate, guess_links
from cockpit.domain.lane_guess import (
    GREEK,
    OWN_FOLDERS,
    branch_layout,
    custom_of,
    folder_layout,
    free_name,
    lane_name,
    lane_of_worktree,
)
from cockpit.domain.names import NameValues, expand_branch, refs_clash
from cockpit.errors import UsageError

MOST_LANES = 7
"""Lanes that are proposed where they need not be: more than one person can follow."""

MOST_FOUND = 15
"""Lanes that are proposed because they are there."""

MOST_LEFT_OUT = 12

MOST_BRANCHES = 3
"""Branches with unmerged work that become lanes."""

PLAIN_LANES = 2
FALLBACK_AGENT = "shell"
FOLDER, BRANCH = "../{repo}-{lane}", "{lane}/work"
"""The defaults of lanes.yaml's templates."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the commander said; empty or 0: nothing."""

    agents: tuple[str, ...] = ()
    lanes: int = 0
    """How many lanes there shall be where none is there yet."""
    target: str = ""


NO_WISHES = Wishes()


@dataclass(frozen=True, slots=True)
class ProposedLane:
    """One lane. `branch` and `worktree` only where they differ from the templates, or name what
    is there; `worktree` is relative to the root where it lies near."""

    name: str
    agent: str
    why: str = ""
    """What it comes from, a clause; empty for a plain one."""
    zone: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    title: str = ""
    owner: str = ""
    ledger: str = ""
    branch: str = ""
    worktree: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A value of `worktrees:` or `branch:`, and what follows it already."""

    value: str
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What lanes.yaml would say. All text is raw."""

    target: str
    target_why: str
    lanes: tuple[ProposedLane, ...]
    worktrees: Template | None = None
    branch: Template | None = None
    gate: Guess | None = None
    copies: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """What was found and is no lane, a clause each."""

    @property
    def left_out_shown(self) -> tuple[str, ...]:
        """As many of these clauses as somebody reads, and how many more there are."""
        more = len(self.left_out) - MOST_LEFT_OUT
        if more <= 0:
            return self.left_out
        return (*self.left_out[:MOST_LEFT_OUT], f"and {more} more")


def propose(found: Findings, wishes: Wishes = NO_WISHES) -> Proposal:
    """The proposal for these findings."""
    target = wishes.target or found.target
    worktrees, branch = _templates(found)
    lanes, left_out = _lanes(replace(found, target=target), wishes)
    agents = wishes.agents or found.agents[:1] or (FALLBACK_AGENT,)
    lanes = [replace(lane, agent=agents[at % len(agents)]) for at, lane in enumerate(lanes)]
    own = branch.value if branch else BRANCH
    return Proposal(
        target=target,
        target_why="as you said" if wishes.target else found.target_why,
        lanes=tuple(_unblocked(lane, own, found) for lane in lanes),
        worktrees=worktrees,
        branch=branch,
        gate=guess_gate(found.files, found.programs),
        copies=guess_copies(found.unseen.ignored),
        links=guess_links(found.unseen.ignored),
        left_out=(
            *left_out,
            *(f"{path}: no branch is checked out" for path in found.left_worktrees),
        ),
    )


# ---------------------------------------------------------------- templates


def _templates(found: Findings) -> tuple[Template | None, Template | None]:
    """The layouts that are in use already; None where it is the default, or none is."""
    named = [(_lane_of(found, one), one.path) for one in found.worktrees]
    folder = folder_layout(named, root=found.root, repository=found.repository)
    worktrees = None
    if folder is not None:
        worktrees = Template(folder[0], f"{_near(folder[1], found.root)} lies so already")
    else:
        there = next((one for one in OWN_FOLDERS if one in found.folders), None)
        if there is not None:
            worktrees = Template(f"{there}/{{lane}}", "that folder is there already")
    of_worktrees = [one.branch for one in found.worktrees]
    known = branch_layout(of_worktrees or [one.name for one in found.branches], found.user)
    branch = Template(known[0], f"{known[1]} is named so already") if known else None
    return _unless(worktrees, FOLDER), _unless(branch, BRANCH)


def _unless(template: Template | None, default: str) -> Template | None:
    return None if template is None or template.value == default else template


def _lane_of(found: Findings, worktree: FoundWorktree) -> str:
    return lane_of_worktree(worktree, root=found.root, repository=found.repository, user=found.user)


def _near(path: Path, root: Path) -> str:
    """The folder relative to the root where it lies beside or inside, else absolute."""
    if path.is_relative_to(root.parent):
        return os.path.relpath(path, root)
    return str(path)


# ---------------------------------------------------------------- lanes


def _lanes(found: Findings, wishes: Wishes) -> tuple[list[ProposedLane], list[str]]:
    """The lanes without their agents, and what is no lane."""
    lanes: dict[str, ProposedLane] = {}
    for planned in found.planned:
        lanes[planned.name] = ProposedLane(
            planned.name,
            "",
            "coordination.yaml",
            zone=planned.zone,
            exclude=planned.exclude,
            title=planned.title,
            ledger=planned.ledger,
        )
    _add_owners(lanes, found)
    left_out = _add_worktrees(lanes, found)
    left_out += _add_branches(lanes, found)
    for name in _plain_names(found, wishes, lanes):
        lanes[name] = ProposedLane(name, "")
    return list(lanes.values()), left_out


def _add_owners(lanes: dict[str, ProposedLane], found: Findings) -> None:
    """Owners for lanes that are planned, or a lane each where two to seven own something."""
    if lanes:
        for name, lane in lanes.items():
            owner = next((one.owners[0] for one in found.owned if one.glob in lane.zone), "")
            lanes[name] = replace(lane, owner=owner)
        return
    globs: dict[str, list[OwnedPaths]] = {}
    for one in found.owned:
        globs.setdefault(one.owners[0], []).append(one)
    if not 2 <= len(globs) <= MOST_LANES:
        return
    for owner, owned in globs.items():
        name = free_name(lane_name(team_of(owner)) or "owner", lanes)
        zone = tuple(dict.fromkeys(one.glob for one in owned))
        lanes[name] = ProposedLane(
            name, "", found.owners_file, zone=zone, exclude=_later(owner, owned, found), owner=owner
        )


def _later(owner: str, owned: Sequence[OwnedPaths], found: Findings) -> tuple[str, ...]:
    """What a line for everything does not cover, since the last line that matches wins."""
    everything = next((one for one in owned if one.glob == "**"), None)
    if everything is None:
        return ()
    after = found.owned[found.owned.index(everything) + 1 :]
    return tuple(dict.fromkeys(one.glob for one in after if one.owners[0] != owner))


def _add_worktrees(lanes: dict[str, ProposedLane], found: Findings) -> list[str]:
    """Each worktree as a lane, bound to the one of its name where there is one."""
    left_out = []
    for one in sorted(found.worktrees, key=_by_number):
        where = _near(one.path, found.root)
        if one.branch == found.target:
            continue
        wanted = _lane_of(found, one)
        bound = {name for name, lane in lanes.items() if lane.worktree}
        if len(bound) >= MOST_FOUND or not (_is_plain(where) and _is_plain(one.branch)):
            left_out.append(f"the worktree {where} (take it over with `cockpit adopt`)")
            continue
        name = free_name(wanted, bound)
        lane = lanes.get(name) or ProposedLane(name, "")
        why = f"the worktree {where}" + (f", {lane.why}" if lane.why else "")
        lanes[name] = replace(lane, why=why, branch=one.branch, worktree=where)
    return left_out


def _by_number(one: FoundWorktree) -> list[tuple[int, str]]:
    """Sorts wt2 before wt10."""
    parts = re.split(r"([0-9]+)", str(one.path))  # every second one is a number
    return [(int(part), "") if at % 2 else (0, part) for at, part in enumerate(parts)]


def _is_plain(text: str) -> bool:
    """Whether a template can say exactly this: braces would be placeholders."""
    return not set("{}") & set(text) and text.isprintable()


def _add_branches(lanes: dict[str, ProposedLane], found: Findings) -> list[str]:
    """The newest branches with unmerged work, those that are named like lanes alone."""
    left_out = []
    added = 0
    for branch in found.branches:
        known = custom_of(branch.name, found.user)
        name = lane_name(known[1]) if known else ""
        full = added >= MOST_BRANCHES or len(lanes) >= MOST_LANES
        lane = lanes.get(name)
        if not name or not _is_plain(branch.name) or (full and lane is None):
            left_out.append(f"the branch {branch.name}")
        elif lane is None:
            added += 1
            why = f"the branch {branch.name}"
            lanes[name] = ProposedLane(name, "", why, branch=branch.name)
        elif not lane.branch:
            lanes[name] = replace(
                lane, why=f"the branch {branch.name}, {lane.why}", branch=branch.name
            )
        else:
            left_out.append(f"the branch {branch.name}")
    return left_out


def _plain_names(found: Findings, wishes: Wishes, lanes: Iterable[str]) -> list[str]:
    """Names for lanes that nothing names: as many as are wished for, or two where there is
    nothing else; one more where there is a single lane, for one alone needs no cockpit."""
    there = list(lanes)
    missing = (wishes.lanes or (PLAIN_LANES if len(there) < PLAIN_LANES else 0)) - len(there)
    taken = {*there, *(name for name in GREEK if _is_blocked(f"{name}/work", found))}
    return [name for name in GREEK if name not in taken][: max(0, missing)]


def _is_blocked(branch: str, found: Findings) -> bool:
    """Whether git can't hold this branch beside those that are there."""
    return any(refs_clash(branch, other) for other in {*found.taken, found.target})


def _unblocked(lane: ProposedLane, template: str, found: Findings) -> ProposedLane:
    """The lane with a branch of its own, where the template's can't be made."""
    if lane.branch:
        return lane
    names = NameValues(found.repository, lane.name, agent=lane.agent, user=found.user)
    try:
        branch = expand_branch(template, names)
    except UsageError:
        branch = lane.name
    if not _is_blocked(branch, found):
        return lane
    other = next(
        one
        for one in (f"lanes/{lane.name}", *(f"lanes-{n}/{lane.name}" for n in range(2, 1_000_000)))
        if not _is_blocked(one, found)
    )
    return replace(lane, branch=other)
