"""`cockpit ls`: real state folders of repositories that are there, moved, gone or never told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cockpit import paths
from cockpit.adapters.known import remember, size_below, state_folders
from cockpit.adapters.statefiles import FileState
from cockpit.cli.main import main
from tests.conftest import git, retry_until

Capture = pytest.CaptureFixture[str]
LANES = "worktrees: '../lanes/{lane}'\nlanes:\n  alpha: {agent: shell}\n  beta: {agent: shell}\n"


def listed(capsys: Capture) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main(["ls", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["repositories"]
    assert isinstance(found, list)
    return found


def used(repo: Path) -> Path:
    """Use it once; returns its state folder."""
    (repo / "lanes.yaml").write_text(LANES)
    assert main(["-C", str(repo), "check"]) == 0
    return paths.state_dir(repo / ".git")


def test_none_yet(capsys: Capture, isolated: Path) -> None:
    assert listed(capsys) == []
    assert main(["ls"]) == 0
    assert "not used in any repository" in capsys.readouterr().out
    assert not (isolated / "state").exists()


def test_one_that_sleeps_and_one_that_moved(repo: Path, tmp_path: Path, capsys: Capture) -> None:
    state = used(repo)
    (one,) = listed(capsys)
    assert (one["repository"], one["status"], one["target"]) == (str(repo), "here", "main")
    assert one["state_folder"] == str(state)
    assert (one["lanes"], one["started"], one["running"]) == (["alpha", "beta"], [], [])
    assert (one["app_open"], one["trash_bytes"], one["snapshot_bytes"]) == (False, 0, 0)
    assert one["last_used"]
    repo.rename(tmp_path / "moved")
    (gone,) = listed(capsys)
    assert (gone["status"], gone["why"]) == ("missing", "nothing is there any more")
    assert gone["running"] is None
    repo.mkdir()
    assert listed(capsys)[0]["why"] == "there is no repository there any more"
    git(repo, "init", "-q")
    shutil.rmtree(repo / ".git")
    shutil.copytree(tmp_path / "moved" / ".git", tmp_path / "other.git")
    (repo / ".git").write_text(f"gitdir: {tmp_path / 'other.git'}\n")
    assert listed(capsys)[0]["why"] == "another repository is there now"


def test_a_broken_configuration_is_said_and_hides_nothing(repo: Path, capsys: Capture) -> None:
    used(repo)
    (repo / "lanes.yaml").write_text("lanes: {alpha: {agnet: shell}}\n")
    (one,) = listed(capsys)
    assert one["status"] == "here" and "agnet" in one["why"]
    assert one["running"] is None


def test_damaged_foreign_and_older_state_folders(repo: Path, capsys: Capture) -> None:
    state = used(repo)
    home = paths.state_home()
    (home / "not-a-state").mkdir()
    (home / "x-00000000").mkdir()
    (home / "y-00000000").symlink_to(state)
    (state / "facts" / "repository.json").unlink()
    found = {one["id"]: one for one in listed(capsys)}
    assert set(found) == {state.name, "x-00000000"}
    assert found["x-00000000"]["status"] == "unknown"
    assert found[state.name]["repository"] == str(repo), "the shadow tells it too"
    fact = state / "facts" / "repository.json"
    for content in ("{", '{"version": 1, "value": {"root": "a/b", "common": 5}}'):
        fact.write_text(content)
        shutil.rmtree(state / "shadow", ignore_errors=True)
        seen = {folder.id: folder for folder in state_folders(home)}[state.name]
        assert seen.root is None and seen.why


def test_the_place_is_remembered_when_it_is_news(tmp_path: Path) -> None:
    state = FileState(tmp_path / "s")
    fact = tmp_path / "s" / "facts" / "repository.json"
    remember(state, Path("/a"), Path("/a/.git"))
    first = fact.stat()
    remember(state, Path("/a"), Path("/a/.git"))
    assert fact.stat().st_ino == first.st_ino, "written again without news"
    remember(state, Path("/b"), Path("/a/.git"))
    assert state.read("repository") == {"root": "/b", "common": "/a/.git"}
    newer = '{"version": 99, "value": {}}'
    fact.write_text(newer)
    remember(state, Path("/c"), Path("/c/.git"))
    assert fact.read_text() == newer
    blocked = FileState(tmp_path / "file" / "s")
    (tmp_path / "file").write_text("")
    remember(blocked, Path("/c"), Path("/c/.git"))


def test_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = tmp_path / "top"
    (top / "b").mkdir(parents=True)
    (top / "a").write_bytes(b"x" * 100)
    (top / "b" / "c").write_bytes(b"x" * 23)
    (top / "b" / "link").symlink_to("/")
    assert size_below(top) == 123
    assert size_below(top / "none") == 0
    monkeypatch.setattr("cockpit.adapters.known._FILES_CAP", 1)
    assert size_below(top) is None


@pytest.mark.tmux
@pytest.mark.slow
def test_running_lanes_without_a_server_started(repo: Path, capsys: Capture) -> None:
    used(repo)
    here = ["-C", str(repo)]
    assert main([*here, "trust", "--yes"]) == 0
    assert main([*here, "start", "--all"]) == 0
    assert main([*here, "wait", "alpha", "beta", "--for", "idle", "--timeout", "20"]) == 0
    assert listed(capsys)[0]["running"] == ["alpha", "beta"]
    assert listed(capsys)[0]["needing_you"] == []
    assert main([*here, "stop", "beta"]) == 0
    retry_until(lambda: listed(capsys)[0]["running"] == ["alpha"], why="beta was stopped")
    assert listed(capsys)[0]["needing_you"] == ["beta"]
    assert main([*here, "teardown", "--all", "--yes"]) == 0
    (one,) = listed(capsys)
    assert one["trash_bytes"] > 0 and one["started"] == []
    capsys.readouterr()
    assert main(["ls"]) == 0
    assert str(repo) in capsys.readouterr().out
