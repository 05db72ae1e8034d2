"""What is said of an agent that ended at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.domain.ids import LaneId
from cockpit.services import panes
from tests.services.conftest import Desk

ALPHA = LaneId("alpha")


@pytest.mark.parametrize(
    ("rows", "code", "said"),
    [
        (["", "env: ‘bot’: No such file", ""], 127, "code 127: env: ‘bot’: No such file"),
        (["", ""], 127, "code 127: a program was not found"),
        (["", ""], 126, "code 126: its program can't be run"),
        ([], 1, "code 1: it left no words"),
        ([], None, "an unknown code: it left no words"),
    ],
)
def test_it_is_told_by_its_words_or_by_its_code(
    desk: Desk, rows: list[str], code: int | None, said: str
) -> None:
    desk.start()
    work = desk.usual().work
    info = desk.tmux.infos[ALPHA]
    desk.tmux.infos[ALPHA] = replace(info, dead=True, exit_code=code)
    desk.tmux.screens[info.ref.pane] = rows
    told = panes.last_words(work, work.record(ALPHA))
    assert told == f", but its agent ended at once with {said}"
