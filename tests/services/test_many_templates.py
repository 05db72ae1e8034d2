"""A folder full of large files is not kept in memory whole."""

from __future__ import annotations

from cockpit.services import prompt_library
from cockpit.services.prompt_library import ROOM
from tests.services.conftest import Desk


def test_templates_together_have_a_limit(desk: Desk) -> None:
    folder = desk.root / "mine"
    folder.mkdir()
    desk.configure((desk.root / "lanes.yaml").read_text() + "templates: mine\n")
    for number in range(9):
        (folder / f"t{number}.md").write_text("x" * 900_000)
    found = prompt_library.templates(desk.cockpit().work)
    assert [one.name for one in found] == [f"t{number}.md" for number in range(9)]
    assert 0 < sum(len(one.text) for one in found) <= ROOM
    assert all(one.text or "more than 4 MiB" in one.problem for one in found)
