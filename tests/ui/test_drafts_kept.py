"""Drafts outlive prompts that are not theirs."""

from __future__ import annotations

from cockpit.domain.events import OperationEnded
from cockpit.domain.ids import LaneId, OpId
from cockpit.domain.operation import OpKind
from tests.ui.drive import opened
from tests.ui.fake import fleet_of, view

ALPHA = LaneId("alpha")
SENT = OperationEnded(OpId("9-send-00000000"), OpKind.SEND, ALPHA, "sent to alpha")


async def test_a_prompt_that_waited_takes_no_draft_along() -> None:
    async with opened(fleet_of(view("alpha", 1))) as session:
        await session.press("o", *"other", "escape")
        session.supervisor.tell(SENT)  # one that waited for the end of the turn
        await session.settle()
        assert session.app.drafts == {(ALPHA,): "other"}


async def test_what_was_written_since_stays() -> None:
    async with opened(fleet_of(view("alpha", 1))) as session:
        await session.press("o", *"one", "ctrl+s", "o", *"two", "escape")
        session.supervisor.tell(SENT)
        await session.settle()
        assert session.app.drafts == {(ALPHA,): "onetwo"}
