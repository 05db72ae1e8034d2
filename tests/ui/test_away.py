"""Coming back: what happened meanwhile is told once, and only if there is something."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cockpit.domain.activity import Activity, State
from cockpit.domain.digest import Digest, Line, News, Seen
from cockpit.domain.events import ActivityChanged
from cockpit.domain.ids import LaneId
from cockpit.ui import away
from cockpit.ui.screens.digest import DigestScreen
from tests.ui.drive import Session, opened
from tests.ui.fake import NOW, FakeSupervisor, fleet_of, fleet_of_size, view

BETA = LaneId("beta")
LINES = (
    Line(News.ASKS, BETA, "May I? [@click=app.quit]\x1b[2J", NOW - 60),
    Line(News.LANDED, LaneId("alpha"), "land alpha on main", NOW - 3600, "background"),
)
SEEN = Seen(NOW - 7200, {})


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(away, "EVERY", 0.02)


def news(*lines: Line, seen: Seen | None = SEEN, size: int = 2) -> FakeSupervisor:
    supervisor = FakeSupervisor(fleet_of_size(size))
    supervisor.fake.answers |= {"seen": seen, "digest": Digest(SEEN.at, lines)}
    return supervisor


def is_told(session: Session) -> Callable[[], bool]:
    return lambda: isinstance(session.app.screen, DigestScreen)


async def test_what_happened_is_told_and_a_line_leads_to_its_lane() -> None:
    async with opened(fleet_of_size(2), supervisor=news(*LINES)) as session:
        await session.until(is_told(session))
        await session.settle()
        text = session.text()
        assert "since 2h ago" in text and "? asks" in text and "[@click=app.quit]" in text
        assert "· background" in text and "\x1b" not in text
        await session.press("enter")
        assert session.chosen() == "beta"
        assert session.app.screen is session.app.board


@pytest.mark.parametrize("seen", [None, SEEN])
async def test_nothing_is_shown_where_there_is_nothing(seen: Seen | None) -> None:
    lines = LINES if seen is None else ()
    async with opened(fleet_of_size(2), supervisor=news(*lines, seen=seen)) as session:
        for _ in range(10):
            await session.pilot.pause(0.02)
        assert session.app.screen is session.app.board
        session.app.perform("digest")
        await session.until(is_told(session))
        await session.settle()
        assert seen is None or "Nothing happened." in session.text()


async def test_it_waits_until_every_lane_was_looked_at() -> None:
    unseen = view("alpha", state=State.UNKNOWN)
    fleet = fleet_of(unseen)
    from dataclasses import replace

    from cockpit.domain.fleet import UNSEEN

    fleet = fleet_of(replace(unseen, activity=UNSEEN))
    supervisor = FakeSupervisor(fleet)
    supervisor.fake.answers |= {"seen": SEEN, "digest": Digest(SEEN.at, LINES)}
    async with opened(fleet, supervisor=supervisor) as session:
        for _ in range(10):
            await session.pilot.pause(0.02)
        assert session.app.screen is session.app.board
        idle = Activity(State.IDLE, "screen", "a rule", NOW)
        session.supervisor.tell(ActivityChanged(LaneId("alpha"), idle))
        await session.until(is_told(session))


async def test_a_terminal_that_goes_and_comes_back_is_told_too() -> None:
    async with opened(fleet_of_size(2), supervisor=news(), hosted=True) as session:
        session.supervisor.fake_live.client = False
        await session.until(lambda: session.app.away.is_away)
        keeps = session.supervisor.fake.answers["kept_seen"]
        assert keeps[-1].states["alpha"].startswith("asking")
        session.supervisor.fake.answers["digest"] = Digest(NOW, LINES)
        assert session.app.screen is session.app.board, "nobody looks"
        session.supervisor.fake_live.client = True
        await session.until(is_told(session))


async def test_it_never_opens_over_what_is_being_written() -> None:
    async with opened(fleet_of_size(2), supervisor=news(), hosted=True) as session:
        session.supervisor.fake_live.client = False
        await session.until(lambda: session.app.away.is_away)
        await session.press("o")
        session.supervisor.fake.answers["digest"] = Digest(NOW, LINES)
        session.supervisor.fake_live.client = True
        await session.until(lambda: any("while you were away" in t for t in session.toasts()))
        assert not isinstance(session.app.screen, DigestScreen)
