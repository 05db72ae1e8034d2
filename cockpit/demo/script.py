"""The scripts of the demo's agents: data files that say what an agent does, step by step.

A step is a table with one key that names what is done (`say`, `think`, `read`, `edit`,
`write`, `move`, `run`, `ask`, `commit`, `merge`, `result`, `fail`, `leave`) and the keys that
belong to it. A prompt can carry steps too: `DO: write a.txt hello | run git status | commit
add a` does exactly that.
"""

from __future__ import annotations

import shlex
import tomllib
from pathlib import Path
from typing import Any

from cockpit.dataclass import dataclass

SCRIPTS = Path(__file__).resolve().parent / "scripts"
KINDS = (
    "say",
    "think",
    "read",
    "edit",
    "write",
    "move",
    "run",
    "ask",
    "commit",
    "merge",
    "result",
    "fail",
    "leave",
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `kind` is one of `KINDS`, `what` its main value, `more` the other keys."""

    kind: str
    what: Any
    more: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Script:
    name: str
    title: str
    prompt: str
    """What the agent sets to work on when nobody gave it a prompt."""
    work: tuple[Step, ...]
    fix: tuple[Step, ...]


class BadScript(ValueError):
    """A script that can't be read; the text says why."""


def load(name: str) -> Script:
    """The shipped script of that name, or a script file by its path. Raises `BadScript`."""
    path = Path(name) if name.endswith(".toml") else SCRIPTS / f"{name}.toml"
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        known = ", ".join(sorted(found.stem for found in SCRIPTS.glob("*.toml")))
        raise BadScript(f"{path}: {error} (shipped scripts: {known})") from error
    return Script(
        name=path.stem,
        title=str(table.get("title", path.stem)),
        prompt=str(table.get("prompt", "")),
        work=tuple(_step(entry) for entry in table.get("work", [])),
        fix=tuple(_step(entry) for entry in table.get("fix", [])),
    )


def _step(entry: dict[str, Any]) -> Step:
    kinds = [key for key in entry if key in KINDS]
    if not kinds:
        raise BadScript(f"a step does nothing: {entry}")
    kind = kinds[0]
    return Step(kind, entry[kind], {key: entry[key] for key in entry if key != kind})


def steps_of(prompt: str) -> tuple[Step, ...] | None:
    """The steps that a prompt carries after `DO:`, None if it carries none. Raises
    `BadScript` for a step that nobody knows."""
    _, found, text = prompt.partition("DO:")
    if not found:
        return None
    return tuple(_said(part.strip()) for part in text.split("|") if part.strip())


def _said(text: str) -> Step:
    kind, _, rest = text.partition(" ")
    match kind:
        case "say" | "fail" | "commit" | "read" | "merge":
            return Step(kind, rest, {})
        case "think" | "leave":
            try:
                return Step(kind, float(rest), {})
            except ValueError:
                raise BadScript(f"{kind} needs a number: {text}") from None
        case "write":
            path, _, content = rest.partition(" ")
            return Step(kind, path, {"text": content + "\n"})
        case "run" | "ask":
            try:
                return Step(kind, shlex.split(rest), {})
            except ValueError as error:
                raise BadScript(f"{error}: {text}") from None
    raise BadScript(f"I don't know how to {kind!r}")
