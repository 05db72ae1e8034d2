"""A lane's pane: what runs in it, with which environment, and how it is ended or restarted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from cockpit.config.model import LaneConfig
from cockpit.domain.ids import LaneId, OpId, PaneId
from cockpit.domain.intents import Interrupt, Restart, Stop
from cockpit.domain.lane import LaneRecord
from cockpit.domain.operation import OpKind
from cockpit.errors import CockpitError, Refused, TimedOut
from cockpit.services import port_slots, setup, ssh_link, tasks, trust
from cockpit.services.api import Outcome, Tell
from cockpit.services.ports import Launch, PaneInfo
from cockpit.services.running import abandoning, begin, own_lock
from cockpit.services.workplace import Workplace, refuse_shared

DROPPED = re.compile(r"TMUX(?!_TMPDIR$)|GIT_|COCKPIT_|(COLUMNS|LINES)$")
"""Variables that no pane of ours inherits. TMUX_TMPDIR stays: it says where all of this
user's tmux sockets lie, ours among them, and points at no server. COLUMNS and LINES are the
size of another terminal, and programs believe them more than their own (Textual does)."""
Step = Callable[[str], None]
GRACE = 3.0
"""Seconds an agent gets to end by itself before it is killed."""
SETTLE = 0.2
"""Seconds between a paste that is on the screen and its Enter: Gemini takes one that follows
within some 40 ms for a part of the paste, and the prompt stays in its input line."""
BETWEEN_KEYS = 0.2
"""Seconds between two keys that stop an agent: two Escapes at once are one other key to it."""
FIRST_WORDS_WITHIN = 0.4
"""Seconds in which an agent that can't run at all has ended."""


def lane_environment(work: Workplace, lane: LaneConfig, ports: Mapping[str, str]) -> dict[str, str]:
    """The environment of whoever starts the lane, less tmux's, git's, ours and what the
    configuration drops, plus what `ports` of lanes.yaml gives it and the lane's own, which goes
    before that (DESIGN §6)."""
    drop = {*work.config.env_drop, *lane.env_drop}
    env = {
        name: value
        for name, value in work.environment.items()
        if not DROPPED.match(name) and name not in drop
    }
    env = ssh_link.stable(work, env)
    env.update(ports)
    env.update(lane.env)
    env["COCKPIT_LANE"] = lane.lane
    env["COCKPIT_ROOT"] = str(work.root)
    return env


def plan_launch(work: Workplace, lane: LaneConfig, prompt: str, *, resume: bool) -> Launch:
    """How the lane's agent is run. Raises `Unavailable` when it is not installed."""
    return work.agents.launch(
        lane.agent,
        lane=lane.lane,
        model=lane.model,
        prompt=prompt,
        session=lane.session,
        resume=resume,
        permission=lane.permission,
        add_dirs=[str(work.root / folder) for folder in lane.add_dirs],
        args=lane.args,
    )


def lane_on(work: Workplace, lane: LaneConfig, task: str) -> LaneConfig:
    """The lane as it works on the task in this file, whose model goes before its own."""
    model = tasks.model_of(work, task)
    return replace(lane, model=model) if model else lane


def argv_with_setup(
    work: Workplace, lane: LaneConfig, launch: Launch, env: Mapping[str, str]
) -> tuple[str, ...]:
    """The pane's argument list: the agent itself, or our script that runs the setup commands
    in sight and then becomes the agent."""
    commands = work.config.setup.run
    if not commands:
        return launch.argv
    text = setup.script(commands, env, launch.argv)
    path = work.state.private_file(f"setup-{lane.lane}.sh", text.encode())
    return ("/bin/sh", str(path))


def open_or_adopt(
    work: Workplace,
    lane: LaneConfig,
    record: LaneRecord,
    prompt: str,
    *,
    run_setup: bool,
    resume: bool = False,
) -> tuple[LaneRecord, Launch]:
    """The lane's pane, found by its session if it is there already, else made."""
    work.tmux.ensure_server()
    lane = lane_on(work, lane, record.task)
    variables, ports = port_slots.claim(work, lane)
    record = replace(record, model=lane.model, ports=ports)
    launch = plan_launch(work, lane, prompt, resume=resume)
    found = work.tmux.panes().get(lane.lane)
    if found is not None and found.op == record.op:
        return replace(record, pane=found.ref), launch
    env = lane_environment(work, lane, variables)
    argv = argv_with_setup(work, lane, launch, env) if run_setup else launch.argv
    pane = work.tmux.open_pane(
        lane.lane,
        op=OpId(record.op),
        cwd=record.worktree,
        argv=argv,
        env={**env, **launch.env},
    )
    named = launch.session_name or record.session_name
    return replace(record, pane=pane, session_name=named), launch


def find(work: Workplace, record: LaneRecord) -> PaneInfo | None:
    """The lane's pane as tmux shows it now; None when the server or the pane is gone."""
    return work.tmux.panes().get(record.lane)


def require_pane(work: Workplace, record: LaneRecord) -> PaneInfo:
    """Raises `Refused` when the lane has no pane."""
    pane = find(work, record)
    if pane is None:
        raise Refused(
            f"Lane {record.lane} has no running pane.",
            hint=f"Run its agent again with `cockpit restart {record.lane}` or r on the board.",
        )
    return pane


def end_everything(work: Workplace, record: LaneRecord) -> None:
    """End all that runs in the lane: its pane's window (a hang-up, as a closed terminal gives,
    which shells heed and SIGTERM they don't), then whatever still lives in its folder.

    Raises `TimedOut` when something in there can't be ended, `Refused` for the main checkout,
    where the commander works.
    """
    if record.shared or work.disk.same(record.worktree, work.root):
        raise refuse_shared(record.lane)
    pane = find(work, record)
    if pane is not None:
        work.tmux.close_pane(pane.ref)
    _end(work, record, [pid for pid, _ in work.processes.inside(record.worktree)])


def end_program(work: Workplace, record: LaneRecord, pid: int) -> None:
    """End the pane's own program, if the hang-up did not; what else the commander runs in the
    folder (an editor, a shell) goes on. Raises `TimedOut` when it can't be ended."""
    inside = [found for found, _ in work.processes.inside(record.worktree)]
    _end(work, record, [found for found in inside if found == pid])


def _end(work: Workplace, record: LaneRecord, pids: list[int]) -> None:
    left = work.processes.end(pids, grace=GRACE)
    if left:
        raise TimedOut(
            f"Programs in lane {record.lane} do not end.",
            detail=", ".join(str(pid) for pid in left),
            hint="End these processes yourself, then try again; nothing was removed.",
        )


def stop(work: Workplace, intent: Stop, tell: Tell, by: str) -> Outcome:
    """End the lane's agent; worktree and branch stay as they are."""
    with work.locks.hold(f"lane-{intent.lane}", why="stop"):
        record = work.record(intent.lane)
        running = begin(
            work,
            tell,
            OpKind.STOP,
            lane=intent.lane,
            by=by,
            summary=f"stop the agent of {intent.lane}",
            plan={"lane": intent.lane},
        )
        with abandoning(running):
            running.step("end the agent")
            pane = find(work, record)
            if pane is not None:
                work.tmux.close_pane(pane.ref)
                end_program(work, record, pane.ref.pid)
            work.registry.put(replace(record, pane=None))
        op = running.done(f"stopped the agent of {intent.lane}")
    return Outcome(f"Stopped the agent of {intent.lane}.", op, {"lane": intent.lane})


def restart(work: Workplace, intent: Restart, tell: Tell, by: str) -> Outcome:
    """Run the lane's agent again, resuming its session where it has one."""
    trust.require(work)
    with work.locks.hold(f"lane-{intent.lane}", why="restart"):
        record = work.record(intent.lane)
        lane = work.lane(intent.lane)
        if not work.disk.is_folder(record.worktree):
            raise Refused(
                f"The folder of lane {intent.lane} is missing: {record.worktree}",
                hint="Bring it back, or tear the lane down.",
            )
        running = begin(
            work,
            tell,
            OpKind.RESTART,
            lane=intent.lane,
            by=by,
            summary=f"restart the agent of {intent.lane}",
            plan={"lane": intent.lane},
        )
        with abandoning(running):
            running.step("run the agent again")
            fresh = run_again(work, lane, record)
            work.registry.put(fresh)
        op = running.done(f"restarted the agent of {intent.lane}")
    return Outcome(
        f"Restarted the agent of {intent.lane}{last_words(work, fresh) or '.'}",
        op,
        {"lane": intent.lane, "pane": fresh.pane.pane if fresh.pane else None},
    )


def run_again(work: Workplace, lane: LaneConfig, record: LaneRecord) -> LaneRecord:
    """The lane's record with a pane in which its agent runs anew."""
    work.tmux.ensure_server()
    pane = find(work, record)
    resume = bool(record.session_name)
    if resume:  # a lane that was renamed goes on in the session that it began
        lane = replace(lane, session=record.session_name)
    if pane is None:
        fresh, _ = open_or_adopt(work, lane, record, "", run_setup=False, resume=resume)
        return fresh
    lane = lane_on(work, lane, record.task)
    launch = plan_launch(work, lane, "", resume=resume)
    variables, ports = port_slots.claim(work, lane)
    ref = work.tmux.respawn(
        PaneId(pane.ref.pane),
        cwd=record.worktree,
        argv=launch.argv,
        env={**lane_environment(work, lane, variables), **launch.env},
    )
    end_program(work, record, pane.ref.pid)
    named = launch.session_name or record.session_name
    return replace(record, pane=ref, model=lane.model, session_name=named, ports=ports)


def last_words(work: Workplace, record: LaneRecord) -> str:
    """What an agent that ended at once said, for the summary; empty otherwise."""
    deadline = work.clock.monotonic() + FIRST_WORDS_WITHIN
    while work.clock.monotonic() < deadline:
        pane = find(work, record)
        if pane is not None and pane.dead:
            rows = [row for row in work.tmux.capture(pane.ref.pane) if row.strip()]
            code = "an unknown code" if pane.exit_code is None else f"code {pane.exit_code}"
            said = " / ".join(row.strip() for row in rows[-3:]) or _without_words(pane)
            return f", but its agent ended at once with {code}: {said}"
        work.clock.wait(0.05)
    return ""


def _without_words(pane: PaneInfo) -> str:
    """For an end of which the screen shows nothing. tmux (3.3a) closes the pane of a program
    that ends at once before it has read what that wrote, so words may be missing."""
    known = {126: "its program can't be run", 127: "a program was not found"}
    return known.get(-1 if pane.exit_code is None else pane.exit_code, "it left no words")


def interrupt(work: Workplace, intent: Interrupt, tell: Tell, by: str) -> Outcome:
    """Press the agent's own stop key and see that the screen answered."""
    record = work.record(intent.lane)
    lane = work.lane(intent.lane)
    pane = require_pane(work, record)
    if pane.dead:
        raise Refused(
            f"The agent of lane {intent.lane} has ended already.",
            hint=f"Run it again with `cockpit restart {intent.lane}`.",
        )
    launch = plan_launch(work, lane, "", resume=False)
    with work.locks.hold(own_lock(OpKind.INTERRUPT, intent.lane), why="interrupt"):
        running = begin(
            work,
            tell,
            OpKind.INTERRUPT,
            lane=intent.lane,
            by=by,
            summary=f"interrupt the agent of {intent.lane}",
            plan={"lane": intent.lane, "keys": list(launch.interrupt)},
        )
        with abandoning(running):
            running.step("press the agent's stop key")
            before = work.tmux.capture(pane.ref.pane)
            for number, key in enumerate(launch.interrupt):
                if number:
                    work.clock.wait(BETWEEN_KEYS)
                work.tmux.press(pane.ref.pane, key)
            seen = wait_for_change(work, pane.ref.pane, before, seconds=2.0)
        answer = "and its screen changed" if seen else "but its screen did not change"
        op = running.done(f"interrupted {intent.lane}, {answer}", {"seen": seen})
    return Outcome(
        f"Pressed {' '.join(launch.interrupt)} in {intent.lane}, {answer}.",
        op,
        {"lane": intent.lane, "seen": seen},
    )


def wait_for_change(work: Workplace, pane: PaneId, before: list[str], *, seconds: float) -> bool:
    """Whether the pane's rows differ from `before` within `seconds`."""
    deadline = work.clock.monotonic() + seconds
    while work.clock.monotonic() < deadline:
        if work.tmux.capture(pane) != before:
            return True
        work.clock.wait(0.05)
    return False


def lanes_of_panes(work: Workplace) -> tuple[Mapping[LaneId, PaneInfo], str]:
    """All lane panes, and why they can't be seen (then empty)."""
    try:
        return work.tmux.panes(), ""
    except CockpitError as error:
        return {}, error.title
