"""A remote that others push to, for tests of what leaves the machine."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import git
from tests.services.conftest import Desk


class Origin:
    def __init__(self, desk: Desk, tmp: Path, name: str = "origin", *, followed: bool = True):
        self.name, self.bare = name, tmp / f"{name}.git"
        git(tmp, "init", "-q", "--bare", str(self.bare))
        git(desk.root, "remote", "add", name, str(self.bare))
        options = ["-u"] if followed else []
        git(desk.root, "push", "-q", *options, name, "main")
        if not followed:
            git(desk.root, "update-ref", "-d", f"refs/remotes/{name}/main")

    def at(self, branch: str = "main") -> str:
        """Where its branch is; empty if it has none."""
        found = git(self.bare, "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")
        return found.strip()
