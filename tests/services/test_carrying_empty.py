"""Files that are staged empty are staged, and stay so in the lane."""

from __future__ import annotations

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Start
from tests.conftest import git
from tests.services.conftest import Desk


def test_what_is_staged_empty_stays_staged(desk: Desk) -> None:
    root = desk.root
    (root / "full.txt").write_text("text\n")
    for name in ("unlinked.txt", "truncated.txt"):
        (root / name).write_text("" if name == "unlinked.txt" else "text\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "full")
    (root / "unlinked.txt").unlink()
    for name, then in (("full.txt", "again\n"), ("new.py", "x = 1\n"), ("truncated.txt", "")):
        (root / name).write_text("")
        git(root, "add", name)
        (root / name).write_text(then)
    for name in ("meant.txt", "meant and empty", "meant and gone"):
        (root / name).write_text("m\n" if name == "meant.txt" else "")
        git(root, "add", "--intent-to-add", name)
    (root / "meant and gone").unlink()
    desk.do(Start(LaneId("alpha"), with_changes=True))
    seen = git(root.parent / f"{root.name}-alpha", "status", "--porcelain").splitlines()
    assert seen == [
        "MM full.txt",
        "AM new.py",
        "M  truncated.txt",
        " D unlinked.txt",
        '?? "meant and empty"',
        "?? meant.txt",
    ]
