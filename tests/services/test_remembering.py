"""How the app looked, on the real disk: private, whole or not at all, never a reason to stop."""

from __future__ import annotations

import os
import stat

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.screen_memory import ScreenMemory
from cockpit.errors import CockpitError
from tests.services.conftest import Desk

MEMORY = ScreenMemory(LaneId("beta"), zoomed=True, prompts={(LaneId("alpha"),): "a secret"})


def test_it_is_private_and_comes_back_in_another_process(desk: Desk) -> None:
    desk.cockpit().keep_screen(MEMORY)
    assert stat.S_IMODE(desk.state("screen").stat().st_mode) == 0o600
    assert desk.cockpit().kept_screen() == (MEMORY, "")


@pytest.mark.parametrize(
    "content",
    [b"", b'{"version": 1, "val', b"\x00" * 99, b'{"version": 99, "value": {"chosen": "beta"}}',
     b"[" * 100_000, b'{"version": 1, "value": [1]}'],
)  # fmt: skip
def test_a_torn_strange_or_newer_one_lies_aside_and_all_begins_anew(
    desk: Desk, content: bytes
) -> None:
    cockpit = desk.cockpit()
    cockpit.keep_screen(MEMORY)
    desk.state("screen").write_bytes(content)
    memory, said = cockpit.kept_screen()
    assert memory == ScreenMemory()
    aside = desk.state("screen").with_name("screen.json.aside-1")
    assert str(aside) in said and aside.read_bytes() == content
    cockpit.keep_screen(MEMORY)
    assert cockpit.kept_screen() == (MEMORY, "")
    desk.state("screen").write_bytes(content)
    cockpit.kept_screen()
    assert aside.read_bytes() == content and aside.with_name("screen.json.aside-2").exists()


def test_a_link_in_its_place_is_not_followed(desk: Desk) -> None:
    cockpit, path = desk.cockpit(), desk.state("screen")
    cockpit.keep_screen(MEMORY)
    path.unlink()
    path.symlink_to("/etc/passwd")
    assert cockpit.kept_screen()[0] == ScreenMemory()
    assert not os.path.lexists(path)


def test_a_folder_that_can_not_be_written_is_an_error_for_people(desk: Desk) -> None:
    cockpit = desk.cockpit()
    cockpit.keep_screen(ScreenMemory())
    facts = desk.state("screen").parent
    facts.rename(facts.with_name("was"))
    facts.touch()
    with pytest.raises(CockpitError):
        cockpit.keep_screen(MEMORY)
