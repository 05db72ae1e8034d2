"""Looking at a real repository, proposing, and writing: what is there becomes lanes that start."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cockpit.config.load import load_config
from cockpit.config.model import Config
from cockpit.config.problems import ConfigError
from cockpit.domain.proposal import Wishes
from cockpit.domain.starting import StartKind
from cockpit.errors import Refused, UsageError
from cockpit.services.founding import Founding
from cockpit.services.wiring import build_cockpit, build_founding
from tests.conftest import git

SEED = """\
zones:
  alpha:
    files:
      include: ["src/auth/**", "ledgers/*-alpha.csv"]
    ledger: "ledgers/tasks-alpha.csv"
    agent: "Commander"

  beta:
    files:
      include: ["src/api/**", "ledgers/*-beta.csv"]
    ledger: "ledgers/tasks-beta.csv"
    agent: "Adjudicator"
"""


@pytest.fixture(autouse=True)
def agents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two agents that presets know are installed, beside the usual programs."""
    folder = tmp_path / "agents"
    folder.mkdir()
    for name in ("codex", "claude"):
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    usual = os.pathsep.join(
        part for part in os.environ["PATH"].split(os.pathsep) if part != str(folder)
    )
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{usual}")
    monkeypatch.setenv("USER", "ann")
    return folder


@pytest.fixture
def open_founding(repo: Path) -> Iterator[list[Founding]]:
    made: list[Founding] = []
    yield made
    for founding in made:
        founding.close()


def found(place: Path, made: list[Founding]) -> Founding:
    made.append(build_founding(place))
    return made[-1]


def test_a_plain_repository(repo: Path, open_founding: list[Founding]) -> None:
    founding = found(repo / "src", open_founding)
    draft = founding.draft()
    assert draft.findings.agents[:2] == ("claude", "codex")
    assert not {"shell", "demo", "generic"} & set(draft.findings.agents)
    assert [(lane.name, lane.agent) for lane in draft.proposal.lanes] == [
        ("alpha", "claude"),
        ("beta", "claude"),
    ]
    preview = founding.preview(draft.text)
    assert [lane.kind for lane in preview.lanes] == [StartKind.NEW] * 2
    assert preview.lanes[0].argv[0].endswith("/agents/claude")
    assert not (repo / "lanes.yaml").exists(), "looking writes nothing"
    assert founding.write(draft.text) == repo / "lanes.yaml"
    assert load_config(repo / "lanes.yaml").target == "main"
    with pytest.raises(Refused, match="never overwrites"):
        founding.write(draft.text)
    with pytest.raises(Refused, match="never overwrites"):
        build_founding(repo)


def test_a_dangling_link_is_not_followed(repo: Path, open_founding: list[Founding]) -> None:
    founding = found(repo, open_founding)
    (repo / "lanes.yaml").symlink_to(repo.parent / "elsewhere")
    with pytest.raises(Refused, match="never overwrites"):
        founding.write(founding.draft().text)
    assert not (repo.parent / "elsewhere").exists()
    assert not [name for name in os.listdir(repo) if name.startswith(".lanes.yaml.")]


def test_only_a_valid_file_is_written(repo: Path, open_founding: list[Founding]) -> None:
    founding = found(repo, open_founding)
    with pytest.raises(ConfigError):
        founding.write("lanes: {alpha: {agent: nobody}}\n")
    with pytest.raises(ConfigError):
        founding.preview("lanes: [\n")
    with pytest.raises(Refused, match="nobody"):
        founding.draft(Wishes(agents=("nobody",)))
    assert not (repo / "lanes.yaml").exists()


def test_what_is_under_way_becomes_lanes(
    repo: Path, tmp_path: Path, open_founding: list[Founding]
) -> None:
    git(repo, "worktree", "add", "-q", "-b", "auth/work", str(tmp_path / "project-auth"))
    git(repo, "worktree", "add", "-q", "--detach", str(tmp_path / "loose"))
    for branch, at in (("agent/docs/t1", 3), ("ann/parser", 5), ("plain", 9), ("merged/work", 0)):
        git(repo, "branch", branch)
        if at:
            tree = git(repo, "rev-parse", "HEAD^{tree}").strip()
            when = {"GIT_COMMITTER_DATE": f"{1_700_000_000 + at} +0000"}
            os.environ.update(when)
            commit = git(repo, "commit-tree", tree, "-p", "HEAD", "-m", branch).strip()
            del os.environ["GIT_COMMITTER_DATE"]
            git(repo, "update-ref", f"refs/heads/{branch}", commit)
    git(repo, "switch", "-q", "-c", "mine/work")
    git(repo, "commit", "-q", "--allow-empty", "-m", "checked out here")
    founding = found(tmp_path / "project-auth", open_founding)
    assert founding.root == repo, "from a worktree, too, the file belongs to the main checkout"
    draft = founding.draft()
    shown = [(lane.name, lane.worktree, lane.branch) for lane in draft.proposal.lanes]
    assert shown == [
        ("auth", "../project-auth", "auth/work"),
        ("parser", "", "ann/parser"),
        ("docs", "", "agent/docs/t1"),
    ]
    assert (draft.proposal.target, draft.findings.head) == ("main", "mine/work")
    assert any("plain" in left for left in draft.proposal.left_out)
    assert any("loose" in left for left in draft.proposal.left_out)
    kinds = [(one.kind, one.makes_worktree) for one in founding.preview(draft.text).lanes]
    assert kinds == [
        (StartKind.TAKE_OVER, False),
        (StartKind.TAKE_OVER, True),
        (StartKind.TAKE_OVER, True),
    ]


def test_the_first_documents_file_and_layout(
    repo: Path, tmp_path: Path, open_founding: list[Founding]
) -> None:
    """What the file is read as today and what init makes of it are the same lanes."""
    git(repo, "branch", "-m", "main", "trunk")
    git(repo, "switch", "-q", "-c", "aside")
    (repo / "coordination.yaml").write_text(SEED)
    (repo / ".github").mkdir()
    (repo / ".github" / "CODEOWNERS").write_text("src/auth/** @team-alpha\nsrc/api/** @team-beta\n")
    git(repo, "worktree", "add", "-q", "-b", "alpha/work", str(tmp_path / "project-alpha"), "trunk")
    cockpit = build_cockpit(repo)
    read = cockpit.config
    cockpit.close()
    founding = found(repo, open_founding)
    founding.write(founding.draft().text)
    written = load_config(repo / "lanes.yaml")
    assert read.target == written.target == "trunk"
    assert list(read.lanes) == list(written.lanes) == ["alpha", "beta"]
    for name, lane in read.lanes.items():
        mine = written.lanes[name]
        assert (mine.zone, mine.title, mine.ledger) == (lane.zone, lane.title, lane.ledger)
        assert (lane.agent, mine.agent) == ("shell", "claude"), "a title is never a command"
        assert mine.owner == f"@team-{name}"
    assert written.lanes[next(iter(written.lanes))].worktree == "../project-alpha"


def test_a_wrong_coordination_file_is_told(repo: Path, open_founding: list[Founding]) -> None:
    (repo / "coordination.yaml").write_text("zones: {A: {}}\n")
    draft = found(repo, open_founding).draft()
    assert [lane.name for lane in draft.proposal.lanes] == ["alpha", "beta"]
    assert "coordination.yaml was left out" in draft.findings.problems[0]


def test_hostile_files_are_not_followed(
    repo: Path, tmp_path: Path, open_founding: list[Founding]
) -> None:
    (tmp_path / "secret").write_text("* @secret\nx @other\n")
    (repo / "CODEOWNERS").symlink_to(tmp_path / "secret")
    os.mkfifo(repo / "Makefile")
    (repo / "package.json").write_text("x" * (300 << 10))
    (repo / "pyproject.toml").write_bytes(b"\xff[tool.pytest")
    draft = found(repo, open_founding).draft()
    assert draft.findings.owned == ()
    assert list(draft.findings.files) == ["pyproject.toml"]


def test_what_lanes_would_not_see(repo: Path, open_founding: list[Founding]) -> None:
    (repo / "README.md").write_text("changed\n")
    (repo / "new.txt").write_text("new\n")
    (repo / ".env").write_text("SECRET=1\n")
    (repo / "build").mkdir()
    (repo / "build" / "x").write_text("x")
    draft = found(repo, open_founding).draft()
    unseen = draft.findings.unseen
    assert (unseen.changed, unseen.untracked, unseen.ignored) == (1, 1, (".env", "build/"))
    assert draft.proposal.copies == (".env",)


def test_the_target_does_not_follow_what_is_checked_out(
    repo: Path, open_founding: list[Founding]
) -> None:
    git(repo, "switch", "-q", "-c", "feature")
    assert found(repo, open_founding).look().target == "main"
    git(repo, "branch", "-m", "main", "release")
    assert found(repo, open_founding).look().target == "feature", "nothing else says anything"
    git(repo, "update-ref", "refs/remotes/origin/release", "HEAD")
    git(repo, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/release")
    look = found(repo, open_founding).look()
    assert (look.target, look.target_why) == ("release", "origin's default branch")


def test_no_commit_yet_and_no_repository(tmp_path: Path, open_founding: list[Founding]) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(UsageError, match="not inside a git repository"):
        build_founding(empty)
    git(empty, "init", "-q", "-b", "trunk")
    founding = found(empty, open_founding)
    draft = founding.draft()
    assert (draft.findings.has_commits, draft.proposal.target) == (False, "trunk")
    assert "no commit yet" in founding.preview(draft.text).lanes[0].why_not


def test_a_bare_repository_needs_a_worktree_of_its_target(
    repo: Path, tmp_path: Path, open_founding: list[Founding]
) -> None:
    bare = tmp_path / "prover.git"
    git(tmp_path, "clone", "-q", "--bare", str(repo), str(bare))
    with pytest.raises(Refused, match="no worktree of main") as refused:
        build_founding(bare)
    command = refused.value.hint.removeprefix("Add one: git ").split(" ")
    git(tmp_path, *command)
    founding = found(bare, open_founding)
    assert founding.path == tmp_path / "prover-main" / "lanes.yaml"
    founding.write(founding.draft().text)
    for place in (bare, tmp_path / "prover-main"):
        cockpit = build_cockpit(place)
        assert cockpit.root == tmp_path / "prover-main"
        cockpit.close()


def test_of_many_worktrees_of_a_bare_repository_each_configuration_is_parsed_once(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo / "lanes.yaml").write_text("target: main\nlanes: {}\n")
    git(repo, "add", "lanes.yaml")
    git(repo, "commit", "-q", "-m", "lanes")
    bare = tmp_path / "prover.git"
    git(tmp_path, "clone", "-q", "--bare", str(repo), str(bare))
    for number in range(6):
        git(bare, "worktree", "add", "-q", "-b", f"theirs-{number}", str(tmp_path / f"{number}"))
    (tmp_path / "0" / "lanes.yaml").write_text("target: [broken\n")
    git(bare, "worktree", "add", "-q", str(tmp_path / "work"), "main")
    parsed: list[Path] = []

    def counting(path: Path, **how: Any) -> Config:
        parsed.append(path)
        return load_config(path, **how)

    monkeypatch.setattr("cockpit.services.wiring.load_config", counting)
    cockpit = build_cockpit(tmp_path / "3")
    assert cockpit.root == tmp_path / "work"
    cockpit.close()
    assert len([path for path in parsed if path.parent != tmp_path / "work"]) == 2, parsed
