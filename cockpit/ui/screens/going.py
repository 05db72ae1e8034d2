"""Before the go: exactly what would start now where, what waits and why, and for how long.

The yes is given to the texts that are shown: where one changes while the dialog is open, the
key asks for another look. Lanes that come free or busy meanwhile change what starts now, and
that is shown as it is.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from cockpit.domain.fleet import Fleet
from cockpit.domain.forecast import forecast
from cockpit.domain.handing_out import hand_out
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Plan
from cockpit.ui import go_lines, present
from cockpit.ui.actions import Scope
from cockpit.ui.go_lines import GoLook, Runner
from cockpit.ui.screens.base import BoxScreen
from cockpit.ui.task_notes import troubles
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView


class GoScreen(BoxScreen):
    scopes: ClassVar[tuple[Scope, ...]] = (Scope.GOING, Scope.READING)
    others: ClassVar[int] = 6

    def __init__(self, fleet: Fleet) -> None:
        super().__init__()
        self._fleet = fleet
        self._look: GoLook | None = None
        self._follow = fleet.plan.follow
        self._stale = False
        self._looks = self._again = False
        """A look is under way, and another one was asked for: the fleet may change faster than
        ten thousand tasks are planned."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Line(Content.styled("Go?", "bold"), id="question")
            yield LinesView([Content.styled("Looking …", "$accent")], wrap=True, id="body")
            yield Line(id="note")
            yield HintBar()

    def on_mount(self) -> None:
        super().on_mount()
        self.do_go_again()

    # ------------------------------------------------------------ looking

    def do_go_again(self) -> None:
        self._stale = False
        self._note("")
        self._again = self._looks
        self._see_anew()

    def _see_anew(self) -> None:
        if not self._looks:
            self._looks = True
            self.cockpit.do(self._see())

    async def _see(self) -> None:
        fleet, now = self._fleet, self.cockpit.now()
        runners = {lane: self._runner(lane) for lane in fleet.plan.lanes}

        def look(_cockpit: object) -> GoLook:
            made = hand_out(fleet, fleet.board, fleet.plan, all_ready=True)
            return GoLook(fleet, made, forecast(fleet.board, fleet.plan, {}, now), runners)

        try:
            seen = await self.cockpit.supervisor.ask(look)
        finally:
            self._looks = False
        if self._again:
            self._again = False
            self._see_anew()
            return
        if not self.is_open or self._stale:
            return
        self._look = seen
        self._show()
        if self._fleet is not fleet:
            self._take_over(self._fleet)

    def _runner(self, lane: LaneId) -> Runner:
        known = self.cockpit.supervisor.cockpit.config.lanes.get(lane)
        return Runner(known.agent, known.model, known.zone.include) if known else Runner()

    def _show(self) -> None:
        look = self._look
        if look is None:
            return
        keymap = self.cockpit.keymap
        keys = {name: keymap.key(name) for name in ("retry_task", "edit_task", "new_task")}
        wrong = [one for one in troubles(look.fleet.board) if one.holds_back]
        lines = go_lines.go_lines(look, wrong, keys)
        self.query_one("#question", Line).show(go_lines.question(look))
        self.reader.set_lines(lines, keep=True)
        if not self._stale:
            self.query_one("#note", Line).show(go_lines.terms(look, follow=self._follow))
        self.refresh_hints()

    def show_fleet(self, fleet: Fleet) -> None:
        if fleet is not self._fleet:
            self._fleet = fleet
            self._take_over(fleet)

    def _take_over(self, fleet: Fleet) -> None:
        """Show what the fleet makes of the go, unless it is about texts that were not shown (a
        task that began meanwhile is no such thing)."""
        seen = self._look.covered if self._look is not None else None
        if seen is not None and not set(go_lines.covered(fleet.board)) <= set(seen):
            self._stale = True
            key = self.cockpit.keymap.key("go_again")
            self._note(f"The tasks changed since they were shown; {key} looks again.")
            self.refresh_hints()
        elif not self._stale:
            self._see_anew()

    def _note(self, said: str) -> None:
        self.query_one("#note", Line).show(present.text(said, "bold $warning", width=200))

    # ------------------------------------------------------------ keys

    def hints(self) -> list[tuple[str, str]]:
        key = self.cockpit.keymap.key
        close = (key("close"), "leave it")
        again = (key("go_again"), "look again")
        if self._stale:
            return [again, close]
        follow = "only these" if self._follow else "follow later ones too"
        return [(key("say_go"), "go"), (key("go_follow"), follow), again, close]

    def do_go_follow(self) -> None:
        self._follow = not self._follow
        self._show()

    def do_say_go(self) -> None:
        look = self._look
        if look is None:
            self._note("Still looking; wait a moment.")
        elif self._stale:
            key = self.cockpit.keymap.key("go_again")
            self._note(f"The tasks changed since they were shown; {key} looks again first.")
        else:
            wish = Plan(go=True, tasks=look.covered, follow=self._follow)
            self.cockpit.supervisor.submit(wish)
            self.dismiss(True)
