"""Viewed files, comments, and the one message that they become."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.change import FileDiff, Layer
from cockpit.domain.review import (
    HEAD,
    Comment,
    Review,
    Side,
    Viewed,
    from_json,
    message,
    seen,
    to_json,
    with_comment,
    with_sent,
    with_viewed,
    without_comment,
    without_sent,
)

FILE = FileDiff(
    *("src/a.py", "src/a.py", Layer.UNSTAGED, "M", 1, 1, ""),
    old_mode="100644",
    new_mode="100644",
    old_blob="1" * 40,
    new_blob="2" * 40,
)


def comment(id: str = "c1", **changes: object) -> Comment:
    plain = Comment(id, "src/a.py", Layer.COMMITTED, Side.NEW, 3, 3, ("+x",), "f" * 40, "Why?", 1.0)
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_a_viewed_file_stays_viewed_when_it_is_committed_as_it_was() -> None:
    review = with_viewed(Review(), FILE)
    assert seen(review, FILE) is Viewed.YES
    assert seen(review, replace(FILE, layer=Layer.COMMITTED)) is Viewed.YES
    assert seen(review, replace(FILE, path="src/b.py")) is Viewed.NO


@pytest.mark.parametrize("change", [{"new_blob": "3" * 40}, {"new_mode": "100755"}])
def test_a_file_that_changed_is_unviewed_and_said_so(change: dict[str, str]) -> None:
    review = with_viewed(Review(), FILE)
    assert seen(review, replace(FILE, **change)) is Viewed.CHANGED  # type: ignore[arg-type]


def test_the_mark_comes_off() -> None:
    review = with_viewed(Review(), FILE)
    assert seen(with_viewed(review, FILE, viewed=False), FILE) is Viewed.NO
    committed = replace(FILE, layer=Layer.COMMITTED)
    assert seen(with_viewed(review, committed, viewed=False), FILE) is Viewed.NO


def test_what_can_t_be_known_again_is_never_viewed() -> None:
    unknown = replace(FILE, new_blob="")
    assert seen(with_viewed(Review(), unknown), unknown) is Viewed.NO
    gone = replace(FILE, new_mode="000000", new_blob="")
    assert seen(with_viewed(Review(), gone), gone) is Viewed.YES


def test_comments_are_added_changed_deleted_and_sent() -> None:
    review = with_comment(with_comment(Review(), comment()), comment("c2"))
    review = with_comment(review, comment(text="Because?"))
    assert [one.text for one in review.drafts] == ["Because?", "Why?"]
    review = with_sent(review, ["c1"], 5.0, doubtful=True)
    assert [one.id for one in review.drafts] == ["c2"]
    assert review.comments[0].doubtful
    assert [one.id for one in without_sent(review).comments] == ["c2"]
    assert without_comment(review, "c2").drafts == ()


def test_the_message_names_place_lines_and_commit() -> None:
    text = message(
        [
            comment("b", path="z.py", first=0, last=0, quoted=(), text="All of it?"),
            comment("a", first=3, last=5, quoted=("+x", "-\x1b[31my", " z"), side=Side.OLD),
        ]
    )
    assert text.startswith(f"{HEAD} (2 comments).")
    assert "1. src/a.py:3-5 (as it was before your change; at ffffffffff)\n   | +x\n" in text
    assert text.index("src/a.py") < text.index("z.py")
    assert "\x1b" not in text
    assert "2. z.py (at ffffffffff)\nAll of it?" in text


def test_a_long_quotation_is_cut() -> None:
    text = message([comment(quoted=tuple("+" + "y" * 900 for _ in range(40)))])
    assert "28 more lines" in text
    assert max(len(line) for line in text.splitlines()) < 220


@given(
    st.lists(
        st.builds(
            Comment,
            *(st.text(max_size=5), st.text(max_size=9), st.sampled_from(Layer)),
            *(st.sampled_from(Side), st.integers(0, 9), st.integers(0, 9)),
            st.lists(st.text(max_size=5)).map(tuple),
            *(st.text(max_size=5), st.text(max_size=9), st.floats(0, 9)),
            *(st.none() | st.floats(0, 9), st.booleans()),
        ),
        max_size=3,
    ),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5)),
)
def test_json_and_back(comments: list[Comment], viewed: dict[str, str]) -> None:
    review = Review("op", viewed, tuple(comments))
    assert from_json(to_json(review)) == review


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"lane_op": "x", "viewed": 3, "comments": []},
        {"lane_op": "x", "viewed": {}, "comments": [7]},
        {"lane_op": "x", "viewed": {}, "comments": [{"layer": "nowhere"}]},
        {"lane_op": "x", "viewed": {}, "comments": [{"layer": "staged", "side": "new"}]},
    ],
)
def test_damaged_json_is_an_error(data: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        from_json(data)
