"""The landing screen over time: looked at, shown, running, ended, and what it makes of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import TextArea

from cockpit.domain.approval import ApprovalState
from cockpit.domain.events import Event, GateOutput, Notice, OperationEnded, OperationStep
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.mending import TAIL
from cockpit.domain.merge import UPSTREAM, LandingPreview
from cockpit.domain.operation import OpKind
from cockpit.errors import CockpitError
from cockpit.ui import mends, present
from cockpit.ui.actions import Action, Scope
from cockpit.ui.landing_lines import heading, preview_lines
from cockpit.ui.screens.base import ReadingScreen
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView
from cockpit.ui.widgets.writing import Writing


class Stage(Enum):
    LOOKING = "looking"
    SHOWN = "shown"
    STALE = "stale"
    """The lane moved after the preview was made: it must be looked at again."""
    RUNNING = "running"
    ENDED = "ended"


class LandingView(ReadingScreen):
    """The preview, the message, the gate's output, and which keys do something now."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.LANDING, Scope.READING, Scope.ANYWHERE)
    field_hints: ClassVar[Mapping[str, Sequence[tuple[str, str]]]] = {
        "message": (("Esc", "end the message"),),
    }
    CSS_PATH = "../tcss/landing.tcss"

    def __init__(self, lane: LaneId) -> None:
        super().__init__()
        self.lane = lane
        self.stage = Stage.LOOKING
        self.preview: LandingPreview | None = None
        self._approval: ApprovalState | None = None
        self._asked = 0
        self.output: list[str] = []
        """The gate's last lines."""
        self.failed = ""
        """Why the landing ended, if it did not land."""
        self.red = False
        """It ended because of its gate."""
        self._only_gate = False
        """What runs is the gate alone; nothing lands."""
        self._lands_red = False
        """What runs lands whatever its gate says."""
        self._requests = False
        """What runs makes a pull request; nothing lands here."""

    def compose(self) -> ComposeResult:
        yield Line(present.text(f" {self.lane}: building the merge …", "$muted"), id="heading")
        yield Line(id="note")
        yield LinesView(wrap=True, id="body")
        yield Line(Content.styled(" Message", "bold $accent"), id="label")
        area = Writing(id="message", soft_wrap=True)
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
        mine, lane = self._asked, self.lane
        try:
            preview, approval = await self.cockpit.supervisor.ask(
                lambda cockpit: (cockpit.preview_landing(lane), cockpit.approval(lane))
            )
        except CockpitError as error:
            if mine == self._asked and self.is_open:
                self.say(f"{error.title} {error.hint}".strip(), "bold $error")
            raise
        if mine != self._asked or not self.is_open:
            return
        area, built = self.query_one("#message", TextArea), self.preview
        if built is None or area.text == built.message:
            area.text = preview.message  # else it is the commander's own, and stays
        self.preview, self._approval = preview, approval
        self._show_preview(preview)
        self.say("")

    def _show_preview(self, preview: LandingPreview) -> None:
        self.query_one("#heading", Line).show(heading(preview))
        self.reader.follow = False
        self.reader.set_lines(preview_lines(preview, approval=self._approval))
        self._enter(Stage.SHOWN)

    def show_fleet(self, fleet: Fleet) -> None:
        view, preview = fleet.lane(self.lane), self.preview
        if self.stage is not Stage.SHOWN or view is None or preview is None or view.facts is None:
            return
        if view.facts.head is not None and view.facts.head != preview.source:
            self._enter(Stage.STALE)
            key = self.cockpit.keymap.key("look_again")
            self.say(f"{self.lane} has moved since this preview; {key} looks again.")

    def _enter(self, stage: Stage) -> None:
        self.stage = stage
        self.set_class(stage in (Stage.RUNNING, Stage.ENDED), "-running")
        self.refresh_hints()

    def say(self, text: str, style: str = "bold $warning") -> None:
        """What was asked for may be answered after the screen was left."""
        if self.is_open:
            self.query_one("#note", Line).show(present.text(f" {text}" if text else "", style))

    def run_shown(
        self, said: str, *, only_gate: bool = False, red: bool = False, request: bool = False
    ) -> None:
        """Make room for what the gate and the landing tell."""
        self._only_gate, self._lands_red, self._requests = only_gate, red, request
        self._enter(Stage.RUNNING)
        self.output.clear()
        self.failed, self.red = "", False
        self.reader.set_lines([])
        self.reader.follow = True
        self.say(said, "$accent")

    # ------------------------------------------------------------ which keys work

    def hinted(self) -> list[Action]:
        working = [action for action in super().hinted() if self.offers(action.id)]
        if not self._follow_helps():
            working = [action for action in working if action.id != "follow_first"]
        return working

    def offers(self, action: str) -> bool:
        """Whether a key does something now; keys of other scopes always do."""
        preview, stage = self.preview, self.stage
        shown = stage is Stage.SHOWN and preview is not None
        failing = {check.name for check in preview.checks if not check.ok} if preview else set()
        rules = {
            "approve": shown and preview is not None and preview.may_land,
            "message": shown and preview is not None and preview.may_land,
            "look_again": stage is not Stage.RUNNING,
            "diff_this": stage is not Stage.RUNNING,
            "mend": self.may_ask(),
            "queue_this": stage in (Stage.SHOWN, Stage.STALE),
            "gate_again": self.may_gate(),
            "land_red": stage is Stage.ENDED and self.red,
            "resolve_this": stage is not Stage.RUNNING and bool(preview and preview.conflicts),
            "follow_first": self.follows and stage not in (Stage.LOOKING, Stage.RUNNING),
            "request": self.makes_requests
            and shown
            and preview is not None
            and preview.as_request.may_land,
            "take_rest": shown and "tree" in failing,
            "leave_out": shown and preview is not None and bool(preview.changes),
        }
        return rules.get(action, True)

    @property
    def follows(self) -> bool:
        """Whether the target follows a branch of a remote."""
        preview = self.preview
        return preview is not None and any(check.name == UPSTREAM for check in preview.checks)

    def _follow_helps(self) -> bool:
        """Whether following is likely to be what is missing: worth a hint."""
        checks = self.preview.checks if self.preview is not None else ()
        behind = any(check.name == UPSTREAM and not check.ok for check in checks)
        return behind or (self.stage is Stage.ENDED and not self.red)

    @property
    def makes_requests(self) -> bool:
        """Whether lanes.yaml says how a pull request is made."""
        return bool(self.cockpit.supervisor.cockpit.config.merge.pull_request)

    def may_ask(self) -> bool:
        """Whether the agent has something to mend."""
        if self.stage is Stage.ENDED:
            return bool(self.failed)
        return self.stage is Stage.SHOWN and self.preview is not None and not self.preview.may_land

    def may_gate(self) -> bool:
        preview = self.preview
        built = preview is not None and preview.result is not None and bool(preview.gate)
        landed = self.stage is Stage.ENDED and not self.failed
        return built and not landed and self.stage in (Stage.SHOWN, Stage.ENDED)

    # ------------------------------------------------------------ how it goes

    def hear(self, event: Event) -> bool:
        if isinstance(event, OperationEnded) and not event.error:
            mended = event.kind in mends.COMMANDERS and event.lane == self.lane
            if mended or event.kind is OpKind.FOLLOW:
                self.do_look_again()
                return False
        if isinstance(event, OperationEnded) and event.kind is OpKind.PUSH:
            return self._pushed(event)
        if self.stage is not Stage.RUNNING or getattr(event, "lane", None) != self.lane:
            return False
        if isinstance(event, GateOutput):
            self.output += event.lines
            del self.output[:-TAIL]
            self.reader.add_lines([present.text(line, width=1000) for line in event.lines])
        elif isinstance(event, OperationStep):
            self.say(event.what, "$accent")
            self.reader.add_lines([present.text(f"· {event.what}", "$accent")])
        elif isinstance(event, Notice):
            self.reader.add_lines([present.text(event.text, "$warning")])
        elif isinstance(event, OperationEnded) and self._is_end(event):
            self._end(event)
        return isinstance(event, OperationStep | OperationEnded | GateOutput | Notice)

    def _pushed(self, event: OperationEnded) -> bool:
        """How the push after a landing went: refused, it undoes no landing."""
        if self.stage not in (Stage.RUNNING, Stage.ENDED):
            return False
        if not event.error:
            self.reader.add_lines([present.text(f"✓ {event.summary}", "$success")])
            return self.is_current
        key = self.cockpit.keymap.key("follow_first")
        said = f"landed here, but not pushed: {event.error}"
        self.reader.add_lines([Content(""), present.text(said, "bold $warning", width=1000)])
        if self.follows:
            way = f"{key} brings in what the remote has; the next landing pushes both."
            self.reader.add_lines([present.text(way)])
        self.say(f"{present.FAULT} {said}")
        return self.is_current

    def _is_end(self, event: OperationEnded) -> bool:
        """A landing begins after its gate, so a red gate is its end."""
        alone = self._only_gate or (bool(event.error) and not self._lands_red)
        whole = OpKind.PULL_REQUEST if self._requests else OpKind.LAND
        return event.kind is whole or (event.kind is OpKind.GATE and alone)

    def _end(self, event: OperationEnded) -> None:
        self.failed, self.red = event.error, event.kind is OpKind.GATE and bool(event.error)
        if self._only_gate and not event.error and self.preview is not None:
            self._show_preview(self.preview)
            self.say(f"✓ {event.summary}; nothing has landed", "bold $success")
            return
        self._enter(Stage.ENDED)
        if self.preview is not None:
            done = "requested" if self._requests else "landed"
            line = heading(self.preview, landed=not event.error, done=done)
            self.query_one("#heading", Line).show(line)
        if event.error:
            self.say(f"✗ {event.error} {event.hint}".strip(), "bold $error")
            self.reader.add_lines([Content(""), present.text(event.error, "bold $error")])
            if event.hint:
                self.reader.add_lines([present.text(event.hint)])
        else:
            self.say(f"✓ {event.summary}", "bold $success")
            self.reader.add_lines([Content(""), self._done_line(event.summary)])

    def _done_line(self, summary: str) -> Content:
        key = self.cockpit.keymap.key("follow_first" if self._requests else "undo")
        way = f"{key} on the board undoes it"
        if self._requests:
            way = f"once it is merged there, {key} here brings the target after it"
        said = present.text(summary, width=500)
        return Content.assemble(("✓ ", "bold $success"), said, (f"  {way}", "$muted"))
