"""Terminals at our server: which there are, what they show, and how one attaches."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence

from cockpit.adapters.tmux import conf, listing, sessions
from cockpit.adapters.tmux.caller import Caller
from cockpit.adapters.tmux.environment import attach_environment
from cockpit.adapters.tmux.failures import CommandFailed, PaneGone, ServerDown
from cockpit.adapters.tmux.listing import ClientInfo
from cockpit.domain.ids import LaneId, SessionId


class Terminals(Caller):
    """The part of `TmuxServer` that deals with attached terminals."""

    def has_session(self, name: str) -> bool:
        """Whether a session of ours is there; False when the server is down."""
        sessions.require_session(name)
        try:
            self.door.run(["has-session", "-t", f"={name}"])
        except (ServerDown, PaneGone):
            return False
        return True

    def clients(self) -> list[ClientInfo]:
        """Terminals attached to our server, the last used first; none when it is down."""
        try:
            return listing.parse_clients(self.door.run(listing.LIST_CLIENTS).lines)
        except ServerDown:
            return []

    def client_info(self) -> ClientInfo | None:
        """The terminal that was used last."""
        return next(iter(self.clients()), None)

    def switch_client(self, session: str, client: ClientInfo | None = None) -> bool:
        """Show `session` in `client` (by default the last used one), its windows following
        that terminal's size; False without one. Raises `PaneGone`."""
        sessions.require_session(session)
        chosen = client or self.client_info()
        if chosen is None:
            return False
        self.door.run_all([sessions.follow(session), sessions.switch(chosen.name, session)])
        return True

    def send_clients_home(self, session: SessionId) -> None:
        """Move terminals off a session that is about to end, to the app or out; else tmux
        shows them any other session."""
        for client in self.clients():
            if client.session_id != session:
                continue
            away: list[str] = ["detach-client", "-t", client.name]
            if self.has_session(conf.HOST_SESSION):
                away = [*sessions.switch(client.name, conf.HOST_SESSION)]
            with contextlib.suppress(PaneGone, CommandFailed):  # it left by itself meanwhile
                self.door.run(away)

    def attach_argv(self, session: str) -> list[str]:
        """The command line that attaches this terminal to a session of ours; run it with
        `attach_env()`. The session's windows follow the terminal's size from then on."""
        sessions.require_session(session)
        start = self.door.argv()
        if os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
            start += ["-T", "RGB"]
        return [*start, *sessions.follow(session), ";", "attach-session", "-t", f"={session}"]

    def attach_env(self) -> dict[str, str]:
        """The environment to run `attach_argv` with: this process's own, less TMUX, with a
        TERM that tmux has an entry for."""
        return attach_environment(os.environ, tmpdir=self.door.tmpdir)

    def show_waiting(self, lanes: Sequence[LaneId]) -> None:
        """Name the lanes that wait for the commander in every lane's status line."""
        for lane in lanes:
            sessions.lane_session(lane)
        self.door.run(["set-option", "-g", conf.WAITING_OPTION, " ".join(lanes)])
