"""What the terminal sends, read into keys: an Escape alone, and one that begins a sequence."""

from __future__ import annotations

import itertools

import pytest
from textual import constants, events
from textual.message import Message

from cockpit.ui.driver import IN_TMUX, READ, KeyReader, escape_wait

WAIT = 0.1


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    one = Clock()
    monkeypatch.setattr("textual._parser.get_time", one)
    monkeypatch.setattr("cockpit.ui.driver.get_time", one)
    return one


def keys(*read: object) -> list[str]:
    found: list[Message] = list(itertools.chain(*read))  # type: ignore[arg-type]
    return [one.key for one in found if isinstance(one, events.Key)]


def test_an_escape_alone_is_one_after_the_wait(clock: Clock) -> None:
    reader = KeyReader(WAIT)
    assert reader.patience is None
    assert keys(reader.take(b"\x1b")) == []
    clock.now += WAIT - 0.01
    assert reader.patience == pytest.approx(0.01)
    assert keys(reader.overdue()) == []
    clock.now += 0.02
    assert reader.patience == 0.0
    assert keys(reader.overdue()) == ["escape"]
    assert reader.patience is None


def test_a_key_after_the_wait_does_not_become_one_with_the_escape(clock: Clock) -> None:
    reader = KeyReader(WAIT)
    assert keys(reader.take(b"\x1b")) == []
    clock.now += WAIT + 0.001
    assert keys(reader.take(b"q")) == ["escape", "q"], "nobody looked between the two"


def test_a_sequence_in_pieces_is_one_key(clock: Clock) -> None:
    reader = KeyReader(WAIT)
    assert keys(reader.take(b"\x1b")) == []
    clock.now += WAIT - 0.01
    assert keys(reader.take(b"[")) == []
    clock.now += WAIT - 0.01
    assert keys(reader.take(b"A")) == ["up"]


def test_a_sequence_that_one_read_cuts_is_one_key_however_late(clock: Clock) -> None:
    reader = KeyReader(WAIT)
    assert keys(reader.take(b"x" * (READ - 1) + b"\x1b")) == ["x"] * (READ - 1)
    clock.now += 3 * WAIT
    assert keys(reader.take(b"[A")) == ["up"]


def test_an_escape_that_ends_a_full_read_is_not_kept(clock: Clock) -> None:
    reader = KeyReader(WAIT)
    assert keys(reader.take(b"x" * (READ - 1) + b"\x1b"))[-1] == "x"
    clock.now += WAIT
    assert keys(reader.overdue()) == ["escape"]


def test_the_end_of_the_input_and_a_handed_over_terminal(clock: Clock) -> None:
    reader = KeyReader(WAIT)
    assert keys(reader.take(b"\x1b"), reader.take(b""), reader.end()) == ["escape"]
    assert keys(KeyReader(WAIT).end()) == []


def test_broken_text_is_no_end(clock: Clock) -> None:
    reader = KeyReader(WAIT)
    assert keys(reader.take(b"\xff\xc3"), reader.take(b"q"))[-1] == "q"


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({}, constants.ESCAPE_DELAY),
        ({"TMUX": "/s,1,0"}, IN_TMUX),
        ({"TMUX": "/s,1,0", "ESCDELAY": "300"}, constants.ESCAPE_DELAY),
    ],
)
def test_how_long_an_escape_waits(environment: dict[str, str], seconds: float) -> None:
    assert escape_wait(environment) == seconds
