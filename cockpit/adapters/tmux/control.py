"""The persistent control client, on the event loop: it wakes, captures, types and resizes.

Everything frequent goes through it: 0.1 to 0.6 ms a request against 4 to 15 ms for a
process. `%output` is only a wake-up; what is shown is always a capture. Nothing runs while
nothing happens.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

from cockpit.adapters.tmux import frames, listing, sessions
from cockpit.adapters.tmux.conf import HUB_SESSION
from cockpit.adapters.tmux.ending import Endings
from cockpit.adapters.tmux.failures import PaneGone, ServerDown
from cockpit.adapters.tmux.feed import NOISY, Feed
from cockpit.adapters.tmux.keyboard import Keyboard
from cockpit.adapters.tmux.link import DEADLINE, Link, require
from cockpit.adapters.tmux.protocol import (
    ClientSessionChanged,
    Event,
    ExtendedOutput,
    LayoutChange,
    Output,
    Pause,
    SessionChanged,
    WindowClose,
)
from cockpit.adapters.tmux.run import TmuxDoor
from cockpit.domain.ids import LaneId, PaneId, WindowId
from cockpit.domain.pane import Frame, PaneInfo
from cockpit.errors import CockpitError, TimedOut, UsageError

FOCUSED = 0.016
OTHERS = 0.1
"""Seconds between two captures of a pane (DESIGN §6)."""

PATIENCE = 5.0
"""Seconds for which a list of panes is good enough while nothing stirs: without any output, only
the name of a pane's program can change."""

BACK_OFF = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.0)
"""Seconds between two attempts to connect; while nothing listens no process is started."""

LARGEST = 1000
"""Columns or rows of a pane."""


class ControlClient:
    """Fulfils the port `LivePanes`. All methods and callbacks belong to one event loop."""

    def __init__(self, door: TmuxDoor, run_dir: Path):
        self.on_frame: Callable[[Frame], None] = lambda frame: None
        self.on_end: Callable[[PaneId, int | None], None] = lambda pane, code: None
        self.on_link: Callable[[bool, str], None] = lambda up, reason: None
        self.on_switch: Callable[[str, str], None] = lambda client, session: None
        """A terminal (its name) shows another session: the commander stepped in or came back."""
        self._door = door
        self._run_dir = run_dir
        self._link: Link | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._feeds: dict[PaneId, Feed] = {}
        self._pids: dict[PaneId, int] = {}
        self._hidden: dict[PaneId, int] = {}
        """Bytes from panes that are not on the screen; -1 once tmux was told to hold them."""
        self._sizes: dict[WindowId, tuple[int, int]] = {}
        self._endings = Endings(self._ended)
        self._told: set[tuple[PaneId, int]] = set()
        self._listed: tuple[str, dict[LaneId, PaneInfo]] = ("", {})
        """What tmux listed last, as text and as panes."""
        self._listed_at = -PATIENCE
        self._stirred = True
        """Whether tmux told us anything since."""
        self._paused = False
        self._up: bool | None = None

    # ------------------------------------------------------------ connection

    async def start(self) -> None:
        """Connect and stay connected. Returns after the first attempt, whatever came of it:
        `on_link` tells."""
        if self._keeper is None:
            tried = asyncio.get_running_loop().create_future()
            self._keeper = asyncio.create_task(self._keep(tried))
            await tried

    async def close(self) -> None:
        """Leave tmux: read what it still has for us to the end, and see our process gone."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
        self._endings.close()
        for feed in self._feeds.values():
            feed.close()
        self._feeds.clear()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    async def _keep(self, tried: asyncio.Future[None]) -> None:
        attempt = 0
        while True:
            try:
                link = await self._connect()
            except CockpitError as error:
                self._set_up(False, error.detail or error.title)
            else:
                attempt = 0
                self._resume_all()
                self._set_up(True, "")
                if not tried.done():
                    tried.set_result(None)
                reason = await asyncio.shield(link.lost)
                await link.close()
                self._link = None
                self._set_up(False, reason or "the tmux server ended")
            if not tried.done():
                tried.set_result(None)
            await asyncio.sleep(BACK_OFF[min(attempt, len(BACK_OFF) - 1)])
            attempt += 1

    async def _connect(self) -> Link:
        """Raises `ServerDown`, `TimedOut`, `Unavailable`."""
        if not self._door.is_listening():
            raise ServerDown()
        _, link = await self._door.open_control(lambda: Link(self._event, self._stall), HUB_SESSION)
        try:
            async with asyncio.timeout(DEADLINE):
                await asyncio.shield(link.ready)
        except TimeoutError:
            link.kill()
            await link.close()
            raise TimedOut("tmux does not answer.") from None
        except (ServerDown, asyncio.CancelledError):
            await link.close()
            raise
        self._link = link
        return link

    def _set_up(self, up: bool, reason: str) -> None:
        if up != self._up:
            self._up = up
            self.on_link(up, reason)

    def _stall(self, stalled: bool) -> None:
        self._set_up(not stalled, "tmux does not answer" if stalled else "")
        if not stalled:
            for feed in self._feeds.values():
                feed.wake()

    def _resume_all(self) -> None:
        """A new connection knows nothing of what the last one held or measured."""
        self._stirred = True
        self._hidden.clear()
        self._sizes.clear()
        for feed in self._feeds.values():
            feed.held = False
            feed.wake()

    def _require_link(self) -> Link:
        if self._link is None:
            raise ServerDown()
        return self._link

    # ------------------------------------------------------------ what tmux tells

    def _event(self, event: Event) -> None:
        self._stirred = True
        match event:
            case Output(pane, size) | ExtendedOutput(pane, _, size):
                self._output(pane, size)
            case Pause(pane):
                if pane in self._feeds:
                    self._feeds[pane].paused()
                else:
                    self._hidden[pane] = -1
            case LayoutChange(window, width, height):
                self._sizes[window] = (width, height)
            case WindowClose(window):
                self._sizes.pop(window, None)
            case SessionChanged(_, name) if name != HUB_SESSION and self._link is not None:
                self._link.kill()  # the hub is gone, and tmux moved us to another session
            case ClientSessionChanged(client, _, name):
                self.on_switch(client, name)
            case _:
                pass

    def _output(self, pane: PaneId, size: int) -> None:
        feed = self._feeds.get(pane)
        if feed is not None:
            feed.output(size)
            return
        seen = self._hidden.get(pane, 0)
        if seen >= 0:
            self._hidden[pane] = seen + size
            if seen + size > NOISY:
                self._hidden[pane] = -1
                self._hold(pane)

    def _hold(self, pane: PaneId) -> None:
        with contextlib.suppress(ServerDown):
            self._require_link().send(["refresh-client", "-A", f"{pane}:pause"])

    # ------------------------------------------------------------ what is on the screen

    def watch(self, panes: Mapping[PaneId, int], *, focused: PaneId | None) -> None:
        """Which panes are on the screen (pane → pid of its program); others are not captured.
        A pane that is new here, or runs a new program, is captured at once."""
        for pane in [pane for pane in self._feeds if pane not in panes]:
            feed = self._feeds.pop(pane)
            self._hidden[pane] = -1 if feed.held else 0
            feed.close()
        for pane, pid in panes.items():
            interval = FOCUSED if pane == focused else OTHERS
            if pane in self._feeds:
                self._feeds[pane].focus(interval)
                if self._pids.get(pane) != pid:
                    self._feeds[pane].wake()
            else:
                self._add(pane, interval)
        self._pids = dict(panes)
        self._told &= set(panes.items())
        self._endings.watch(panes)

    def _add(self, pane: PaneId, interval: float) -> None:
        held = self._hidden.pop(pane, 0) < 0
        feed = Feed(pane, interval, capture=self._show, hold=self._hold, held=held)
        self._feeds[pane] = feed
        feed.sleep(self._paused)
        if self._paused:
            feed.wake()

    def pause(self, paused: bool) -> None:
        """No captures while the commander is inside a pane."""
        if paused != self._paused:
            self._paused = paused
            for feed in self._feeds.values():
                feed.sleep(paused)

    async def _show(self, pane: PaneId, resume: bool) -> None:
        try:
            frame = await frames.capture(self._require_link(), pane, resume=resume)
        except CockpitError:
            return  # the pane or the link went away; `on_end` and `on_link` tell
        feed = self._feeds.get(pane)
        if feed is None:
            return
        if frame is None:
            feed.wake()
            return
        self.on_frame(frame)
        if frame.dead:
            self._ended(pane, self._pids.get(pane, 0))

    async def capture_now(self, pane: PaneId) -> Frame | None:
        """One capture, whatever is on the screen; None when the pane is gone. Raises
        `ServerDown` or `TimedOut`."""
        with contextlib.suppress(PaneGone):
            for _ in range(3):
                frame = await frames.capture(self._require_link(), pane)
                if frame is not None:
                    return frame
        return None

    # ------------------------------------------------------------ programs that end

    def _ended(self, pane: PaneId, pid: int) -> None:
        if (pane, pid) not in self._told:
            self._told.add((pane, pid))
            self._spawn(self._tell_end(pane))

    async def _tell_end(self, pane: PaneId) -> None:
        code: int | None = None
        with contextlib.suppress(CockpitError):
            code = await frames.exit_code(self._require_link(), pane)
        if pane in self._feeds:
            self._feeds[pane].wake()
        self.on_end(pane, code)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ------------------------------------------------------------ wishes

    async def resize(self, window: WindowId, width: int, height: int) -> None:
        """Give the lane's window this size, if it has another and no terminal shows it."""
        if not (1 <= width <= LARGEST and 1 <= height <= LARGEST):
            raise UsageError(f"A pane can't be {width}×{height}.")
        if self._sizes.get(window) == (width, height):
            return
        link = self._require_link()
        shown = await link.request(
            ["display-message", "-p", "-t", window, "#{window_id}|#{window_active_clients}"]
        )
        found, _, clients = shown.text.partition("|")
        if found != window:
            raise PaneGone(f"can't find window: {window}")
        if clients in ("", "0"):
            await link.request(["resize-window", "-t", window, "-x", str(width), "-y", str(height)])
            self._sizes[window] = (width, height)

    async def type_text(self, pane: PaneId, text: str) -> None:
        """Type `text` into the pane, without control characters but newline and tab. Raises
        `Refused` when its program has ended, `PaneGone`, `ServerDown`, `TimedOut`."""
        await self._keyboard().type_text(pane, self._pids.get(pane), text)

    async def press(self, pane: PaneId, *keys: str) -> None:
        """Press tmux key names. Raises like `type_text`, and `UsageError`."""
        await self._keyboard().press(pane, self._pids.get(pane), keys)

    def _keyboard(self) -> Keyboard:
        return Keyboard(self._require_link(), self._run_dir)

    async def step_into(self, session: str) -> bool:
        """Show a session of ours in the terminal that was used last, its windows following
        that terminal's size; False if there is no terminal. Raises `PaneGone`."""
        sessions.require_session(session)
        link = self._require_link()
        clients = listing.parse_clients((await link.request(listing.LIST_CLIENTS)).text.split("\n"))
        if not clients:
            return False
        freed = link.send(sessions.follow(session))
        switched = link.send(sessions.switch(clients[0].name, session))
        require(await link.answer(freed))
        require(await link.answer(switched))
        self._sizes.clear()
        return True

    async def detach(self) -> bool:
        """Give the last used terminal back to its shell; False if there is no terminal."""
        link = self._require_link()
        clients = listing.parse_clients((await link.request(listing.LIST_CLIENTS)).text.split("\n"))
        if not clients:
            return False
        require(await link.request(["detach-client", "-t", clients[0].name]))
        return True

    async def has_client(self) -> bool:
        """Whether a terminal shows a session of ours. Raises `ServerDown` or `TimedOut`."""
        listed = await self._require_link().request(listing.LIST_CLIENTS)
        return bool(listing.parse_clients(listed.text.split("\n")))

    async def list_panes(self, *, patient: bool = False) -> dict[LaneId, PaneInfo]:
        """All lane panes; the same object as long as tmux says the same. `patient` takes the
        last list while no pane wrote anything and no window came or went, for `PATIENCE`.
        Raises `ServerDown` or `TimedOut`."""
        link, now = self._require_link(), asyncio.get_running_loop().time()
        if patient and self._is_quiet() and now - self._listed_at < PATIENCE:
            return self._listed[1]
        self._stirred = False
        reply = await link.request(listing.LIST_PANES)
        self._listed_at = now
        if reply.text != self._listed[0]:
            self._listed = (reply.text, listing.parse_panes(reply.text.split("\n")))
        return self._listed[1]

    def _is_quiet(self) -> bool:
        """Whether nothing stirred since the last list, as far as we can hear: of a pane that is
        held we hear nothing."""
        held = any(size < 0 for size in self._hidden.values())
        return not (self._stirred or held or any(feed.held for feed in self._feeds.values()))
