"""A repository that has never heard of cockpit: by keys from `cockpit` to a running lane, and by
commands the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import git
from tests.e2e.conftest import COCKPIT, Commander
from tests.e2e.screen import Screen


@pytest.mark.tmux
def test_by_keys_from_nothing_to_running_lanes(repo: Path, tmp_path: Path) -> None:
    (repo / "Makefile").write_text("test:\n\ttrue\n")
    git(repo, "worktree", "add", "-q", "-b", "auth/work", str(tmp_path / "project-auth"))
    (tmp_path / "project-auth" / "half.txt").write_text("half done\n")
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "\\n# seen by me\\n" >> "$1"\n')
    editor.chmod(0o755)
    env = {"SHELL": "/bin/sh", "VISUAL": str(editor)}
    with Screen(COCKPIT, cwd=repo / "src", env=env, columns=80, rows=24) as screen:
        screen.wait_for("project +has no lanes.yaml yet", "the lanes auth, alpha")
        screen.wait_for("No agent found")
        screen.press("e")
        screen.wait_for("This one gives it", "Enter write it")
        screen.press("G")
        screen.wait_for("Three to seven lanes")
        assert not (repo / "lanes.yaml").exists()
        screen.press("Enter")
        screen.wait_for("Trust it\\?", "make test", "yes, trust it", seconds=60)
        assert (repo / "lanes.yaml").read_text().endswith("# seen by me\n")
        screen.press("y")
        screen.wait_for("trusted lanes.yaml")
        screen.press("S")
        screen.wait_for("○ 2 idle", seconds=60)
        screen.leave()
    assert git(tmp_path / "project-auth", "status", "--porcelain") == "?? half.txt\n"
    assert (tmp_path / "project-alpha" / "src" / "api.py").exists()


@pytest.mark.tmux
def test_leaving_at_once_writes_nothing(repo: Path) -> None:
    with Screen([*COCKPIT, "up", "--bare"], cwd=repo, columns=60, rows=20) as screen:
        screen.wait_for("the lanes alpha, beta", "Enter write it  e edit first")
        screen.press("Escape")
        assert "Nothing was written" in screen.wait_ended()
    assert git(repo, "status", "--porcelain") == ""


@pytest.mark.tmux
def test_a_folder_that_is_no_repository_says_what_to_do(tmp_path: Path) -> None:
    with Screen(COCKPIT, cwd=tmp_path, columns=80, rows=24) as screen:
        shown = screen.wait_ended(2)
    assert "is not inside a git repository" in shown
    assert "git init" in shown and "cockpit demo" in shown


@pytest.mark.tmux
def test_by_commands(repo: Path) -> None:
    (repo / "Makefile").write_text("test:\n\ttrue\n")
    commander = Commander(repo)
    shown = commander.json("init", "--lanes", "2")
    assert [lane["starts"] for lane in shown["start"]["lanes"]] == [True, True]
    commander.run("trust", "--yes")
    started = commander.json("start", "--all")
    planned = [(lane["branch"], lane["worktree"]) for lane in shown["start"]["lanes"]]
    assert [(lane["branch"], lane["worktree"]) for lane in started["lanes"]] == planned
    commander.json("wait", "alpha", "beta", "--for", "idle", "--timeout", "20")
