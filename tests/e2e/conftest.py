"""The whole program as its user has it: real commands, a real repository, a real tmux."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import git

OURS = Path(__file__).resolve().parents[2]
COCKPIT = [sys.executable, "-P", "-m", "cockpit"]
"""The program under test; without -P it would be the copy of it in the folder of the test."""

LANES = """\
target: main
lanes:
  alpha: {agent: shell, zone: ["docs/**", "README.md"]}
  beta: {agent: shell}
  gamma: {agent: shell}
  delta: {agent: shell}
launch: {stagger: 0s}
gate: {run: ["test -f pyproject.toml"], timeout: 30s, retry: 0}
"""


class Commander:
    """Someone at a shell in `root`; every call is a process of its own."""

    def __init__(self, root: Path, env: Mapping[str, str] | None = None) -> None:
        self.root = root
        self.env = {**os.environ, "SHELL": "/bin/sh", **(env or {})}

    def run(self, *argv: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        """`cockpit argv…`; fails unless it exits with `expect` and without a traceback."""
        done = subprocess.run(
            [*COCKPIT, *argv],
            cwd=self.root,
            env=self.env,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == expect, f"{argv}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def json(self, *argv: str, expect: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run(*argv, "--json", expect=expect).stdout)
        return found

    def folder(self, lane: str) -> Path:
        return self.root.parent / f"{self.root.name}-{lane}"


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A copy of a repository with a real history of many files: this project's own."""
    root = tmp_path / "real"
    if (OURS / ".git").exists():
        git(tmp_path, "clone", "-q", "--no-hardlinks", str(OURS), str(root))
        git(root, "switch", "-q", "-C", "main")
        git(root, "remote", "remove", "origin")  # work goes on there while the tests run
    else:
        pytest.fail("the tests run from a git checkout")
    (root / "lanes.yaml").write_text(LANES)
    git(root, "add", "-f", "lanes.yaml")
    git(root, "commit", "-q", "-m", "lanes for the cockpit")
    return root
