"""`cockpit demo` without a terminal: the whole flow, each step told, and nothing left behind but
what was asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import git
from tests.e2e.conftest import Commander

REFUSED = {"beta": "conflict", "gamma": "gate red", "delta": "refused"}


def servers() -> list[Path]:
    """Sockets at which a tmux server answers (tmux leaves the file of an ended one)."""
    found = (Path(os.environ["TMUX_TMPDIR"]) / f"tmux-{os.getuid()}").glob("cockpit-*")
    asked = ["list-sessions", "-F", "#{session_name}"]
    return [
        socket
        for socket in found
        if not subprocess.run(
            ["tmux", "-S", str(socket), *asked], capture_output=True, timeout=10, check=False
        ).returncode
    ]


@pytest.mark.tmux
def test_headless_flow_keeps_what_it_was_asked_to(tmp_path: Path, isolated: Path) -> None:
    kept = tmp_path / "kept"
    told = Commander(tmp_path).json("demo", "--headless", "--keep", str(kept), "--pace", "0.05")
    assert told["ok"] is True
    assert [step for step in told["steps"] if not step["ok"]] == []
    landings = [(step["lane"], step["got"]) for step in told["steps"] if step["step"] == "land"]
    assert landings[:4] == [("alpha", "landed"), *REFUSED.items()]
    assert {lane for lane, got in landings if got == "landed"} == {"alpha", "beta", "gamma"}
    assert told["steps"][-1]["got"] == "nothing lost"
    till = Path(told["repository"])
    assert till == kept / "till"
    assert git(till, "status", "--porcelain") == ""
    assert git(till, "fsck", "--no-dangling", "--no-progress") == ""
    assert "tax" in git(till, "show", "main:shop/prices.py")
    assert servers() == [], "its tmux server has ended"


def test_a_folder_with_content_is_not_overwritten(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "mine").write_text("mine\n")
    done = Commander(tmp_path).run("demo", "--headless", "--keep", str(kept), expect=3)
    assert "overwrites nothing" in done.stderr
    assert [path.name for path in kept.iterdir()] == ["mine"]


@pytest.mark.parametrize("pace", ["fast", "-1", "11", "nan", ""])
def test_a_pace_that_is_none(tmp_path: Path, pace: str) -> None:
    done = Commander(tmp_path).run("demo", "--headless", f"--pace={pace}", expect=2)
    assert "a number from 0 to 10" in done.stderr


def test_without_a_terminal_it_says_what_works_without_one(tmp_path: Path) -> None:
    done = Commander(tmp_path).run("demo", expect=2)
    assert "needs a terminal" in done.stderr and "--headless" in done.stderr
    done = Commander(tmp_path).run("up", expect=2)
    assert "needs a terminal" in done.stderr
    assert shutil.which("tmux") and servers() == []
