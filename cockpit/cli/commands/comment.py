"""`cockpit comment`: review comments on a lane's change, sent to its agent as one prompt."""

from __future__ import annotations

import re
import secrets
from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find
from cockpit.cli.output import Output
from cockpit.cli.shapes import comment_document, outcome_document
from cockpit.domain.change import FileDiff, LaneDiff
from cockpit.domain.hunks import parse_hunks
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Send
from cockpit.domain.review import (
    Comment,
    Review,
    Side,
    message,
    with_comment,
    without_comment,
)
from cockpit.errors import UsageError

NAME = "comment"
HELP = "gather review comments on a lane's change, send them as one prompt"
DESCRIPTION = """\
Comments gather until --send gives all of them to the lane's agent as one message that names
each place and quotes the lines it is about. Without more it lists them. They are the same
that the review screen shows."""
EXAMPLES = (
    ("cockpit comment alpha src/api.py:12 'Why not 404?'", "on a line"),
    ("cockpit comment alpha src/api.py:12-20 'Split this.'", "on a range"),
    ("cockpit comment alpha src/api.py 'Tests?'", "on a file"),
    ("cockpit comment alpha", "list them"),
    ("cockpit comment alpha --send", "send all that were not sent"),
    ("cockpit comment alpha --delete 1f2e3d4c5b6a", "delete one"),
)

_PLACE = re.compile(r"(.+?)(?::(\d{1,9})(?:-(\d{1,9}))?)?", re.DOTALL)


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)
    parser.add_argument(
        "place",
        metavar="PLACE",
        nargs="?",
        default="",
        help="PATH, PATH:LINE or PATH:LINE-LINE, counted as the lane has them",
    )
    parser.add_argument(
        "text", metavar="TEXT", nargs="?", default="", help="the comment, in quotes"
    )
    parser.add_argument("--send", action="store_true", help="send all that were not sent yet")
    parser.add_argument("--delete", metavar="ID", default="", help="delete a comment")
    parser.add_argument(
        "--force", action="store_true", help="send although the agent may be asking a question"
    )


def run(args: Namespace, context: Context) -> int:
    asked = [bool(args.place), args.send, bool(args.delete)]
    if sum(asked) > 1:
        raise UsageError("Write, send or delete: one at a time.")
    lane = find(context.cockpit.fleet(), args.lane)
    if args.send:
        return _send(context, lane, force=args.force)
    if args.delete:
        return _delete(context, lane, args.delete)
    if args.place:
        return _write(context, lane, args.place, args.text)
    _list(context.out, lane, context.cockpit.review(lane))
    return 0


def _write(context: Context, lane: LaneId, place: str, text: str) -> int:
    if not text.strip():
        raise UsageError("The comment is empty.", hint="Give its text, in quotes, after the place.")
    comment = _comment(context, lane, place, text.strip())
    context.cockpit.change_review(lane, lambda review: with_comment(review, comment))
    summary = f"Kept a comment on {comment.place} as {comment.id}."
    context.out.result({"lane": lane, "comment": comment_document(comment)}, summary)
    return 0


def _comment(context: Context, lane: LaneId, place: str, text: str) -> Comment:
    """A comment on `place`, with the lines of the lane's side that it is about."""
    diff = context.cockpit.diff(lane)
    file, first, last = _find(lane, diff, place)
    lines = [line for hunk in parse_hunks(file.body) for line in hunk.lines]
    quoted = [line for line in lines if line.new is not None and first <= line.new <= last]
    return Comment(
        id=secrets.token_hex(6),
        path=file.path,
        layer=file.layer,
        side=Side.NEW,
        first=first,
        last=last,
        quoted=tuple((line.kind + line.text)[:400] for line in quoted[:200]),
        commit=diff.head,
        text=text,
        at=context.clock(),
    )


def _find(lane: LaneId, diff: LaneDiff, place: str) -> tuple[FileDiff, int, int]:
    """The file and its lines (0 for all of it). A path may end like a line number."""
    by_path = {file.path: file for file in reversed(diff.files)}
    if place in by_path:
        return by_path[place], 0, 0
    found = _PLACE.fullmatch(place)
    if found is None or found[1] not in by_path or found[2] is None:
        raise UsageError(
            f"{lane} did not change {place[:200]!r}.",
            hint=f"`cockpit diff {lane} --stat` names the files that it changed.",
        )
    first = int(found[2])
    return by_path[found[1]], first, max(first, int(found[3] or first))


def _delete(context: Context, lane: LaneId, wanted: str) -> int:
    if context.cockpit.review(lane).comment(wanted) is None:
        raise UsageError(
            f"{lane} has no comment {wanted[:60]!r}.", hint=f"`cockpit comment {lane}` lists them."
        )
    context.cockpit.change_review(lane, lambda review: without_comment(review, wanted))
    context.out.result({"lane": lane, "deleted": wanted}, f"Deleted the comment {wanted}.")
    return 0


def _send(context: Context, lane: LaneId, *, force: bool) -> int:
    drafts = context.acting.review(lane).drafts
    if not drafts:
        raise UsageError(f"There is no comment on {lane} that was not sent.")
    ids = tuple(comment.id for comment in drafts)
    outcome = context.carry_out(Send(lane, message(drafts), force, comments=ids))
    context.out.result({**outcome_document(outcome, lane), "comments": list(ids)}, outcome.summary)
    return 0


def _list(out: Output, lane: LaneId, review: Review) -> None:
    if out.json:
        comments = [comment_document(comment) for comment in review.comments]
        out.document({"lane": lane, "comments": comments})
        return
    for comment in review.comments:
        state = "draft" if comment.sent is None else "sent?" if comment.doubtful else "sent"
        out.line((comment.id, "yellow"), f" {state:<6}", (comment.place, "bold"))
        for line in comment.text.split("\n"):
            out.line("    ", line)
    if not review.comments:
        out.line(f"There are no comments on {lane}.")
