"""`cockpit init --bare`: from an address to lanes, killed anywhere, and hostile addresses."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import git
from tests.e2e.conftest import COCKPIT, Commander

Reached = Callable[[Path], bool]


@pytest.fixture
def origin(repo: Path) -> Path:
    git(repo, "branch", "other")
    git(repo, "branch", "alpha/work")
    git(repo, "tag", "v1")
    return repo


@pytest.fixture
def at(tmp_path: Path) -> Commander:
    folder = tmp_path / "desk"
    folder.mkdir()
    return Commander(folder)


@pytest.mark.tmux
def test_every_place_works_afterwards(origin: Path, at: Commander) -> None:
    made = at.json("init", "--bare", str(origin), "till.git", "--lanes", "2", "--yes")
    bare, main = at.root / "till.git", at.root / "till-main"
    assert made["file"] == str(main / "lanes.yaml") and made["target"] == "main"
    assert git(main, "branch", "--show-current").strip() == "main"
    assert git(main, "status", "--porcelain") == "?? lanes.yaml\n"
    assert git(bare, "branch", "--format=%(refname)").split() == ["refs/heads/main"]
    assert "refs/remotes/origin/other" in git(bare, "for-each-ref", "--format=%(refname)")
    assert (
        git(bare, "config", "remote.origin.fetch").strip() == "+refs/heads/*:refs/remotes/origin/*"
    )
    assert git(main, "rev-parse", "--abbrev-ref", "main@{upstream}").strip() == "origin/main"
    assert not (bare / "cockpit-clone").exists()
    assert list(bare.glob("hooks/*")) == []

    git(main, "add", "lanes.yaml")
    git(main, "commit", "-q", "-m", "lanes")
    Commander(bare).run("trust", "--yes")
    started = Commander(bare).json("start", "--all")["lanes"]
    folders = [at.root / f"till-{lane}" for lane in ("alpha", "beta")]
    assert [lane["worktree"] for lane in started] == [str(one) for one in folders]
    assert all((one / "lanes.yaml").exists() for one in folders), "committed, so in every lane"
    for place in (bare, main, main / "src", *folders):
        here = Commander(place)
        here.run("wait", "alpha", "beta", "--for", "idle", "--timeout", "20")
        status = here.json("status")
        assert [lane["worktree"] for lane in status["lanes"]] == [str(one) for one in folders]
        assert here.json("check")["file"] == str(main / "lanes.yaml")
    (folders[0] / "new.txt").write_text("new\n")
    git(folders[0], "add", "-A")
    git(folders[0], "commit", "-q", "-m", "new")
    Commander(folders[1]).run("merge", "alpha", "--yes")
    assert (main / "new.txt").read_text() == "new\n"
    (origin / "README.md").write_text("# newer\n")
    git(origin, "commit", "-qam", "newer")
    git(bare, "fetch", "-q")
    assert git(bare, "rev-list", "--count", "main..origin/main").strip() == "1"
    Commander(bare).run("teardown", "--all", "--yes")
    assert Commander(bare).run("init", expect=3).stderr.count("never overwrites") == 1
    again = at.run("init", "--bare", str(origin), "till.git", expect=3).stderr
    assert "till.git is there already" in again and "cockpit -C" in again


def _there(name: str) -> Reached:
    return lambda root: (root / name).exists()


@pytest.mark.parametrize(
    "reached",
    [
        _there("till.git"),
        _there("till.git/cockpit-clone"),
        _there("till.git/HEAD"),
        lambda root: any((root / "till.git").glob("objects/*/*")),
        lambda root: any((root / "till.git").glob("refs/remotes/origin/*")),
        _there("till.git/refs/heads/main"),
        _there("till.git/worktrees"),
        _there("till-main"),
        _there("till-main/README.md"),
    ],
)
def test_killed_half_way_it_is_run_again(reached: Reached, origin: Path, at: Commander) -> None:
    words = ["init", "--bare", f"file://{origin}", "till.git", "--yes"]
    with subprocess.Popen(
        [*COCKPIT, *words],
        cwd=at.root,
        env=at.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as first:
        deadline = time.monotonic() + 60
        while not reached(at.root) and first.poll() is None:
            assert time.monotonic() < deadline
        first.send_signal(signal.SIGKILL)
        first.wait()
    if not (at.root / "till-main" / "lanes.yaml").exists():
        done = subprocess.run(
            [*COCKPIT, *words],
            cwd=at.root,
            env=at.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        if done.returncode:
            assert "init" in done.stderr or "remove" in done.stderr, done.stderr
            assert "is there already" in done.stderr, done.stderr
            Commander(at.root / "till.git").run("init", "--yes")
    main = at.root / "till-main"
    assert git(main, "status", "--porcelain") == "?? lanes.yaml\n"
    assert git(main, "rev-parse", "HEAD") == git(origin, "rev-parse", "main")
    git(at.root / "till.git", "fsck", "--no-dangling", "--no-progress")
    Commander(main).run("check")


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c 'touch PWNED'",
        "ext::touch% PWNED",
        "--upload-pack=touch PWNED",
        "-oProxyCommand=touch PWNED",
        "fd::7",
        "gopher://x/y",
        "https://x/\x1b]0;t\x07",
        "https://x/\ny",
        "",
    ],
)
def test_hostile_addresses(url: str, at: Commander) -> None:
    done = at.run("init", f"--bare={url}", "out.git", expect=2)
    assert "can't be cloned" in done.stderr and "\x1b" not in done.stderr
    assert list(at.root.iterdir()) == []


def test_a_password_is_never_shown(at: Commander) -> None:
    url = "http://ann:hunter2@127.0.0.1:9/x.git?token=hunter3"
    done = at.run("init", "--bare", url, expect=1)
    assert "hunter" not in done.stdout + done.stderr
    assert "could not clone" in done.stderr and str(at.root / "x.git") in done.stderr
    assert (at.root / "x.git" / "config").stat().st_mode & 0o077 == 0


def test_what_lies_there_stays(origin: Path, at: Commander) -> None:
    (at.root / "mine.git").mkdir()
    (at.root / "mine.git" / "notes").write_text("mine\n")
    assert (
        "overwrites nothing" in at.run("init", "--bare", str(origin), "mine.git", expect=3).stderr
    )
    (at.root / "file.git").write_text("mine\n")
    assert "is no folder" in at.run("init", "--bare", str(origin), "file.git", expect=3).stderr
    (at.root / "till-main").mkdir()
    (at.root / "till-main" / "notes").write_text("mine\n")
    stuck = at.run("init", "--bare", str(origin), "till.git", expect=3).stderr
    assert "till-main" in stuck and "run the same again" in stuck
    assert (at.root / "till-main" / "notes").read_text() == "mine\n"
    other = at.run("init", "--bare", f"file://{origin}", "till.git", expect=3).stderr
    assert "another address" in other
    (at.root / "till-main").rename(at.root / "aside")
    at.run("init", "--bare", str(origin), "till.git")
    assert git(at.root / "till-main", "status", "--porcelain") == "?? lanes.yaml\n"


def test_an_empty_remote_says_so(tmp_path: Path, at: Commander) -> None:
    git(tmp_path, "init", "-q", "--bare", "empty.git")
    said = at.run("init", "--bare", str(tmp_path / "empty.git"), "x.git", expect=3).stderr
    assert "no default branch" in said and "goes on from here" in said
    assert "nothing to show" in at.run("init", "--print", "--bare", "x", expect=2).stderr
