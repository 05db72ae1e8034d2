"""`cockpit send`: a prompt, delivered and seen to be taken."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find
from cockpit.cli.prompt import add_prompt_file, prompt_text
from cockpit.cli.shapes import outcome_document
from cockpit.domain.intents import Send

NAME = "send"
HELP = "give a lane's agent a prompt, and see it taken"
DESCRIPTION = """\
Pastes the text into the lane's pane as one paste, presses Enter, and looks whether the
agent took it. If nobody can tell, it ends with code 7 and the text is never sent again by
itself. While the agent asks a question the text could answer it: then it is refused,
unless --force is given."""
EXAMPLES = (
    ("cockpit send alpha 'Now run the tests.'", "one text, in quotes"),
    ("cockpit send alpha -f prompt.md", "from a file"),
    ("cockpit send alpha -f - < prompt.md", "from stdin"),
    ("cockpit send alpha -- '-1 is a valid answer'", "a text that begins with a dash"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)
    parser.add_argument("text", metavar="TEXT", nargs="*", help="the prompt, in quotes")
    add_prompt_file(parser, "the prompt from FILE; - is stdin")
    parser.add_argument(
        "--force", action="store_true", help="send although the agent may be asking a question"
    )


def run(args: Namespace, context: Context) -> int:
    text = prompt_text(context, args.text, args.file)
    lane = find(context.acting.fleet(), args.lane)
    outcome = context.carry_out(Send(lane, text, args.force))
    context.out.result(outcome_document(outcome, lane), outcome.summary)
    return 0
