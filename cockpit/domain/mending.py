"""The prompt that asks an agent to mend what keeps its lane from landing.

A draft for the commander to read, change and send; nothing sends it by itself. Names and
output in it come from outside and stay one printable line each.
"""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.domain.ids import branch_name
from cockpit.domain.merge import LandingPreview

PATHS = 20
"""Paths named for each finding."""
TAIL = 12
"""Last lines of a red gate's output that go along."""
WIDTH = 200
"""Characters of one such line."""
ASKABLE = frozenset({"o", "c", "C"})
"""Keys of findings that an agent can mend: what it is asked, or what the commander could do in
its stead (resolve a conflict, commit the rest)."""


def mending_prompt(
    preview: LandingPreview, *, error: str = "", output: Sequence[str] = (), log: str = ""
) -> str:
    """What to ask for: every failing check with its paths, or `error` (why the landing ended)
    with the last lines of the gate's `output` and the path of its whole `log`."""
    target = branch_name(preview.target)
    asked = [f"Please fix what keeps your branch from landing on {target}."]
    for check in preview.checks:
        if check.ok or check.key not in ASKABLE:
            continue
        asked += ["", f"{_line(check.text).capitalize()}:"]
        asked += [f"- {_line(path)}" for path in check.paths[:PATHS]]
        if len(check.paths) > PATHS:
            asked.append(f"- and {len(check.paths) - PATHS} more")
        if check.name == "merge":
            asked.append(f"Merge {target} into your branch and resolve the conflict.")
    if error:
        asked += ["", _line(error)]
        asked += [f"    {_line(line)}" for line in output[-TAIL:]]
        asked += [f"The whole log: {_line(log)}"] if log else []
    return "\n".join([*asked, "", "Run the tests, then commit."])


def _line(text: str) -> str:
    return "".join(char if char.isprintable() else "�" for char in text)[:WIDTH]
