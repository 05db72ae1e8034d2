"""Terminals that are not what a program hopes for: unknown names, no UTF-8, no colour, wrong
sizes, and the user's own tmux around it all."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import git
from tests.e2e.conftest import COCKPIT
from tests.e2e.screen import Screen

UP = [*COCKPIT, "up"]
ASKED = r"Trust it\?"
"""The first screen of a repository whose lanes.yaml has a gate: the board behind a question."""
PAINT = re.compile(r"[34]8;5;(\d+)|[34]8;2;(\d+);(\d+);(\d+)|(?<=[\[;])([349][0-7])(?=[;m])")


def has_colour(painted: str) -> bool:
    """Whether anything but greys is painted (those of the 256 colours begin at 232)."""
    for cube, red, green, blue, plain in PAINT.findall(painted):
        grey = red == green == blue if red else cube and int(cube) in (0, 7, 8, 15, 16, 231)
        if plain or not (grey or (cube and int(cube) >= 232)):
            return True
    return False


@pytest.fixture
def planned(repo: Path) -> Path:
    (repo / "lanes.yaml").write_text('lanes: {a: {agent: shell}}\ngate: {run: ["true"]}\n')
    git(repo, "add", "lanes.yaml")
    git(repo, "commit", "-q", "-m", "lanes")
    return repo


def leave(screen: Screen) -> None:
    screen.wait_for("yes, trust it")
    screen.press("n", "q")
    screen.wait_ended()


@pytest.mark.tmux
@pytest.mark.parametrize(
    ("term", "changed", "flags"),
    [
        ("xterm-ghostty", {}, ()),
        ("xterm-kitty", {"LANG": "C", "LC_ALL": None, "COLUMNS": "80", "LINES": "24"}, ()),
        ("dumb", {"LANG": "C", "LC_ALL": None, "COLUMNS": "80", "LINES": "24"}, ("--bare",)),
        ("xterm-256color", {"TERM": None}, ("--bare",)),
    ],
)
def test_any_terminal_gets_the_board(
    planned: Path, term: str, changed: dict[str, str | None], flags: tuple[str, ...]
) -> None:
    with Screen([*UP, *flags], cwd=planned, term=term, env=changed) as screen:
        screen.wait_for(ASKED, "project → main", "┏━", seconds=20)
        assert screen.text().split("\n")[1].endswith("━┓")
        assert len(screen.text().split("\n")[1]) == 120, "the terminal's own size counts"
        assert has_colour(screen.painted())
        leave(screen)


@pytest.mark.tmux
def test_resizing_down_to_nothing_and_up_again_without_colour(planned: Path) -> None:
    with Screen([*UP, "--bare"], cwd=planned, env={"NO_COLOR": "1"}) as screen:
        screen.wait_for(ASKED, seconds=20)
        assert not has_colour(screen.painted())
        screen.wait_for("yes, trust it")
        screen.press("n")
        screen.wait_gone(ASKED)
        screen.resize(20, 5)
        screen.wait_for("This terminal is too", "40×10", "or press q")
        screen.resize(40, 10)
        screen.wait_for("a · planned", "q quit|[?] help")
        screen.resize(200, 60)
        screen.wait_until(lambda shown: len(shown.split("\n")[1]) == 200, why="200 wide")
        screen.leave()


@pytest.mark.tmux
def test_a_storm_of_sizes(planned: Path) -> None:
    """Twenty sizes a second, with and without a dialog, up to a huge one and back. A key that
    comes while the terminal is too small is no answer."""
    sizes = [(20, 5), (500, 200), (80, 24), (41, 11), (300, 80), (60, 20), (1, 1), (120, 40)]
    with Screen([*UP, "--bare"], cwd=planned) as screen:
        screen.wait_for(ASKED, seconds=20)
        for place in range(60):
            if place == 30:
                screen.press("n")
            screen.resize(*sizes[place % len(sizes)])
            time.sleep(0.05)
        screen.resize(500, 200)
        screen.wait_until(lambda shown: len(shown.split("\n")[1]) == 500, why="500 wide")
        screen.resize(80, 24)
        screen.wait_until(lambda shown: len(shown.split("\n")[1]) == 80, why="80 wide again")
        if re.search(ASKED, screen.wait_for("a · planned", "q quit|[?] help")):
            screen.press("n")
            screen.wait_gone(ASKED)
        screen.leave()


@pytest.mark.tmux
def test_two_terminals_of_different_size(planned: Path) -> None:
    """The second sees the same app; each can be left, and coming back finds it as it was."""
    with (
        Screen(UP, cwd=planned, columns=120, rows=40) as first,
        Screen(UP, cwd=planned, columns=80, rows=24, name="second") as second,
    ):
        first.wait_for(ASKED, seconds=20)
        second.wait_for(ASKED, "no, leave it", seconds=20)
        second.press("n")
        second.wait_gone(ASKED)
        second.wait_for("a · planned", "[?] help")
        first.wait_gone(ASKED)
        second.press("?")
        first.wait_for("Keys, words and signs")
        second.press("Escape")
        second.wait_for("a · planned")
        second.press("Q")
        second.wait_ended()
        first.press("t")
        first.wait_until(lambda shown: len(shown.split("\n")) >= 40, why="its own size again")
        first.wait_for("Tasks")
        with Screen(UP, cwd=planned, columns=100, rows=30, name="third") as third:
            third.wait_for("Tasks", "Esc back", seconds=20)
            third.press("Escape")
            third.wait_for("a · planned", "[?] help")
            third.press("q")
            third.wait_ended()
            first.wait_ended()


@pytest.mark.tmux
def test_a_terminal_that_is_too_small_from_the_start(planned: Path) -> None:
    with Screen(UP, cwd=planned, columns=30, rows=8) as screen:
        shown = screen.wait_ended(1)
        assert "The terminal has 30 columns and 8 rows" in shown.replace("\n", "")


@pytest.mark.tmux
def test_inside_the_users_own_tmux(planned: Path) -> None:
    """The user's server gets no session, no option and no key from us."""
    asked = ["tmux", "-L", "outer", "list-keys"]
    with Screen(UP, cwd=planned, inside_tmux=True) as screen:
        keys = subprocess.run(asked, capture_output=True, check=True, timeout=10).stdout
        screen.wait_for(ASKED, seconds=20)
        sessions = ["tmux", "-L", "outer", "list-sessions", "-F", "#{session_name}"]
        told = subprocess.run(sessions, capture_output=True, check=True, timeout=10).stdout
        assert told == b"terminal\n"
        leave(screen)
        assert subprocess.run(asked, capture_output=True, check=True, timeout=10).stdout == keys
