"""`cockpit doctor`: what of this machine helps or hinders, and how to mend it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from cockpit.cli.context import Context
from cockpit.cli.output import Cell
from cockpit.cli.words import count
from cockpit.domain.checkup.finding import Finding, Level, has_problem
from cockpit.errors import Exit

if TYPE_CHECKING:
    from cockpit.domain.checkup.facts import Facts

NAME = "doctor"
HELP = "check git, tmux, agents, terminal and this machine, and say how to mend them"
DESCRIPTION = """\
Looks at git and tmux, the agents that lanes.yaml names or that are installed, the terminal, the
limits of the system, what happens at logout, disks, the state folder, the ssh agent, and what a
lane's pane would get of your environment (names only). Each finding says what is seen and, if
it is not as it should be, how to mend it.

It works without a repository, without lanes.yaml or with a broken one, and without git or tmux.
It changes nothing, and runs no command that lanes.yaml names. It ends with 1 if there is a
problem, else with 0."""
EXAMPLES = (
    ("cockpit doctor", "all findings, the worst of each last"),
    ("cockpit doctor --quiet", "only what is not as it should be"),
    ("cockpit doctor --json", "for a program, or to attach to a report"),
)

MARKS = {
    Level.OK: ("✓ ok      ", "green"),
    Level.NOTE: ("· note    ", "cyan"),
    Level.WARNING: ("! warning ", "yellow"),
    Level.PROBLEM: ("✗ problem ", "red"),
}
_INDENT = 10


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "-q", "--quiet", action="store_true", help="only warnings, problems and the sum"
    )


def run(args: Namespace, context: Context) -> int:
    from cockpit.domain.checkup.judge import findings
    from cockpit.services.wiring import examine

    facts = examine(context.start)
    found = findings(facts)
    if context.out.json:
        context.out.document(document(facts, found))
    else:
        for line in lines(found, context.out.columns, quiet=args.quiet):
            context.out.line(*line)
    return int(Exit.FAILED if has_problem(found) else Exit.OK)


def document(facts: Facts, found: Sequence[Finding]) -> dict[str, Any]:
    """The findings, and the facts about tools that a report needs. No value of a variable."""
    return {
        "ok": not has_problem(found),
        "findings": [
            {"topic": f.topic, "level": f.level.value, "seen": f.seen, "mend": f.mend}
            for f in found
        ],
        "git": facts.git.version,
        "tmux": facts.tmux.version,
        "python": facts.system.python,
        "system": facts.system.name,
        "release": facts.system.release,
        "agents": {agent.name: agent.tool.version for agent in facts.agents},
        "lane_environment": list(facts.lane.names),
    }


def lines(found: Sequence[Finding], width: int, *, quiet: bool) -> Iterator[Sequence[Cell]]:
    """A line or more a finding, wrapped to `width` (0: not at all), and the sum."""
    shown = [f for f in found if not quiet or f.level in (Level.WARNING, Level.PROBLEM)]
    for finding in shown:
        mark, style = MARKS[finding.level]
        first, *rest = _wrapped(f"{finding.topic}: {finding.seen}", width)
        yield ((mark, style), first)
        for line in rest:
            yield (" " * _INDENT, line)
        if finding.mend:
            first, *rest = _wrapped(finding.mend, width - 2 if width else 0)
            yield (" " * _INDENT, ("→ ", "cyan"), first)
            for line in rest:
                yield (" " * (_INDENT + 2), line)
    counts = Counter(finding.level for finding in found)
    summed = [count(counts[level], level.value) for level in Level if level is not Level.OK]
    if shown:
        yield ()
    well = not (counts[Level.PROBLEM] or counts[Level.WARNING])
    said = f": {', '.join(summed)}; {counts[Level.OK]} ok."
    yield (("All is well" if well else "Found", "bold"), said)


def _wrapped(text: str, width: int) -> list[str]:
    if not width:
        return [text]
    return wrap(text, max(30, width - _INDENT), break_long_words=False, break_on_hyphens=False)
