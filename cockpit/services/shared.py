"""Lanes of `mode: shared`: an agent in the main checkout, such as an Oracle that plans while the
others work. It has a pane, and nothing else: no branch, no worktree, no landing.

What the rest of cockpit does with a lane (tear its folder away, sync it, land it, sweep it, end
whatever runs in its folder) would here be done to the commander's own checkout. So a shared
lane is in a registry of its own (`Workplace.shared`) which nothing else reads: whoever asks the
usual one for it is refused (`Workplace.record`). The few deeds that are for panes alone get a
workplace whose registry is that one (`home`), and every intent for such a lane is decided here
(`carry_out`).

| died after | left behind | next start |
|---|---|---|
| start: intent | the journal entry | dropped |
| start: pane opened | a pane with our id | noted, the end is written |
| start: lane remembered | a lane that is complete | the end is written |
| teardown: intent | the journal entry | goes on |
| teardown: agent ended | a lane without a pane | forgotten, the end is written |
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cockpit.config.model import LaneConfig, LaneMode
from cockpit.dataclass import dataclass
from cockpit.domain.handback import ORACLE
from cockpit.domain.ids import CommitId, LaneId, OpId
from cockpit.domain.intents import Answer, Interrupt, Restart, Send, Start, Stop, Teardown
from cockpit.domain.lane import LaneRecord
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.plans import Plan, StartPlan
from cockpit.domain.teardown import Holdings, TeardownPreview
from cockpit.errors import CockpitError, Refused
from cockpit.services import answering, bus, panes, prompts, task_prompt, trust
from cockpit.services.api import Outcome, Tell
from cockpit.services.ports import Launch
from cockpit.services.running import Running, abandoning, begin
from cockpit.services.start import require_room
from cockpit.services.workplace import Workplace, refuse_shared

NOWHERE = "no-worktree"
"""In the state folder, and never made: what stands where another lane has git's folder."""


SHARED = "shared"
"""In the intent of a start, a stop or an undoing: it is a shared lane's."""


@dataclass(frozen=True, slots=True)
class SharedPlan(Plan):
    """The end of a shared lane."""

    lane: str
    start: str
    """The operation whose pane goes."""
    shared: bool = True


def is_of(op: Operation) -> bool:
    """Whether the operation is a shared lane's."""
    return op.intent.get(SHARED) is True


def is_shared(work: Workplace, lane: LaneId) -> bool:
    """Whether the lane is, or would be started as, one in the main checkout. What was started
    stays what it is, whatever lanes.yaml says since."""
    if lane in work.shared.lanes():
        return True
    config = work.config.lanes.get(lane)
    is_meant = config is not None and config.mode is LaneMode.SHARED
    return is_meant and lane not in work.registry.lanes()


def home(work: Workplace, lane: LaneId) -> Workplace:
    """Where the lane's record is found, for what is done with its pane alone."""
    return replace(work, registry=work.shared) if is_shared(work, lane) else work


def records(work: Workplace) -> dict[LaneId, LaneRecord]:
    """Every lane that is started, those in the main checkout as well: for the board alone."""
    return {**work.registry.lanes(), **work.shared.lanes()}


def carry_out(work: Workplace, intent: object, tell: Tell, by: str) -> Outcome:
    """An intent for a shared lane. Raises `Refused` for all that is not for its pane."""
    here = replace(work, registry=work.shared)
    match intent:
        case Start(_, _, task) if task:
            raise refuse_shared(intent.lane, "It takes no tasks.")
        case Start():
            return start(work, intent, tell, by)
        case Stop():
            return panes.stop(here, intent, tell, by)
        case Restart():
            return panes.restart(here, intent, tell, by)
        case Interrupt():
            return panes.interrupt(here, intent, tell, by)
        case Send():
            return prompts.send(here, intent, tell, by)
        case Answer():
            return answering.answer(here, intent, tell, by)
        case Teardown():
            return teardown(work, intent, tell, by)
        case _:
            raise refuse_shared(LaneId(str(getattr(intent, "lane", ""))))


# ---------------------------------------------------------------- start


def start(work: Workplace, intent: Start, tell: Tell, by: str) -> Outcome:
    """Run the agent in the main checkout. A lane that is there already gets its pane again.

    Raises `Refused` with everything as it was, or `CockpitError` after ending what was begun.
    """
    trust.require(work)
    lane = work.lane(intent.lane)
    launch = panes.plan_launch(work, lane, "", resume=False)
    with work.locks.hold(f"lane-{lane.lane}", why="start"):
        known = work.shared.lanes().get(lane.lane)
        if known is None:
            told = _prompt(work, lane, intent.prompt) if launch.takes_prompts else intent.prompt
            record, launch, op = _start(work, lane, told, tell, by)
    if known is not None:
        return _again(work, intent, known, tell, by)
    if told and not launch.prompt_given:
        _say(work, lane.lane, told, launch, tell, by)
    data = {
        "lane": lane.lane,
        "branch": None,
        "worktree": str(work.root),
        "pane": record.pane.pane if record.pane else None,
    }
    said = f"Started {lane.lane} in the main checkout, {work.root}"
    return Outcome(f"{said}{panes.last_words(work, record)}", op, data)


def _start(
    work: Workplace, lane: LaneConfig, told: str, tell: Tell, by: str
) -> tuple[LaneRecord, Launch, Operation]:
    require_room(work)
    work.tmux.ensure_server()
    record = _record(work, lane, "")
    running = begin(
        work,
        tell,
        OpKind.START,
        lane=lane.lane,
        by=by,
        summary=f"start {lane.lane} in the main checkout",
        plan={**_plan(record, told).to_json(), SHARED: True},
    )
    record = replace(record, op=running.op.id)
    try:
        bus.keep_out_of_status(work)
        running.step("open the pane")
        record, launch = panes.open_or_adopt(work, lane, record, told, run_setup=False)
        running.step("remember the lane")
        work.shared.put(record)
    except CockpitError as error:
        _close_pane(work, record)
        running.abandon(error.title, error.hint, detail=error.detail)
        raise
    op = running.done(f"started {lane.lane} in the main checkout", {"worktree": str(work.root)})
    return record, launch, op


def _plan(record: LaneRecord, told: str) -> StartPlan:
    """What another lane's start would be that makes neither branch nor worktree: whoever reads
    the entry for such a one takes nothing away."""
    return StartPlan(
        lane=record.lane,
        branch=record.branch,
        base=record.base,
        worktree=str(record.worktree),
        agent=record.agent,
        made_branch=False,
        made_worktree=False,
        prompt=told,
        filled=True,
    )


def _say(work: Workplace, lane: LaneId, text: str, launch: Launch, tell: Tell, by: str) -> None:
    here = replace(work, registry=work.shared)
    prompts.wait_until_ready(here, lane, launch.ready)
    prompts.send(here, Send(lane, text), tell, by)


def _prompt(work: Workplace, lane: LaneConfig, note: str) -> str:
    """The first thing that the agent is told: an Oracle its part, any other the prompt."""
    is_oracle = ORACLE in (lane.role.casefold(), lane.lane)
    return task_prompt.for_oracle(work, note) if is_oracle else note


def _record(work: Workplace, lane: LaneConfig, op: str) -> LaneRecord:
    head = work.git.head(work.root)
    return LaneRecord(
        lane=lane.lane,
        branch=head.ref or work.target,
        worktree=work.root,
        admin=Path(work.state_dir) / NOWHERE,
        base=CommitId(head.commit or ""),
        agent=lane.agent,
        op=OpId(op),
        adopted=True,
        session_name=lane.session,
        shared=True,
    )


def _again(work: Workplace, intent: Start, known: LaneRecord, tell: Tell, by: str) -> Outcome:
    here = replace(work, registry=work.shared)
    pane = panes.find(here, known)
    if pane is not None and not pane.dead:
        raise Refused(
            f"Lane {intent.lane} runs already.",
            hint=f"Step in with `cockpit attach {intent.lane}`, or give it work with "
            f"`cockpit send {intent.lane} …`.",
        )
    outcome = panes.restart(here, Restart(intent.lane), tell, by)
    if intent.prompt:
        launch = panes.plan_launch(work, work.lane(intent.lane), "", resume=False)
        _say(work, intent.lane, intent.prompt, launch, tell, by)
    return outcome


# ---------------------------------------------------------------- teardown


def preview_teardown(work: Workplace, lane: LaneId) -> TeardownPreview:
    """What tearing it down takes away: its pane. Raises `Refused` when it is not started."""
    record = replace(work, registry=work.shared).record(lane)
    return TeardownPreview(
        lane=lane,
        branch=record.branch,
        tip=None,
        worktree=record.worktree,
        unmerged=(),
        holdings=Holdings(),
        processes=(),
        trash=record.worktree,
        token=str(record.op),
        shared=True,
    )


def teardown(work: Workplace, intent: Teardown, tell: Tell, by: str) -> Outcome:
    """End the lane's pane and forget the lane. No file is touched, no branch, and no program
    but the pane's own. Raises `Refused` when it is another one than was shown."""
    lane = intent.lane
    with work.locks.hold(f"lane-{lane}", why="teardown"):
        shown = preview_teardown(work, lane)
        if intent.token and intent.token != shown.token:
            raise Refused(
                f"Lane {lane} changed since it was shown.",
                hint="Look again at what would go, then say yes to that.",
            )
        running = begin(
            work,
            tell,
            OpKind.STOP,
            lane=lane,
            by=by,
            summary=f"take {lane} out of the main checkout",
            plan=SharedPlan(lane, shown.token).to_json(),
        )
        with abandoning(running):
            end(work, running)
        op = running.done(f"took {lane} out of the main checkout")
    data = {"lane": lane, "trash": None, "backup": None, "undo": None}
    return Outcome(f"Ended {lane}; the main checkout is as it was.", op, data)


def end(work: Workplace, running: Running) -> None:
    """End the pane that a start opened, and forget the lane if it is that start's; can be done
    again."""
    plan = SharedPlan.from_json(running.op.intent)
    known = work.shared.lanes().get(LaneId(plan.lane))
    if known is None or known.op != plan.start:
        return
    running.step("end the agent")
    _close_pane(work, known)
    running.step("forget the lane")
    work.shared.drop(known.lane)


def _close_pane(work: Workplace, record: LaneRecord) -> None:
    """Only the pane of this start, and in it only its own program: what else runs in the main
    checkout is the commander's."""
    pane = panes.lanes_of_panes(work)[0].get(record.lane)
    if pane is not None and pane.op == record.op:
        work.tmux.close_pane(pane.ref)
        panes.end_program(work, record, pane.ref.pid)


# ---------------------------------------------------------------- after a death


def recover_start(work: Workplace, running: Running) -> str:
    """Words that follow `Operation N (…)`. No agent is started that nobody sees."""
    lane = work.config.lanes.get(LaneId(StartPlan.from_json(running.op.intent).lane))
    pane = work.tmux.panes().get(lane.lane) if lane is not None else None
    if lane is None or pane is None or pane.op != running.op.id:
        running.abandon("it was interrupted before its pane was there")
        return "had not begun and was dropped"
    if lane.lane not in work.shared.lanes():
        work.shared.put(replace(_record(work, lane, running.op.id), pane=pane.ref))
    running.done(f"started {lane.lane} in the main checkout, after an interruption")
    return "was finished; its first prompt may not have been given"


def recover_stop(work: Workplace, running: Running) -> str:
    """Words that follow `Operation N (…)`, for a stop of any lane."""
    if not is_of(running.op):
        running.abandon("it was interrupted")
        return "was interrupted and dropped"
    end(work, running)
    running.done(f"took {running.op.lane} out of the main checkout, after an interruption")
    return "was finished"
