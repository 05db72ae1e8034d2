"""`cockpit start`: make lanes and run their agents."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from cockpit.cli.context import Context
from cockpit.cli.lanes import add_lanes, choose, each
from cockpit.cli.prompt import add_prompt_file, prompt_text
from cockpit.domain.activity import State
from cockpit.domain.fleet import LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Start
from cockpit.errors import UsageError
from cockpit.services.api import Outcome

NAME = "start"
HELP = "make a lane's worktree, branch and pane, and run its agent"
DESCRIPTION = """\
Makes each lane that lanes.yaml names: a worktree on a branch of its own, the files that
`setup` asks for, a tmux pane, and the agent in it. A lane that was started before gets its
pane and agent again. Several lanes start one after the other, `launch.stagger` apart.

A lane starts from a commit, so it does not see what is uncommitted in your checkout; the start
says what that is, or takes it along (--with-changes; your checkout stays as it is). A base such
as `origin/main` is fetched first.

Everything a start makes can be taken back with `cockpit undo`."""
EXAMPLES = (
    ("cockpit start alpha", "start one lane"),
    ("cockpit start --all", "start every lane that is not started"),
    ("cockpit start --all --dry-run", "show what that would do: folders, branches, commands"),
    ("cockpit start alpha --prompt 'Fix the login test.'", "and give its agent a first prompt"),
    ("cockpit start alpha --task 7", "on task 7: its file is named in the first prompt"),
    ("cockpit start alpha --with-changes", "with what is uncommitted in your checkout"),
    ("cockpit start alpha -f tasks/task-001-auth.md", "the prompt from a file (- for stdin)"),
)


def add_arguments(parser: ArgumentParser) -> None:
    add_lanes(parser, everyone="every lane that is not started")
    parser.add_argument(
        "--prompt", metavar="TEXT", help="first prompt, given when the agent is ready"
    )
    parser.add_argument(
        "--task", metavar="N", default="", help="the task it works on: a number, an id or a file"
    )
    parser.add_argument(
        "--with-changes",
        action="store_true",
        help="lay your checkout's uncommitted changes into the lane, as uncommitted work",
    )
    parser.add_argument(
        "--no-fetch",
        action="store_true",
        help="don't ask a remote for the base; start from what was fetched last",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="show what would be made and run, and stop"
    )
    add_prompt_file(parser, "first prompt from FILE; - is stdin")


def _may_start(view: LaneView) -> bool:
    """A parked lane was put away on purpose: `--all` leaves it."""
    return view.record is None and view.activity.state is not State.PARKED


def run(args: Namespace, context: Context) -> int:
    if args.dry_run:
        return _show(args, context)
    prompt = prompt_text(context, args.prompt, args.file) if args.prompt or args.file else ""
    context.offer_trust()
    cockpit = context.acting
    lanes = choose(args, cockpit.fleet(), _may_start)
    _one_for_the_task(args, lanes)

    def start(lane: LaneId) -> Outcome:
        wish = Start(
            lane, prompt, args.task, with_changes=args.with_changes, fetch=not args.no_fetch
        )
        return context.carry_out(wish)

    return each(
        context,
        lanes,
        start,
        nothing="Every lane is started already.",
        before_next=lambda: context.pause(cockpit.config.launch.stagger),
    )


def _one_for_the_task(args: Namespace, lanes: Sequence[LaneId]) -> None:
    if args.task and len(lanes) != 1:
        raise UsageError("A task is for one lane: name one.", hint="Start the others without it.")


def _show(args: Namespace, context: Context) -> int:
    """Print what would be done; nothing is asked and nothing is changed."""
    from cockpit.cli.start_words import start_document, start_lines, summary

    cockpit = context.cockpit
    lanes = choose(args, cockpit.fleet(), _may_start)
    _one_for_the_task(args, lanes)
    preview = cockpit.preview_start(lanes, task=args.task)
    context.out.result(start_document(preview), *start_lines(preview), summary(preview))
    return 0
