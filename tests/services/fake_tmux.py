"""A tmux server in memory, for services whose subject is not tmux."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from cockpit.domain.ids import LaneId, OpId, PaneId, SessionId, WindowId
from cockpit.domain.lane import PaneRef
from cockpit.domain.pane import PaneInfo
from cockpit.errors import Refused, Unavailable

NOBODY = 4_000_000
"""A pid beyond the kernel's limit: nobody's."""


class FakeTmux:
    """Fulfils `Tmux`. `opened` records every launch; `echo` makes screens answer typing."""

    socket = "fake"

    def __init__(self) -> None:
        self.infos: dict[LaneId, PaneInfo] = {}
        self.screens: dict[PaneId, list[str]] = {}
        self.opened: list[tuple[LaneId, tuple[str, ...], dict[str, str]]] = []
        self.pressed: list[tuple[PaneId, tuple[str, ...]]] = []
        self.pasted: list[str] = []
        self.echo = True
        self.up = True
        self.waiting: tuple[LaneId, ...] = ()
        self._next = 1

    def ensure_server(self) -> None:
        self.up = True

    def configure(self, *, history: int, return_key: str, user_config: bool) -> None:
        self.settings = (history, return_key, user_config)

    def is_up(self) -> bool:
        return self.up

    def panes(self) -> dict[LaneId, PaneInfo]:
        return dict(self.infos) if self.up else {}

    def open_pane(
        self,
        lane: LaneId,
        *,
        op: OpId,
        cwd: Path,
        argv: Sequence[str],
        env: Mapping[str, str],
    ) -> PaneRef:
        if not cwd.is_dir():
            raise Refused(f"The folder is missing: {cwd}")
        if not self.up:
            raise Unavailable("The tmux server is down.")
        number = self._next
        self._next += 1
        ref = PaneRef(SessionId(f"${number}"), WindowId(f"@{number}"), PaneId(f"%{number}"), NOBODY)
        self.opened.append((lane, tuple(argv), dict(env)))
        self.infos[lane] = PaneInfo(
            ref, lane, op, False, None, "", Path(argv[0]).name, False, 80, 24
        )
        self.screens[ref.pane] = ["$ "]
        return ref

    def respawn(
        self, pane: PaneId, *, cwd: Path, argv: Sequence[str], env: Mapping[str, str]
    ) -> PaneRef:
        for lane, info in self.infos.items():
            if info.ref.pane == pane:
                self.opened.append((lane, tuple(argv), dict(env)))
                self.infos[lane] = replace(info, dead=False, exit_code=None)
                return info.ref
        raise Refused("There is no such pane.")

    def close_pane(self, pane: PaneRef) -> None:
        self.infos = {lane: info for lane, info in self.infos.items() if info.ref != pane}

    def capture(self, pane: PaneId, *, colour: bool = False, history: int = 0) -> list[str]:
        return list(self.screens.get(pane, []))

    def captures(self, panes: Sequence[PaneId]) -> dict[PaneId, list[str]]:
        return {pane: self.capture(pane) for pane in panes}

    def paste(self, pane: PaneId, text: str) -> None:
        self.pasted.append(text)
        if self.echo:
            self.screens[pane].append(text)

    def press(self, pane: PaneId, *keys: str) -> None:
        self.pressed.append((pane, keys))
        if self.echo:
            self.screens[pane].append(f"<{' '.join(keys)}>")

    def open_host(self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> bool:
        self.opened.append((LaneId("cockpit"), tuple(argv), dict(env)))
        return True

    def show_waiting(self, lanes: Sequence[LaneId]) -> None:
        self.waiting = tuple(lanes)

    def attach_argv(self, session: str) -> list[str]:
        return ["tmux", "attach", "-t", f"={session}"]

    def attach_env(self) -> dict[str, str]:
        return {}

    def kill_server(self) -> None:
        self.up = False
        self.infos.clear()
