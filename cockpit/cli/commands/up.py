"""`cockpit up`: open the cockpit. The only command that may load Textual, and only the app's
own process does (`--bare`): the hosted form starts that process in our tmux server and
becomes a tmux client. `--hosted` is how the server starts it; nobody types that.
"""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, Namespace
from typing import NoReturn

from cockpit.cli.context import Context
from cockpit.cli.guard import refuse_nested
from cockpit.cli.terminal import become, has_few_colours, require_room, require_terminal

NAME = "up"
HELP = "open the cockpit (the default command)"
DESCRIPTION = """\
Opens the board: one live panel a lane. The app runs in session `cockpit` of cockpit's own
tmux server (never yours), so it survives a closed terminal and a dropped ssh; `cockpit up`
finds it again as it was, from a second terminal too. `Q` detaches; `q` ends the app and asks
what becomes of agents that run. Opened again it is as it was left, and tells what happened.

In a repository without a lanes.yaml it shows the one that `cockpit init` proposes, and what
that would start; Enter writes it and goes on to the board.

With --bare it runs in this terminal, without hosting."""
EXAMPLES = (
    ("cockpit", "open it here"),
    ("cockpit -C ~/project up", "open it for another folder"),
    ("cockpit up --bare", "without tmux around the app"),
)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--bare", action="store_true", help="run in this terminal, not hosted")
    parser.add_argument("--hosted", action="store_true", help=SUPPRESS)
    parser.add_argument("--few-colours", action="store_true", help=SUPPRESS)


def run(args: Namespace, context: Context) -> int:
    refuse_nested(NAME)
    require_terminal(NAME, "`cockpit status` works without one.")
    if not args.hosted and not _is_set_up(context):
        return 0
    if not (args.bare or args.hosted):
        require_room(NAME)
        _become_hosted(context)
    return run_app_here(context, hosted=args.hosted, few_colours=args.few_colours)


def _is_set_up(context: Context) -> bool:
    """Whether there is a lanes.yaml; where there is none, one is offered, and this says whether
    it was written."""
    from cockpit.config.problems import NoConfig

    try:
        return bool(context.local)
    except NoConfig:
        pass  # the screen below says so, and what to do
    from cockpit.services.wiring import build_founding, build_looks
    from cockpit.ui.run import run_founding

    require_room(NAME)
    founding = build_founding(context.start)
    try:
        written = run_founding(founding, look=build_looks().read())
    finally:
        founding.close()
    if written is None:
        context.out.say("Nothing was written. `cockpit init` writes a lanes.yaml, too.")
        return False
    context.out.say(f"Wrote {written}")
    return True


def _become_hosted(context: Context) -> NoReturn:
    """Have the app running in our tmux server, and become a client of it."""
    from cockpit.services.hosting import host_app

    argv = host_app(context.local, few_colours=has_few_colours())
    environment = context.local.work.tmux.attach_env()
    context.close()
    become(argv, environment)


def run_app_here(context: Context, *, hosted: bool, few_colours: bool = False) -> int:
    """Run the app in this terminal until the commander leaves it. `few_colours`: the terminal
    around our tmux server has no more than 16, which can't be seen from inside it."""
    from cockpit.services.wiring import build_looks, build_supervisor

    cockpit = context.local
    from cockpit.ui.run import run_app

    run_app(
        lambda: build_supervisor(cockpit),
        hosted=hosted,
        looks=build_looks(),
        theme=cockpit.config.theme,
        keys=cockpit.config.keys.values(),
        few_colours=few_colours,
    )
    return 0
