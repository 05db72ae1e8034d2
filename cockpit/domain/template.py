"""Templates of prompts: `{{name}}` is filled in, `{{#name}}…{{/name}}` stands only where there
is something to fill in. Filled in one pass, so no value is ever read as a template."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PART = re.compile(r"\{\{(#|/|)([a-z_]{1,40})\}\}")


def fill(template: str, values: Mapping[str, str]) -> str:
    """The text. A name that is not in `values` stays as it is written."""
    made: list[str] = []
    hidden: list[str] = []
    at = 0
    for part in _PART.finditer(template):
        mark, name = part.groups()
        if not hidden:
            made.append(template[at : part.start()])
        at = part.end()
        if mark == "#" and (hidden or not values.get(name, "").strip()):
            hidden.append(name)
        elif mark == "/":
            if hidden:
                hidden.pop()
        elif not mark and not hidden:
            made.append(values.get(name, part.group()))
    if not hidden:
        made.append(template[at:])
    return "".join(made).strip() + "\n"


def unknown(template: str, known: Mapping[str, str]) -> tuple[str, ...]:
    """Names that nothing fills in, and blocks that are not closed in their order, for people."""
    open_: list[str] = []
    wrong: dict[str, None] = {}
    for part in _PART.finditer(template):
        mark, name = part.groups()
        if name not in known:
            wrong[f"{{{{{mark}{name}}}}}"] = None
        if mark == "#":
            open_.append(name)
        elif mark == "/" and (not open_ or open_.pop() != name):
            wrong[f"{{{{/{name}}}}}"] = None
    wrong.update(dict.fromkeys(f"{{{{#{name}}}}}" for name in open_))
    return tuple(wrong)
