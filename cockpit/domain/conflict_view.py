"""What a screen or `cockpit resolve` shows of a lane's conflict, around the conflict itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from cockpit.dataclass import dataclass
from cockpit.domain.conflict import Conflict
from cockpit.domain.ids import LaneId
from cockpit.domain.resolution import Point, Resolution


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text that this hunk (or, at `WHOLE`, this file) was resolved to before. `source` is
    `rerere` (git's own record) or `yours`; `lane` and `at` (seconds since the epoch) say when,
    where that is known. Only shown: nothing takes it by itself."""

    text: bytes
    source: str
    lane: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Peek:
    """A version of a file: its bytes, and its text where that is short and is one (of a link:
    where it leads)."""

    size: int
    text: bytes | None = None


@dataclass(frozen=True, slots=True)
class ConflictGroup:
    """Conflicts in one zone: whose it is, and the files by their places. No owner: nobody's
    zone holds them; `title` says so, or `protected`, or that every lane may change them, and
    names the owners that lanes.yaml gives for them."""

    owners: tuple[LaneId, ...]
    title: str
    files: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ConflictView:
    """Everything that a screen or `cockpit resolve` shows of a lane's conflict."""

    conflict: Conflict
    resolution: Resolution
    """With the choices of the draft, if one of these very commits was kept."""
    groups: tuple[ConflictGroup, ...]
    suggestions: Mapping[Point, tuple[Suggestion, ...]]
    message: str
    """Of the merge commit that the resolution becomes."""
    why_not: str = ""
    """Why it can't be finished now, a clause; choosing goes on all the same."""
    note: str = ""
    """Worth knowing: a draft of other commits, an agent of which nothing is known."""
    peeks: Mapping[str, Peek] = field(default_factory=dict)
    """The versions of what is decided as a whole, by blob; a submodule's is no blob of ours."""
