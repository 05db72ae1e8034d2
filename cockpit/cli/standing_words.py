"""`cockpit approve LANE --standing`: what the yes is given to, and how it stands."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from cockpit.cli.context import Context
from cockpit.cli.output import Cell
from cockpit.cli.shapes import iso, outcome_document
from cockpit.domain.approval import Standing
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import ApproveStanding
from cockpit.domain.standing import StandingState, Terms
from cockpit.errors import Exit

Line = tuple[Cell, ...]


def run(args: Namespace, context: Context, lane: LaneId) -> int:
    """Show, give or take back the standing approval of `lane`."""
    if args.show:
        return _show(context, lane)
    if args.revoke:
        outcome = context.carry_out(ApproveStanding(lane, revoke=True))
    else:
        context.offer_trust()
        terms = context.acting.standing_terms(lane)
        for line in terms_lines(terms):
            context.out.say(*line)
        context.confirm(f"Let {lane} start by itself and land what is inside these terms?")
        outcome = context.carry_out(ApproveStanding(lane, terms.digest))
    context.out.result(outcome_document(outcome, lane), outcome.summary)
    return 0


def terms_lines(terms: Terms) -> list[Line]:
    """What the yes is given to, a part a line; a prompt of many lines goes on below."""
    lines: list[Line] = []
    for part, text in terms.parts.items():
        first, *more = text.splitlines() or [""]
        lines.append(((f"{part:<8}", "bold"), first))
        lines += [(" " * 8, line) for line in more]
    return lines


def _show(context: Context, lane: LaneId) -> int:
    view = context.cockpit.fleet().lanes[lane]
    known = view.background
    state = known.standing if known is not None else StandingState()
    context.out.result(standing_document(lane, state), *_standing_lines(lane, state))
    return 0 if state.is_valid else int(Exit.REFUSED)


def _standing_lines(lane: LaneId, state: StandingState) -> list[Line]:
    if state.standing is Standing.NONE:
        return [(f"{lane} has no standing approval.",)]
    given = terms_lines(state.given.terms) if state.given is not None else []
    if state.is_valid:
        return [(("✓ standing approval", "green"), f" of {lane}, given to"), *given]
    head: Line = (("void", "yellow"), f" the standing approval of {lane}:")
    return [head, *(("  ~ ", clause) for clause in state.changed)]


def standing_document(lane: LaneId, state: StandingState) -> dict[str, Any]:
    """A standing approval as JSON: the terms that the yes was given to, what changed since."""
    given = state.given
    return {
        "lane": lane,
        "standing": state.standing.value,
        "at": iso(given.at) if given is not None else None,
        "terms": dict(given.terms.parts) if given is not None else {},
        "digest": given.terms.digest if given is not None else "",
        "gate_digest": given.terms.digest_of("gate") if given is not None else "",
        "changed": list(state.changed),
    }
