"""docs/agents.md, made from the preset files so that it can't say something else than they do.

`python -m cockpit.adapters.agents.reference > docs/agents.md` makes it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cockpit.adapters.agents import presets
from cockpit.adapters.agents.presets import SHIPPED, Preset
from cockpit.domain.activity import State

OURS = ("demo", "generic", "shell")
"""Presets that are no agent's."""

HEAD = """\
# Agents

What cockpit knows of each agent's program. It is data, one file an agent in
`cockpit/adapters/agents/presets/`; a file of the same name in `~/.config/cockpit/agents/` takes
its place, and a new one there adds an agent (`cockpit check` names what is wrong in it with its
line, `cockpit explain --agent NAME --screen FILE` tries it on a screen that was kept). This page
is made from these files.

**Seen** means that the program itself ran in a pane: its states are read from screens of that
version that were recorded, and the tests judge each of them. **Documented** means that only its
options were read up: it can be started, but what it does is shown as unknown, and a first prompt
that can't be an argument is left to you (`cockpit send`). A state that is not listed was never
seen: such a screen is unknown too, never idle. A rate limit is read of none of them yet.

Any other program is an agent as well: `agents: {mybot: {command: ["mybot", "--fast"]}}` in
lanes.yaml. Only whether it lives is known of it then.

Stopping, answering and pasting use keys that the program itself takes. `cockpit check` refuses a
lane's `model`, `permission` or `add_dirs` for an agent that has no option for it.
"""


def reference_markdown() -> str:
    """The whole page."""
    found = [preset for name in _names() if (preset := presets.load(SHIPPED / f"{name}.toml"))]
    rows = [_row(preset) for preset in found]
    columns = ("agent", "known from", "states it shows", "first prompt", "resumes", "commits")
    table = [_line(columns), _line(["---"] * len(columns)), *map(_line, rows)]
    return "\n".join([HEAD, *table, "", *(_section(preset) for preset in found)]) + "\n"


def _names() -> list[str]:
    names = sorted(path.stem for path in SHIPPED.glob("*.toml"))
    seen = [name for name in names if presets.load(SHIPPED / f"{name}.toml").seen]
    return [name for name in [*seen, *(n for n in names if n not in seen)] if name not in OURS]


def _row(preset: Preset) -> tuple[str, ...]:
    known = f"seen, {preset.seen}" if preset.seen else "documented"
    return (
        preset.name,
        f"{known} ({preset.checked})",
        ", ".join(_states(preset)) or "—",
        _first_prompt(preset),
        _resumes(preset),
        "itself" if preset.commits == "agent" else "cockpit, on approval",
    )


def _states(preset: Preset) -> list[str]:
    rules = preset.rules
    shown = {rule.state for rule in rules.screens}
    shown |= {state for title in rules.titles for state in title.states}
    return [state.value for state in State if state in shown]


def _first_prompt(preset: Preset) -> str:
    if preset.prompt == "flag":
        return _code([preset.prompt_flag, "PROMPT"])
    pasted = "pasted when ready" if preset.seen else "left to you"
    return {"positional": "`-- PROMPT`", "bare": "`PROMPT`"}.get(preset.prompt, pasted)


def _resumes(preset: Preset) -> str:
    if preset.session and preset.resume:
        return "by the lane's name"
    ways = [
        *(["its last session"] if preset.resume_last else []),
        *(["by id"] if preset.resume else []),
    ]
    return ", ".join(ways) or "—"


def _section(preset: Preset) -> str:
    modes = [*preset.permissions, *preset.modes]
    facts = [
        ("program", _code(preset.command)),
        ("version", _code([*preset.command, *preset.probe]) if preset.probe else ""),
        ("`model`", _code(preset.model)),
        ("`permission`", ", ".join(f"`{mode}`" for mode in modes)),
        ("`add_dirs`", _code(preset.add_dir)),
        ("stop key" if preset.seen else "stop key (not tried)", _keys(preset)),
        ("without a screen (by yourself)", _code(preset.headless)),
        ("its own hooks (not used)", preset.hooks),
    ]
    lines = [f"- {name}: {text}" for name, text in facts if text]
    return "\n".join([f"## {preset.name}", "", *lines, *(f"- {trap}" for trap in preset.traps), ""])


def _keys(preset: Preset) -> str:
    return ", then ".join(f"`{key}`" for key in preset.interrupt)


def _code(words: Sequence[str]) -> str:
    return f"`{' '.join(words)}`" if words else ""


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.stdout.write(reference_markdown())
