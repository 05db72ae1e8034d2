"""Builds the demo's throw-away repository: a small real project with history, tasks, and a
lanes.yaml with four lanes.

This builds what cockpit later works on, as a user's hands would; it is no door of cockpit's,
so it calls plain git, with the user's configuration switched off and fixed dates, so that
the history is the same on every machine.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from cockpit.dataclass import dataclass
from cockpit.demo.project import COMMITS, TASKS, Commit
from cockpit.errors import Refused, Unavailable

FIRST_DAY = 1_756_108_800
"""2025-08-25 08:00 UTC, the date of the first commit."""


def build_demo_repository(root: Path, *, pace: float = 1.0) -> Path:
    """Make the repository at `root`, a folder that doesn't exist or is empty; returns it.

    `pace` scales the agents' pauses. Raises `Refused` when something is there already,
    `Unavailable` when git fails.
    """
    if root.exists() and any(root.iterdir()):
        raise Refused(
            f"The demo's folder {root} is not empty.",
            hint="Name a folder that doesn't exist yet.",
        )
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "-q")
    git(root, "symbolic-ref", "HEAD", "refs/heads/main")
    # The landing's merge commits need a name on a machine without one; this repository is ours.
    git(root, "config", "user.name", "Demo Commander")
    git(root, "config", "user.email", "commander@demo.invalid")
    for number, commit in enumerate(COMMITS):
        _commit(root, commit, FIRST_DAY + number * 9_000, {"@PACE@": f"{pace:g}"})
    for name, text in TASKS.items():
        _write(root / "tasks" / name, text)
    return root


@dataclass(frozen=True, slots=True)
class Kept:
    """Whether a commit can still be had: its object is there, and `refs` lead to it."""

    commit: str
    exists: bool
    refs: tuple[str, ...]


def kept(root: Path, commits: Mapping[str, str]) -> dict[str, Kept]:
    """For each named commit whether plain git still finds it, and by which refs."""
    found: dict[str, Kept] = {}
    for name, commit in commits.items():
        exists = _try(root, "cat-file", "-e", f"{commit}^{{commit}}").returncode == 0
        refs: tuple[str, ...] = ()
        if exists:
            told = git(root, "for-each-ref", f"--contains={commit}", "--format=%(refname)")
            refs = tuple(told.split())
        found[name] = Kept(commit, exists, refs)
    return found


def tip(root: Path, ref: str) -> str:
    """The commit at `ref`; empty when there is no such ref."""
    done = _try(root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    return done.stdout.strip()


def tree(root: Path, commit: str) -> str:
    """The id of the commit's tree."""
    return git(root, "rev-parse", "--verify", f"{commit}^{{tree}}").strip()


def contains(root: Path, commit: str, ref: str) -> bool:
    """Whether the history of `commit` holds everything that `ref` points to."""
    return _try(root, "merge-base", "--is-ancestor", ref, commit).returncode == 0


def git(root: Path, *argv: str, env: Mapping[str, str] | None = None) -> str:
    """Plain git in the demo's repository; returns stdout. Raises `Unavailable`."""
    done = _try(root, *argv, env=env)
    if done.returncode != 0:
        raise Unavailable(
            "The demo's repository can't be made.",
            detail=f"git {' '.join(argv)}: {done.stderr.strip()}",
            hint="Look at `cockpit doctor`: git 2.39 or newer is needed.",
        )
    return done.stdout


def _commit(root: Path, commit: Commit, at: int, values: Mapping[str, str]) -> None:
    for name, text in commit.files.items():
        for mark, value in values.items():
            text = text.replace(mark, value)
        _write(root / name, text)
    git(root, "add", "-A")
    who = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (
            ("NAME", commit.author),
            ("EMAIL", f"{commit.author.split()[0].lower()}@demo.invalid"),
            ("DATE", f"{at} +0000"),
        )
    }
    git(root, "commit", "-q", "-m", commit.subject, env=who)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _try(
    root: Path, *argv: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    plain |= {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
    }
    options = ("-c", "commit.gpgSign=false", "-c", f"core.hooksPath={os.devnull}")
    try:
        return subprocess.run(
            ["git", "-C", str(root), *options, *argv],
            capture_output=True,
            text=True,
            errors="surrogateescape",
            stdin=subprocess.DEVNULL,
            env={**plain, **(env or {})},
            timeout=60,
            check=False,
        )
    except FileNotFoundError as error:
        raise Unavailable(
            "git is not installed.", hint="Install the package `git`, 2.39 or newer."
        ) from error
