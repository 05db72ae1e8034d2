"""`cockpit recover`: finish or abandon what a killed cockpit left."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context

NAME = "recover"
HELP = "finish or abandon what a killed cockpit left"
DESCRIPTION = """\
Looks at the journal for steps that never ended (a kill, a full disk, a power cut), at git,
the folders and tmux for how far they got, and finishes or undoes each. Says what it did. A
second run finds nothing to do. Every command that changes something does this first."""
EXAMPLES = (
    ("cockpit recover", "in words"),
    ("cockpit recover --json", "for a program"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """It takes none."""


def run(args: Namespace, context: Context) -> int:
    sentences = context.cockpit.recover(context.tell)
    context.out.result({"recovered": sentences}, *(sentences or ["There was nothing to recover."]))
    return 0
