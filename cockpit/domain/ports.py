"""Ports of lanes: which slot a lane has, and the variables that follow from it.

A port is `base + slot * stride`. By `slot` a lane takes the lowest free one; by `hash` it
takes the one its name gives (the same on every machine), or the next free after that. The gate
has the slot after those of the lanes, so that its servers never meet theirs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import field

from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId
from cockpit.errors import Refused

MAX_PORT = 65535


@dataclass(frozen=True, slots=True)
class PortPlan:
    """`ports:` of lanes.yaml. `vars` are the ports of slot 0; `derived` are templates that
    may name any of `vars`, `{lane}` and `{slot}`."""

    slots: int
    stride: int = 1
    by: str = "slot"
    vars: Mapping[str, int] = field(default_factory=dict)
    derived: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is anything to hand out."""
        return bool(self.vars or self.derived)

    @property
    def gate_slot(self) -> int:
        return self.slots


GATE = LaneId("(gate)")
"""Stands for the gate among lanes; no lane can be called so."""


@dataclass(frozen=True, slots=True)
class HeldSlot:
    """A slot that a lane has, with what `ports` gives it now. `listening` are those of its
    ports on which a program listens."""

    lane: LaneId
    slot: int
    ports: Mapping[str, int]
    variables: Mapping[str, str]
    listening: tuple[int, ...] = ()


def assign_slot(
    lane: LaneId,
    taken: Mapping[LaneId, int],
    plan: PortPlan,
    is_free: Callable[[int], bool] = lambda _slot: True,
) -> int:
    """The slot of `lane`: the one it has in `taken` (if that is still a slot), else a free one
    of which `is_free` says that nobody else uses its ports.

    Raises `Refused` when there is none.
    """
    held = taken.get(lane)
    if held is not None and 0 <= held < plan.slots:
        return held
    used = {slot for other, slot in taken.items() if other != lane}
    start = hash_slot(lane, plan.slots) if plan.by == "hash" else 0
    for step in range(plan.slots):
        slot = (start + step) % plan.slots
        if slot not in used and is_free(slot):
            return slot
    busy = plan.slots - len([slot for slot in used if 0 <= slot < plan.slots])
    if busy:
        raise Refused(
            f"Lane {lane} can't have ports: other programs use those of each slot that is left.",
            hint="End these programs, or change `ports.vars` in lanes.yaml.",
        )
    raise Refused(
        f"All {plan.slots} port slots are taken, so lane {lane} can't have one.",
        hint="Tear down a lane, or raise `ports.slots` in lanes.yaml.",
    )


def hash_slot(lane: LaneId, slots: int) -> int:
    """The slot that a lane's name gives: the same in every process and on every machine."""
    digest = hashlib.sha256(lane.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % slots


def ports_of(plan: PortPlan, slot: int) -> dict[str, int]:
    """Each variable's port in `slot`."""
    return {name: base + slot * plan.stride for name, base in plan.vars.items()}


def port_env(plan: PortPlan, lane: LaneId, slot: int) -> dict[str, str]:
    """The variables a lane gets: ports and what is derived from them, as text."""
    env = {name: str(port) for name, port in ports_of(plan, slot).items()}
    known = {**env, "lane": str(lane), "slot": str(slot)}
    for name, template in plan.derived.items():
        text = template
        for variable, value in known.items():
            text = text.replace("{" + variable + "}", value)
        env[name] = text
    return env


def overlaps(plan: PortPlan) -> list[tuple[str, str, int]]:
    """Pairs of variables that would meet at a port in some pair of slots (the gate's is one
    of them), with that port."""
    seen: dict[int, str] = {}
    found: dict[tuple[str, str], int] = {}
    for name, base in plan.vars.items():
        for slot in range(plan.slots + 1):
            port = base + slot * plan.stride
            other = seen.setdefault(port, name)
            if other != name:
                found.setdefault((other, name), port)
    return [(one, two, port) for (one, two), port in found.items()]
