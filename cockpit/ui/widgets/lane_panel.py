"""One lane on the board: a frame that says what it is and how it does, and its live pane.

The frame is drawn here and not by CSS: its upper edge holds the lane's name and state on the
left and the agent on the right, its lower edge branch and change, and no row is spent on them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from cockpit.domain.activity import NEEDS_COMMANDER, State
from cockpit.domain.fleet import LaneView
from cockpit.domain.ids import LaneId
from cockpit.ui import present
from cockpit.ui.look import strip_of
from cockpit.ui.widgets.lines_view import LEFT
from cockpit.ui.widgets.pane_view import PaneView

ROUND = "╭╮╰╯─│"
HEAVY = "┏┓┗┛━┃"
RIGHT = 3
"""The button of the mouse that opens a menu."""


class LanePanel(Widget):
    """The panel of one lane; `show` gives it the lane's present state."""

    DEFAULT_CSS = """
    LanePanel {
        background: $background;
        layout: vertical;
        & > PaneView { margin: 1 1; width: 1fr; height: 1fr; }
    }
    """
    ALLOW_SELECT = False
    can_focus = False

    class Clicked(Message):
        """The panel was clicked; `twice` when it was a double click, `menu` when by another
        button, or on its state."""

        def __init__(self, lane: LaneId, twice: bool, *, menu: bool = False) -> None:
            super().__init__()
            self.lane = lane
            self.twice = twice
            self.menu = menu

    class Placed(Message):
        """The panel was given another place or size, or shown again."""

    def __init__(self, view: LaneView, key_of: Callable[[str], str]) -> None:
        super().__init__()
        self.view = view
        self.pane = PaneView()
        self.details: Sequence[tuple[str, str]] = ()
        """What starting the lane would make, for the panel of a planned one."""
        self._key_of = key_of
        self._selected = self._marked = self._typing = False
        self._now = 0.0
        self._notes: Sequence[present.Part] = ()
        """What more the lower edge says, with ranks."""
        self._has = present.EMPTY
        """The task that the lane works on."""
        self._sign: Callable[[int], Content] = _no_sign
        self._edges: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self._fill_pane()

    def on_resize(self) -> None:
        self.post_message(self.Placed())

    def on_show(self) -> None:
        self.post_message(self.Placed())

    def on_hide(self) -> None:
        self.post_message(self.Placed())

    def show(
        self,
        view: LaneView,
        now: float,
        *,
        selected: bool,
        marked: bool,
        typing: bool,
        notes: Sequence[present.Part] = (),
        sign: Callable[[int], Content] | None = None,
        task: Content = present.EMPTY,
    ) -> None:
        """Take over a state; repaints only if what the edges say differs. `sign` begins the
        lower edge, made for the panel's width; `task` says in the upper one what it works on."""
        changed = view != self.view
        self.view, self._now = view, now
        self._selected, self._marked, self._typing = selected, marked, typing
        self._notes = notes
        self._has = task
        self._sign = sign or _no_sign
        self.pane.set_typing(typing)
        if changed:
            self._fill_pane()
        edges = (self._title_parts(), self._foot(), present.panel_agent(view), self._frame_look())
        if edges != self._edges:
            self._edges = edges
            self.refresh()

    def _fill_pane(self) -> None:
        """Our own text where there is no pane; how it ended where there was one."""
        view = self.view
        if view.record is None or view.record.pane is None:
            key = self._key_of("start" if view.record is None else "restart")
            self.pane.set_overlay(None)
            self.pane.show_lines(present.planned_lines(view, self.details, key))
            return
        ended = view.activity.state is State.EXITED
        self.pane.set_overlay(present.last_words(view, self._key_of("restart")) if ended else None)
        if self.pane.frame_shown is None:
            said = view.activity.detail or view.busy
            self.pane.show_lines([present.text(said, "$muted")])

    # ------------------------------------------------------------ the frame

    def _title_parts(self) -> list[present.Part]:
        return present.panel_title(
            self.view,
            self._now,
            marked=self._marked,
            selected=self._selected,
            task=self._has,
        )

    def _foot(self) -> list[present.Part]:
        if self._typing:
            typing = Content.styled(" typing · Ctrl-Q ends it ", "bold $ink on $accent")
            return [(0, typing), *present.panel_foot(self.view)[:2]]
        sign = self._sign(self.size.width)
        return [(0, sign), *self._notes, *present.panel_foot(self.view)]

    def _frame_look(self) -> tuple[str, str]:
        """Characters and style of the edges: shape says chosen, colour says needed."""
        state = self.view.activity.state
        if self.view.fault is not None:
            style = "$state-error"
        elif state in NEEDS_COMMANDER:
            style = present.state_style(state)
        else:
            style = "$accent" if self._selected else "$border"
        return (HEAVY if self._selected else ROUND), style

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        shape, style = self._frame_look()
        if y == 0:
            return self._edge(shape[0], shape[1], self._top_edge(width - 2, shape, style), style)
        if y == height - 1:
            line = self._bottom_edge(width - 2, shape, style)
            return self._edge(shape[2], shape[3], line, style)
        return self._edge(shape[5], shape[5], Content(" " * (width - 2)), style)

    def _edge(self, left: str, right: str, middle: Content, style: str) -> Strip:
        line = Content.assemble((left, style), middle, (right, style))
        return strip_of(self, line, self.size.width)

    def _top_edge(self, width: int, shape: str, style: str) -> Content:
        line = present.fit(self._title_parts(), width - 4, Content(" "))
        agent = present.panel_agent(self.view)
        rest = width - line.cell_length - 3
        if agent and agent.cell_length + 4 <= rest:
            fill = shape[4] * (rest - agent.cell_length - 3)
            tail = Content.assemble((fill, style), " ", agent, (f" {shape[4]}", style))
        else:
            tail = Content.styled(shape[4] * max(0, rest), style)
        return Content.assemble((shape[4], style), " ", line, " ", tail)

    def _bottom_edge(self, width: int, shape: str, style: str) -> Content:
        line = present.fit(self._foot(), width - 4)
        if not line:
            return Content.styled(shape[4] * width, style)
        rest = max(0, width - line.cell_length - 3)
        return Content.assemble((shape[4], style), " ", line, " ", (shape[4] * rest, style))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if event.button not in (LEFT, RIGHT):
            return
        menu = event.button == RIGHT or (event.widget is self and self._on_state(event))
        self.post_message(self.Clicked(self.view.lane, event.chain == 2, menu=menu))

    def _on_state(self, event: events.Click) -> bool:
        """Whether the upper edge's glyph and word of the state were clicked."""
        if event.y:
            return False
        line = present.fit(self._title_parts(), self.size.width - 6, Content(" ")).plain
        glyph, word = present.status(self.view, self._now).plain.split(" ")[:2]
        at = line.find(f"{glyph} {word}")
        left = 3 + cell_len(line[: max(0, at)])
        return at >= 0 and left <= event.x < left + cell_len(f"{glyph} {word}")


def _no_sign(_width: int) -> Content:
    return present.EMPTY
