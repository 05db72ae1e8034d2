"""The commander's review of a lane: kept by every cockpit, and noted as sent with its prompt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.domain.change import Layer
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import Send, Teardown
from cockpit.domain.review import Comment, Side, message, with_comment, without_comment
from cockpit.errors import CockpitError, DeliveryUnknown
from tests.services.conftest import Desk

ALPHA = LaneId("alpha")
COMMENT = Comment(
    *("c1", "src/api.py", Layer.COMMITTED, Side.NEW, 2, 2, ("+    return 43",)),
    *(CommitId("a" * 40), "Why 43?", 10.0),
)


@pytest.fixture(autouse=True)
def commented(desk: Desk) -> None:
    desk.start()
    desk.cockpit().change_review(ALPHA, lambda review: with_comment(review, COMMENT))


def send(desk: Desk) -> None:
    drafts = desk.cockpit().review(ALPHA).drafts
    desk.do(Send(ALPHA, message(drafts), comments=tuple(one.id for one in drafts)))


def test_comments_that_went_are_noted_as_sent(desk: Desk) -> None:
    send(desk)
    review = desk.cockpit().review(ALPHA)
    assert review.drafts == ()
    (sent,) = review.comments
    assert sent.sent is not None and not sent.doubtful
    assert desk.cockpit().log()[-1].outcome["delivery"] == "seen"


def test_comments_that_nobody_saw_taken_are_not_sent_again_by_themselves(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.services.prompts.TAKEN_WITHIN", 0.1)
    desk.tmux.echo = False
    with pytest.raises(DeliveryUnknown):
        send(desk)
    (sent,) = desk.cockpit().review(ALPHA).comments
    assert sent.sent is not None and sent.doubtful


def test_two_cockpits_lose_no_comment(desk: Desk) -> None:
    one, two = desk.cockpit(), desk.cockpit()
    one.review(ALPHA), two.review(ALPHA)
    one.change_review(ALPHA, lambda r: with_comment(r, replace(COMMENT, id="c2")))
    two.change_review(ALPHA, lambda r: with_comment(r, replace(COMMENT, id="c3")))
    one.change_review(ALPHA, lambda r: without_comment(r, "c1"))
    assert {comment.id for comment in two.review(ALPHA).comments} == {"c2", "c3"}


def test_a_lane_made_anew_begins_with_no_comments(desk: Desk) -> None:
    desk.do(Teardown(ALPHA))
    desk.start()
    assert desk.cockpit().review(ALPHA).comments == ()


def test_a_damaged_review_is_said_and_the_prompt_counts_as_sent(desk: Desk) -> None:
    cockpit = desk.cockpit()
    cockpit.work.state.write("review-alpha", {"version": "?", "comments": 3})
    with pytest.raises(CockpitError, match="can't be read"):
        cockpit.review(ALPHA)
    with pytest.raises(CockpitError, match="can't be read"):
        desk.do(Send(ALPHA, "text", comments=("c1",)))
    last = desk.cockpit().log()[-1]
    assert last.outcome["delivery"] == "seen"
    assert last.state == "done"
