"""A lane's uncommitted work as the commit that it would become."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cockpit.dataclass import dataclass
from cockpit.domain.change import PathChange
from cockpit.domain.ids import CommitId, LaneId, RefName, TreeId


@dataclass(frozen=True, slots=True)
class Uncommitted:
    """What lies in a worktree and in no commit. `changes` lead from `head` to `tree`; `index`
    leads from the index's entries as they are to those of `tree`."""

    head: CommitId
    tree: TreeId
    changes: tuple[PathChange, ...]
    index: tuple[PathChange, ...]
    left: tuple[str, ...] = ()
    """Paths that can't be taken: repositories inside the lane."""
    meant: frozenset[str] = frozenset()
    """Paths that the index has as meant to be added (`git add --intent-to-add`), no more."""

    @property
    def token(self) -> str:
        """Changes when anything of it does: binds a yes to what was shown."""
        facts = [self.head, self.tree]
        facts += [f"{one.path}\0{one.old_mode}\0{one.old_blob}" for one in self.index]
        return hashlib.sha256(b"\0\0".join(map(os.fsencode, facts))).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class TakePreview:
    """What taking a lane's uncommitted work would commit. `refusal` says why it can't be
    taken now, empty when it can."""

    lane: LaneId
    branch: RefName
    worktree: Path
    work: Uncommitted
    message: str
    refusal: str = ""

    @property
    def token(self) -> str:
        return self.work.token


def chosen_of(paths: Iterable[str], chosen: Sequence[str]) -> tuple[frozenset[str], list[str]]:
    """Those of `paths` that are chosen or lie in a chosen folder, and what was chosen that none
    of them is or lies in."""
    folders = {one.rstrip("/") for one in chosen}
    found: set[str] = set()
    met: set[str] = set()
    for path in paths:
        at = folders.intersection(_holders(path))
        if at:
            found.add(path)
            met |= at
    return frozenset(found), [one for one in chosen if one.rstrip("/") not in met]


def _holders(path: str) -> Iterator[str]:
    """The path and every folder above it, without a slash at the end."""
    yield path.rstrip("/")
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)
