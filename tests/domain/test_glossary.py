"""What words and signs mean: every state has its sign, every word stands once, in order."""

from __future__ import annotations

import pytest

from cockpit.domain.activity import GLYPHS, State
from cockpit.domain.glossary import SIGNS, WORDS, page


def test_words_stand_once_and_in_order() -> None:
    names = [word.casefold() for word, _ in WORDS]
    assert names == sorted(set(names))
    assert all(meaning.endswith(".") and meaning[0].isupper() for _, meaning in [*WORDS, *SIGNS])


@pytest.mark.parametrize("state", State)
def test_every_state_is_explained_with_its_sign(state: State) -> None:
    assert dict(SIGNS)[f"{GLYPHS[state]} {state}"]


@pytest.mark.parametrize(
    "word",
    ["lane", "task", "zone", "train", "log", "gate", "park", "sweep", "adopt", "pin", "evidence",
     "radar", "target", "sync", "aside", "car", "wave", "go", "slot", "trust", "blitz"],
)  # fmt: skip
def test_the_words_of_the_screens_are_there(word: str) -> None:
    assert word in dict(WORDS)


def test_the_page_has_cells_that_hold() -> None:
    rows = [line for line in page().splitlines() if line.startswith("| ")]
    assert len(rows) == len(WORDS) + len(SIGNS) + 4
    assert all(row.count("|") == 3 for row in rows)
