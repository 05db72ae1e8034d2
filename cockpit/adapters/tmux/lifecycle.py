"""The sessions of the lanes on our own tmux server, and the whole port `Tmux`.

Rare calls that change the tree of sessions; everything frequent goes over the control
connection (`control.py`). Sessions are made by their exact name and addressed by id from
then on (`-t lane1` also means lane10).
"""

from __future__ import annotations

import contextlib
import os
import re
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cockpit.adapters.tmux import listing, sessions
from cockpit.adapters.tmux.failures import CommandFailed, PaneGone, ServerDown, SessionExists
from cockpit.adapters.tmux.run import TmuxDoor, executable
from cockpit.adapters.tmux.screen import PaneScreen
from cockpit.adapters.tmux.server import ServerLife
from cockpit.adapters.tmux.terminals import Terminals
from cockpit.domain.ids import LaneId, OpId, PaneId
from cockpit.domain.lane import PaneRef
from cockpit.domain.pane import PaneInfo
from cockpit.errors import Refused, TimedOut


class TmuxServer(ServerLife, PaneScreen, Terminals):
    """Fulfils the port `Tmux`. Blocks; raises only `CockpitError`."""

    def __init__(
        self,
        socket: str,
        state_run_dir: Path,
        history: int = 5000,
        return_key: str = "C-q",
        user_config: bool = False,
        *,
        door: TmuxDoor | None = None,
    ):
        super().__init__(
            door or TmuxDoor(socket),
            state_run_dir,
            history=history,
            return_key=return_key,
            user_config=user_config,
        )
        self.socket = socket
        self._nudged: set[PaneRef] = set()

    def panes(self) -> dict[LaneId, PaneInfo]:
        """All lane panes; empty when the server is down. Raises `TimedOut` when it hangs.

        tmux may learn an exit code late (8 of 18 within 0.5 s); it is nudged once for each
        pane that ended, and asked again.
        """
        found = self._list()
        unknown = {info.ref for info in found.values() if info.dead and info.exit_code is None}
        if unknown - self._nudged:
            self._nudged |= unknown
            found = self._nudge_and_list(found)
        self._known = {info.ref.pane: info.ref.pid for info in found.values()}
        return found

    def _list(self) -> dict[LaneId, PaneInfo]:
        try:
            return listing.parse_panes(self.door.run(listing.LIST_PANES).lines)
        except ServerDown:
            return {}

    def _nudge_and_list(self, found: dict[LaneId, PaneInfo]) -> dict[LaneId, PaneInfo]:
        with contextlib.suppress(ServerDown):
            self.door.run(["run-shell", "-b", "true"])
        for _ in range(5):
            if not any(info.dead and info.exit_code is None for info in found.values()):
                break
            time.sleep(0.01)
            found = self._list()
        return found

    def open_pane(
        self,
        lane: LaneId,
        *,
        op: OpId,
        cwd: Path,
        argv: Sequence[str],
        env: Mapping[str, str],
    ) -> PaneRef:
        """The lane's pane in its session `lane-<id>`, its window linked into the hub.

        A pane that the same operation made already is taken as it is. Raises `Refused` when
        the folder is missing (tmux would start in `$HOME`), or when the lane has a pane of
        another operation.
        """
        _require_folder(cwd)
        words = sessions.lane_argv(argv, executable("env"))
        sessions.lane_session(lane)
        self.ensure_server()
        adopted = self._adopt(lane, op)
        if adopted is not None:
            return adopted
        with self._naming(cwd) as folder:
            try:
                answer = self.door.run_all(sessions.open_lane(lane, op, folder, words, env))
            except SessionExists:
                return self._adopt(lane, op) or self._refuse_foreign(lane)
        ref = listing.parse_ref(answer.lines[0] if answer.lines else "")
        if ref is None:
            raise CommandFailed(answer.text)
        self._known[ref.pane] = ref.pid
        return ref

    def _adopt(self, lane: LaneId, op: OpId) -> PaneRef | None:
        info = self.panes().get(lane)
        if info is None:
            return None
        if info.op != op:
            raise Refused(
                f"Lane {lane} has a pane already.",
                detail=f"It was opened by {info.op or 'an unknown operation'}.",
                hint=f"Restart its agent, or stop it with `cockpit stop {lane}` first.",
            )
        return info.ref

    def _refuse_foreign(self, lane: LaneId) -> PaneRef:
        raise Refused(
            f"A tmux session by the name of lane {lane} exists, but it is not cockpit's.",
            hint=f"End it with `tmux -L {self.socket} kill-session -t =lane-{lane}`.",
        )

    def respawn(
        self, pane: PaneId, *, cwd: Path, argv: Sequence[str], env: Mapping[str, str]
    ) -> PaneRef:
        """Run `argv` in the pane anew, ending what is there. The environment is exactly `env`
        over the server's minimal one. Raises `Refused` when the folder is missing, `PaneGone`
        when the pane is."""
        _require_folder(cwd)
        words = sessions.lane_argv(argv, executable("env"))
        stale = [name for name in self._session_variables(pane) if name not in env]
        with self._naming(cwd) as folder:
            answer = self.door.run_all(sessions.respawn(pane, folder, words, env, stale))
        ref = listing.parse_ref(answer.lines[0] if answer.lines else "")
        if ref is None:
            raise PaneGone(answer.text)
        self._known[ref.pane] = ref.pid
        return ref

    def _session_variables(self, pane: PaneId) -> list[str]:
        """Names that the pane's session sets. A line of a longer value may pass for a name
        here; to forget that one too does no harm."""
        lines = self.door.run(["show-environment", "-t", pane]).lines
        return [found[1] for line in lines if (found := re.match(r"([^-=\s][^=\s]*)=", line))]

    @contextlib.contextmanager
    def _naming(self, folder: Path) -> Iterator[str]:
        store, name, forget = sessions.inert(uuid.uuid4().hex, folder)
        self.door.run(store)
        try:
            yield name
        finally:
            with contextlib.suppress(ServerDown, TimedOut):
                self.door.run(forget)

    def open_host(self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> bool:
        """Run the app in session `cockpit`; False when it is there already. Raises `Refused`
        when the folder is missing."""
        _require_folder(cwd)
        words = sessions.host_argv(argv, executable("env"))
        self.ensure_server()
        with self._naming(cwd) as folder:
            try:
                self.door.run_all(sessions.open_host(folder, words, env))
            except SessionExists:
                return False
        return True

    def close_pane(self, pane: PaneRef) -> None:
        """Kill the lane's window by id; not an error if it is gone. Terminals that show it go
        back to the app. Raises `Refused` when the pane runs another program than the one
        meant (ids begin anew with each server)."""
        shown = self._pid_of(pane)
        if shown is None:
            return
        if shown != pane.pid:
            raise Refused(
                f"Pane {pane.pane} runs another program than the one that was to be ended.",
                hint="It was restarted meanwhile; look at the lane and try again.",
            )
        self.send_clients_home(pane.session)
        killed = self._library.cmd(*sessions.close(pane.window))
        self._known.pop(pane.pane, None)
        if killed.stderr and "can't find" not in killed.stderr[0]:
            raise CommandFailed(killed.stderr[0])

    def _pid_of(self, pane: PaneRef) -> int | None:
        try:
            window, pid = self._display(pane.pane, "#{window_id}|#{pane_pid}").split("|")
        except (ServerDown, PaneGone):
            return None
        return int(pid) if window == pane.window and pid else None


def _require_folder(folder: Path) -> None:
    if not os.path.isdir(folder):
        raise Refused(
            f"The folder is missing: {folder}",
            hint="Bring it back or tear the lane down; tmux would start in your home instead.",
        )
