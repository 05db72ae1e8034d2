"""The application: it wires keys to actions, events to screens, and holds nothing else.

Keys are looked up here, before Textual's own bindings see them (none of Textual's defaults
are inherited: its Ctrl-Q and Ctrl-P have priority). There are no `action_*` methods that
change anything, so no markup can name one.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, TextArea

from cockpit.domain import names
from cockpit.domain.events import ConfigRead, ConfigRefused, Event, Notice, OperationEnded
from cockpit.domain.fleet import LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.keys import KeyWish
from cockpit.domain.operation import OpKind
from cockpit.errors import CockpitError
from cockpit.services.api import Cockpit, Supervisor
from cockpit.services.looks import Look, Looks
from cockpit.ui import attach, deeds, present, questions, sending, themes, toasts
from cockpit.ui.actions import BY_ID, Action, Danger
from cockpit.ui.away import Away
from cockpit.ui.bridge import Bridge
from cockpit.ui.chokepoint import Guarded
from cockpit.ui.config_news import ConfigNews
from cockpit.ui.driver import WakingDriver
from cockpit.ui.keydesk import KeyDesk
from cockpit.ui.keymap import Wishes
from cockpit.ui.leaving import LeavingDesk
from cockpit.ui.looks import LookDesk
from cockpit.ui.messages import FleetChanged, Told
from cockpit.ui.reasons import Context
from cockpit.ui.screen_keeper import ScreenKeeper, come_back
from cockpit.ui.screens.base import BoxScreen, Keyed
from cockpit.ui.screens.confirm import ConfirmScreen
from cockpit.ui.screens.fleet import FleetScreen
from cockpit.ui.screens.small import LOW, follow_size
from cockpit.ui.selection import Selection
from cockpit.ui.train_memory import TrainMemory

RECENT = 8
"""Commands that the palette remembers."""

Severity = Literal["information", "warning", "error"]
T = TypeVar("T")


class CockpitApp(Guarded[None], inherit_bindings=False):
    """The cockpit. `hosted`: it runs inside our own tmux server, so stepping into a lane is a
    switch of the client; `theme` and `keys` are those of the
    repository, `look` what the commander made of it, `looks` where that is read again."""

    CSS_PATH = Path(__file__).parent / "tcss" / "base.tcss"
    ENABLE_COMMAND_PALETTE = False
    VERTICAL_BREAKPOINTS = [(0, "-low"), (LOW, "-high")]  # noqa: RUF012 - as Textual declares it
    AUTO_FOCUS = None
    TITLE = "cockpit"

    def __init__(
        self,
        supervisor: Supervisor,
        *,
        hosted: bool,
        look: Look | None = None,
        looks: Looks | None = None,
        theme: str = "",
        keys: Wishes | None = None,
        few_colours: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(driver_class=WakingDriver)
        self.supervisor = supervisor
        self.hosted = hosted
        self.now = now
        self.drafts: dict[tuple[LaneId, ...], str] = {}
        self.sending: dict[LaneId, sending.OnItsWay] = {}
        """Prompts on their way, until it is known what became of them."""
        self.comment_drafts: dict[str, str] = {}
        self.ends = False
        """Whether it was told to end; nothing is begun by itself then."""
        self.pressed = ""
        """The key of the action that is being done, where one of several keys means more."""
        self.task_draft = ""
        """A task that was put away unfinished."""
        self.fleet = supervisor.fleet
        """As it was told last."""
        config = supervisor.cockpit.config
        self.board = FleetScreen(
            supervisor.fleet, Selection(columns=config.columns, urgent=config.order == "urgent")
        )
        self.looks = LookDesk(
            self,
            look or Look({}),
            theme=theme,
            keys=keys,
            files=looks,
            few_colours=few_colours,
        )
        self.keymap = self.looks.keymap
        self.keydesk = KeyDesk(self)
        self.recent: deque[str] = deque(maxlen=RECENT)
        """What was done from the palette, newest first."""
        self.train_memory = TrainMemory()
        self._subjects = toasts.Subjects([])
        self.config_news = ConfigNews(self)
        self.leaving = LeavingDesk(self)
        self.keeper = ScreenKeeper(self)
        self.away = Away(self)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.DEFAULTS

    def get_default_screen(self) -> Screen[object]:
        return self.board  # type: ignore[return-value]

    def on_mount(self) -> None:
        self.looks.begin()
        bridge = Bridge(self, self.supervisor, self.board.view_of)
        self.run_worker(bridge.run(), group="supervisor")
        self.do(self._begin())

    async def _begin(self) -> None:
        """As it was left; then what has to be asked."""
        from cockpit.ui.screens.trust import ask_trust

        await self.board.stands.wait()
        await come_back(self)
        await ask_trust(self, always=False)
        await self.away.begin()

    # ------------------------------------------------------------ looks

    def wear(self, theme: str) -> None:
        """The repository's theme is another now; the commander's own choice goes before."""
        self.looks.take_theme(theme)

    def take_keys(self, wishes: Iterable[KeyWish]) -> None:
        """The repository's keys are others now; the commander's own go before."""
        self.looks.take_keys(wishes)

    def keys_changed(self) -> None:
        """Show the new keys wherever keys are named."""
        for screen in self._screens():
            screen.once_mounted(screen.show_keys)

    # ------------------------------------------------------------ events

    def on_fleet_changed(self, message: FleetChanged) -> None:
        self.fleet = message.fleet
        self.train_memory.see(message.fleet)
        self.leaving.see(message.fleet)
        self.away.see()
        sending.settle(self, message.fleet)
        for screen in self._screens():
            screen.once_mounted(partial(self._show_newest, screen))

    def _show_newest(self, screen: Keyed) -> None:
        screen.show_fleet(self.fleet)

    def _screens(self) -> list[Keyed]:
        return [screen for screen in self.screen_stack if isinstance(screen, Keyed)]

    def on_told(self, message: Told) -> None:
        event = message.event
        self.train_memory.hear(event)
        self.leaving.hear(event)
        if isinstance(event, ConfigRead | ConfigRefused):
            self.config_news.hear(event)
            return
        if isinstance(event, OperationEnded):
            self._forget_draft(event)
        shown = [screen.once_mounted(partial(screen.hear, event)) for screen in self._screens()]
        if not any(shown):
            self._toast_event(event)

    def _forget_draft(self, event: OperationEnded) -> None:
        """A prompt that was taken is no draft any more; one that was refused is one again. What
        was written since, or while another's prompt was sent, stays."""
        if event.kind is not OpKind.SEND or event.lane is None:
            return
        sent = self.sending.pop(event.lane, None)
        if sent is None:
            return
        if event.error:
            self.drafts.setdefault((event.lane,), sent.text)
        elif self.drafts.get((event.lane,)) == sent.draft:
            del self.drafts[event.lane,]

    def _toast_event(self, event: Event) -> None:
        if isinstance(event, Notice):
            levels: dict[str, Severity] = {"warning": "warning", "error": "error"}
            level = levels.get(event.severity, "information")
            self.toast(present.text(event.text), severity=level, lane=event.lane)
        elif isinstance(event, OperationEnded):
            if event.error:
                hint = f" {event.hint}" if event.hint else ""
                text = present.text(event.error + hint)
                self.toast(text, severity="error", lane=event.lane)
            else:
                self.toast(present.text(event.summary), lane=event.lane)

    def toast(
        self, content: Content, *, severity: Severity = "information", lane: LaneId | None = None
    ) -> None:
        """A short message, about `lane` (the chosen one if none is named), whose panel it does
        not cover. The one way to `notify`, so that no text becomes markup."""
        about = lane or self.board.selection.chosen
        if about is not None:
            self._subjects.add(about, time.monotonic())
        rack = self.screen.query_one_optional("#textual-toastrack")
        if rack is not None:
            lanes = self._subjects.now(time.monotonic()) if self.screen is self.board else ()
            place = self.board.corner_for(lanes)
            for corner in toasts.Corner:
                rack.set_class(corner is place, corner.value)
        self.notify(content.plain, severity=severity, markup=False, timeout=toasts.LASTS)

    def complain(self, error: CockpitError) -> None:
        """Show a failure."""
        self.toast(present.failure(error), severity="error")

    # ------------------------------------------------------------ actions

    def perform(self, action_id: str, key: str = "", *, lane: LaneView | None = None) -> None:
        """Do an action now, or say why not. The one path for keys, palette and clicks. `lane`:
        with this one and no other, whichever are marked."""
        action = BY_ID[action_id]
        context = self.board.context()
        if lane is not None:
            context = self.board.context_of(lane, alone=True)
        reason = action.why_not(context)
        if reason is not None:
            self.toast(Content(self.keymap.say(reason)), severity="warning")
            return
        self.pressed = key
        own = getattr(self.screen, f"do_{action_id}", None)
        if own is not None:
            self._finish(own())
        elif action_id not in deeds.DEEDS:
            return  # it belongs to a screen that was left meanwhile
        elif action.danger is Danger.ASKS:
            self.do(self._after_yes(action, context, key))
        else:
            self._finish(deeds.DEEDS[action_id](self, context, key))

    async def _after_yes(self, action: Action, context: Context, key: str) -> None:
        question, lines = questions.question(action, context, self.keymap.say)
        if await self.push_screen_wait(ConfirmScreen(question, lines)):
            self._finish(deeds.DEEDS[action.id](self, context, key))

    def _finish(self, outcome: object) -> None:
        if isinstance(outcome, Coroutine):
            self.do(outcome)

    def do(self, work: Coroutine[Any, Any, object]) -> None:
        """Run a coroutine as a worker; a failure for people becomes a toast."""
        self.run_worker(self._guarded(work), group="deeds")

    async def _guarded(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except CockpitError as error:
            self.complain(error)

    @property
    def is_writing(self) -> bool:
        """Whether keys are text now, for a field or for a pane."""
        return isinstance(self.focused, Input | TextArea) or self.board.is_typing

    async def ask_unasked(self, screen: BoxScreen) -> bool | None:
        """Open a dialog that the commander did not ask for, and wait for its end: keys that are
        under way do nothing in it."""
        self.keydesk.turn_deaf(screen)
        return await self.push_screen_wait(screen)

    async def ask_here(self, query: Callable[[Cockpit], T]) -> T | None:
        """Ask, and answer only while the commander is still where they asked: a dialog that
        comes late must not open over another screen, nor take the keys of what is written.
        None when they left meanwhile."""
        here, was_writing = self.screen, self.is_writing
        found = await self.supervisor.ask(query)
        return found if self.screen is here and self.is_writing <= was_writing else None

    def exit(
        self, result: None = None, return_code: int = 0, message: object | None = None
    ) -> None:
        """Leave; how it looks now is what comes back."""
        self.keeper.leave()
        self.ends = True
        super().exit(result, return_code, cast("Any", message))

    def detach(self) -> None:
        live = self.supervisor.live
        if live is not None:
            self.do(live.detach())

    @property
    def can_hand_over(self) -> bool:
        return attach.can_hand_over(self)

    def planned_details(self, view: LaneView) -> list[tuple[str, str]]:
        """What starting this lane would make, by lanes.yaml."""
        lane = self.supervisor.cockpit.config.lanes.get(view.lane)
        if lane is None:
            return []
        values = names.NameValues(
            repo=self.supervisor.cockpit.repository,
            lane=lane.lane,
            agent=lane.agent,
            role=lane.role,
        )
        shown = [("agent", f"{lane.agent} {lane.model}".strip())]
        try:
            shown.append(("branch", names.expand_branch(lane.branch, values)))
        except CockpitError as error:
            shown.append(("branch", error.title))
        shown.append(("zone", ", ".join(lane.zone.include) or "the whole repository"))
        if lane.zone.exclude:
            shown.append(("but not", ", ".join(lane.zone.exclude)))
        return shown

    # ------------------------------------------------------------ keys

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent | events.Paste | events.AppFocus):
            self._back_on_board()
        if not event.is_forwarded and (
            (isinstance(event, events.Key) and self.keydesk.take_key(event))
            or (isinstance(event, events.Paste) and self.keydesk.take_paste(event.text))
        ):
            return
        await super().on_event(event)

    def _back_on_board(self) -> None:
        """Input reaches the app, so the commander has come back from a pane."""
        desk = self.board.desk
        if desk is not None and desk.inside and self.hosted:
            desk.came_back()
            self.board.layout_changed()

    # ------------------------------------------------------------ size

    def on_resize(self, event: events.Resize) -> None:
        follow_size(self, event.size)
