"""Naming lanes on the command line, and doing the same to several of them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from cockpit.cli.exits import as_error, error_document
from cockpit.cli.shapes import outcome_document
from cockpit.domain.ids import LaneId
from cockpit.domain.text import safe
from cockpit.errors import CockpitError, UsageError

if TYPE_CHECKING:
    from cockpit.cli.context import Context
    from cockpit.domain.fleet import Fleet, LaneView
    from cockpit.services.api import Outcome


def add_lane(parser: ArgumentParser, *, optional: bool = False) -> None:
    """One lane, or with `optional` perhaps none."""
    parser.add_argument(
        "lane",
        metavar="LANE",
        nargs="?" if optional else None,
        help="the lane's name, or its letter on the board",
    )


def add_lanes(parser: ArgumentParser, *, everyone: str) -> None:
    """Several lanes, or `--all`; `everyone` says who that is."""
    parser.add_argument(
        "lanes", metavar="LANE", nargs="*", help="a lane's name, or its letter on the board"
    )
    parser.add_argument("--all", action="store_true", dest="everyone", help=everyone)


def find(fleet: Fleet, name: str) -> LaneId:
    """The lane called `name`, else the one whose key it is. Raises `UsageError`."""
    if LaneId(name) in fleet.lanes:
        return LaneId(name)
    view = fleet.by_key(name) or fleet.by_key(name.upper())
    if view is not None and name:
        return view.lane
    import difflib

    near = difflib.get_close_matches(name[:60], fleet.lanes, n=1)
    known = ", ".join(fleet.lanes) or "none"
    raise UsageError(
        f"There is no lane {safe(name, width=60)!s}"
        + (f"; did you mean {near[0]}?" if near else "."),
        detail=f"Lanes: {known}.",
        hint="Lanes are named in lanes.yaml; `cockpit status` shows them.",
    )


def has_branch(view: LaneView) -> bool:
    """Whether the lane is started on a branch of its own (one of `mode: shared` has none)."""
    return view.record is not None and not view.record.shared


def choose(
    args: Namespace, fleet: Fleet, everyone: Callable[[LaneView], bool] = lambda _view: True
) -> list[LaneId]:
    """The lanes that were named, each once, or with `--all` those that `everyone` takes.

    Raises `UsageError` when none was named, or both.
    """
    if args.everyone and args.lanes:
        raise UsageError("Name lanes or give --all, not both.")
    if args.everyone:
        return [view.lane for view in fleet.lanes.values() if everyone(view)]
    if not args.lanes:
        raise UsageError("Name a lane, or give --all.", hint="`cockpit status` shows the lanes.")
    return list(dict.fromkeys(find(fleet, name) for name in args.lanes))


def each(
    context: Context,
    lanes: Sequence[LaneId],
    act: Callable[[LaneId], Outcome],
    *,
    nothing: str,
    before_next: Callable[[], None] | None = None,
) -> int:
    """Do `act` to one lane after the other; a lane that fails stops no other.

    Prints a line for each (one document with `--json`), what is wrong with several once;
    returns the first failure's code.
    """
    entries: list[dict[str, Any]] = []
    first: CockpitError | None = None
    told: list[tuple[dict[str, Any], list[LaneId]]] = []
    for at, lane in enumerate(lanes):
        if at and before_next is not None:
            before_next()
        try:
            outcome = act(lane)
        except (CockpitError, OSError) as problem:
            error = as_error(problem)
            if error is None:
                raise
            first = first or error
            document = error_document(error)
            entries.append({"lane": lane, "error": document})
            again = next((lanes for said, lanes in told if said == document), None)
            if again is None:
                told.append((document, []))
                context.out.sentence(error)
            else:
                again.append(lane)
            continue
        entries.append(outcome_document(outcome, lane))
        if not context.out.json:
            context.out.line(outcome.summary)
    for _, others in told:
        if others:
            context.out.say(f"The same goes for {', '.join(others)}.")
    _report(context, entries, first, nothing)
    return int(first.code) if first is not None else 0


def _report(
    context: Context,
    entries: Iterable[dict[str, Any]],
    first: CockpitError | None,
    nothing: str,
) -> None:
    listed = list(entries)
    if context.out.json:
        document: dict[str, Any] = {"lanes": listed}
        if first is not None:
            document["error"] = error_document(first)
        context.out.document(document)
    elif not listed:
        context.out.line(nothing)
