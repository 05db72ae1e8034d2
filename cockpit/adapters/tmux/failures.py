"""What tmux prints when it fails, said for people."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.errors import CockpitError, Unavailable


class ServerDown(Unavailable):
    """Our tmux server is not running. `sent` is False when the command surely never ran."""

    def __init__(self, detail: str = "", *, sent: bool = False):
        super().__init__(
            "The tmux server of this repository's lanes is not running.",
            detail=detail,
            hint="`cockpit up` or `cockpit start LANE` starts it again; "
            "worktrees and branches are not affected.",
        )
        self.sent = sent


class PaneGone(Unavailable):
    """The pane, window or session that was meant is not there (any more)."""

    def __init__(self, detail: str = ""):
        super().__init__(
            "The pane is gone.",
            detail=detail,
            hint="`cockpit status` shows what is left; `r` on the board runs the agent again.",
        )


class SessionExists(Unavailable):
    """A session of that name is there already."""

    def __init__(self, detail: str = ""):
        super().__init__("A tmux session of that name exists already.", detail=detail)


class CommandFailed(Unavailable):
    """tmux refused a command."""

    def __init__(self, detail: str = ""):
        super().__init__("tmux refused a command.", detail=detail)


def missing() -> Unavailable:
    return Unavailable(
        "tmux is not installed.",
        hint="Install the package `tmux`, version 3.2 or newer, then try again.",
    )


def too_old(version: str) -> Unavailable:
    return Unavailable(
        f"tmux {version} is too old.",
        hint="Install the package `tmux`, version 3.2 or newer, then try again.",
    )


def _forbidden(detail: str) -> Unavailable:
    return Unavailable(
        "The tmux socket may not be used.",
        detail=detail,
        hint="Its folder must belong to you with mode 0700; or set TMUX_TMPDIR to one that does.",
    )


def _mismatch(detail: str) -> Unavailable:
    return Unavailable(
        "The running tmux server is of another version than the tmux command.",
        detail=detail,
        hint="Let the lanes' agents finish, end that server with the tmux that started it, "
        "then start the lanes again.",
    )


def _too_long(detail: str) -> Unavailable:
    return Unavailable(
        "The path of the tmux socket is too long.",
        detail=detail,
        hint="Set TMUX_TMPDIR to a folder with a short path.",
    )


def _unsent(detail: str) -> ServerDown:
    return ServerDown(detail)


def _sent(detail: str) -> ServerDown:
    return ServerDown(detail, sent=True)


_KNOWN: tuple[tuple[str, Callable[[str], CockpitError]], ...] = (
    ("protocol version mismatch", _mismatch),
    ("server version is too old", _mismatch),
    ("Permission denied", _forbidden),
    ("unsafe permissions", _forbidden),
    ("couldn't create directory", _forbidden),
    ("access not allowed", _forbidden),
    ("File name too long", _too_long),
    ("no server running", _unsent),
    ("error connecting to", _unsent),
    ("server exited", _sent),
    ("lost server", _sent),
    ("can't find pane", PaneGone),
    ("can't find window", PaneGone),
    ("can't find session", PaneGone),
    ("no such ", PaneGone),
    ("duplicate session", SessionExists),
)


def failure(stderr: str) -> CockpitError:
    """The typed error for what tmux printed; `CommandFailed` for what is not known."""
    text = stderr.strip()
    for part, make in _KNOWN:
        if part in text:
            return make(text)
    return CommandFailed(text)


def is_about_server(error: CockpitError) -> bool:
    """Whether tmux could not be reached at all, rather than refused one command."""
    return not isinstance(error, (PaneGone, SessionExists, CommandFailed))
