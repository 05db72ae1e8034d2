"""A tmux server in a file: it outlives the processes that use it, as a real server does.

Every change replaces the file by a rename, so a kill leaves it before or after, never half:
what the real server does with a command that reached it or did not. It counts what must not
happen twice: agents launched, texts pasted, Enter pressed.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cockpit.domain.ids import LaneId, OpId, PaneId
from cockpit.domain.lane import PaneRef
from cockpit.domain.pane import PaneInfo
from tests.services.fake_tmux import FakeTmux


@dataclass
class Paper:
    """What is written down."""

    infos: dict[LaneId, PaneInfo] = field(default_factory=dict)
    screens: dict[PaneId, list[str]] = field(default_factory=dict)
    launches: list[tuple[LaneId, OpId]] = field(default_factory=list)
    pastes: list[str] = field(default_factory=list)
    number: int = 1


def read_paper(path: Path) -> Paper:
    """What stands in the file; an empty server when there is none yet."""
    if not path.exists():
        return Paper()
    found = pickle.loads(path.read_bytes())
    assert isinstance(found, Paper)
    return found


class PaperTmux(FakeTmux):
    """Fulfils `Tmux` with its memory in `path`."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._load()

    def _load(self) -> None:
        self.paper = read_paper(self.path)
        self.infos, self.screens = self.paper.infos, self.paper.screens
        self._next = self.paper.number

    def _save(self) -> None:
        self.paper.infos, self.paper.screens = self.infos, self.screens
        self.paper.number = self._next
        fresh = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        fresh.write_bytes(pickle.dumps(self.paper))
        os.replace(fresh, self.path)

    def panes(self) -> dict[LaneId, PaneInfo]:
        self._load()
        return super().panes()

    def open_pane(
        self,
        lane: LaneId,
        *,
        op: OpId,
        cwd: Path,
        argv: Sequence[str],
        env: Mapping[str, str],
    ) -> PaneRef:
        self._load()
        ref = super().open_pane(lane, op=op, cwd=cwd, argv=argv, env=env)
        self.paper.launches.append((lane, op))
        self._save()
        return ref

    def respawn(
        self, pane: PaneId, *, cwd: Path, argv: Sequence[str], env: Mapping[str, str]
    ) -> PaneRef:
        self._load()
        ref = super().respawn(pane, cwd=cwd, argv=argv, env=env)
        self._save()
        return ref

    def close_pane(self, pane: PaneRef) -> None:
        self._load()
        super().close_pane(pane)
        self._save()

    def paste(self, pane: PaneId, text: str) -> None:
        self._load()
        super().paste(pane, text)
        self.paper.pastes.append(text)
        self._save()

    def press(self, pane: PaneId, *keys: str) -> None:
        self._load()
        super().press(pane, *keys)
        self._save()

    def show(self, pane: PaneId, rows: Sequence[str]) -> None:
        """What the agent prints."""
        self._load()
        self.screens[pane] = list(rows)
        self._save()
