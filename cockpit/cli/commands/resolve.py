"""`cockpit resolve`: conflict review without the app."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from cockpit.cli.conflict_words import conflict_document, conflict_lines, numbered
from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find
from cockpit.cli.shapes import outcome_document
from cockpit.domain.conflict import Take
from cockpit.domain.conflict_view import ConflictView
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import HandBack, Resolve
from cockpit.domain.resolution import WHOLE, Choice, Point, Resolution
from cockpit.domain.resolution_draft import picked
from cockpit.domain.text import safe
from cockpit.errors import CockpitError, Exit, UsageError

NAME = "resolve"
HELP = "resolve a lane's conflict with the target, place by place"
DESCRIPTION = """\
Lists what conflicts between the lane and the target, each place with a number, base and both
sides. Choices are kept as a draft, bound to both commits, that the app shares. --ours and
--theirs take the lane's or the target's side at every open place of a file and keep what
merged by itself; --whole takes one side's version of the whole file. A place is a number of
the list, or PATH:N.

--finish makes the resolution a merge commit on the lane; landing it is then clean, and goes
through approval and gate as always. The exit code is 4 while a place is open. --back gives
the conflict to an agent as a task instead: the lane's own, another lane's, or the Oracle."""
EXAMPLES = (
    ("cockpit resolve alpha", "list what conflicts"),
    ("cockpit resolve alpha --ours src/api.py --take 3=theirs", "choose sides"),
    ("cockpit resolve alpha --edit src/api.py:2 --from part.txt", "write one place"),
    ("cockpit resolve alpha --finish", "make the merge commit on the lane"),
    ("cockpit resolve alpha --back --to beta --note 'keep both'", "let beta's agent do it"),
)

FILE_CAP = 64 << 20
SUGGESTED = "suggested"
_PLACES = "a place is a number of the list, or PATH:N"


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)
    add = parser.add_argument
    add("--list", action="store_true", help="list what conflicts (the default)")
    for side, whose in (("ours", "the lane's"), ("theirs", "the target's")):
        add(
            f"--{side}",
            metavar="PATH",
            action="append",
            default=[],
            help=f"take {whose} side at every open place of a file",
        )
    add(
        "--both",
        metavar="PATH",
        action="append",
        default=[],
        help="take both sides at every open place, the lane's first",
    )
    takes = ", ".join([take for take in Take if take is not Take.EDIT])
    add(
        "--take",
        metavar="PLACE=SIDE",
        action="append",
        default=[],
        help=f"decide one place ({_PLACES}): {takes} or {SUGGESTED}",
    )
    add(
        "--whole",
        metavar="PATH=SIDE",
        action="append",
        default=[],
        help="take one side's version of the whole file",
    )
    add("--edit", metavar="PATH|PLACE", help="write a file's or a place's text; needs --from")
    add("--from", metavar="FILE", dest="source", help="the text for --edit; - is standard input")
    add("--undo", action="store_true", help="take the last choice back")
    add("--back", action="store_true", help="give the conflict to an agent as a task")
    add("--to", metavar="LANE", default="", help="with --back: a lane, or oracle")
    add("--note", metavar="TEXT", default="", help="with --back: what you want to say about it")
    add("--finish", action="store_true", help="make the merge commit on the lane")
    add("-m", "--message", metavar="TEXT", default="", help="the merge commit's message")


def run(args: Namespace, context: Context) -> int:
    if (args.edit is None) is not (args.source is None):
        raise UsageError("--edit and --from go together.", hint="--edit PATH --from FILE")
    lane = find(context.acting.fleet(), args.lane)
    if args.back:
        return _back(args, context, lane)
    view = context.acting.conflict(lane)
    if not view.conflict.files:
        target = view.conflict.target_name
        said = f"{lane} goes together with {target}; there is nothing to resolve."
        context.out.result(conflict_document(view, view.resolution), said)
        return 0
    state = _chosen(args, context, view)
    if state is not view.resolution:
        context.acting.keep_resolution(state)
    if args.finish:
        return _finish(args, context, view, state)
    context.out.result(conflict_document(view, state), *conflict_lines(view, state))
    if state.may_finish:
        context.out.say(f"All is decided: `cockpit resolve {lane} --finish` makes the commit.")
        return 0
    return int(Exit.CONFLICT)


def _back(args: Namespace, context: Context, lane: LaneId) -> int:
    fleet = context.acting.fleet()
    to = args.to if args.to in ("", "oracle") else find(fleet, args.to)
    outcome = context.carry_out(HandBack(lane, to, args.note))
    context.out.result(outcome_document(outcome, lane), outcome.summary)
    return 0


def _finish(args: Namespace, context: Context, view: ConflictView, state: Resolution) -> int:
    conflict = view.conflict
    intent = Resolve(conflict.lane, conflict.source, conflict.target, picked(state), args.message)
    outcome = context.carry_out(intent)
    context.out.result(outcome_document(outcome, conflict.lane), outcome.summary)
    return 0


# ------------------------------------------------------------------ choices


def _chosen(args: Namespace, context: Context, view: ConflictView) -> Resolution:
    """The draft with what the command line chooses, in the order of the help. Raises
    `UsageError` for a path or place that is not in question, or an answer not offered."""
    state = view.resolution.undo() if args.undo else view.resolution
    for take, paths in (
        (Take.OURS, args.ours),
        (Take.THEIRS, args.theirs),
        (Take.BOTH, args.both),
    ):
        for path in paths:
            file = _file(state, path)
            before, state = state, state.choose_file(file, take)
            if state is before and not state.is_done(file):
                raise _not_offered(path, take)
    for text in args.whole:
        path, side = _split(text, "--whole PATH=SIDE")
        state = _choose(state, Point(_file(state, path), WHOLE), _take(side), path)
    for text in args.take:
        name, side = _split(text, "--take PLACE=SIDE")
        point = _place(state, name)
        if side == SUGGESTED:
            state = _suggested(view, state, point, name)
        else:
            state = _choose(state, point, _take(side), name)
    if args.edit is not None:
        state = _edited(args, context, state)
    return state


def _choose(state: Resolution, point: Point, take: Take, name: str) -> Resolution:
    if not state.offers(point, take):
        raise _not_offered(name, take)
    return state.choose(point, Choice(take))


def _suggested(view: ConflictView, state: Resolution, point: Point, name: str) -> Resolution:
    known = view.suggestions.get(point, ())
    if not known:
        raise UsageError(f"Nothing is suggested for {safe(name, width=200)!s}.")
    return state.choose(point, Choice(Take.EDIT, known[0].text, known[0].source))


def _edited(args: Namespace, context: Context, state: Resolution) -> Resolution:
    text = _read(context, args.source)
    files = [file.path for file in state.conflict.files]
    known = args.edit in files
    point = Point(_file(state, args.edit), WHOLE) if known else _place(state, args.edit)
    if not state.offers(point, Take.EDIT):
        raise _not_offered(args.edit, Take.EDIT)
    return state.choose(point, Choice(Take.EDIT, text))


def _read(context: Context, source: str) -> bytes:
    """Raises `CockpitError` when the file can't be read."""
    try:
        if source == "-":
            return sys.stdin.buffer.read(FILE_CAP)
        with open(context.resolve(source), "rb") as file:
            return file.read(FILE_CAP)
    except OSError as error:
        name = safe(str(Path(source)), width=200)
        raise CockpitError(f"{name!s} can't be read.", detail=str(error)) from error


def _split(text: str, form: str) -> tuple[str, str]:
    name, equals, side = text.rpartition("=")
    if not equals or not name or not side:
        raise UsageError(f"{safe(text, width=200)!s} is not of the form {form}.")
    return name, side


def _take(side: str) -> Take:
    try:
        take = Take(side)
    except ValueError:
        take = Take.EDIT
    if take is Take.EDIT:
        known = ", ".join(one for one in Take if one is not Take.EDIT)
        raise UsageError(f"{safe(side, width=60)!s} is no answer.", hint=f"There are: {known}.")
    return take


def _file(state: Resolution, path: str) -> int:
    found = state.conflict.index(path)
    if found is None:
        known = [file.path for file in state.conflict.files]
        raise UsageError(
            f"Nothing conflicts in {safe(path, width=200)!s}.", detail="\n".join(_listed(known))
        )
    return found


def _place(state: Resolution, name: str) -> Point:
    """A number of the list, `PATH:N`, or the path of a file with one place."""
    known = numbered(state)
    if name.isdecimal() and int(name) in known:
        return known[int(name)]
    path, colon, number = name.rpartition(":")
    if colon and number.isdecimal() and state.conflict.index(path) is not None:
        points = state.points(_file(state, path))
        if 0 < int(number) <= len(points):
            return points[int(number) - 1]
    elif state.conflict.index(name) is not None:
        points = state.points(_file(state, name))
        if len(points) == 1:
            return points[0]
    raise UsageError(
        f"There is no place {safe(name, width=200)!s} in this conflict.",
        hint=f"{_PLACES[:1].upper()}{_PLACES[1:]}.",
    )


def _listed(paths: Sequence[str]) -> Iterator[str]:
    return (safe(path, width=200).text for path in paths[:50])


def _not_offered(name: str, take: Take) -> UsageError:
    return UsageError(
        f"{take.value} is no answer at {safe(name, width=200)!s}.",
        hint="The list shows what each place offers.",
    )
