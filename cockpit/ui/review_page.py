"""The review screen's state: which files are shown and how, without a screen.

Files stand in one order, that of their tree; a place is a file's number in it. What was
chosen (a filter, folds, side by side) survives reading the diff again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace

from cockpit.dataclass import dataclass
from cockpit.domain.change import FileDiff, LaneDiff, Layer
from cockpit.domain.hunks import Hunk, file_identity, hunk_identity, parse_hunks
from cockpit.domain.review import Comment, Review, Viewed, seen
from cockpit.ui.diff_lines import Marks
from cockpit.ui.diff_rows import Document, FileRows, Kind, file_rows
from cockpit.ui.file_list import ListRow, in_order, list_rows
from cockpit.ui.syntax import Colours

AHEAD = 3
"""Screens below the one in view whose files are read with it."""

AT_ONCE = 20
"""Files that are read together."""

FEW = 300
"""Files that are all read in the background; of more only those that are looked at."""


Parsed = tuple[FileDiff, tuple[Hunk, ...]]


@dataclass(frozen=True, slots=True)
class Target:
    """What a key on a row is about: a file, and the hunk if the row lies in one."""

    place: int
    file: FileDiff
    hunk: Hunk | None

    @property
    def identity(self) -> str:
        if self.hunk is None:
            return file_identity(self.file)
        return hunk_identity(self.file, self.hunk)


@dataclass(slots=True)
class ReviewPage:
    """Everything that the screen shows. `build` is called after a change of what there is."""

    diff: LaneDiff = field(default_factory=lambda: LaneDiff("", "", (), ()))
    review: Review = field(default_factory=Review)
    outside: frozenset[str] = frozenset()
    clashes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    layer: Layer | None = None
    sides: bool = False
    ignore_space: bool = False
    closed: set[str] = field(default_factory=set)
    """Folders that are closed in the tree."""
    folds: dict[str, bool] = field(default_factory=dict)
    """Files that were folded or unfolded by hand; others are folded once viewed."""
    files: list[FileDiff] = field(default_factory=list)
    tree: list[ListRow] = field(default_factory=list)
    document: Document = field(default_factory=Document)
    colours: dict[int, Colours] = field(default_factory=dict)
    viewed: int = 0
    totals: tuple[int, int, int] = (0, 0, 0)
    """Paths, lines added, lines removed."""

    # ------------------------------------------------------------ building

    def build(self) -> None:
        """Files, tree and rows anew."""
        shown = [file for file in self.diff.files if self.layer in (None, file.layer)]
        self.files = in_order(shown)
        self.totals = totals(self.files)
        self.colours = {}
        self.document = Document.of([self._rows(place) for place in range(len(self.files))])
        self.build_tree()
        self.count()

    def built_from(self, diff: LaneDiff, review: Review) -> ReviewPage:
        """Another page of what was read anew, with the same choices. Takes a third of a second
        for 15,000 files, so call it in a thread."""
        page = replace(self, diff=diff, review=review, closed=set(self.closed))
        page.build()
        return page

    @property
    def is_large(self) -> bool:
        """Whether building it would hold up the screen: then it is done in a thread."""
        return len(self.diff.files) > FEW

    @property
    def choices(self) -> tuple[object, ...]:
        """What decides how the page is built."""
        return self.layer, self.sides, dict(self.folds), set(self.closed)

    def build_rows(self) -> None:
        """Rows anew, of the same files with the same lines."""
        self.refresh(range(len(self.files)))

    def build_tree(self) -> None:
        self.tree = list_rows(self.files, self.closed)

    def count(self) -> None:
        """How many files were viewed as they are."""
        self.viewed = sum(seen(self.review, file) is Viewed.YES for file in self.files)

    def refresh(self, places: Iterable[int]) -> None:
        """Rows of some files anew; their lines are the same."""
        for place in places:
            hunks = self.document.files[place].hunks or None
            self.document.files[place] = self._rows(place, hunks)
        self.document.measure()

    def _rows(
        self, place: int, hunks: tuple[Hunk, ...] | None = None, folded: bool | None = None
    ) -> FileRows:
        file = self.files[place]
        if folded is None:
            folded = self.folds.get(_key(file), seen(self.review, file) is Viewed.YES)
        comments = self.comments_of(place) if self.review.comments else ()
        return file_rows(file, sides=self.sides, folded=folded, comments=comments, hunks=hunks)

    def fold(self, place: int, folded: bool) -> None:
        self.folds[_key(self.files[place])] = folded
        self.refresh([place])

    def unfolded(self, place: int) -> FileRows:
        """The file's rows as if it were not folded."""
        rows = self.document.files[place]
        return self._rows(place, folded=False) if rows.folded else rows

    def unfold(self, place: int) -> None:
        if self.document.files[place].folded:
            self.fold(place, False)

    def forget_fold(self, place: int) -> None:
        """Let the file be folded or not by whether it was viewed."""
        self.folds.pop(_key(self.files[place]), None)

    # ------------------------------------------------------------ bodies

    def wanted(self, rows: range) -> list[int]:
        """Places of files to be read next: those in `rows` and soon after, else (of few) any."""
        if not self.files or not rows:
            return []
        first = self.document.place(rows.start)[0]
        last = self.document.place(rows.stop + AHEAD * len(rows))[0]
        near = [at for at in range(first, last + 1) if self.document.files[at].waiting]
        if not near and len(self.files) <= FEW:
            near = [at for at, file in enumerate(self.document.files) if file.waiting]
        return near[:AT_ONCE]

    def waiting(self) -> list[int]:
        """Places of all files that were not read yet, folded ones too."""
        return [at for at, file in enumerate(self.files) if not file.loaded]

    def take(self, places: Sequence[int], read: Iterable[Parsed]) -> None:
        """Put what was read of the files at `places` there."""
        wanted = {(self.files[at].layer, self.files[at].path): at for at in places}
        for file, hunks in read:
            place = wanted.get((file.layer, file.path))
            if place is not None:
                self.files[place] = file
                self.colours.pop(place, None)
                self.document.files[place] = self._rows(place, hunks)
        self.document.measure()

    # ------------------------------------------------------------ what is known

    def marks_of(self, place: int) -> Marks:
        file = self.files[place]
        return Marks(
            viewed=seen(self.review, file),
            outside=file.path in self.outside,
            clashes=self.clashes.get(file.path, ()),
            comments=sum(one.sent is None for one in self.comments_of(place))
            if self.review.comments
            else 0,
        )

    def comments_of(self, place: int) -> list[Comment]:
        """Comments on the file of this layer, or on its path where that layer is gone."""
        file = self.files[place]
        mine = [one for one in self.review.comments if one.path == file.path]
        if not mine:
            return []
        layers = [other.layer for other in self.files if other.path == file.path]
        return [
            one
            for one in mine
            if one.layer is file.layer or (one.layer not in layers and file.layer is layers[0])
        ]

    def target(self, row: int) -> Target | None:
        """What lies at a row of the document."""
        if not self.files or not 0 <= row < self.document.count:
            return None
        place, _ = self.document.place(row)
        rows, found = self.document.row(row)
        hunk = rows.hunks[found.hunk] if found.hunk >= 0 else None
        return Target(place, self.files[place], hunk)

    def next_unviewed(self, place: int) -> int | None:
        """The next file that was not viewed as it is, around."""
        count = len(self.files)
        for step in range(1, count):
            at = (place + step) % count
            if seen(self.review, self.files[at]) is not Viewed.YES:
                return at
        return None

    def named(self, part: str) -> int | None:
        """The first file whose name begins with `part`, else has it, else has it in its path."""
        wanted = part.lower()
        ranked = [
            (0 if name.startswith(wanted) else 1 if wanted in name else 2, place)
            for place, file in enumerate(self.files)
            if wanted in (path := file.path.lower())
            for name in [path.rstrip("/").rpartition("/")[2]]
        ]
        return min(ranked)[1] if wanted and ranked else None

    def layers(self) -> list[Layer]:
        """Layers in which something differs."""
        there = {file.layer for file in self.diff.files}
        return [layer for layer in Layer if layer in there]

    def uncoloured(self, rows: range) -> int | None:
        """The place of a file in view whose colours were not asked for yet."""
        if not rows or not self.files:
            return None
        first, _ = self.document.place(rows.start)
        last, _ = self.document.place(rows.stop - 1)
        for at in range(first, last + 1):
            if at not in self.colours and self.document.files[at].hunks:
                return at
        return None

    def comment_row(self, comment: Comment) -> int | None:
        """The row at which a comment stands, its file unfolded if need be."""
        for place, file in enumerate(self.files):
            if file.path == comment.path and comment in self.comments_of(place):
                self.unfold(place)
                rows = self.document.files[place].rows
                for at, row in enumerate(rows):
                    if row.kind is Kind.COMMENT and row.comment == comment:
                        return self.document.number(place, at)
                return self.document.number(place, 0)
        return None


def parsed(read: Iterable[FileDiff]) -> list[Parsed]:
    """What was read, taken apart: for the thread that read it."""
    return [(file, parse_hunks(file.body)) for file in read]


def _key(file: FileDiff) -> str:
    return f"{file.layer.value} {file.path}"


def totals(files: Sequence[FileDiff]) -> tuple[int, int, int]:
    """Paths, lines added, lines removed."""
    return (
        len({file.path for file in files}),
        sum(file.added or 0 for file in files),
        sum(file.removed or 0 for file in files),
    )
