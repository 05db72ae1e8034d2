"""What the places are called where keys count, and docs/keys.md: all keys, place by place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cockpit.ui.actions import ACTIONS, Action, Danger, Scope, is_range
from cockpit.ui.key_names import shown

TITLES = {
    Scope.ANYWHERE: "On every screen",
    Scope.BOARD: "On the board",
    Scope.READING: "In any list or text",
    Scope.DIFF: "In a diff",
    Scope.COMMENTS: "In the list of comments",
    Scope.LANDING: "In the landing preview",
    Scope.INBOX: "In the inbox",
    Scope.CLASHES: "In the matrix of clashes",
    Scope.CONFLICT: "In a conflict",
    Scope.TRAIN: "In the train",
    Scope.TASKS: "On the board of tasks and on one task",
    Scope.TASK: "On one task",
    Scope.GOING: "Before a go",
    Scope.ASSIGNING: "While choosing a lane for a task",
    Scope.RETRYING: "Before another try",
    Scope.PLAN: "In the plan",
    Scope.TASK_TEXT: "While writing a task",
    Scope.LOG: "In the journal",
    Scope.GRAPH: "In the audit trail",
    Scope.PROMPT: "While writing a prompt",
    Scope.CONFIRM: "In a question",
    Scope.CHOOSING: "While choosing files",
    Scope.PICKING: "In the palette, in a menu, and here",
    Scope.LEAVING: "While leaving",
    Scope.DIGEST: "In the digest",
    Scope.WRITING: "While writing a prompt to an agent",
    Scope.PROPOSAL: "Before a lanes.yaml is written",
}
_NOTES = {Danger.ASKS: "asks first", Danger.PREVIEWS: "shows first what would happen"}

_HEAD = """# Keys

Every key of every screen, as long as none was changed: `keys:` in your `config.yaml` or in
`lanes.yaml` does that ([configuration.md](configuration.md)). The same list, with your keys and
with what can't be done now and why, is in cockpit behind `?`. What has no key is in the palette
(`:`) by its title. With the mouse, a click on a hint in the last line is its key, one beside the
hints opens the palette, and one on the chosen row opens it.
"""


def named(keys: Sequence[str], mark: str = "") -> str:
    """Keys as people write them, `1` … `9` as `1-9`, each between two of `mark`."""
    if is_range(tuple(keys)):
        return f"{mark}{keys[0]}-{keys[-1]}{mark}"
    return " ".join(f"{mark}{shown(key)}{mark}" for key in keys)


def about(action: Action) -> str:
    """What it does, and how it is confirmed."""
    note = _NOTES.get(action.danger, "")
    return f"{action.help} ({note})" if note else action.help


def keys_page_markdown() -> str:
    """docs/keys.md."""
    return "\n".join([_HEAD, *_sections()])


def _sections() -> Iterator[str]:
    for scope, title in TITLES.items():
        yield f"## {title}\n\n| key | title | does |\n| --- | --- | --- |"
        for action in ACTIONS:
            if action.scope is scope:
                keys = named(action.keys, "`") or "none"
                yield f"| {keys} | {action.title} | {about(action)} |"
        yield ""
