"""Giving a lane's agent a prompt: pasted whole, entered, and seen to be taken.

Between the paste and the sight of it nobody can know whether the agent has the prompt, so
it is never sent again by itself: at most once is the promise (DESIGN §3.7).
"""

from __future__ import annotations

import hashlib
import re

from cockpit.domain.activity import State
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Send
from cockpit.domain.operation import OpKind
from cockpit.domain.plans import SendPlan
from cockpit.errors import DeliveryUnknown, Refused, TimedOut
from cockpit.services import panes, review
from cockpit.services.api import Outcome, Tell
from cockpit.services.ports import PaneInfo
from cockpit.services.running import begin
from cockpit.services.workplace import Workplace

TAKEN_WITHIN = 5.0
"""Seconds in which the screen must answer the paste, and then Enter."""
READY_WITHIN = 60.0
"""Seconds an agent may take to show its prompt."""


def send(work: Workplace, intent: Send, tell: Tell, by: str) -> Outcome:
    """Deliver `intent.text`. Raises `Refused` while the agent asks something (unless forced)
    or has ended, `DeliveryUnknown` when its screen did not answer."""
    if not intent.text.strip():
        raise Refused("The prompt is empty.", hint="Write some text to send.")
    with work.locks.hold(f"lane-{intent.lane}", why="send"):
        record = work.record(intent.lane)
        pane = panes.require_pane(work, record)
        _require_listener(work, intent, pane)
        digest = hashlib.sha256(intent.text.encode("utf-8", "surrogateescape")).hexdigest()
        kept = work.state.private_file(
            f"prompt-{digest[:16]}.txt", intent.text.encode("utf-8", "surrogateescape")
        )
        plan = SendPlan(intent.lane, pane.ref.pane, digest, len(intent.text), str(kept))
        running = begin(
            work,
            tell,
            OpKind.SEND,
            lane=intent.lane,
            by=by,
            summary=f"send {len(intent.text)} characters to {intent.lane}",
            plan={**plan.to_json(), **({"queued": intent.queued} if intent.queued else {})},
        )
        running.step("paste the text")
        taken = _deliver(work, pane, intent.text, running.step)
        if not taken:
            try:
                review.mark_sent(work, intent.lane, intent.comments, doubtful=True)
            finally:  # it was typed, whatever becomes of the note that it was
                said = f"sent to {intent.lane}, but nobody saw it taken"
                running.done(said, {"delivery": "unknown"})
            raise DeliveryUnknown(
                f"The text was typed into {intent.lane}, but its screen did not answer.",
                hint=f"Look with `cockpit attach {intent.lane}`; it is not sent again by itself.",
            )
        try:
            review.mark_sent(work, intent.lane, intent.comments, doubtful=False)
        finally:
            op = running.done(f"sent to {intent.lane}", {"delivery": "seen"})
    return Outcome(
        f"Sent to {intent.lane}.", op, {"lane": intent.lane, "delivery": "seen", "sha256": digest}
    )


def _require_listener(work: Workplace, intent: Send, pane: PaneInfo) -> None:
    if pane.dead:
        raise Refused(
            f"The agent of lane {intent.lane} has ended; nobody would read it.",
            hint=f"Run it again with `cockpit restart {intent.lane}`.",
        )
    if intent.force:
        return
    lane = work.lane(intent.lane)
    seen = work.agents.judge(
        lane.agent,
        pane=pane,
        rows=work.tmux.capture(pane.ref.pane),
        previous=None,
        now=work.clock.now(),
    )
    if seen.state is State.ASKING:
        raise Refused(
            f"The agent of lane {intent.lane} is asking something: text could answer it.",
            detail=seen.detail,
            hint=f"Answer it with `cockpit answer {intent.lane}`, or send with --force.",
        )


def _deliver(work: Workplace, pane: PaneInfo, text: str, step: panes.Step) -> bool:
    target = pane.ref.pane
    before = work.tmux.capture(target)
    work.tmux.paste(target, text)
    shown = panes.wait_for_change(work, target, before, seconds=TAKEN_WITHIN)
    work.clock.wait(panes.SETTLE)
    before = work.tmux.capture(target)
    step("press Enter")
    work.tmux.press(target, "Enter")
    return panes.wait_for_change(work, target, before, seconds=TAKEN_WITHIN) and shown


def wait_until_ready(work: Workplace, lane: LaneId, ready: str) -> None:
    """Wait until the agent's screen shows its prompt (`ready`, a regular expression; empty
    takes any output). Raises `TimedOut`, or `Refused` when it ended meanwhile."""
    pattern = re.compile(ready) if ready else None
    deadline = work.clock.monotonic() + READY_WITHIN
    record = work.record(lane)
    while work.clock.monotonic() < deadline:
        pane = panes.require_pane(work, record)
        rows = work.tmux.capture(pane.ref.pane)
        if pane.dead:
            raise Refused(
                f"The agent of lane {lane} ended before it took a prompt.",
                detail="\n".join(row for row in rows if row.strip())[-2000:],
                hint="Its last words are above; mend the cause and restart the lane.",
            )
        text = "\n".join(rows)
        if (pattern.search(text) if pattern else text.strip()) is not None and text.strip():
            return
        work.clock.wait(0.1)
    raise TimedOut(
        f"The agent of lane {lane} did not show its prompt within {READY_WITHIN:.0f} s.",
        hint=f"The first prompt was not sent. Look with `cockpit attach {lane}`, then send it.",
    )
