"""Keeping a prompt and calling it off as steps: in the journal, undoable, whatever dies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import (
    CallOffPrompt,
    DeliverPrompt,
    Intent,
    Rename,
    Send,
    Start,
    Stop,
    Teardown,
    Undo,
)
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.prompt_queue import MOST
from cockpit.errors import CockpitError, Refused
from cockpit.services import prompt_line, prompt_queue
from cockpit.services.cockpit import LocalCockpit
from tests.services.conftest import Desk

ALPHA, BETA, GAMMA = LaneId("alpha"), LaneId("beta"), LaneId("gamma")


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(autouse=True)
def at_work(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The agent is in a turn."""
    monkeypatch.setattr(prompt_queue, "_is_idle", lambda _work, _lane: False)
    yield


@pytest.fixture
def begun(desk: Desk) -> Desk:
    desk.start()
    return desk


def keep(desk: Desk, *texts: str) -> None:
    for text in texts:
        desk.do(Send(ALPHA, text, when_idle=True))


def waiting(desk: Desk, lane: LaneId = ALPHA) -> list[str]:
    return [one.text for one in prompt_line.read(desk.usual().work, lane).waiting]


def last(desk: Desk) -> Operation:
    return desk.usual().log(last=1)[0]


def killed(desk: Desk, intent: Intent, at: str) -> None:
    def probe(where: str) -> None:
        if where == at:
            raise Killed(where)

    with pytest.raises(Killed):
        desk.do(intent, cockpit=desk.cockpit(probe))


def recovered(desk: Desk) -> str:
    """What the next start says; the one after it has nothing to say."""
    fresh: LocalCockpit = desk.cockpit()
    said = fresh.recover(desk.events.append)
    assert desk.cockpit().recover(desk.events.append) == []
    assert len(said) == 1
    return said[0]


# ---------------------------------------------------------------- the journal, undo


def test_each_is_a_step_that_holds_no_text(begun: Desk) -> None:
    keep(begun, "the secret is 1234")
    kept = last(begun)
    assert (kept.kind, kept.state, kept.lane) == (OpKind.PROMPT, OpState.DONE, ALPHA)
    assert "18 characters for alpha" in kept.summary and "1234" not in repr(kept)
    begun.do(CallOffPrompt(ALPHA))
    assert last(begun).summary == "call off 1 prompt for alpha"
    assert "1234" not in repr(last(begun))


def test_undoing_a_kept_prompt_takes_it_out_of_the_line(begun: Desk) -> None:
    keep(begun, "one", "two \udc80")
    shown = begun.usual().preview_undo(None)
    assert shown.lines == ("the prompt for alpha does not wait any more: “two �”",)
    begun.do(Undo())
    assert waiting(begun) == ["one"]
    begun.do(Undo())
    assert waiting(begun) == [] and not begun.state("prompts-alpha").exists()
    with pytest.raises(Refused, match="No prompt waits"):
        begun.do(DeliverPrompt(ALPHA))
    assert begun.tmux.pasted == []


def test_undoing_a_calling_off_brings_all_back_in_order(begun: Desk) -> None:
    keep(begun, "one", "two \udc80", "x" * 200_000)
    second = prompt_line.read(begun.usual().work, ALPHA).waiting[1]
    begun.do(CallOffPrompt(ALPHA, second.id))
    assert waiting(begun) == ["one", "x" * 200_000]
    begun.do(Undo())
    assert waiting(begun) == ["one", "two \udc80", "x" * 200_000]
    assert prompt_line.read(begun.usual().work, ALPHA).waiting[1] == second
    begun.do(CallOffPrompt(ALPHA))
    begun.do(Undo())
    for text in ("one", "two \udc80", "x" * 200_000):
        begun.do(DeliverPrompt(ALPHA))
        assert begun.tmux.pasted[-1] == text
    assert len(begun.tmux.pasted) == 3


def test_one_that_was_sent_is_passed_by_and_can_not_be_undone(begun: Desk) -> None:
    keep(begun, "one")
    kept = last(begun).seq
    begun.do(DeliverPrompt(ALPHA))
    sent = last(begun).seq
    assert begun.usual().preview_undo(None).operation.kind is OpKind.START
    shown = begun.usual().preview_undo(kept)
    assert shown.in_the_way == (f"step {sent} typed it (send 3 characters to alpha)",)
    with pytest.raises(Refused, match="can't be undone now"):
        begun.do(Undo(kept))
    names = [path.name for path in begun.state("x").parent.iterdir()]
    assert not [name for name in names if name.startswith("prompt-")], "nothing of it stays"


def test_doubtful_ones_come_back_as_doubtful(begun: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.services.prompts.TAKEN_WITHIN", 0.05)
    keep(begun, "one")
    begun.tmux.echo = False
    with pytest.raises(CockpitError):
        begun.do(DeliverPrompt(ALPHA))
    begun.do(CallOffPrompt(ALPHA))
    assert last(begun).summary == "call off what was doubtful for alpha"
    begun.do(Undo())
    queue = prompt_line.read(begun.usual().work, ALPHA)
    assert [one.text for one in queue.doubtful] == ["one"] and not queue.waiting
    assert begun.tmux.pasted == ["one"]


def test_they_do_not_come_back_to_another_lane_of_that_name(begun: Desk) -> None:
    keep(begun, "one")
    begun.do(CallOffPrompt(ALPHA))
    called_off = last(begun).seq
    begun.do(Teardown(ALPHA, begun.usual().preview_teardown(ALPHA).token))
    begun.do(Start(ALPHA))
    shown = begun.usual().preview_undo(called_off)
    assert "teardown" in shown.in_the_way[0] or "tear" in shown.in_the_way[0]
    with pytest.raises(Refused, match="can't be undone now"):
        begun.do(Undo(called_off))
    assert waiting(begun) == []


def test_they_do_not_come_back_where_too_many_wait(begun: Desk) -> None:
    keep(begun, "one")
    begun.do(CallOffPrompt(ALPHA))
    called_off = last(begun).seq
    keep(begun, *map(str, range(MOST)))
    with pytest.raises(Refused, match=f"{MOST} prompts wait"):
        begun.do(Undo(called_off))


def test_a_prompt_whose_text_is_gone_is_not_half_restored(begun: Desk) -> None:
    keep(begun, "one", "two")
    first = prompt_line.read(begun.usual().work, ALPHA).waiting[0]
    begun.do(CallOffPrompt(ALPHA))
    begun.state(f"prompt-{first.id}").write_bytes(b"{")
    with pytest.raises(Refused, match="text of a prompt is gone"):
        begun.do(Undo(last(begun).seq))
    assert waiting(begun) == []


def test_a_line_that_lies_aside_is_a_step_that_plain_undo_passes_by(begun: Desk) -> None:
    keep(begun, "one")
    begun.state("prompts-alpha").write_bytes(b"{")
    begun.do(CallOffPrompt(ALPHA))
    aside = last(begun)
    assert aside.outcome["aside"].endswith("prompts-alpha.json.aside-1")
    with pytest.raises(Refused, match="lies aside"):
        begun.do(Undo(aside.seq))
    assert begun.usual().preview_undo(None).operation.kind is OpKind.START


# ---------------------------------------------------------------- another name


def test_what_waits_goes_with_a_lane_that_is_renamed(begun: Desk) -> None:
    keep(begun, "one")
    kept = last(begun).seq
    begun.do(Stop(ALPHA))
    begun.do(Rename(ALPHA, GAMMA))
    assert (waiting(begun), waiting(begun, GAMMA)) == ([], ["one"])
    with pytest.raises(Refused, match="rename alpha to gamma"):
        begun.do(Undo(kept))
    begun.do(Undo())
    assert (waiting(begun), waiting(begun, GAMMA)) == (["one"], [])
    begun.do(Undo(kept))
    assert waiting(begun) == []


# ---------------------------------------------------------------- deaths

PUT, TAKE, END = (
    "prompt: put the prompt into the line",
    "prompt: take them out of the line",
    "prompt: end",
)


def test_killed_before_it_waited_it_is_dropped_with_its_words(begun: Desk) -> None:
    killed(begun, Send(ALPHA, "\nThen the docs.\nAnd more.", when_idle=True), PUT)
    assert "nothing waits of it (“Then the docs.”)" in recovered(begun)
    assert waiting(begun) == [] and last(begun).state is OpState.ABANDONED


def test_killed_when_it_waited_it_waits(begun: Desk) -> None:
    killed(begun, Send(ALPHA, "one", when_idle=True), END)
    assert "had been done" in recovered(begun)
    begun.do(Undo())
    assert waiting(begun) == []


@pytest.mark.parametrize("then", [DeliverPrompt(ALPHA), CallOffPrompt(ALPHA)])
def test_killed_when_it_waited_and_gone_before_the_next_start(begun: Desk, then: Intent) -> None:
    killed(begun, Send(ALPHA, "one", when_idle=True), END)
    begun.do(then)
    assert "had been done" in recovered(begun)
    assert waiting(begun) == [] and len(begun.tmux.pasted) <= 1


@pytest.mark.parametrize("at", [TAKE, END])
def test_killed_while_they_were_called_off_they_are(begun: Desk, at: str) -> None:
    keep(begun, "one", "two")
    killed(begun, CallOffPrompt(ALPHA), at)
    recovered(begun)
    assert waiting(begun) == []
    begun.do(Undo())
    assert waiting(begun) == ["one", "two"]


def test_one_that_was_typed_before_the_next_start_is_not_called_off(begun: Desk) -> None:
    keep(begun, "one", "two")
    killed(begun, CallOffPrompt(ALPHA), TAKE)
    begun.do(DeliverPrompt(ALPHA))
    recovered(begun)
    assert (begun.tmux.pasted, waiting(begun)) == (["one"], [])
    begun.do(Undo())
    assert waiting(begun) == ["two"], "the one that was typed is not typed twice"


@pytest.mark.parametrize("at", ["undo: write the line of before", "undo: end"])
def test_killed_while_keeping_was_undone_it_does_not_wait(begun: Desk, at: str) -> None:
    keep(begun, "one")
    killed(begun, Undo(), at)
    recovered(begun)
    assert waiting(begun) == [] and last(begun).state is OpState.DONE


@pytest.mark.parametrize(
    ("at", "after"), [("undo: write the line of before", []), ("undo: end", ["one"])]
)
def test_killed_while_calling_off_was_undone(begun: Desk, at: str, after: list[str]) -> None:
    keep(begun, "one")
    begun.do(CallOffPrompt(ALPHA))
    killed(begun, Undo(), at)
    recovered(begun)
    assert waiting(begun) == after
    if not after:
        begun.do(Undo())
    begun.do(DeliverPrompt(ALPHA))
    assert begun.tmux.pasted == ["one"]


def test_what_can_not_be_written_is_dropped(begun: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise CockpitError("The disk is full.")

    keep(begun, "one")
    with monkeypatch.context() as patch:
        patch.setattr(prompt_line, "write", full)
        with pytest.raises(CockpitError, match="disk is full"):
            keep(begun, "two")
        assert last(begun).state is OpState.ABANDONED
        with pytest.raises(CockpitError, match="disk is full"):
            begun.do(CallOffPrompt(ALPHA))
        assert last(begun).state is OpState.ABANDONED
    assert waiting(begun) == ["one"]
    assert begun.cockpit().recover(begun.events.append) == []
