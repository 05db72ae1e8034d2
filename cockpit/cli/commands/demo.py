"""`cockpit demo`: the whole flow on a throw-away repository with scripted agents."""

from __future__ import annotations

import shlex
import shutil
import tempfile
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli.context import Context
from cockpit.cli.guard import refuse_nested
from cockpit.cli.terminal import has_few_colours, require_room, require_terminal
from cockpit.domain.intents import Start, Trust
from cockpit.errors import CockpitError, Exit, Refused

if TYPE_CHECKING:
    from cockpit.demo.report import StepReport
    from cockpit.domain.events import Event

NAME = "demo"
HELP = "try everything on a throw-away repository with scripted agents"
DESCRIPTION = """\
Makes a small repository with history and four lanes whose agents are scripted programs (no
model, no network), starts them and opens the cockpit. One asks for permission, two conflict,
one breaks the tests, one strays outside its zone. Everything but the model is real. When you
leave, it asks whether to remove all of it again; with --keep it stays in the folder you name.

With --headless the whole flow runs without a terminal: start, answer, land, be refused, undo,
repair, tear down. Each step is told with what was expected; the exit code is 0 only if every
step went as it should."""
EXAMPLES = (
    ("cockpit demo", "open it"),
    ("cockpit demo --keep /tmp/till", "and leave the repository there"),
    ("cockpit demo --headless --json", "the flow as a test of this machine"),
)

PROJECT = "till"
"""The repository's folder; the lanes' worktrees lie beside it."""
HEADLESS_PACE = 0.15
"""Factor on the agents' pauses when nobody watches."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--keep", metavar="DIR", default="", help="make it in DIR and leave it there"
    )
    parser.add_argument(
        "--headless", action="store_true", help="run the whole flow without a terminal"
    )
    parser.add_argument(
        "--pace",
        metavar="FACTOR",
        type=_pace,
        default=None,
        help="length of the agents' pauses: 1 is an agent's own pace, 0.1 ten times faster",
    )


def _pace(text: str) -> float:
    """Raises `ArgumentTypeError`, which is told as wrong usage."""
    try:
        pace = float(text)
    except ValueError:
        pace = -1.0
    if not 0 <= pace <= 10:
        raise ArgumentTypeError("needs a number from 0 to 10")
    return pace


def run(args: Namespace, context: Context) -> int:
    from cockpit.demo.repository import build_demo_repository

    if not args.headless:
        refuse_nested(NAME)
        require_terminal(NAME, "`cockpit demo --headless` runs the whole flow without one.")
        require_room(NAME)
    folder = _folder(context, args.keep)
    stays = False
    try:
        pace = args.pace if args.pace is not None else HEADLESS_PACE if args.headless else 1.0
        context.start = build_demo_repository(folder / PROJECT, pace=pace)
        if args.headless:
            return _headless(context)
        _open(context)
        stays = bool(args.keep) or not _ends(context)
        return 0
    finally:
        if stays:
            _say_how_to_return(context)
        else:
            _end(context, folder, keep=bool(args.keep))


def _folder(context: Context, keep: str) -> Path:
    """Where the demo lives. Raises `Refused` if the folder that is to be kept has content."""
    if not keep:
        return Path(tempfile.mkdtemp(prefix="cockpit-demo-"))
    folder = context.resolve(keep).absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(
            f"{folder} is there already, and the demo overwrites nothing.",
            hint="Name a folder that does not exist yet.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _headless(context: Context) -> int:
    from cockpit.demo.flow import run_headless

    def told(step: StepReport) -> None:
        if not context.out.json:
            mark = ("✓ ", "green") if step.ok else ("✗ ", "red")
            what = f"{step.step} {step.lane}".strip()
            got = step.got if step.ok else f"{step.got}, expected {step.expected}"
            context.out.line(mark, f"{what}: {got}", (f"  {step.seconds:.1f} s", "dim"))
            for line in () if step.ok else step.detail.splitlines():
                context.out.line("    ", line)

    def quiet(_event: Event) -> None:
        """The steps say enough."""

    steps = run_headless(context.cockpit, quiet, context.pause, report=told)
    good = bool(steps) and all(step.ok for step in steps)
    if context.out.json:
        context.out.document(
            {
                "repository": str(context.start),
                "ok": good,
                "steps": [step.to_json() for step in steps],
            }
        )
    else:
        context.out.line("Everything went as it should." if good else "The demo went wrong.")
    return int(Exit.OK if good else Exit.FAILED)


def _open(context: Context) -> None:
    """Start the lanes and show the cockpit until the visitor leaves it."""
    from cockpit.demo.visit import visit
    from cockpit.services.hosting import host_app

    cockpit = context.acting
    context.out.say(f"Four scripted agents start in a throw-away repository: {context.start}")
    context.carry_out(Trust(cockpit.trust().digest))  # the file is ours, made a moment ago
    for lane in cockpit.config.lanes:
        try:
            context.carry_out(Start(lane))
        except CockpitError as error:
            context.out.sentence(error)
    argv = host_app(context.local, few_colours=has_few_colours())
    visit(argv, context.local.work.tmux.attach_env())


def _ends(context: Context) -> bool:
    """Whether the visitor is done: asked, since detaching looks the same from here."""
    return context.out.ask("End the demo and remove it? [Y/n]").casefold() not in ("n", "no")


def _say_how_to_return(context: Context) -> None:
    where = shlex.quote(str(context.start))
    context.out.line(f"The demo goes on in {context.start}")
    context.out.line(f"  cockpit -C {where} up                     opens it again")
    context.out.line(f"  cockpit -C {where} teardown --all --yes   ends its lanes")


def _end(context: Context, folder: Path, *, keep: bool) -> None:
    """Stop the demo's own tmux server; remove its folder and state unless they are kept."""
    state: Path | None = None
    if context.is_connected:
        state = context.cockpit.state
        try:
            context.local.work.tmux.kill_server()
        except CockpitError as error:
            context.out.sentence(error)
    context.close()
    if keep:
        context.out.say(f"The repository is in {context.start}")
        return
    for doomed in (folder, state):
        if doomed is not None:
            shutil.rmtree(doomed, ignore_errors=True)
            if doomed.exists():
                context.out.say(f"{doomed} could not be removed wholly.")
