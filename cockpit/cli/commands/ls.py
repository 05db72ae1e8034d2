"""`cockpit ls`: every repository that cockpit was used in."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cockpit.cli import words
from cockpit.cli.context import Context
from cockpit.cli.output import Cell
from cockpit.cli.table import Column, cut_path
from cockpit.cli.times import iso
from cockpit.cli.watch import add_watch, watch
from cockpit.domain.known import Known, Whereabouts

NAME = "ls"
HELP = "list the repositories that cockpit was used in, with what runs and needs you"
DESCRIPTION = """\
Lists every repository that has a state folder, the last used first: where it lies, its target,
how many lanes lanes.yaml names, how many run and which of them need you, whether the board is
open, and what its trash and its snapshots take. It looks at panes, not at git, starts no tmux
server, and works from any folder. One that is not where it was is named as missing; its state
folder, which --json names, keeps what its lanes left."""
EXAMPLES = (
    ("cockpit ls", "all of them"),
    ("cockpit ls --json", "with lanes' names and state folders, for a program"),
)

COLUMNS = (
    Column("REPOSITORY", least=20, cut=cut_path),
    Column("TARGET", rank=1),
    Column("LANES", right=True, rank=4),
    Column("RUN", right=True, rank=6),
    Column("NEED YOU", least=8),
    Column("BOARD", rank=5),
    Column("KEPT", right=True, rank=2),
    Column("USED", right=True, rank=3),
    Column("NOTES", least=16),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_watch(parser)


def run(args: Namespace, context: Context) -> int:
    from cockpit.services.wiring import known_repositories

    if args.watch:
        return watch(
            context,
            known_repositories,
            lambda found: _show(context, found),
            told=lambda found: [replace(one, last_used=None) for one in found],
        )
    _show(context, known_repositories())
    return 0


def _show(context: Context, found: Sequence[Known]) -> None:
    if context.out.json:
        context.out.document({"repositories": [_document(one) for one in found]})
        return
    if not found:
        context.out.line("cockpit was not used in any repository yet.")
        return
    now = context.clock()
    context.out.table(COLUMNS, [_row(one, now) for one in found])


def _document(one: Known) -> dict[str, Any]:
    return {
        "id": one.id,
        "repository": one.root or None,
        "state_folder": one.state,
        "status": one.whereabouts.value,
        "why": one.why,
        "target": one.target or None,
        "lanes": list(one.lanes),
        "started": list(one.started),
        "running": None if one.running is None else list(one.running),
        "needing_you": None if one.needing is None else list(one.needing),
        "app_open": one.app_is_open,
        "trash_bytes": one.trash,
        "snapshot_bytes": one.vault,
        "last_used": None if one.last_used is None else iso(one.last_used),
    }


def _row(one: Known, now: float) -> list[Cell]:
    here = one.whereabouts is Whereabouts.HERE
    note = one.why if here else f"{one.whereabouts.value}: {one.why}"
    kept = None if one.trash is None and one.vault is None else (one.trash or 0) + (one.vault or 0)
    return [
        (_shown(one.root) or one.id, "bold" if here else "dim"),
        one.target or "-",
        str(len(one.lanes)) if one.target else "-",
        "-" if one.running is None else str(len(one.running)),
        ("-" if one.needing is None else ", ".join(one.needing) or "none", _alarm(one)),
        {True: "open", False: "closed", None: "-"}[one.app_is_open],
        "-" if kept is None else words.size(kept),
        "-" if one.last_used is None else words.age(now - one.last_used),
        (note, "" if here else "yellow"),
    ]


def _shown(root: str) -> str:
    """The path with `~` for the home folder."""
    home = os.path.expanduser("~")
    return f"~{root[len(home) :]}" if root.startswith(home.rstrip("/") + "/") else root


def _alarm(one: Known) -> str:
    return "alarm" if one.needing else ""
