"""What every screen of ours has: the scopes of its keys, its hints, and who is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, TextArea

from cockpit.domain.events import Event
from cockpit.domain.fleet import Fleet
from cockpit.ui.actions import ACTIONS, BY_ID, Action, Scope
from cockpit.ui.key_names import types_text
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView
from cockpit.ui.widgets.rows_view import RowsView

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp

T = TypeVar("T")

BOX = 92
"""Per cent of the screen's rows that a box takes at most (`.box` in tcss/base.tcss)."""

BORDERS = 2
"""Rows of a box's border."""

WAYS_OUT = ("close", "palette", "help")
"""Actions whose hints stand last and stay on the narrowest screen: the palette leads everywhere,
by mouse too."""
WAYS = ("palette", "help")
"""Those that there are while text is written."""

LEAVING = (*WAYS_OUT, "no", "put_away", "pick_close")
"""These and what else leads back from a dialog."""


class Keyed:
    """Mixed into screens whose keys come from the registry. A method `do_<action id>` is what
    an action does on this screen; actions without one are done by `deeds`."""

    scopes: ClassVar[tuple[Scope, ...]] = ()
    text_scopes: ClassVar[tuple[Scope, ...]] = ()
    """Scopes that still count while text is being written on this screen."""
    helps: ClassVar[bool] = True
    """Whether help can be opened from it."""
    opens: ClassVar[str] = ""
    """The action that a click on the chosen row does; only one that looks."""
    field_hints: ClassVar[Mapping[str, Sequence[tuple[str, str]]]] = {}
    """Keys and words of the hints while text is written in the field of that id, on screens
    whose own keys don't count then."""

    @property
    def cockpit(self) -> CockpitApp:
        return cast("CockpitApp", cast("Screen[object]", self).app)

    @property
    def is_open(self) -> bool:
        """Whether it is shown, or lies below what is shown. A screen that is being closed is
        attached still while its widgets are gone already."""
        screen = cast("Screen[object]", self)
        return screen.is_attached and screen in screen.app.screen_stack

    def once_mounted(self, tell: Callable[[], T]) -> T | None:
        """What `tell` says; on a screen that was opened this moment it is called as soon as
        the widgets are there."""
        screen = cast("Screen[object]", self)
        if screen.is_mounted:
            return tell()
        screen.call_later(lambda: tell() if self.is_open else None)
        return None

    def take_key(self, event: events.Key) -> bool:
        """A screen's own use of the next key (a prefix); True if it was taken."""
        return False

    def hear(self, event: Event) -> bool:
        """An event that is more than a change of the fleet; True if this screen shows it, so
        that it needs no toast."""
        return False

    def keep_draft(self) -> None:
        """Give the app what is being written here, so that it is kept."""

    def show_fleet(self, fleet: Fleet) -> None:
        """The fleet changed."""

    def hinted(self) -> list[Action]:
        """Actions that the hint bar names, by rank, the ways out last."""
        mine = [action for action in ACTIONS if action.scope in self.scopes and action.hint]
        return sorted(
            mine,
            key=lambda one: (_way_out(one), self.scopes.index(one.scope), one.hint),
        )

    def hints(self) -> list[tuple[str, str]]:
        keymap = self.cockpit.keymap
        return [
            (keymap.key(action.id), action.short or action.title.lower())
            for action in self.hinted()
        ]

    @property
    def field(self) -> Input | TextArea | None:
        """What text is being written in."""
        focused = cast("Screen[object]", self).focused
        return focused if isinstance(focused, Input | TextArea) else None

    def on_hint_bar_pressed(self, message: HintBar.Pressed) -> None:
        """A click on a hint is its key; one beside them opens the palette."""
        message.stop()
        name = self.cockpit.keymap.name_of(message.key)
        if self.field is not None and (not name or types_text(name)):
            # of what is to be typed (`A Enter`) only the key; a letter would become text
            name = "enter" if message.key.endswith("Enter") else ""
        if name:
            character = name if len(name) == 1 else None
            event = events.Key(name, character)
            event.set_sender(self.cockpit)  # one of ours would not bubble beyond this screen
            self.cockpit.post_message(event)
        elif not message.key:
            self.cockpit.perform("palette")

    def on_lines_view_opened(self, message: LinesView.Opened) -> None:
        self._open_row()

    def on_rows_view_opened(self, message: RowsView.Opened) -> None:
        self._open_row()

    def _open_row(self) -> None:
        if self.opens:
            self.cockpit.perform(self.opens)

    def show_keys(self) -> None:
        """Keys have changed."""
        self.refresh_hints()

    def on_descendant_focus(self) -> None:
        self.refresh_hints()

    def on_descendant_blur(self) -> None:
        self.refresh_hints()

    def refresh_hints(self) -> None:
        bar = cast("Screen[object]", self).query_one_optional(HintBar)
        if bar is None:
            return
        keymap, mine = self.cockpit.keymap, self._of_field()
        if mine is None:
            scopes = (*self.scopes, Scope.ANYWHERE)
            kept = [keymap.key(action) for action in LEAVING if BY_ID[action].scope in scopes]
            bar.hint(self._all_hints(), kept=[*kept, "Esc"])
        else:
            ways = [(keymap.key(name, writing=True), BY_ID[name].title.lower()) for name in WAYS]
            bar.hint([*mine, *ways], kept=[key for key, _ in (*mine, *ways)])

    def _of_field(self) -> Sequence[tuple[str, str]] | None:
        field = self.field
        return self.field_hints.get(field.id or "") if field is not None else None

    def _all_hints(self) -> list[tuple[str, str]]:
        """The hints with the way to help, by the key that counts here."""
        if self.cockpit.keydesk.is_deaf(self):
            return []
        writing = self.field is not None
        hints = self.writing_hints() if writing else self.hints()
        key = self.cockpit.keymap.key
        keys = {key("help"), key("help", writing=True)}
        if not self.helps or any(hint in keys for hint, _ in hints):
            return hints
        return [*hints, (key("help", writing=writing), "help")]

    def writing_hints(self) -> list[tuple[str, str]]:
        """The hints while text is written in a field that `field_hints` does not name."""
        return self.hints()


def _way_out(action: Action) -> int:
    return WAYS_OUT.index(action.id) + 1 if action.id in WAYS_OUT else 0


class Reading(Keyed):
    """Mixed into screens with lines that the moving keys move."""

    @property
    def reader(self) -> LinesView:
        return cast("Screen[object]", self).query_one("#body", LinesView)

    def do_line_down(self) -> None:
        self.reader.move(1)

    def do_line_up(self) -> None:
        self.reader.move(-1)

    def do_scroll_left(self) -> None:
        self.reader.sideways(-1)

    def do_scroll_right(self) -> None:
        self.reader.sideways(1)

    def do_page_down(self) -> None:
        self.reader.page(1)

    def do_page_up(self) -> None:
        self.reader.page(-1)

    def do_top(self) -> None:
        self.reader.to_end(last=False)

    def do_bottom(self) -> None:
        self.reader.to_end(last=True)


class ReadingScreen(Reading, Screen[None], inherit_bindings=False):
    """A full screen of lines: a heading, the lines, the hints."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.READING, Scope.ANYWHERE)

    def compose(self) -> ComposeResult:
        yield Line(self.heading(), id="heading")
        yield self.body()
        yield HintBar()

    def on_mount(self) -> None:
        self.refresh_hints()

    def heading(self) -> Content:
        return Content("")

    def body(self) -> LinesView:
        return LinesView(wrap=True, id="body")

    def writing_hints(self) -> list[tuple[str, str]]:
        """Letters are text then, and so is Enter in a field of many rows."""
        done = [] if isinstance(self.focused, TextArea) else [("Enter", "take it")]
        return [*done, ("Esc", "back to the keys")]

    def do_close(self) -> None:
        self.dismiss()


class Boxed(Keyed):
    """Mixed into dialogs: the list or text in the box grows with what it shows until the box fills
    the screen, then it scrolls; the rest always stays in view, however many rows it takes."""

    others: ClassVar[int] = 4
    """Rows of the box besides the list, as long as nothing in it is wrapped: border, hints and
    what else there is."""

    @property
    def listed(self) -> LinesView:
        return cast("Screen[object]", self).query_one("#body", LinesView)

    def on_resize(self, event: events.Resize) -> None:
        self._fit(self.others)
        cast("Screen[object]", self).call_after_refresh(self._fit_exactly)

    def on_line_grown(self, message: Line.Grown) -> None:
        cast("Screen[object]", self).call_after_refresh(self._fit_exactly)

    def _fit_exactly(self) -> None:
        """Once it is known how many rows the rest takes."""
        if not self.is_open:
            return
        box = cast("Screen[object]", self).query_one(".box")
        parts = [part for part in box.children if part.display]
        if parts[-1].size:
            whole = parts[-1].region.bottom - parts[0].region.y
            self._fit(whole - self.listed.outer_size.height + BORDERS)

    def _fit(self, others: int) -> None:
        height = self.cockpit.size.height
        most = min(height - 2, height * BOX // 100)
        self.listed.styles.max_height = max(2, most - others)


class BoxScreen(Boxed, Reading, ModalScreen[bool], inherit_bindings=False):
    """A dialog over the board; dismissed with True for a yes."""

    def on_mount(self) -> None:
        self.refresh_hints()

    def do_close(self) -> None:
        self.dismiss(False)
