"""Landing one lane: the exact preview, the yes, the gate as it runs, and how it ended."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import TextArea

from cockpit.domain.events import Event, GateOutput, OperationEnded, OperationStep
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Land
from cockpit.domain.mending import TAIL, WIDTH, mending_prompt
from cockpit.domain.merge import LandingPreview
from cockpit.domain.operation import OpKind
from cockpit.domain.text import safe
from cockpit.errors import CockpitError
from cockpit.ui import present
from cockpit.ui.actions import Action, Scope
from cockpit.ui.landing_lines import heading, preview_lines
from cockpit.ui.screens.base import ReadingScreen
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView


class Stage(Enum):
    LOOKING = "looking"
    SHOWN = "shown"
    STALE = "stale"
    """The lane moved after the preview was made: it must be looked at again."""
    RUNNING = "running"
    ENDED = "ended"


class LandingScreen(ReadingScreen):
    """Enter approves what is shown and nothing else: the intent names both commits, so a
    lane or a target that moved meanwhile is refused, not landed."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.LANDING, Scope.READING, Scope.ANYWHERE)
    CSS_PATH = "../tcss/landing.tcss"

    def __init__(self, lane: LaneId) -> None:
        super().__init__()
        self._lane = lane
        self.stage = Stage.LOOKING
        self.preview: LandingPreview | None = None
        self._asked = 0
        self._output: list[str] = []
        """The gate's last lines."""
        self._failed = ""
        """Why the landing ended, if it did not land."""

    def compose(self) -> ComposeResult:
        yield Line(present.text(f" {self._lane}: building the merge …", "$muted"), id="heading")
        yield Line(id="note")
        yield LinesView(wrap=True, id="body")
        yield Line(Content.styled(" Message", "bold $accent"), id="label")
        area = TextArea(id="message", soft_wrap=True)
        area.highlight_cursor_line = False
        yield area
        yield HintBar()

    def on_mount(self) -> None:
        super().on_mount()
        self.do_look_again()

    # ------------------------------------------------------------ the preview

    def do_look_again(self) -> None:
        if self.stage is not Stage.RUNNING:
            self.remove_class("-running")
            self.cockpit.do(self._look())

    async def _look(self) -> None:
        self._asked += 1
        mine, lane = self._asked, self._lane
        try:
            preview = await self.cockpit.supervisor.ask(
                lambda cockpit: cockpit.preview_landing(lane)
            )
        except CockpitError as error:
            if mine == self._asked and self.is_attached:
                self._say(f"{error.title} {error.hint}".strip(), "bold $error")
            raise
        if mine != self._asked or not self.is_attached:
            return
        self.preview = preview
        self.query_one("#heading", Line).show(heading(preview))
        self.reader.set_lines(preview_lines(preview))
        self.query_one("#message", TextArea).text = preview.message
        self._enter(Stage.SHOWN)
        self._say("")

    def show_fleet(self, fleet: Fleet) -> None:
        view, preview = fleet.lane(self._lane), self.preview
        if self.stage is not Stage.SHOWN or view is None or preview is None or view.facts is None:
            return
        if view.facts.head is not None and view.facts.head != preview.source:
            self._enter(Stage.STALE)
            key = self.cockpit.keymap.key("look_again")
            self._say(f"{self._lane} has moved since this preview; {key} looks again.")

    def _enter(self, stage: Stage) -> None:
        self.stage = stage
        self.set_class(stage in (Stage.RUNNING, Stage.ENDED), "-running")
        self.refresh_hints()

    def _say(self, text: str, style: str = "bold $warning") -> None:
        self.query_one("#note", Line).show(present.text(f" {text}" if text else "", style))

    # ------------------------------------------------------------ the yes

    def hinted(self) -> list[Action]:
        may = self.stage is Stage.SHOWN and self.preview is not None and self.preview.may_land
        hidden = set() if may else {"approve", "message"}
        if self.stage is Stage.RUNNING:
            hidden |= {"look_again", "diff_this"}
        if not self._may_ask():
            hidden.add("mend")
        return [action for action in super().hinted() if action.id not in hidden]

    def do_approve(self) -> None:
        preview = self.preview
        if self.stage is Stage.ENDED:
            self.do_close()
            return
        if self.stage is not Stage.SHOWN or preview is None:
            if self.stage is Stage.STALE:
                self._say("This is not what is there now; look again first.")
            return
        if not preview.may_land:
            self._say("It can not land: each ✗ says what is in the way.", "bold $error")
            return
        message = self.query_one("#message", TextArea).text
        self._enter(Stage.RUNNING)
        self._output.clear()
        self._failed = ""
        self.reader.set_lines([])
        self.reader.follow = True
        self._say("approved; landing …", "$accent")
        self.cockpit.supervisor.submit(
            Land(self._lane, preview.source, preview.target_old, message=message)
        )

    def _may_ask(self) -> bool:
        """Whether the agent has something to mend."""
        if self.stage is Stage.ENDED:
            return bool(self._failed)
        return self.stage is Stage.SHOWN and self.preview is not None and not self.preview.may_land

    def do_mend(self) -> None:
        """The prompt editor with a draft that names what is in the way; sending it goes back to
        the board, where the agent's answer is."""
        if not self._may_ask() or self.preview is None:
            self._say("Nothing is known to be in the way of this landing.")
            return
        draft = mending_prompt(self.preview, error=self._failed, output=self._output)
        self.cockpit.do(self._ask_agent(draft))

    async def _ask_agent(self, draft: str) -> None:
        from cockpit.ui.deeds import write_prompt

        if await write_prompt(self.cockpit, (self._lane,), draft) and self.is_current:
            self.dismiss()

    def do_diff_this(self) -> None:
        from cockpit.ui.screens.diff import DiffScreen

        if self.stage is not Stage.RUNNING:
            self.app.switch_screen(DiffScreen(self._lane))

    def do_message(self) -> None:
        if self.stage is Stage.SHOWN:
            self.query_one("#message", TextArea).focus()

    def on_key(self, event: object) -> None:
        area = self.query_one("#message", TextArea)
        if area.has_focus and getattr(event, "key", "") in {"escape", "ctrl+q"}:
            self.set_focus(None)

    # ------------------------------------------------------------ how it goes

    def hear(self, event: Event) -> bool:
        if self.stage is not Stage.RUNNING or getattr(event, "lane", None) != self._lane:
            return False
        if isinstance(event, GateOutput):
            self._output += [safe(line, width=WIDTH).text for line in event.lines]
            del self._output[:-TAIL]
            self.reader.add_lines([present.text(line, width=1000) for line in event.lines])
        elif isinstance(event, OperationStep):
            self._say(event.what, "$accent")
            self.reader.add_lines([present.text(f"· {event.what}", "$accent")])
        elif isinstance(event, OperationEnded) and _ends_landing(event):
            self._end(event)
        return isinstance(event, OperationStep | OperationEnded | GateOutput)

    def _end(self, event: OperationEnded) -> None:
        self._failed = event.error
        self._enter(Stage.ENDED)
        if self.preview is not None:
            self.query_one("#heading", Line).show(heading(self.preview, landed=not event.error))
        if event.error:
            self._say(f"✗ {event.error} {event.hint}".strip(), "bold $error")
            self.reader.add_lines([Content(""), present.text(event.error, "bold $error")])
            if event.hint:
                self.reader.add_lines([present.text(event.hint)])
        else:
            self._say(f"✓ {event.summary}", "bold $success")
            key = self.cockpit.keymap.key("undo")
            done = Content.assemble(
                ("✓ ", "bold $success"),
                present.text(event.summary),
                (f"  {key} on the board undoes it", "$muted"),
            )
            self.reader.add_lines([Content(""), done])


def _ends_landing(event: OperationEnded) -> bool:
    """A landing begins after its gate, so a red gate is its end."""
    return event.kind is OpKind.LAND or (event.kind is OpKind.GATE and bool(event.error))
