"""Screens as text, compared with recorded ones; `UPDATE_GOLDENS=1 pytest …` records anew."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.domain.activity import State
from cockpit.domain.events import GateOutput, TrainChanged
from cockpit.domain.ids import LaneId
from cockpit.ui import themes
from tests.ui import boards, trains
from tests.ui.changes import CHANGE, large
from tests.ui.drive import Session, known_themes, opened
from tests.ui.fake import FakeSupervisor, fleet_of, fleet_of_size, frame, view

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


SIZES = [(60, 20), (80, 24), (120, 40), (200, 60), (300, 80)]
BOARDS = {1: fleet_of_size(1), 4: FOUR, 7: fleet_of_size(7), 15: fleet_of_size(15)}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("count", BOARDS)
async def test_boards(count: int, size: tuple[int, int]) -> None:
    """In every theme the same words at the same places: nothing is said by colour alone."""
    async with opened(BOARDS[count], size=size) as session:
        await paint(session)
        compare(f"board-{count}-{size[0]}x{size[1]}", session.text())
        before = session.text()
        for theme in known_themes():
            session.app.theme = themes.PREFIX + theme
            await session.settle()
            assert session.text() == before, theme


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_facts_beside_a_zoomed_lane(size: tuple[int, int]) -> None:
    async with opened(boards.every_fleet(), size=size) as session:
        await paint(session)
        await session.press("z", "tab")
        await session.until(lambda: "Commits" in session.text())
        compare(f"side-{size[0]}x{size[1]}", session.text())


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


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("kind", ["empty", "asides", "fifteen", "running", "ended"])
async def test_trains(kind: str, size: tuple[int, int]) -> None:
    full = {"empty": trains.train(), "asides": trains.four_asides(), "fifteen": trains.riders(15)}
    fake = FakeSupervisor(trains.idle_fleet(15 if kind == "fifteen" else 7))
    fake.fake.answers["train"] = trains.answering(full.get(kind, trains.riders(7)))
    async with opened(fake.fleet, size=size, supervisor=fake) as session:
        await session.press("M")
        if kind in ("running", "ended"):
            await session.press("enter")
            fake.tell(GateOutput(LaneId("beta"), ("FAIL: test_half_a_cent", "1 failed")))
            fake.tell(TrainChanged(trains.running()))
            fake.tell(GateOutput(LaneId("gamma"), tuple(f"test {at} ok" for at in range(40))))
            await session.settle()
            await session.until(lambda: "test 39 ok" in session.text())
            await session.settle()
        if kind == "ended":
            fake.tell(TrainChanged(replace(trains.ended(), running=True, stopped="")))
            fake.tell(TrainChanged(trains.ended()))
            await session.settle()
        compare(f"train-{kind}-{size[0]}x{size[1]}", session.text())


async def test_the_board_while_a_train_runs() -> None:
    fleet = replace(trains.idle_fleet(7), train=trains.running())
    for size in ((80, 24), (120, 40)):
        async with opened(fleet, size=size) as session:
            await paint(session)
            compare(f"board-train-{size[0]}x{size[1]}", session.text())


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_reviews(size: tuple[int, int]) -> None:
    fake = FakeSupervisor(fleet_of(view("alpha", 1, State.IDLE)))
    fake.fake.answers["diff"] = CHANGE
    async with opened(fake.fleet, supervisor=fake, size=size) as session:
        await session.press("d", "space", "n")
        if size[0] >= 200:
            await session.press("v")
        compare(f"review-{size[0]}x{size[1]}", session.text())


async def test_a_review_of_ten_thousand_files() -> None:
    fake = FakeSupervisor(fleet_of(view("alpha", 1, State.IDLE)))
    fake.fake.answers["diff"] = large(10_000)
    async with opened(fake.fleet, supervisor=fake, size=(120, 40)) as session:
        await session.press("d", "G")
        compare("review-10000-files", session.text())
