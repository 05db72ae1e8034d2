"""Standing approvals of background lanes: what they are given to, and whether they still count.

The terms are read from lanes.yaml as it lies on the disk at that moment, not only as this
process read it when it was opened: a gate that was changed since must not pass for the one
that was approved. The record lies in the state folder, where no agent works by accident.

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry | dropped: the record is as it was |
| the record written or taken away | the new state of the record | the end is written |
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import PurePath
from typing import Any

from cockpit.config.load import load_config
from cockpit.config.model import BackgroundOn, Config, LaneConfig
from cockpit.domain import standing
from cockpit.domain.approval import Standing
from cockpit.domain.dispatch import span
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import ApproveStanding
from cockpit.domain.operation import OpKind
from cockpit.domain.standing import GATE, ZONE, StandingApproval, StandingState, Terms
from cockpit.errors import CockpitError, Refused
from cockpit.services import panes, target, trust
from cockpit.services.api import Outcome, Tell
from cockpit.services.running import Running, abandoning, begin, own_lock
from cockpit.services.workplace import Workplace

# ---------------------------------------------------------------- the terms


def terms_of(work: Workplace, lane_id: LaneId) -> Terms:
    """What a standing approval of this lane would be given to now. Raises `Refused` where
    there is nothing to approve, or where lanes.yaml is another one than this process read,
    `CockpitError` where it can't be read at all."""
    here = _terms(work, work.config, lane_id)
    there = _terms(work, load_config(work.config.path), lane_id)
    differ = standing.changes(here, there)
    if differ:
        raise Refused(
            f"{work.config.path.name} changed since this cockpit was opened: {differ[0]}.",
            detail="\n".join(differ),
            hint="Close cockpit and open it again; the lanes run on.",
        )
    return here


def _terms(work: Workplace, config: Config, lane_id: LaneId) -> Terms:
    lane = config.lanes.get(lane_id)
    if lane is None or lane.background.on is BackgroundOn.NEVER:
        raise Refused(
            f"Lane {lane_id} is no background lane: nothing starts it by itself.",
            hint=f"Give it `background:` in {config.path.name}, or land it by hand.",
        )
    return Terms(
        lane_id,
        {
            ZONE: _zone(config, lane),
            GATE: _gate(config),
            "setup": _facts({**asdict(config.setup), "env_drop": config.env_drop}) or "none",
            "start": f"{lane.background.on}, {span(lane.background.after)}",
            "prompt": prompt_of(work, config, lane),
            "agent": _agent(config, lane),
            "landing": _landing(config, lane),
        },
    )


def _zone(config: Config, lane: LaneConfig) -> str:
    told = ", ".join(map(_quoted, lane.zone.include))
    for word, globs in (
        ("not", lane.zone.exclude),
        ("protected:", config.zones.protected),
        ("open to every lane:", config.zones.append),
    ):
        if globs:
            told += f"; {word} {', '.join(map(_quoted, globs))}"
    return told


def _gate(config: Config) -> str:
    told = ", ".join(map(_quoted, config.gate.run))
    return f"{told}; each within {span(config.gate.timeout)}, tried again {config.gate.retry}×"


def _agent(config: Config, lane: LaneConfig) -> str:
    """Everything else of the lane and of its agent, values of variables as a digest only."""
    agent = config.agents.get(lane.agent)
    facts = asdict(lane)
    for apart in ("zone", "background", "merge", "after_landing", "key", "title", "ledger"):
        del facts[apart]
    for known in ("lane", "agent"):
        del facts[known]
    own = asdict(agent) if agent is not None else {}
    for apart in ("name", "preset"):
        own.pop(apart, None)  # which preset it is depends on who reads the file
    env = _facts({"lane": facts.pop("env"), "agent": own.pop("env", {})})
    facts |= {f"agent {name}": value for name, value in own.items()}
    if env:
        facts["env"] = Terms(lane.lane, {"env": env}).digest_of("env")[:16]
    return f"{lane.agent}; {_facts(facts)}"


def _landing(config: Config, lane: LaneConfig) -> str:
    merge = config.merge
    told = f"by {lane.merge or merge.how} on {config.target}, as {_quoted(merge.message)}"
    for word, wish in ((", signed", merge.sign), (", signed off", merge.sign_off)):
        told += word if wish else ""
    told += f", pushed to {merge.push}" if merge.push else ""
    return f"{told}; then {lane.after_landing}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _facts(facts: Mapping[str, Any]) -> str:
    """What is set among `facts`, by name: two that differ give different texts."""
    told = [
        f"{name} {json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)}"
        for name, value in facts.items()
        if value
    ]
    return "; ".join(told)


def prompt_of(work: Workplace, config: Config, lane: LaneConfig) -> str:
    """What the agent is told. Raises `Refused` when the template can't be read."""
    name = lane.background.template
    if not name:
        return lane.background.prompt.strip()
    folder = work.root / PurePath(config.templates)
    found = work.bus_files.file(folder, name)
    if found is None or found.content is None:
        why = found.problem if found is not None else f"there is no {name} in {folder}"
        raise Refused(
            f"The prompt of lane {lane.lane} can't be read: {why}.",
            hint=f"Write the file, or change `background.template` in {config.path.name}.",
        )
    try:
        text = found.content.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise Refused(f"The template {name} is not UTF-8 text.", hint="Save it as such.") from error
    if not text:
        raise Refused(f"The template {name} is empty.", hint="Write what the agent shall do.")
    return text


# ---------------------------------------------------------------- the record


def given_to(work: Workplace, lane: LaneId) -> StandingApproval | None:
    """The record, whether it still counts or not. Raises `CockpitError` for a damaged one: it
    is never taken for a yes, and never silently for a no."""
    value = work.state.read(_name(lane))
    if value is None:
        return None
    try:
        given = standing.from_json(value)
    except (KeyError, TypeError, ValueError):
        given = None
    if given is None or given.terms.lane != lane:
        raise CockpitError(
            f"The standing approval of lane {lane} is damaged.",
            hint=f"Take it back with `cockpit approve {lane} --standing --revoke`.",
        )
    return given


def state_of(work: Workplace, lane: LaneId) -> StandingState:
    """How the lane's standing approval stands now, and what changed if it is void."""
    try:
        given = given_to(work, lane)
    except CockpitError as error:
        return StandingState(Standing.VOID, None, (error.clause,))
    if given is None:
        return StandingState()
    try:
        now = terms_of(work, lane)
    except CockpitError as error:
        return standing.state_of(given, None, error.clause)
    return standing.state_of(given, now)


def put(work: Workplace, lane: LaneId, record: Mapping[str, Any] | None) -> None:
    """Write the record, or take it away; durable on return, done again is fine."""
    if record is None:
        work.state.remove(_name(lane))
    else:
        work.state.write(_name(lane), record)


def raw(work: Workplace, lane: LaneId) -> dict[str, Any] | None:
    """The record as it is written; None for none, and for a damaged one: it says nothing."""
    try:
        given = given_to(work, lane)
    except CockpitError:
        return None
    return standing.to_json(given) if given is not None else None


def _name(lane: LaneId) -> str:
    return f"standing-{lane}"


# ---------------------------------------------------------------- giving it


def approve(work: Workplace, intent: ApproveStanding, tell: Tell, by: str) -> Outcome:
    """Give a lane its standing approval, or take it back. Raises `Refused` when the terms are
    others than were shown, or when they name something that can't work."""
    lane = intent.lane
    terms = None if intent.revoke else _approvable(work, intent)
    what = f"take back the standing approval of {lane}" if intent.revoke else f"let {lane} run"
    with work.locks.hold(own_lock(OpKind.STANDING, lane), why=what):
        given = StandingApproval(terms, work.clock.now()) if terms is not None else None
        after = standing.to_json(given) if given is not None else None
        running = begin(
            work,
            tell,
            OpKind.STANDING,
            lane=lane,
            by=by,
            summary=what,
            plan={"lane": lane, "after": after, "before": raw(work, lane)},
        )
        with abandoning(running):
            running.step("write the record")
            put(work, lane, record_of(running))
            if terms is not None:
                target.see(work)
        op = running.done(_said(lane, after))
    digest = terms.digest if terms is not None else ""
    data = {"lane": lane, "terms": dict(terms.parts) if terms is not None else {}, "digest": digest}
    said = _said(lane, after)
    return Outcome(f"{said[0].upper()}{said[1:]}.", op, {**data, "revoked": intent.revoke})


def _approvable(work: Workplace, intent: ApproveStanding) -> Terms:
    trust.require(work)
    terms = terms_of(work, intent.lane)
    if intent.digest and intent.digest != terms.digest:
        raise Refused(
            f"What lane {intent.lane} would do changed since it was shown.",
            hint="Look at it again; nothing was changed.",
        )
    lane = work.lane(intent.lane)
    if not panes.plan_launch(work, lane, "", resume=False).takes_prompts:
        raise Refused(
            f"The agent {lane.agent} of lane {lane.lane} takes no prompts: it would run the "
            "text as commands.",
            hint="Give the lane an agent that takes prompts.",
        )
    return terms


def record_of(running: Running) -> dict[str, Any] | None:
    """The record that the operation leaves; it names its own step."""
    after = running.op.intent.get("after")
    return {**after, "seq": running.op.seq} if isinstance(after, dict) else None


def _said(lane: LaneId, after: object) -> str:
    given = "gave lane {} its standing approval" if after else "took {}'s standing approval back"
    return given.format(lane)


def recover(work: Workplace, running: Running) -> str:
    """Words that follow `Operation N (…)`; the record tells whether it happened."""
    lane = LaneId(str(running.op.intent.get("lane", "")))
    if raw(work, lane) == record_of(running):
        running.done(_said(lane, running.op.intent.get("after")))
        return "had been done"
    running.abandon("it was interrupted")
    return "was interrupted and dropped"
