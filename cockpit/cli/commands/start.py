"""`cockpit start`: make lanes and run their agents."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lanes, choose, each
from cockpit.cli.prompt import add_prompt_file, prompt_text
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Start
from cockpit.services.api import Outcome

NAME = "start"
HELP = "make a lane's worktree, branch and pane, and run its agent"
DESCRIPTION = """\
Makes each lane that lanes.yaml names: a worktree on a branch of its own, the files that
`setup` asks for, a tmux pane, and the agent in it. A lane that was started before gets its
pane and agent again. Several lanes start one after the other, `launch.stagger` apart.

Everything a start makes can be taken back with `cockpit undo`."""
EXAMPLES = (
    ("cockpit start alpha", "start one lane"),
    ("cockpit start --all", "start every lane that is not started"),
    ("cockpit start alpha --prompt 'Fix the login test.'", "and give its agent a first prompt"),
    ("cockpit start alpha -f tasks/task-001-auth.md", "the prompt from a file (- for stdin)"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lanes(parser, everyone="every lane that is not started")
    parser.add_argument(
        "--prompt", metavar="TEXT", help="first prompt, given when the agent is ready"
    )
    add_prompt_file(parser, "first prompt from FILE; - is stdin")


def run(args: Namespace, context: Context) -> int:
    prompt = prompt_text(context, args.prompt, args.file) if args.prompt or args.file else ""
    context.offer_trust()
    cockpit = context.acting
    lanes = choose(args, cockpit.fleet(), lambda view: view.record is None)

    def start(lane: LaneId) -> Outcome:
        return context.carry_out(Start(lane, prompt))

    return each(
        context,
        lanes,
        start,
        nothing="Every lane is started already.",
        before_next=lambda: context.pause(cockpit.config.launch.stagger),
    )
