"""Four lanes with a shell agent from start to landed and torn down, by commands alone."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.conftest import git, retry_until
from tests.e2e.conftest import Commander

LANES = ("alpha", "beta", "gamma", "delta")


def work_in(commander: Commander, lane: str) -> None:
    """Give the lane's shell one line of work, and wait for its commit."""
    folder = commander.folder(lane)
    commander.run(
        "send", lane, f"echo {lane} >> docs/{lane}.md && git add -A && git commit -qm 'add {lane}'"
    )
    retry_until(
        lambda: git(folder, "log", "-1", "--format=%s").strip() == f"add {lane}",
        why=f"{lane} commits",
    )
    retry_until(
        lambda: commander.json("status", lane)["lanes"][0]["state"] == "idle", why="at its prompt"
    )


@pytest.mark.tmux
def test_four_lanes_by_commands(foreign: Path) -> None:
    me = Commander(foreign)
    start = git(foreign, "rev-parse", "main").strip()
    me.run("start", "--all", expect=3)
    me.run("trust", "--yes")
    me.run("start", "--all")
    assert [lane["lane"] for lane in me.json("status")["lanes"]] == list(LANES)
    for lane in LANES:
        work_in(me, lane)
        landed = me.json("merge", lane, "--yes")
        assert landed["new"] == git(foreign, "rev-parse", "main").strip()
        assert (foreign / "docs" / f"{lane}.md").read_text() == f"{lane}\n"
        assert git(foreign, "status", "--porcelain") == ""
    for lane in LANES:
        me.run("teardown", lane, "--yes")
        assert not me.folder(lane).exists()
    assert git(foreign, "worktree", "list", "--porcelain").count("worktree ") == 2  # and the gate's
    me.run("undo", "--yes")
    assert me.folder("delta").is_dir()
    assert me.run("status").stdout
    log = me.json("log")
    assert [one["kind"] for one in log["operations"]].count("land") == 4
    git(foreign, "merge-base", "--is-ancestor", start, "main")
    assert git(foreign, "fsck", "--no-dangling", "--no-progress") == ""


def fingerprint(paths: list[Path]) -> dict[str, str]:
    found = {}
    for path in paths:
        for one in [path, *sorted(path.rglob("*"))] if path.is_dir() else [path]:
            if one.is_file():
                mode = stat.S_IMODE(one.stat().st_mode)
                found[str(one)] = f"{mode:o} {hashlib.sha256(one.read_bytes()).hexdigest()}"
    return found


@pytest.mark.tmux
def test_nothing_of_the_users_is_touched(foreign: Path, isolated: Path) -> None:
    """The user's tmux server and configuration, git configuration and hooks."""
    (isolated / ".tmux.conf").write_text("set -g status-left 'mine'\n")
    hook = foreign / ".git" / "hooks" / "post-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 0\n")
    hook.chmod(0o755)
    subprocess.run(["tmux", "new-session", "-d", "-s", "mine", "cat"], check=True, timeout=10)
    asked = ["tmux", "list-panes", "-a", "-F", "#{pid} #{session_id} #{pane_id} #{pane_pid}"]
    server = subprocess.run(asked, check=True, capture_output=True, timeout=10).stdout
    options = ["tmux", "show-options", "-g"]
    set_before = subprocess.run(options, check=True, capture_output=True, timeout=10).stdout
    mine = [
        isolated / ".tmux.conf",
        isolated / ".gitconfig",
        foreign / ".git" / "config",
        foreign / ".git" / "hooks",
    ]
    before = fingerprint(mine)
    me = Commander(foreign, {"TMUX": "/tmp/of-the-user,1,0", "TMUX_PANE": "%0"})
    me.run("trust", "--yes")
    me.run("start", "alpha")
    work_in(me, "alpha")
    me.run("merge", "alpha", "--yes")
    me.run("undo", "--yes")
    me.run("teardown", "alpha", "--yes")
    assert fingerprint(mine) == before
    assert subprocess.run(asked, check=True, capture_output=True, timeout=10).stdout == server
    set_after = subprocess.run(options, check=True, capture_output=True, timeout=10).stdout
    assert set_after == set_before


@pytest.mark.tmux
def test_no_planted_setting_runs_in_any_call_of_a_whole_run(foreign: Path, tmp_path: Path) -> None:
    """Every git call of the product, recorded by a wrapper, in a repository where an agent
    planted code; the control shows that the same planting is alive for plain git."""
    marker = tmp_path / "marker"
    evil = tmp_path / "evil.sh"
    evil.write_text(f'#!/bin/sh\necho "$0 $*" >> {marker}\ncat 2>/dev/null\n')
    evil.chmod(0o755)
    calls = tmp_path / "calls"
    wrapper = tmp_path / "bin" / "git"
    wrapper.parent.mkdir()
    wrapper.write_text(
        f'#!/bin/sh\necho "$*" >> {calls}\nexec /usr/bin/env -u X {real_git()} "$@"\n'
    )
    wrapper.chmod(0o755)
    me = Commander(foreign, {"PATH": f"{wrapper.parent}:{os.environ['PATH']}"})
    me.run("trust", "--yes")
    me.run("start", "alpha")
    folder = me.folder("alpha")
    (folder / "docs" / "alpha.md").write_text("work\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "work")
    for key in (
        "core.fsmonitor",
        "diff.external",
        "filter.x.clean",
        "filter.x.smudge",
        "merge.x.driver",
        "diff.x.textconv",
        "gpg.program",
        "core.editor",
    ):
        git(foreign, "config", key, str(evil))
    git(foreign, "config", "log.showSignature", "true")
    git(foreign, "config", "commit.gpgSign", "true")
    for name in ("post-index-change", "reference-transaction", "post-checkout", "pre-commit"):
        hook = foreign / ".git" / "hooks" / name
        hook.write_text(f"#!/bin/sh\nexec {evil} {name}\n")
        hook.chmod(0o755)
    (foreign / ".git" / "info").mkdir(exist_ok=True)
    (foreign / ".git" / "info" / "attributes").write_text("* filter=x diff=x merge=x\n")
    me.run("status")
    me.run("diff", "alpha")
    me.run("merge", "alpha", "--yes")
    me.run("undo", "--yes")
    me.run("teardown", "alpha", "--yes")
    me.run("undo", "--yes")
    me.run("start", "beta")
    me.run("teardown", "--all", "--yes")
    assert len(calls.read_text().splitlines()) > 50
    assert not marker.exists(), marker.read_text()
    subprocess.run([real_git(), "-C", str(foreign), "status"], capture_output=True, timeout=30)
    assert marker.exists(), "the control: plain git runs what was planted"


def real_git() -> str:
    import shutil

    found = shutil.which("git")
    assert found is not None
    return found


@pytest.mark.tmux
def test_no_commit_of_an_agent_fails_while_cockpit_looks(foreign: Path) -> None:
    me = Commander(foreign)
    me.run("trust", "--yes")
    me.run("start", "alpha")
    folder = me.folder("alpha")
    script = (
        "i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo $i > docs/n.md; git add -A && "
        "git commit -qm $i || echo FAILED; done; echo over"
    )
    done = subprocess.Popen(
        ["sh", "-c", script],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    from cockpit.services.wiring import build_cockpit

    cockpit = build_cockpit(foreign)
    looks = 0
    while done.poll() is None:
        cockpit.observe()
        looks += 1
    said = done.communicate(timeout=60)[0]
    cockpit.close()
    assert looks > 5
    assert "FAILED" not in said, said
    assert git(folder, "rev-list", "--count", "main..HEAD").strip() == "40"
