"""The live panes as two parties see them: screens draw the frames, the supervisor judges them.

The control client has one callback each; this relay gives each frame to both, and keeps the
last frame of every pane so that a judgement never has to ask tmux again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cockpit.domain.ids import LaneId, PaneId, WindowId
from cockpit.services.ports import Frame, LivePanes, PaneInfo


def _no_frame(_frame: Frame) -> None:
    """Until a screen asks for frames."""


def _no_end(_pane: PaneId, _code: int | None) -> None:
    """Until a screen asks."""


def _no_link(_up: bool, _why: str) -> None:
    """Until a screen asks."""


class SharedPanes:
    """Fulfils `LivePanes` on top of another one; `hear_*` are the supervisor's ears."""

    def __init__(
        self,
        panes: LivePanes,
        *,
        hear_frame: Callable[[Frame], None],
        hear_end: Callable[[PaneId, int | None], None],
        hear_link: Callable[[bool, str], None],
    ) -> None:
        self._panes = panes
        self.on_frame: Callable[[Frame], None] = _no_frame
        self.on_end: Callable[[PaneId, int | None], None] = _no_end
        self.on_link: Callable[[bool, str], None] = _no_link
        self._hear_frame = hear_frame
        self._hear_end = hear_end
        self._hear_link = hear_link
        panes.on_frame = self._frame
        panes.on_end = self._end
        panes.on_link = self._link

    def _frame(self, frame: Frame) -> None:
        self.on_frame(frame)
        self._hear_frame(frame)

    def _end(self, pane: PaneId, code: int | None) -> None:
        self.on_end(pane, code)
        self._hear_end(pane, code)

    def _link(self, up: bool, why: str) -> None:
        self.on_link(up, why)
        self._hear_link(up, why)

    async def start(self) -> None:
        await self._panes.start()

    async def close(self) -> None:
        await self._panes.close()

    def watch(self, panes: Mapping[PaneId, int], *, focused: PaneId | None) -> None:
        self._panes.watch(panes, focused=focused)

    def pause(self, paused: bool) -> None:
        self._panes.pause(paused)

    async def capture_now(self, pane: PaneId) -> Frame | None:
        return await self._panes.capture_now(pane)

    async def resize(self, window: WindowId, width: int, height: int) -> None:
        await self._panes.resize(window, width, height)

    async def type_text(self, pane: PaneId, text: str) -> None:
        await self._panes.type_text(pane, text)

    async def press(self, pane: PaneId, *keys: str) -> None:
        await self._panes.press(pane, *keys)

    async def step_into(self, session: str) -> bool:
        return await self._panes.step_into(session)

    async def detach(self) -> bool:
        return await self._panes.detach()

    async def has_client(self) -> bool:
        return await self._panes.has_client()

    async def list_panes(self, *, patient: bool = False) -> dict[LaneId, PaneInfo]:
        return await self._panes.list_panes(patient=patient)
