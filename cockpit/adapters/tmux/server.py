"""The life of our own tmux server: its configuration, its start, its identity, its end."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.adapters.platform import processes
from cockpit.adapters.tmux import conf, confile, listing, sessions
from cockpit.adapters.tmux.caller import Caller
from cockpit.adapters.tmux.failures import ServerDown, SessionExists
from cockpit.adapters.tmux.run import TmuxDoor, executable
from cockpit.errors import TimedOut, Unavailable

if TYPE_CHECKING:
    from cockpit.adapters.tmux.library import DoorServer

START_PATIENCE = 3.0
"""Seconds that a start waits for a server that is just going away."""

END_PATIENCE = 3.0
"""Seconds that `kill_server` waits before it uses SIGKILL."""


class ServerLife(Caller):
    """The part of `TmuxServer` that deals with the server itself."""

    def __init__(
        self,
        door: TmuxDoor,
        run_dir: Path,
        *,
        history: int,
        return_key: str,
        user_config: bool,
    ):
        super().__init__(door)
        self.run_dir = run_dir
        self._history = history
        self._return_key = return_key
        self._user_config = user_config

    def configure(self, *, history: int, return_key: str, user_config: bool) -> None:
        """Have these settings from the next `ensure_server` on."""
        self._history = history
        self._return_key = return_key
        self._user_config = user_config

    @cached_property
    def _library(self) -> DoorServer:
        from cockpit.adapters.tmux.library import DoorServer

        return DoorServer(self.door)

    def ensure_server(self) -> None:
        """Start the server with our configuration and a minimal environment, and the hub.

        Can be called at any time and by two processes at once; a running server with an older
        configuration reads the new one. Raises `Unavailable` when tmux is missing, too old
        or may not be used.
        """
        self.door.version()
        text = self._configuration()
        probe = f"#{{session_name}}|#{{pane_id}}|#{{pane_dead}}|#{{{conf.MARK_OPTION}}}"
        with contextlib.suppress(ServerDown):
            session, pane, dead, mark = self._display(f"={conf.HUB_SESSION}:", probe).split("|")
            if mark != conf.mark(text):
                self.door.source(text)
            if session == conf.HUB_SESSION:
                if dead == "1":
                    self.door.run(sessions.revive(pane, self._guard()))
                return
        self._make_hub(text)
        self._relink()

    def _make_hub(self, text: str) -> None:
        try:
            file = confile.write(self.run_dir, text)
        except OSError as error:
            raise _unusable(self.run_dir, error) from error
        until = time.monotonic() + START_PATIENCE
        while True:
            try:
                self.door.run(sessions.hub(self._guard()), config=file)
            except SessionExists:
                return
            except ServerDown:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)  # a server that was told to end takes its socket along late
            else:
                return

    def _guard(self) -> list[str]:
        tmux = [executable("tmux"), *self.door.argv()[1:]]
        return sessions.guard(tmux, executable("env"), self.door.tmpdir)

    def _relink(self) -> None:
        """Link lanes' windows into the hub that are not there (a hub that was made anew)."""
        linked = set(
            self.door.run(
                ["list-windows", "-t", f"={conf.HUB_SESSION}:", "-F", "#{window_id}"]
            ).lines
        )
        panes = listing.parse_panes(self.door.run(listing.LIST_PANES).lines)
        for info in panes.values():
            if info.ref.window not in linked:
                self.door.run(sessions.link(info.ref.window))

    def _configuration(self) -> str:
        return conf.render(
            history=self._history,
            return_key=self._return_key,
            terminal=confile.pane_terminal(),
            user_file=confile.users_file(self.door.environment()) if self._user_config else None,
        )

    def is_up(self) -> bool:
        """Whether our server answers. Raises `TimedOut` when it hangs: that is not known."""
        try:
            self._display("", "#{pid}")
        except ServerDown:
            return False
        return True

    def version(self) -> str:
        """The version of the tmux command. Raises `Unavailable` when missing or too old."""
        return self.door.version()

    def server_identity(self) -> tuple[int, int] | None:
        """(pid, start time in seconds) of the running server; None when it is down. Pane ids
        begin anew with each server, so an id belongs to one identity."""
        try:
            pid, _, started = self._display("", "#{pid}|#{start_time}").partition("|")
        except ServerDown:
            return None
        return int(pid), int(started or 0)

    def kill_server(self) -> None:
        """End the server and every pane on it, and wait until it is gone.

        The control client must have been closed (3.3a never ends while one has undelivered
        output); what does not end within 3 s is killed, by its own pid.
        """
        try:
            identity = self.server_identity()
            pid = identity[0] if identity else None
        except TimedOut:
            pid = self.door.listener()
        if pid is None:
            return
        with contextlib.suppress(ServerDown, TimedOut):
            self._library.kill()
        if not _wait_gone(pid, END_PATIENCE):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            if not _wait_gone(pid, END_PATIENCE):
                raise TimedOut("The tmux server does not end.", detail=f"pid {pid}")


def _unusable(path: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"A file that tmux needs can't be used: {path}",
        detail=error.strerror or str(error),
        hint="Make it readable and writable for you, or see that the disk is not full.",
    )


def _wait_gone(pid: int, seconds: float) -> bool:
    """Whether the process is gone within `seconds`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if _is_zombie(pid):
            return True
        time.sleep(0.01)
    return False


def _is_zombie(pid: int) -> bool:
    try:
        seen = processes.entry(pid)
    except processes.Unseen:
        return False
    return seen is not None and seen.is_dead
