"""Prompts that wait for the end of a turn: sent once, or known not to be, whatever dies."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from cockpit.domain.activity import State
from cockpit.domain.events import PromptsChanged
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import CallOffPrompt, DeliverPrompt, Send, Start, Teardown
from cockpit.domain.prompt_queue import MOST
from cockpit.errors import CockpitError, DeliveryUnknown, Refused
from cockpit.services import prompt_line, prompt_queue, sync_queue
from cockpit.services.cockpit import LocalCockpit
from cockpit.services.supervisor import TICK
from tests.services.conftest import Desk
from tests.services.test_supervisor import running, until

ALPHA = LaneId("alpha")


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(autouse=True)
def turn(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bool]]:
    """Whether the agent rests, as its screen says."""
    state = {"idle": False}
    monkeypatch.setattr(prompt_queue, "_is_idle", lambda _work, _lane: state["idle"])
    yield state


def sent(desk: Desk) -> list[str]:
    return desk.tmux.pasted


def waiting(desk: Desk) -> list[str]:
    return [one.text for one in prompt_line.read(desk.usual().work, ALPHA).waiting]


def doubtful(desk: Desk) -> list[str]:
    return [one.text for one in prompt_line.read(desk.usual().work, ALPHA).doubtful]


def keep(desk: Desk, text: str = "Then the docs.") -> None:
    desk.do(Send(ALPHA, text, when_idle=True))


def dying(desk: Desk, at: str) -> LocalCockpit:
    def probe(where: str) -> None:
        if where == at:
            raise Killed(where)

    return desk.cockpit(probe)


def test_it_waits_in_order_privately_and_is_sent_once(desk: Desk) -> None:
    desk.start()
    keep(desk, "one")
    keep(desk, "two \udc80")
    assert sent(desk) == []
    assert waiting(desk) == ["one", "two \udc80"]
    assert desk.state("prompts-alpha").stat().st_mode & 0o777 == 0o600
    desk.do(DeliverPrompt(ALPHA), cockpit=desk.cockpit())
    assert sent(desk) == ["one"]
    assert waiting(desk) == ["two \udc80"]
    desk.do(DeliverPrompt(ALPHA))
    with pytest.raises(Refused, match="No prompt waits"):
        desk.do(DeliverPrompt(ALPHA))
    assert sent(desk) == ["one", "two \udc80"]
    assert not desk.state("prompts-alpha").exists()


def test_an_agent_at_rest_gets_it_at_once_unless_others_wait(
    desk: Desk, turn: dict[str, bool]
) -> None:
    desk.start()
    turn["idle"] = True
    keep(desk, "now")
    assert sent(desk) == ["now"]
    turn["idle"] = False
    keep(desk, "first")
    turn["idle"] = True
    keep(desk, "second")
    assert sent(desk) == ["now"]
    assert waiting(desk) == ["first", "second"]


def test_killed_before_a_key_was_typed_it_waits_on(desk: Desk) -> None:
    desk.start()
    keep(desk, "one")
    with pytest.raises(Killed):
        desk.do(DeliverPrompt(ALPHA), cockpit=dying(desk, "prompt taken from the line"))
    assert sent(desk) == [] and waiting(desk) == []
    desk.cockpit().recover(lambda _event: None)
    desk.do(DeliverPrompt(ALPHA))
    assert sent(desk) == ["one"]
    assert not desk.state("prompts-alpha").exists()


def test_killed_while_it_was_typed_it_is_never_typed_again(desk: Desk) -> None:
    desk.start()
    keep(desk, "one")
    keep(desk, "two")
    press = desk.tmux.press

    def die(*_args: object) -> None:
        raise Killed

    desk.tmux.press = die  # type: ignore[assignment, method-assign]
    with pytest.raises(Killed):
        desk.do(DeliverPrompt(ALPHA))
    desk.tmux.press = press  # type: ignore[method-assign]
    after = desk.cockpit()
    after.recover(lambda _event: None)
    desk.do(DeliverPrompt(ALPHA), cockpit=after)
    assert sent(desk) == ["one", "two"], "each was typed once"
    assert doubtful(desk) == ["one"]
    desk.do(CallOffPrompt(ALPHA))
    assert doubtful(desk) == []


def test_killed_after_it_was_seen_it_is_forgotten(desk: Desk) -> None:
    desk.start()
    keep(desk, "one")
    with pytest.raises(Killed):
        desk.do(DeliverPrompt(ALPHA), cockpit=dying(desk, "prompt sent"))
    with pytest.raises(Refused, match="No prompt waits"):
        desk.do(DeliverPrompt(ALPHA))
    assert sent(desk) == ["one"] and doubtful(desk) == []


def test_one_that_nobody_saw_taken_is_doubtful(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.services.prompts.TAKEN_WITHIN", 0.05)
    desk.start()
    keep(desk, "one")
    desk.tmux.echo = False
    with pytest.raises(DeliveryUnknown):
        desk.do(DeliverPrompt(ALPHA))
    assert doubtful(desk) == ["one"] and waiting(desk) == []
    assert sent(desk) == ["one"]


def test_a_refused_one_waits_on_with_the_reason(desk: Desk) -> None:
    desk.start()
    keep(desk, "one")
    desk.tmux.infos[ALPHA] = replace(desk.tmux.infos[ALPHA], dead=True)
    with pytest.raises(CockpitError):
        desk.do(DeliverPrompt(ALPHA))
    queue = prompt_line.read(desk.usual().work, ALPHA)
    assert queue.waiting[0].why and not queue.is_due
    assert sent(desk) == []


def test_another_lane_of_that_name_does_not_get_it(desk: Desk) -> None:
    desk.start()
    keep(desk, "one")
    desk.do(Teardown(ALPHA, desk.usual().preview_teardown(ALPHA).token))
    desk.do(Start(ALPHA))
    with pytest.raises(Refused, match="started anew"):
        desk.do(DeliverPrompt(ALPHA))
    assert sent(desk) == [] and waiting(desk) == ["one"]


def test_two_cockpits_send_it_once(desk: Desk) -> None:
    desk.start()
    keep(desk, "one")
    results: list[str] = []

    def deliver(cockpit: LocalCockpit) -> None:
        try:
            cockpit.carry_out(DeliverPrompt(ALPHA), lambda _event: None, by="test")
            results.append("sent")
        except Refused:
            results.append("refused")

    threads = [threading.Thread(target=deliver, args=(desk.cockpit(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(results) == ["refused", "sent"]
    assert sent(desk) == ["one"]


def test_calling_off_one_or_all(desk: Desk) -> None:
    desk.start()
    for text in ("one", "two", "three"):
        keep(desk, text)
    queue = prompt_line.read(desk.usual().work, ALPHA)
    desk.do(CallOffPrompt(ALPHA, queue.waiting[1].id))
    assert waiting(desk) == ["one", "three"]
    desk.do(CallOffPrompt(ALPHA))
    with pytest.raises(Refused, match="No prompt waits"):
        desk.do(CallOffPrompt(ALPHA))


@pytest.mark.parametrize("content", [b"{", b'{"version": 1, "value": {"waiting": [{"text": 1}]}}'])
def test_a_damaged_line_sends_nothing_and_is_put_aside(desk: Desk, content: bytes) -> None:
    desk.start()
    keep(desk)
    desk.state("prompts-alpha").write_bytes(content)
    with pytest.raises(CockpitError, match="can't be read"):
        desk.do(DeliverPrompt(ALPHA))
    assert prompt_queue.changed(desk.usual().work).waiting == {}
    desk.do(CallOffPrompt(ALPHA))
    assert not desk.state("prompts-alpha").exists()
    assert sent(desk) == []


def test_too_many_and_empty_ones_are_refused(desk: Desk) -> None:
    desk.start()
    with pytest.raises(Refused, match="empty"):
        keep(desk, " \n")
    for number in range(MOST):
        keep(desk, str(number))
    with pytest.raises(Refused, match="already"):
        keep(desk, "one more")
    with pytest.raises(Refused, match="not started"):
        desk.do(Send(LaneId("beta"), "x", when_idle=True))


async def test_the_app_sends_what_another_process_kept_when_the_turn_ends(desk: Desk) -> None:
    desk.start()
    keep(desk, "x" * 200_000)
    async with running(desk) as (supervisor, _, events):

        def is_shown() -> bool:
            return any(isinstance(event, PromptsChanged) and event.waiting for event in events)

        await until(is_shown, "it is shown")
        await until(lambda: sent(desk) == ["x" * 200_000], "it is sent")
        await until(lambda: not supervisor.fleet.lanes[ALPHA].prompts, "and gone")


async def test_nothing_is_sent_while_the_app_winds_down(desk: Desk) -> None:
    desk.start()
    keep(desk)
    async with running(desk) as (supervisor, _, _events):
        supervisor.wind_down(True)
        await until(lambda: bool(supervisor.fleet.lanes[ALPHA].prompts), "it is shown")
        await until(lambda: supervisor.fleet.lanes[ALPHA].activity.state is State.IDLE, "rests")
        await asyncio.sleep(2 * (TICK + sync_queue.CALM))
        assert sent(desk) == []
        supervisor.wind_down(False)
        await until(lambda: sent(desk) == ["Then the docs."], "it goes on")
