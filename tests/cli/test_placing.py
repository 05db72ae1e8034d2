"""`rename`, `move`, `lock`, `unlock` and the flags of `start`: which intents they become."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Intent, Lock, Move, Rename, Start, Unlock
from tests.cli.conftest import Json
from tests.cli.fake import FakeCockpit, Run

A, G, NEW = LaneId("alpha"), LaneId("gamma"), LaneId("login")


@pytest.mark.parametrize(
    ("words", "intents"),
    [
        (["rename", "alpha", "login", "--yes"], [Rename(A, NEW)]),
        (["rename", "A", "login", "-y"], [Rename(A, NEW)]),
        (["lock", "alpha", "--reason", "as it is"], [Lock(A, "as it is")]),
        (["lock", "alpha", "--reason=--all"], [Lock(A, "--all")]),
        (["unlock", "alpha"], [Unlock(A)]),
        (["start", "gamma", "--with-changes"], [Start(G, with_changes=True)]),
        (["start", "gamma", "--no-fetch"], [Start(G, fetch=False)]),
    ],
)
def test_intents(words: list[str], intents: list[Intent], run: Run, fake: FakeCockpit) -> None:
    assert run(*words) == 0
    assert fake.intents == intents


def test_a_folder_is_meant_from_where_one_is(run: Run, fake: FakeCockpit) -> None:
    assert run("move", "alpha", "../there") == 0
    (wish,) = fake.intents
    assert isinstance(wish, Move) and os.path.isabs(wish.folder)
    assert os.path.basename(wish.folder) == "there" and ".." not in wish.folder


def test_a_rename_asks_since_it_edits_the_file(
    run: Run, fake: FakeCockpit, terminal: Callable[..., list[str]]
) -> None:
    asked = terminal("n", "y")
    assert run("rename", "alpha", "login") == 3 and fake.intents == []
    assert "lanes.yaml" in asked[0]
    assert run("rename", "alpha", "login") == 0 and fake.intents == [Rename(A, NEW)]


def test_nobody_to_ask(run: Run, fake: FakeCockpit) -> None:
    assert run("rename", "alpha", "login") == 3 and fake.intents == []


@pytest.mark.parametrize(
    "words",
    [["lock", "alpha"], ["lock"], ["rename", "alpha"], ["move", "alpha"], ["unlock", "nobody"]],
)
def test_what_is_missing(words: list[str], run: Run, fake: FakeCockpit) -> None:
    assert run(*words) == 2 and fake.intents == []


def test_status_says_why(run_json: Json, run: Run, fake: FakeCockpit, capsys: object) -> None:
    known = fake.fleet()
    lanes = {**known.lanes, A: replace(known.lanes[A], locked="as it is")}
    fake.fleet = lambda: replace(known, lanes=lanes)  # type: ignore[method-assign]
    _, document = run_json("status")
    assert {lane["lane"]: lane["locked"] for lane in document["lanes"]}["alpha"] == "as it is"
