"""What is promised of prompts that wait for the end of a turn, after any fault and one recovery:
the line of each lane is what the journal says, and none is typed twice or lost without a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.faults.looks import fact, journal


def check_prompts(state: Path) -> Iterator[str]:
    """Every violation, as a sentence."""
    waits: set[str] = set()
    doubtful: set[str] = set()
    typed: dict[str, dict[str, Any]] = {}
    for op in journal(state):
        plan = op["intent"]
        if op["kind"] == "send" and plan.get("queued"):
            typed[plan["queued"]] = op
        if op["state"] != "done" or "prompt" not in (op["kind"], plan.get("what")):
            continue
        waits = (waits | set(plan["added"])) - set(plan["removed"])
        doubtful = (doubtful | set(plan["doubtful"])) - set(plan["removed_doubtful"])
    line = _lines(state)
    for prompt in sorted(waits - set(typed)):
        if line.get(prompt) not in ("waiting", "taken"):
            yield f"the prompt {prompt} is lost: it was kept, and neither sent nor called off"
    for prompt, where in sorted(line.items()):
        if where == "waiting" and prompt in typed:
            yield f"the prompt {prompt} was typed by step {typed[prompt]['seq']} and waits still"
        if prompt not in waits | doubtful | set(typed):
            yield f"the prompt {prompt} is {where}, and the journal says that it does not wait"
    for prompt, op in sorted(typed.items()):
        unknown = op["outcome"].get("delivery") != "seen"
        if prompt in waits and unknown and line.get(prompt) not in ("taken", "doubtful"):
            yield f"nobody is told that the prompt {prompt} may not have arrived"


def _lines(state: Path) -> dict[str, str]:
    """Where each prompt is: `waiting`, `taken` or `doubtful`."""
    found: dict[str, str] = {}
    for path in sorted((state / "facts").glob("prompts-*.json")):
        queue = fact(state, path.stem)
        taken = [queue["taken"]] if queue["taken"] else []
        kinds = {"waiting": queue["waiting"], "taken": taken, "doubtful": queue["doubtful"]}
        found |= {one["id"]: where for where, every in kinds.items() for one in every}
    return found
