"""When panes are captured: leading edge, throttle, hold, sleep. No tmux; a real loop."""

from __future__ import annotations

import asyncio

import pytest

from cockpit.adapters.tmux.feed import NOISY, Feed
from cockpit.domain.ids import PaneId
from tests.adapters.tmux.helpers import until

PANE = PaneId("%1")
INTERVAL = 0.05


class Recorder:
    """Counts captures (and whether output was resumed) and holds."""

    def __init__(self) -> None:
        self.captures: list[bool] = []
        self.times: list[float] = []
        self.holds = 0
        self.gate: asyncio.Event | None = None

    async def capture(self, pane: PaneId, resume: bool) -> None:
        self.captures.append(resume)
        self.times.append(asyncio.get_running_loop().time())
        if self.gate is not None:
            await self.gate.wait()

    def hold(self, pane: PaneId) -> None:
        self.holds += 1

    def feed(self, *, held: bool = False) -> Feed:
        return Feed(PANE, INTERVAL, capture=self.capture, hold=self.hold, held=held)


@pytest.fixture
def seen() -> Recorder:
    return Recorder()


async def test_the_first_word_after_a_silence_is_captured_at_once(seen: Recorder) -> None:
    feed = seen.feed()
    feed.output(1)
    await asyncio.sleep(0)
    assert seen.captures == [False]
    feed.output(1)
    await asyncio.sleep(0)
    assert seen.captures == [False], "the second waits for its turn"
    await until(lambda: len(seen.captures) == 2)
    assert seen.times[1] // INTERVAL > seen.times[0] // INTERVAL, "not twice in one beat"
    await asyncio.sleep(INTERVAL * 2)
    assert len(seen.captures) == 2, "silence costs nothing"
    feed.close()


async def test_a_burst_is_one_capture(seen: Recorder) -> None:
    feed = seen.feed()
    for _ in range(100):
        feed.output(10)
    await asyncio.sleep(INTERVAL * 3)
    assert len(seen.captures) <= 2
    feed.close()


async def test_output_during_a_capture_is_not_lost(seen: Recorder) -> None:
    seen.gate = asyncio.Event()
    feed = seen.feed()
    feed.output(1)
    await until(lambda: len(seen.captures) == 1)
    feed.output(1)
    await asyncio.sleep(INTERVAL * 2)
    assert len(seen.captures) == 1, "one at a time"
    seen.gate.set()
    await until(lambda: len(seen.captures) == 2)
    feed.close()


async def test_a_noisy_pane_is_held_once_and_resumed_by_its_capture(seen: Recorder) -> None:
    feed = seen.feed()
    feed.output(1)
    await asyncio.sleep(0)
    for _ in range(5):
        feed.output(NOISY)
    assert seen.holds == 1
    await until(lambda: len(seen.captures) == 2)
    assert seen.captures == [False, True]
    feed.output(1)
    await until(lambda: len(seen.captures) == 3)
    assert seen.captures[-1] is False
    feed.close()


async def test_a_pane_that_tmux_paused_is_resumed(seen: Recorder) -> None:
    feed = seen.feed()
    feed.paused()
    await until(lambda: seen.captures == [True])
    feed.close()


async def test_a_pane_that_was_held_while_hidden_is_resumed(seen: Recorder) -> None:
    feed = seen.feed(held=True)
    feed.wake()
    await until(lambda: seen.captures == [True])
    feed.close()


async def test_asleep_nothing_is_captured_and_awake_once(seen: Recorder) -> None:
    feed = seen.feed()
    feed.sleep(True)
    feed.output(1)
    await asyncio.sleep(INTERVAL * 2)
    assert seen.captures == []
    feed.sleep(False)
    await until(lambda: len(seen.captures) == 1)
    feed.close()


async def test_focus_makes_a_waiting_capture_due_sooner(seen: Recorder) -> None:
    feed = Feed(PANE, 5.0, capture=seen.capture, hold=seen.hold)
    feed.output(1)
    await asyncio.sleep(0)
    feed.output(1)
    feed.focus(0.01)
    await until(lambda: len(seen.captures) == 2)
    feed.close()


async def test_a_closed_feed_captures_nothing(seen: Recorder) -> None:
    feed = seen.feed()
    feed.output(1)
    await asyncio.sleep(0)
    feed.output(1)
    feed.close()
    feed.output(1)
    await asyncio.sleep(INTERVAL * 2)
    assert len(seen.captures) == 1
