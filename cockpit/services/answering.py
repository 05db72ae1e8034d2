"""Answering what a lane's agent asks: once, and only the question that was shown.

What stands on the screen is looked at again right before a key is pressed; another question
than the one that was meant is not answered. Between the key and the sight of the screen
without the question nobody can know whether it was taken, so it is never pressed again by
itself (DESIGN §3.5, §3.7). A question in a result is answered by a prompt (`prompts`), an
operation of its own.

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry | dropped: nothing was typed |
| `typed` noted | perhaps a key in the pane | told: may have been answered, not answered again |
| `typed` noted, by a prompt | perhaps the prompt's own entry | as that entry says |
| prompt taken | the question still listed | noted as answered |
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from cockpit.dataclass import dataclass
from cockpit.domain import inbox
from cockpit.domain.activity import Activity, State
from cockpit.domain.bus import BusFolder
from cockpit.domain.ids import LaneId
from cockpit.domain.inbox import Kind, Question
from cockpit.domain.intents import Answer, Send
from cockpit.domain.lane import LaneRecord
from cockpit.domain.launch import AnswerKeys
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.plans import Plan
from cockpit.domain.reply import length, prompt_of, reply_to
from cockpit.domain.taskname import id_of_name
from cockpit.domain.text import safe
from cockpit.errors import CockpitError, DeliveryUnknown, Refused
from cockpit.services import answer_keys, answers, looking, panes, prompts, tasks
from cockpit.services.api import Outcome, Tell
from cockpit.services.running import Running, abandoning, begin, own_lock
from cockpit.services.workplace import Workplace


@dataclass(frozen=True, slots=True)
class AnswerPlan(Plan):
    lane: str
    kind: str
    token: str
    question: str
    """What was asked, on one line."""
    answer: str
    """The choice's key and label, else how long the words are."""
    digest: str
    """sha256 of what is typed."""
    source: str = ""
    """The result's file."""
    typed: bool = False


def answer(work: Workplace, intent: Answer, tell: Tell, by: str) -> Outcome:
    """Give the answer. Raises `Refused` when the lane asks nothing, something else than was
    shown, or nothing that this text could answer; `DeliveryUnknown` when the question stayed."""
    lane = intent.lane
    if not intent.text.strip():
        raise Refused("The answer is empty.", hint="Name a choice, or write some words.")
    with work.locks.hold(own_lock(OpKind.ANSWER, lane), why=f"answer {lane}"):
        record = work.record(lane)
        question = asked(work, record, intent.asked)
        if question.kind is Kind.RESULT:
            return _prompt(work, question, intent.text, tell, by)
        return _type(work, record, question, intent.text, tell, by)


# ---------------------------------------------------------------- which question


def asked(work: Workplace, record: LaneRecord, token: str) -> Question:
    """The question that is meant: by its token, else the only one there is. Raises `Refused`."""
    activity = looking.activity_of(work, record)
    shown = inbox.on_screen(record.lane, activity, record.worktree)
    if shown is not None and token in ("", shown.token):
        return shown
    found = [one for one in claimed(work, record) if token in ("", one.token)]
    if shown is not None:
        raise Refused(
            f"Lane {record.lane} asks something else now, so that was not answered.",
            detail=shown.text,
            hint="Read what it asks and answer that.",
        )
    if len(found) == 1:
        return found[0]
    if found:
        raise Refused(
            f"Lane {record.lane} asks {len(found)} things: say which one is answered.",
            detail="\n".join(f"{at} {one.text}" for at, one in enumerate(found, 1)),
            hint="Give its number with --question.",
        )
    raise _nothing_asked(record.lane, activity, known=bool(token))


def _nothing_asked(lane: LaneId, activity: Activity, *, known: bool) -> Refused:
    if activity.state is State.UNKNOWN:
        return Refused(
            f"What lane {lane} does can't be read now, so nothing was answered.",
            detail=activity.rule,
            hint=f"Look with `cockpit explain {lane}`, or step in with `cockpit attach {lane}`.",
        )
    said = "does not ask that any more" if known else "asks nothing"
    return Refused(
        f"Lane {lane} {said}: it is {activity.state}.",
        hint=f"To say something to it all the same, use `cockpit send {lane}`.",
    )


def claimed(work: Workplace, record: LaneRecord) -> tuple[Question, ...]:
    """What the result of the lane's task asks and nobody has answered yet."""
    task = id_of_name(record.task)
    if not task:
        return ()
    shared = work.bus_files.listing(tasks.root_of(work), BusFolder.RESULTS).files
    given = answers.given(work, shared).get(record.lane, frozenset())
    return tuple(
        question
        for result in tasks.results_of(work, [task])
        for question in inbox.in_result(record.lane, record.task, result, record.worktree)
        if question.token not in given
    )


def settle(work: Workplace, record: LaneRecord) -> None:
    """All that the result of the lane's task asks counts as answered: by a note on the bus."""
    for question in claimed(work, record):
        answers.note(work, record.lane, question.token, question.source)


# ---------------------------------------------------------------- on the screen


def _type(
    work: Workplace, record: LaneRecord, question: Question, text: str, tell: Tell, by: str
) -> Outcome:
    pane = panes.require_pane(work, record).ref.pane
    reply = reply_to(question, text, _keys_of(work, record))
    if reply.words:
        raw = reply.words.encode("utf-8", "surrogateescape")
        work.state.private_file(f"answer-{_digest(reply.words)[:16]}.txt", raw)
    running, plan = _begin(
        work, question, reply.said, reply.words or " ".join(reply.keys), tell, by
    )
    with abandoning(running):
        running.update(replace(plan, typed=True))
        asked(work, record, question.token)  # the last look before the key
    try:
        taken = answer_keys.give(work, record, pane, question, reply, running.step)
    except CockpitError as error:
        raise _unknown(running, question.lane, reply.said) from error
    if not taken:
        raise _unknown(running, question.lane, reply.said)
    now = answer_keys.shown(work, record)
    more = "; it asks something else now" if now is not None else ""
    op = running.done(f"answered {question.lane}: {reply.said}{more}", {"delivery": "seen"})
    return _outcome(question, reply.said, op, more)


def _keys_of(work: Workplace, record: LaneRecord) -> AnswerKeys:
    launch = work.agents.launch(
        record.agent,
        lane=record.lane,
        model="",
        prompt="",
        session="",
        resume=False,
        permission="",
    )
    return launch.answers


# ---------------------------------------------------------------- in a result


def _prompt(work: Workplace, question: Question, text: str, tell: Tell, by: str) -> Outcome:
    """Let the lane's agent go on with the answer."""
    prompt = prompt_of(question, text)
    said = length(text)
    running, plan = _begin(work, question, said, prompt, tell, by)
    with abandoning(running):
        running.update(replace(plan, typed=True))
        running.step("send the answer as a prompt")
        try:
            prompts.send(work, Send(question.lane, prompt), tell, by)
        except DeliveryUnknown as unknown:
            doubt: DeliveryUnknown | None = unknown
        else:
            doubt = None
    if doubt is not None:
        running.done(f"answered {question.lane}, but nobody saw it taken", {"delivery": "unknown"})
        raise doubt
    answers.note(work, question.lane, question.token, question.source)
    op = running.done(f"answered {question.lane}: {said}", {"delivery": "seen"})
    return _outcome(question, said, op)


# ---------------------------------------------------------------- both


def _begin(
    work: Workplace, question: Question, said: str, typed: str, tell: Tell, by: str
) -> tuple[Running, AnswerPlan]:
    plan = AnswerPlan(
        question.lane,
        question.kind,
        question.token,
        safe(question.headline, width=300).text,
        said,
        _digest(typed),
        question.source,
    )
    running = begin(
        work,
        tell,
        OpKind.ANSWER,
        lane=question.lane,
        by=by,
        summary=f"answer {question.lane}: {said}",
        plan=plan.to_json(),
    )
    return running, plan


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _unknown(running: Running, lane: LaneId, said: str) -> DeliveryUnknown:
    running.done(f"answered {lane}: {said}, but nobody saw it taken", {"delivery": "unknown"})
    return DeliveryUnknown(
        f"The answer was typed into {lane}, but nobody saw it taken.",
        hint=f"Look with `cockpit attach {lane}`; it is not answered again by itself.",
    )


def _outcome(question: Question, said: str, op: Operation, more: str = "") -> Outcome:
    return Outcome(
        f"Answered {question.lane}: {said}{more}.",
        op,
        {
            "lane": question.lane,
            "kind": question.kind.value,
            "question": question.text,
            "answer": said,
            "token": question.token,
            "delivery": "seen",
            "asks_more": bool(more),
        },
    )


def recover(work: Workplace, running: Running) -> str:
    """Words that follow `Operation N (…)`."""
    plan = AnswerPlan.from_json(running.op.intent)
    sent = _sent(work, running.op, plan) if plan.kind == Kind.RESULT else None
    nothing = plan.kind == Kind.RESULT and (sent is None or sent.state is OpState.ABANDONED)
    if not plan.typed or nothing:
        running.abandon("it was interrupted before anything was typed")
        return "was interrupted before anything was typed and dropped"
    if sent is not None and sent.outcome.get("delivery") == "seen":
        answers.note(work, LaneId(plan.lane), plan.token, plan.source)
        running.done(f"answered {plan.lane}: {plan.answer}", {"delivery": "seen"})
        return "had been given"
    running.done("maybe answered; it is not answered again", {"delivery": "unknown"})
    return "may or may not have been given; it is not given again by itself"


def _sent(work: Workplace, op: Operation, plan: AnswerPlan) -> Operation | None:
    """The prompt that carried the answer, if it was begun."""
    return next(
        (
            found
            for found in work.journal.entries()
            if found.kind is OpKind.SEND
            and found.seq > op.seq
            and found.lane == plan.lane
            and found.intent.get("digest") == plan.digest
        ),
        None,
    )
