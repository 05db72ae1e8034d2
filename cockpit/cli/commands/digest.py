"""`cockpit digest`: what happened since you looked last."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from cockpit.cli import words
from cockpit.cli.context import Context
from cockpit.cli.output import Cell
from cockpit.cli.table import Column
from cockpit.cli.times import iso
from cockpit.domain.digest import Digest, News, Seen, moment
from cockpit.errors import UsageError

NAME = "digest"
HELP = "what happened since you looked last: landed, failed, asks, results, commits"
DESCRIPTION = """\
Tells what happened since the app was last looked at (closed, or left by every terminal), or
since the time that you name: what landed, what failed or conflicts, which agents ask or have
ended their turn, new results, and commits by lane; by whom, what needs you first. It changes
nothing: the app still tells it when you come back.

A time is a span (90m, 12h, 2d), a time of day (14:30), or a date (2026-03-01T14:30)."""
EXAMPLES = (
    ("cockpit digest", "since you looked last"),
    ("cockpit digest --since 12h", "the last twelve hours"),
    ("cockpit digest --since 18:00 --json", "for a program"),
)

COLUMNS = (Column("WHAT"), Column("LANE"), Column("WHEN"), Column("BY"), Column("", least=20))

_STYLES = {
    News.ASKS: "yellow", News.FAILED: "red", News.CONFLICT: "red", News.LANDED: "green",
    News.RESULT: "green",
}  # fmt: skip


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--since", metavar="TIME", help="since when, instead of the last look")


def run(args: Namespace, context: Context) -> int:
    now = context.clock()
    seen = _seen(args.since, context, now)
    fleet = context.observe()
    found = context.cockpit.digest(seen, fleet)
    if context.out.json:
        context.out.document(document(found))
        return 0
    when = words.moment(found.since) if found.since else ""
    if not found:
        context.out.line(f"Nothing happened since {when}." if when else "Nothing happened yet.")
        return 0
    context.out.say(f"Since {when}:" if when else "Since cockpit was first used here:")
    rows: list[list[Cell]] = [
        [
            (line.news.value, _STYLES.get(line.news, "")),
            line.lane or "",
            (words.moment(line.at) if line.at else "", "dim"),
            line.by,
            line.text,
        ]
        for line in found.lines
    ]
    context.out.table(COLUMNS, rows)
    return 0


def _seen(since: str | None, context: Context, now: float) -> Seen:
    kept = context.cockpit.kept_seen()
    if since is None:
        return kept or Seen()
    at = moment(since, now)
    if at is None:
        raise UsageError(
            f"--since does not know the time {since!r}.",
            hint="Say a span (90m, 12h, 2d), a time of day (14:30) or a date (2026-03-01T14:30).",
        )
    return Seen(at, kept.states if kept is not None and kept.at >= at else {})


def document(found: Digest) -> dict[str, Any]:
    return {
        "since": iso(found.since) if found.since else None,
        "lines": [
            {
                "what": line.news.value,
                "lane": line.lane,
                "at": iso(line.at) if line.at else None,
                "by": line.by or None,
                "text": line.text,
            }
            for line in found.lines
        ],
    }
