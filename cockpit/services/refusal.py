"""A wish that was refused before it became an operation, told as the end of one."""

from __future__ import annotations

from cockpit.domain.events import OperationEnded
from cockpit.domain.ids import OpId
from cockpit.domain.intents import Intent, RunTrain
from cockpit.domain.operation import OpKind
from cockpit.errors import CockpitError


def refusal(intent: Intent, error: CockpitError) -> OperationEnded:
    """The event that tells why."""
    name = "train" if isinstance(intent, RunTrain) else type(intent).__name__.lower()
    kind = OpKind(name) if name in OpKind._value2member_map_ else OpKind.NOTICE
    detail = f" {error.detail}" if error.detail else ""
    return OperationEnded(
        OpId(""), kind, getattr(intent, "lane", None), "", error.title + detail, error.hint
    )
