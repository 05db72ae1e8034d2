"""Closing a round on the command line: what would go, the question, what it came to."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from cockpit.cli.context import Context
from cockpit.cli.shapes import outcome_document
from cockpit.cli.task_words import span
from cockpit.cli.words import Line
from cockpit.domain.intents import CloseRound
from cockpit.domain.rounds import RoundPreview, RoundSummary, said, to_json
from cockpit.errors import UsageError


def close(args: Namespace, context: Context) -> int:
    """Show the round, ask, close it. A red gate closes nothing (exit code 5)."""
    if args.tasks:
        raise UsageError("close closes the whole round; it takes no task.")
    if not args.dry_run:
        context.offer_trust()
    shown = (context.cockpit if args.dry_run else context.acting).preview_round()
    if args.dry_run:
        context.out.result(_document(shown), *_lines(shown))
        return 0
    if not context.yes:
        for line in _lines(shown):
            context.out.say(*line)
        context.confirm("Close the round?")
    outcome = context.carry_out(CloseRound())
    context.out.result(outcome_document(outcome, None), outcome.summary)
    return 0


def _lines(shown: RoundPreview) -> Iterator[Line]:
    yield ((said(shown.summary), "bold"),)
    yield from _clock(shown.summary)
    gate = ", ".join(shown.gate) or "there is none"
    yield (f"gate of {shown.target[:10]}: ", gate)
    for one in shown.lanes:
        if one.why_not:
            yield ((one.lane, "bold"), " stays: ", (one.why_not, "yellow"))
        else:
            yield ((one.lane, "bold"), " is torn down")
    if not shown.lanes:
        yield ("no lane is started",)


def _clock(summary: RoundSummary) -> Iterator[Line]:
    clock = summary.clock
    if clock.tasks:
        took = f"{span(clock.one_by_one)} one after another"
        yield (f"{took}, {span(clock.parallel)} in parallel ({clock.gain:.1f} times as fast)",)


def _document(shown: RoundPreview) -> dict[str, Any]:
    return {
        "commit": shown.target,
        "gate": list(shown.gate),
        "lanes": [one.lane for one in shown.lanes if not one.why_not],
        "stay": {one.lane: one.why_not for one in shown.lanes if one.why_not},
        **to_json(shown.summary),
    }
