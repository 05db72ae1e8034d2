"""What a command works with: the writer, the services (made when first asked for), and the
commander's yes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli.guard import lane_inside
from cockpit.cli.output import Output
from cockpit.errors import Refused

if TYPE_CHECKING:
    from cockpit.domain.events import Event
    from cockpit.domain.fleet import Fleet
    from cockpit.domain.ids import LaneId
    from cockpit.domain.intents import Intent
    from cockpit.services.api import Cockpit, Outcome
    from cockpit.services.cockpit import LocalCockpit

BY = "cli"
"""Who the journal says acted."""

Connect = Callable[[Path], "Cockpit"]


def connect(start: Path) -> Cockpit:
    """The real services of the repository around `start`, imported only now."""
    from cockpit.services.wiring import build_cockpit

    return build_cockpit(start, by=BY)


class Context:
    """One command's surroundings. `start` is the folder it was called for (`-C`)."""

    def __init__(
        self, out: Output, *, start: Path, yes: bool = False, connect: Connect = connect
    ) -> None:
        self.out = out
        self.start = start
        self.yes = yes
        self.pause: Callable[[float], None] = time.sleep
        self.clock: Callable[[], float] = time.time
        self._connect = connect
        self._cockpit: Cockpit | None = None

    # ---------------------------------------------------------------- services

    @property
    def cockpit(self) -> Cockpit:
        """The services, for looking."""
        if self._cockpit is None:
            self._cockpit = self._connect(self.start)
        return self._cockpit

    @property
    def is_connected(self) -> bool:
        """Whether the services were made already."""
        return self._cockpit is not None

    @property
    def local(self) -> LocalCockpit:
        """The services with what hosting the app needs of them: our tmux server."""
        from cockpit.services.cockpit import LocalCockpit

        cockpit = self.cockpit
        assert isinstance(cockpit, LocalCockpit), "only real services can host the app"
        return cockpit

    @property
    def acting(self) -> Cockpit:
        """The services, for acting: what a killed cockpit left is finished first, and told."""
        fresh = self._cockpit is None
        cockpit = self.cockpit
        if fresh:
            for sentence in cockpit.recover(self.tell):
                self.out.say(("recovered: ", "yellow"), sentence)
        return cockpit

    def carry_out(self, intent: Intent) -> Outcome:
        """Act, telling each step on stderr. Raises what the services raise."""
        return self.acting.carry_out(intent, self.tell, by=BY)

    def observe(self, lanes: Sequence[LaneId] | None = None) -> Fleet:
        """The fleet after one look at git and tmux."""
        from cockpit.domain.fleet import apply

        fleet = self.cockpit.fleet()
        for event in self.cockpit.observe(lanes):
            fleet = apply(fleet, event)
        return fleet

    def board(self) -> Fleet:
        """The fleet after one look, with all tasks as they are."""
        return self.cockpit.board(self.observe())

    def tell(self, event: Event) -> None:
        """Show a fact on its way by: steps and the gate's output for people, warnings always."""
        from cockpit.domain.events import GateOutput, Notice, OperationStep

        match event:
            case OperationStep(_, _, lane, what) if not self.out.json:
                self.out.say((f"· {lane}: " if lane else "· ", "dim"), (what, "dim"))
            case GateOutput(_, lines) if not self.out.json:
                for line in lines:
                    self.out.say("  ", line)
            case Notice(text, severity, _) if severity != "information" or not self.out.json:
                self.out.say((f"{severity}: ", "yellow"), text)
            case _:
                pass  # the rest is for screens

    def close(self) -> None:
        """Let go of the services, if they were made."""
        cockpit, self._cockpit = self._cockpit, None
        if cockpit is not None:
            cockpit.close()

    # ---------------------------------------------------------------- the commander

    @property
    def can_ask(self) -> bool:
        """Whether somebody sits at a terminal. `--json` is for programs: never a prompt."""
        return not self.out.json and sys.stdin.isatty() and sys.stderr.isatty()

    def confirm(self, question: str) -> None:
        """Return after a yes. Raises `Refused` after a no, or without a terminal and `--yes`."""
        if self.yes:
            return
        if not self.can_ask:
            raise Refused(
                "This needs your yes, and there is no terminal to ask on.",
                detail=question,
                hint="Look at what would happen, then run it again with --yes.",
            )
        if self.out.ask(f"{question} [y/N]").casefold() not in ("y", "yes"):
            raise Refused("You did not say yes, so nothing was changed.")

    def offer_trust(self) -> None:
        """On a terminal: show what lanes.yaml can run and ask, before a command that needs it.

        Elsewhere nothing: the services refuse and say how. `--yes` is never a yes to this.
        """
        if not self.can_ask or lane_inside():
            return
        cockpit = self.acting
        trust = cockpit.trust()
        if trust.trusted:
            return
        from cockpit.domain.intents import Trust

        self.out.say((f"{cockpit.config.path.name} can run this, not yet trusted:", "bold"))
        for line in trust.lines:
            self.out.say("  ", line)
        if self.out.ask("Trust it? [y/N]").casefold() in ("y", "yes"):
            self.out.say(self.carry_out(Trust(trust.digest)).summary)

    def resolve(self, path: str) -> Path:
        """A path from the command line, relative to `-C`."""
        return self.start / Path(path).expanduser()
