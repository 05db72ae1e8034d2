"""Hunks that two changes share: where taking the earlier one back meets the later one. Pure.

The earlier change's lines are followed forward through every later commit. Where a commit
changes lines that touch them (or that adjoin them: git merges neither), it shares a hunk with
the earlier change, and what it made of these lines is followed on.

A later lane may also have made the very same change: its landing then changed nothing there,
but a train without the earlier one would have got it from the later one. So the hunks of what
a later landing merged count too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cockpit.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Lines `start` to `end - 1`, counted from 0; empty (`start == end`) between two lines."""

    start: int
    end: int

    @classmethod
    def of(cls, start: int, count: int) -> Span:
        """From a hunk's header, where a start with a count of 0 is the line after which."""
        return cls(start - 1, start - 1 + count) if count else cls(start, start)

    def touches(self, other: Span) -> bool:
        return self.start <= other.end and other.start <= self.end


@dataclass(frozen=True, slots=True)
class Edit:
    """One hunk without context: the lines `old` became the lines `new`."""

    old: Span
    new: Span


@dataclass(frozen=True, slots=True)
class FileEdits:
    """What a change did to one path, raw from outside. `whole`: it can't be told by lines (a
    binary file, another mode, a file that is gone), so that it meets every other change of
    the path."""

    path: str
    edits: tuple[Edit, ...]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class LaterCommit:
    """A commit after the change, by what it did to its first parent's paths."""

    commit: str
    subject: str
    files: tuple[FileEdits, ...]


@dataclass(frozen=True, slots=True)
class SharedHunk:
    """Lines of `path` that a later commit changed as well: `count` from `start` (from 1), as
    they lie in the target now; both 0 where it is about the whole file."""

    path: str
    start: int
    count: int
    commit: str
    """Empty where it is not known which commit it was."""
    subject: str = ""
    step: int | None = None
    """The step of the journal that brought the commit."""
    blocks: bool = False
    """Taking the change back conflicts in this file."""

    @property
    def lines(self) -> str:
        """`line 3`, `lines 3-7`, `between lines 3 and 4`, `the whole file`."""
        if not self.start and not self.count:
            return "the whole file"
        if not self.count:
            return f"between lines {self.start} and {self.start + 1}"
        if self.count == 1:
            return f"line {self.start}"
        return f"lines {self.start}-{self.start + self.count - 1}"


def shared_hunks(
    mine: Sequence[FileEdits], later: Sequence[LaterCommit], again: Sequence[LaterCommit] = ()
) -> tuple[SharedHunk, ...]:
    """The hunks that `mine` shares with commits after it, which are given oldest first.

    `again` is what later commits merged, by their own change since they parted, its old sides
    in the lines that stood there before `mine`.
    """
    after, made = ([(commit, _by_path(commit)) for commit in some] for some in (later, again))
    found = [*_changed_again(mine, after), *_made_again(mine, after, made)]
    return tuple(dict.fromkeys(found))


_Indexed = tuple[LaterCommit, Mapping[str, FileEdits]]
"""A commit with its files by their paths."""


def _by_path(commit: LaterCommit) -> Mapping[str, FileEdits]:
    return {file.path: file for file in reversed(commit.files)}


def _changed_again(mine: Sequence[FileEdits], later: Sequence[_Indexed]) -> list[SharedHunk]:
    found: list[SharedHunk] = []
    for file in mine:
        followed = [edit.new for edit in file.edits]
        whole, shares = file.whole, list[tuple[LaterCommit, Span | None]]()
        for commit, files in later:
            other = files.get(file.path)
            if other is None:
                continue
            if whole or other.whole:
                shares.append((commit, None))
                whole = True
                continue
            is_met = any(_is_touched(span, other.edits) for span in followed)
            followed = _joined([carried(span, other.edits) for span in followed])
            shares = [(one, span and carried(span, other.edits)) for one, span in shares]
            if is_met:
                news = [edit.new for edit in other.edits]
                met = [span for span in followed if any(new.touches(span) for new in news)]
                shares += [(commit, span) for span in met]
        found += [_hunk(file.path, None if whole else span, one) for one, span in shares]
    return found


def _made_again(
    mine: Sequence[FileEdits], later: Sequence[_Indexed], again: Sequence[_Indexed]
) -> list[SharedHunk]:
    found: list[SharedHunk] = []
    for file in mine:
        for commit, files in again:
            other = files.get(file.path)
            if other is None:
                continue
            if file.whole or other.whole:
                found.append(_hunk(file.path, None, commit))
                continue
            same = [edit.new for edit in file.edits if _is_touched(edit.old, other.edits)]
            found += [_hunk(file.path, _now(span, file.path, later), commit) for span in same]
    return found


def _now(span: Span, path: str, later: Sequence[_Indexed]) -> Span | None:
    """Where lines lie after all of `later`; None where lines don't tell any more."""
    for _commit, files in later:
        file = files.get(path)
        if file is not None and file.whole:
            return None
        if file is not None:
            span = carried(span, file.edits)
    return span


def _hunk(path: str, span: Span | None, commit: LaterCommit) -> SharedHunk:
    start, count = (0, 0) if span is None else _numbers(span)
    return SharedHunk(path, start, count, commit.commit, commit.subject)


def _numbers(span: Span) -> tuple[int, int]:
    """(start, count) as people count; an empty span at the very top is line 1."""
    if span.start == span.end:
        return (span.start, 0) if span.start else (1, 1)
    return span.start + 1, span.end - span.start


def _is_touched(span: Span, edits: Sequence[Edit]) -> bool:
    return any(edit.old.touches(span) for edit in edits)


def carried(span: Span, edits: Sequence[Edit]) -> Span:
    """Where the lines lie after `edits`; edits that touch them are taken in."""
    before = sum(_grown(edit) for edit in edits if edit.old.end < span.start)
    touching = [edit for edit in edits if edit.old.touches(span)]
    start = min([span.start, *(edit.old.start for edit in touching)])
    end = max([span.end, *(edit.old.end for edit in touching)])
    return Span(start + before, end + before + sum(map(_grown, touching)))


def _grown(edit: Edit) -> int:
    return (edit.new.end - edit.new.start) - (edit.old.end - edit.old.start)


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Spans in order, overlapping ones made one."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if joined and span.start < joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def with_conflicts(
    shared: Sequence[SharedHunk], conflicts: Sequence[str], steps: Mapping[str, int]
) -> tuple[SharedHunk, ...]:
    """`shared` with the step that brought each commit, those in conflicting paths marked; a
    conflict that shares no lines (a file where a folder should be) stands as a whole file."""
    blocking = set(conflicts)
    told = [
        replace(hunk, step=steps.get(hunk.commit), blocks=hunk.path in blocking) for hunk in shared
    ]
    known = {hunk.path for hunk in told}
    told += [SharedHunk(path, 0, 0, "", blocks=True) for path in conflicts if path not in known]
    return tuple(told)
