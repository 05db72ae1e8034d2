"""The standing approval of a background lane: what it is given to, part by part, then yes or
no; or what changed since, and whether it is given anew or taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import ApproveStanding, Dispatch
from cockpit.domain.standing import StandingState, Terms
from cockpit.ui import present
from cockpit.ui.screens.confirm import ConfirmScreen

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp

LINE = 400
"""Characters of one line that are shown."""


async def ask_standing(app: CockpitApp, lane: LaneId, state: StandingState) -> None:
    """Give it, give it anew, or (where it counts) take it back."""
    if state.is_valid and state.given is not None:
        question = present.text(f"Take the standing approval of {lane} back?", width=200)
        lines = [*_terms(state.given.terms), Content(""), _muted("It starts no more by itself.")]
        if await app.push_screen_wait(ConfirmScreen(question, lines, yes="yes, take it back")):
            app.supervisor.submit(ApproveStanding(lane, revoke=True))
        return
    terms = await app.supervisor.ask(lambda cockpit: cockpit.standing_terms(lane))
    lines = [present.text(f"  ~ {clause}", "$warning", width=LINE) for clause in state.changed]
    lines += [*([Content("")] if lines else []), *_terms(terms), Content("")]
    lines.append(
        _muted(
            "Inside these terms it starts and lands by itself, each landing a step that undo "
            "takes back. Whatever is unusual waits for you."
        )
    )
    question = present.text(f"Let {lane} run and land by itself?", width=200)
    if await app.push_screen_wait(ConfirmScreen(question, lines, yes="yes, let it")):
        app.supervisor.submit(ApproveStanding(lane, terms.digest))


def _terms(terms: Terms) -> list[Content]:
    lines = []
    for part, text in terms.parts.items():
        first, *more = text.splitlines() or [""]
        shown = present.text(first, "$foreground", width=LINE)
        lines.append(Content.assemble((f"{part:<9}", "$muted"), shown))
        lines += [present.text(f"{'':<9}{line}", "$foreground", width=LINE) for line in more]
    return lines


def _muted(text: str) -> Content:
    return Content.styled(text, "$muted")


async def ask_background(app: CockpitApp, lane: LaneId | None, why: str) -> None:
    """Let go of what the chosen lane holds (`why`), else stop all background lanes, or let them
    go on."""
    stopped = app.board.fleet.desk.stopped
    if lane is not None:
        question = present.text(f"Let {lane} go on? It is judged once more.", width=200)
        lines = [present.text(f"It holds: {why}", "$warning", width=LINE)]
        wish, yes = Dispatch(True, lane), "yes, go on"
    elif stopped:
        question = Content("Let background lanes start and land by themselves again?")
        lines, wish, yes = [], Dispatch(True), "yes, go on"
    else:
        question = Content("Stop background lanes?")
        lines = [_muted("Nothing starts or lands by itself any more; agents go on.")]
        wish, yes = Dispatch(False), "yes, stop them"
    if await app.push_screen_wait(ConfirmScreen(question, lines, yes=yes)):
        app.supervisor.submit(wish)
