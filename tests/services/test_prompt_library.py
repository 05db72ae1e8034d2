"""Sent prompts and templates on the real disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit import paths
from cockpit.domain.ids import LaneId
from cockpit.domain.prompt_library import MOST_SENT, MOST_SENT_TEXT
from cockpit.errors import Refused
from tests.services.conftest import LANES, Desk

ALPHA = LaneId("alpha")


def test_what_was_sent_is_kept_privately_newest_first_and_once(desk: Desk) -> None:
    cockpit = desk.cockpit()
    for text in ("one", "two", "one", "three \udc80"):
        cockpit.remember_prompt((ALPHA,), text)
    cockpit.remember_prompt((ALPHA,), " \n")
    assert [one.text for one in desk.cockpit().prompt_history()] == ["three \udc80", "one", "two"]
    assert desk.state("prompt-history").stat().st_mode & 0o777 == 0o600


def test_it_is_bounded(desk: Desk) -> None:
    cockpit = desk.cockpit()
    cockpit.remember_prompt((ALPHA,), "x" * MOST_SENT_TEXT)
    assert cockpit.prompt_history() == ()
    for number in range(6):
        cockpit.remember_prompt((ALPHA,), f"{number}" * (MOST_SENT_TEXT // 5))
    assert [one.text[0] for one in cockpit.prompt_history()] == ["5", "4", "3", "2", "1"]
    for number in range(MOST_SENT + 3):
        cockpit.remember_prompt((ALPHA,), f"{number}.")
    assert len(cockpit.prompt_history()) == MOST_SENT


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b'{"version": 9, "value": {}}',
        b'{"version": 1, "value": {"sent": [1, {"text": 2}]}}',
    ],
)
def test_a_strange_file_is_no_trouble(desk: Desk, content: bytes) -> None:
    cockpit = desk.cockpit()
    cockpit.remember_prompt((ALPHA,), "one")
    desk.state("prompt-history").write_bytes(content)
    assert cockpit.prompt_history() == ()
    cockpit.remember_prompt((ALPHA,), "two")
    assert [one.text for one in cockpit.prompt_history()] == ["two"]


def test_templates_of_the_repository_hide_the_users(desk: Desk, tmp_path: Path) -> None:
    mine, ours = paths.config_home() / "templates", desk.root / "prompts"
    mine.mkdir(parents=True)
    ours.mkdir()
    (mine / "review.md").write_text("mine")
    (mine / "own.txt").write_text("own {{lane}}")
    (mine / "notes.bin").write_text("no template")
    (mine / "task.md").write_text("what agents are told of tasks")
    (ours / "review.md").write_text("ours")
    (ours / "evil.md").symlink_to("/etc/passwd")
    desk.configure("templates: prompts\n" + LANES % '"true"')
    found = {one.name: one for one in desk.cockpit().prompt_templates()}
    assert set(found) == {"review.md", "own.txt", "evil.md"}
    assert (found["review.md"].text, found["review.md"].where) == ("ours", "repository")
    assert found["own.txt"].where == "yours"
    assert found["evil.md"].text == "" and found["evil.md"].problem


def test_a_lanes_own_values(desk: Desk) -> None:
    desk.start()
    values = desk.cockpit().prompt_values(ALPHA)
    assert (values["lane"], values["branch"], values["zone"]) == ("alpha", "alpha/work", "src/**")
    assert values["task"] == ""
    with pytest.raises(Refused):
        desk.cockpit().prompt_values(LaneId("beta"))


def test_a_draft_for_an_editor_is_private(desk: Desk) -> None:
    path = desk.cockpit().draft_file("text \udc80")
    assert path.read_bytes() == b"text \x80\n"
    assert path.stat().st_mode & 0o777 == 0o600
