"""Looking at and typing into a pane, one tmux process a call. For the command line and the
services; the screens use the control connection."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence

from cockpit.adapters.tmux.caller import Caller
from cockpit.adapters.tmux.guard import REPORT, meant, why_not
from cockpit.adapters.tmux.input import Command, cleaned, key, script
from cockpit.adapters.tmux.run import TmuxDoor
from cockpit.domain.ids import PaneId
from cockpit.errors import DeliveryUnknown, TimedOut

_TAKEN = "taken"


class PaneScreen(Caller):
    """The part of `TmuxServer` that deals with one pane's screen and keyboard."""

    def __init__(self, door: TmuxDoor):
        super().__init__(door)
        self._known: dict[PaneId, int] = {}
        """The program that each pane had when it was last listed: what typing is meant for."""

    def capture(self, pane: PaneId, *, colour: bool = False, history: int = 0) -> list[str]:
        """The visible rows (and up to `history` rows above), SGR kept with `colour`. Raises
        `PaneGone`."""
        look = ["-e", "-N"] if colour else []
        above = ["-S", str(-history)] if history > 0 else []
        return self.door.run(["capture-pane", "-p", *look, *above, "-t", pane]).lines

    def captures(self, panes: Sequence[PaneId]) -> dict[PaneId, list[str]]:
        """The visible rows of several panes, asked for in one call. Raises `PaneGone` if one of
        them is gone: then none is told."""
        if not panes:
            return {}
        fence = secrets.token_hex(8)  # a word that no program can know, and so none can draw
        commands: list[Command] = []
        for pane in panes:
            commands.append(["capture-pane", "-p", "-t", pane])
            commands.append(["display-message", "-p", "-t", pane, fence])
        told: list[list[str]] = [[]]
        for line in self.door.run_all(commands).lines:
            if line == fence:
                told.append([])
            else:
                told[-1].append(line)
        return dict(zip(panes, told[:-1], strict=True))

    def paste(self, pane: PaneId, text: str) -> None:
        """Leave copy mode, then paste `text` byte for byte, bracketed where the program asked
        for it, without control characters; no Enter.

        The text goes in by stdin (no file, no limit of arguments). Raises `PaneGone`;
        `Refused` when the pane's program has ended or is another than the last one listed;
        `DeliveryUnknown` when tmux did not answer in time.
        """
        buffer = f"cockpit-{uuid.uuid4().hex}"
        paste = ["paste-buffer", "-p", "-r", "-d", "-b", buffer, "-t", pane]
        self._type(
            pane,
            [["copy-mode", "-q", "-t", pane], paste],
            before=[["load-buffer", "-b", buffer, "-"]],
            otherwise=[["delete-buffer", "-b", buffer]],
            stdin=cleaned(text).encode(),
        )

    def press(self, pane: PaneId, *keys: str) -> None:
        """Press tmux key names. Raises like `paste`, and `UsageError` for an unknown name."""
        names = [key(name) for name in keys]
        if names:
            send = ["send-keys", "-t", pane, "--", *names]
            self._type(pane, [["copy-mode", "-q", "-t", pane], send])

    def _type(
        self,
        pane: PaneId,
        typing: Sequence[Command],
        *,
        before: Sequence[Command] = (),
        otherwise: Sequence[Command] = (),
        stdin: bytes | None = None,
    ) -> None:
        """Run `before`, then `typing` if the pane is the one that is meant, else `otherwise`
        and raise."""
        taken = ["display-message", "-p", _TAKEN]
        report = ["display-message", "-p", "-t", pane, REPORT]
        choice = [
            *("if-shell", "-F", "-t", pane, meant(pane, self._known.get(pane))),
            script([*typing, taken]).rstrip("\n"),
            script([*otherwise, report]).rstrip("\n"),
        ]
        try:
            answer = self.door.run_all([*before, choice], stdin)
        except TimedOut as error:
            raise DeliveryUnknown(
                f"Nobody can tell whether pane {pane} took what was typed.",
                detail=error.title,
                hint="Look at the pane before you send it again.",
            ) from error
        if answer.text.strip() != _TAKEN:
            raise why_not(pane, answer.text)
