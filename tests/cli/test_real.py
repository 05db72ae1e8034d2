"""Commands alone, on a real repository with real git, tmux and shells."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cockpit.cli.main import main
from tests.conftest import git

Capture = pytest.CaptureFixture[str]
Do = Callable[..., dict[str, Any]]


@pytest.fixture
def do(repo: Path, capsys: Capture) -> Do:
    """Run a command with --json; returns its document, after checking the exit code."""

    def call(*words: str, code: int = 0) -> dict[str, Any]:
        capsys.readouterr()
        got = main(["-C", str(repo), *words, "--json"])
        seen = capsys.readouterr()
        assert got == code, seen.out + seen.err
        document = json.loads(seen.out)
        assert isinstance(document, dict)
        return document

    return call


LANES = """\
worktrees: "../lanes/{lane}"
launch: {stagger: 0s}
gate: {run: ["test ! -e broken"]}
ports: {vars: {WEB_PORT: 28450}}
lanes:
  alpha: {agent: shell, zone: ["src/**"]}
  beta: {agent: shell}
"""


@pytest.mark.tmux
@pytest.mark.slow
def test_two_lanes_from_start_to_landed_torn_down_and_back(repo: Path, do: Do) -> None:
    (repo / "lanes.yaml").write_text(LANES)
    assert do("check")["trusted"] is False
    assert "trust" in do("start", "--all", code=3)["error"]["hint"]
    do("trust", "--yes")
    started = do("start", "--all")["lanes"]
    assert [lane["branch"] for lane in started] == ["alpha/work", "beta/work"]
    do("wait", "alpha", "beta", "--for", "idle", "--timeout", "20")
    before = git(repo, "rev-parse", "main").strip()

    alpha = Path(do("path", "alpha")["path"])
    line = "echo 'x = 1' > src/new.py && git add -A && git commit -qm 'add new' && echo do''ne"
    assert do("send", "alpha", line)["delivery"] == "seen"
    do("wait", "alpha", "--for", "idle", "--timeout", "20")
    shown = do("diff", "alpha")
    assert [file["path"] for file in shown["files"]] == ["src/new.py"]
    assert any(row.strip() == "done" for row in do("capture", "alpha")["rows"])
    do("send", "beta", "echo it is po''rt $WEB_PORT")
    do("wait", "beta", "--for", "idle", "--timeout", "20")
    (port,) = (one["ports"]["WEB_PORT"] for one in do("ports", "beta")["ports"])
    assert any(row.strip() == f"it is port {port}" for row in do("capture", "beta")["rows"])

    assert do("merge", "alpha", code=3)["error"]["title"].startswith("This needs your yes")
    preview = do("merge", "alpha", "--dry-run")
    assert (preview["may_land"], preview["target_old"]) == (True, before)
    do("merge", "alpha", "--yes")
    assert (repo / "src" / "new.py").read_text() == "x = 1\n"

    beta = Path(do("path", "beta")["path"])
    (beta / "broken").write_text("")
    git(beta, "add", "-A")
    git(beta, "commit", "-qm", "break it")
    do("merge", "beta", "--yes", code=5)
    (beta / "src" / "new.py").write_text("x = 2\n")
    git(beta, "rm", "-q", "--cached", "broken")
    (beta / "broken").unlink()
    git(beta, "add", "-A")
    git(beta, "commit", "-qm", "another new")
    conflict = do("merge", "beta", "--yes", code=4)
    assert conflict["error"]["paths"] == ["src/new.py"]

    (alpha / "left").write_text("not committed")
    do("teardown", "--all", "--yes")
    assert not alpha.exists() and not beta.exists()
    assert {entry["lane"] for entry in do("trash")["entries"]} == {"alpha", "beta"}
    do("undo", "--yes")
    assert beta.exists()
    do("trash", "restore", "alpha")
    assert (alpha / "left").read_text() == "not committed"

    landings = [op for op in do("log", "-n", "0")["operations"] if op["kind"] == "land"]
    (landed,) = [op for op in landings if op["state"] == "done"]
    do("undo", str(landed["seq"]), "--yes")
    assert not (repo / "src" / "new.py").exists()
    assert do("recover") == {"recovered": []}
    assert git(repo, "status", "--porcelain", "--untracked-files=no") == ""


def sentence(words: list[str], code: int, says: str, capsys: Capture) -> None:
    capsys.readouterr()
    assert main(words) == code, capsys.readouterr()
    seen = capsys.readouterr()
    assert says in seen.err
    assert "defect" not in seen.err and "Traceback" not in seen.err
    assert seen.out == ""


def test_places_that_are_no_repository(tmp_path: Path, repo: Path, capsys: Capture) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    sentence(["-C", str(empty), "status"], 2, "not inside a git repository", capsys)
    sentence(["-C", str(repo), "status"], 2, "There is no lanes.yaml", capsys)
    (repo / "lanes.yaml").write_text("lanes: {alpha: {agnet: shell}}\n")
    sentence(["-C", str(repo), "status"], 2, "did you mean agent?", capsys)
    (repo / "lanes.yaml").write_text("lanes: {alpha: {agent: nobody}}\n")
    sentence(["-C", str(repo), "status"], 2, "there is no agent", capsys)
    (repo / "lanes.yaml").unlink()
    (repo / "lanes.yaml").mkdir()
    sentence(["-C", str(repo), "status"], 2, "lanes.yaml", capsys)


@pytest.mark.parametrize("missing", ["git", "tmux"])
def test_a_missing_program_is_named(
    missing: str, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    (repo / "lanes.yaml").write_text("lanes: {alpha: {agent: shell}}\n")
    assert main(["-C", str(repo), "trust", "--yes"]) == 0
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in {"git", "tmux", "sh", "env", "bash"} - {missing}:
        found = shutil.which(name)
        if found:
            (tools / name).symlink_to(os.path.realpath(found))
    monkeypatch.setenv("PATH", str(tools))
    sentence(["-C", str(repo), "start", "alpha"], 1, missing, capsys)
    monkeypatch.undo()
    assert "alpha" not in git(repo, "branch", "--list")


def test_a_state_folder_that_cannot_be_written(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    (repo / "lanes.yaml").write_text("lanes: {alpha: {agent: shell}}\n")
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    monkeypatch.setenv("XDG_STATE_HOME", str(blocked))
    capsys.readouterr()
    assert main(["-C", str(repo), "status"]) in (1, 3)
    seen = capsys.readouterr()
    assert str(blocked) in seen.err
    assert "defect" not in seen.err
