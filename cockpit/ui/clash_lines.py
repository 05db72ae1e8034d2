"""What stands in a cell of the radar's matrix: the files in which two sides conflict, with their
lines, and the order of landing that hurts least. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from cockpit.domain.clash import Clash, ClashPath, Place, Radar, gentlest_places
from cockpit.domain.ids import LaneId
from cockpit.ui import present
from cockpit.ui.clash_matrix import LONG, SWORDS, Matrix, Side

LINES = 12
"""Conflicting lines of each side that are shown of a hunk."""

KINDS = {
    "modify/delete": "one side changed it, the other deleted it",
    "rename/delete": "one side renamed it, the other deleted it",
    "rename/rename": "both renamed it, each to another name",
    "add/add": "both added it, with different content",
    "binary": "both changed it, and it is no text",
    "file/directory": "a file on one side, a folder on the other",
    "file location": "added to a folder that the other side renamed",
    "submodule": "both moved the submodule",
    "distinct types": "a file on one side, a link on the other",
    "distinct modes": "a file on one side, a link on the other",
}
"""Conflicts without lines, said for people."""


def cell_lines(
    matrix: Matrix, row: LaneId, column: Side, clash: Clash | None, *, reading: bool = False
) -> list[Content]:
    """What stands in a cell; `clash` with its hunks once they were read. The cell of a lane
    with itself tells all of the lane's clashes."""
    radar = matrix.radar
    if row == column:
        return list(_lane_lines(matrix, row))
    heading = f"{row} {SWORDS} {matrix.name(column)}"
    why = radar.why_unknown(row, column)
    known = radar.between(row, column)
    lines: list[Content] = []
    if why:
        lines.append(present.text(heading, "bold $foreground"))
        lines.append(present.text(f"Not known: {why}.", "$warning"))
    elif known is None:
        lines.append(present.text(heading.replace(SWORDS, "+"), "bold $foreground"))
        lines.append(Content.styled(_calm(matrix, row, column), "$muted"))
    else:
        count = present.plural(len(known.paths), "path")
        lines.append(
            Content.assemble(
                present.text(heading, "bold $accent"),
                (f"  {count}" + ("  reading the lines …" if reading else ""), "$muted"),
            )
        )
        for path in (clash or known).paths:
            lines += _path_lines(path, row, matrix.name(column), read=clash is not None)
    lines += _left_out(radar, row)
    return lines + (_left_out(radar, column) if column is not None else [])


def _calm(matrix: Matrix, row: LaneId, column: Side) -> str:
    for side in (row, column):
        if side is not None and side in matrix.radar.idle:
            return f"{side} brings nothing to {matrix.target}: no work yet, or merged already."
    return "They go together as they are now, uncommitted work included."


def _lane_lines(matrix: Matrix, lane: LaneId) -> Iterator[Content]:
    yield present.text(lane, "bold $accent")
    why = matrix.radar.unseen.get(lane)
    clashes = matrix.radar.of(lane)
    if why:
        yield present.text(f"Not known: {why}.", "$warning")
    elif lane in matrix.radar.idle:
        yield Content.styled(_calm(matrix, lane, None), "$muted")
    elif not clashes:
        yield Content.styled("Clashes with nobody.", "$muted")
    for clash in clashes:
        paths = ", ".join(present.path_end(path.path, LONG) for path in clash.paths[:3])
        more = f" +{len(clash.paths) - 3}" if len(clash.paths) > 3 else ""
        yield Content.assemble(
            (f"{SWORDS} ", "bold $warning"),
            present.text(matrix.name(clash.other), "bold $foreground"),
            present.text(f"  {paths}{more}"),
        )
    yield from _left_out(matrix.radar, lane)


def _left_out(radar: Radar, lane: LaneId) -> list[Content]:
    return [
        present.text(f"{lane}, left out: {what}", "$warning") for what in radar.partly.get(lane, ())
    ]


def _path_lines(path: ClashPath, row: str, column: str, *, read: bool) -> Iterator[Content]:
    yield Content.assemble(
        "  ",
        present.text(path.words or "(git names no path)", "bold $foreground"),
        present.text(f"  {path.kind}", "$warning"),
    )
    if not read:
        return
    if not path.hunks and path.kind in KINDS:
        yield present.text(f"    {KINDS[path.kind]}", "$muted")
    for hunk in path.hunks:
        yield Content.assemble(
            ("    ◂ ", "$success"),
            present.text(f"{row} {span(hunk.start, hunk.count)}", "$muted"),
            ("   ▸ ", "$error"),
            present.text(f"{column} {span(hunk.other_start, hunk.other_count)}", "$muted"),
        )
        yield from _side_lines("◂", "$success", hunk.lines, hunk.count)
        yield from _side_lines("▸", "$error", hunk.other_lines, hunk.other_count)


def _side_lines(mark: str, style: str, lines: Sequence[str], count: int) -> Iterator[Content]:
    for line in lines[:LINES]:
        yield Content.assemble((f"    {mark} ", style), present.text(line, style, width=300))
    if count > LINES:
        yield Content.styled(f"    {mark} … {present.plural(count - LINES, 'more line')}", "$muted")


def span(start: int, count: int) -> str:
    """`line 4`, `lines 4-7`, `before line 4` for an insertion."""
    if count == 0:
        return f"before line {start}"
    return f"line {start}" if count == 1 else f"lines {start}-{start + count - 1}"


def heading(matrix: Matrix, width: int) -> Content:
    """How many clash, and the order in one line; what has no room is in the details too."""
    radar = matrix.radar
    if radar.target is None and not radar.lanes:
        return Content.styled(f" {SWORDS} Clashes", "bold $accent")
    count = present.plural(len(radar.clashes), "clash", "clashes")
    lanes = present.plural(len(matrix.lanes), "lane")
    unseen = f", {len(radar.unseen)} not known" if radar.unseen else ""
    order = ", ".join(place.lane for place in _places(matrix)) if radar.clashes else ""
    parts: list[present.Part] = [
        (0, Content.styled(f"{SWORDS} Clashes", "bold $accent")),
        (0, Content.styled(f"{count} of {lanes}{unseen}", "$muted")),
        (1, present.text(f"gentlest order: {order}" if order else "", "$foreground")),
    ]
    return Content.assemble(" ", present.fit(parts, max(20, width - 2)))


def empty_lines(started: int, *, looking: bool, failed: str) -> list[Content]:
    """Why there is no matrix: nobody looked yet, the look failed, or nobody is there."""
    if failed:
        return [
            Content.styled("The lanes could not be looked at.", "bold $error"),
            *(present.text(line, "$warning") for line in failed.split("\n")[:8]),
        ]
    if looking:
        count = present.plural(started, "lane")
        return [Content.styled(f"Merging {count} with each other, to see …", "$muted")]
    return [Content("No lane is started, so none can clash.")]


def _places(matrix: Matrix) -> Sequence[Place]:
    """Lanes that bring nothing, or that nobody could look at, have no place."""
    out = {*matrix.radar.idle, *matrix.radar.unseen}
    return gentlest_places([lane for lane in matrix.lanes if lane not in out], matrix.radar)


def order_lines(matrix: Matrix) -> list[Content]:
    """The order of landing that hurts least, with reasons."""
    places = _places(matrix)
    if not places:
        return []
    lines = [Content.styled("Gentlest order of landing", "bold $accent")]
    for number, place in enumerate(places, 1):
        why = place.why.replace("the target", matrix.target)
        lines.append(
            Content.assemble(
                (f"{number:>3} ", "$muted"),
                present.text(place.lane, "bold $foreground"),
                present.text(f"  {why}", "$muted"),
            )
        )
    return lines
