"""Which lane a branch or a worktree's folder belongs to, and which layout folders follow: the
customs of the field read backwards (DESIGN §7)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from cockpit.dataclass import dataclass
from cockpit.domain.findings import FoundWorktree
from cockpit.domain.names import NameValues, expand_worktree, tidy
from cockpit.errors import UsageError

GREEK = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa")
"""Names for lanes that nothing else names."""

FOLDERS = (
    "../{repo}-{lane}",
    "../{repo}-worktrees/{lane}",
    "../{repo}.worktrees/{lane}",
    "../{repo}-wt-{lane}",
    "../{repo}-agent-{lane}",
    "../{repo}-wt/{lane}",
    "trees/{lane}",
    ".trees/{lane}",
    ".worktrees/{lane}",
    "worktrees/{lane}",
    ".claude/worktrees/{lane}",
    "../worktrees/{lane}",
    "../{lane}",
)
"""Layouts that are looked for, the default first."""

OWN_FOLDERS = (
    "../{repo}-worktrees",
    "../{repo}.worktrees",
    "../{repo}-wt",
    "trees",
    ".trees",
    ".worktrees",
    ".claude/worktrees",
)
"""Folders that only worktrees lie in: where one is there, the layout is meant."""

_NOT_IN_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class BranchCustom:
    """How a branch is named: `pattern` finds the lane, `template` makes such a name again."""

    pattern: re.Pattern[str]
    template: str


CUSTOMS = (
    BranchCustom(re.compile(r"(?P<lane>[^/]+)/work"), "{lane}/work"),
    BranchCustom(re.compile(r"agent/(?P<lane>[^/]+)(?:/.+)?"), "agent/{lane}/{task}"),
    BranchCustom(re.compile(r"ws/[^/]+/(?P<lane>[^/]+)"), "ws/{task}/{lane}"),
    BranchCustom(re.compile(r"worktree-(?P<lane>[^/]+)"), "worktree-{lane}"),
)


def custom_of(branch: str, user: str) -> tuple[BranchCustom, str] | None:
    """The custom that a branch follows, and the lane that it names; None when it follows none."""
    for custom in CUSTOMS:
        match = custom.pattern.fullmatch(branch)
        if match:
            return custom, match["lane"]
    name = tidy(user)
    if name and branch.startswith(f"{name}/") and branch.count("/") == 1:
        slug = branch.removeprefix(f"{name}/")
        return BranchCustom(re.compile(re.escape(name)), "{user}/{slug}"), slug
    return None


def lane_name(text: str) -> str:
    """`text` as a lane's name; empty when nothing of it can be one."""
    return _NOT_IN_NAME.sub("-", text.casefold()).strip("-")[:40].rstrip("-")


def lane_of_worktree(worktree: FoundWorktree, *, root: Path, repository: str, user: str) -> str:
    """The lane that a worktree would be: by its branch's custom, else by its folder, else by
    the last part of either. Never empty."""
    known = custom_of(worktree.branch, user)
    found = lane_name(known[1]) if known else ""
    found = found or lane_name(_by_folder(worktree.path, root, repository))
    return found or lane_name(worktree.branch.rpartition("/")[2]) or "lane"


def _by_folder(path: Path, root: Path, repository: str) -> str:
    """What the folder's name has that the repository's has not."""
    for prefix in ("-wt-", "-agent-", "-"):
        for repo in dict.fromkeys((root.name, tidy(repository))):
            if repo and path.name.startswith(repo + prefix):
                return path.name.removeprefix(repo + prefix)
    return path.name


def folder_layout(
    named: Sequence[tuple[str, Path]], *, root: Path, repository: str
) -> tuple[str, Path] | None:
    """The template that most of these (lane, folder) follow, and one that does; None when none
    of them follows any."""
    best: tuple[str, Path] | None = None
    most = 0
    for template in FOLDERS:
        follows = [path for lane, path in named if _gives(template, lane, path, root, repository)]
        if len(follows) > most:
            best, most = (template, follows[0]), len(follows)
    return best


def _gives(template: str, lane: str, path: Path, root: Path, repository: str) -> bool:
    try:
        return expand_worktree(template, NameValues(repository, lane), root) == path
    except UsageError:
        return False


def branch_layout(branches: Iterable[str], user: str) -> tuple[str, str] | None:
    """The template that most of these branches follow, and one of them; None for none."""
    seen: dict[str, list[str]] = {}
    for branch in branches:
        known = custom_of(branch, user)
        if known is not None:
            seen.setdefault(known[0].template, []).append(branch)
    if not seen:
        return None
    template = max(seen, key=lambda one: len(seen[one]))
    return template, seen[template][0]


def free_name(wanted: str, taken: Collection[str]) -> str:
    """`wanted`, or with a number behind it, so that it is not among `taken`."""
    name, number = wanted, 2
    while name in taken:
        tail = f"-{number}"
        name = wanted[: 40 - len(tail)].rstrip("-") + tail
        number += 1
    return name
