"""What the commander changes in the line of prompts that wait for a lane: one more is kept, or
some are called off. Steps of the journal, and undoable (`undoing/prompts.py`) while nothing of
it was typed.

| died after | left behind | next start |
|---|---|---|
| keep: intent | the line as it was | dropped, with the prompt's first words |
| keep: written | the prompt waits | the end is written |
| call off: intent | they wait | called off |
| call off: written | they don't wait | the end is written |

One that was not in the line when its process died is not put there later: nobody was told that
it waits, and who said it again would have it typed twice. One that was called off is not left
there: it would be typed although the commander took it back. Between the death and the next start
an open cockpit may have typed it; then the journal has the send, and it is left at that.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import field, replace

from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import CallOffPrompt, Send
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.plans import Plan
from cockpit.domain.prompt_queue import MOST, PromptQueue, Waiting
from cockpit.domain.text import counted, safe
from cockpit.errors import CockpitError, Refused
from cockpit.services import prompt_line, shared
from cockpit.services.api import Outcome, Tell
from cockpit.services.running import Running, begin
from cockpit.services.workplace import Workplace

LOOKED_AT = 2_000
"""Newest steps of the journal among which what became of a prompt is looked for."""
FIRST_WORDS = 60
"""Columns of a prompt that a sentence quotes."""


@dataclass(frozen=True, slots=True)
class PromptPlan(Plan):
    """Ids of prompts: what is put into the lane's line, and what is taken away."""

    lane: str
    added: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    """Put back among those that were typed and that nobody saw taken."""
    removed: list[str] = field(default_factory=list)
    removed_doubtful: list[str] = field(default_factory=list)
    aside: bool = False
    """The whole line, which could not be read, lies aside."""

    @property
    def comes(self) -> frozenset[str]:
        return frozenset((*self.added, *self.doubtful))

    @property
    def goes(self) -> frozenset[str]:
        return frozenset((*self.removed, *self.removed_doubtful))

    @property
    def backwards(self) -> PromptPlan:
        return PromptPlan(self.lane, self.removed, self.removed_doubtful, self.added, self.doubtful)


# ---------------------------------------------------------------- keeping one


def add(work: Workplace, intent: Send, tell: Tell, by: str) -> Outcome:
    """Keep a prompt, durable on return. Raises `Refused` for an empty one, or one too many."""
    lane = intent.lane
    if not intent.text.strip():
        raise Refused("The prompt is empty.", hint="Write some text to send.")
    with work.locks.hold(prompt_line.lock_of(lane), why="keep a prompt"):
        record = shared.home(work, lane).record(lane)
        queue = prompt_line.read(work, lane)
        if len(queue.waiting) >= MOST:
            raise Refused(
                f"{MOST} prompts wait for lane {lane} already.",
                hint="Let the agent work, or call them off.",
            )
        one = Waiting(
            secrets.token_hex(6),
            intent.text,
            work.clock.now(),
            by,
            tuple(intent.comments),
            op=record.op,
        )
        prompt_line.keep(work, one)
        running = _begin(
            work,
            tell,
            by,
            f"keep {counted(len(intent.text), 'character')} for {lane} until its turn has ended",
            PromptPlan(lane, added=[one.id]),
        )
        running.step("put the prompt into the line")
        _write(work, running, replace(queue, waiting=(*queue.waiting, one)))
        op = running.done(f"kept a prompt for {lane} until its turn has ended")
    return Outcome(
        f"Kept for {lane}: it is sent when its turn has ended, by a cockpit that is open.",
        op,
        {
            "lane": lane,
            "delivery": "waiting",
            "id": one.id,
            "place": len(queue.waiting) + 1,
            "undo": op.seq,
        },
    )


# ---------------------------------------------------------------- calling off


def call_off(work: Workplace, intent: CallOffPrompt, tell: Tell, by: str) -> Outcome:
    """Take waiting prompts away. One that is being typed is not called back."""
    lane = intent.lane
    with work.locks.hold(prompt_line.lock_of(lane), why="call a prompt off"):
        try:
            queue = prompt_line.read(work, lane)
        except CockpitError:
            return _call_off_unreadable(work, lane, tell, by)
        gone = [one for one in queue.waiting if intent.id in ("", one.id)]
        doubtful = [one for one in queue.doubtful if intent.id in ("", one.id)]
        if not gone and not doubtful:
            raise Refused(f"No prompt waits for lane {lane}.", hint="It may have been sent.")
        for one in (*gone, *doubtful):
            prompt_line.keep(work, one)
        plan = PromptPlan(lane, removed=_ids(gone), removed_doubtful=_ids(doubtful))
        what = counted(len(gone), "prompt") if gone else "what was doubtful"
        running = _begin(work, tell, by, f"call off {what} for {lane}", plan)
        running.step("take them out of the line")
        _write(work, running, queue.without(plan.goes))
        op = running.done(f"called off {what} for {lane}")
    ids = _ids((*gone, *doubtful))
    data = {"lane": lane, "called_off": ids, "undo": op.seq}
    return Outcome(f"{what[0].upper()}{what[1:]} for {lane} called off.", op, data)


def _call_off_unreadable(work: Workplace, lane: LaneId, tell: Tell, by: str) -> Outcome:
    plan = PromptPlan(lane, aside=True)
    running = _begin(work, tell, by, f"call off the prompts for {lane}, which can't be read", plan)
    running.step("put the line aside")
    aside = prompt_line.set_aside(work, lane)
    said = f"the prompts that waited for {lane} could not be read; they lie aside: {aside}"
    op = running.done(said, {"aside": aside})
    return Outcome(f"{said[0].upper()}{said[1:]}", op, {"lane": lane, "called_off": []})


# ---------------------------------------------------------------- the step


def _begin(work: Workplace, tell: Tell, by: str, summary: str, plan: PromptPlan) -> Running:
    return begin(
        work,
        tell,
        OpKind.PROMPT,
        lane=LaneId(plan.lane),
        by=by,
        summary=summary,
        plan=plan.to_json(),
    )


def _write(work: Workplace, running: Running, queue: PromptQueue) -> None:
    """Raises `CockpitError`; the step is dropped where nothing of it was written, and else is
    ended by the next start."""
    plan = PromptPlan.from_json(running.op.intent)
    try:
        prompt_line.write(work, LaneId(plan.lane), queue)
    except CockpitError as error:
        if not has_happened(work, running.op, plan):
            running.abandon(error.title, error.hint, detail=error.detail)
        raise


def has_happened(work: Workplace, op: Operation, plan: PromptPlan) -> bool:
    """Whether the line is what the step makes of it, or was: what came may have been typed or
    called off since, and what went may have been typed before it could go."""
    ids = prompt_line.read(work, LaneId(plan.lane)).ids
    missing = [one for one in plan.comes - ids if not _named_since(work, op, one)]
    return not missing and not plan.goes & ids


def _named_since(work: Workplace, op: Operation, prompt: str) -> bool:
    for later in work.journal.entries():
        if later.seq <= op.seq:
            continue
        if later.kind is OpKind.SEND and later.intent.get("queued") == prompt:
            return True
        changes = OpKind.PROMPT in (later.kind, later.intent.get("what"))
        if changes and prompt in PromptPlan.from_json(later.intent).goes:
            return True
    return False


def sent(work: Workplace, prompt: str, since: float) -> Operation | None:
    """The step that typed a prompt which was kept at `since`, if any."""
    found = work.journal.entries(last=LOOKED_AT)
    if len(found) == LOOKED_AT and found[0].at > since:
        found = work.journal.entries()
    for op in reversed(found):
        if op.kind is OpKind.SEND and op.intent.get("queued") == prompt:
            return op
    return None


def recover(work: Workplace, running: Running) -> str:
    """Words that follow `Operation N (…)`; the line and the journal tell whether it happened."""
    plan = PromptPlan.from_json(running.op.intent)
    lane = LaneId(plan.lane)
    if plan.aside:
        running.abandon("it was interrupted")
        return "was interrupted and dropped"
    if has_happened(work, running.op, plan):
        running.done("it had been done when it was interrupted")
        return "had been done"
    if plan.comes:
        words = first_words(work, plan.added)
        running.abandon("it was interrupted before the prompt waited", words=words)
        return f"was interrupted and dropped: nothing waits of it ({words})"
    queue = prompt_line.read(work, lane)
    running.update(_less(plan, queue.ids))  # what was typed meanwhile is not brought back
    prompt_line.write(work, lane, queue.without(plan.goes))
    running.done(f"called off for {lane} after an interruption")
    return "was finished"


def _less(plan: PromptPlan, there: Collection[str]) -> PromptPlan:
    return replace(
        plan,
        removed=[one for one in plan.removed if one in there],
        removed_doubtful=[one for one in plan.removed_doubtful if one in there],
    )


def first_words(work: Workplace, prompts: Iterable[str]) -> str:
    """How each begins, quoted, for a sentence."""
    found = [prompt_line.kept(work, prompt) for prompt in prompts]
    quoted = (safe(one.first_line, width=FIRST_WORDS).text for one in found if one is not None)
    return ", ".join(f"“{words}”" for words in quoted) or "its text is gone"


def _ids(prompts: Iterable[Waiting]) -> list[str]:
    return [one.id for one in prompts]
