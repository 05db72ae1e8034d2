"""Worktrees: which there are, whether folder and git folder belong together, adding one, and
writing the links anew after both were moved."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cockpit.adapters.git import argv, modules
from cockpit.adapters.git.discover import common_of, gitdir_target
from cockpit.adapters.git.environment import scrubbed_environment
from cockpit.adapters.git.files import lstat, read_small, write_whole
from cockpit.adapters.git.ground import Ground, worktree_of
from cockpit.adapters.git.outcome import GitFailed
from cockpit.adapters.git.parse import is_full_id
from cockpit.adapters.git.refs import Refs, is_ref_name
from cockpit.domain.ids import CommitId, RefName, branch_name
from cockpit.errors import CockpitError, RefMoved, Refused, Unavailable

_HALF_MADE = "commondir"
"""A parallel `worktree add` can read another's half-made entry: "failed to read
…/commondir: Success"; once more is enough (`facts/tmux-git-live.md` §6)."""


def read_head(git_dir: Path) -> tuple[RefName | None, CommitId | None] | None:
    """(branch, None) or (None, commit) of a HEAD file; None if it is missing or damaged."""
    path = git_dir / "HEAD"
    try:
        target = os.readlink(path)  # git's oldest form: a symlink to the ref
    except OSError:
        content = read_small(path, cap=4096)
        if content is None:
            return None
        text = os.fsdecode(content).rstrip("\n")
    else:
        text = f"ref: {target}"
    if text.startswith("ref:"):
        ref = text[4:].strip(" \t")
        return (RefName(ref), None) if is_ref_name(ref) and ref.startswith("refs/") else None
    return (None, CommitId(text)) if is_full_id(text.strip()) else None


def operation_in(git_dir: Path) -> str:
    """The operation under way whose state files lie in `git_dir`, or empty."""
    if (git_dir / "rebase-apply" / "applying").exists():
        return "am"
    for name, operation in (
        ("rebase-merge", "rebase"),
        ("rebase-apply", "rebase"),
        ("MERGE_HEAD", "merge"),
        ("CHERRY_PICK_HEAD", "cherry-pick"),
        ("REVERT_HEAD", "revert"),
        ("BISECT_LOG", "bisect"),
    ):
        if os.path.lexists(git_dir / name):
            return operation
    return _sequence(git_dir)


def _sequence(git_dir: Path) -> str:
    """A cherry-pick or revert of several commits that stands between two of them."""
    todo = read_small(git_dir / "sequencer" / "todo")
    if not todo:
        return ""
    return "revert" if todo.startswith(b"revert") else "cherry-pick"


class Worktrees:
    """The worktrees of one repository. Callers hold the lock `worktrees` to add one."""

    def __init__(self, ground: Ground, refs: Refs) -> None:
        self.ground = ground
        self.refs = refs

    def listed(self) -> list[tuple[Path, Path]]:
        """(worktree, git folder), the main checkout first; as the admin folders list them."""
        main = [(self.ground.checkout, self.ground.common)] if self.ground.checkout else []
        return main + [(worktree, admin) for admin, worktree in self.ground.admin_folders()]

    def head(self, worktree: Path) -> tuple[RefName | None, CommitId | None]:
        """(branch or None when detached, commit or None when unborn).

        Raises `Unavailable` if HEAD can't be read.
        """
        admin = self.ground.at(worktree).admin
        head = read_head(admin)
        if head is None:
            raise Unavailable(
                f"HEAD of the worktree {worktree} can't be read.",
                detail=str(admin / "HEAD"),
                hint="It names the branch; `ref: refs/heads/NAME` is what it should hold.",
            )
        ref, commit = head
        return (ref, self.refs.read(ref)) if ref is not None else (None, commit)

    def lock_reason(self, admin: Path) -> str | None:
        """The reason with which the worktree is locked, or None."""
        content = read_small(admin / "locked")
        return None if content is None else os.fsdecode(content).rstrip("\n")

    def is_linked(self, worktree: Path) -> bool:
        """Whether folder and git folder name each other and HEAD reads. A folder of another
        repository, or one whose `.git` file was rewritten, is not linked."""
        try:
            at = self.ground.at(worktree)
        except Refused:
            return False
        if at.admin == self.ground.common:
            return read_head(at.admin) is not None
        seen = lstat(worktree)
        target = gitdir_target(at.work_tree / ".git")
        return (
            seen is not None
            and target is not None
            and os.path.realpath(target) == os.path.realpath(at.admin)
            and common_of(at.admin) == self.ground.common
            and _is_born(at.admin)
        )

    def half_made(self, path: Path, reason: str) -> list[Path]:
        """Git folders that a killed `worktree add` of `path` left unfinished, which only git's
        own `prune` would see. Ours are known by the lock's `reason`, which git writes first;
        one that died before that is empty and named after the folder."""
        found = []
        for admin in sorted((self.ground.common / "worktrees").glob("*")):
            if worktree_of(admin) is not None and _is_born(admin):
                continue
            locked = self.lock_reason(admin) or ""
            barely = all(entry.name == "locked" for entry in admin.iterdir())
            named_so = _bare(admin.name).startswith(_bare(path.name))
            if locked == reason or (barely and named_so and reason.startswith(locked)):
                found.append(admin)
        return found

    def add(self, path: Path, *, branch: RefName | None, commit: CommitId, reason: str) -> Path:
        """Make the worktree's folder and git folder, locked, without files; returns the git
        folder. `branch` is created at `commit` if it doesn't exist; None is a detached HEAD.

        Raises `Refused` if something lies at `path` or the branch is checked out already,
        `RefMoved` if the branch is elsewhere than `commit`.
        """
        self._refuse_occupied(path)
        if branch is not None:
            self._need_free_branch(branch, commit, reason)
        command = argv.add_worktree(
            path, branch=branch and branch_name(branch), commit=commit, reason=reason
        )
        try:
            self._past_the_shadow(command)
        except GitFailed as error:
            if _HALF_MADE not in error.answer.err:
                raise
            self._past_the_shadow(command)
        at = self.ground.at(path)
        if not self.is_linked(path):
            raise CockpitError(
                f"git made the worktree {path}, but its links don't fit together.",
                detail=str(at.admin),
                hint="Look at both folders; `git worktree repair` may mend them.",
            )
        return at.admin

    def _refuse_occupied(self, path: Path) -> None:
        seen = lstat(path)
        if seen is not None and not (path.is_dir() and not path.is_symlink() and _is_empty(path)):
            raise Refused(
                f"Something lies at {path} already.",
                hint="Move it away, or choose another folder for the lane.",
            )

    def _need_free_branch(self, branch: RefName, commit: CommitId, reason: str) -> None:
        for worktree, admin in self.listed():
            head = read_head(admin)
            if head is not None and head[0] == branch:
                raise Refused(
                    f"The branch {branch_name(branch)} is checked out in {worktree}",
                    hint="A branch can only be in one worktree; adopt that one, or choose "
                    "another branch.",
                )
        now = self.refs.read(branch)
        if now is None:
            self.refs.move(branch, new=commit, old=None, reason=reason)
        elif now != commit:
            raise RefMoved(
                f"The branch {branch_name(branch)} is not where the new worktree should start.",
                detail=f"expected {commit}, it is at {now}",
                hint="Adopt the branch as it is, or choose another name.",
            )

    def _past_the_shadow(self, command: list[str]) -> None:
        """The one kind of call that must see the real common directory, since git writes its
        path into the new worktree; what it could run is switched off by `-c`. With a work
        tree named, a planted `core.worktree` or `core.bare` doesn't matter."""
        env = scrubbed_environment()
        env["GIT_DIR"] = str(self.ground.common)
        env["GIT_WORK_TREE"] = str(self.ground.checkout or self.ground.shadow.empty)
        self.ground.refresh()
        self.ground.door.run(command, env=env, cwd=self.ground.shadow.empty)

    def lock(self, admin: Path, reason: str) -> None:
        """Lock the worktree (`git worktree prune` leaves it alone); replaces the reason."""
        self._need_admin(admin)
        write_whole(admin / "locked", os.fsencode(" ".join(reason.split()) + "\n"))

    def link(self, worktree: Path, admin: Path) -> None:
        """Write both links (and `commondir`) after folder and git folder were moved back; a
        lock stays. A `.git` that is a folder (a repository that was made in the lane) is the
        lane's own content and stays too; the lane is then shown as not linked.

        Raises `Refused` if another git folder claims this folder."""
        self._need_admin(admin)
        seen = lstat(worktree)
        if seen is None or not worktree.is_dir() or worktree.is_symlink():
            raise Refused(f"The folder {worktree} isn't there.", hint="Move it back first.")
        wanted = os.path.realpath(worktree)
        for other, claimed in self.ground.admin_folders():
            if other != admin and os.path.realpath(claimed) == wanted:
                raise Refused(
                    f"Another worktree of the repository claims the folder {worktree}",
                    detail=str(other),
                    hint="Restore the lane into another folder.",
                )
        was = gitdir_target(worktree / ".git") or admin
        lay = worktree_of(admin) or worktree
        modules.relink(self.ground, worktree, admin, lay, was if _is_ours(was, admin) else admin)
        write_whole(admin / "commondir", b"../..\n")
        back = _in_the_form_of(_named_in(admin / "gitdir"), worktree / ".git", admin)
        write_whole(admin / "gitdir", os.fsencode(back) + b"\n")
        link = lstat(worktree / ".git")
        if link is None or not stat.S_ISDIR(link.st_mode):
            there = _in_the_form_of(_named_in(worktree / ".git"), admin, worktree)
            write_whole(worktree / ".git", b"gitdir: " + os.fsencode(there) + b"\n")

    def point_head(self, worktree: Path, ref: RefName, reason: str) -> None:
        """Put the worktree on the branch `ref`, which must be where its present one is: index
        and files stay as they are."""
        self.ground.run(argv.point_head(ref, reason), at=self.ground.at(worktree))

    def why_not_move(self, worktree: Path) -> str:
        """Why the worktree's folder can't be moved, as a clause; empty when it can. Unlike with
        `git worktree move` submodules are no obstacle (`modules.py`)."""
        at = self.ground.at(worktree)
        if at.admin == self.ground.common:
            return "it is the main checkout"
        inside = [other for other, _ in self.listed() if at.work_tree in other.parents]
        if inside:
            return f"another worktree lies in it: {inside[0]}"
        return ""

    def _need_admin(self, admin: Path) -> None:
        if admin.parent != self.ground.common / "worktrees" or not (admin / "HEAD").exists():
            raise Refused(
                f"{admin} is not a worktree's git folder of this repository.",
                hint="It should lie in the folder `worktrees` of the git directory.",
            )


def _is_ours(was: Path, admin: Path) -> bool:
    """Whether a folder that a `.git` file names may have been the admin folder before."""
    return os.path.realpath(was.parent) == os.path.realpath(admin.parent)


def _named_in(file: Path) -> str:
    """The path that a link's file names, as it stands there; empty where it names none."""
    text = os.fsdecode(read_small(file) or b"").rstrip("\r\n")
    return text.removeprefix("gitdir: ")


def _in_the_form_of(before: str, target: Path, folder: Path) -> str:
    """`target` as a link in `folder` names it: relative where the link before was."""
    if before and not os.path.isabs(before):
        return os.path.relpath(os.path.realpath(target), os.path.realpath(folder))
    return str(target)


def _is_born(admin: Path) -> bool:
    """Whether HEAD reads and names something: git's `worktree add` begins with a null id."""
    head = read_head(admin)
    return head is not None and (head[0] is not None or set(head[1] or "") != {"0"})


def _bare(name: str) -> str:
    """A name as far as git keeps it when it makes a git folder's name of it."""
    return "".join(char for char in name if char.isascii() and char.isalnum())


def _is_empty(folder: Path) -> bool:
    with os.scandir(folder) as entries:
        return next(entries, None) is None
