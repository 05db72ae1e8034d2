"""A lane's uncommitted work as the commit that it would become."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

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


def lies_below(path: str, chosen: str) -> bool:
    """Whether `path` is `chosen` or lies in the folder `chosen`."""
    folder = chosen.rstrip("/")
    return path.rstrip("/") == folder or path.startswith(folder + "/")
