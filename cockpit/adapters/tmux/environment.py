"""Which environment tmux gets from us, and which terminal it is told to be on.

Whoever starts the tmux server gives its environment to every pane that is ever opened there,
so every call is made with the few variables that tmux itself needs and no others.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from pathlib import Path

_KEPT = ("LANG", "LC_ALL", "LC_CTYPE", "TERM")
_TERMINFO = (
    "/etc/terminfo",
    "/lib/terminfo",
    "/usr/share/terminfo",
    "/usr/lib/terminfo",
    "/usr/share/lib/terminfo",
    "/usr/local/share/terminfo",
)
FALLBACK_TERM = "xterm-256color"


def clean_environment(source: Mapping[str, str], *, tmpdir: str = "") -> dict[str, str]:
    """The minimal environment for a tmux call: PATH, HOME, USER, LOGNAME, SHELL, TERM, a UTF-8
    locale and TMUX_TMPDIR. Never TMUX, TMUX_PANE or anything that may be a secret."""
    user = _user()
    env = {
        "PATH": source.get("PATH") or os.defpath,
        "HOME": source.get("HOME") or user.pw_dir,
        "USER": source.get("USER") or user.pw_name,
        "LOGNAME": source.get("LOGNAME") or user.pw_name,
        "SHELL": source.get("SHELL") or user.pw_shell or "/bin/sh",
    }
    env.update({name: source[name] for name in _KEPT if source.get(name)})
    env.setdefault("TERM", FALLBACK_TERM)
    if not is_utf8(env):
        env["LC_ALL"] = "C.UTF-8"
    if tmpdir:
        env["TMUX_TMPDIR"] = tmpdir
    return env


def _user() -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(os.getuid())
    except KeyError:  # a container may run under a user id without an entry
        return pwd.struct_passwd((str(os.getuid()), "", os.getuid(), os.getgid(), "", "/", ""))


def is_utf8(env: Mapping[str, str]) -> bool:
    """Whether the locale that these variables choose is a UTF-8 one."""
    chosen = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or ""
    return "utf-8" in chosen.lower() or "utf8" in chosen.lower()


def attach_environment(source: Mapping[str, str], *, tmpdir: str = "") -> dict[str, str]:
    """The environment for a terminal that attaches to our server: the caller's own, without
    TMUX and TMUX_PANE (a terminal inside the user's own tmux may attach too), with a TERM
    that has a terminfo entry and a UTF-8 locale."""
    env = {name: value for name, value in source.items() if name not in ("TMUX", "TMUX_PANE")}
    env["TERM"] = outer_term(source.get("TERM", ""), source)
    if not is_utf8(env):
        env["LC_ALL"] = "C.UTF-8"
    if tmpdir:
        env["TMUX_TMPDIR"] = tmpdir
    return env


def outer_term(term: str, source: Mapping[str, str] | None = None) -> str:
    """`term` if this machine has a terminfo entry for it, else `xterm-256color`.

    tmux refuses a terminal that it has no entry for (`xterm-ghostty`, `xterm-kitty` over ssh).
    """
    if not term or term == "dumb" or not has_terminfo(term, source):
        return FALLBACK_TERM
    return term


def has_terminfo(term: str, source: Mapping[str, str] | None = None) -> bool:
    """Whether an entry for `term` lies in one of the terminfo folders. True where there is no
    such folder at all (a system with another database), since nothing is known then.

    The folders are read here because `curses.setupterm` answers only once a process.
    """
    if not term or "/" in term or "\0" in term or term.startswith("."):
        return False
    folders = [folder for folder in _terminfo_folders(source or os.environ) if folder.is_dir()]
    if not folders:
        return True
    places = (term[0], f"{ord(term[0]):x}")
    return any((folder / place / term).is_file() for folder in folders for place in places)


def _terminfo_folders(source: Mapping[str, str]) -> list[Path]:
    named = [source.get("TERMINFO", ""), *source.get("TERMINFO_DIRS", "").split(":")]
    home = source.get("HOME", "")
    if home:
        named.append(f"{home}/.terminfo")
    return [Path(name) for name in (*named, *_TERMINFO) if name]
