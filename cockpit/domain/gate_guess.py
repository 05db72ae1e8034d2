"""How a project is tested and what a fresh worktree of it lacks, guessed from the files there.

A guess that is sure becomes a value with its reason, one that is not a comment: a gate that
can't pass would keep every lane from landing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence

from cockpit.dataclass import dataclass

COPIED = frozenset(
    {
        ".env",
        ".env.local",
        ".env.development",
        ".env.development.local",
        ".env.test",
        ".env.test.local",
        ".envrc",
        ".mcp.json",
        "settings.local.json",
    }
)
"""Small ignored files that programs need, by their last name."""

LINKED = frozenset({"node_modules"})
"""Ignored folders that every worktree can share."""

MOST = 20
"""Paths that are proposed at most."""

PROGRAMS = ("make", "npm", "pnpm", "yarn", "bun", "uv", "poetry", "pytest", "cargo", "go", "just")

_NO_TEST = "no test specified"


@dataclass(frozen=True, slots=True)
class Guess:
    """A command, and why it is thought to be the one."""

    command: str
    why: str
    sure: bool = True


def guess_gate(files: Mapping[str, str], programs: frozenset[str]) -> Guess | None:
    """How the project is tested; None where nothing says so. `files` are those at the root."""
    for rule in (_make, _just, _node, _cargo, _go, _python):
        found = rule(files)
        if found is None:
            continue
        program = found.command.split()[0]
        if program in programs:
            return found
        return Guess(found.command, f"{found.why}, but {program} is not installed here", sure=False)
    return None


def _make(files: Mapping[str, str]) -> Guess | None:
    for name in ("Makefile", "makefile", "GNUmakefile"):
        for target in ("test", "check"):
            if re.search(rf"(?m)^{target}[ \t]*:(?!=)", files.get(name, "")):
                return Guess(f"make {target}", f"{name} has the target {target}")
    return None


def _just(files: Mapping[str, str]) -> Guess | None:
    if re.search(r"(?m)^@?test\b[^:=\n]*:(?!=)", files.get("justfile", "")):
        return Guess("just test", "justfile has the recipe test")
    return None


def _node(files: Mapping[str, str]) -> Guess | None:
    try:
        package = json.loads(files.get("package.json", ""))
        script = package["scripts"]["test"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(script, str) or not script.strip() or _NO_TEST in script:
        return None
    managers = {"pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn", "bun.lock": "bun run"}
    manager = next((tool for lock, tool in managers.items() if lock in files), "npm")
    return Guess(f"{manager} test", "package.json has the script test")


def _cargo(files: Mapping[str, str]) -> Guess | None:
    return Guess("cargo test", "Cargo.toml is there") if "Cargo.toml" in files else None


def _go(files: Mapping[str, str]) -> Guess | None:
    return Guess("go test ./...", "go.mod is there") if "go.mod" in files else None


def _python(files: Mapping[str, str]) -> Guess | None:
    project = files.get("pyproject.toml", "")
    sources = {
        "pyproject.toml configures pytest": "[tool.pytest" in project,
        "pytest.ini is there": "pytest.ini" in files,
        "tox.ini configures pytest": "[pytest]" in files.get("tox.ini", ""),
        "setup.cfg configures pytest": "[tool:pytest]" in files.get("setup.cfg", ""),
    }
    why = next((said for said, is_so in sources.items() if is_so), "")
    if not why and "pytest" in project:
        why = "pyproject.toml names pytest"
    if not why:
        return None
    if "uv.lock" in files:
        return Guess("uv run pytest -q", f"{why}, uv.lock is there")
    if "poetry.lock" in files:
        return Guess("poetry run pytest -q", f"{why}, poetry.lock is there")
    return Guess("pytest -q", why, sure=why != "pyproject.toml names pytest")


NAMED_FILES = (
    "Makefile",
    "makefile",
    "GNUmakefile",
    "justfile",
    "package.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "bun.lock",
    "Cargo.toml",
    "go.mod",
    "pyproject.toml",
    "pytest.ini",
    "tox.ini",
    "setup.cfg",
    "uv.lock",
    "poetry.lock",
)
"""What is looked for at the root. Of lock files only that they are there counts."""


def guess_copies(ignored: Sequence[str]) -> tuple[str, ...]:
    """Of what is ignored, the small files that a new worktree needs."""
    return _named(ignored, lambda path: path.rpartition("/")[2] in COPIED)


def guess_links(ignored: Sequence[str]) -> tuple[str, ...]:
    """Of what is ignored, the folders that worktrees can share."""
    return _named(
        [path.removesuffix("/") for path in ignored if path.endswith("/")],
        lambda path: path.rpartition("/")[2] in LINKED,
    )


def _named(paths: Sequence[str], wanted: Callable[[str], bool]) -> tuple[str, ...]:
    return tuple([path for path in paths if path.isprintable() and wanted(path)][:MOST])
