"""`cockpit ports`: which ports each lane has."""

from __future__ import annotations

import shlex
from argparse import ArgumentParser, Namespace
from typing import Any

from cockpit.cli.context import Context
from cockpit.cli.lanes import find
from cockpit.cli.output import Cell
from cockpit.cli.table import FACTS, Column
from cockpit.domain.ports import GATE, HeldSlot
from cockpit.errors import Refused

NAME = "ports"
HELP = "show which ports each lane has, and on which of them something listens"
DESCRIPTION = """\
Shows the slot of each lane and the ports that follow from it by `ports` in lanes.yaml. A lane
gets its slot when it is first started, finds these variables in its pane's environment, and
keeps the slot until it is torn down. The gate has a slot of its own. Ports on which a program
listens now are listed.

With --env it prints one lane's variables, as a shell or a .env file takes them."""
EXAMPLES = (
    ("cockpit ports", "every lane's"),
    ("cockpit ports alpha --env", "its variables, for a shell or a .ports.env"),
)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("lane", metavar="LANE", nargs="?", help="only this lane")
    parser.add_argument(
        "--env", action="store_true", help="print the lane's variables, one NAME=VALUE a line"
    )


def run(args: Namespace, context: Context) -> int:
    lane = find(context.cockpit.fleet(), args.lane) if args.lane else None
    found = [one for one in context.cockpit.port_slots() if lane in (None, one.lane)]
    if lane is not None and not found:
        raise Refused(
            f"Lane {lane} has no ports.",
            hint="It gets them when it is started, if `ports.vars` of lanes.yaml names any.",
        )
    if args.env:
        return _print_variables(context, found[0] if lane is not None else None)
    if context.out.json:
        context.out.document({"ports": [_document(one) for one in found]})
    elif not found:
        context.out.line("lanes.yaml hands out no ports: `ports.vars` would name them.")
    else:
        names = tuple(found[0].ports)
        columns = (
            Column("LANE"),
            Column("SLOT", right=True, rank=1),
            *(Column(name, right=True) for name in names),
            Column("LISTENS", least=12, rank=0),
        )
        context.out.table(columns, [_row(one, names) for one in found])
    return 0


def _print_variables(context: Context, one: HeldSlot | None) -> int:
    if one is None:
        raise Refused("--env prints one lane's variables.", hint="Name the lane.")
    for name, value in one.variables.items():
        context.out.line(f"{name}={shlex.quote(value)}")
    return 0


def _row(one: HeldSlot, names: tuple[str, ...]) -> list[Cell]:
    lane: Cell = ("gate", "dim") if one.lane == GATE else (one.lane, "bold")
    listens = FACTS.join(name for name in names if one.ports[name] in one.listening)
    return [lane, str(one.slot), *(str(one.ports[name]) for name in names), listens or "-"]


def _document(one: HeldSlot) -> dict[str, Any]:
    return {
        "lane": None if one.lane == GATE else one.lane,
        "slot": one.slot,
        "ports": dict(one.ports),
        "variables": dict(one.variables),
        "listening": list(one.listening),
    }
