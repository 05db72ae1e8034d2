"""`cockpit answer`: the inbox, and answering what is in it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from cockpit.cli import inbox_words
from cockpit.cli.context import Context
from cockpit.cli.guard import refuse_inside_lane
from cockpit.cli.lanes import find
from cockpit.cli.prompt import add_prompt_file, prompt_text
from cockpit.cli.shapes import outcome_document
from cockpit.domain import inbox
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.inbox import Question
from cockpit.domain.intents import Answer
from cockpit.errors import CockpitError, Refused, UsageError

NAME = "answer"
HELP = "list what agents ask, or answer it, and see the answer taken"
DESCRIPTION = """\
Without an answer it lists the inbox: what agents ask on their screens, with the choices that
they offer, and the questions in the results of tasks. With one it answers: the number of a
choice (or its whole label) presses that choice; other words are typed where the question takes
words, and sent as a prompt where it stands in a result. What a lane asks is looked at again
right before: a question that changed or is gone is not answered (code 3), and if nobody can
tell whether the answer was taken it ends with code 7 and is never given again by itself.

The commander alone answers: from inside a lane's pane it only lists."""
EXAMPLES = (
    ("cockpit answer", "everything that waits for an answer"),
    ("cockpit answer alpha", "what one lane asks"),
    ("cockpit answer alpha 1", "its first choice"),
    ("cockpit answer alpha 'Use SQLite.' --question 2", "the second question of its result"),
    ("cockpit answer --list --json", "the inbox for a program, with tokens for --asked"),
)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("lane", metavar="LANE", nargs="?", default="", help="the lane that asks")
    parser.add_argument(
        "text", metavar="CHOICE|TEXT", nargs="*", help="a choice, or words in quotes"
    )
    add_prompt_file(parser, "the words from FILE; - is stdin")
    parser.add_argument("--list", action="store_true", help="only list, even with a lane")
    parser.add_argument(
        "--question", metavar="N", type=int, help="which of the lane's questions, by its number"
    )
    parser.add_argument(
        "--asked", metavar="TOKEN", default="", help="answer only this question (see --json)"
    )


def run(args: Namespace, context: Context) -> int:
    answers = bool(args.text or args.file)
    if args.list and answers:
        raise UsageError("Give an answer or --list, not both.")
    if not answers:
        return _list(context, args)
    refuse_inside_lane("answer")
    text = prompt_text(context, args.text, args.file)
    lane = find(context.acting.fleet(), args.lane)
    question = _chosen(args, lane, _of(_look(context), lane))
    outcome = context.carry_out(Answer(lane, text, question.token))
    context.out.result(outcome_document(outcome, lane), outcome.summary)
    return 0


def _look(context: Context) -> Fleet:
    return context.cockpit.board(context.observe())


def _of(fleet: Fleet, lane: LaneId | None) -> list[Question]:
    return [one for one in inbox.inbox(fleet) if lane in (None, one.lane)]


def _chosen(args: Namespace, lane: LaneId, found: Sequence[Question]) -> Question:
    """The question that is meant. Raises `Refused` for none, or where it could be several."""
    number: int | None = args.question
    if args.asked:
        meant = [one for one in found if one.token == args.asked]
        if meant:
            return meant[0]
        raise Refused(
            f"Lane {lane} does not ask that any more.",
            detail="\n".join(one.headline for one in found),
            hint=f"`cockpit answer {lane}` shows what it asks.",
        )
    if not found:
        raise Refused(
            f"Lane {lane} asks nothing.",
            hint=f"`cockpit answer` lists who asks; `cockpit send {lane}` tells it something.",
        )
    if number is None and len(found) == 1:
        return found[0]
    if number is not None and 0 < number <= len(found):
        return found[number - 1]
    raise Refused(
        f"Lane {lane} asks {len(found)} things: say which one is answered."
        if number is None
        else f"Lane {lane} has no question {number}.",
        detail="\n".join(f"{at} {one.headline}" for at, one in enumerate(found, 1)),
        hint="Give its number with --question.",
    )


# ---------------------------------------------------------------- the list


def _list(context: Context, args: Namespace) -> int:
    fleet = _look(context)
    lane = find(fleet, args.lane) if args.lane else None
    found = _of(fleet, lane)
    others = [view for view in inbox.others(fleet) if lane in (None, view.lane)]
    now = context.clock()
    if context.out.json:
        panes = {one.lane: _pane(context, one.lane) for one in found}
        context.out.document(inbox_words.inbox_document(found, others, panes, now))
        return 0
    counts = {one.lane: sum(other.lane == one.lane for other in found) for one in found}
    for number, one in inbox_words.numbered(found):
        for line in inbox_words.question_lines(number, counts[one.lane], one, now):
            context.out.line(*line)
    if not found:
        who = f"Lane {lane} asks nothing." if lane else "Nobody asks anything."
        context.out.line(who)
    for view in others:
        context.out.line(*inbox_words.other_line(view))
    return 0


def _pane(context: Context, lane: LaneId) -> list[str]:
    """The last lines of the lane's pane; none where it can't be read."""
    try:
        rows = context.cockpit.capture(lane)
    except CockpitError as error:
        context.out.say((f"{lane}: ", "yellow"), error.title)
        return []
    return [row for row in rows if row.strip()][-inbox_words.PANE_LINES :]
