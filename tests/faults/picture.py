"""The state before an operation, which the predicate compares with."""

from __future__ import annotations

import os
import pickle
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.looks import (
    Tree,
    commits_of,
    contents_of,
    fact,
    git,
    index_blobs,
    journal,
    status_of,
    tree_of,
    without_caches,
)


def _note_file(root: Path) -> Path:
    return root.parent / "home" / "torn.pickle"


def note(root: Path, lane: Path) -> None:
    """Write down how a lane is that will be torn down before the picture is taken."""
    _note_file(root).write_bytes(pickle.dumps((lane, tree_of(lane), status_of(lane))))


def note_work(root: Path, lane: Path) -> None:
    """Write down what is uncommitted in a lane before it is taken as a commit."""
    (root.parent / "home" / "uncommitted").write_bytes(status_of(lane))


@dataclass(frozen=True)
class Picture:
    """The state before the operation."""

    contents: frozenset[str]
    commits: frozenset[str]
    index_blobs: frozenset[str]
    own: dict[str, tuple[int, str]]
    """The commander's own changed, untracked and ignored files, by path."""
    status: bytes
    target: str
    lanes: dict[Path, tuple[Tree, bytes]] = field(default_factory=dict)
    """Every lane's files and what status says of it."""
    torn: dict[Path, tuple[Tree, bytes]] = field(default_factory=dict)
    """Lanes that were torn down before, as they were: if one comes back, it is that."""
    later: str = ""
    """Where somebody else moved the target after the operation had."""
    last: int = 0
    """The last operation's number."""
    tips: dict[str, str] = field(default_factory=dict)
    """Every branch and where it was."""
    approvals: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The record of each lane that was approved."""
    queue: dict[str, Any] = field(default_factory=dict)
    """Who waited for the train, as the state file has it."""
    waiting: tuple[str, ...] = ()
    """Lanes whose sync waits for the end of a turn."""
    meddled: tuple[str, str, str] = ("", "", "")
    """What somebody else did meanwhile: on which branch, the commit, its parent."""

    @classmethod
    def take(cls, root: Path, lanes: Sequence[Path], state: Path | None = None) -> Picture:
        main = tree_of(root)
        trees = {lane: (tree_of(lane), status_of(lane)) for lane in lanes}
        torn = _torn(root)
        every = [main, *(tree for tree, _ in trees.values())]
        every += [without_caches(tree) for tree, _ in torn.values()]
        contents = set[str]().union(*map(contents_of, every))
        status = status_of(root)
        named = {os.fsdecode(part[3:]) for part in status.split(b"\0") if len(part) > 3}
        return cls(
            contents=frozenset(contents),
            commits=frozenset(commits_of(root, "--reflog")),
            index_blobs=frozenset().union(*(index_blobs(root, lane) for lane in lanes)),
            own={path: facts for path, facts in main.items() if path in named},
            status=status,
            target=git(root, "rev-parse", "refs/heads/main").decode().strip(),
            lanes=trees,
            torn=torn,
            last=max((op["seq"] for op in journal(state)), default=0) if state else 0,
            tips=_tips(root),
            approvals=_approvals(state) if state else {},
            queue=fact(state, "train-queue") if state else {},
            waiting=_waiting(state) if state else (),
        )


def _tips(root: Path) -> dict[str, str]:
    lines = git(root, "for-each-ref", "--format=%(refname) %(objectname)", "refs/heads")
    return dict(line.split(" ") for line in lines.decode().splitlines())


def _approvals(state: Path) -> dict[str, dict[str, Any]]:
    names = [path.stem for path in (state / "facts").glob("approval-*.json")]
    return {name.removeprefix("approval-"): fact(state, name) for name in names}


def _waiting(state: Path) -> tuple[str, ...]:
    names = [path.stem for path in (state / "facts").glob("sync-*.json")]
    return tuple(name[5:] for name in names if fact(state, name).get("waiting"))


def _torn(root: Path) -> dict[Path, tuple[Tree, bytes]]:
    path = _note_file(root)
    if not path.exists():
        return {}
    lane, tree, status = pickle.loads(path.read_bytes())
    return {lane: (tree, status)}
