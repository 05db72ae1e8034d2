"""`cockpit init`: look at the repository and write the lanes.yaml that fits it."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli.context import Context
from cockpit.errors import UsageError
from cockpit.paths import shipped

if TYPE_CHECKING:
    from cockpit.services.founding import Founding

NAME = "init"
HELP = "propose lanes from what is here, and write lanes.yaml"
DESCRIPTION = """\
Looks at the repository and writes a commented lanes.yaml at the root of the main checkout. It
proposes lanes from what is there: linked worktrees and branches with unmerged work (starting
such a lane takes them over as they are), a coordination.yaml, CODEOWNERS; else two plain ones.
The agents are those that are installed. Gate and setup are guessed, with the reason beside
them. Then it shows what `cockpit start --all` would do. It never overwrites a file.

On a terminal it asks what it can't know, three questions at most; --yes asks none.
With --bare it clones a repository bare, with a worktree of its target beside it, and sets that
up. With --example it prints a lanes.yaml with every key explained."""
EXAMPLES = (
    ("cockpit init", "here"),
    ("cockpit init --print", "show the file and what would start; write nothing"),
    ("cockpit init --agent claude,codex --lanes 4", "four lanes, two agents by turns"),
    ("cockpit -C ~/project init", "in another repository"),
    ("cockpit init --bare git@example.org:us/till.git", "till.git, till-main and its lanes.yaml"),
    ("cockpit init --example", "every key, with its meaning and default"),
)

MOST_LANES = 15


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--print", "--dry-run", action="store_true", dest="dry_run", help="show, and write nothing"
    )
    parser.add_argument(
        "--agent", metavar="NAME[,NAME]", default="", help="the agents of the lanes, by turns"
    )
    parser.add_argument(
        "--lanes", metavar="N", type=lanes_number, default=0, help="how many lanes there shall be"
    )
    parser.add_argument(
        "--target", metavar="BRANCH", default="", help="the branch that lanes land on"
    )
    parser.add_argument(
        "--bare", metavar="URL", default=None, help="clone URL bare, and set that up"
    )
    parser.add_argument("folder", metavar="DIR", nargs="?", help="with --bare: the bare folder")
    parser.add_argument(
        "--example", action="store_true", help="print every key with its meaning, and stop"
    )


def is_lanes_number(text: str) -> bool:
    plain = text.isascii() and text.isdigit() and len(text) < 5
    return plain and 1 <= int(text) <= MOST_LANES


def lanes_number(text: str) -> int:
    """Raises `ArgumentTypeError`, which is told as wrong usage."""
    if not is_lanes_number(text):
        raise ArgumentTypeError(f"needs a number from 1 to {MOST_LANES}")
    return int(text)


def run(args: Namespace, context: Context) -> int:
    if args.example:
        text = shipped("lanes.example.yaml").read_text(encoding="utf-8")
        context.out.result({"example": text}, *text.rstrip("\n").split("\n"))
        return 0
    if args.folder is not None and args.bare is None:
        raise UsageError(
            "A folder is only for --bare.", hint="`cockpit -C DIR init` sets another one up."
        )
    if args.bare is not None:
        if args.dry_run:
            raise UsageError("--bare clones, so there is nothing to show before.")
        context.start = _clone(args, context)
    from cockpit.services.wiring import build_founding

    founding = build_founding(context.start)
    try:
        return set_up(args, context, founding)
    finally:
        founding.close()


def set_up(args: Namespace, context: Context, founding: Founding) -> int:
    """Propose, ask what can't be known, write (or only show) the file, and say what is next."""
    from cockpit.cli.init_words import ask_wishes, tell

    found = founding.look()
    draft = founding.draft(ask_wishes(args, context, found), found)
    preview = founding.preview(draft.text)
    path = None if args.dry_run else founding.write(draft.text)
    tell(context, founding.path, draft, preview, written=path is not None)
    return 0


def _clone(args: Namespace, context: Context) -> Path:
    """Clone bare and make the target's worktree; returns that. The address is never shown."""
    from cockpit.domain.addresses import has_secret
    from cockpit.services.bare import bare_folder, judged_url
    from cockpit.services.wiring import clone_bare

    url = judged_url(args.bare, context.start)
    folder = bare_folder(args.bare, args.folder or "", context.start)
    worktree = clone_bare(url, folder, lambda step: context.out.say(("· ", "dim"), (step, "dim")))
    context.out.say(f"Cloned into {folder}, with the target's worktree in {worktree}")
    if has_secret(url):
        context.out.say(
            ("warning: ", "yellow"),
            f"the address holds a password or a token, which stands in {folder / 'config'} now, "
            "where agents can read it. A credential helper would keep it out of there.",
        )
    return worktree
