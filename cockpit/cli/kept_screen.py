"""`cockpit explain --agent NAME --screen FILE`: a screen that was kept, judged by a preset."""

from __future__ import annotations

import re
import sys
from argparse import Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cockpit.cli.context import Context
from cockpit.domain.text import safe
from cockpit.errors import CockpitError, UsageError
from cockpit.services.api import Explanation

if TYPE_CHECKING:
    from cockpit.config.model import AgentConfig

SIZE_CAP = 1024 * 1024
"""Bytes of a file that is read as a screen."""

BOTTOM = 12
"""Rows of the screen's bottom that are shown."""

_COLOURS = re.compile(r"\x1b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|.)")


def explained(args: Namespace, context: Context) -> Explanation:
    """What the preset says of the file. Raises `UsageError` for an unknown agent, a preset or
    a file that can't be used."""
    from cockpit.services.wiring import build_agents

    rows = _rows(context, args.screen)
    activity, evidence = build_agents(_agents(context)).read(
        args.agent, rows=rows, title=args.title
    )
    shown = [row for row in rows if row.strip()]
    return Explanation(activity, evidence, tuple(shown[-BOTTOM:]))


def _agents(context: Context) -> Mapping[str, AgentConfig]:
    """The agents of lanes.yaml; without a usable one the presets alone are known, as is said."""
    try:
        return context.cockpit.config.agents
    except CockpitError as error:
        context.out.say(("Only presets are known here: ", "dim"), error.title)
        return {}


def _rows(context: Context, name: str) -> list[str]:
    try:
        if name == "-":
            raw = sys.stdin.buffer.read(SIZE_CAP + 1)
        else:
            with context.resolve(name).open("rb") as file:
                raw = file.read(SIZE_CAP + 1)
    except OSError as error:
        raise UsageError(
            f"The screen {safe(name, width=80)} can't be read: {error.strerror}.",
            hint="Keep one with `cockpit capture LANE > FILE`.",
        ) from error
    if len(raw) > SIZE_CAP:
        raise UsageError(
            f"The screen {safe(name, width=80)} is larger than {SIZE_CAP // 1024} KB.",
            hint="Keep one with `cockpit capture LANE > FILE`.",
        )
    return _COLOURS.sub("", raw.decode("utf-8", "replace")).replace("\r", "").split("\n")


def document(args: Namespace, found: Explanation) -> dict[str, object]:
    return {
        "agent": args.agent,
        "screen": args.screen,
        "title": args.title,
        "state": found.activity.state.value,
        "source": found.activity.source,
        "rule": found.activity.rule,
        "detail": found.activity.detail,
        "evidence": [{"source": source, "says": says} for source, says in found.evidence],
        "rows": list(found.rows),
    }
