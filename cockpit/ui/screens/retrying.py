"""Another try of a failed task: what the lane of the last one holds goes into the trash, which
is shown and bound to the yes; then the task is open again, for another agent if one is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from cockpit.domain.board import TaskView
from cockpit.domain.fleet import LaneView
from cockpit.domain.intents import Retry
from cockpit.domain.teardown import TeardownPreview
from cockpit.domain.text import counted
from cockpit.ui import present
from cockpit.ui.actions import Scope
from cockpit.ui.screens.base import BoxScreen
from cockpit.ui.screens.teardown import teardown_lines
from cockpit.ui.task_rows import name_of
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp


async def ask_retry(app: CockpitApp, view: TaskView) -> None:
    """Preview, dialog, intent. The intent carries the preview's token: a yes to an older
    picture is refused."""
    preview, lane = None, None
    if view.holder is not None:
        holder = view.holder.lane
        preview = await app.ask_here(lambda cockpit: cockpit.preview_teardown(holder))
        lane = app.board.fleet.lane(holder)
        if preview is None or lane is None:
            return
    agents = {one.agent for one in app.supervisor.cockpit.config.lanes.values()}
    screen = RetryScreen(view, lane, preview, sorted(agents))
    if await app.push_screen_wait(screen):
        token = preview.token if preview is not None else ""
        app.supervisor.submit(Retry(view.task.name, screen.agent, token))


class RetryScreen(BoxScreen):
    """Where a lane goes, its letter must be typed; else the yes key is enough. `agent` is the
    one that was chosen, empty for the lane's own."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.RETRYING, Scope.CONFIRM, Scope.READING)
    text_scopes: ClassVar[tuple[Scope, ...]] = (Scope.RETRYING,)
    others: ClassVar[int] = 8

    def __init__(
        self,
        view: TaskView,
        lane: LaneView | None,
        preview: TeardownPreview | None,
        agents: Sequence[str],
    ) -> None:
        super().__init__()
        self._view = view
        self._lane = lane
        self._preview = preview
        wish = view.effort.agent if view.effort is not None else ""
        self._agents = ["", *agents]
        self.agent = wish if wish in agents else ""

    def compose(self) -> ComposeResult:
        danger = " -danger" if self._lane is not None else ""
        with Vertical(classes=f"box{danger}"):
            title = f"Try {name_of(self._view)} again?"
            yield Line(present.text(title, "bold $error" if danger else "bold", width=100))
            yield LinesView(self._lines(), wrap=True, id="body")
            yield Line(id="agent")
            yield Line(id="note")
            if self._lane is not None:
                yield Input(placeholder=f"type {self._lane.key} to tear it down and try again")
            yield HintBar()

    def on_mount(self) -> None:
        super().on_mount()
        if self._lane is not None:
            self.query_one(Input).focus()
        self._show_agent()

    def _lines(self) -> list[Content]:
        view = self._view
        lines = [present.text(view.task.title, width=400)]
        if view.why:
            lines.append(present.text(f"It is {view.work}: {view.why}.", "$warning", width=400))
        if view.effort is not None and view.effort.attempts:
            tried = counted(view.effort.attempts, "time")
            lines.append(Content.styled(f"It was tried {tried}.", "$muted"))
        if self._preview is not None and self._lane is not None:
            said = f"First lane {self._lane.lane} goes, whole:"
            lines += [Content(""), present.text(said, "bold $warning", width=100)]
            lines += teardown_lines(self._preview)
        else:
            lines.append(Content.styled("It starts anew from where the target is then.", "$muted"))
        return lines

    def _show_agent(self) -> None:
        name = self.agent or "the lane's own"
        key = self.cockpit.keymap.key("next_agent")
        shown = Content.assemble(
            ("by agent  ", "$muted"),
            present.text(name, "bold $accent", width=60),
            (f"  ({key} changes)", "$muted"),
        )
        self.query_one("#agent", Line).show(shown)

    def hints(self) -> list[tuple[str, str]]:
        key = self.cockpit.keymap.key
        agent = (key("next_agent"), "other agent")
        if self._lane is not None:
            return [(f"{self._lane.key} Enter", "tear it down, try again"), agent,
                    ("Esc", "leave it")]  # fmt: skip
        return [(key("yes"), "yes, try again"), agent, (key("no"), "leave it")]

    # ------------------------------------------------------------ keys

    def do_next_agent(self) -> None:
        at = self._agents.index(self.agent)
        self.agent = self._agents[(at + 1) % len(self._agents)]
        self._show_agent()

    def do_yes(self) -> None:
        if self._lane is None:
            self.dismiss(True)

    def do_no(self) -> None:
        self.dismiss(False)

    def on_key(self, event: events.Key) -> None:
        if self._lane is None:
            return
        if event.key in {"escape", "ctrl+q"}:
            self.dismiss(False)
        elif event.key in {"down", "up", "pagedown", "pageup"}:
            by = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10}[event.key]
            self.reader.move(by)

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        if self._lane is None:
            return
        typed = event.value.strip().casefold()
        if typed and typed in {self._lane.key.casefold(), self._lane.lane}:
            self.dismiss(True)
            return
        said = f"Nothing happens: that is neither {self._lane.key} nor {self._lane.lane}."
        self.query_one("#note", Line).show(present.text(said, "bold $warning"))
