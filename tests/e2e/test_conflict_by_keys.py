"""A conflict of two hunks, from the board to landed, in a real terminal: keys are counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import git
from tests.e2e.conftest import COCKPIT, Commander
from tests.e2e.screen import Screen

KEYS = 8
"""At most so many keys from the board to the landing (issue: a conflict of two hunks)."""

BASE = "".join(f"line {number}\n" for number in range(1, 31))


def changed(name: str) -> str:
    return BASE.replace("line 3\n", f"{name} 3\n").replace("line 20\n", f"{name} 20\n")


@pytest.fixture
def conflicting(foreign: Path) -> Path:
    """Lane alpha and main changed the same two places of one file."""
    (foreign / "docs" / "big.md").write_text(BASE)
    git(foreign, "add", "docs/big.md")
    git(foreign, "commit", "-q", "-m", "big")
    commander = Commander(foreign)
    commander.run("trust", "--yes")
    commander.run("start", "alpha")
    for root, name in ((commander.folder("alpha"), "alpha"), (foreign, "main")):
        (root / "docs" / "big.md").write_text(changed(name))
        git(root, "commit", "-q", "-am", f"{name} changes big")
    return foreign


@pytest.mark.tmux
@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_a_conflict_of_two_hunks_is_resolved_and_landed(
    conflicting: Path, columns: int, rows: int
) -> None:
    with Screen(
        [*COCKPIT, "up"], cwd=conflicting, env={"SHELL": "/bin/sh"}, columns=columns, rows=rows
    ) as screen:
        screen.wait_for("alpha ○ idle", "↑1", seconds=60)

        screen.press("m")
        screen.wait_for("conflicts with main in 1 file")
        screen.press("c")
        screen.wait_for("0 of 2 decided", "alpha 3", "main 3", "✗ 1 of 2  open")
        screen.press("o")
        screen.wait_for("1 of 2 decided", "▶ ✗ 2 of 2  open")
        screen.press("t")
        screen.wait_for("2 of 2 decided", "all is decided")
        assert "<<<<<<<" not in (conflicting / "docs" / "big.md").read_text()
        screen.press("Enter")
        screen.wait_for("alpha .* may land", "merge lane A — alpha changes big", seconds=60)
        screen.press("Enter")
        screen.wait_for("✓ landed alpha on main", seconds=60)
        assert len(screen.pressed) <= KEYS, screen.pressed
    text = (conflicting / "docs" / "big.md").read_text()
    assert text == BASE.replace("line 3\n", "alpha 3\n").replace("line 20\n", "main 20\n")
    assert git(conflicting, "status", "--porcelain") == ""
    assert git(Commander(conflicting).folder("alpha"), "status", "--porcelain") == ""
