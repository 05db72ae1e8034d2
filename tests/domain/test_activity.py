"""The one line that says most."""

from __future__ import annotations

import pytest

from cockpit.domain.activity import GLYPHS, State, headline


@pytest.mark.parametrize(
    ("detail", "line"),
    [
        ("", ""),
        ("3", "3"),
        (
            " Create file\n NOTES.md\n Do you want to create NOTES.md?\n ❯ 1. Yes\n",
            "Do you want to create NOTES.md?",
        ),
        ("Is it safe? Perhaps.\nTrust this folder?\n› 1. Trust", "Trust this folder?"),
        ("one\ntwo\n\n", "two"),
        ("│ Apply this change?     │\n│ ● 1. Allow once   │", "Apply this change?"),
        ("  ┃  → Edit a.md\n  ┃", "→ Edit a.md"),
    ],
)
def test_headline(detail: str, line: str) -> None:
    assert headline(detail) == line


def test_every_state_has_a_glyph_of_its_own_shape() -> None:
    assert set(GLYPHS) == set(State)
    alike = {State.SETUP, State.STARTING}
    others = [GLYPHS[state] for state in State if state not in alike]
    assert len(set(others)) == len(others)
