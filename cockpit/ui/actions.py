"""The one registry of actions: keys, palette, help, footer and the README's table come from it.

Plain data without Textual, so that documents can be generated from it. An action that can't
be run now says why; how dangerous it is stands in `danger`, so there is one confirm path.
Nothing here can be reached by name from markup: keys are looked up in `Keymap`, never
through Textual's `action_*` methods.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from cockpit.ui.reasons import (
    Context,
    Reason,
    no_lane,
    no_pane,
    not_alive,
    not_started,
    why_not_attach,
    why_not_change,
    why_not_detach,
    why_not_interrupt_all,
    why_not_next,
    why_not_outside,
    why_not_send_marked,
    why_not_start,
    why_not_start_all,
    why_not_type,
)


class Danger(StrEnum):
    """How an action is confirmed."""

    SAFE = "safe"
    """Looks or moves; nothing changes."""
    CHANGES = "changes"
    """Changes something that is wanted and cheap to take back."""
    ASKS = "asks"
    """Asks first, in the one confirm dialog."""
    PREVIEWS = "previews"
    """Opens a screen that lists exactly what would happen and waits for a yes there."""


class Scope(StrEnum):
    """Where an action's keys count."""

    ANYWHERE = "anywhere"
    BOARD = "board"
    DIFF = "diff"
    LANDING = "landing"
    LOG = "log"
    PROMPT = "prompt"
    READING = "reading"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a key, the palette or a click does. `hint` ranks it in the footer
    (1 is shown first, 0 never); `moves` marks keys that may repeat fast."""

    id: str
    keys: tuple[str, ...]
    title: str
    help: str
    scope: Scope
    danger: Danger = Danger.SAFE
    why_not: Callable[[Context], Reason] = lambda context: None
    hint: int = 0
    moves: bool = False
    palette: bool = True


# ------------------------------------------------------------------ the registry

_B = Scope.BOARD
_CHANGES, _ASKS, _PREVIEWS = Danger.CHANGES, Danger.ASKS, Danger.PREVIEWS

BOARD_ACTIONS = (
    Action("left", ("h", "left"), "Left", "Choose the lane on the left.", _B, moves=True),
    Action("down", ("j", "down"), "Down", "Choose the lane below.", _B, moves=True),
    Action("up", ("k", "up"), "Up", "Choose the lane above.", _B, moves=True),
    Action("right", ("l", "right"), "Right", "Choose the lane on the right.", _B, moves=True),
    Action(
        "choose",
        tuple("123456789"),
        "Choose 1-9",
        "Choose a lane by its place.",
        _B,
        palette=False,
    ),
    Action(
        "find",
        ("f",),
        "Choose by letter",
        "Choose a lane by its letter, which is the next key.",
        _B,
        palette=False,
    ),
    Action(
        "attach",
        ("enter",),
        "Step in",
        "Step into the lane's pane. Ctrl-Q comes back.",
        _B,
        why_not=why_not_attach,
        hint=1,
    ),
    Action("zoom", ("z",), "Zoom", "Show one lane in full, or all again.", _B, why_not=no_lane),
    Action(
        "type",
        ("i",),
        "Type",
        "Type into the pane without leaving the board. Ctrl-Q ends it.",
        _B,
        why_not=why_not_type,
        hint=9,
    ),
    Action(
        "send",
        ("o",),
        "Prompt",
        "Write a prompt and send it to the agent.",
        _B,
        _CHANGES,
        no_pane,
        hint=4,
    ),
    Action("mark", ("space",), "Mark", "Mark the lane, or take the mark off.", _B, why_not=no_lane),
    Action(
        "send_marked",
        ("O",),
        "Prompt marked",
        "Send one prompt to every marked lane.",
        _B,
        _CHANGES,
        why_not_send_marked,
    ),
    Action(
        "next",
        ("w",),
        "Next waiting",
        "Go to the next lane that needs you.",
        _B,
        why_not=why_not_next,
        hint=2,
    ),
    Action(
        "start",
        ("s",),
        "Start",
        "Make the lane's worktree, branch and pane, and run its agent.",
        _B,
        _CHANGES,
        why_not_start,
        hint=3,
    ),
    Action(
        "start_all",
        ("S",),
        "Start all",
        "Start every lane that is not started.",
        _B,
        _CHANGES,
        why_not_start_all,
        hint=10,
    ),
    Action(
        "restart",
        ("r",),
        "Restart",
        "Run the lane's agent again in its pane; what runs there now is ended.",
        _B,
        _ASKS,
        why_not_change,
    ),
    Action(
        "diff",
        ("d",),
        "Diff",
        "Read everything that the lane changed.",
        _B,
        why_not=not_started,
        hint=5,
    ),
    Action(
        "land",
        ("m",),
        "Land",
        "See exactly what landing the lane would do; Enter there approves and lands.",
        _B,
        _PREVIEWS,
        why_not_change,
        hint=6,
    ),
    Action(
        "interrupt",
        ("x",),
        "Interrupt",
        "Press the agent's own stop key.",
        _B,
        _CHANGES,
        not_alive,
    ),
    Action(
        "interrupt_all",
        ("X",),
        "Interrupt all",
        "Press the stop key of every agent.",
        _B,
        _CHANGES,
        why_not_interrupt_all,
    ),
    Action(
        "teardown",
        ("D",),
        "Tear down",
        "List what the lane holds, then move it to the trash. Can be undone.",
        _B,
        _PREVIEWS,
        why_not_change,
    ),
    Action("undo", ("u",), "Undo", "Undo the last step, after showing it.", _B, _PREVIEWS, hint=8),
    Action(
        "editor",
        ("e",),
        "Editor",
        "Open the lane's folder in $VISUAL or $EDITOR.",
        _B,
        why_not=why_not_outside,
    ),
    Action(
        "shell",
        ("exclamation_mark",),
        "Shell",
        "Open your shell in the lane's folder; leave it to come back.",
        _B,
        why_not=why_not_outside,
    ),
    Action(
        "explain",
        ("E",),
        "Explain",
        "Show the evidence behind the lane's state.",
        _B,
        why_not=no_lane,
    ),
    Action(
        "log",
        ("g",),
        "Log",
        "Show the journal; any step that can be undone, undo there.",
        _B,
        hint=7,
    ),
    Action("filter", ("slash",), "Filter", "Show only lanes that match some text.", _B),
    Action(
        "stop",
        (),
        "Stop",
        "End the lane's agent; worktree and branch stay.",
        _B,
        _ASKS,
        why_not_change,
    ),
    Action(
        "gate",
        (),
        "Run the gate",
        "Run the gate on the lane's merge without landing it.",
        _B,
        _CHANGES,
        why_not_change,
    ),
    Action(
        "trust",
        (),
        "Trust lanes.yaml",
        "Read what lanes.yaml would run, and trust it.",
        _B,
        _PREVIEWS,
    ),
    Action("theme", (), "Next theme", "Use the next theme until cockpit is closed.", _B),
    Action(
        "palette",
        ("colon", "ctrl+p"),
        "Commands",
        "Find an action or a lane by name.",
        _B,
        palette=False,
        hint=11,
    ),
    Action("help", ("question_mark",), "Help", "Show all keys.", Scope.ANYWHERE, hint=13),
    Action("quit", ("q",), "Quit", "Close cockpit. The lanes run on.", _B, hint=12),
    Action(
        "detach",
        ("Q",),
        "Detach",
        "Leave cockpit running and give the terminal back. The lanes run on.",
        _B,
        why_not=why_not_detach,
    ),
)

READING_ACTIONS = (
    Action("line_down", ("j", "down"), "Down", "One line down.", Scope.READING, moves=True),
    Action("line_up", ("k", "up"), "Up", "One line up.", Scope.READING, moves=True),
    Action("scroll_left", ("h", "left"), "Left", "Scroll left.", Scope.READING, moves=True),
    Action("scroll_right", ("l", "right"), "Right", "Scroll right.", Scope.READING, moves=True),
    Action(
        "page_down",
        ("ctrl+d", "pagedown"),
        "Page down",
        "One page down.",
        Scope.READING,
        moves=True,
    ),
    Action("page_up", ("ctrl+u", "pageup"), "Page up", "One page up.", Scope.READING, moves=True),
    Action("top", ("home",), "Top", "To the first line.", Scope.READING, moves=True),
    Action("bottom", ("G", "end"), "Bottom", "To the last line.", Scope.READING, moves=True),
    Action(
        "close",
        ("escape", "q", "ctrl+q"),
        "Back",
        "Back to the board.",
        Scope.READING,
        hint=1,
    ),
)

DIFF_ACTIONS = (
    Action("next_file", ("n", "tab"), "Next file", "Go to the next file.", Scope.DIFF, hint=2),
    Action(
        "previous_file",
        ("p", "shift+tab"),
        "Previous file",
        "Go to the file before.",
        Scope.DIFF,
        hint=3,
    ),
    Action(
        "land_this",
        ("m",),
        "Land",
        "Go on to the preview of landing this lane.",
        Scope.DIFF,
        _PREVIEWS,
        why_not_change,
        hint=1,
    ),
    Action("reload", ("r",), "Look again", "Read the diff again.", Scope.DIFF, hint=4),
)

LANDING_ACTIONS = (
    Action(
        "approve",
        ("enter",),
        "Approve and land",
        "Approve exactly this commit, run the gate, and land it.",
        Scope.LANDING,
        _PREVIEWS,
        hint=2,
    ),
    Action(
        "message",
        ("e",),
        "Edit message",
        "Change the merge's message; Escape ends the editing.",
        Scope.LANDING,
        hint=3,
    ),
    Action(
        "mend",
        ("o",),
        "Ask to mend it",
        "Write the agent a prompt about what is in the way; a draft is there already.",
        Scope.LANDING,
        _CHANGES,
        no_pane,
        hint=1,
    ),
    Action(
        "diff_this",
        ("d",),
        "Diff",
        "Read everything that would land.",
        Scope.LANDING,
        hint=5,
    ),
    Action("look_again", ("r",), "Look again", "Build the preview again.", Scope.LANDING, hint=4),
)

LOG_ACTIONS = (
    Action(
        "undo_this",
        ("u",),
        "Undo",
        "Undo the chosen step, after showing what that brings back.",
        Scope.LOG,
        _PREVIEWS,
        hint=2,
    ),
    Action("reload_log", ("r",), "Look again", "Read the journal again.", Scope.LOG, hint=3),
)

PROMPT_ACTIONS = (
    Action(
        "submit",
        ("ctrl+s", "ctrl+enter"),
        "Send",
        "Send the prompt.",
        Scope.PROMPT,
        _CHANGES,
        hint=1,
    ),
    Action(
        "put_away",
        ("escape", "ctrl+q"),
        "Put away",
        "Close; the draft is kept for this lane.",
        Scope.PROMPT,
        hint=2,
    ),
)

CONFIRM_ACTIONS = (
    Action("yes", ("y",), "Yes", "Do it.", Scope.CONFIRM, _CHANGES, hint=1),
    Action("no", ("n", "escape", "q", "ctrl+q"), "No", "Leave it.", Scope.CONFIRM, hint=2),
)

ACTIONS = (
    BOARD_ACTIONS
    + READING_ACTIONS
    + DIFF_ACTIONS
    + LANDING_ACTIONS
    + LOG_ACTIONS
    + PROMPT_ACTIONS
    + CONFIRM_ACTIONS
)
BY_ID = {action.id: action for action in ACTIONS}


def keys_table_markdown() -> str:
    """The board's keys as a table for the README."""
    from cockpit.ui.keymap import shown

    lines = ["| key | does |", "| --- | --- |"]
    for action in BOARD_ACTIONS:
        if action.keys:
            keys = " ".join(f"`{shown(key)}`" for key in _ends(action.keys))
            lines.append(f"| {keys} | {action.help} |")
    return "\n".join(lines) + "\n"


def _ends(keys: tuple[str, ...]) -> tuple[str, ...]:
    """`1` … `9` as `1-9`; other keys as they are."""
    return (f"{keys[0]}-{keys[-1]}",) if is_range(keys) else keys


def is_range(keys: tuple[str, ...]) -> bool:
    """Whether these keys are digits that are taken and shown as one range."""
    return len(keys) > 1 and all(key.isdigit() for key in keys)
