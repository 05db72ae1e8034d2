"""`cockpit clashes`: the radar."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli import clash_words
from cockpit.cli.context import Context
from cockpit.cli.lanes import find
from cockpit.cli.output import Cell
from cockpit.cli.table import Column
from cockpit.cli.watch import add_watch, watch
from cockpit.domain.clash import Clash, Place, Radar
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId

NAME = "clashes"
HELP = "show which lanes would run into each other or into the target"
DESCRIPTION = """\
Merges every pair of lanes, and every lane with the target, as they are now, uncommitted and
untracked work included, and shows which would conflict: paths, kind and lines of both sides;
then the order of landing that hurts least. Nothing is changed, and nothing is added to the
repository. It ends with 0 whether there are clashes or not."""
EXAMPLES = (
    ("cockpit clashes", "all pairs"),
    ("cockpit clashes alpha", "only those of one lane"),
    ("cockpit clashes --json", "with the conflicting lines, for a program"),
)

COLUMNS = (
    Column("LANE", least=8),
    Column("WITH", least=8),
    Column("PATH", least=12),
    Column("KIND", rank=2),
    Column("LINES", least=9, rank=1),
)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("lanes", metavar="LANE", nargs="*", help="only clashes of these lanes")
    add_watch(parser)


def run(args: Namespace, context: Context) -> int:
    fleet = context.cockpit.fleet()
    lanes = [find(fleet, name) for name in args.lanes]
    if args.watch:
        return watch(context, lambda: _look(context, lanes), lambda seen: _show(context, *seen))
    _show(context, *_look(context, lanes))
    return 0


Seen = tuple[Fleet, Radar, list[Clash], tuple[Place, ...]]


def _look(context: Context, lanes: list[LaneId]) -> Seen:
    cockpit = context.cockpit
    fleet = cockpit.fleet()
    radar = cockpit.clashes()
    clashes = [
        cockpit.clash(clash.lane, clash.other) or clash
        for clash in clash_words.wanted(radar, lanes)
    ]
    return fleet, radar, clashes, clash_words.order_of(fleet, radar)


def _show(
    context: Context, fleet: Fleet, radar: Radar, clashes: list[Clash], places: tuple[Place, ...]
) -> None:
    if context.out.json:
        context.out.document(clash_words.clashes_document(fleet, radar, clashes, places))
    else:
        _tell(context, fleet, radar, clashes, places)


def _tell(
    context: Context, fleet: Fleet, radar: Radar, clashes: list[Clash], places: tuple[Place, ...]
) -> None:
    out = context.out
    rows: list[list[Cell]] = list(clash_words.rows(clashes, fleet.target))
    if rows:
        out.table(COLUMNS, rows)
    elif radar.lanes:
        out.line("Nobody clashes with anybody.")
    else:
        out.line("No lane is started, so none can clash.")
    for line in clash_words.remarks(radar, fleet.target):
        out.line(*line)
    if places:
        out.line()
        out.line(("Gentlest order of landing", "bold"))
        for line in clash_words.order_lines(places, fleet.target):
            out.line(*line)
