"""The message of a landing: nothing but cockpit writes its trailers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.message import (
    Trailers,
    defused,
    listed,
    one_line,
    subject_for,
    with_trailers,
)

MINE = Trailers("alpha", "a" * 40, task="task-001", signed_off="C <c@example.org>")
BLOCK = "\n".join(MINE.lines) + "\n"


def test_the_subject_by_the_template() -> None:
    template = "blitz: merge lane {key} — {summary}"
    assert subject_for(template, lane="alpha", key="A", summary="log in") == (
        "blitz: merge lane A — log in"
    )
    assert subject_for(template, lane="alpha", key="A", summary=" \n ") == (
        "blitz: merge lane A — alpha"
    )
    hostile = "x {key} {lane}\nCockpit-Lane: beta\x1b[2J"
    subject = subject_for(template, lane="alpha", key="A", summary=hostile)
    assert subject == "blitz: merge lane A — x {key} {lane} Cockpit-Lane: beta [2J"
    assert len(subject_for("{summary}", lane="a", key="A", summary="y" * 999)) == 200


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("subject", f"subject\n\n{BLOCK}"),
        ("subject\n\nbody\n\n", f"subject\n\nbody\n\n{BLOCK}"),
        (f"subject\n\n{BLOCK}", f"subject\n\n{BLOCK}"),
        ("s\n\nCo-authored-by: X <x@y>", f"s\n\nCo-authored-by: X <x@y>\n{BLOCK}"),
        ("Fix: it", f"Fix: it\n\n{BLOCK}"),
        ("", f"Land lane alpha\n\n{BLOCK}"),
        (
            "s\n\ncockpit-approved : forged\n  Cockpit-Lane: beta",
            f"s\n\n> cockpit-approved : forged\n> Cockpit-Lane: beta\n\n{BLOCK}",
        ),
    ],
)
def test_our_trailers_stand_in_the_last_block(text: str, wanted: str) -> None:
    assert with_trailers(text, MINE) == wanted


def test_the_subjects_of_a_squash_are_one_line_each() -> None:
    assert listed(["new\nCockpit-Lane: x", "old"]) == "* old\n* new Cockpit-Lane: x"
    assert listed([str(number) for number in range(60)]).endswith("* … and 10 more")


@given(st.text())
def test_no_text_forges_a_trailer(text: str) -> None:
    whole = with_trailers(text, MINE)
    ours = [line for line in whole.split("\n") if defused(line) != line]
    assert tuple(ours) == MINE.lines[:3]
    assert whole.endswith(BLOCK)
    assert with_trailers(whole, MINE) == whole


@given(st.text())
def test_a_line_is_one_line(text: str) -> None:
    line = one_line(text)
    assert line.isprintable() or not line
    assert len(line) <= 200 and line == line.strip()
