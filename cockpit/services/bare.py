"""A bare repository with its target's worktree beside it: `cockpit init --bare URL` (seed 003's
layout, in which no checkout is special)."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from cockpit.domain.addresses import bare_name, without_secrets
from cockpit.domain.ids import branch_ref
from cockpit.domain.names import tidy
from cockpit.domain.upstream import is_relative, why_not_reach
from cockpit.errors import CockpitError, Refused, UsageError
from cockpit.services.ports import Git

REASON = "cockpit init: the target's worktree"
"""Why it is locked; lanes' worktrees are locked for `cockpit:<operation>`."""


class BareClone(Protocol):
    """Cloning into one folder, in steps that can be done again."""

    def clone(self, url: str) -> str:
        """The remote's default branch. Raises `Refused`, and `CockpitError` without secrets."""
        ...

    def open(self) -> Git: ...
    def finished(self) -> None: ...


def judged_url(url: str, here: Path) -> str:
    """The address as it is used: a path of this machine is made absolute. Raises `UsageError`
    for one that could run something, or is none; it is not shown."""
    why = why_not_reach(url)
    if why:
        raise UsageError(
            f"This can't be cloned: {without_secrets(why)}.",
            hint="Give an address as https://…, ssh://…, git@host:path or a folder's path.",
        )
    return str((here / url).resolve()) if is_relative(url) or url.startswith("/") else url


def bare_folder(url: str, folder: str, here: Path) -> Path:
    """Where the bare repository goes. Raises `UsageError` where the address names nothing."""
    name = folder or bare_name(url)
    if not name:
        raise UsageError("The address gives no name for a folder.", hint="Name one: --bare URL DIR")
    if any(not c.isprintable() for c in name):
        raise UsageError("The folder's name holds a control character.")
    return (here / Path(name).expanduser()).resolve()


def worktree_beside(folder: Path, branch: str) -> Path:
    """`till.git` on `main` gives `till-main`."""
    return folder.parent / f"{folder.name.removesuffix('.git')}-{tidy(branch) or 'target'}"


def make(clone: BareClone, url: str, folder: Path) -> Path:
    """Clone (or go on with it) and make the target's worktree, complete; returns its folder.
    What is there by then is the commander's, and a second run is refused."""
    branch = clone.clone(url)
    git = clone.open()
    try:
        path = worktree_beside(folder, branch)
        _ensure_worktree(git, path, branch, folder)
    finally:
        git.close()
    clone.finished()
    return path


def _ensure_worktree(git: Git, path: Path, branch: str, folder: Path) -> None:
    ref = branch_ref(branch)
    tip = git.read_ref(ref)
    if tip is None:
        raise CockpitError(f"The branch {branch} did not arrive.", hint="Run the same again.")
    there = [info for info in git.worktrees() if info.path == path and info.exists]
    if not there or not git.is_linked(path):
        try:
            git.add_worktree(path, branch=ref, commit=tip, reason=REASON)
        except Refused as error:
            raise Refused(
                error.title,
                detail=error.detail,
                hint=f"Move {path} away, or remove it and {folder}, then run the same again.",
            ) from error
    if not git.is_filled(path, tip):
        git.fill_worktree(path, tip)
