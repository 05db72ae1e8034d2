"""The same life of two lanes in every layout and every kind of repository."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cockpit.domain.intents import Land, Start, Teardown, Undo
from cockpit.errors import Refused
from tests.conftest import git
from tests.services.conftest import Desk
from tests.services.layouts import ALPHA, BETA, Life, config, plain

Live = Callable[[Path], Life]

LAYOUTS = [
    ("../{repo}-{lane}", "{lane}/work"),
    ("../{repo}-worktrees/{task}", "agent/{lane}/{task}"),
    ("trees/{lane}", "ws/{task}/{lane}"),
    (".worktrees/{lane}-{task}", "{user}/{slug}"),
    ("../{repo}-{lane}-{date}", "{date}/{lane}"),
]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """A life in the repository whose lanes.yaml lies in that folder, trusted."""
    desks: list[Desk] = []

    def make(root: Path) -> Life:
        desk = Desk(root)
        desks.append(desk)
        desk.trust()
        return Life(desk)

    yield make
    for desk in desks:
        for cockpit in desk.open_ones:
            cockpit.close()


@pytest.mark.parametrize(("worktrees", "branch"), LAYOUTS)
def test_a_layout(
    live: Live, tmp_path: Path, worktrees: str, branch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USER", "anna")
    root = tmp_path / "project"
    plain(root, config(worktrees, branch))
    live(root).live()


@pytest.mark.parametrize("name", ["with space", "new\nline", "ünï → 日本", "-dash", "a'b\"c$(x)"])
def test_a_repository_of_an_odd_name(live: Live, tmp_path: Path, name: str) -> None:
    plain(tmp_path / name)
    live(tmp_path / name).live()


@pytest.mark.parametrize("name", ["with space", "ünï → 日本", "a'b\"c$(x)[*]?"])
def test_lanes_inside_a_checkout_of_an_odd_name(live: Live, tmp_path: Path, name: str) -> None:
    plain(tmp_path / name, config("trees #/{repo}*{lane}"))
    live(tmp_path / name).live()


def test_a_bare_repository(live: Live, tmp_path: Path) -> None:
    plain(tmp_path / "made")
    git(tmp_path, "clone", "-q", "--bare", str(tmp_path / "made"), "project.git")
    git(tmp_path / "project.git", "worktree", "add", "-q", str(tmp_path / "main"), "main")
    live(tmp_path / "main").live()


def test_a_bare_repository_with_everything_inside(live: Live, tmp_path: Path) -> None:
    """`project/.bare`, `project/.git` that names it, and a worktree a branch beside them."""
    plain(tmp_path / "made", config("../{lane}"))
    top = tmp_path / "project"
    top.mkdir()
    git(tmp_path, "clone", "-q", "--bare", str(tmp_path / "made"), str(top / ".bare"))
    (top / ".git").write_text("gitdir: ./.bare\n")
    git(top, "worktree", "add", "-q", str(top / "main"), "main")
    live(top / "main").live()


def test_sha256(live: Live, tmp_path: Path) -> None:
    plain(tmp_path / "project", "", "--object-format=sha256")
    live(tmp_path / "project").live()


def test_a_checkout_on_another_branch(live: Live, tmp_path: Path) -> None:
    plain(tmp_path / "project")
    git(tmp_path / "project", "switch", "-q", "-c", "mine")
    live(tmp_path / "project").live()


def test_a_checkout_with_a_detached_head(live: Live, tmp_path: Path) -> None:
    plain(tmp_path / "project")
    git(tmp_path / "project", "switch", "-q", "--detach")
    live(tmp_path / "project").live()


@pytest.mark.parametrize("setting", ["core.bare=true", "core.worktree=/nowhere", "core.bare="])
def test_an_odd_core_setting(live: Live, tmp_path: Path, setting: str) -> None:
    """An agent or a broken tool wrote it; our own calls are told where the work tree is."""
    root = tmp_path / "project"
    plain(root)
    life = live(root)
    life.begin()
    folder = life.folder(ALPHA)
    key, _, value = setting.partition("=")
    git(root, "config", key, value)
    desk = life.desk
    (folder / "src/mine.py").write_text("1\n")
    work = desk.cockpit().work
    assert work.git.dirty_paths(folder) == ["src/mine.py"]
    git(root, "config", "--unset", key) if value else (root / ".git/config").write_text(
        (root / ".git/config").read_text().replace("\tbare = \n", "\tbare = false\n")
    )
    (folder / "src/mine.py").unlink()
    life.work()
    life.land()


def test_worktrees_with_relative_links(live: Live, tmp_path: Path) -> None:
    root = tmp_path / "project"
    plain(root)
    life = live(root)
    life.begin()
    for lane in (ALPHA, BETA):
        record = life.desk.cockpit().work.record(lane)
        (record.worktree / ".git").write_text(
            f"gitdir: {os.path.relpath(record.admin, record.worktree)}\n"
        )
    life.work()
    life.land()
    life.rest()
    life.rename()
    life.end()


def test_submodules(live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "protocol.file.allow")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "always")
    root = tmp_path / "project"
    plain(tmp_path / "sub")
    plain(root)
    git(root, "submodule", "add", "-q", str(tmp_path / "sub"), "dep")
    git(root, "commit", "-q", "-m", "a submodule")
    life = live(root)
    life.begin()
    for lane in (ALPHA, BETA):
        git(life.folder(lane), "submodule", "update", "-q", "--init")
    life.work()
    life.land()
    life.rest()
    folder = life.folder(BETA)
    assert git(folder / "dep", "status", "--porcelain") == ""
    assert git(folder, "submodule", "status").startswith(" ")
    life.end()


def test_a_sparse_checkout(live: Live, tmp_path: Path) -> None:
    root = tmp_path / "project"
    plain(root)
    git(root, "sparse-checkout", "set", "--cone", "src")
    life = live(root)
    life.begin()
    assert not (life.folder(ALPHA) / "docs").exists()
    life.work()
    life.land()
    life.rest()
    life.rename()
    life.end()
    assert not (root / "docs").exists()


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 5\n" % ("0" * 64)


def test_lfs_pointers_without_lfs(live: Live, tmp_path: Path) -> None:
    """Nothing runs, and the pointers are files like others."""
    root = tmp_path / "project"
    plain(root)
    (root / "big.bin").write_text(POINTER)
    git(root, "add", "big.bin")
    (root / ".gitattributes").write_text("*.bin filter=lfs diff=lfs merge=lfs -text\n")
    git(root, "add", ".gitattributes")
    git(root, "commit", "-q", "-m", "lfs")
    life = live(root)
    life.live()


def test_a_filter_of_the_commanders_own(live: Live, tmp_path: Path) -> None:
    """One that ~/.gitconfig defines runs in lanes as it does in the checkout."""
    root = tmp_path / "project"
    git(tmp_path, "config", "--global", "filter.up.clean", "tr a-z A-Z")
    git(tmp_path, "config", "--global", "filter.up.smudge", "tr A-Z a-z")
    plain(root)
    (root / ".gitattributes").write_text("*.up filter=up\n")
    (root / "text.up").write_text("smudged\n")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "filtered")
    life = live(root)
    life.begin()
    assert (life.folder(ALPHA) / "text.up").read_text() == "smudged\n"
    life.work()
    life.land()
    life.rest()
    life.rename()
    life.end()


def test_a_filter_of_the_repositorys_own_refuses(live: Live, tmp_path: Path) -> None:
    root = tmp_path / "project"
    plain(root)
    (root / ".gitattributes").write_text("*.up filter=up\n")
    (root / "text.up").write_text("text\n")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "filtered")
    git(root, "config", "filter.up.smudge", f"touch {tmp_path}/ran; cat")
    life = live(root)
    with pytest.raises(Refused, match="own filter 'up'"):
        life.desk.do(Start(ALPHA))
    assert not (tmp_path / "ran").exists() and life.status(root) == []
    assert not (tmp_path / "project-alpha").exists()


def test_many_branches_and_worktrees(live: Live, tmp_path: Path) -> None:
    root = tmp_path / "project"
    plain(root)
    head = git(root, "rev-parse", "HEAD").strip()
    lines = [f"create refs/heads/many/{number} {head}\n" for number in range(2000)]
    git(root, "update-ref", "--stdin", stdin="".join(lines))
    git(root, "pack-refs", "--all")
    for number in range(300):  # as `worktree add --no-checkout` leaves them
        admin = root / f".git/worktrees/many-{number}"
        admin.mkdir(parents=True)
        folder = tmp_path / f"many/{number}"
        folder.mkdir(parents=True)
        (folder / ".git").write_text(f"gitdir: {admin}\n")
        (admin / "gitdir").write_text(f"{folder}/.git\n")
        (admin / "commondir").write_text("../..\n")
        (admin / "HEAD").write_text(f"ref: refs/heads/many/{number}\n")
    live(root).live()


def test_a_folder_and_a_branch_by_the_task(live: Live, tmp_path: Path) -> None:
    root = tmp_path / "project"
    text = config("../{repo}-worktrees/{task}", "ws/{task}/{slug}-{lane}")
    plain(root, text.replace("command: [sh], preset: shell", "command: [sh], preset: demo"))
    (root / "tasks").mkdir()
    (root / "tasks/task-007-login-page.md").write_text("# Login page\n")
    life = live(root)
    life.desk.do(Start(ALPHA, task="7"))
    assert life.folder(ALPHA) == tmp_path / "project-worktrees/task-007"
    assert life.branch(ALPHA) == "ws/task-007/login-page-alpha"
    life.desk.do(Start(BETA), cockpit=life.desk.cockpit())
    assert life.folder(BETA).name == "beta"
    life.commit(ALPHA, "src/mine.py", "1\n")
    life.desk.do(Land(ALPHA), cockpit=life.desk.cockpit())
    life.desk.do(Teardown(ALPHA), cockpit=life.desk.cockpit())
    life.desk.do(Undo(), cockpit=life.desk.cockpit())
    assert life.folder(ALPHA).is_dir()
