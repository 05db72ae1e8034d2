"""Looking at lanes without touching them: processes, panes, git, and whether they agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from cockpit.domain.activity import Activity, State
from cockpit.domain.approval import ApprovalState, Standing
from cockpit.domain.events import (
    ActivityChanged,
    ApprovalChanged,
    Event,
    FaultsChanged,
    GitFactsChanged,
    LaneChanged,
    Link,
)
from cockpit.domain.ids import CommitId, LaneId, PaneId
from cockpit.domain.lane import GitFacts, LaneRecord
from cockpit.domain.trail import Trail
from cockpit.errors import CockpitError
from cockpit.services import approvals, merged, panes, sync_queue, trails, validation, zones
from cockpit.services.api import Explanation
from cockpit.services.ports import PaneInfo
from cockpit.services.workplace import Workplace

BOTTOM = 12
"""Rows of the screen's bottom that an explanation shows."""

AT_ONCE = 4
"""Lanes that are looked at together: each is a few processes one after the other. More gains
nothing (15 lanes: 108, 62 and 60 ms with 1, 2 and 4)."""


def activity_of(work: Workplace, record: LaneRecord, previous: Activity | None = None) -> Activity:
    """What the lane's agent does now, with its evidence. A failed look is `unknown`."""
    try:
        return judge(work, record, panes.find(work, record), previous)
    except CockpitError as error:
        return Activity(State.UNKNOWN, "none", error.title, work.clock.now())


def judge(
    work: Workplace,
    record: LaneRecord,
    pane: PaneInfo | None,
    previous: Activity | None,
    rows: Sequence[str] | None = None,
) -> Activity:
    """The verdict on a pane that was listed; `rows` plain, captured here unless given."""
    now = work.clock.now()
    if pane is None:
        since = 0.0  # nobody was there to see it go
        if previous is not None:
            since = previous.since if previous.state is State.EXITED else now
        return Activity(State.EXITED, "process", "the lane has no pane", since)
    if rows is None:
        try:
            rows = work.tmux.capture(pane.ref.pane)
        except CockpitError as error:
            return Activity(State.UNKNOWN, "none", error.title, now)
    return work.agents.judge(record.agent, pane=pane, rows=rows, previous=previous, now=now)


def facts_of(work: Workplace, record: LaneRecord, tip: CommitId | None = None) -> GitFacts | None:
    """What git says of the lane, its paths outside the zone included; None when it can't say."""
    lane = work.config.lanes.get(record.lane)
    if not work.disk.is_folder(record.worktree):
        return None
    facts = work.git.facts(record.worktree, work.target, tip=tip)
    facts = _with_standing(work, record, facts, tip)
    if lane is None or facts.head is None:
        return replace(facts, paths=())
    return replace(facts, outside=zones.outside(work, lane, facts.paths), paths=())


def _with_standing(
    work: Workplace, record: LaneRecord, facts: GitFacts, target: CommitId | None
) -> GitFacts:
    """The facts with how the lane stands towards the target, by content."""
    head = facts.head if facts.branch == record.branch else work.git.read_ref(record.branch)
    target = target or work.git.read_ref(work.target)
    if head is None or target is None:
        return facts
    counts = {"ahead": facts.ahead, "behind": facts.behind} if head == facts.head else {}
    return replace(
        facts,
        merged=merged.of(work, record, head, target, **counts),
        sync=sync_queue.flag_of(work, record, head, target),
    )


def observe(
    work: Workplace,
    lanes: Sequence[LaneId] | None,
    known: Mapping[LaneId, Activity],
    *,
    activity: bool = True,
) -> list[Event]:
    """Look at these lanes (all by default); what can't be seen is told as unknown."""
    records = {**work.registry.lanes(), **work.shared.lanes()}
    chosen = [record for lane, record in records.items() if lanes is None or lane in lanes]
    shown, why = panes.lanes_of_panes(work) if activity else ({}, "")
    rows = rows_of(work, [pane.ref.pane for pane in shown.values()]) if lanes is None else {}
    tip = _target_tip(work) if len(chosen) > 1 else None
    trail = _trail(work) if chosen else Trail()

    def see(record: LaneRecord) -> list[Event]:
        events: list[Event] = [LaneChanged(record.lane, record)]
        if activity and why:
            events.append(_unknown(work, record.lane, why))
        elif activity:
            pane = shown.get(record.lane)
            told = rows.get(pane.ref.pane) if pane is not None else None
            seen = judge(work, record, pane, known.get(record.lane), told)
            events.append(ActivityChanged(record.lane, seen))
        if record.shared:
            return events  # git has nothing to say of it: what is there is the commander's
        git = _git_events(work, record, tip, trail.lived_since(record.lane))
        return [*events, *git, *_approval_events(work, record)]

    events: list[Event] = [Link(not why, why)] if activity else []
    for found in _at_once(see, chosen):
        events += found
    if lanes is None:
        events.append(FaultsChanged(tuple(validation.faults(work))))
    return events


def rows_of(work: Workplace, shown: Sequence[PaneId]) -> dict[PaneId, list[str]]:
    """What all panes show, in one call; nothing if one went away meanwhile: then each is asked
    by itself, and its end is told."""
    try:
        return work.tmux.captures(shown)
    except CockpitError:
        return {}


def _target_tip(work: Workplace) -> CommitId | None:
    """Where the target stands, read once for all lanes; None lets each lane find out, and
    say, what is wrong with it."""
    try:
        return work.git.read_ref(work.target)
    except CockpitError:
        return None


def _trail(work: Workplace) -> Trail:
    """Since when lanes live, where somebody wants to be reminded of that. A journal that can't
    be read reminds of nothing; what needs it says so."""
    if work.config.merge.cadence <= 0:
        return Trail()
    try:
        return trails.of(work)
    except CockpitError:
        return Trail()


def _git_events(
    work: Workplace, record: LaneRecord, tip: CommitId | None, since: float
) -> list[Event]:
    try:
        facts = facts_of(work, record, tip)
    except CockpitError as error:
        return [_unknown(work, record.lane, error.title)]
    return [GitFactsChanged(record.lane, replace(facts, since=since))] if facts is not None else []


def _approval_events(work: Workplace, record: LaneRecord) -> list[Event]:
    try:
        return [ApprovalChanged(record.lane, approvals.state_of(work, record.lane))]
    except CockpitError as error:
        why = error.title.rstrip(".")
        return [ApprovalChanged(record.lane, ApprovalState(Standing.VOID, None, why))]


def _unknown(work: Workplace, lane: LaneId, why: str) -> Event:
    return ActivityChanged(lane, Activity(State.UNKNOWN, "none", why, work.clock.now()))


def _at_once(
    see: Callable[[LaneRecord], list[Event]], records: Sequence[LaneRecord]
) -> list[list[Event]]:
    """`see` for each record, in their order."""
    if len(records) < 2:
        return [see(record) for record in records]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(see, records))


def explain(work: Workplace, lane: LaneId, previous: Activity | None) -> Explanation:
    """The evidence behind a lane's state, strongest first."""
    record = work.record(lane)
    pane = panes.find(work, record)
    rows = work.tmux.capture(pane.ref.pane) if pane is not None else []
    activity = judge(work, record, pane, previous, rows)
    evidence = (
        work.agents.explain(record.agent, pane=pane, rows=rows)
        if pane is not None
        else (("process", "the lane has no pane"),)
    )
    verdict = ("verdict", f"{activity.state} by {activity.source}: {activity.rule}")
    shown = [row for row in rows if row.strip()][-BOTTOM:]
    return Explanation(activity, (*evidence, verdict), tuple(shown))
