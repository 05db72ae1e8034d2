"""Captures and exit codes over the control connection."""

from __future__ import annotations

import asyncio
import secrets

from cockpit.adapters.tmux.failures import CommandFailed, PaneGone
from cockpit.adapters.tmux.link import Link, require
from cockpit.adapters.tmux.listing import FRAME_FORMAT, parse_geometry
from cockpit.domain.ids import PaneId
from cockpit.domain.pane import Frame


async def capture(link: Link, pane: PaneId, *, resume: bool = False) -> Frame | None:
    """The pane's rows, cursor, size and title; with `resume` its output is sent again first.

    None when the rows do not fit the pane's size: it was resized in between, or its program
    drew what looks like the end of tmux's answer. The tail carries a word that no program can
    know; where it is missing, our place in the stream is lost and the link is ended (a new
    one is made). Raises `PaneGone`, `ServerDown`, `TimedOut`.
    """
    if resume:
        link.send(["refresh-client", "-A", f"{pane}:continue"])
    body = link.send(["capture-pane", "-e", "-p", "-N", "-t", pane])
    fence = secrets.token_hex(8)
    tail = link.send(["display-message", "-p", "-t", pane, f"{fence}|{FRAME_FORMAT}"])
    rows = await link.answer(body)
    word, _, shown = (await link.answer(tail)).text.partition("|")
    if word != fence:
        link.kill()
        raise CommandFailed("tmux's answers are out of step; the connection is made anew")
    geometry = parse_geometry(shown, pane)
    lines = require(rows).lines
    if geometry is None:
        raise PaneGone(f"can't find pane: {pane}")
    if len(lines) != geometry.height:
        return None
    return Frame(
        pane=pane,
        rows=tuple(row.decode("utf-8", "replace") for row in lines),
        cursor=geometry.cursor,
        width=geometry.width,
        height=geometry.height,
        title=geometry.title,
        dead=geometry.dead,
        exit_code=geometry.exit_code,
    )


async def exit_code(link: Link, pane: PaneId) -> int | None:
    """How the pane's program ended; None when tmux does not come to know it within 0.5 s.

    tmux may learn it only with the next child that ends (8 of 18 within 0.5 s), so it is
    given one. Raises `ServerDown`, `TimedOut`.
    """
    for attempt in range(12):
        if attempt in (0, 6):
            await link.request(["run-shell", "-b", "true"])
        await asyncio.sleep(0.005 * (attempt + 1))
        reply = await link.request(["display-message", "-p", "-t", pane, FRAME_FORMAT])
        geometry = parse_geometry(reply.text, pane)
        if geometry is None:
            return None
        if geometry.dead and geometry.exit_code is not None:
            return geometry.exit_code
    return None
