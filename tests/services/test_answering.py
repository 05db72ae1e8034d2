"""Answering questions: the one that was shown, once, seen to be taken; and what a death leaves."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cockpit.domain import inbox
from cockpit.domain.fleet import Fleet, apply
from cockpit.domain.ids import LaneId, PaneId
from cockpit.domain.inbox import Kind, Question
from cockpit.domain.intents import Answer, Send
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.errors import CockpitError, DeliveryUnknown, Refused, TimedOut, UsageError
from cockpit.services import answer_keys, prompts
from cockpit.services.api import Outcome
from cockpit.services.workplace import Probe, no_probe
from tests.conftest import retry_until
from tests.services.conftest import Desk

A, B = LaneId("alpha"), LaneId("beta")
LANES = """\
target: main
agents:
  bot: {command: [sh], preset: demo}
lanes:
  alpha: {agent: bot}
  beta: {agent: bot}
launch: {stagger: 0s}
gate: {run: ["true"], timeout: 20s, retry: 0}
"""
LINE = "─" * 12
IDLE = ["● Done.", "", LINE, "❯", LINE, "  ? for shortcuts"]
WORKING = ["● Reading", "", LINE, "❯", LINE, "  esc to interrupt"]


def dialog(command: str = "make lint", choices: tuple[str, ...] = ("Yes", "No")) -> list[str]:
    rows = [f" {'❯' if not at else ' '} {at + 1}. {text}" for at, text in enumerate(choices)]
    return [LINE, " Bash command", f"   {command}", " Do you want to proceed?", *rows, "",
            " Esc to cancel"]  # fmt: skip


def goes_on(typed: str) -> list[str]:
    """An agent that takes a prompt."""
    return WORKING if typed == "<Enter>" else ["typed", *IDLE]


Taken = Callable[[str], list[str] | None]
"""What a key or pasted text makes of the screen; None: nothing."""


class Asking:
    """A desk whose agents show what they are told to."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.takes: Taken = lambda typed: IDLE
        self.typed: list[str] = []
        desk.tmux.press = self._press  # type: ignore[method-assign]
        desk.tmux.paste = self._paste  # type: ignore[method-assign]

    def start(self, *lanes: str, rows: list[str] | None = None) -> None:
        for lane in lanes:
            self.desk.start(lane)
            self.show(rows or dialog(), LaneId(lane))

    def show(self, rows: list[str], lane: LaneId = A) -> None:
        self.desk.tmux.screens[self.pane(lane)] = list(rows)

    def pane(self, lane: LaneId) -> PaneId:
        return self.desk.tmux.infos[lane].ref.pane

    def _press(self, pane: PaneId, *keys: str) -> None:
        for key in keys:
            self._take(pane, f"<{key}>")

    def _paste(self, pane: PaneId, text: str) -> None:
        self._take(pane, text)

    def _take(self, pane: PaneId, typed: str) -> None:
        self.typed.append(typed)
        shown = self.takes(typed)
        if shown is not None:
            self.desk.tmux.screens[pane] = list(shown)

    def answer(
        self, text: str, *, lane: LaneId = A, asked: str = "", probe: Probe = no_probe
    ) -> Outcome:
        cockpit = self.desk.cockpit(probe) if probe is not no_probe else None
        return self.desk.do(Answer(lane, text, asked), cockpit=cockpit)

    def fleet(self) -> Fleet:
        cockpit = self.desk.usual()
        fleet = cockpit.fleet()
        for event in cockpit.observe():
            fleet = apply(fleet, event)
        return cockpit.board(fleet)

    def inbox(self) -> tuple[Question, ...]:
        return inbox.inbox(self.fleet())

    def operations(self, kind: OpKind = OpKind.ANSWER) -> list[Operation]:
        return [op for op in self.desk.usual().log() if op.kind is kind]


@pytest.fixture
def asking(make_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch) -> Asking:
    monkeypatch.setattr(answer_keys, "TAKEN_WITHIN", 0.2)
    monkeypatch.setattr(answer_keys, "ENTER_AFTER", 0.05)
    monkeypatch.setattr(answer_keys, "PAUSE", 0.005)
    monkeypatch.setattr(prompts, "TAKEN_WITHIN", 0.2)
    return Asking(make_desk(lanes=LANES))


# ---------------------------------------------------------------- on the screen


def test_a_choice_is_pressed_and_seen_to_be_taken(asking: Asking) -> None:
    asking.start("alpha")
    (question,) = asking.inbox()
    assert question.choices[0].label == "Yes"
    outcome = asking.answer("1", asked=question.token)
    assert asking.typed == ["<1>"]
    assert outcome.summary == "Answered alpha: 1 Yes."
    assert outcome.data["delivery"] == "seen" and outcome.data["answer"] == "1 Yes"
    (op,) = asking.operations()
    assert (op.state, op.outcome["delivery"]) == (OpState.DONE, "seen")
    assert op.intent["question"].startswith("Bash command · make lint")
    assert asking.inbox() == ()


def test_another_question_than_the_one_shown_is_not_answered(asking: Asking) -> None:
    asking.start("alpha")
    (question,) = asking.inbox()
    asking.show(dialog("rm -rf build"))
    with pytest.raises(Refused, match="asks something else now") as refused:
        asking.answer("1", asked=question.token)
    assert "rm -rf build" in refused.value.detail
    assert asking.typed == [] and asking.operations() == []


def test_a_question_that_is_gone_is_not_answered(asking: Asking) -> None:
    asking.start("alpha")
    (question,) = asking.inbox()
    for rows, said in ((IDLE, "does not ask that any more: it is idle"), (["?"], "can't be read")):
        asking.show(rows)
        with pytest.raises(Refused, match=said):
            asking.answer("1", asked=question.token)
    asking.show(IDLE)
    with pytest.raises(Refused, match="asks nothing"):
        asking.answer("1")
    assert asking.typed == []


def test_the_last_look_is_right_before_the_key(asking: Asking) -> None:
    """The dialog changes after the answer was begun: nothing is pressed, and it says so."""
    asking.start("alpha")
    (question,) = asking.inbox()

    def probe(where: str) -> None:
        if where == "answer: begin":
            asking.show(dialog("git push --force"))

    with pytest.raises(Refused, match="something else now"):
        asking.answer("1", asked=question.token, probe=probe)
    assert asking.typed == []
    assert [op.state for op in asking.operations()] == [OpState.ABANDONED]


def test_without_a_token_what_is_there_now_is_answered(asking: Asking) -> None:
    asking.start("alpha")
    asking.answer("no")
    assert asking.typed == ["<2>"]


def test_a_key_that_nothing_takes_is_told_and_not_pressed_again(asking: Asking) -> None:
    asking.start("alpha")
    asking.takes = lambda typed: None
    with pytest.raises(DeliveryUnknown, match="nobody saw it taken"):
        asking.answer("1")
    assert asking.typed == ["<1>"]
    (op,) = asking.operations()
    assert (op.state, op.outcome["delivery"]) == (OpState.DONE, "unknown")


def test_a_screen_that_says_nothing_for_a_moment_is_not_an_answer_taken(asking: Asking) -> None:
    asking.start("alpha")
    looks = iter([["being drawn"], dialog(), ["being drawn"], *[dialog()] * 1000])
    capture = asking.desk.tmux.capture
    asking.takes = lambda typed: ["pressed"]

    def flicker(pane: PaneId, **how: Any) -> list[str]:
        return next(looks) if asking.typed else capture(pane, **how)

    asking.desk.tmux.capture = flicker  # type: ignore[method-assign]
    with pytest.raises(DeliveryUnknown):
        asking.answer("1")


def test_a_look_that_fails_is_not_an_answer_taken(asking: Asking) -> None:
    asking.start("alpha")
    capture = asking.desk.tmux.capture

    def hangs(pane: PaneId, **how: Any) -> list[str]:
        if asking.typed:
            raise TimedOut("tmux does not answer.")
        return capture(pane, **how)

    asking.desk.tmux.capture = hangs  # type: ignore[method-assign]
    with pytest.raises(DeliveryUnknown):
        asking.answer("1")


def test_a_key_that_tmux_did_not_take_leaves_nothing_pending(asking: Asking) -> None:
    asking.start("alpha")

    def broken(pane: PaneId, *keys: str) -> None:
        raise TimedOut("tmux does not answer.")

    asking.desk.tmux.press = broken  # type: ignore[method-assign]
    with pytest.raises(DeliveryUnknown):
        asking.answer("1")
    assert [op.state for op in asking.operations()] == [OpState.DONE]


def test_the_next_question_is_told_and_not_answered(asking: Asking) -> None:
    asking.start("alpha")
    asking.takes = lambda typed: dialog("git push")
    outcome = asking.answer("1")
    assert asking.typed == ["<1>"]
    assert outcome.data["asks_more"] and "asks something else now" in outcome.summary


def test_an_agent_that_ends_with_the_answer_took_it(asking: Asking) -> None:
    asking.start("alpha")

    def ends(typed: str) -> list[str]:
        asking.desk.tmux.infos[A] = replace(asking.desk.tmux.infos[A], dead=True, exit_code=0)
        return ["bye"]

    asking.takes = ends
    assert asking.answer("2").data["delivery"] == "seen"


@pytest.mark.parametrize("text", ["3", "yes please", "", "  "])
def test_answers_that_are_none_are_refused_before_anything(asking: Asking, text: str) -> None:
    asking.start("alpha")
    with pytest.raises(Refused):
        asking.answer(text)
    assert asking.typed == [] and asking.operations() == []


def test_lanes_that_are_not_there(asking: Asking) -> None:
    with pytest.raises(UsageError):
        asking.answer("1", lane=LaneId("nobody"))
    with pytest.raises(Refused, match="not started"):
        asking.answer("1")


# ---------------------------------------------------------------- letters and words

PRESET = """\
checked = "2026-08-28"
command = ["sh"]
ready = "."
[answer]
words = "^Other"
[[screen]]
name = "question"
state = "asking"
rows = 8
every = ["^Q: "]
begins = "^Q: "
[[screen]]
name = "idle"
state = "idle"
rows = 4
every = ["^ready$"]
"""


@pytest.fixture
def plain(asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """An agent that asks in plain lines."""
    home = tmp_path / "config"
    (home / "cockpit" / "agents").mkdir(parents=True)
    (home / "cockpit" / "agents" / "plain.toml").write_text(PRESET)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    asking.desk.configure(LANES.replace("preset: demo", "preset: plain"))
    asking.desk.trust()
    return asking


def test_a_letter_is_entered_only_where_it_is_seen(plain: Asking) -> None:
    plain.start("alpha", rows=["Q: overwrite? (y/n)"])
    plain.takes = lambda typed: ["Q: overwrite? (y/n) y"] if typed == "<y>" else ["ready"]
    plain.answer("yes")
    assert plain.typed == ["<y>", "<Enter>"]
    plain.show(["Q: overwrite? (y/n)"])
    plain.typed.clear()
    plain.takes = lambda typed: ["ready"]
    plain.answer("y")
    assert plain.typed == ["<y>"], "a dialog that takes the key alone gets no Enter"
    plain.show(["Q: overwrite? (y/n)"])
    plain.typed.clear()
    plain.takes = lambda typed: None
    with pytest.raises(DeliveryUnknown):
        plain.answer("y")
    assert plain.typed == ["<y>"], "Enter could take what is preset there"


def test_words_are_typed_and_entered(plain: Asking) -> None:
    plain.start("alpha", rows=["Q: which name?"])
    words = "-flag; $(x) 'name'"
    plain.takes = lambda typed: ["Q: which name?", f"> {words}"] if typed == words else ["ready"]
    assert plain.answer(words).summary == "Answered alpha: in 18 characters."
    assert plain.typed == [words, "<Enter>"]


def test_words_that_are_not_seen_are_not_entered(plain: Asking) -> None:
    """Enter alone could take what is chosen in a dialog that no words go into."""
    plain.start("alpha", rows=["Q: allow once, always, reject"])
    for shown in (None, ["Q: allow once, always, reject", "a spinner turns"]):
        plain.typed.clear()
        plain.takes = lambda typed, shown=shown: shown  # type: ignore[misc]
        with pytest.raises(DeliveryUnknown):
            plain.answer("rather not")
        assert plain.typed == ["rather not"]
        plain.show(["Q: allow once, always, reject"])


def test_much_text_that_an_agent_folds_up_is_entered(plain: Asking) -> None:
    plain.start("alpha", rows=["Q: what now?"])
    words = "line\n" * 40
    plain.takes = lambda typed: (
        ["Q: what now?", "> [Pasted text #1 +40 lines]"] if typed == words else ["ready"]
    )
    plain.answer(words)
    assert plain.typed == [words, "<Enter>"]


def test_words_go_through_the_choice_that_takes_them(plain: Asking) -> None:
    asks = ["Q: which store?", "1. SQLite", "2. Other"]
    plain.start("alpha", rows=asks)

    def takes(typed: str) -> list[str]:
        return {
            "<2>": ["Q: which store?", "other:"],
            "Postgres": ["Q: which store?", "other: Postgres"],
        }.get(typed, ["ready"])

    plain.takes = takes
    plain.answer("Postgres")
    assert plain.typed == ["<2>", "Postgres", "<Enter>"]
    for shown in (None, ["Q: delete it?", "1. Yes", "2. No"]):
        plain.show(asks)
        plain.typed.clear()
        plain.takes = lambda typed, shown=shown: shown  # type: ignore[misc]
        with pytest.raises(DeliveryUnknown):
            plain.answer("Postgres")
        assert plain.typed == ["<2>"], "no words into what they could answer"


# ---------------------------------------------------------------- in a result

TASK = "---\nlane: alpha\n---\n# Issue tokens\n"
RESULT = "---\nstatus: blocked\nquestions:\n- Which store?\n- Which port?\n---\n"


def blocked(asking: Asking, text: str = RESULT) -> tuple[Question, ...]:
    """Alpha works on task 1 and has written a result that asks."""
    root = asking.desk.root
    (root / "tasks").mkdir(exist_ok=True)
    (root / "tasks" / "task-001-x.md").write_text(TASK)
    asking.start("alpha", rows=IDLE)
    work = asking.desk.usual().work
    work.registry.put(replace(work.registry.lanes()[A], task="task-001-x.md"))
    return written(asking, text)


def written(asking: Asking, text: str) -> tuple[Question, ...]:
    path = asking.desk.root / "results" / "task-001-result.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 5.0))  # written a moment ago
    return asking.inbox()


def test_a_results_question_is_answered_by_a_prompt(asking: Asking) -> None:
    store, port = blocked(asking)
    assert (store.kind, store.text, port.text) == (Kind.RESULT, "Which store?", "Which port?")
    asking.takes = goes_on
    outcome = asking.answer("SQLite, as in docs/", asked=store.token)
    assert asking.typed[0] == "Re: Which store?\nSQLite, as in docs/"
    assert outcome.data["kind"] == "result"
    assert [one.text for one in asking.inbox()] == ["Which port?"]
    assert [op.state for op in asking.operations(OpKind.SEND)] == [OpState.DONE]
    (asking.desk.root / "results" / "task-001-result.md").write_text(RESULT)
    retry_until(lambda: [one.text for one in asking.inbox()] == ["Which store?", "Which port?"])


def test_of_several_questions_one_must_be_meant(asking: Asking) -> None:
    blocked(asking)
    with pytest.raises(Refused, match="asks 2 things") as refused:
        asking.answer("SQLite")
    assert refused.value.detail == "1 Which store?\n2 Which port?"
    assert asking.typed == []


def test_a_result_that_asks_something_else_now_is_not_answered(asking: Asking) -> None:
    store, _ = blocked(asking)
    written(asking, RESULT.replace("Which store?", "May I delete it?"))
    with pytest.raises(Refused, match="does not ask that any more"):
        asking.answer("yes", asked=store.token)
    asking.show(dialog())
    with pytest.raises(Refused, match="asks something else now"):
        asking.answer("yes", asked=store.token)
    assert asking.typed == []


def test_a_prompt_that_nobody_saw_taken_leaves_the_question_listed(asking: Asking) -> None:
    store, _ = blocked(asking)
    asking.takes = lambda typed: None
    with pytest.raises(DeliveryUnknown):
        asking.answer("SQLite", asked=store.token)
    assert store.token in [one.token for one in asking.inbox()]
    assert [op.outcome["delivery"] for op in asking.operations()] == ["unknown"]


def test_a_refused_prompt_leaves_no_answer(asking: Asking) -> None:
    store, _ = blocked(asking)
    asking.desk.tmux.infos[A] = replace(asking.desk.tmux.infos[A], dead=True)
    with pytest.raises(Refused, match="has ended"):
        asking.answer("SQLite", asked=store.token)
    assert [op.state for op in asking.operations()] == [OpState.ABANDONED]
    assert len(asking.inbox()) == 2


def test_a_damaged_memory_says_that_nothing_was_answered(asking: Asking) -> None:
    store, _ = blocked(asking)
    state = asking.desk.usual().work.state
    damaged: list[Any] = [[], {store.token: 1}, {store.token: {"at": "x"}}]
    for value in damaged:
        state.write("answers", {"alpha": value})
        assert len(asking.inbox()) == 2


# ---------------------------------------------------------------- deaths


class Died(BaseException):
    """The process is gone."""


def dying(at: str) -> Probe:
    def probe(where: str) -> None:
        if where == at:
            raise Died

    return probe


def recovered(asking: Asking) -> list[str]:
    said = asking.desk.cockpit().recover(asking.desk.events.append)
    assert asking.desk.cockpit().recover(asking.desk.events.append) == []
    return said


@pytest.mark.parametrize(
    ("at", "said", "state"),
    [
        ("answer: begin", [], None),
        ("answer: press 1", ["may or may not have been given"], OpState.DONE),
        ("answer: end", ["may or may not have been given"], OpState.DONE),
    ],
)
def test_a_death_while_a_key_is_pressed(
    asking: Asking, at: str, said: list[str], state: OpState | None
) -> None:
    asking.start("alpha")
    with pytest.raises(Died):
        asking.answer("1", probe=dying(at))
    asking.typed.clear()
    found = recovered(asking)
    assert len(found) == len(said) and all(a in b for a, b in zip(said, found, strict=True))
    assert [op.state for op in asking.operations()] == ([state] if state else [])
    assert asking.typed == [], "never answered again by itself"


@pytest.mark.parametrize(
    ("at", "said", "left"),
    [
        ("answer: send the answer as a prompt", "before anything was typed", 2),
        ("send: begin", "before anything was typed", 2),
        ("send: paste the text", "may or may not", 2),
        ("send: press Enter", "may or may not", 2),
        ("answer: end", "had been given", 1),
    ],
)
def test_a_death_while_an_answer_is_sent(asking: Asking, at: str, said: str, left: int) -> None:
    store, _ = blocked(asking)
    asking.takes = goes_on
    with pytest.raises(Died):
        asking.answer("SQLite", asked=store.token, probe=dying(at))
    asking.typed.clear()
    found = [one for one in recovered(asking) if "answer alpha" in one]
    assert len(found) == 1 and said in found[0]
    assert len(asking.inbox()) == left
    assert asking.typed == []


def test_a_prompt_of_before_is_not_taken_for_the_answer(asking: Asking) -> None:
    store, _ = blocked(asking)
    asking.takes = goes_on
    asking.desk.do(Send(A, "Re: Which store?\nSQLite"))
    work = asking.desk.usual().work
    sent = asking.operations(OpKind.SEND)[-1]
    work.journal.begin(
        OpKind.ANSWER,
        lane=A,
        by="app",
        summary="answer alpha: in 6 characters",
        intent={
            "lane": "alpha", "kind": "result", "token": store.token, "question": "Which store?",
            "answer": "in 6 characters", "digest": sent.intent["digest"],
            "source": store.source, "typed": True,
        },
    )  # fmt: skip
    (said,) = recovered(asking)
    assert "before anything was typed" in said, "that prompt was sent before this answer began"


def test_two_answers_at_once_press_one_key(asking: Asking) -> None:
    """Of two processes the second looks when the first is done, and finds nothing."""
    asking.start("alpha")
    (question,) = asking.inbox()
    asking.answer("1", asked=question.token)
    with pytest.raises(CockpitError):
        asking.answer("1", asked=question.token)
    assert asking.typed == ["<1>"]


def test_the_same_question_of_two_lanes(asking: Asking) -> None:
    asking.start("alpha", "beta")
    first, second = asking.inbox()
    assert first.same == second.same
    for question in (first, second):
        asking.answer("1", lane=question.lane, asked=question.token)
    assert asking.inbox() == ()
