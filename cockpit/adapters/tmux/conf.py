"""The configuration of our own tmux server, as text. Pure.

`-q` everywhere: an option that this tmux does not know (older or newer) is passed over.
tmux's own "Pane is dead" line is off, since it scrolls a program's first words away.
`window-size manual` is never set globally: the next new window kills a 3.3a server.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from cockpit.adapters.tmux.input import key, quote, shown_key

HOST_SESSION = "cockpit"
"""The session in which the app runs when it is hosted."""

HUB_SESSION = "hub"
"""The session that all lanes' windows are linked into and the control client sits on."""

MARK_OPTION = "@cockpit_conf"
"""Server option that tells which configuration the running server has."""

WAITING_OPTION = "@cockpit_waiting"
"""Global option with the ids of the lanes that wait for the commander, for the status line."""

_FIXED = r"""
set -sq exit-empty off
set -sq exit-unattached off
set -sq escape-time 0
set -sq focus-events on
set -sq set-clipboard off
set -sq extended-keys on
set -asq terminal-features ",*256col*:RGB"
set -asq terminal-features ",xterm-kitty:RGB"
set -asq terminal-features ",xterm-ghostty:RGB"
set -asq terminal-features ",alacritty:RGB"
set -asq terminal-features ",foot*:RGB"
set -gq prefix None
set -gq prefix2 None
set -gq mouse on
set -gq mode-keys emacs
set -gq update-environment ""
set -gq destroy-unattached off
set -gq detach-on-destroy off
set -gq set-titles off
set -gq default-size 200x50
set -gq lock-after-time 0
set -gq visual-activity off
set -gwq window-size latest
set -gwq aggressive-resize off
set -gwq remain-on-exit on
set -gwq remain-on-exit-format ""
set -gwq allow-rename off
set -gwq allow-passthrough off
set -gwq automatic-rename off
set -gwq monitor-activity off
set-environment -gr TMUX_TMPDIR
"""

_UNBOUND = (
    "unbind-key -aq -T prefix",
    *(
        f"unbind-key -nq {modifier}MouseDown3{place}"
        for place in ("Pane", "Status", "StatusLeft", "StatusRight")
        for modifier in ("", "M-")
    ),
)
"""Menus that kill and respawn panes, and the table behind a prefix that there isn't. Each is
parsed when it runs, since a flag that this tmux does not know would void the whole file."""

_STATUS = """
set -gq status on
set -gq status-interval 0
set -gq status-position bottom
set -gq status-style reverse
set -gq "status-format[0]" {line}
set -gq "status-format[1]" ""
"""

_HAS_HOST = "#{S:#{?#{==:#{session_name},cockpit},1,}}"


def render(
    *,
    history: int,
    return_key: str,
    terminal: str = "tmux-256color",
    user_file: Path | None = None,
) -> str:
    """The whole configuration file.

    `history` is in lines; `terminal` is the TERM of programs in panes; `user_file` is the
    user's own file, which comes first so that what cockpit relies on wins.
    Raises `UsageError` for a key that tmux does not know.
    """
    parts = [
        f"source-file -q {quote(_literal(user_file))}\n" if user_file else "",
        _FIXED,
        *(f"if-shell -F 1 {quote(command)}\n" for command in _UNBOUND),
        f"set -gq history-limit {int(history)}\n",
        f"set -sq default-terminal {quote(terminal)}\n",
        _STATUS.format(line=quote(_status_line(return_key))),
        _return_binding(key(return_key)),
    ]
    text = "".join(parts)
    return f"{text}set -s {MARK_OPTION} {digest(text)}\n"


def digest(text: str) -> str:
    """A short name for a configuration's content."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def mark(text: str) -> str:
    """The value of `MARK_OPTION` on a server that has read `text`."""
    return text.rstrip("\n").rpartition(" ")[2]


def _literal(path: Path) -> str:
    """A path that `source-file` takes as it stands: it would match patterns."""
    return re.sub(r"([*?\[\\])", r"\\\1", str(path))


def _status_line(return_key: str) -> str:
    """Lane ids and keys only: what a program sets as its title is honoured as a style here."""
    waiting = f"#{{?{WAITING_OPTION},  waiting: #{{{WAITING_OPTION}}},}}"
    ended = "#{?pane_dead,  its program has ended,}"
    back = shown_key(return_key).replace("#", "##").replace(",", "#,")
    left = f"#[align=left] lane #{{@cockpit_lane}}{ended}{waiting}"
    return f"{left}#[align=right]{back} back to the board "


def _return_binding(name: str) -> str:
    """Back to the board from a lane; the app gets the key itself; a terminal that was
    attached to a lane without a hosted app is detached. Bound in copy mode too."""
    away = f"if -F {quote(_HAS_HOST)} 'switch-client -t ={HOST_SESSION}' 'detach-client'"
    test = f"#{{==:#{{session_name}},{HOST_SESSION}}}"
    action = f"if -F {quote(test)} {quote(f'send-keys {quote(name)}')} {quote(away)}"
    tables = ("root", "copy-mode", "copy-mode-vi")
    return "".join(f"bind-key -T {table} {quote(name)} {action}\n" for table in tables)
