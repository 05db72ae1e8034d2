"""The commander's editor as an argument list: which one, and how it is told a line."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from cockpit.errors import Unavailable

_PLUS = frozenset({"vi", "vim", "nvim", "view", "gvim", "nano", "emacs", "emacsclient", "kak"})
_PLUS |= {"micro", "mg", "ne", "joe", "pico", "nvi", "vis", "jed"}
_COLON = frozenset({"hx", "helix", "subl", "zed", "lapce", "sublime_text"})
_GOTO = frozenset({"code", "code-insiders", "codium", "vscodium", "cursor", "windsurf"})
_OPTION = {"kate": "--line", "kwrite": "--line", "idea": "--line", "pycharm": "--line"}
_VARIANT = re.compile(r"[-.](nox|gtk|basic|tiny|nightly|stable|appimage|bin|exe|x11|lucid)$|\d+$")
"""How distributions name builds of an editor: vim.basic, emacs-nox, emacs29."""


def editor_argv(environment: Mapping[str, str], path: Path, *, line: int = 0) -> list[str]:
    """The commander's editor on a folder, or on a file at a line (from 1). Raises `Unavailable`
    when the variable is not a command line."""
    command = environment.get("VISUAL") or environment.get("EDITOR") or "vi"
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise Unavailable(
            "The editor's name can not be read.",
            detail=f"$VISUAL or $EDITOR: {error}",
            hint="Set EDITOR to a command, for example: export EDITOR=vim",
        ) from error
    words = words or ["vi"]
    return [*words, *_at_line(words[0], path, line)]


def _at_line(program: str, path: Path, line: int) -> list[str]:
    """One that isn't known opens the file at its beginning."""
    name = _VARIANT.sub("", os.path.basename(program))
    if line < 1:
        return [str(path)]
    if name in _PLUS:
        return [f"+{line}", str(path)]
    if name in _COLON:
        return [f"{path}:{line}"]
    if name in _GOTO:
        return ["--goto", f"{path}:{line}"]
    if name in _OPTION:
        return [_OPTION[name], str(line), str(path)]
    return [str(path)]
