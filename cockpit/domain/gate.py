"""What the gate said of a tree, and who is to blame."""

from __future__ import annotations

from enum import StrEnum

from cockpit.dataclass import dataclass
from cockpit.errors import CockpitError, Exit, GateRed, Refused, TimedOut

NOT_RUNNABLE = {126: "is not executable", 127: "was not found"}
"""Exit codes of a shell that could not run the command."""


class GateState(StrEnum):
    NONE = "none"
    """There is no gate."""
    GREEN = "green"
    RED = "red"
    TIMEOUT = "timeout"
    UNRUNNABLE = "unrunnable"
    """The shell could not run the command (126, 127)."""
    FULL = "full"
    """It failed, and the disk is full."""
    STOPPED = "stopped"
    """The commander stopped it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the gate ended. `tail` is raw from outside."""

    state: GateState
    flaky: bool = False
    """A command failed, and passed when it was tried again."""
    command: str = ""
    """The command that failed."""
    code: int | None = None
    seconds: float = 0.0
    tail: str = ""
    log: str = ""
    known: bool = False
    """It was not run: the same tree passed the same gate before."""

    @property
    def passed(self) -> bool:
        return self.state in (GateState.NONE, GateState.GREEN)

    @property
    def word(self) -> str:
        """`green`, `green, flaky`, `none`, …"""
        return f"{self.state}, flaky" if self.flaky else str(self.state)

    @property
    def said(self) -> str:
        """What happened, a sentence without its period."""
        match self.state:
            case GateState.NONE:
                return "there is no gate"
            case GateState.GREEN:
                return "the gate is green" + (" (at the second try)" if self.flaky else "")
            case GateState.TIMEOUT:
                return f"the gate did not end within {self.seconds:.0f} s: {self.command}"
            case GateState.UNRUNNABLE:
                return f"the gate's command {NOT_RUNNABLE[self.code or 127]}: {self.command}"
            case GateState.FULL:
                return f"the gate failed on a full disk: {self.command}"
            case GateState.STOPPED:
                return "the gate was stopped"
            case GateState.RED:
                return f"the gate is red: {self.command} ended with code {self.code}"

    @property
    def error(self) -> CockpitError:
        """The same as an error for people, where it did not pass."""
        title = f"{self.said[0].upper()}{self.said[1:]}"
        title += "" if self.command else "."
        hint = f"The whole log: {self.log}"
        match self.state:
            case GateState.TIMEOUT:
                return TimedOut(title, detail=self.tail, hint=hint)
            case GateState.UNRUNNABLE:
                blame = f"Mend `gate.run`; the lane is not to blame. {hint}"
                return Refused(title, detail=self.tail, hint=blame)
            case GateState.FULL:
                return CockpitError(title, detail=self.tail, hint=f"Free some space. {hint}")
            case GateState.STOPPED:
                return CockpitError(
                    title, hint="Nothing was changed; run it again.", code=Exit.INTERRUPTED
                )
            case _:
                return GateRed(title, detail=self.tail, hint=hint)
