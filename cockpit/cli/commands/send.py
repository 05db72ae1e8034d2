"""`cockpit send`: a prompt, delivered and seen to be taken."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lane, find
from cockpit.cli.prompt import add_prompt_file, prompt_text
from cockpit.cli.shapes import outcome_document
from cockpit.domain.intents import CallOffPrompt, Send
from cockpit.errors import UsageError

NAME = "send"
HELP = "give a lane's agent a prompt, and see it taken"
DESCRIPTION = """\
Pastes the text into the lane's pane as one paste, presses Enter, and looks whether the
agent took it. If nobody can tell, it ends with code 7 and the text is never sent again by
itself. While the agent asks a question the text could answer it: then it is refused,
unless --force is given.

With --when-idle a text for an agent in the middle of a turn is kept, and sent by an open cockpit
when the turn has ended, at most once; --call-off takes away what waits."""
EXAMPLES = (
    ("cockpit send alpha 'Now run the tests.'", "one text, in quotes"),
    ("cockpit send alpha -f prompt.md", "from a file"),
    ("cockpit send alpha -f - < prompt.md", "from stdin"),
    ("cockpit send alpha --when-idle 'Then update the docs.'", "at the end of its turn"),
    ("cockpit send alpha --call-off", "nothing waits for it any more"),
    ("cockpit send alpha -- '-1 is a valid answer'", "a text that begins with a dash"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lane(parser)
    parser.add_argument("text", metavar="TEXT", nargs="*", help="the prompt, in quotes")
    add_prompt_file(parser, "the prompt from FILE; - is stdin")
    parser.add_argument(
        "--force", action="store_true", help="send although the agent may be asking a question"
    )
    later = parser.add_mutually_exclusive_group()
    later.add_argument(
        "--when-idle", action="store_true", help="keep it until the agent's turn has ended"
    )
    later.add_argument(
        "--call-off", action="store_true", help="take away the prompts that wait for the lane"
    )


def run(args: Namespace, context: Context) -> int:
    if args.call_off:
        return _call_off(args, context)
    text = prompt_text(context, args.text, args.file)
    lane = find(context.acting.fleet(), args.lane)
    outcome = context.carry_out(Send(lane, text, args.force, when_idle=args.when_idle))
    context.out.result(outcome_document(outcome, lane), outcome.summary)
    return 0


def _call_off(args: Namespace, context: Context) -> int:
    if args.text or args.file or args.force:
        raise UsageError("--call-off takes a lane and no text.")
    lane = find(context.acting.fleet(), args.lane)
    outcome = context.carry_out(CallOffPrompt(lane))
    context.out.result(outcome_document(outcome, lane), outcome.summary)
    return 0
