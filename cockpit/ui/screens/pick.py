"""Choosing one of many by name: the palette, the menu of a lane, the themes.

A field above, rows below; what is typed leaves the rows that match. What can't be done stays
in the list, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Input

from cockpit.dataclass import dataclass
from cockpit.ui import present
from cockpit.ui.actions import Scope
from cockpit.ui.screens.base import BOX, Boxed
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView

TITLE, KEY = 26, 9
"""Cells of the columns that hold what it is called (at most) and its key."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. `id` names it among what was used recently; `group` is searched too. A
    `searched` one is shown only when it is looked for."""

    id: str
    title: str
    about: str = ""
    key: str = ""
    why_not: str = ""
    group: str = ""
    searched: bool = False


def matching(entries: Sequence[Entry], query: str, recent: Sequence[str] = ()) -> list[Entry]:
    """The entries that have every word of the query, the best first: those whose title begins
    with it, then by where it is found. Without a query all, recent ones first."""
    words = query.casefold().split()
    if not words:
        order = {name: place for place, name in enumerate(recent)}
        shown = [entry for entry in entries if not entry.searched or entry.id in order]
        return sorted(shown, key=lambda entry: order.get(entry.id, len(order)))
    ranked = []
    for place, entry in enumerate(entries):
        rank = _rank(entry, words)
        if rank is not None:
            ranked.append((rank, place, entry))
    return [entry for *_, entry in sorted(ranked, key=lambda one: one[:2])]


def _rank(entry: Entry, words: Sequence[str]) -> int | None:
    title = entry.title.casefold()
    whole = f"{title} {entry.key.casefold()} {entry.group.casefold()} {entry.about.casefold()}"
    if not all(word in whole for word in words):
        return None
    if title.startswith(" ".join(words)):
        return 0 if title == " ".join(words) else 1
    if all(any(part.startswith(word) for part in title.split()) for word in words):
        return 2
    return 3 if all(word in title for word in words) else 4


class PickScreen(Boxed, ModalScreen[Entry | None], inherit_bindings=False):
    """Dismissed with the entry that was taken. `preview` is told where the cursor is."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.PICKING,)
    text_scopes: ClassVar[tuple[Scope, ...]] = (Scope.PICKING,)
    others: ClassVar[int] = 9
    CSS_PATH = "../tcss/pick.tcss"

    def __init__(
        self,
        title: str,
        entries: Sequence[Entry],
        *,
        recent: Sequence[str] = (),
        at: str = "",
        preview: Callable[[Entry], None] | None = None,
    ) -> None:
        super().__init__()
        self._title = title
        self._entries = list(entries)
        self._recent = recent
        self._at = at
        self._preview = preview
        self.shown: list[Entry] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Line(present.text(self._title, "bold"))
            yield Input(placeholder="type to search", id="query")
            yield LinesView(cursor=True, id="body")
            yield Line(id="note")
            yield HintBar()

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._show("")
        names = [entry.id for entry in self.shown]
        if self._at in names:
            self.rows.cursor = names.index(self._at)
        self.refresh_hints()

    def on_resize(self, event: Resize) -> None:
        self._draw()

    @property
    def rows(self) -> LinesView:
        return self.query_one("#body", LinesView)

    @property
    def chosen(self) -> Entry | None:
        at = self.rows.cursor
        return self.shown[at] if 0 <= at < len(self.shown) else None

    # ------------------------------------------------------------ showing

    @on(Input.Changed, "#query")
    def _searched(self, event: Input.Changed) -> None:
        self._show(event.value)

    def _show(self, query: str) -> None:
        self.shown = matching(self._entries, query, self._recent)
        self.rows.cursor = -1
        self._draw()
        self.rows.cursor = 0 if self.shown else -1
        self._tell()

    def _draw(self) -> None:
        width = min(self.app.size.width * BOX // 100, 110) - 5  # borders, padding, scroll bar
        none = [Content.styled("Nothing is called that.", "$muted")]
        self.rows.set_lines([_row(one, width) for one in self.shown] or none, keep=True)

    @on(LinesView.Chosen, "#body")
    def _tell(self) -> None:
        """What there is no room for in the row."""
        chosen = self.chosen
        if chosen is None:
            self._note("")
            return
        self._note(chosen.why_not or chosen.about, "$warning" if chosen.why_not else "$muted")
        if self._preview is not None:
            self._preview(chosen)

    def _note(self, said: str, style: str = "$muted") -> None:
        self.query_one("#note", Line).show(present.text(said, style))

    # ------------------------------------------------------------ keys and clicks

    def do_pick_down(self) -> None:
        self.rows.move(1)

    def do_pick_up(self) -> None:
        self.rows.move(-1)

    def do_pick_page_down(self) -> None:
        self.rows.page(1)

    def do_pick_page_up(self) -> None:
        self.rows.page(-1)

    def do_pick_take(self) -> None:
        """Take what is chosen; of what can't be done the reason stays to be read."""
        chosen = self.chosen
        if chosen is None:
            return
        if chosen.why_not:
            self._note(chosen.why_not, "bold $warning")
            return
        self.dismiss(chosen)

    @on(LinesView.Opened, "#body")
    def _opened(self) -> None:
        self.do_pick_take()

    def do_pick_close(self) -> None:
        self.dismiss(None)

    def do_palette(self) -> None:
        self.do_pick_close()


def _row(entry: Entry, width: int) -> Content:
    """`✗ Title  key  about`; the sign says without colour that it can't be done."""
    wide = max(16, min(TITLE, width * 2 // 5))
    title = present.text(entry.title, width=200).truncate(wide, ellipsis=True, pad=True)
    style = "$muted" if entry.why_not else "bold $foreground"
    key = present.text(entry.key, width=KEY).truncate(KEY - 1, ellipsis=True, pad=True)
    line = Content.assemble(
        ("✗ ", "$muted") if entry.why_not else "  ",
        title.stylize(style),
        " ",
        key.stylize("$muted" if entry.why_not else "$accent"),
        " ",
        present.text(entry.why_not or entry.about, "$muted"),
    )
    return line.truncate(max(10, width), ellipsis=True)
