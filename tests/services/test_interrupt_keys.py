"""An agent that is stopped with two keys gets them one after the other, not as one key."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Interrupt, Send
from cockpit.services import panes
from tests.services.conftest import Desk

PRESET = """\
checked = "2026-08-28"
command = ["sh"]
ready = '\\S'
interrupt = ["Escape", "Escape"]
"""


@pytest.fixture
def waits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, int]]:
    """Every pause with how many keys were pressed before it."""
    found: list[tuple[float, int]] = []
    clock = type(desk.usual().work.clock)
    wait = clock.wait

    def note(self: object, seconds: float) -> None:
        found.append((seconds, len(desk.tmux.pressed)))
        wait(self, seconds)  # type: ignore[arg-type]

    monkeypatch.setattr(clock, "wait", note)
    return found


def test_two_stop_keys_are_two_presses(
    desk: Desk, isolated: Path, waits: list[tuple[float, int]]
) -> None:
    folder = isolated / "config" / "cockpit" / "agents"
    folder.mkdir(parents=True)
    (folder / "twice.toml").write_text(PRESET)
    desk.configure('target: main\nlanes: {alpha: {agent: twice, zone: ["src/**"]}}\n')
    desk.trust()
    desk.start()
    desk.do(Interrupt(LaneId("alpha")))
    assert [keys for _, keys in desk.tmux.pressed] == [("Escape",), ("Escape",)]
    assert (panes.BETWEEN_KEYS, 1) in waits


def test_enter_waits_until_a_paste_has_settled(desk: Desk, waits: list[tuple[float, int]]) -> None:
    desk.start()
    desk.tmux.pressed.clear()
    desk.do(Send(LaneId("alpha"), "hello", force=True))
    assert desk.tmux.pressed[0][1] == ("Enter",)
    assert (panes.SETTLE, 0) in waits
