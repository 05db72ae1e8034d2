"""What a lane wishes of its agent, as arguments of the agent's program.

No value from a task or from lanes.yaml can pass for an option, and a wish that the program
has no option for is an error: a wish that silently does nothing would be a lie.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence

from cockpit.adapters.agents.presets import Preset
from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId
from cockpit.errors import UsageError

ARGUMENT_CAP = 8_000
"""Bytes of a prompt that go on the command line; tmux takes about 16 KB for a whole command,
so a longer one is pasted."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a lane wants of its agent. Empty values are no wish."""

    lane: LaneId
    agent: str
    """The agent's name in lanes.yaml, for messages."""
    model: str = ""
    permission: str = ""
    session: str = ""
    resume: bool = False
    add_dirs: tuple[str, ...] = ()


def options(preset: Preset, wishes: Wishes) -> tuple[str, ...]:
    """The options for all wishes, a resuming subcommand first. Raises `UsageError`."""
    return (
        *_resuming(preset, wishes),
        *model(preset, wishes),
        *permission(preset, wishes),
        *folders(preset, wishes),
        *_naming(preset, wishes),
    )


def _resuming(preset: Preset, wishes: Wishes) -> tuple[str, ...]:
    """A session that lanes.yaml names is asked for by that name. The lane's own name is a
    session's only where the program could be told it; else its last one in the folder is."""
    if not wishes.resume:
        return ()
    is_named = bool(preset.session) or wishes.session != wishes.lane
    if wishes.session and is_named and preset.resume:
        return _filled(preset.resume, "session", wishes.session, wishes)
    return preset.resume_last


def _naming(preset: Preset, wishes: Wishes) -> tuple[str, ...]:
    if wishes.resume or not wishes.session or not preset.session:
        return ()
    return _filled(preset.session, "session", wishes.session, wishes)


def model(preset: Preset, wishes: Wishes) -> tuple[str, ...]:
    return _filled(preset.model, "model", wishes.model, wishes) if wishes.model else ()


def permission(preset: Preset, wishes: Wishes) -> tuple[str, ...]:
    wanted = wishes.permission
    if not wanted:
        return ()
    if wanted in preset.modes:
        return preset.modes[wanted]
    if preset.modes and not preset.permission:
        near = difflib.get_close_matches(wanted, preset.modes, 1)
        raise UsageError(
            f"Lane {wishes.lane} has a permission that the agent {wishes.agent} doesn't know: "
            f"{wanted!r}.",
            detail=f"It knows: {', '.join(preset.modes)}",
            hint=f"Did you mean {near[0]}?" if near else "Change it in lanes.yaml.",
        )
    return _filled(preset.permission, "permission", wanted, wishes)


def folders(preset: Preset, wishes: Wishes) -> tuple[str, ...]:
    return tuple(
        word
        for folder in wishes.add_dirs
        for word in _filled(preset.add_dir, "dir", folder, wishes)
    )


_KEYS = {"dir": "folder in add_dirs"}


def _filled(template: Sequence[str], what: str, value: str, wishes: Wishes) -> tuple[str, ...]:
    """`template` with `value` in it. Raises `UsageError` for a value that could be read as an
    option, or when the agent has no such option."""
    named = _KEYS.get(what, what)
    if not template:
        raise UsageError(
            f"Lane {wishes.lane} names a {named}, but the agent {wishes.agent} has no option "
            "for it.",
            hint="Take it out of lanes.yaml, or give the option in the agent's args.",
        )
    if value.startswith("-") or not value.isprintable():
        raise UsageError(
            f"The {named} of lane {wishes.lane} can't be given to its agent: {value!r}",
            detail=f"A {named} must not begin with - and has only characters that can be shown.",
            hint="Change it in lanes.yaml or in the task.",
        )
    return tuple(word.replace(f"{{{what}}}", value) for word in template)


def prompt(preset: Preset, text: str) -> tuple[str, ...]:
    """The arguments that give the agent its first prompt; empty when it must be pasted: with
    control characters in it, too long, or to be read as something else."""
    plain = all(c.isprintable() or c in "\n\t" for c in text)
    if not text or not plain or len(os.fsencode(text)) > ARGUMENT_CAP:
        return ()
    if preset.prompt == "positional":
        return ("--", text)
    if preset.prompt == "flag" and preset.prompt_flag.startswith("--"):
        return (f"{preset.prompt_flag}={text}",)
    if text.startswith("-"):
        return ()
    if preset.prompt == "flag":
        return (preset.prompt_flag, text)
    if preset.prompt == "bare" and not text.startswith("@"):  # `@file` would be a file
        return (text,)
    return ()
