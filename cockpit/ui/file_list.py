"""The tree of a lane's files at the side of its diff: rows and how they look. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from textual.content import Content

from cockpit.dataclass import dataclass
from cockpit.domain.change import FileDiff, Layer
from cockpit.domain.filetree import TreeRow, tree_key, tree_rows
from cockpit.domain.review import Viewed
from cockpit.ui import present
from cockpit.ui.diff_lines import (
    CLASH,
    COMMENT,
    HEADINGS,
    OUTSIDE,
    VIEWED,
    Marks,
    numbers,
    status_style,
)
from cockpit.ui.widgets.rows_view import Cell

_ORDER = {layer: place for place, layer in enumerate(Layer)}


@dataclass(frozen=True, slots=True)
class ListRow:
    """A heading of a layer (no `tree`), a folder or a file."""

    layer: Layer
    tree: TreeRow | None = None

    @property
    def file(self) -> int | None:
        """The file's place; None for a heading or a folder."""
        if self.tree is None or self.tree.folder:
            return None
        return self.tree.files.start

    @property
    def key(self) -> str:
        """Names a folder, for keeping it closed."""
        return f"{self.layer.value} {self.tree.folder}" if self.tree is not None else ""


def in_order(files: Sequence[FileDiff]) -> list[FileDiff]:
    """Files layer by layer, each layer as its tree shows them."""
    return sorted(files, key=lambda file: (_ORDER[file.layer], tree_key(file.path)))


def list_rows(files: Sequence[FileDiff], closed: Collection[str] = ()) -> list[ListRow]:
    """The rows for files that stand `in_order`."""
    rows: list[ListRow] = []
    by_layer: dict[Layer, list[str]] = {}
    for file in files:
        by_layer.setdefault(file.layer, []).append(file.path)
    first = 0
    for layer, paths in by_layer.items():
        rows.append(ListRow(layer))
        prefix = f"{layer.value} "
        shut = {key.removeprefix(prefix) for key in closed if key.startswith(prefix)}
        rows += [ListRow(layer, row) for row in tree_rows(paths, shut, first=first)]
        first += len(paths)
    return rows


def row_of(rows: Sequence[ListRow], file: int) -> int:
    """The row of a file, or of the closed folder that holds it."""
    for number, row in enumerate(rows):
        tree = row.tree
        if tree is not None and file in tree.files and (not tree.folder or tree.closed):
            return number
    return 0


def list_cell(
    row: ListRow, files: Sequence[FileDiff], width: int, marks_of: Callable[[int], Marks]
) -> Cell:
    """How a row looks: marks on the left, numbers at the right edge."""
    if row.tree is None:
        count = sum(1 for file in files if file.layer is row.layer)
        text = f"{HEADINGS[row.layer]} {count}"
        return Cell(Content.styled(text, "bold $muted"), fixed=True)
    indent = "  " * min(row.tree.depth, 12)
    if row.tree.folder:
        return Cell(_folder(row.tree, indent, width, marks_of), fixed=True)
    place = row.tree.files.start
    return Cell(_file(files[place], row.tree.name, indent, width, marks_of(place)), fixed=True)


def _folder(row: TreeRow, indent: str, width: int, marks_of: Callable[[int], Marks]) -> Content:
    sign = "▸" if row.closed else "▾"
    name = present.text(f"{row.name}/", "$muted", width=1000)
    parts = [Content(f"  {indent}"), Content.styled(f"{sign} ", "$muted"), name]
    if row.closed:
        seen = sum(marks_of(place).viewed is Viewed.YES for place in row.files)
        parts.append(Content.styled(f" {seen}/{len(row.files)}", "$muted"))
    return Content.assemble(*parts).truncate(width, ellipsis=True)


def _file(file: FileDiff, name: str, indent: str, width: int, marks: Marks) -> Content:
    sign, style = VIEWED[marks.viewed]
    letter = "U" if file.conflicted else file.status[:1] or "?"
    left = Content.assemble(
        (sign, f"bold {style}" if style else ""),
        " ",
        indent,
        (letter, status_style(file)),
        " ",
    )
    flags = Content.assemble(
        (f" {COMMENT}", "$accent") if marks.comments else "",
        (f" {OUTSIDE}", "bold $warning") if marks.outside else "",
        (f" {CLASH}", "bold $error") if marks.clashes else "",
    )
    right = numbers(file)
    seen = "$muted" if marks.viewed is Viewed.YES else "$foreground"
    room = width - left.cell_length - flags.cell_length - right.cell_length - 2
    shown = present.text(name, seen, width=1000)
    if room < 8:
        right = present.EMPTY
        room = width - left.cell_length - flags.cell_length - 1
    shown = shown.truncate(max(1, room), ellipsis=True)
    line = Content.assemble(left, shown, flags)
    gap = max(1, width - line.cell_length - right.cell_length - 1)
    return Content.assemble(line, " " * gap, right) if right else line
