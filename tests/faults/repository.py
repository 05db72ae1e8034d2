"""The repository of every run, and what its commander and its lanes do in it by themselves."""

from __future__ import annotations

from pathlib import Path

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Intent
from cockpit.services.cockpit import LocalCockpit
from tests.conftest import git

ALPHA, BETA, GAMMA, TIDY = (LaneId(name) for name in ("alpha", "beta", "gamma", "tidy"))
PROMPT = "read tasks/task-001.md and begin"

CONFIG = """\
target: main
agents:
  sh: {command: [sh], preset: shell}
lanes:
  alpha: {agent: sh}
  beta: {agent: sh}
setup: {copy: [.env], link: [shared]}
gate: {run: ["test ! -e broken"], timeout: 20s, retry: 0}
"""

PUSHING = f"{CONFIG}merge: {{push: origin}}\n"
ELSEWHERE = f"{CONFIG}base: origin/main\n"
ASKING = f"{CONFIG}merge: {{push: origin, pull_request: 'true'}}\n"
BACKGROUND = """\
target: main
agents:
  bot: {command: [sh], preset: demo}
  sh: {command: [sh], preset: shell}
lanes:
  alpha: {agent: sh}
  tidy: {agent: bot, zone: ["docs/**"], background: {on: interval, after: 5m, prompt: tidy it}}
gate: {run: ["test ! -e broken"], timeout: 20s, retry: 0}
launch: {stagger: 0s}
"""
TASKS = CONFIG.replace("beta: {agent: sh}", "beta: {agent: bot}").replace(
    "  sh: {", "  bot: {command: [sh], preset: demo}\n  sh: {"
)
PARKING = CONFIG.replace("alpha: {agent: sh}", "alpha: {agent: sh, after_landing: park}")


def do(cockpit: LocalCockpit, intent: Intent) -> None:
    cockpit.carry_out(intent, lambda _event: None, by="cli")


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def make_repository(root: Path, config: str) -> None:
    """History, and a commander at work: changed, staged, untracked and ignored files."""
    root.mkdir()
    git(root, "init", "-q", "--template=")
    for number in range(12):
        write(root, f"src/module_{number}.py", f"number = {number}\n")
    write(root, "src/api.py", "def answer():\n    return 42\n")
    write(root, "docs/guide.md", "# Guide\n")
    write(root, "docs/old.md", "goes away\n")
    write(root, "README.md", "# Project\n")
    write(root, "NOTES.md", "notes\n")
    write(root, ".gitignore", ".env\nbuild/\nnode_modules/\nshared\n")
    write(root, "lanes.yaml", config)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    write(root, "docs/guide.md", "# Guide\n\nRead me first.\n")
    git(root, "commit", "-q", "-am", "second")
    git(root, "pack-refs", "--all")
    write(root, "README.md", "# Project\n\nthe commander's own line\n")
    write(root, "NOTES.md", "staged by the commander\n")
    git(root, "add", "NOTES.md")
    write(root, "untracked.txt", "the commander's\n")
    write(root, ".env", "COMMANDERS_SECRET=1\n")
    write(root, "build/out.bin", "built by the commander\n")
    write(root, "shared/cache.txt", "shared\n")


def work_of(root: Path, lane: str) -> Path:
    return root.parent / f"{root.name}-{lane}"


def commits(root: Path) -> None:
    """Commits on alpha, one of which only the reflog names any more."""
    folder = work_of(root, "alpha")
    write(folder, "src/api.py", "def answer():\n    return 1\n")
    git(folder, "commit", "-q", "-am", "a first attempt, amended later")
    write(folder, "src/api.py", "def answer():\n    return 43\n")
    git(folder, "commit", "-q", "--amend", "-am", "a better answer")
    write(folder, "src/more/deep.py", "deep = 1\n")
    write(folder, "docs/new.md", "new\n")
    git(folder, "rm", "-q", "docs/old.md")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "more")
    write(folder, "build/lane.o", "built by the lane\n")


def dirt(root: Path) -> None:
    """Uncommitted work of every kind in alpha."""
    folder = work_of(root, "alpha")
    write(folder, "src/module_1.py", "staged, then changed again\n")
    git(folder, "add", "src/module_1.py")
    write(folder, "src/module_1.py", "changed\n")
    write(folder, "loose.txt", "loose\n")
    write(folder, "run.sh", "#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "link").symlink_to("loose.txt")
    (folder / "empty").mkdir()
    write(folder, "node_modules/pkg/index.js", "edited by hand in a cache\n")
    nested = folder / "build" / "nested"
    nested.mkdir(parents=True, exist_ok=True)
    git(nested, "init", "-q", "--template=")
    write(nested, "inner.txt", "inner\n")
    git(nested, "add", "-A")
    git(nested, "commit", "-q", "-m", "inner")
