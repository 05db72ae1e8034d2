"""Changes between trees, as values: what a diff screen shows and a zone check reads."""

from __future__ import annotations

from enum import StrEnum

from cockpit.dataclass import dataclass

NULL_MODE = "000000"
LINK = "120000"
SUBMODULE = "160000"


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
    old_mode: str = ""
    new_mode: str = ""
    """git's six digits, `NULL_MODE` for a side that is not there; empty where unknown."""
    old_blob: str = ""
    new_blob: str = ""
    """Full ids. That of a file on the disk is what its bytes would have as a blob as they are;
    empty for one that is too large to be hashed for a look."""
    old_size: int | None = None
    new_size: int | None = None
    """Bytes of each side of a binary file, and of an untracked one that was cut."""
    similarity: int | None = None
    """Of a rename, in percent."""
    conflicted: bool = False
    """A merge of the lane left it undecided."""
    loaded: bool = True
    """False while only the list was read: `body` is still to come (`Cockpit.file_diffs`)."""

    @property
    def is_link(self) -> bool:
        """Whether either side is a symbolic link: then its lines are where it leads."""
        return LINK in (self.old_mode, self.new_mode)

    @property
    def is_submodule(self) -> bool:
        return SUBMODULE in (self.old_mode, self.new_mode)

    @property
    def is_binary(self) -> bool:
        return self.added is None and not self.is_submodule


@dataclass(frozen=True, slots=True)
class CommitLine:
    """One commit in a list; `subject` is raw from outside."""

    commit: str
    subject: str
    author: str
    at: float
    merges: bool = False
    """It brings two histories together: a sync, or a resolved conflict."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a side brings to another one."""

    commits: tuple[CommitLine, ...]
    """Newest first; no more of them than were asked for."""
    size: int
    """Lines added and removed since the merge base; a binary file counts as one."""


@dataclass(frozen=True, slots=True)
class LaneDiff:
    """A lane's whole change against its merge base with the target."""

    base: str
    head: str
    commits: tuple[CommitLine, ...]
    files: tuple[FileDiff, ...]
