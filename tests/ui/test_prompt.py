"""The prompt editor: history, templates, an editor, now or later, one lane or many."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import TextArea

from cockpit.domain.activity import State
from cockpit.domain.events import OperationEnded, PromptsChanged
from cockpit.domain.ids import LaneId, OpId
from cockpit.domain.intents import CallOffPrompt, Send
from cockpit.domain.operation import OpKind
from cockpit.domain.prompt_library import PromptTemplate, SentPrompt
from cockpit.domain.prompt_queue import PromptQueue, Waiting
from cockpit.ui.screens.picking import PickScreen
from cockpit.ui.screens.prompt import PromptScreen
from tests.ui.drive import Session, opened
from tests.ui.fake import NOW, fleet_of, view

ALPHA, BETA = LaneId("alpha"), LaneId("beta")
TWO = fleet_of(view("alpha"), view("beta", 2))
SENT = (
    SentPrompt("newest\nof all", (BETA,), NOW - 60),
    SentPrompt("run the tests", (ALPHA,), NOW - 600),
)


def area(session: Session) -> TextArea:
    return session.app.screen.query_one(TextArea)


async def test_now_or_when_the_turn_has_ended() -> None:
    async with opened(TWO) as session:
        await session.press("o", "h", "i", "ctrl+l")
        assert session.supervisor.intents == [Send(ALPHA, "hi", when_idle=True)]
        await session.press("o")
        assert area(session).text == "", "what was sent is no draft"


async def test_up_at_the_beginning_and_down_at_the_end_go_through_what_was_sent() -> None:
    async with opened(TWO) as session:
        session.supervisor.fake.answers["sent"] = SENT
        await session.press("o", "m", "y")
        await session.press("up")
        assert area(session).text == "my", "the cursor went to the beginning"
        await session.press("up")
        assert area(session).text == "run the tests", "those to this lane come first"
        await session.press("up")
        assert area(session).text == "newest\nof all"
        await session.press("up")
        assert area(session).text == "newest\nof all", "there is no other"
        await session.press("down", "down", "down")
        assert area(session).text == "run the tests"
        await session.press("down", "x")
        assert area(session).text == "myx"


async def test_a_sent_prompt_is_found_by_a_part_of_it() -> None:
    async with opened(TWO, size=(80, 24)) as session:
        session.supervisor.fake.answers["sent"] = SENT
        await session.press("o", "ctrl+r")
        assert isinstance(session.app.screen, PickScreen)
        assert "newest ⏎ of all" in session.text()
        await session.press("t", "e", "s", "t", "s")
        assert "newest" not in session.text()
        await session.press("enter")
        assert isinstance(session.app.screen, PromptScreen)
        assert area(session).text == "run the tests"


async def test_a_template_is_filled_in_for_the_lane() -> None:
    async with opened(TWO) as session:
        session.supervisor.fake.answers["templates"] = (
            PromptTemplate("review.md", "yours", "Review {{branch}} [/x]"),
            PromptTemplate("evil.md", "repository", "", "evil.md is a symlink"),
        )
        await session.press("o", "a", "ctrl+t")
        assert "evil.md is a symlink" in session.text()
        await session.press("enter")
        assert area(session).text == "aReview alpha/work [/x]"


async def test_each_marked_lane_gets_its_own_values() -> None:
    async with opened(TWO) as session:
        await session.press("space", "j", "l", "space", "O")
        area(session).load_text("{{lane}} on {{branch}}, not {lane}")
        await session.settle()
        assert "filled in for each lane" in session.text()
        await session.press("ctrl+s")
        assert session.supervisor.intents == [
            Send(ALPHA, "alpha on alpha/work, not {lane}"),
            Send(BETA, "beta on beta/work, not {lane}"),
        ]
        refused = OperationEnded(OpId(""), OpKind.SEND, BETA, "", "It asks something.")
        session.supervisor.tell(refused)
        session.supervisor.tell(OperationEnded(OpId("1"), OpKind.SEND, ALPHA, "sent"))
        await session.settle()
        assert session.app.drafts == {(BETA,): "beta on beta/work, not {lane}"}


async def test_what_waits_is_on_the_panel_and_can_be_called_off() -> None:
    async with opened(TWO) as session:
        queue = PromptQueue((Waiting("1", "then this", NOW),))
        session.supervisor.tell(PromptsChanged({ALPHA: queue}))
        await session.settle()
        assert "✉ 1 at the end of its turn" in session.text()
        await session.press("o")
        assert "1 prompt waits already" in session.text()
        await session.press("escape")
        session.app.perform("call_off_prompts")
        await session.settle()
        await session.press("y")
        assert session.supervisor.intents == [CallOffPrompt(ALPHA)]
        why = replace(queue.waiting[0], why="It is [/x] dead.")
        session.supervisor.tell(PromptsChanged({ALPHA: PromptQueue((why,))}))
        await session.settle()
        assert "a prompt waits: It is [/x] dead." in session.text()
        session.supervisor.tell(PromptsChanged({ALPHA: PromptQueue(doubtful=(why,))}))
        await session.settle()
        assert "nobody saw it taken" in session.text()


async def test_sending_later_needs_no_second_press_where_an_agent_asks() -> None:
    asking = fleet_of(view("alpha", state=State.ASKING))
    async with opened(asking) as session:
        await session.press("o", "x", "ctrl+s")
        assert session.supervisor.intents == []
        await session.press("ctrl+l")
        assert session.supervisor.intents == [Send(ALPHA, "x", force=True, when_idle=True)]


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (200, 60)])
async def test_huge_and_hostile_texts(size: tuple[int, int]) -> None:
    text = "\x1b]52;c;x\x07[@click=app.quit] \u202e" + "long line\n" * 15_000
    async with opened(TWO, size=size) as session:
        session.app.drafts[(ALPHA,)] = text
        await session.press("o")
        assert "\x1b" not in session.text() and "\x07" not in session.text()
        await session.press("ctrl+s")
        assert session.supervisor.intents == [Send(ALPHA, text)]


async def test_an_editor_needs_a_terminal(tmp_path: Path) -> None:
    async with opened(TWO) as session:
        await session.press("o", "ctrl+g")
        assert "can not be handed to an editor" in session.text()
