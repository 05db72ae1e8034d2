"""Conflict review: each place in question with base, lane and target, and what is chosen there.

The screen only draws a `Resolution` and replaces it by the next; every choice is kept as the
lane's draft at once, so leaving (or a crash) loses nothing. Enter makes the merge commit on the
lane and goes on to landing it.
"""

from __future__ import annotations

from cockpit.domain.conflict import Take
from cockpit.domain.events import Event, OperationEnded, OperationStep
from cockpit.domain.intents import HandBack, Resolve
from cockpit.domain.operation import OpKind
from cockpit.domain.resolution import WHOLE, Choice, Point, Resolution, text_of
from cockpit.domain.resolution_draft import picked
from cockpit.domain.text import safe
from cockpit.ui import attach as handing
from cockpit.ui import editing, present
from cockpit.ui.actions import Action
from cockpit.ui.screens.conflict_edit import EditPlaceScreen, editable
from cockpit.ui.screens.conflict_view import ConflictViewing, Stage

EDITED_MOST = 16 * 1024 * 1024
"""Bytes that are read back from the editor."""


class ConflictScreen(ConflictViewing):
    """What each key does."""

    _saving = False
    _unsaved = False

    # ------------------------------------------------------------ choosing

    def hinted(self) -> list[Action]:
        return [action for action in super().hinted() if self._offers(action.id)]

    def _offers(self, action: str) -> bool:
        state, here = self.state, self.here
        if state is None or here is None:
            return action in ("close", "help", "finish_resolution")
        known = self._suggestions()
        rules = {
            "take_ours": state.offers(here, Take.OURS),
            "take_theirs": state.offers(here, Take.THEIRS),
            "take_both": state.offers(here, Take.BOTH),
            "edit_place": state.hunk(here) is not None,
            "take_suggestion": bool(known),
            "undo_choice": bool(state.past),
            "finish_resolution": state.may_finish,
            "next_open": len(state.open_points()) > 1,
            "merge_tool": bool(state.conflict.files[here.file].pieces),
        }
        return rules.get(action, True)

    def hints(self) -> list[tuple[str, str]]:
        """The sides by their names."""
        state = self.state
        if state is None:
            return super().hints()
        target = safe(state.conflict.target_name, width=30).text
        names = {"take_ours": str(self._lane), "take_theirs": target}
        key = self.cockpit.keymap.key
        return [(key(one.id), names.get(one.id, one.title.lower())) for one in self.hinted()]

    def do_take_ours(self) -> None:
        self._take(Take.OURS)

    def do_take_theirs(self) -> None:
        self._take(Take.THEIRS)

    def do_take_both(self) -> None:
        self._take(Take.BOTH)

    def do_take_both_other(self) -> None:
        self._take(Take.BOTH_OTHER)

    def do_take_base(self) -> None:
        self._take(Take.BASE)

    def do_take_delete(self) -> None:
        self._take(Take.DELETE)

    def do_take_merged(self) -> None:
        self._take(Take.AS_MERGED)

    def _take(self, take: Take) -> None:
        state, here = self.state, self.here
        if self.stage is not Stage.SHOWN or state is None or here is None:
            return
        if not state.offers(here, take):
            self._say("That is not among the answers here.")
            return
        self._become(state.choose(here, Choice(take)))

    def _become(self, state: Resolution, *, go: bool = True) -> None:
        """The next state: kept, drawn, and on to what is still open."""
        if state is self.state:
            return
        self.state = state
        following = state.next_open(self.here)
        if go and following is not None:
            self.here = following
        self._draw(jump=go)
        self._say_how_it_stands()
        self.refresh_hints()
        self._save()

    def _save(self) -> None:
        self._unsaved = True
        if not self._saving:
            self._saving = True
            self.cockpit.do(self._keep())

    async def _keep(self) -> None:
        """Write the draft; what changes meanwhile is written after it, in order."""
        try:
            while self._unsaved and self.state is not None:
                self._unsaved, state = False, self.state
                await self.cockpit.supervisor.ask(lambda cockpit: cockpit.keep_resolution(state))  # noqa: B023 - awaited before the next turn
        finally:
            self._saving = False

    def do_undo_choice(self) -> None:
        self._travel(back=True)

    def do_redo_choice(self) -> None:
        self._travel(back=False)

    def _travel(self, *, back: bool) -> None:
        state = self.state
        if self.stage is not Stage.SHOWN or state is None:
            return
        steps = state.past if back else state.future
        if not steps:
            self._say(f"There is no choice to {'take back' if back else 'make again'}.")
            return
        changed = [point for point, _ in steps[-1] if point.at != WHOLE] or [steps[-1][0][0]]
        self.here = self._place_of(changed[0])
        self._become(state.undo() if back else state.redo(), go=False)
        self._show_place()

    def _place_of(self, point: Point) -> Point:
        """The place that shows what was chosen at `point` (a whole file's first place)."""
        assert self.state is not None
        points = self.state.points(point.file)
        return point if point in points else points[0]

    # ------------------------------------------------------------ suggestions

    def _suggestions(self) -> list[tuple[Point, bytes, str]]:
        """(where, text, source) of what is suggested here, the place itself first."""
        if self.view is None or self.here is None:
            return []
        spots = (self.here, Point(self.here.file, WHOLE))
        known = self.view.suggestions
        return [(at, one.text, one.source) for at in spots for one in known.get(at, ())]

    def do_take_suggestion(self) -> None:
        state, known = self.state, self._suggestions()
        if self.stage is not Stage.SHOWN or state is None:
            return
        known = [one for one in known if state.offers(one[0], Take.EDIT)]
        if not known:
            self._say("Nothing is suggested here.")
            return
        taken = [state.at(at) == Choice(Take.EDIT, text, source) for at, text, source in known]
        number = (taken.index(True) + 1) % len(known) if True in taken else 0
        at, text, source = known[number]
        self._become(state.choose(at, Choice(Take.EDIT, text, source)), go=len(known) == 1)

    # ------------------------------------------------------------ editing

    def do_edit_place(self) -> None:
        state, here = self.state, self.here
        if self.stage is not Stage.SHOWN or state is None or here is None:
            return
        if state.hunk(here) is None:
            self._say("There is no text to edit here; choose one of the answers.")
            return
        self.cockpit.do(self._edit(state, here))

    async def _edit(self, state: Resolution, here: Point) -> None:
        hunk = state.hunk(here)
        assert hunk is not None
        text = text_of(hunk, state.at(here) or Choice(Take.BOTH))
        if editable(text):
            path = state.conflict.files[here.file].path
            edited = await self.app.push_screen_wait(EditPlaceScreen(path, here.at + 1, text))
        else:
            left = await editing.edited(self.app, text, "conflict", most=EDITED_MOST)
            edited = None if left == text else left  # an editor that is just closed chooses nothing
        if edited is not None and self.state is state and self.is_open:
            self._become(state.choose(here, Choice(Take.EDIT, edited)))

    def do_merge_tool(self) -> None:
        state, here = self.state, self.here
        if self.stage is Stage.SHOWN and state is not None and here is not None:
            self.cockpit.do(self._merge_tool(state, here.file))

    async def _merge_tool(self, state: Resolution, file: int) -> None:
        ask = self.cockpit.supervisor.ask
        call = await ask(lambda cockpit: cockpit.merge_tool(state, file))
        code = -1
        try:
            code = await handing.hand_over(self.app, call.argv, cwd=call.folder)
        finally:
            result = await ask(lambda cockpit: cockpit.merge_tool_done(call))
        if self.state is not state or not self.is_open:
            return
        if result is None or code:
            self._say("The merge tool left the file as it was; nothing was chosen.")
            return
        choice = Choice(Take.EDIT, result, "")
        self._become(state.choose(Point(file, WHOLE), choice))

    # ------------------------------------------------------------ handing back, finishing

    def do_hand_back(self) -> None:
        state = self.state
        if self.stage is Stage.SHOWN and state is not None and state.conflict.files:
            self.cockpit.do(self._hand_back(state))

    async def _hand_back(self, state: Resolution) -> None:
        from cockpit.ui.screens.hand_back import HandBackScreen

        lanes = tuple(self.cockpit.board.fleet.lanes)
        asked = await self.app.push_screen_wait(HandBackScreen(self._lane, lanes))
        if asked is None:
            return
        to, note = asked
        conflict = state.conflict
        self.cockpit.supervisor.submit(
            HandBack(self._lane, to, note, conflict.source, conflict.target)
        )
        if self.is_current:
            self.dismiss()

    def do_finish_resolution(self) -> None:
        state = self.state
        if self.stage is not Stage.SHOWN or state is None:
            return
        if not state.conflict.files:
            self._go_on()
            return
        if not state.may_finish:
            marked = state.marked()
            count = len(state.open_points())
            self._go(state.next_open(None) if count else self._first(marked[0]))
            self._say(
                f"{present.plural(count, 'place')} still to decide."
                if count
                else "Conflict markers are left in this text; edit them out."
            )
            return
        self.stage = Stage.RUNNING
        self._say("making the merge commit …", "$accent")
        conflict = state.conflict
        self.cockpit.supervisor.submit(
            Resolve(self._lane, conflict.source, conflict.target, picked(state))
        )

    def _go_on(self) -> None:
        """To the landing of the lane: back to its screen if that is below, else to a new one."""
        from cockpit.ui.screens.landing import LandingScreen

        below = self.app.screen_stack[-2] if len(self.app.screen_stack) > 1 else None
        if isinstance(below, LandingScreen) and below.lane == self._lane:
            self.dismiss()
            below.do_look_again()
        else:
            self.app.switch_screen(LandingScreen(self._lane))

    def hear(self, event: Event) -> bool:
        if self.stage is not Stage.RUNNING or getattr(event, "lane", None) != self._lane:
            return False
        if isinstance(event, OperationStep):
            self._say(event.what, "$accent")
            return True
        if not isinstance(event, OperationEnded) or event.kind is not OpKind.RESOLVE:
            return False
        self.stage = Stage.SHOWN
        if event.error:
            self._say(f"✗ {event.error} {event.hint}".strip(), "bold $error")
        elif self.is_current:
            self._go_on()
        return True
