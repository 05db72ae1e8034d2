"""Why a lane is shown as it is: the evidence, strongest first, and what was on its screen."""

from __future__ import annotations

from textual.content import Content

from cockpit.domain.activity import GLYPHS
from cockpit.domain.ids import LaneId
from cockpit.services.api import Explanation
from cockpit.ui import present
from cockpit.ui.screens.base import ReadingScreen


def explain_lines(found: Explanation, now: float) -> list[Content]:
    activity = found.activity
    state = f"{GLYPHS[activity.state]} {activity.state.value}"
    lines = [
        Content.styled(f"  {state}", f"bold {present.state_style(activity.state)}"),
        _row("by", activity.source),
        _row("rule", activity.rule),
        _row("age", present.age(now - activity.since) if activity.since > 0 else "not known"),
    ]
    if activity.detail:
        lines.append(_row("detail", activity.detail))
    lines += [Content(""), Content.styled("Evidence, strongest first", "bold $accent")]
    lines += [_row(name, value) for name, value in found.evidence]
    lines += [Content(""), Content.styled("The bottom of its screen", "bold $accent")]
    lines += [present.text(f"  {row}", "$muted") for row in found.rows]
    return lines


def _row(name: str, value: str) -> Content:
    return Content.assemble(present.text(f"  {name:<10} ", "$muted"), present.text(value))


class ExplainScreen(ReadingScreen):
    def __init__(self, lane: LaneId) -> None:
        super().__init__()
        self._lane = lane

    def heading(self) -> Content:
        return present.text(f" Why {self._lane} is shown as it is", "bold $accent")

    def on_mount(self) -> None:
        super().on_mount()
        self.cockpit.do(self._load())

    async def _load(self) -> None:
        lane = self._lane
        found = await self.cockpit.supervisor.ask(lambda cockpit: cockpit.explain(lane))
        if self.is_open:
            self.reader.set_lines(explain_lines(found, self.cockpit.now()))
