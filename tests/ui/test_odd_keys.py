"""A key of the repository's that is no key stops nothing."""

from __future__ import annotations

from typing import Any, cast

from cockpit.domain.configuration import Applies, ConfigChange
from cockpit.domain.events import ConfigRead
from cockpit.domain.keys import KeyWish
from cockpit.ui.key_names import key_name
from tests.ui.drive import opened
from tests.ui.fake import fleet_of, view

ODD = "ctrl+\u0130"  # a capital letter whose lower case is two characters


def test_a_letter_of_two_in_lower_case_is_no_key() -> None:
    assert key_name(ODD) is None


async def test_the_running_app_outlives_it_in_lanes_yaml() -> None:
    async with opened(fleet_of(view("alpha", 1))) as session:
        wish = KeyWish("zoom", (ODD,), file="lanes.yaml", line=3)
        cast(Any, session.supervisor.fake.config).keys = {"zoom": wish}
        change = ConfigChange("keys.zoom", "", f'"{ODD}"', Applies.NOW)
        session.app.config_news.hear(ConfigRead("lanes.yaml", "main", 0.0, (), (change,)))
        await session.settle()
        assert any("is not a key" in said for said in session.toasts())
