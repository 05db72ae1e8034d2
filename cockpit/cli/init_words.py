"""What `cockpit init` asks and says."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cockpit.cli.commands.init import is_lanes_number
from cockpit.cli.context import Context
from cockpit.cli.start_words import start_document, start_lines, summary
from cockpit.domain.advice import WHEN_WHICH, unseen_lines
from cockpit.domain.findings import Findings
from cockpit.domain.proposal import ProposedLane, Wishes, propose
from cockpit.domain.starting import StartPreview
from cockpit.errors import UsageError
from cockpit.services.founding import Draft

TRIES = 3


def ask_wishes(args: Namespace, context: Context, found: Findings) -> Wishes:
    """What the options say, else (on a terminal) the commander. Raises `UsageError` for an
    answer that is none after three tries."""
    agents = _names(args.agent)
    wishes = Wishes(agents, args.lanes, args.target)
    if context.yes or not context.can_ask:
        return wishes
    target, lanes = args.target, args.lanes
    if not target and found.head and found.head != found.target:
        question = f"Lanes land on {found.target}; you are on {found.head}. Land on which?"
        target = _answer(context, question, found.target, lambda text: text in found.taken)
    if not agents and len(found.agents) > 1:
        known = ", ".join(found.agents)
        question = f"Which agents run in the lanes ({known}; several by turns)?"
        agents = _names(
            _answer(
                context,
                question,
                found.agents[0],
                lambda text: bool(_names(text)) and {*_names(text)} <= {*found.agents, "shell"},
            )
        )
    plain = propose(found).lanes
    if not lanes and not any(lane.why for lane in plain):
        answer = _answer(context, "How many lanes?", str(len(plain)), is_lanes_number)
        lanes = int(answer)
    return Wishes(agents, lanes, target)


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


def _answer(context: Context, question: str, default: str, good: Callable[[str], bool]) -> str:
    for _ in range(TRIES):
        answer = context.out.ask(f"{question} [{default}]") or default
        if good(answer):
            return answer
        context.out.say(("  that is none of them", "yellow"))
    raise UsageError("That was no answer, so nothing was written.")


# ---------------------------------------------------------------- what it says


def tell(
    context: Context, path: Path, draft: Draft, preview: StartPreview, *, written: bool
) -> None:
    """The file (or that it was written), what would start, what lanes won't see, what is next.
    The file's text goes to stdout where it was not written; the rest is for people."""
    if context.out.json:
        context.out.document(_document(path, draft, preview, written=written))
        return
    out = context.out
    if written:
        out.line(f"Wrote {path}")
        for lane in draft.proposal.lanes:
            said = f" {lane.agent:<10} {_comes_from(lane)}".rstrip()
            out.line("  ", (f"{lane.name:<12}", "bold"), said)
    else:
        for line in draft.text.rstrip("\n").split("\n"):
            out.line(line)
    for clause in draft.proposal.left_out_shown:
        out.say(("left out: ", "yellow"), clause)
    out.say()
    out.say(("`cockpit start --all` would do this:", "bold"))
    for cells in start_lines(preview):
        out.say(*cells)
    out.say(summary(preview))
    _say_notes(context, draft)
    if written:
        _say_next(context, preview)


def _comes_from(lane: ProposedLane) -> str:
    return f"from {lane.why}" if lane.why else ""


def _say_notes(context: Context, draft: Draft) -> None:
    notes = [*draft.findings.problems, *unseen_lines(draft.findings, draft.proposal)]
    if not draft.findings.agents:
        notes.append(
            "No agent that cockpit knows is installed, so the lanes run your shell; set `agent:`, "
            "or a `command` under `agents:`."
        )
    for note in notes:
        context.out.say(("note: ", "yellow"), note)
    context.out.say()
    context.out.say(("When a worktree, when not:", "bold"))
    for line in WHEN_WHICH:
        context.out.say(f"  {line}")


def _say_next(context: Context, preview: StartPreview) -> None:
    trust = "" if preview.trusted else "shows what the file may run, asks once, "
    context.out.say()
    context.out.say(
        ("Next: ", "bold"), f"`cockpit` opens the board, {trust}and S starts the lanes there."
    )
    first = "cockpit start --all" if preview.trusted else "cockpit trust && cockpit start --all"
    context.out.say("      ", f"Without the board: {first}")


def _document(path: Path, draft: Draft, preview: StartPreview, *, written: bool) -> dict[str, Any]:
    proposal = draft.proposal
    return {
        "file": str(path),
        "written": written,
        "text": draft.text,
        "target": proposal.target,
        "lanes": [_lane_document(lane) for lane in proposal.lanes],
        "gate": proposal.gate.command if proposal.gate and proposal.gate.sure else None,
        "left_out": list(proposal.left_out),
        "notes": [*draft.findings.problems, *unseen_lines(draft.findings, proposal)],
        "start": start_document(preview),
    }


def _lane_document(lane: ProposedLane) -> dict[str, Any]:
    return {
        "lane": lane.name,
        "agent": lane.agent,
        "from": lane.why or None,
        "zone": list(lane.zone),
        "exclude": list(lane.exclude),
        "owner": lane.owner or None,
        "worktree": lane.worktree or None,
        "branch": lane.branch or None,
    }
