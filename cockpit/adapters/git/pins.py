"""One commit that keeps everything of a lane alive that git would let go.

Its parents are HEAD, the branch's tip and every commit that the lane's reflogs and state
files (rebase, merge, bisect, autostash) name; its tree is a flat list of the blobs that only
the lane's index holds. Nothing counts as saved unless a ref holds it: reflogs expire, and an
agent can set `gc.reflogExpire=now` (`facts/security.md` §3.2 A2.14, §4.4).
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from cockpit.adapters.git import argv, parse
from cockpit.adapters.git.files import lstat, read_small
from cockpit.adapters.git.ground import PINS_IDENTITY, At, Ground
from cockpit.adapters.git.holdings import GITLINK
from cockpit.adapters.git.refs import Refs, is_ref_name
from cockpit.adapters.git.worktree import read_head
from cockpit.domain.ids import CommitId, RefName
from cockpit.errors import RefMoved, Unavailable

_IDS = re.compile(rb"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-f])")
_NOT_STATE = frozenset({"index", "config", "config.worktree", "modules", "objects", "hooks"})
_LOG_CAP = 64 << 20
_MISSING_SHOWN = 100


class Pinner:
    def __init__(self, ground: Ground, refs: Refs) -> None:
        self.ground = ground
        self.refs = refs

    def pin(self, worktree: Path, admin: Path, ref: RefName, reason: str) -> CommitId:
        """Make the pin of the lane whose git folder is `admin` under `ref`; returns its commit.

        Done already is fine: then what `ref` names is returned. `worktree` may be away.
        Objects that are missing already are left out and named in the commit's message.
        Raises `Unavailable` if the index can't be read.
        """
        done = self.refs.read(ref)
        if done is not None:
            return done
        blobs = self._only_here(self._index_blobs(At(admin, worktree)), self._head(admin))
        named = set(self._named_in(admin))
        types = self._types(blobs | named)
        commits = [name for name in sorted(named) if types.get(name) == "commit"]
        loose = {n: types[n] for n in blobs | named if types.get(n) in ("blob", "tree")}
        tree = self._flat_tree(loose)
        missing = sorted((blobs | set(self._certain(admin))) - set(types))
        commit = self._write(tree, self._tips(commits), _message(reason, missing))
        try:
            self.refs.move(ref, new=commit, old=None, reason=reason)
        except RefMoved:
            now = self.refs.read(ref)
            if now is None:
                raise
            return now  # another process pinned it at the same time
        return commit

    def _index_blobs(self, at: At) -> set[str]:
        """Every blob of the index, all stages of a conflict and those that a resolution
        replaced; links to submodules' commits are not objects of this repository."""
        index = at.admin / "index"
        if not index.exists():
            return set()
        here = At(at.admin, self.ground.shadow.empty)
        blobs: set[str] = set()
        for command in (argv.index(), ["ls-files", "--resolve-undo", "-z"]):
            answer = self.ground.run(command, at=here, index_file=index)
            entries = parse.index_entries(answer.out)
            blobs |= {entry.blob for entry in entries if entry.mode != GITLINK}
        return blobs

    def _head(self, admin: Path) -> str | None:
        head = read_head(admin)
        if head is None:
            return None
        return self.refs.read(head[0]) if head[0] is not None else head[1]

    def _certain(self, admin: Path) -> Iterator[str]:
        """Commits that must exist: HEAD and the branch's tip."""
        head = self._head(admin)
        if head is not None:
            yield head

    def _named_in(self, admin: Path) -> Iterator[str]:
        """Every full id that the lane's small files and reflogs name, and HEAD."""
        yield from self._certain(admin)
        paths = [*_state_files(admin), *self._branch_logs(admin)]
        length = len(self.ground.null_id)
        for path in paths:
            content = read_small(path, cap=_LOG_CAP)
            if content is None and os.path.lexists(path):
                raise Unavailable(
                    f"{path} can't be read, so the lane can't be pinned.",
                    hint="It should be a plain file that belongs to you.",
                )
            for found in _IDS.findall(content or b""):
                if len(found) == length:
                    yield found.decode("ascii")

    def _branch_logs(self, admin: Path) -> Iterator[Path]:
        """The reflog of the branch, also of one that a rebase has detached HEAD from."""
        head = read_head(admin)
        names = [str(head[0])] if head is not None and head[0] is not None else []
        for folder in ("rebase-merge", "rebase-apply"):
            content = read_small(admin / folder / "head-name", cap=4096) or b""
            names.append(os.fsdecode(content.strip()))
        for name in names:
            if name.startswith("refs/") and is_ref_name(name):
                yield self.ground.common / "logs" / name

    def _types(self, names: Iterable[str]) -> dict[str, str]:
        """The type of each object that exists."""
        ids = sorted(set(names) - {self.ground.null_id})
        stdin = "".join(f"{name}\n" for name in ids).encode("ascii")
        answer = self.ground.run(["cat-file", "--batch-check"], stdin=stdin, deadline=300)
        return parse.object_types(answer.out)

    def _only_here(self, blobs: set[str], head: str | None) -> set[str]:
        """Blobs of the index that HEAD, a parent of the pin, doesn't hold anyway."""
        if head is None or not blobs:
            return blobs
        answer = self.ground.run(argv.tree(head), ok=(0, 128))
        return blobs - parse.tree_blobs(answer.out) if answer.code == 0 else blobs

    def _flat_tree(self, objects: dict[str, str]) -> str:
        """A tree of these objects, each under its own id as name."""
        modes = {"blob": "100644", "tree": "040000"}
        lines = (f"{modes[kind]} {kind} {name}\t{name}\0" for name, kind in objects.items())
        stdin = "".join(lines).encode("ascii")
        return self.ground.run(["mktree", "-z"], stdin=stdin, deadline=300).line

    def _tips(self, commits: list[str]) -> list[str]:
        """Those commits that no other one of them holds: all without their parents' history.
        (A reflog of thousands of entries would make thousands of parents.)"""
        if len(commits) < 2:
            return commits
        stdin = "".join(f"{commit}\n^{commit}^@\n" for commit in commits).encode("ascii")
        command = ["rev-list", "--topo-order", "--stdin"]
        return self.ground.run(command, stdin=stdin, deadline=300).out.decode("ascii").split()

    def _write(self, tree: str, parents: list[str], message: str) -> CommitId:
        """Through `hash-object`, since a list of parents may be longer than an argument list."""
        who = self.ground.run(["var", "GIT_COMMITTER_IDENT"], env=PINS_IDENTITY).line
        head = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        head += [f"author {who}", f"committer {who}", "", message]
        stdin = "\n".join(head).encode("utf-8", "replace")
        command = ["hash-object", "-t", "commit", "-w", "--stdin"]
        return CommitId(self.ground.run(command, stdin=stdin).line)


def _state_files(admin: Path) -> Iterator[Path]:
    """Regular files of the git folder but for its index, configuration and submodules."""
    for folder, folders, names in os.walk(admin):
        top = Path(folder) == admin
        folders[:] = [name for name in folders if not (top and name in _NOT_STATE)]
        for name in names:
            path = Path(folder) / name
            skipped = top and (name in _NOT_STATE or name.startswith("index"))
            seen = lstat(path)
            if not skipped and seen is not None and stat.S_ISREG(seen.st_mode):
                yield path


def _message(reason: str, missing: list[str]) -> str:
    lines = [" ".join(reason.split()) or "cockpit: pin"]
    if missing:
        lines += ["", f"Missing objects, already lost before this pin: {len(missing)}"]
        lines += missing[:_MISSING_SHOWN]
    return "\n".join(lines) + "\n"
