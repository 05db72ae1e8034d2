"""Command lists that make and change our sessions. Pure.

What must hold together (a pane and the options that say whose it is) is one list, which the
server runs in one turn, so that a kill in between leaves nothing half made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cockpit.adapters.tmux.conf import HOST_SESSION, HUB_SESSION
from cockpit.adapters.tmux.input import Command, line
from cockpit.adapters.tmux.listing import LANE_OPTION, OP_OPTION, REF_FORMAT
from cockpit.domain.ids import LaneId, OpId, PaneId, WindowId, is_lane_name
from cockpit.errors import UsageError

COLUMNS, ROWS = 200, 50
"""A pane's size before the first layout has settled."""


def lane_session(lane: LaneId) -> str:
    """The name of the lane's session. Raises `UsageError` for what can't name a lane: tmux
    runs `#(…)` in session names, and `-t` takes patterns."""
    if not is_lane_name(lane):
        raise UsageError(
            f"{lane!r} can't name a lane.", hint="Use up to 40 of a-z, 0-9 and the dash."
        )
    return f"lane-{lane}"


def require_session(name: str) -> str:
    """`name` if it is a session of ours. Raises `UsageError`."""
    if name not in (HOST_SESSION, HUB_SESSION):
        lane_session(LaneId(name.removeprefix("lane-") if name.startswith("lane-") else ""))
    return name


def hub(guard: Sequence[str]) -> Command:
    """The hub with the guard in its first window; if the guard should end it stays as a dead
    pane, so that the session lives."""
    size = ("-x", str(COLUMNS), "-y", str(ROWS))
    return ["new-session", "-d", "-s", HUB_SESSION, *size, "--", *guard]


def guard(tmux: Sequence[str], env_tool: str, tmpdir: str) -> list[str]:
    """A second control client, in the hub's own window, that takes no output.

    tmux stops reading a pane while every client that takes its output lags behind. `pause-after`
    alone does not prevent that in 3.3a: it is looked at only when more output is read, so a
    control client that stops reading (a suspended app) froze the agents in half of the runs. A
    client without output counts as one that keeps up, and costs nothing while nothing happens.
    """
    where = [f"TMUX_TMPDIR={tmpdir}"] if tmpdir else []
    attach = ["-C", "attach-session", "-t", f"={HUB_SESSION}", "-f", "no-output,ignore-size"]
    return [env_tool, "-u", "TMUX", "-u", "TMUX_PANE", *where, *tmux, *attach]


def link(window: str) -> Command:
    return ["link-window", "-d", "-s", window, "-t", f"={HUB_SESSION}:"]


def open_lane(
    lane: LaneId, op: OpId, folder: str, argv: Sequence[str], env: Mapping[str, str]
) -> list[Command]:
    """Session, pane, its marks and its link into the hub. `folder` is a name from `inert`."""
    session = lane_session(lane)
    pane = f"={session}:"
    return [
        [*_new_session(session, folder, env), "-P", "-F", REF_FORMAT, "--", *argv],
        ["set-option", "-p", "-t", pane, LANE_OPTION, lane],
        ["set-option", "-p", "-t", pane, OP_OPTION, op],
        link(pane),
    ]


def open_host(folder: str, argv: Sequence[str], env: Mapping[str, str]) -> list[Command]:
    """The session for the app itself: no status line, gone when the app ends, and its
    terminals given back to their shells then (those inside a lane go on there)."""
    target = f"={HOST_SESSION}:"
    return [
        [*_new_session(HOST_SESSION, folder, env), "--", *argv],
        ["set-option", "-q", "-t", target, "status", "off"],
        ["set-option", "-q", "-t", target, "detach-on-destroy", "on"],
        ["set-option", "-q", "-w", "-t", target, "remain-on-exit", "off"],
    ]


def _new_session(session: str, folder: str, env: Mapping[str, str]) -> list[str]:
    size = ["-x", str(COLUMNS), "-y", str(ROWS)]
    return ["new-session", "-d", "-s", session, *size, "-c", folder, *_variables(env)]


def respawn(
    pane: PaneId, folder: str, argv: Sequence[str], env: Mapping[str, str], stale: Sequence[str]
) -> list[Command]:
    """Run `argv` in the pane instead of what is there; `stale` are variables of the session
    that the new environment does not have."""
    forget: list[Command] = [["set-environment", "-u", "-t", pane, "--", name] for name in stale]
    return [
        *forget,
        ["respawn-pane", "-k", "-t", pane, "-c", folder, *_variables(env), "--", *argv],
        ["display-message", "-p", "-t", pane, REF_FORMAT],
    ]


def close(window: WindowId) -> Command:
    """End a lane: its window, since the hub links it too and would keep it alive."""
    return ["kill-window", "-t", window]


def revive(pane: str, guard: Sequence[str]) -> Command:
    """Run the guard again in its pane, if that is dead."""
    again = line(["respawn-pane", "-t", pane, "--", *guard])
    return ["if-shell", "-F", "-t", pane, "#{pane_dead}", again]


def follow(session: str) -> Command:
    """Let the session's window take the size of the terminal that shows it (`resize-window`
    had fixed it)."""
    return ["set-option", "-wu", "-t", f"={session}:", "window-size"]


def switch(client: str, session: str) -> Command:
    return ["switch-client", "-c", client, "-t", f"={session}:"]


def inert(name: str, folder: Path) -> tuple[Command, str, Command]:
    """A way to name a folder where tmux would expand it (`#(…)` runs there): the command that
    stores it as an option's value, what stands for it (options are not expanded twice), and
    the command that forgets it."""
    option = f"@cockpit_cwd_{name}"
    return (
        ["set-option", "-s", "--", option, str(folder)],
        f"#{{{option}}}",
        ["set-option", "-s", "-u", option],
    )


def lane_argv(argv: Sequence[str], env_tool: str) -> list[str]:
    """The lane's program without TMUX and TMUX_PANE in its environment, so that what it runs
    does not take our server for its own. Raises `UsageError` for an empty list."""
    return _program(argv, [env_tool, "-u", "TMUX", "-u", "TMUX_PANE"])


def host_argv(argv: Sequence[str], env_tool: str) -> list[str]:
    """The app's program; it keeps TMUX, by which it knows that it is hosted."""
    return _program(argv, [env_tool])


def _program(argv: Sequence[str], start: list[str]) -> list[str]:
    """Always more than one word: one alone would be run as a shell's line."""
    if not argv or not argv[0]:
        raise UsageError("There is no program to run in the pane.")
    if "=" in argv[0] or argv[0].startswith("-"):  # env would take it for a variable or option
        start = [*start, "/bin/sh", "-c", 'exec "$0" "$@"']
    return [*start, *argv]


def _variables(env: Mapping[str, str]) -> list[str]:
    words: list[str] = []
    for name, value in env.items():
        if not name or "=" in name or "\0" in name + value:
            raise UsageError(f"{name!r} can't be a variable of a pane's environment.")
        words += ["-e", f"{name}={value}"]
    return words
