"""The scripts that `cockpit completion` prints, and the table that they are answered from.

The scripts hold no names: they ask `cockpit __complete`, and hand on what it says as text. No
name is ever evaluated: not by `compgen -W`, which expands `$(…)`, nor by `eval`.
"""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.cli.parser import CommandParser
from cockpit.cli.registry import COMMANDS

KINDS = {
    "LANE": "lanes",
    "TASK": "tasks",
    "LANE|TASK": "lanes-tasks",
    "STATE": "states",
    "FILE": "files",
    "PATH": "files",
    "DIR": "folders",
    "SOURCE": "folders",
}
"""What a metavar stands for; any other is a text of which nothing is known."""
OWN = {
    ("undo", "number"): "steps",
    ("trash", "names"): "trash",
    ("task", "state"): "task-states",
    ("task", "agent"): "agents",
    ("start", "task"): "tasks",
}


def table() -> Iterator[str]:
    """A line a command, as `complete.Line` reads it."""
    for spec in COMMANDS.values():
        positionals, options = [], []
        for action in CommandParser(spec.load())._actions:
            if action.help == "==SUPPRESS==" or action.dest in _GLOBAL:
                continue
            kind = OWN.get((spec.name, action.dest)) or _kind(action.metavar, action.choices)
            if action.option_strings:
                flags = ",".join(action.option_strings)
                options.append(flags if action.nargs == 0 else f"{flags}={kind}")
            else:
                positionals.append(kind + ("*" if action.nargs in ("*", "+") else ""))
        yield f"{spec.name}|{spec.help}|{' '.join(positionals)}|{' '.join(options)}"
    yield "help|explain a command||"


_GLOBAL = frozenset({"directory", "json", "yes", "no_color", "help"})


def _kind(metavar: object, choices: object) -> str:
    if isinstance(choices, list | tuple):
        return "=" + ",".join(map(str, choices))
    return KINDS.get(str(metavar), "-")


BASH = r"""# Completion of cockpit for bash 3.2 and newer. Install it in one of these ways:
#   cockpit completion bash > ~/.local/share/bash-completion/completions/cockpit
#   echo 'source <(cockpit completion bash)' >> ~/.bashrc
_cockpit() {
    COMPREPLY=()
    local cur=${COMP_WORDS[COMP_CWORD]} place= name rest quote=
    case $cur in
        [\"\']*) quote=1; cur=${cur#?} ;;
        *\\*) cur=${cur//\\/} ;;
    esac
    local -a before=("${COMP_WORDS[@]:1:COMP_CWORD-1}")
    while IFS=$'\t' read -r name rest; do
        if [[ -z $place ]]; then
            place=$name
            continue
        fi
        if [[ ${COMP_WORDS[COMP_CWORD-1]} == "=" || $cur == "=" ]]; then
            name=${name#*=}
        fi
        if [[ -n $quote ]]; then
            [[ $name != *[!A-Za-z0-9._,\ /-]* ]] && COMPREPLY+=("$name")
        elif [[ $name != *[:=]* || $name == --*= ]]; then
            COMPREPLY+=("$(printf '%q' "$name")")
        fi
    done < <(command cockpit __complete "${before[@]}" "$cur" 2>/dev/null)
    case $place in
        :files) compopt -o default 2>/dev/null ;;
        :folders) compopt -o dirnames 2>/dev/null ;;
    esac
}
complete -F _cockpit cockpit
"""

ZSH = r"""#compdef cockpit
# Completion of cockpit for zsh. Install it in one of these ways:
#   cockpit completion zsh > "${fpath[1]}/_cockpit"        (then start a new shell)
#   echo 'source <(cockpit completion zsh)' >> ~/.zshrc    (after compinit)
_cockpit() {
    local line place= tab=$'\t'
    local -a before names shown
    before=("${(@Q)words[2,CURRENT-1]}")
    while IFS= read -r line; do
        if [[ -z $place ]]; then
            place=$line
            continue
        fi
        names+=("${line%%$tab*}")
        if [[ -n ${line#*$tab} ]]; then
            shown+=("${line%%$tab*}  -- ${line#*$tab}")
        else
            shown+=("${line%%$tab*}")
        fi
    done < <(command cockpit __complete "${before[@]}" "${(Q)PREFIX}" 2>/dev/null)
    case $place in
        :files) _files ;;
        :folders) _files -/ ;;
        *) (( ${#names} )) && compadd -l -d shown -- "${names[@]}" ;;
    esac
}
if [[ ${funcstack[1]} == _cockpit ]]; then
    _cockpit "$@"
else
    compdef _cockpit cockpit
fi
"""

FISH = r"""# Completion of cockpit for fish. Install it so:
#   cockpit completion fish > ~/.config/fish/completions/cockpit.fish
function __cockpit_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l lines (command cockpit __complete $before[2..-1] "$current" 2>/dev/null)
    switch "$lines[1]"
        case :files
            __fish_complete_path "$current"
        case :folders
            __fish_complete_directories "$current"
        case '*'
            string join \n -- $lines[2..-1]
    end
end
complete -c cockpit -f -a '(__cockpit_complete)'
"""

SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}
