"""Changes by lines, without context: what a landing did, and what came after it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cockpit.adapters.git import argv, argv_edits
from cockpit.adapters.git.ground import Ground
from cockpit.adapters.git.patch import PatchFile, parse_patch
from cockpit.adapters.git.read import Reader
from cockpit.adapters.git.typed import typed
from cockpit.domain.change import NULL_MODE
from cockpit.domain.ids import CommitId
from cockpit.domain.shared import Edit, FileEdits, LaterCommit, Span, carried

CAP = 32 << 20
"""Bytes of patches that are read."""

LATER = 500
"""Commits after a change that are looked into one by one; of more, all are taken as one."""

SIDES = 100
"""Later merges whose merged side is looked into; of more, the latest."""

_PATHS = 400
"""Paths that go on one command line; of more, all paths are looked at."""

_COMMIT = re.compile(rb"^([0-9a-f]{40}(?:[0-9a-f]{24})?)\n", re.MULTILINE)
"""In a diff without context no line of content stands like this: each begins with `+`, `-` or
a backslash."""

_HEAD = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


class Edits:
    def __init__(self, ground: Ground, reader: Reader) -> None:
        self.ground = ground
        self.reader = reader

    @typed
    def between(
        self, old: CommitId, new: CommitId, paths: Sequence[str] = ()
    ) -> tuple[FileEdits, ...]:
        """What differs from `old` to `new`, in `paths` or everywhere."""
        answer = self.ground.run(
            argv_edits.edits(old, new, _few(paths)), cap=CAP, truncate=True, deadline=120
        )
        return _files(answer.out, cut=answer.truncated)

    @typed
    def after(
        self, since: CommitId, now: CommitId, paths: Sequence[str]
    ) -> tuple[LaterCommit, ...]:
        """The commits on the first-parent line from `since` to `now` that touch `paths`, oldest
        first. Where there is no such line, or it is too long, one without a name for all."""
        command = argv_edits.first_parent_line(since, now, LATER + 1)
        lines = [line.split() for line in self._text(command).splitlines()]
        if not lines:
            return ()
        whole = len(lines) > LATER or lines[-1][1:2] != [since]
        pairs = b"".join(b"%s %s\n" % (one.encode(), two.encode()) for one, two, *_ in lines[::-1])
        answer = None
        if not whole:
            command = argv_edits.edits_of_each(_few(paths))
            answer = self.ground.run(command, stdin=pairs, cap=CAP, truncate=True, deadline=120)
        if answer is None or answer.truncated:
            return (LaterCommit("", "", self.between(since, now, paths)),)
        _, *pieces = _COMMIT.split(answer.out)
        ids = [piece.decode("ascii") for piece in pieces[::2]]
        read = self.reader.commits(ids) if ids else []
        return tuple(
            LaterCommit(commit, made.subject, _files(body))
            for commit, made, body in zip(ids, read, pieces[1::2], strict=True)
        )

    @typed
    def brought(
        self,
        before: CommitId,
        since: CommitId,
        now: CommitId,
        paths: Sequence[str],
        sides: Sequence[tuple[CommitId, CommitId, CommitId]] = (),
    ) -> tuple[LaterCommit, ...]:
        """What later merges between `since` and `now` took in, by the merged side's own change
        of `paths` since it parted, with the old sides in the lines of `before`. `sides` are
        landings that made no merge commit: (commit, its parent, the lane's commit)."""
        command = argv_edits.first_parent_line(since, now, LATER)
        lines = [line.split() for line in self._text(command).splitlines()]
        merges = [(one, first, side) for one, first, *rest in lines for side in rest]
        asked = [(str(one), str(first), str(side)) for one, first, side in sides] + merges
        found: list[LaterCommit] = []
        since_base: dict[str, tuple[FileEdits, ...]] = {}
        for commit, first, side in asked[:SIDES]:
            base = self._parted(first, side)
            files = self.between(base, CommitId(side), paths) if base is not None else ()
            if base is None or not files:
                continue
            if base not in since_base:
                since_base[base] = self.between(base, before, paths)
            moved = tuple(_moved(file, since_base[base]) for file in files)
            subject = self.reader.commits([commit])[0].subject
            found.append(LaterCommit(commit, subject, moved))
        return tuple(found)

    def _parted(self, one: str, two: str) -> CommitId | None:
        """The commit where two sides parted; None if they have no history in common."""
        answer = self.ground.run(argv.merge_base(one, two), ok=(0, 1))
        return CommitId(answer.line.split("\n")[0]) if answer.code == 0 else None

    def _text(self, command: Sequence[str]) -> str:
        return self.ground.run(command).out.decode("ascii")


def _few(paths: Sequence[str]) -> Sequence[str]:
    return paths if len(paths) <= _PATHS else ()


def _files(out: bytes, *, cut: bool = False) -> tuple[FileEdits, ...]:
    """Of a patch that was cut off, a file's lines are not known any more."""
    return tuple(_edits(file, cut) for file in parse_patch(out))


def _edits(file: PatchFile, cut: bool) -> FileEdits:
    edits = []
    for head in _HEAD.finditer(file.body):
        old, olds, new, news = (1 if number is None else int(number) for number in head.groups())
        edits.append(Edit(Span.of(old, olds), Span.of(new, news)))
    modes = (file.old_mode, file.new_mode)
    another = modes[0] != modes[1] and modes[0] != NULL_MODE  # also: gone
    return FileEdits(file.path, tuple(edits), whole=another or cut or not edits)


def _moved(file: FileEdits, since: Sequence[FileEdits]) -> FileEdits:
    """The old sides of `file` as they lie after `since`."""
    other = next((one for one in since if one.path == file.path), None)
    if other is None:
        return file
    edits = tuple(Edit(carried(edit.old, other.edits), edit.new) for edit in file.edits)
    return FileEdits(file.path, edits, whole=file.whole or other.whole)
