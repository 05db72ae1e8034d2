"""One place of a conflict as lines of content: its sides, its options, what was chosen there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from cockpit.dataclass import dataclass
from cockpit.domain.conflict import Option, Take
from cockpit.domain.conflict_text import ConflictHunk
from cockpit.domain.conflict_view import ConflictView, Suggestion
from cockpit.domain.resolution import Choice, Point, Resolution
from cockpit.domain.text import safe
from cockpit.ui import present
from cockpit.ui.shown import line_content, shown_line

WIDE = 150
"""Columns from which the three sides stand beside each other."""

SIDE = 60
"""Lines of one side that are shown."""

LINE = 1000
"""Characters of a line that are drawn."""

OURS, THEIRS, BASE = "$success", "$warning", "$muted"
KEYS = {
    Take.OURS: "take_ours",
    Take.THEIRS: "take_theirs",
    Take.BOTH: "take_both",
    Take.BOTH_OTHER: "take_both_other",
    Take.BASE: "take_base",
    Take.DELETE: "take_delete",
    Take.AS_MERGED: "take_merged",
    Take.EDIT: "edit_place",
}
"""The action that takes each."""


@dataclass(frozen=True, slots=True)
class Ink:
    """What drawing a file needs: the view, the state, the chosen place, width and keys."""

    view: ConflictView
    state: Resolution
    here: Point | None
    width: int
    keys: dict[str, str]

    @property
    def lane(self) -> str:
        return self.state.conflict.lane

    @property
    def target(self) -> str:
        return self.state.conflict.target_name

    def key(self, take: Take) -> str:
        return self.keys.get(KEYS[take], "")


def rows_of(text: bytes) -> list[str]:
    """Lines as they are shown; a carriage return before the end stays visible, a last line
    without a newline is marked."""
    rows = [shown_line(decoded(row)) for row in text.split(b"\n")]
    if rows and not rows[-1]:
        rows.pop()
    elif rows:
        rows[-1] += " ⏎̸"
    return rows


def decoded(row: bytes) -> str:
    return row[:LINE].decode("utf-8", "replace")


# ------------------------------------------------------------------ one place


def hunk_rows(ink: Ink, point: Point, hunk: ConflictHunk, count: int) -> Iterator[Content]:
    choice = ink.state.at(point)
    yield place_head(ink, point, f"{point.at + 1} of {count}", choice)
    if ink.width >= WIDE:
        yield from _columns(ink, hunk, choice)
    else:
        yield from _stacked(ink, hunk, choice)
    text = ink.state.text_at(point)
    if choice is not None and text is not None and choice.take is not Take.OURS:
        taken = choice.take is Take.THEIRS
        if not taken:
            yield from _section(ink, "result", text, "$accent", "=")
    yield from suggested(ink, ink.view.suggestions.get(point, ()), choice)


def place_head(ink: Ink, point: Point, name: str, choice: Choice | None) -> Content:
    chosen = ink.here == point
    ground = "on $cursor" if chosen else ""
    arrow = "▶" if chosen else " "
    said, style = ("open", "bold $error") if choice is None else (_taken(ink, choice), "$success")
    if choice is None and not ink.state.is_open(point):
        said, style = "decided with the whole file", "$success"
    mark = "✗" if said == "open" else "✓"
    return Content.assemble(
        (f"{arrow} ", f"bold $accent {ground}".strip()),
        (f"{mark} {name}", f"bold $foreground {ground}".strip()),
        present.text(f"  {said} ", f"{style} {ground}".strip()),
    )


def _taken(ink: Ink, choice: Choice) -> str:
    words = {
        Take.OURS: f"as {ink.lane}",
        Take.THEIRS: f"as {ink.target}",
        Take.BOTH: f"both, {ink.lane} first",
        Take.BOTH_OTHER: f"both, {ink.target} first",
        Take.BASE: "as before both",
        Take.EDIT: "as you wrote it",
    }
    if choice.source:
        return f"as suggested by {choice.source}"
    return words.get(choice.take, str(choice.take))


def _stacked(ink: Ink, hunk: ConflictHunk, choice: Choice | None) -> Iterator[Content]:
    take = choice.take if choice is not None else None
    fades = take is not None
    if hunk.base is not None:
        style = "$foreground" if take is Take.BASE else BASE
        yield from _section(ink, "base", hunk.base, style, " ")
    both = (Take.BOTH, Take.BOTH_OTHER)
    ours = OURS if not fades or take in (Take.OURS, *both) else BASE
    theirs = THEIRS if not fades or take in (Take.THEIRS, *both) else BASE
    yield from _section(ink, ink.lane, hunk.ours, ours, "<")
    yield from _section(ink, ink.target, hunk.theirs, theirs, ">")


def _section(ink: Ink, name: str, text: bytes, style: str, sign: str) -> Iterator[Content]:
    label = safe(name, width=12).text
    rows = rows_of(text)
    if not rows:
        yield Content.assemble((f" {label:>12} {sign} ", style), ("nothing", "italic $muted"))
    for number, row in enumerate(rows[:SIDE]):
        shown = label if number == 0 else ""
        yield Content.assemble((f" {shown:>12} {sign} ", style), line_content(row, style))
    if len(rows) > SIDE:
        more = present.plural(len(rows) - SIDE, "more line")
        yield Content.styled(f" {'':>12} {sign} … {more}", "$muted")


def _columns(ink: Ink, hunk: ConflictHunk, choice: Choice | None) -> Iterator[Content]:
    """Base, lane and target beside each other."""
    width = max(20, (ink.width - 4) // 3 - 2)
    take = choice.take if choice is not None else None
    sides = (
        ("base", hunk.base, BASE, (Take.BASE,)),
        (ink.lane, hunk.ours, OURS, (Take.OURS, Take.BOTH, Take.BOTH_OTHER)),
        (ink.target, hunk.theirs, THEIRS, (Take.THEIRS, Take.BOTH, Take.BOTH_OTHER)),
    )
    parts: list[tuple[list[str], str]] = []
    head: list[Content] = []
    for name, text, colour, takes in sides:
        style = colour if take is None or take in takes else BASE
        parts.append((rows_of(text) if text is not None else ["(in conflict itself)"], style))
        head.append(_cell(Content.styled(safe(name, width=width).text, f"bold {style}"), width))
    yield _row(head)
    height = max(len(rows) for rows, _ in parts)
    for at in range(min(height, SIDE)):
        yield _row(
            [
                _cell(line_content(rows[at] if at < len(rows) else "", style), width)
                for rows, style in parts
            ]
        )
    if height > SIDE:
        yield Content.styled(f"   … {present.plural(height - SIDE, 'more line')}", "$muted")


def _row(cells: Sequence[Content]) -> Content:
    return Content.assemble("  ", present.joined(cells, Content.styled(" │ ", "$border")))


def _cell(content: Content, width: int) -> Content:
    if content.cell_length > width:
        content = content.truncate(width, ellipsis=True)
    return Content.assemble(content, " " * (width - content.cell_length))


def suggested(ink: Ink, known: Sequence[Suggestion], choice: Choice | None) -> Iterator[Content]:
    if not known or choice is not None:
        return
    key = ink.keys.get("take_suggestion", "")
    for number, one in enumerate(known):
        lead = f"{key} takes it" if number == 0 else "again for this"
        yield Content.assemble(
            ("   suggested ", "bold $accent"),
            present.text(_source(one), "$accent"),
            (f" · {lead}", "$muted"),
        )
        yield from _section(ink, "", one.text, "$accent", "?")


def _source(one: Suggestion) -> str:
    match one.source:
        case "rerere":
            return "by git's recorded resolution (rerere)"
        case "draft":
            return "by your earlier draft"
        case _:
            return f"as you resolved it in {one.lane}"


# ------------------------------------------------------------------ questions


def question_rows(ink: Ink, point: Point) -> Iterator[Content]:
    question = ink.state.question(point)
    if question is None:
        return
    names = {"mode": "executable or not", "place": "under which name"}
    choice = ink.state.at(point)
    yield place_head(ink, point, names[question.asks], choice)
    yield from options(ink, question.options, choice)


def options(ink: Ink, options: Sequence[Option], choice: Choice | None) -> Iterator[Content]:
    for option in options:
        taken = choice is not None and choice.take is option.take
        mark, style = ("✓", "bold $success") if taken else (" ", "$foreground")
        yield Content.assemble(
            (f"   {mark} ", style),
            (f"{ink.key(option.take):<3}", "bold $accent"),
            present.text(option.title, style),
        )
