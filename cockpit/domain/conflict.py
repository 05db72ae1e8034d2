"""A conflict of a lane with the target: what is in question, and what may be answered.

"Ours" is the lane, "theirs" the target, since the resolution becomes a merge commit on the
lane. How far it is resolved stands in `resolution.py`.
"""

from __future__ import annotations

from enum import StrEnum

from cockpit.dataclass import dataclass
from cockpit.domain.conflict_text import ConflictHunk, Piece
from cockpit.domain.ids import CommitId, LaneId, TreeId


class Kind(StrEnum):
    """What kind of conflict it is, in git's words where it has one."""

    CONTENT = "content"
    ADD_ADD = "add/add"
    COLLISION = "rename/add"
    """A file that was renamed, with changes of both sides, to where the other side has one."""
    MODE = "mode"
    BINARY = "binary"
    SYMLINK = "symlink"
    SUBMODULE = "submodule"
    MODIFY_DELETE = "modify/delete"
    RENAME_DELETE = "rename/delete"
    RENAME_RENAME = "rename/rename"
    FILE_DIRECTORY = "file/directory"
    TYPES = "distinct types"
    LOCATION = "file location"
    """A file in a folder that the other side renamed."""
    OTHER = "other"
    """Something that git only reports (a folder renamed to several others)."""


class Take(StrEnum):
    """What is taken at one place."""

    OURS = "ours"
    THEIRS = "theirs"
    BOTH = "both"
    """The lane's lines, then the target's; of whole files both, under two names."""
    BOTH_OTHER = "theirs-ours"
    """The target's lines, then the lane's."""
    BASE = "base"
    EDIT = "edit"
    DELETE = "delete"
    AS_MERGED = "as-merged"
    """What git put into the merged tree by itself."""


@dataclass(frozen=True, slots=True)
class Version:
    """One side's file. `path` is where that side has it."""

    path: str
    mode: str
    blob: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of the result: an object that exists (`blob`), or `content` to be stored."""

    path: str
    mode: str
    blob: str = ""
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to a question about a whole file. `title` may hold names from outside."""

    take: Take
    title: str
    entries: tuple[Entry, ...] = ()
    drops: tuple[str, ...] = ()
    """Paths that go besides those that the conflict takes away anyway."""


class Asks(StrEnum):
    """What a question about a file with text is about; its options hold only this."""

    MODE = "mode"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Question:
    """Something to decide besides the text. For `PLACE` an option's entries name the paths,
    for `MODE` its first entry has the mode."""

    asks: Asks
    options: tuple[Option, ...]

    def option(self, take: Take) -> Option | None:
        return next((option for option in self.options if option.take is take), None)


@dataclass(frozen=True, slots=True)
class ConflictFile:
    """One conflict. With `pieces` its text is decided hunk by hunk (and may be decided as a
    whole by one of `wholes`); without, only `wholes` decide it."""

    path: str
    kind: Kind
    base: Version | None = None
    ours: Version | None = None
    theirs: Version | None = None
    drops: tuple[str, ...] = ()
    """Paths of the merged tree that the result takes the place of."""
    mode: str = "100644"
    pieces: tuple[Piece, ...] = ()
    questions: tuple[Question, ...] = ()
    wholes: tuple[Option, ...] = ()
    allowed: frozenset[bytes] = frozenset()
    """Lines of the sources that look like conflict markers."""
    said: str = ""
    """git's words, raw."""

    @property
    def hunks(self) -> tuple[ConflictHunk, ...]:
        return tuple(piece for piece in self.pieces if isinstance(piece, ConflictHunk))

    def whole(self, take: Take) -> Option | None:
        return next((option for option in self.wholes if option.take is take), None)


@dataclass(frozen=True, slots=True)
class Conflict:
    """All conflicts of a merge of `target` into `source`. `tree` is the merge's, with git's own
    stand-ins at the conflicted paths."""

    lane: LaneId
    source: CommitId
    target: CommitId
    target_name: str
    tree: TreeId
    files: tuple[ConflictFile, ...]

    def index(self, path: str) -> int | None:
        """The place of the file with this path, either side's name of it included."""
        for at, file in enumerate(self.files):
            if file.path == path:
                return at
        for at, file in enumerate(self.files):
            if any(side and side.path == path for side in (file.ours, file.theirs, file.base)):
                return at
        return None
