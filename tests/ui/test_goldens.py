"""Screens as text, compared with recorded ones; `UPDATE_GOLDENS=1 pytest …` records anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cockpit.domain.activity import State
from cockpit.domain.fleet import Fleet
from tests.ui.drive import Session, opened
from tests.ui.fake import fleet_of, fleet_of_size, frame, view

GOLDENS = Path(__file__).parent / "goldens"
AGENT = [
    "\x1b[1m✻ Welcome\x1b[0m",
    "",
    "\x1b[32m●\x1b[0m Update(src/auth/token.py)",
    "  ⎿  Updated with \x1b[32m12\x1b[0m additions",
    "",
    "Do you want to proceed?",
    "\x1b[36m❯ 1. Yes\x1b[0m",
    "  2. No",
]

FOUR = fleet_of(
    view("alpha", 1, State.ASKING),
    view("beta", 2, State.WORKING),
    view("gamma", 3, State.EXITED, detail="1"),
    view("delta", 4, started=False),
)


def compare(name: str, text: str) -> None:
    path = GOLDENS / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text + "\n")
    assert text + "\n" == path.read_text(), f"{path} differs"


async def paint(session: Session) -> None:
    for number in range(1, len(session.app.board.fleet.lanes) + 1):
        session.supervisor.fake_live.on_frame(frame(number, AGENT))
    await session.settle()


@pytest.mark.parametrize(
    ("fleet", "size"),
    [
        (fleet_of_size(1), (80, 24)),
        (FOUR, (80, 24)),
        (FOUR, (120, 40)),
        (FOUR, (200, 60)),
        (fleet_of_size(15), (80, 24)),
        (fleet_of_size(15), (200, 60)),
    ],
    ids=lambda value: f"{len(value.lanes)}" if isinstance(value, Fleet) else f"{value[0]}",
)
async def test_boards(fleet: Fleet, size: tuple[int, int]) -> None:
    async with opened(fleet, size=size) as session:
        await paint(session)
        compare(f"board-{len(fleet.lanes)}-{size[0]}x{size[1]}", session.text())


@pytest.mark.parametrize(
    ("name", "key"),
    [("diff", "d"), ("landing", "m"), ("teardown", "D"), ("log", "g"), ("undo", "u")],
)
async def test_screens(name: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    import time

    time.tzset()
    async with opened(FOUR, size=(80, 24)) as session:
        await paint(session)
        await session.press(key)
        compare(f"{name}-80x24", session.text())


async def test_resizing_back_and_forth_leaves_the_same_picture() -> None:
    async with opened(FOUR, size=(80, 24)) as session:
        await paint(session)
        before = session.text()
        for size in ((200, 60), (45, 12), (80, 24)):
            await session.pilot.resize_terminal(*size)
            await session.settle()
        assert session.text() == before
