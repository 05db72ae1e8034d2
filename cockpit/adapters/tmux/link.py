"""One control connection: the process, the pipeline of requests, and their answers in order.

A request is one line with one command, and every line is answered by one block (`if-shell`
by one more for the command that it chose). A request whose deadline passed keeps its place,
so that its late answer is not taken for the next one's.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections import deque
from collections.abc import Callable
from typing import cast

from cockpit.adapters.tmux.failures import ServerDown, failure
from cockpit.adapters.tmux.input import Command, line
from cockpit.adapters.tmux.protocol import Event, Exit, Parser, Reply, notification
from cockpit.dataclass import dataclass
from cockpit.errors import TimedOut

DEADLINE = 5.0
"""Seconds; a healthy server answers in 0.1 to 0.6 ms."""

DRAIN = 2.0
"""Seconds that a closing client gets to end by itself."""


@dataclass(slots=True)
class _Waiting:
    future: asyncio.Future[Reply]
    blocks: int


class Link(asyncio.SubprocessProtocol):
    """The protocol of one `tmux -C` process; made by `TmuxDoor.open_control`."""

    def __init__(self, on_event: Callable[[Event], None], on_stall: Callable[[bool], None]):
        self._on_event = on_event
        self._on_stall = on_stall
        self._parser = Parser()
        self._waiting: deque[_Waiting] = deque()
        self._transport: asyncio.SubprocessTransport | None = None
        self._unsent = bytearray()
        self._errors = b""
        self._stalled = False
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = loop.create_future()
        """Done when tmux has attached us."""
        self.lost: asyncio.Future[str] = loop.create_future()
        """Done with the reason when the connection has ended."""
        self._gone: asyncio.Future[None] = loop.create_future()
        self._reason = ""

    # ------------------------------------------------------------ asyncio's calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.SubprocessTransport, transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == 2:
            self._errors = (self._errors + data)[-4096:]
            return
        for event in self._parser.feed(data):
            self._take(event)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == 1:
            self._end()

    def process_exited(self) -> None:
        self._end()
        if not self._gone.done():
            self._gone.set_result(None)

    # ------------------------------------------------------------ events and answers

    def _take(self, event: Event) -> None:
        if isinstance(event, Reply):
            self._revive()
            if event.ours:
                self._answer(event)
            elif event.error:
                self._reason = event.text
            elif not self.ready.done():
                self.ready.set_result(None)
            return
        if isinstance(event, Exit):
            self._reason = event.reason or self._reason
        self._on_event(event)

    def _answer(self, reply: Reply) -> None:
        if not self._waiting:
            return
        first = self._waiting[0]
        first.blocks -= 1
        if first.blocks > 0 and not reply.error:
            return
        self._waiting.popleft()
        if not first.future.done():
            first.future.set_result(reply)

    def _revive(self) -> None:
        if self._stalled:
            self._stalled = False
            self._on_stall(False)

    def _end(self) -> None:
        if self.lost.done():
            return
        reason = self._reason or self._errors.decode("utf-8", "replace").strip()
        self.lost.set_result(reason)
        for waiting in self._waiting:
            if not waiting.future.done():
                waiting.future.set_exception(ServerDown(reason, sent=True))
                waiting.future.exception()  # nobody may be waiting for it any more
        self._waiting.clear()
        if not self.ready.done():
            self.ready.set_exception(ServerDown(reason))
            self.ready.exception()

    # ------------------------------------------------------------ requests

    def send(self, command: Command, *, blocks: int = 1) -> asyncio.Future[Reply]:
        """Write one command; the future is its answer (an error answer included). Raises
        `ServerDown` when the connection has ended."""
        stdin = self._transport.get_pipe_transport(0) if self._transport else None
        if stdin is None or self.lost.done() or stdin.is_closing():
            raise ServerDown("the control connection is closed")
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(future, blocks))
        if not self._unsent:
            asyncio.get_running_loop().call_soon(self._flush)
        self._unsent += line(command).encode("utf-8", "surrogateescape") + b"\n"
        return future

    def _flush(self) -> None:
        """Write what was sent in this turn of the loop at once: tmux then takes both halves of
        a capture, or the captures of all busy panes, in one turn of its own."""
        stdin = self._transport.get_pipe_transport(0) if self._transport else None
        if self._unsent and stdin is not None and not stdin.is_closing():
            cast(asyncio.WriteTransport, stdin).write(bytes(self._unsent))
        self._unsent.clear()

    async def answer(self, future: asyncio.Future[Reply], deadline: float = DEADLINE) -> Reply:
        """The answer to what was sent, an error answer included. Raises `TimedOut` (the link
        counts as stalled until tmux answers again) or `ServerDown`."""
        try:
            async with asyncio.timeout(deadline):
                return await asyncio.shield(future)
        except TimeoutError:
            if not self._stalled:
                self._stalled = True
                self._on_stall(True)
            raise TimedOut(
                f"tmux did not answer within {deadline:g} seconds.",
                hint="Its server may be stopped or overloaded; the lanes go on by themselves.",
            ) from None

    async def request(self, command: Command, *, blocks: int = 1) -> Reply:
        """Send one command and wait for its answer. Raises what tmux said as a typed error."""
        reply = await self.answer(self.send(command, blocks=blocks))
        if reply.error:
            raise failure(reply.text)
        self._replay(reply)
        return reply

    def _replay(self, reply: Reply) -> None:
        """A command that waits (`load-buffer`) lets notifications into its block; they count."""
        if reply.lines and reply.lines[0].startswith(b"%"):
            for text in reply.lines:
                self._on_event(notification(text))

    @property
    def backlog(self) -> int:
        """How many requests have no answer yet."""
        return len(self._waiting)

    def kill(self) -> None:
        """End the client at once; the server and its panes are not touched."""
        if self._transport is not None and self._transport.get_returncode() is None:
            with contextlib.suppress(ProcessLookupError):
                # the transport's own kill() would reap the child before the loop can
                os.kill(self._transport.get_pid(), signal.SIGKILL)

    async def close(self) -> None:
        """Close our side, read to the end, and see the process gone: a server can't end while
        a control client has output that nobody read."""
        if self._transport is None:
            return
        self._flush()
        stdin = self._transport.get_pipe_transport(0)
        if stdin is not None:
            stdin.close()
        try:
            async with asyncio.timeout(DRAIN):
                await asyncio.shield(self._gone)
        except TimeoutError:
            self.kill()
            await asyncio.shield(self._gone)
        self._transport.close()


def require(reply: Reply) -> Reply:
    """`reply` unless it is an error. Raises the typed error for what tmux said."""
    if reply.error:
        raise failure(reply.text)
    return reply
