"""lanes.yaml changes while the app is open: what the commander sees of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from cockpit.config.model import Config
from cockpit.domain.configuration import Applies, ConfigChange, ListedLane
from cockpit.domain.events import ConfigRead, ConfigRefused
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Trust
from cockpit.domain.keys import KeyWish
from cockpit.services.api import TrustState
from cockpit.ui.screens.confirm import ConfirmScreen
from cockpit.ui.screens.prompt import PromptScreen
from tests.ui.drive import Session, opened
from tests.ui.fake import fleet_of, fleet_of_size, view


def listed(*lanes: str) -> tuple[ListedLane, ...]:
    return tuple(ListedLane(LaneId(lane), lane[0].upper(), "", "claude") for lane in lanes)


def read(*changes: ConfigChange, lanes: str = "alpha beta", trusted: bool = True) -> ConfigRead:
    return ConfigRead("lanes.yaml", "main", 0.0, listed(*lanes.split()), changes, trusted)


def now_says(session: Session, **values: Any) -> None:
    """What the configuration has from now on."""
    old = vars(session.supervisor.fake.config)
    session.supervisor.fake.config = cast(Config, SimpleNamespace(**{**old, **values}))


async def test_the_difference_is_said_and_can_be_read_in_full() -> None:
    zone = ConfigChange("lanes.alpha.zone.include", '["src/**"]', '["lib/**"]', Applies.NOW)
    agent = ConfigChange("lanes.beta.agent", '"claude"', '"codex"', Applies.START, trust=True)
    async with opened(fleet_of_size(2)) as session:
        session.supervisor.tell(read(zone, agent))
        await session.settle()
        said = session.toasts()[-1]
        assert "lanes.alpha.zone.include and lanes.beta.agent" in said
        assert "Counts at the next start of a lane: lanes.beta.agent" in said
        session.app.perform("configuration")
        await session.settle()
        text = session.text()
        assert '− ["src/**"]' in text and '+ ["lib/**"]' in text
        assert text.index("counts now") < text.index("counts at the next start of a lane")
        assert "asks for trust" in text


async def test_an_error_stands_in_the_header_until_it_is_mended() -> None:
    problem = "lanes.yaml:7: lanes.alpha.agnet: unknown key; did you mean agent?"
    async with opened(fleet_of_size(2)) as session:
        session.supervisor.tell(ConfigRefused("lanes.yaml", (problem,), "Mend it."))
        await session.settle()
        assert "lanes.yaml:7: lanes.alpha.agnet" in session.text().splitlines()[0]
        assert problem in session.toasts()[-1]
        session.supervisor.tell(read())
        await session.settle()
        assert "agnet" not in session.text().splitlines()[0]
        assert "right again" in session.toasts()[-1]


async def test_hostile_values_are_text() -> None:
    evil = ConfigChange("lanes.[/x]", "", "[@click=app.quit]\x1b[2J", Applies.NOW)
    async with opened(fleet_of_size(2)) as session:
        session.supervisor.tell(read(evil))
        session.supervisor.tell(ConfigRefused("lanes.yaml", ("[/x] \x1b]0;a\x07",)))
        await session.settle()
        session.app.perform("configuration")
        await session.settle()
        assert "[@click=app.quit]" in session.text()
        assert "\x1b" not in session.text()


async def test_lanes_come_go_and_move_on_the_board() -> None:
    async with opened(fleet_of(view("alpha"), view("beta", 2, started=False))) as session:
        change = ConfigChange("lanes.gamma", "", "claude in x", Applies.NOW)
        session.supervisor.tell(read(change, lanes="gamma delta"))
        await session.settle()
        panels = [panel.view.lane for panel in session.app.board.grid.panels()]
        assert panels == ["gamma", "delta", "alpha"]
        assert "not in lanes.yaml" in session.text()


async def test_keys_theme_and_columns_are_taken_over() -> None:
    async with opened(fleet_of_size(4)) as session:
        now_says(session, keys={"zoom": KeyWish("zoom", ("Z",))}, theme="light", columns=1)
        changes = [ConfigChange(key, "", "1", Applies.NOW) for key in
                   ("keys.zoom", "theme", "layout.columns")]  # fmt: skip
        session.supervisor.tell(read(*changes, lanes="alpha beta gamma delta"))
        await session.settle()
        assert session.app.keymap.key("zoom") == "Z"
        assert session.app.theme.endswith("light")
        panels = list(session.app.board.grid.panels())
        assert len({panel.region.x for panel in panels}) == 1
        await session.press("Z")
        assert session.app.board.selection.zoomed


async def test_trust_is_asked_at_rest_and_never_over_what_is_being_written() -> None:
    gate = ConfigChange("gate.run", "[]", '["rm -rf /"]', Applies.NOW, trust=True)
    async with opened(fleet_of_size(2)) as session:
        await session.press("o")
        session.supervisor.fake.trusted = TrustState("d2", False, ('gate.run: ["rm -rf /"]',))
        session.supervisor.tell(read(gate, trusted=False))
        await session.settle()
        assert isinstance(session.app.screen, PromptScreen)
        assert "to be trusted again" in session.toasts()[-1]
        await session.press("escape")
        session.supervisor.tell(read(gate, trusted=False))
        await session.settle()
        assert isinstance(session.app.screen, ConfirmScreen)
        assert "rm -rf /" in session.text()
        await session.press("y")
        assert session.supervisor.intents == [Trust("d2")]
