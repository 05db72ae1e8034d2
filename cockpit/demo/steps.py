"""What the scripted agent's steps do: real edits, real programs, real commits.

A step that can't be done raises `StepFailed`; a key that stops the turn raises `Interrupted`
out of the stage's `beat`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from cockpit.demo.script import Step

SHOWN = 6
"""Lines of a program's output that are shown."""


class StepFailed(Exception):
    """A step can't be done; the text says why."""


class Interrupted(Exception):
    """The commander stopped the turn."""


class Leave(Exception):
    """The script ends the agent's program; `args[0]` is the exit code."""


class Stage(Protocol):
    """The agent as its steps see it."""

    name: str

    def say(self, *lines: str) -> None: ...
    def beat(self, seconds: float) -> None:
        """Show that work goes on for `seconds`. Raises `Interrupted` when stopped."""
        ...

    def pause(self, seconds: float) -> None:
        """As `beat`, by the demo's pace."""
        ...

    def allowed(self, command: Sequence[str], why: str) -> bool:
        """Ask the commander for leave to run `command` and wait for the answer."""
        ...


def perform(step: Step, stage: Stage) -> None:
    """Do one step. Raises `StepFailed`, `Interrupted` or `Leave`."""
    try:
        _STEPS[step.kind](step, stage)
    except OSError as error:
        raise StepFailed(f"{step.kind}: {error.strerror or error}") from error


def _say(step: Step, stage: Stage) -> None:
    stage.say(f"● {step.what}", "")
    stage.pause(0.3)


def _think(step: Step, stage: Stage) -> None:
    stage.pause(float(step.what))


def _read(step: Step, stage: Stage) -> None:
    path = _inside(step.what)
    lines = path.read_text("utf-8", "replace").count("\n")
    stage.say(f"● Read({step.what})", f"  ⎿  Read {lines} lines", "")
    stage.pause(0.4)


def _edit(step: Step, stage: Stage) -> None:
    path = _inside(step.what)
    text = path.read_text("utf-8")
    old, new = str(step.more["old"]), str(step.more["new"])
    if new in text and old not in text.replace(new, ""):
        stage.say(f"● Update({step.what})", "  ⎿  Already so", "")
        return
    if old not in text:
        raise StepFailed(f"{step.what} has changed: the lines to edit are not there")
    path.write_text(text.replace(old, new, 1), "utf-8")
    removed = [f"     - {line}" for line in old.strip("\n").split("\n")]
    added = [f"     + {line}" for line in new.strip("\n").split("\n")]
    told = f"  ⎿  Added {len(added)} lines, removed {len(removed)} lines"
    stage.say(f"● Update({step.what})", told, *removed, *added, "")
    stage.pause(0.6)


def _write(step: Step, stage: Stage) -> None:
    path = _inside(step.what)
    text = str(step.more.get("text", ""))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    stage.say(f"● Write({step.what})", f"  ⎿  Wrote {text.count(chr(10))} lines", "")
    stage.pause(0.5)


def _move(step: Step, stage: Stage) -> None:
    old, new = _inside(step.what), _inside(step.more["to"])
    if new.exists() and not old.exists():
        stage.say(f"● Move({step.what} → {step.more['to']})", "  ⎿  Already there", "")
        return
    new.parent.mkdir(parents=True, exist_ok=True)
    old.rename(new)
    stage.say(f"● Move({step.what} → {step.more['to']})", "")
    stage.pause(0.4)


def _run(step: Step, stage: Stage) -> None:
    code, _ = run(step.what, stage)
    if code != 0 and not step.more.get("may_fail", False):
        raise StepFailed(f"{' '.join(step.what)} ended with exit code {code}")


def _ask(step: Step, stage: Stage) -> None:
    why = str(step.more.get("why", "Run a command"))
    if not stage.allowed(step.what, why):
        stage.say(f"● Bash({' '.join(step.what)})", "  ⎿  Not allowed, so I go on without it", "")
        return
    _run(step, stage)


def _commit(step: Step, stage: Stage) -> None:
    _git(stage, "add", "-A")
    if _git(stage, "diff", "--cached", "--quiet")[0] == 0:
        stage.say("● Nothing to commit: the work is there already.", "")
        return
    code, told = _git(stage, "commit", "-q", "-m", str(step.what))
    if code != 0:
        raise StepFailed(f"git commit failed: {told.strip()[-300:]}")
    head = _git(stage, "log", "-1", "--format=%h %s")[1].strip()
    stage.say(f"● Bash(git add -A && git commit -q -m {step.what!r})", f"  ⎿  {head}", "")
    stage.pause(0.3)


def _merge(step: Step, stage: Stage) -> None:
    """Bring another branch in; files that conflict get the content that the script knows."""
    code, told = _git(stage, "merge", "--no-edit", "--no-ff", str(step.what))
    shown = [f"     {line}" for line in told.strip().split("\n")[-SHOWN:]]
    stage.say(f"● Bash(git merge {step.what})", *shown, "")
    if code == 0:
        return
    clashing = _git(stage, "diff", "--name-only", "-z", "--diff-filter=U")[1].split("\0")
    known: dict[str, str] = step.more.get("resolve", {})
    unknown = [path for path in clashing if path and path not in known]
    if unknown or not any(clashing):
        _git(stage, "merge", "--abort")
        raise StepFailed(f"I can't merge {step.what}: {', '.join(unknown) or told.strip()[-300:]}")
    for path in filter(None, clashing):
        _inside(path).write_text(known[path], "utf-8")
        stage.say(f"● Write({path})", "  ⎿  Both sides put together", "")
        _git(stage, "add", "--", path)
    code, told = _git(stage, "commit", "-q", "--no-edit")
    if code != 0:
        raise StepFailed(f"git commit failed: {told.strip()[-300:]}")


def _result(step: Step, stage: Stage) -> None:
    commit = _git(stage, "rev-parse", "HEAD")[1].strip()
    files = _git(stage, "show", "--name-only", "--format=", "HEAD")[1].split()
    header = {
        "task": step.what,
        "status": step.more.get("status", "done"),
        "commit": commit,
        "files": ", ".join(files),
        "tests": step.more.get("tests", "not run"),
    }
    lines = ["---", *(f"{key}: {value}" for key, value in header.items()), "---", ""]
    path = _inside(f"results/{step.what}-result.md")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text("\n".join(lines) + str(step.more.get("text", "")), "utf-8")
    fresh.replace(path)
    stage.say(f"● Write({path.relative_to(Path.cwd())})", "")


def _fail(step: Step, stage: Stage) -> None:
    raise StepFailed(str(step.what))


def _leave(step: Step, stage: Stage) -> None:
    raise Leave(int(step.what))


def run(command: Sequence[str], stage: Stage) -> tuple[int, str]:
    """Run a program for real, in its own process group, its output's last lines shown.
    Interrupting ends the whole group."""
    stage.say(f"● Bash({' '.join(command)})")
    code, told = _spawn([str(word) for word in command], stage.beat)
    lines = told.rstrip("\n").split("\n")[-SHOWN:] if told.strip() else ["(No output)"]
    stage.say(f"  ⎿  {lines[0]}", *(f"     {line}" for line in lines[1:]), "")
    return code, told


def _git(stage: Stage, *argv: str) -> tuple[int, str]:
    """git as this agent, on any machine: own identity, no hooks, no signing, no editor."""
    settings = {
        "user.name": f"{stage.name} (demo agent)",
        "user.email": f"{stage.name}@demo.invalid",
        "commit.gpgSign": "false",
        "core.hooksPath": os.devnull,
        "core.editor": "true",
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return _spawn(["git", *options, *argv], stage.beat)


def _spawn(command: list[str], beat: Callable[[float], None]) -> tuple[int, str]:
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"},
    )
    try:
        while True:
            try:
                out, _ = child.communicate(timeout=0.01)
                return child.returncode, out.decode("utf-8", "replace")
            except subprocess.TimeoutExpired:
                beat(0.05)
    except BaseException:
        _end(child)
        raise


def _end(child: subprocess.Popen[bytes]) -> None:
    """End our own child's group and wait for it."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, sign)
        except ProcessLookupError:
            break
        deadline = time.monotonic() + 1.0
        while child.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        if child.poll() is not None:
            break
    child.wait()


def _inside(name: object) -> Path:
    """A path below the agent's folder. Raises `StepFailed` for any other."""
    root = Path.cwd()
    path = (root / str(name)).resolve()
    if not path.is_relative_to(root.resolve()):
        raise StepFailed(f"{name} lies outside my folder")
    return root / str(name)


_STEPS: dict[str, Callable[[Step, Stage], None]] = {
    "say": _say,
    "think": _think,
    "read": _read,
    "edit": _edit,
    "write": _write,
    "move": _move,
    "run": _run,
    "ask": _ask,
    "commit": _commit,
    "merge": _merge,
    "result": _result,
    "fail": _fail,
    "leave": _leave,
}
