"""`cockpit completion`: the script that teaches a shell to complete our command lines."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cockpit.cli.context import Context

NAME = "completion"
HELP = "print a script that makes bash, zsh or fish complete cockpit's command lines"
DESCRIPTION = """\
Prints a script for the shell that is named. It completes commands, options, actions, states,
and from the repository that you are in lanes, tasks, steps of the log and what lies in the
trash. Names are handed on as text and never run.

bash: `cockpit completion bash > ~/.local/share/bash-completion/completions/cockpit`
(needs the package bash-completion), or add `source <(cockpit completion bash)` to ~/.bashrc

zsh: `cockpit completion zsh > "${fpath[1]}/_cockpit"`, or add
`source <(cockpit completion zsh)` to ~/.zshrc after `compinit`

fish: `cockpit completion fish > ~/.config/fish/completions/cockpit.fish`

Start a new shell afterwards. The script need not be written anew for a newer cockpit."""
EXAMPLES = (
    ("cockpit completion bash", "print it"),
    ("cockpit completion zsh", "for zsh"),
    ("cockpit completion fish", "for fish"),
)
SHELLS = ("bash", "zsh", "fish")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS, help="for which shell")


def run(args: Namespace, context: Context) -> int:
    from cockpit.cli.completion import SCRIPTS

    script = SCRIPTS[args.shell]
    context.out.result({"shell": args.shell, "script": script}, *script.rstrip("\n").split("\n"))
    return 0
