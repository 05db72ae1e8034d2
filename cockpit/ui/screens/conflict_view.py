"""The conflict of a lane as it is shown: read, drawn, and walked through place by place."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from cockpit.domain.conflict_view import ConflictView
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.resolution import Point, Resolution
from cockpit.errors import CockpitError
from cockpit.ui import present
from cockpit.ui.actions import ACTIONS, Scope
from cockpit.ui.conflict_lines import Body, FileList, body, file_list, heading
from cockpit.ui.screens.base import ReadingScreen
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView

ROOM = 2
"""Lines kept above the place that is gone to."""


class Stage(Enum):
    LOOKING = "looking"
    SHOWN = "shown"
    RUNNING = "running"


class ConflictViewing(ReadingScreen):
    """One lane's conflict with the target, without what its keys choose."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.CONFLICT, Scope.READING, Scope.ANYWHERE)
    CSS_PATH = "../tcss/conflict.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (76, "-wide")]  # noqa: RUF012 - Textual's declaration is an instance variable

    def __init__(self, lane: LaneId) -> None:
        super().__init__()
        self._lane = lane
        self.stage = Stage.LOOKING
        self.view: ConflictView | None = None
        self.state: Resolution | None = None
        self.here: Point | None = None
        self._files = FileList((), ())
        self._body = Body((), {})
        self._shown: tuple[int, int] | None = None
        """The file that the body shows, and for which width."""
        self._asked = 0

    def compose(self) -> ComposeResult:
        yield Line(present.text(f" {self._lane}: looking for conflicts …", "$muted"), id="heading")
        yield Line(id="note")
        with Horizontal():
            yield LinesView(cursor=True, id="files")
            yield LinesView(id="body")
        yield HintBar()

    def on_mount(self) -> None:
        super().on_mount()
        self.do_conflict_again()

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._draw)

    # ------------------------------------------------------------ the look

    def do_conflict_again(self) -> None:
        if self.stage is not Stage.RUNNING:
            self.cockpit.do(self._look())

    async def _look(self) -> None:
        self._asked += 1
        mine, lane = self._asked, self._lane
        try:
            view = await self.cockpit.supervisor.ask(lambda cockpit: cockpit.conflict(lane))
        except CockpitError as error:
            if mine == self._asked and self.is_open:
                self._say(f"{error.title} {error.hint}".strip(), "bold $error")
            raise
        if mine != self._asked or not self.is_open:
            return
        self.view, self.state, self.stage = view, view.resolution, Stage.SHOWN
        self.here = self.state.next_open(None) or next(self.state.all_points(), None)
        self._shown = None
        self._draw(jump=True)
        self._say_how_it_stands()
        self.refresh_hints()

    def _say_how_it_stands(self) -> None:
        view, state = self.view, self.state
        if view is None or state is None:
            return
        key = self.cockpit.keymap.key
        if not state.conflict.files:
            target = state.conflict.target_name
            self._say(
                f"✓ {self._lane} goes together with {target}; {key('finish_resolution')} goes on.",
                "bold $success",
            )
        elif state.marked():
            self._say("Conflict markers are left in a text; edit them out.", "bold $error")
        elif state.may_finish:
            then = f" (not while {view.why_not})" if view.why_not else ""
            self._say(
                f"✓ all is decided; {key('finish_resolution')} makes the merge commit{then}",
                "bold $success",
            )
        elif view.why_not:
            self._say(f"It can't be finished while {view.why_not}; choices are kept.")
        else:
            self._say(view.note, "$muted")

    def _say(self, text: str, style: str = "bold $warning") -> None:
        self.query_one("#note", Line).show(present.text(f" {text}" if text else "", style))

    def show_fleet(self, fleet: Fleet) -> None:
        lane, state = fleet.lane(self._lane), self.state
        if self.stage is not Stage.SHOWN or lane is None or lane.facts is None or state is None:
            return
        if lane.facts.head is not None and lane.facts.head != state.conflict.source:
            key = self.cockpit.keymap.key("conflict_again")
            self._say(f"{self._lane} has moved since this was read; {key} looks again.")

    # ------------------------------------------------------------ drawing

    @property
    def files(self) -> LinesView:
        return self.query_one("#files", LinesView)

    def _draw(self, *, jump: bool = False) -> None:
        view, state = self.view, self.state
        if view is None or state is None or not self.is_open:
            return
        self.query_one("#heading", Line).show(heading(view, state))
        self._files = file_list(view, state)
        self.files.set_lines(self._files.lines, keep=True)
        if self.here is None:
            self.reader.set_lines([Content(""), Content("  Nothing conflicts.")])
            return
        width = self.reader.size.width
        keys = {action.id: self.cockpit.keymap.key(action.id) for action in ACTIONS}
        self._body = body(view, state, self.here.file, self.here, width=width, keys=keys)
        now = (self.here.file, width)
        self.reader.set_lines(self._body.lines, keep=self._shown == now)
        moved, self._shown = self._shown != now, now
        self.files.cursor = self._files.rows[self.here.file]
        if jump or moved:
            self._show_place()

    def _show_place(self) -> None:
        """Bring the chosen place into view, with a little of what stands before it."""
        if self.here is None:
            return
        top = max(0, self._body.starts.get(self.here, 0) - ROOM)
        self.reader.scroll_to(0, top, animate=False)

    # ------------------------------------------------------------ moving about

    def _go(self, point: Point | None) -> None:
        if point is not None:
            self.here = point
            self._draw(jump=True)
            self.refresh_hints()

    def do_next_open(self) -> None:
        self._next(back=False)

    def do_previous_open(self) -> None:
        self._next(back=True)

    def _next(self, *, back: bool) -> None:
        if self.state is None:
            return
        found = self.state.next_open(self.here, back=back)
        if found is not None:
            self._go(found)
        else:
            self._step(-1 if back else 1)

    def do_next_place(self) -> None:
        self._step(1)

    def do_previous_place(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        if self.state is None or self.here is None:
            return
        points = list(self.state.all_points())
        at = points.index(self.here) if self.here in points else 0
        self._go(points[(at + by) % len(points)])

    def do_next_conflict(self) -> None:
        self._file(1)

    def do_previous_conflict(self) -> None:
        self._file(-1)

    def _file(self, by: int) -> None:
        if self.state is not None and self.here is not None:
            file = (self.here.file + by) % len(self.state.conflict.files)
            self._go(self._first(file))

    @on(LinesView.Pointed, "#body")
    def _place_clicked(self, message: LinesView.Pointed) -> None:
        """To the place whose lines were clicked."""
        above = [point for point, start in self._body.starts.items() if start <= message.line]
        if above and above[-1] != self.here:
            self.here = above[-1]
            self._draw()
            self.refresh_hints()

    def _first(self, file: int) -> Point:
        """The first open place of a file, else its first."""
        assert self.state is not None
        points = self.state.points(file)
        return next((point for point in points if self.state.is_open(point)), points[0])

    @on(LinesView.Chosen, "#files")
    def _file_clicked(self, message: LinesView.Chosen) -> None:
        if message.line in self._files.rows and self.here is not None:
            file = self._files.rows.index(message.line)
            if file != self.here.file:
                self._go(self._first(file))
