"""Leaving the app: at once, once all turns have ended, or after every lane is parked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from cockpit.domain.activity import GLYPHS, headline
from cockpit.domain.events import Event, OperationEnded
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId, branch_name
from cockpit.domain.intents import Park
from cockpit.domain.leaving import Leaving, leaving
from cockpit.domain.operation import OpKind
from cockpit.domain.teardown import SweepEntry, TeardownPreview
from cockpit.ui import attach, present

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp


AGAIN = 1.0
"""Seconds after which it is looked again whether the commander's hands are free."""


class LeavingDesk:
    """One an app: what it waits for before it closes by itself."""

    def __init__(self, app: CockpitApp) -> None:
        self._app = app
        self._waits = False
        self.finishing = False
        """It closes once all turns have ended, and starts nothing until then."""
        self._parking: dict[LaneId, str] = {}
        """Lanes that are being parked; what went wrong, or empty while it is not known."""
        self._parked: set[LaneId] = set()

    @property
    def note(self) -> str:
        """For the header."""
        return "closes when all turns have ended" if self.finishing else ""

    def finish(self, on: bool) -> None:
        """Close once all turns have ended (`on`), or go on as before."""
        self.finishing = on
        self._app.supervisor.wind_down(on)
        self._app.board.once_mounted(lambda: self._app.board.show_fleet(self._app.fleet))
        if on:
            self.see(self._app.fleet)

    def see(self, fleet: Fleet) -> None:
        """The fleet as it is now: perhaps that was the last turn. While the commander writes,
        answers or has the terminal elsewhere, it waits for them."""
        app = self._app
        if not (self.finishing and leaving(fleet).is_finished):
            return
        if app.is_writing or app.screen.is_modal or attach.is_handed_over(app):
            if not self._waits:
                self._waits = True
                app.set_timer(AGAIN, self._see_again)
            return
        app.exit()

    def _see_again(self) -> None:
        self._waits = False
        self.see(self._app.fleet)

    # ------------------------------------------------------------ parking all

    def park(self, previews: list[TeardownPreview]) -> None:
        """Park these lanes as they were shown, then close if all went well."""
        self._parking = {preview.lane: "" for preview in previews}
        self._parked = set()
        self._app.supervisor.wind_down(True)
        for preview in previews:
            self._app.supervisor.submit(Park(preview.lane, preview.token))

    def hear(self, event: Event) -> None:
        if not isinstance(event, OperationEnded) or event.kind is not OpKind.PARK:
            return
        if event.lane not in self._parking or event.lane in self._parked:
            return
        self._parked.add(event.lane)
        self._parking[event.lane] = event.error
        if set(self._parking) == self._parked:
            failed = [lane for lane, error in self._parking.items() if error]
            self._parking, self._parked = {}, set()
            if not failed:
                self._app.exit()
                return
            self._app.supervisor.wind_down(self.finishing)
            names = ", ".join(failed)
            said = f"{names} could not be parked, so cockpit stays open."
            self._app.toast(present.text(said, width=300), severity="warning")


# ---------------------------------------------------------------- what is shown


def leaving_lines(left: Leaving, now: float, *, hosted: bool, finishing: bool) -> list[Content]:
    """What goes on, most pressing first."""
    lines: list[Content] = []
    if left.under_way:
        lines.append(Content.styled("Under way; it is brought to its end first", "bold $warning"))
        lines += [present.text(f"  {one}", width=200) for one in left.under_way]
    if left.running:
        lines.append(Content.styled("Agents that run", "bold"))
        lines += [_agent(view, now) for view in left.running]
    if left.going or left.background:
        what = [word for word, on in
                (("tasks", left.going), ("background lanes", left.background)) if on]  # fmt: skip
        said = f"While cockpit is closed no {' and no '.join(what)} start by themselves."
        lines += [Content(""), Content.styled(said, "$muted")]
    if finishing:
        names = ", ".join(view.lane for view in left.at_work) or "what is under way"
        said = f"Cockpit closes by itself at the end of: {names}"
        lines += [Content(""), present.text(said, "$accent", width=300)]
    elif hosted:
        lines += [Content(""), Content.styled("Q leaves cockpit itself running too.", "$muted")]
    return lines


def _agent(view: LaneView, now: float) -> Content:
    activity = view.activity
    age = present.age(now - activity.since) if activity.since > 0 else ""
    return Content.assemble(
        present.text(f"  {view.lane:<14} ", "bold", width=60),
        (f"{GLYPHS[activity.state]} {activity.state.value} ", present.state_style(activity.state)),
        (age, "$muted"),
        present.text(f"  {headline(activity.detail)}" if activity.detail else "", width=80),
    )


def parking_lines(entries: list[SweepEntry], others: list[str]) -> list[Content]:
    """What parking all does, lane by lane; which refuse, and why."""
    lines: list[Content] = []
    for entry in entries:
        shown = entry.preview
        if shown is None or entry.why_not:
            lines.append(
                present.text(f"  {entry.lane:<14} stays: {entry.why_not}", "$warning", width=300)
            )
            continue
        stays = f"{branch_name(shown.branch)} stays at {(shown.tip or 'nothing')[:9]}"
        lines.append(present.text(f"  {entry.lane:<14} {stays}", width=200))
        held = shown.holdings
        count = held.changed_count + held.untracked_count + len(held.nested)
        if count:
            said = f"{present.plural(count, 'uncommitted path')} to the trash"
            lines.append(present.text(f"  {'':<14} {said}", "$warning", width=200))
        if shown.processes:
            ended = ", ".join(shown.processes[:4])
            lines.append(present.text(f"  {'':<14} ends {ended}", "$warning", width=200))
    lines += [
        present.text(f"  {lane:<14} stays: it works in the main checkout", "$warning")
        for lane in others
    ]
    end = "Resuming a lane brings all of it back. Cockpit closes when every one is parked."
    return [*lines, Content(""), Content.styled(end, "$muted")]
