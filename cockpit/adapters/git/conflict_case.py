"""What the sorting of conflicts works with: git's answer, and one case of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import cached_property

from cockpit.adapters.git.conflict_parse import Merged, Message, Side
from cockpit.dataclass import dataclass
from cockpit.domain.conflict import ConflictFile, Entry, Kind, Option, Question, Take, Version
from cockpit.domain.conflict_text import Piece, is_binary


@dataclass
class Material:
    """What the sorting works with. `size` is the length of git's markers; `tree` is the merged
    one; `ours` and `theirs` hold both sides' entries at the paths in question. Thousands of
    paths may be in conflict, so nothing here goes through all of them for one of them."""

    merged: Merged
    tree: Mapping[str, Side]
    ours: Mapping[str, Side]
    theirs: Mapping[str, Side]
    contents: Mapping[str, bytes]
    source: str
    target: str
    lane: str
    target_name: str
    size: int
    done: set[str] = field(default_factory=set)
    """Paths that stand in a conflict already."""

    def said(self, *paths: str) -> str:
        """git's remarks on these paths, the two sides by their names."""
        text = "\n".join(dict.fromkeys(message.text for message in self.about(*paths)))
        return text.replace(self.source, self.lane).replace(self.target, self.target_name)

    def about(self, *paths: str) -> list[Message]:
        """The conflicts that git names at any of these paths, in its order."""
        places = {place for path in paths for place in self._places.get(path, ())}
        return [self.merged.messages[place] for place in sorted(places)]

    @cached_property
    def _places(self) -> Mapping[str, Sequence[int]]:
        """The places of the conflicts' messages, by path."""
        found: dict[str, list[int]] = {}
        for place, message in enumerate(self.merged.messages):
            for path in message.paths if message.is_conflict else ():
                found.setdefault(path, []).append(place)
        return found

    def together(self, path: str) -> Sequence[str]:
        """The paths with stages that git would have put at the same path as `path`."""
        return self._together[self.logical(path)]

    @cached_property
    def _together(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for path in self.merged.stages:
            found.setdefault(self.logical(path), []).append(path)
        return found

    def below(self, folder: str) -> Sequence[str]:
        """The paths of the merged tree in that folder."""
        begin, end = (bisect_left(self._sorted, f"{folder}{mark}") for mark in "/0")
        return self._sorted[begin:end]

    @cached_property
    def _sorted(self) -> Sequence[str]:
        """`0` follows `/`, so what lies in a folder lies side by side."""
        return sorted(self.tree)

    def logical(self, path: str) -> str:
        """The path that git would have used were it free: without `~<side>`."""
        for side in (self.source, self.target):
            head, mark, tail = path.rpartition(f"~{side}")
            if mark and (not tail or (tail[0] == "_" and tail[1:].isdigit())):
                return head
        return path

    def free_name(self, path: str, side: str) -> str:
        """A name for the second of two files that want the same path, in git's manner."""
        name = f"{path}~{side.replace('/', '_')}"
        number = 0
        while self._is_taken(name + (f"_{number}" if number else "")):
            number += 1
        return name + (f"_{number}" if number else "")

    def _is_taken(self, path: str) -> bool:
        return path in self.tree or bool(self.below(path))

    def text(self, *blobs: str) -> bool:
        """Whether all of these can be read as text."""
        return all(blob in self.contents and not is_binary(self.contents[blob]) for blob in blobs)


@dataclass(frozen=True, slots=True)
class Case:
    material: Material
    path: str
    paths: tuple[str, ...]
    base: Version | None
    ours: Version | None
    theirs: Version | None
    types: set[str]

    @property
    def sides(self) -> tuple[Version, ...]:
        return tuple(one for one in (self.base, self.ours, self.theirs) if one is not None)

    @property
    def names(self) -> tuple[str, str]:
        return self.material.lane, self.material.target_name

    def file(
        self,
        kind: Kind,
        wholes: Sequence[Option],
        *,
        pieces: Sequence[Piece] = (),
        questions: Sequence[Question] = (),
        mode: str = "100644",
        allowed: frozenset[bytes] = frozenset(),
        drops: Sequence[str] = (),
    ) -> ConflictFile:
        return ConflictFile(
            self.path,
            kind,
            self.base,
            self.ours,
            self.theirs,
            drops=tuple(dict.fromkeys((*self.paths, *drops))),
            mode=mode,
            pieces=tuple(pieces),
            questions=tuple(questions),
            wholes=tuple(wholes),
            allowed=allowed,
            said=self.material.said(self.path, *self.paths),
        )


def kept_as(take: Take, version: Version | None, title: str, path: str) -> list[Option]:
    if version is None:
        return []
    return [Option(take, title, (Entry(path, version.mode, version.blob),))]


def version_options(case: Case, *, both: bool, delete: bool) -> list[Option]:
    """Either side's version, or the one that both came from; both under two names; neither."""
    lane, target = case.names
    options = kept_as(Take.OURS, case.ours, f"{lane}'s version", case.path)
    options += kept_as(Take.THEIRS, case.theirs, f"{target}'s version", case.path)
    if both and case.ours is not None and case.theirs is not None:
        other = case.material.free_name(case.path, target)
        kept = (
            Entry(case.path, case.ours.mode, case.ours.blob),
            Entry(other, case.theirs.mode, case.theirs.blob),
        )
        options.append(Option(Take.BOTH, f"both, {target}'s as {other}", kept))
    options += kept_as(Take.BASE, case.base, "the version before both", case.path)
    if delete:
        options.append(Option(Take.DELETE, "neither: delete it"))
    return options
