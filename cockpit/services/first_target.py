"""The branch that lanes land on where no file says so. It does not follow what happens to be
checked out, as long as the repository says anything else: a target must not change with a
`git switch`."""

from __future__ import annotations

from pathlib import Path

from cockpit.domain.ids import RefName, branch_name, branch_ref
from cockpit.services.ports import Git

USUAL = ("main", "master", "trunk", "develop")
ORIGIN = "refs/remotes/origin/"


def first_target(git: Git, root: Path | None) -> tuple[str, str]:
    """The branch's short name, and why it is this one, a clause. `root` is a checkout."""
    named = git.survey.symbolic(RefName(f"{ORIGIN}HEAD"))
    local = set(git.refs("refs/heads"))
    if named is not None and named.startswith(ORIGIN):
        short = named.removeprefix(ORIGIN)
        if branch_ref(short) in local:
            return short, "origin's default branch"
    for usual in USUAL:
        if branch_ref(usual) in local:
            return usual, "the branch that lanes land on"
    ref = git.head(root).ref if root is not None else None
    if ref is not None:
        return branch_name(ref), "the branch that is checked out"
    if len(local) == 1:
        return branch_name(local.pop()), "the only branch"
    return USUAL[0], "no branch is there yet" if not local else "the usual name"
