"""A repository that this project did not make for itself, four lanes with a shell agent: from
the first key to landed and torn down by keys alone, hosted and bare; and what a commander finds
after the app, the tmux server or the terminal was killed."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.conftest import git, has_ended, retry_until
from tests.e2e.conftest import COCKPIT
from tests.e2e.screen import Screen

UP = [*COCKPIT, "up"]
LANES = ("alpha", "beta", "gamma", "delta")
SHELL = {"SHELL": "/bin/sh"}


def work(lane: str) -> str:
    return f"echo {lane} >> docs/{lane}.md && git add -A && git commit -qm 'add {lane}'"


def ours(*argv: str) -> str:
    """cockpit's own tmux server, asked by plain tmux."""
    folder = Path(os.environ["TMUX_TMPDIR"]) / f"tmux-{os.getuid()}"
    socket = next(folder.glob("cockpit-*"))
    done = subprocess.run(
        ["tmux", "-S", str(socket), *argv], capture_output=True, text=True, timeout=10, check=True
    )
    return done.stdout.strip()


def trust_and_start(screen: Screen, *, two: bool = False) -> None:
    """All four lanes with `S`, or the first two with `s` (and less to wait for)."""
    screen.wait_for("Trust it\\?", r"test -f pyproject\.toml", "yes, trust it", seconds=60)
    screen.press("y")
    screen.wait_for("trusted lanes.yaml", "starts this lane")
    screen.press(*("s", "2", "s", "1") if two else "S")
    screen.wait_for("○ 2 idle" if two else "○ 4 idle", seconds=30)


def prompt(screen: Screen, number: int, lane: str) -> None:
    screen.press(str(number), "o")
    screen.wait_for(f"Prompt to {lane}")
    screen.type(work(lane))
    screen.wait_for(f"'add {lane}'")
    screen.press("C-s")
    screen.wait_gone("Prompt to")


def land(screen: Screen, number: int, lane: str) -> None:
    screen.press(str(number))
    screen.wait_for(rf"{lane} ○ idle", rf"{lane}/work +↑1", seconds=60)
    screen.press("m")
    screen.wait_for(f"{lane} .* may land", f"merge lane .* add {lane}")
    screen.press("Enter")
    screen.wait_for(f"✓ landed {lane} on main", seconds=60)
    screen.press("Enter")
    screen.wait_for("real → main")


def tear_down(screen: Screen, number: int, lane: str) -> None:
    screen.press(str(number), "D")
    screen.wait_for(rf"Tear down {lane}\?")
    screen.press(lane[0].upper(), "Enter")
    screen.wait_for(f"{lane} · planned", seconds=60)


@pytest.mark.tmux
def test_four_lanes_by_keys_hosted(foreign: Path) -> None:
    planted = foreign / "json.py"  # ignored as a lane's .env is, so that it is in nobody's way
    planted.write_text(f"open({str(foreign / 'ran')!r}, 'w')\nraise SystemExit(9)\n")
    (foreign / ".git" / "info" / "exclude").write_text("/json.py\n/ran\n")
    with Screen(UP, cwd=foreign, env=SHELL) as screen:
        trust_and_start(screen)
        assert not (foreign / "ran").exists(), "the app imports nothing from the repository"
        for number, lane in enumerate(LANES, 1):
            prompt(screen, number, lane)
        for number, lane in enumerate(LANES, 1):
            land(screen, number, lane)
            assert (foreign / "docs" / f"{lane}.md").read_text() == f"{lane}\n"
            assert git(foreign, "status", "--porcelain") == ""
        for number, lane in enumerate(LANES, 1):
            tear_down(screen, number, lane)
            assert not (foreign.parent / f"real-{lane}").exists()
        screen.leave()
    assert git(foreign, "branch", "--list", "*/work") == ""
    assert git(foreign, "fsck", "--no-dangling", "--no-progress") == ""


@pytest.mark.tmux
def test_bare_from_start_to_landed_and_a_dead_server(foreign: Path) -> None:
    with Screen([*UP, "--bare"], cwd=foreign, env=SHELL) as screen:
        trust_and_start(screen, two=True)
        screen.press("Enter")
        screen.wait_for("lane alpha .*Ctrl-Q back to the board")
        screen.type(work("alpha"))
        screen.press("Enter")
        retry_until(
            lambda: "add alpha" in git(foreign, "log", "-1", "--format=%s", "alpha/work"),
            why="the commit",
        )
        screen.press("C-q")
        land(screen, 1, "alpha")

        os.kill(int(ours("display-message", "-p", "#{pid}")), signal.SIGKILL)
        screen.wait_for("~ 2 unknown", "server .* is not running", "r runs a lane's agent again")
        screen.press("r")
        screen.wait_for(r"Restart alpha\?")
        screen.press("y")
        screen.wait_for(r"alpha ○ idle", seconds=60)
        shown = screen.wait_for(r"beta ■ exited", "■ exited  r runs it again")
        assert "is not running" not in shown
        tear_down(screen, 1, "alpha")
        screen.leave()
        assert "○" not in screen.text(), "the terminal is as it was"


@pytest.mark.tmux
def test_killed_app_and_closed_terminal(foreign: Path) -> None:
    with Screen(UP, cwd=foreign, env=SHELL) as screen:
        trust_and_start(screen, two=True)
        prompt(screen, 2, "beta")
        screen.wait_for(r"beta/work +↑1", "beta ○ idle")
        app = int(ours("list-panes", "-t", "=cockpit", "-F", "#{pane_pid}"))
        os.kill(app, signal.SIGKILL)
        screen.wait_ended()
    retry_until(lambda: has_ended(app), why="the app is gone")
    agents = ours("list-panes", "-a", "-F", "#{pane_pid} #{session_name}")

    screen = Screen(UP, cwd=foreign, env=SHELL, name="second")
    screen.wait_for("○ 2 idle", r"beta/work +↑1", seconds=60)
    for line in agents.split("\n"):
        pid, session = line.split()
        assert not session.startswith("lane-") or not has_ended(int(pid)), line
    screen.wait_for("While you were away", "commits +beta", "Enter close")
    screen.press("Enter", "2", "d")
    screen.wait_for("beta  1 commit  1 file", r"docs/beta\.md")
    app = int(ours("list-panes", "-t", "=cockpit", "-F", "#{pane_pid}"))
    screen.close()

    with Screen(UP, cwd=foreign, env=SHELL, name="third", columns=100, rows=30) as again:
        again.wait_for("beta  1 commit  1 file", r"docs/beta\.md")
        assert int(ours("list-panes", "-t", "=cockpit", "-F", "#{pane_pid}")) == app
        again.press("Escape")
        again.wait_for("○ 2 idle")
        again.leave()
