"""Port slots: who has which, so that what two lanes serve never meets.

A lane gets its slot before its pane is opened and keeps it for as long as it is there, parked
included. Nothing gives a slot back: one whose lane is gone is free by that, and until somebody
else needs it the lane finds it again (an undone teardown, a start that was cut off). So a death
at any line leaves nothing to be mended.
"""

from __future__ import annotations

from cockpit.config.model import LaneConfig
from cockpit.domain.ids import LaneId, is_lane_name
from cockpit.domain.ports import GATE, HeldSlot, PortPlan, assign_slot, port_env, ports_of
from cockpit.services import parked
from cockpit.services.workplace import Workplace

FILE = "ports"


def plan_of(work: Workplace) -> PortPlan:
    ports = work.config.ports
    return PortPlan(ports.slots, ports.stride, ports.by, ports.vars, ports.derived)


def claim(work: Workplace, lane: LaneConfig) -> tuple[dict[str, str], dict[str, int]]:
    """The lane's variables, and those of them that are ports, in the slot that it has from now
    on; nothing where lanes.yaml hands none out. A new slot is one on whose ports nobody listens.

    Raises `Refused` when there is none.
    """
    plan = plan_of(work)
    if not plan:
        return {}, {}
    with work.locks.hold(FILE, why=f"a port slot for {lane.lane}"):
        known = _read(work)
        slot = _choose(work, plan, lane.lane, known)
        if known.get(lane.lane) != slot:
            kept = {other: at for other, at in known.items() if at != slot}
            _write(work, {**kept, lane.lane: slot})
    return port_env(plan, lane.lane, slot), _given(plan, slot, lane)


def would_have(work: Workplace, lane: LaneConfig, others: dict[LaneId, int]) -> dict[str, int]:
    """The ports that a start would give the lane; its slot is added to `others`, those that the
    lanes started before it would have. Raises `Refused` as `claim` does."""
    plan = plan_of(work)
    if not plan:
        return {}
    slot = _choose(work, plan, lane.lane, {**_read(work), **others}, others)
    others[lane.lane] = slot
    return _given(plan, slot, lane)


def _given(plan: PortPlan, slot: int, lane: LaneConfig) -> dict[str, int]:
    """The ports of a slot, less those that the lane's own `env` says otherwise."""
    return {name: port for name, port in ports_of(plan, slot).items() if name not in lane.env}


def gate_variables(work: Workplace) -> dict[str, str]:
    """What the gate's commands get."""
    plan = plan_of(work)
    return port_env(plan, LaneId("gate"), plan.gate_slot) if plan else {}


def held(work: Workplace) -> list[HeldSlot]:
    """Every slot that a lane has, by slot, then the gate's; nothing without `ports`."""
    plan = plan_of(work)
    if not plan:
        return []
    taken = _taken(work, _read(work))
    found = []
    for lane, slot in sorted(taken.items(), key=lambda one: one[1]):
        if slot < plan.slots:
            found.append(_held(work, plan, lane, slot, port_env(plan, lane, slot)))
    return [*found, _held(work, plan, GATE, plan.gate_slot, gate_variables(work))]


def rename(work: Workplace, old: LaneId, new: LaneId) -> None:
    """The slot goes with the lane; can be done again."""
    with work.locks.hold(FILE, why=f"rename {old}"):
        known = _read(work)
        if old in known:
            known[new] = known.pop(old)
            _write(work, known)


def _held(
    work: Workplace, plan: PortPlan, lane: LaneId, slot: int, variables: dict[str, str]
) -> HeldSlot:
    ports = ports_of(plan, slot)
    return HeldSlot(lane, slot, ports, variables, tuple(work.processes.listening(ports.values())))


def _choose(
    work: Workplace,
    plan: PortPlan,
    lane: LaneId,
    known: dict[LaneId, int],
    also: dict[LaneId, int] | None = None,
) -> int:
    """The lane's slot: its own, if nobody has taken it meanwhile, else a free one."""
    taken = {**_taken(work, known), **(also or {})}
    own = known.get(lane)
    others = {other: slot for other, slot in taken.items() if other != lane}
    if own is not None and own not in others.values():
        others[lane] = own

    def is_free(slot: int) -> bool:
        return not work.processes.listening(ports_of(plan, slot).values())

    return assign_slot(lane, others, plan, is_free)


def _taken(work: Workplace, known: dict[LaneId, int]) -> dict[LaneId, int]:
    """Slots of lanes that are there, parked, or about to be there."""
    there = {*work.registry.lanes(), *work.shared.lanes(), *parked.lanes(work)}
    return {
        lane: slot
        for lane, slot in known.items()
        if lane in there or not work.locks.is_free(f"lane-{lane}")
    }


def _read(work: Workplace) -> dict[LaneId, int]:
    slots = (work.state.read(FILE) or {}).get("slots")
    if not isinstance(slots, dict):
        return {}
    return {
        LaneId(lane): slot
        for lane, slot in slots.items()
        if is_lane_name(lane) and type(slot) is int and slot >= 0
    }


def _write(work: Workplace, known: dict[LaneId, int]) -> None:
    work.state.write(FILE, {"slots": known})
