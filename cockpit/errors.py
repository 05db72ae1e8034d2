"""Typed errors and the one table of exit codes.

Every failure that a person can meet is a `CockpitError`: a sentence that says what
happened (`title`), what is known about it (`detail`) and what to do next (`hint`).
Screens show it, the command line prints it and exits with its code.
"""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the command line (DESIGN §12)."""

    OK = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    CONFLICT = 4
    GATE_RED = 5
    TIMED_OUT = 6
    DELIVERY_UNKNOWN = 7
    INTERRUPTED = 130


class CockpitError(Exception):
    """A failure with a sentence for people; `code` is its exit code."""

    code: Exit = Exit.FAILED

    def __init__(self, title: str, *, detail: str = "", hint: str = "", code: Exit | None = None):
        super().__init__(title)
        self.title = title
        self.detail = detail
        self.hint = hint
        if code is not None:
            self.code = code

    @property
    def clause(self) -> str:
        """The title as a part of another sentence."""
        return f"{self.title[:1].lower()}{self.title[1:].rstrip('.')}"


class UsageError(CockpitError):
    """The command line or lanes.yaml is wrong; nothing was touched."""

    code = Exit.USAGE


class Refused(CockpitError):
    """A guard said no; nothing was touched."""

    code = Exit.REFUSED


class Conflict(CockpitError):
    """A merge does not go through; nothing was changed. `paths` are repository paths."""

    code = Exit.CONFLICT

    def __init__(
        self, title: str, *, paths: tuple[str, ...] = (), detail: str = "", hint: str = ""
    ):
        super().__init__(title, detail=detail, hint=hint)
        self.paths = paths


class GateRed(CockpitError):
    """The gate ran and failed; the target did not move."""

    code = Exit.GATE_RED


class TimedOut(CockpitError):
    """A deadline passed."""

    code = Exit.TIMED_OUT


class DeliveryUnknown(CockpitError):
    """A prompt was typed and nobody can tell whether the agent took it."""

    code = Exit.DELIVERY_UNKNOWN


class RefMoved(Refused):
    """A compare-and-swap failed: the ref is no longer where it was seen."""


class Unavailable(CockpitError):
    """A tool that cockpit drives is missing, too old, or did not answer."""
