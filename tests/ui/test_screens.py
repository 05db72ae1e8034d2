"""Diff, landing, teardown, journal, help, explain, palette: what they show and what they wish."""

from __future__ import annotations

import pytest
from textual.content import Content
from textual.widgets import TextArea

from cockpit.domain.events import GateOutput, GitFactsChanged, OperationEnded, OperationStep
from cockpit.domain.ids import CommitId, LaneId, OpId
from cockpit.domain.intents import Land, Send, Teardown, Undo
from cockpit.domain.lane import GitFacts
from cockpit.domain.merge import Check
from cockpit.domain.operation import OpKind
from cockpit.errors import Refused
from cockpit.services.api import UndoPreview
from cockpit.ui.screens.landing import LandingScreen
from cockpit.ui.screens.landing_view import Stage
from cockpit.ui.screens.pick import PickScreen
from cockpit.ui.widgets.lines_view import LinesView
from tests.ui.drive import opened
from tests.ui.fake import BASE, HEAD, FakeSupervisor, fleet_of, landing, operation, view

ALPHA = LaneId("alpha")
ONE = fleet_of(view("alpha", 1))


def supervisor(**answers: object) -> FakeSupervisor:
    fake = FakeSupervisor(ONE)
    fake.fake.answers.update(answers)
    return fake


# ------------------------------------------------------------------ landing


async def test_enter_lands_exactly_what_was_shown_and_the_gate_is_seen_live() -> None:
    async with opened(ONE) as session:
        await session.press("m")
        assert "may land" in session.text()
        assert "$ make test" in session.text()
        await session.press("enter")
        intent = session.supervisor.intents[0]
        assert isinstance(intent, Land)
        assert (intent.source, intent.target_old) == (HEAD, BASE)
        assert intent.message.startswith("blitz: merge lane alpha")
        tell = session.supervisor.tell
        tell(OperationStep(OpId("5"), OpKind.LAND, ALPHA, "running the gate"))
        tell(GateOutput(ALPHA, ("collected 3 items", "3 passed [/x]")))
        tell(GateOutput(LaneId("other"), ("not mine",)))
        await session.settle()
        assert "3 passed [/x]" in session.text()
        assert "not mine" not in session.text()
        tell(OperationEnded(OpId("5"), OpKind.LAND, ALPHA, "landed alpha as ffffff"))
        await session.settle()
        assert "✓ landed alpha as ffffff" in session.text()
        assert session.toasts() == []
        await session.press("enter")
        assert len(session.supervisor.intents) == 1


async def test_the_message_can_be_edited_before() -> None:
    async with opened(ONE) as session:
        await session.press("m", "e")
        session.app.screen.query_one(TextArea).text = "another message"
        await session.press("escape", "enter")
        intent = session.supervisor.intents[0]
        assert isinstance(intent, Land)
        assert intent.message == "another message"


async def test_looking_again_keeps_the_message_that_was_written() -> None:
    async with opened(ONE) as session:
        await session.press("m", "e")
        session.app.screen.query_one(TextArea).text = "my own words"
        await session.press("escape", "r")
        await session.press("enter")
        intent = session.supervisor.intents[0]
        assert isinstance(intent, Land)
        assert intent.message == "my own words"


async def test_the_hints_tell_what_keys_do_while_the_message_is_written() -> None:
    async with opened(ONE) as session:
        await session.press("m")
        assert "Enter approve and land" in session.text().splitlines()[-1]
        await session.press("e")
        last = session.text().splitlines()[-1]
        assert "Esc end the message" in last and "approve and land" not in last
        await session.press("escape")
        assert "Enter approve and land" in session.text().splitlines()[-1]


async def test_enter_in_the_message_is_a_new_line_and_lands_nothing() -> None:
    async with opened(ONE) as session:
        await session.press("m", "e", "enter", "enter")
        assert session.supervisor.intents == []


@pytest.mark.parametrize(
    "preview",
    [
        landing(ALPHA, checks=(Check("dirty", False, "3 paths are not committed", key="o"),)),
        landing(ALPHA, result=None, conflicts=("src/auth/session.py",)),
    ],
)
async def test_what_can_not_land_says_why_and_enter_does_nothing(preview: object) -> None:
    async with opened(ONE, supervisor=supervisor(landing=preview)) as session:
        await session.press("m")
        text = session.text()
        assert "can not land" in text
        assert "✗" in text
        assert "approve and land" not in text.splitlines()[-1]
        await session.press("enter")
        assert session.supervisor.intents == []
        assert "It can not land" in session.text()


async def test_a_lane_that_moves_makes_the_preview_stale() -> None:
    async with opened(ONE) as session:
        await session.press("m")
        moved = GitFacts(CommitId("9" * 40), None, 4, 1)
        session.supervisor.tell(GitFactsChanged(ALPHA, moved))
        await session.settle()
        assert "has moved since this preview; r looks again" in session.text()
        await session.press("enter")
        assert session.supervisor.intents == []
        session.supervisor.fake.answers["landing"] = landing(ALPHA, source=CommitId("9" * 40))
        await session.press("r", "enter")
        intent = session.supervisor.intents[0]
        assert isinstance(intent, Land)
        assert intent.source == "9" * 40


async def test_a_red_gate_is_shown_with_its_hint() -> None:
    async with opened(ONE) as session:
        await session.press("m", "enter")
        session.supervisor.tell(
            OperationEnded(OpId("5"), OpKind.LAND, ALPHA, "", "The gate is red.", "Read its log.")
        )
        await session.settle()
        assert "✗ The gate is red. Read its log." in session.text()
        screen = session.app.screen
        assert isinstance(screen, LandingScreen)
        assert screen.stage is Stage.ENDED


async def test_a_red_gate_ends_the_landing_and_o_drafts_what_to_ask() -> None:
    """A gate is an operation of its own: when it is red no landing ever begins."""
    async with opened(ONE) as session:
        await session.press("m", "o")
        assert "Nothing is known to be in the way" in session.text()
        await session.press("enter")
        tell = session.supervisor.tell
        tell(GateOutput(ALPHA, ("1 failed [/x]",)))
        tell(OperationEnded(OpId("5"), OpKind.GATE, ALPHA, "", "The gate is red.", "Its log."))
        await session.settle()
        assert "not landed" in session.text().splitlines()[0]
        assert "o ask to mend it" in session.text().splitlines()[-1]
        await session.press("o")
        draft = session.app.screen.query_one(TextArea).text
        assert "The gate is red." in draft and "1 failed [/x]" in draft
        await session.press("ctrl+s")
        sent = session.supervisor.intents[-1]
        assert isinstance(sent, Send)
        assert (sent.lane, sent.text) == (ALPHA, draft)
        assert session.app.screen is session.app.board


async def test_a_green_gate_is_not_the_end() -> None:
    async with opened(ONE) as session:
        await session.press("m", "enter")
        session.supervisor.tell(OperationEnded(OpId("4"), OpKind.GATE, ALPHA, "gate is green"))
        await session.settle()
        assert "approve" not in session.text().splitlines()[-1]
        assert "not landed" not in session.text()
        session.supervisor.tell(OperationEnded(OpId("5"), OpKind.LAND, ALPHA, "landed alpha"))
        await session.settle()
        assert " landed " in session.text().splitlines()[0]
        await session.press("enter")
        assert session.app.screen is session.app.board


async def test_from_the_diff_to_the_landing_and_back_and_help_everywhere() -> None:
    async with opened(ONE) as session:
        await session.press("d", "m")
        assert isinstance(session.app.screen, LandingScreen)
        await session.press("d", "question_mark")
        assert "Go to the next file." in session.text(), "the screen's own keys come first"
        await session.press("question_mark", "escape")
        assert len(session.app.screen_stack) == 1


async def test_a_refused_preview_stays_readable() -> None:
    refused = Refused("A rebase is under way.", hint="Finish it.")
    async with opened(ONE, supervisor=supervisor(landing=refused)) as session:
        await session.press("m", "enter")
        assert "A rebase is under way. Finish it." in session.text()
        assert session.supervisor.intents == []


# ------------------------------------------------------------------ teardown


@pytest.mark.parametrize(
    ("typed", "intents"),
    [
        ("A", [Teardown(ALPHA, "token-1")]),
        ("a", [Teardown(ALPHA, "token-1")]),
        ("alpha", [Teardown(ALPHA, "token-1")]),
        ("", []),
        ("b", []),
        ("y", []),
    ],
)
async def test_teardown_needs_the_lanes_key(typed: str, intents: list[Teardown]) -> None:
    async with opened(ONE) as session:
        await session.press("D")
        text = session.text()
        for part in ("src/a.py", "notes.txt", "41 paths ignored", "claude (4711)", "alpha-7"):
            assert part in text
        await session.press(*typed, "enter")
        assert session.supervisor.intents == intents
        if not intents:
            assert "Nothing happens" in session.text()


@pytest.mark.parametrize("size", [(80, 24), (50, 12), (200, 60)])
async def test_the_teardown_dialog_keeps_its_field_in_view(size: tuple[int, int]) -> None:
    async with opened(ONE, size=size) as session:
        await session.press("D")
        assert "type A to tear it down" in session.text()
        assert "leave it" in session.text()
        await session.press("down", "pagedown", "escape")
        assert session.app.screen is session.app.board
        assert session.supervisor.intents == []


# ------------------------------------------------------------------ journal and undo


async def test_undo_of_a_chosen_step_shows_it_first() -> None:
    async with opened(ONE) as session:
        await session.press("g")
        assert "no tmux" in session.text()
        await session.press("u")
        assert any("is abandoned" in toast for toast in session.toasts())
        await session.press("j", "u")
        assert "Undo step 3" in session.text()
        assert "main goes back to abcdef123" in session.text()
        await session.press("y")
        assert session.supervisor.intents == [Undo(3)]


async def test_undo_with_something_in_the_way_has_no_yes() -> None:
    step = operation(3, OpKind.LAND)
    preview = UndoPreview(step, (), ("origin/main contains the landed commit",))
    async with opened(ONE, supervisor=supervisor(undo=preview)) as session:
        await session.press("u")
        assert "origin/main contains" in session.text()
        await session.press("y")
        assert session.supervisor.intents == []


async def test_steps_that_can_not_be_undone_say_why() -> None:
    steps = [
        operation(1, OpKind.START),
        operation(2, OpKind.UNDO, undoes=1),
        operation(3, OpKind.SEND),
    ]
    async with opened(ONE, supervisor=supervisor(log=steps)) as session:
        await session.press("g", "u", "j", "u", "j", "u")
        said = " ".join(session.toasts())
        assert "Step 3 (send) can't be undone: it left nothing" in said
        assert "only the undoing of a landing" in said
        assert "was undone already, by step 2" in said
        assert "undone by 2" in session.text()


# ------------------------------------------------------------------ help, explain, palette


async def test_help_has_every_key_of_the_registry() -> None:
    async with opened(ONE, size=(100, 400), keys={"diff": "f5"}) as session:
        await session.press("question_mark")
        text = session.text()
        assert "F5" in text
        assert "Ctrl-Enter" in text
        assert "1-9" in text
        await session.press("escape")
        assert session.app.screen is session.app.board


async def test_explain_shows_the_evidence() -> None:
    async with opened(ONE) as session:
        await session.press("E")
        for part in ("claude/permission", "runs, pid 4711", "❯ 1. Yes", "20s"):
            assert part in session.text()


async def test_palette_finds_actions_and_lanes_and_says_why_not() -> None:
    fleet = fleet_of(view("alpha", 1), view("beta", 2, started=False))
    async with opened(fleet) as session:
        await session.press("colon")
        assert isinstance(session.app.screen, PickScreen)
        await session.press(*"go beta", "enter")
        assert session.chosen() == "beta"
        await session.press("ctrl+p")
        assert isinstance(session.app.screen, PickScreen)
        await session.press(*"run the gate", "enter")
        assert "✗ Run the gate" in session.text()
        assert "s starts it" in session.text(), "the reason, and the screen stays"
        assert session.supervisor.intents == []


async def test_lines_view_takes_the_cursor_to_its_ends_and_wraps_prose() -> None:
    async with opened(ONE, size=(60, 20)) as session:
        await session.press("g", "G")
        view_ = session.app.screen.query_one("#body", LinesView)
        assert view_.cursor == len(view_.lines) - 1
        view_.set_lines([])
        await session.press("j", "k", "G", "home")
        assert view_.cursor == -1
        wrapped = LinesView([Content("  " + "word " * 40)], wrap=True)
        await session.app.screen.mount(wrapped)
        await session.settle()
        assert len(wrapped.lines) > 1
        assert all(line.plain.startswith("  ") for line in wrapped.lines)
