"""`make tools` and `make python` on machines that lack something, played by a PATH of stubs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BASE = ("make", "sh", "awk", "sed", "echo", "expand")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder that is the whole PATH: a few tools, no Python, git or tmux."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in BASE:
        found = shutil.which(name)
        if found is not None:
            (folder / name).symlink_to(os.path.realpath(found))
    return folder


def says(folder: Path, name: str, text: str, *, code: int = 0) -> None:
    """Put a program there that prints `text` whatever it is asked."""
    program = folder / name
    program.unlink(missing_ok=True)
    program.write_text(f"#!/bin/sh\necho '{text}'\nexit {code}\n")
    program.chmod(0o755)


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "-C", str(ROOT), "--no-print-directory", *words],
        capture_output=True,
        text=True,
        env={"PATH": str(folder), "LC_ALL": "C.UTF-8"},
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    ("git", "tmux", "missing"),
    [
        ("git version 2.39.5", "tmux 3.3a", ""),
        ("git version 2.39.5 (Apple Git-154)", "tmux 3.2", ""),
        ("git version 3.0.0", "tmux next-3.6", ""),
        ("git version 2.50.1", "tmux master", ""),
        ("git version 2.50.1", "tmux openbsd-7.6", ""),
        ("git version 2.38.4", "tmux 3.3a", "git"),
        ("git version 1.99", "tmux 3.3a", "git"),
        ("git version 2.39.0", "tmux 3.1c", "tmux"),
        ("git version 2.39.0", "tmux 2.9", "tmux"),
        ("git version 2.39.0", None, "tmux"),
        (None, "tmux 3.4", "git"),
    ],
)
def test_tools(machine: Path, git: str | None, tmux: str | None, missing: str) -> None:
    if git:
        says(machine, "git", git)
    if tmux:
        says(machine, "tmux", tmux)
    done = make(machine, "tools")
    assert (done.returncode == 0) == (not missing), done.stderr
    if missing:
        assert f"apt install {missing}" in done.stderr
        assert f"brew install {missing}" in done.stderr
        assert f"here is: {(git if missing == 'git' else tmux) or 'none'}" in done.stderr


def test_no_python(machine: Path) -> None:
    done = make(machine, "python")
    assert done.returncode != 0
    assert "Python 3.11 or newer" in done.stderr
    assert "apt install python3" in done.stderr


def test_python_without_venv(machine: Path) -> None:
    (machine / "python3").write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\n')
    (machine / "python3").chmod(0o755)
    done = make(machine, "python")
    assert done.returncode != 0
    assert "apt install python3-venv" in done.stderr


def test_an_old_python_is_passed_over(machine: Path) -> None:
    says(machine, "python3", "old", code=1)
    says(machine, "python3.12", "new")
    done = make(machine, "python")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "python3.12")


def test_demo_and_test_check_the_tools_first(machine: Path) -> None:
    for target in ("demo", "test", "bench", "faults"):
        done = make(machine, target)
        assert done.returncode != 0
        assert "apt install git" in done.stderr


def test_help_lists_every_target(machine: Path) -> None:
    said = make(machine, "help").stdout
    for target in ("demo", "test", "lint", "faults", "bench", "clean", "readme"):
        assert f"make {target} " in said
