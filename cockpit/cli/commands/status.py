"""`cockpit status`: every lane at a glance."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace

from cockpit.cli import background_words, clash_words, words
from cockpit.cli.context import Context
from cockpit.cli.lanes import find
from cockpit.cli.output import STATE_STYLES, Cell
from cockpit.cli.shapes import status_document
from cockpit.cli.table import Column
from cockpit.cli.watch import add_watch, watch
from cockpit.domain.activity import GLYPHS, headline
from cockpit.domain.approval import Standing
from cockpit.domain.cadence import overdue
from cockpit.domain.clash import Radar
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId, branch_name
from cockpit.domain.landed import Merged
from cockpit.errors import CockpitError

NAME = "status"
HELP = "show every lane, its agent and its change"
DESCRIPTION = """\
Looks at git and tmux and shows each lane: the state of its agent with glyph, word and how
long, commits ahead and behind the target, changed files and lines (uncommitted work
included), and how many files lie outside its zone. It changes nothing.

With --watch it looks every second, until Ctrl-C; with --json as well, one document a line
each time something changed."""
EXAMPLES = (
    ("cockpit status", "the table"),
    ("cockpit status alpha --json", "one lane, for a program"),
    ("cockpit status --watch", "again and again"),
)

COLUMNS = (
    Column("", rank=7),
    Column("LANE", least=24),
    Column("AGENT", rank=6),
    Column("STATE"),
    Column("BRANCH", least=12, rank=1),
    Column("↑", right=True, rank=5),
    Column("↓", right=True, rank=4),
    Column("FILES", right=True, rank=3),
    Column("LINES", right=True, rank=2),
    Column("NOTES", least=16),
)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("lanes", metavar="LANE", nargs="*", help="only these lanes")
    add_watch(parser)


def run(args: Namespace, context: Context) -> int:
    lanes = [find(context.cockpit.fleet(), name) for name in args.lanes]
    if not args.watch:
        _show(context, _look(context, lanes))
        return 0
    return watch(context, lambda: _look(context, lanes), lambda fleet: _show(context, fleet))


def _look(context: Context, lanes: Sequence[LaneId]) -> Fleet:
    begun = time.monotonic()
    fleet = context.observe(lanes or None)
    fleet = replace(fleet, radar=_radar(context, fleet, begun))
    if not lanes:
        return fleet
    return replace(fleet, lanes={lane: fleet.lanes[lane] for lane in lanes})


def _radar(context: Context, fleet: Fleet, begun: float) -> Radar:
    """Who clashes; what git said of the lanes since `begun` will do. If the radar can't look,
    every lane's clashes are not known, and the rest is shown all the same."""
    try:
        return context.cockpit.clashes(since=begun)
    except CockpitError as error:
        context.out.say(("clashes are not known: ", "yellow"), error.title)
        return Radar(unseen=dict.fromkeys(fleet.lanes, error.title))


def _show(context: Context, fleet: Fleet) -> None:
    now = context.clock()
    if context.out.json:
        context.out.document(status_document(fleet, now))
        return
    context.out.line((fleet.repository, "bold"), f" → {fleet.target}")
    if not fleet.link.up:
        context.out.line(("tmux does not answer: ", "yellow"), fleet.link.why)
    if not fleet.lanes:
        context.out.line("No lanes yet: name some under `lanes:` in lanes.yaml.")
        return
    context.out.table(COLUMNS, [_row(fleet, view, now) for view in fleet.lanes.values()])
    for view in fleet.lanes.values():
        if view.fault is not None:
            context.out.line((f"{view.lane}: ", "red"), view.fault.title)
            context.out.line(("  → ", "cyan"), view.fault.hint)


def _row(fleet: Fleet, view: LaneView, now: float) -> list[Cell]:
    activity, facts = view.activity, view.facts
    style = STATE_STYLES.get(activity.state, "")
    since = f" {words.age(now - activity.since)}" if activity.since else ""
    own = view.record if view.record is not None and not view.record.shared else None
    branch = facts.branch if facts is not None else own.branch if own is not None else None
    no_branch = "(shared)" if view.record is not None and view.record.shared else "-"
    return [
        (view.key, "bold"),
        view.lane,
        view.agent,
        (f"{GLYPHS[activity.state]} {activity.state.value}{since}", style),
        branch_name(branch) if branch is not None else no_branch,
        str(facts.ahead) if facts is not None else "-",
        str(facts.behind) if facts is not None else "-",
        str(facts.files) if facts is not None else "-",
        f"+{facts.added} -{facts.removed}" if facts is not None else "-",
        _notes(fleet, view, now),
    ]


def _notes(fleet: Fleet, view: LaneView, now: float) -> Cell:
    notes = [view.busy] if view.busy else []
    if view.fault is not None:
        notes.append(view.fault.what.value)
    if view.locked:
        notes.append(f"locked: {view.locked}")
    if view.facts is not None:
        facts = view.facts
        notes += [facts.operation] if facts.operation else []
        notes += [f"{facts.dirty} uncommitted"] if facts.dirty else []
        notes += [f"{len(facts.outside)} outside its zone"] if facts.outside else []
        if facts.merged.merged in (Merged.MERGED, Merged.PARTLY):
            notes.append(facts.merged.words)
        notes += [facts.sync.words] if facts.sync.words else []
    if view.approval.standing is not Standing.NONE:
        given = view.approval.standing is Standing.VALID
        notes.append("approved" if given else f"approval void: {view.approval.why}")
    late = overdue(fleet, view, now)
    notes += [late.words] if late is not None else []
    by_itself = background_words.note(fleet, view, now)
    notes += [by_itself] if by_itself else []
    clash = clash_words.note(fleet.radar, view.lane, fleet.target)
    notes += [clash] if clash else []
    if view.activity.detail:
        notes.append(headline(view.activity.detail))
    style = "red" if view.fault is not None else "yellow" if view.needs_commander else ""
    return (", ".join(notes), style)
