"""Changes between trees, as values: what a diff screen shows and a zone check reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

NULL_MODE = "000000"


@dataclass(frozen=True, slots=True)
class PathChange:
    """One entry of `diff-tree --raw --no-renames`: both sides with mode and full blob id.

    `path` is the repository path, undecodable bytes as surrogates (`os.fsdecode`).
    """

    path: str
    old_mode: str
    new_mode: str
    old_blob: str
    new_blob: str

    @property
    def is_new(self) -> bool:
        return self.old_mode == NULL_MODE

    @property
    def is_gone(self) -> bool:
        return self.new_mode == NULL_MODE


class Layer(StrEnum):
    """Where a part of a lane's change lies."""

    COMMITTED = "committed"
    STAGED = "staged"
    UNSTAGED = "unstaged"
    UNTRACKED = "untracked"


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One file's diff. `body` is unified diff text from its first `@@`, raw from outside,
    capped; `added`/`removed` are None for a binary file."""

    path: str
    old_path: str
    layer: Layer
    status: str
    """git's letter: A M D R T."""
    added: int | None
    removed: int | None
    body: str
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class CommitLine:
    """One commit in a list; `subject` is raw from outside."""

    commit: str
    subject: str
    author: str
    at: float


@dataclass(frozen=True, slots=True)
class LaneDiff:
    """A lane's whole change against its merge base with the target."""

    base: str
    head: str
    commits: tuple[CommitLine, ...]
    files: tuple[FileDiff, ...]
