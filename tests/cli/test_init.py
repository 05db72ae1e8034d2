"""`cockpit init` on a real repository: what it asks, prints and writes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.cli.main import main
from cockpit.config.load import load_config
from tests.conftest import git

Capture = pytest.CaptureFixture[str]
Terminal = Callable[..., list[str]]


@pytest.fixture
def agents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "agents"
    folder.mkdir()
    for name in ("claude", "codex"):
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def init(repo: Path, *words: str, code: int = 0) -> None:
    assert main(["-C", str(repo), "init", *words]) == code


def test_it_writes_a_valid_file_and_never_overwrites(repo: Path, capsys: Capture) -> None:
    git(repo, "branch", "-m", "main", "odd'branch#1")
    init(repo / "src")
    written = repo / "lanes.yaml"
    before = written.read_bytes()
    seen = capsys.readouterr()
    assert seen.out.splitlines()[0] == f"Wrote {written}"
    assert "`cockpit start --all` would do this:" in seen.err
    assert "mode: shared" in seen.err and "Next: " in seen.err
    config = load_config(written)
    assert (config.target, list(config.lanes)) == ("odd'branch#1", ["alpha", "beta"])
    init(repo, "--json", code=3)
    assert "never overwrites" in capsys.readouterr().err
    assert written.read_bytes() == before
    assert main(["-C", str(repo), "check"]) == 0
    assert main(["-C", str(repo), "start", "--all", "--dry-run"]) == 0


def test_outside_a_repository(tmp_path: Path, capsys: Capture) -> None:
    init(tmp_path, code=2)
    assert "not inside a git repository" in capsys.readouterr().err


@pytest.mark.parametrize("flag", ["--print", "--dry-run"])
def test_it_only_shows(flag: str, repo: Path, tmp_path: Path, capsys: Capture) -> None:
    init(repo, flag, "--lanes", "3")
    seen = capsys.readouterr()
    assert not (repo / "lanes.yaml").exists()
    (tmp_path / "lanes.yaml").write_text(seen.out)
    assert list(load_config(tmp_path / "lanes.yaml").lanes) == ["alpha", "beta", "gamma"]
    assert "3 of 3 lanes would start" in seen.err


def test_the_document(repo: Path, agents: None, capsys: Capture) -> None:
    (repo / ".env").write_text("x")
    init(repo, "--print", "--json", "--agent", "codex,claude", "--lanes", "3")
    document = json.loads(capsys.readouterr().out)
    assert document["written"] is False and document["target"] == "main"
    assert [lane["agent"] for lane in document["lanes"]] == ["codex", "claude", "codex"]
    assert [lane["starts"] for lane in document["start"]["lanes"]] == [True] * 3
    assert document["start"]["setup"]["copy"] == [".env"]


def test_the_notes(repo: Path, capsys: Capture) -> None:
    git(repo, "switch", "-q", "-c", "feature")
    (repo / "README.md").write_text("changed\n")
    (repo / "build").mkdir()
    (repo / "build" / "x\x1b]0;evil\x07").write_text("x")
    init(repo, "--print")
    said = capsys.readouterr().err
    assert "start from main and land on it; checked out here is feature" in said
    assert "1 changed file here, in no commit" in said
    assert "not in a new worktree: build/" in said
    assert "\x1b" not in said


def test_three_questions_at_most(
    repo: Path, agents: None, terminal: Terminal, capsys: Capture
) -> None:
    git(repo, "switch", "-q", "-c", "release")
    asked = terminal("release", "nobody", "codex claude", "zero", "4")
    init(repo)
    assert [question.split("?")[0].split(" (")[0] for question in dict.fromkeys(asked)] == [
        "Lanes land on main; you are on release. Land on which",
        "Which agents run in the lanes",
        "How many lanes",
    ]
    config = load_config(repo / "lanes.yaml")
    assert config.target == "release"
    assert [lane.agent for lane in config.lanes.values()] == ["codex", "claude"] * 2


def test_enter_takes_the_defaults(repo: Path, agents: None, terminal: Terminal) -> None:
    asked = terminal()
    init(repo)
    assert len(asked) == 2
    config = load_config(repo / "lanes.yaml")
    assert [(lane.lane, lane.agent) for lane in config.lanes.values()] == [
        ("alpha", "claude"),
        ("beta", "claude"),
    ]


def test_no_question_where_nothing_is_open(
    repo: Path, agents: None, terminal: Terminal, tmp_path: Path
) -> None:
    git(repo, "worktree", "add", "-q", "-b", "one/work", str(tmp_path / "project-one"))
    asked = terminal()
    init(repo, "--agent", "codex")
    assert asked == []
    (repo / "lanes.yaml").unlink()
    git(repo, "switch", "-q", "-c", "release")
    init(repo, "--yes")
    assert asked == []
    assert load_config(repo / "lanes.yaml").target == "main"


def test_no_answer_writes_nothing(
    repo: Path, agents: None, terminal: Terminal, capsys: Capture
) -> None:
    terminal("a", "b", "c")
    init(repo, code=2)
    assert "nothing was written" in capsys.readouterr().err
    assert not (repo / "lanes.yaml").exists()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--lanes", "0"], 2, "from 1 to 15"),
        (["--lanes", "16"], 2, "from 1 to 15"),
        (["--lanes", "00159999"], 2, "from 1 to 15"),
        (["--agent", "nobody"], 3, "Nobody knows an agent"),
        (["--target", "--evil"], 2, ""),
        (["--target=-evil"], 2, "can't name a branch"),
        (["somewhere"], 2, "only for --bare"),
    ],
)
def test_wrong_wishes(words: list[str], code: int, says: str, repo: Path, capsys: Capture) -> None:
    init(repo, *words, code=code)
    assert says in capsys.readouterr().err
    assert not (repo / "lanes.yaml").exists()
