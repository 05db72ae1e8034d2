"""The command palette: actions and lanes by name, from the registry and the fleet."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from cockpit.domain.ids import LaneId
from cockpit.ui import present
from cockpit.ui.actions import BOARD_ACTIONS, Action

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp


def open_palette(app: CockpitApp) -> None:
    app.push_screen(CommandPalette(providers=[BoardCommands]))


class BoardCommands(Provider):
    """Everything the board can do now; what it can't is listed with the reason."""

    @property
    def cockpit(self) -> CockpitApp:
        return cast("CockpitApp", self.app)

    async def discover(self) -> Hits:
        for action in self._actions():
            yield DiscoveryHit(
                self._display(action), partial(self.cockpit.perform, action.id), action.title
            )

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for action in self._actions():
            score = matcher.match(f"{action.title} {action.help}")
            if score > 0:
                call = partial(self.cockpit.perform, action.id)
                yield Hit(score, self._display(action), call, action.title)
        for view in self.cockpit.board.fleet.lanes.values():
            name = f"{view.key} {view.lane} {view.agent}"
            score = matcher.match(name)
            if score > 0:
                title = Content.assemble("Go to ", present.text(view.lane, "bold $accent"))
                yield Hit(score, title, partial(self._go, view.lane), f"Go to {view.lane}")

    def _go(self, lane: LaneId) -> None:
        self.cockpit.board.choose(lane)

    def _actions(self) -> list[Action]:
        return [action for action in BOARD_ACTIONS if action.palette and not action.moves]

    def _display(self, action: Action) -> Content:
        keymap = self.cockpit.keymap
        reason = action.why_not(self.cockpit.board.context())
        about = keymap.say(reason) if reason else action.help
        style = "$muted" if reason else "bold $foreground"
        line = Content.assemble(
            (f"{action.title:<17}", style),
            (f"{keymap.key(action.id):<7}", "$accent"),
            (about, "$muted"),
        )
        return line.truncate(max(20, self.cockpit.size.width - 8), ellipsis=True)
