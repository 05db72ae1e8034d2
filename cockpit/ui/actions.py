"""The one registry of actions: keys, palette, help, footer and the README's table come from it.

Plain data without Textual, so that documents can be generated from it. An action that can't
be run now says why; how dangerous it is stands in `danger`, so there is one confirm path.
Nothing here can be reached by name from markup: keys are looked up in `Keymap`, never
through Textual's `action_*` methods.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from cockpit.dataclass import dataclass
from cockpit.ui.reasons import (
    Context,
    Reason,
    always,
    any_clash,
    any_question,
    any_task,
    any_train,
    each,
    is_narrowed,
    is_zoomed,
    no_branch,
    no_lane,
    no_pane,
    not_alive,
    not_zoomed,
    why_not_attach,
    why_not_back,
    why_not_background,
    why_not_branch,
    why_not_call_off,
    why_not_change,
    why_not_detach,
    why_not_ended,
    why_not_interrupt_all,
    why_not_next,
    why_not_outside,
    why_not_restart,
    why_not_send_marked,
    why_not_standing,
    why_not_start,
    why_not_start_all,
    why_not_sync,
    why_not_sync_idle,
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
    COMMENTS = "comments"
    LANDING = "landing"
    INBOX = "inbox"
    CLASHES = "clashes"
    CONFLICT = "conflict"
    LOG = "log"
    GRAPH = "graph"
    TRAIN = "train"
    TASKS = "tasks"
    TASK = "task"
    GOING = "going"
    ASSIGNING = "assigning"
    PLAN = "plan"
    TASK_TEXT = "task text"
    RETRYING = "retrying"
    PROMPT = "prompt"
    READING = "reading"
    PROPOSAL = "proposal"
    CONFIRM = "confirm"
    CHOOSING = "choosing"
    PICKING = "picking"
    LEAVING = "leaving"
    DIGEST = "digest"
    WRITING = "writing"


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
    worth: Callable[[Context], bool] = always
    """Whether the hint is worth its room now; the key works all the same."""
    short: str = ""
    """The word of the hint, where the title is too long for one."""
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
    Action(
        "side",
        ("tab",),
        "Facts",
        "Show task, zone, commits, files, evidence and last steps beside a zoomed lane, or not.",
        _B,
        why_not=not_zoomed,
        hint=3,
        worth=is_zoomed,
    ),
    Action(
        "side_down",
        ("pagedown", "ctrl+d"),
        "Facts down",
        "One page further in the facts beside a zoomed lane.",
        _B,
        why_not=not_zoomed,
        moves=True,
    ),
    Action(
        "side_up",
        ("pageup", "ctrl+u"),
        "Facts up",
        "One page back in the facts beside a zoomed lane.",
        _B,
        why_not=not_zoomed,
        moves=True,
    ),
    Action(
        "mark",
        ("space",),
        "Mark",
        "Mark the lane, or take the mark off. While lanes in view are marked, start, restart, "
        "stop, interrupt, sync, park, tear down and the gate are for all of those.",
        _B,
        why_not=no_lane,
    ),
    Action(
        "mark_all",
        ("asterisk",),
        "Mark all",
        "Mark every lane that is shown, or none where all of them are marked.",
        _B,
        why_not=no_lane,
    ),
    Action(
        "send_marked",
        ("O",),
        "Prompt marked",
        "Send one prompt to every marked lane in view.",
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
        short="waiting",
    ),
    Action(
        "inbox",
        ("a",),
        "Inbox",
        "Read and answer what agents ask, on their screens and in their results.",
        _B,
        hint=2,
        worth=any_question,
        short="answer",
    ),
    Action(
        "start",
        ("s",),
        "Start",
        "Make the lane's worktree, branch and pane, and run its agent.",
        _B,
        _CHANGES,
        each(why_not_start),
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
        hint=12,
    ),
    Action(
        "restart",
        ("r",),
        "Restart",
        "Run the lane's agent again in its pane; what runs there now is ended. A parked lane "
        "is taken up again.",
        _B,
        _ASKS,
        each(why_not_restart),
    ),
    Action(
        "diff",
        ("d",),
        "Diff",
        "Read everything that the lane changed.",
        _B,
        why_not=no_branch,
        hint=5,
    ),
    Action(
        "land",
        ("m",),
        "Land",
        "See exactly what landing the lane would do; Enter there approves and lands.",
        _B,
        _PREVIEWS,
        why_not_branch,
        hint=6,
    ),
    Action(
        "train",
        ("M",),
        "Train",
        "See the lanes that can land, in order; Enter there approves and lands them one by one.",
        _B,
        _PREVIEWS,
        hint=7,
        worth=any_train,
    ),
    Action(
        "tasks",
        ("t",),
        "Tasks",
        "Show all tasks by state, wave or time; assign, go, retry and write them there.",
        _B,
        hint=7,
        worth=any_task,
    ),
    Action(
        "interrupt",
        ("x",),
        "Interrupt",
        "Press the agent's own stop key.",
        _B,
        _CHANGES,
        each(not_alive),
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
        "sync",
        ("b",),
        "Sync",
        "Bring the target's new commits into the lane, or all marked ones, after showing them.",
        _B,
        _PREVIEWS,
        why_not_sync,
    ),
    Action(
        "sync_idle",
        ("B",),
        "Sync idle",
        "Bring the target's new commits into every lane whose agent rests.",
        _B,
        _PREVIEWS,
        why_not_sync_idle,
        hint=13,
    ),
    Action(
        "park",
        ("p",),
        "Park",
        "Free the lane's slot: its branch stays, its folder goes to the trash.",
        _B,
        _CHANGES,
        each(why_not_branch),
    ),
    Action(
        "start_with_changes",
        (),
        "Start with my changes",
        "Start the lane with what is uncommitted in your checkout, as uncommitted work of the "
        "lane; your checkout stays as it is.",
        _B,
        _CHANGES,
        why_not_start,
    ),
    Action(
        "rename",
        (),
        "Rename lane",
        "Give the lane another name, in lanes.yaml too. Its agent must have ended.",
        _B,
        _PREVIEWS,
        why_not_ended,
    ),
    Action(
        "move",
        (),
        "Move lane",
        "Move the lane's worktree to another folder. Its agent must have ended.",
        _B,
        _PREVIEWS,
        why_not_ended,
    ),
    Action(
        "lock",
        (),
        "Lock or unlock lane",
        "Keep the lane from being taken away, moved, given work or landed, after asking why; or "
        "take its lock off.",
        _B,
        _CHANGES,
        no_lane,
    ),
    Action(
        "teardown",
        ("D",),
        "Tear down",
        "List what the lane holds, then move it to the trash. Can be undone.",
        _B,
        _PREVIEWS,
        each(why_not_change),
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
        "clashes",
        ("c",),
        "Clashes",
        "Show which lanes would run into each other or into the target, and where.",
        _B,
        hint=10,
        worth=any_clash,
    ),
    Action(
        "log",
        ("g",),
        "Log",
        "Show the journal; any step that can be undone, undo there.",
        _B,
        hint=11,
    ),
    Action(
        "graph",
        ("G",),
        "Graph",
        "Show the history of the target and all lanes, with every landing; undo one there.",
        _B,
    ),
    Action(
        "standing",
        ("A",),
        "Standing approval",
        "Let a background lane run and land by itself, after showing what the yes is given to; "
        "or take that back.",
        _B,
        _PREVIEWS,
        why_not_standing,
    ),
    Action(
        "background",
        ("P",),
        "Background",
        "Let go of what the chosen background lane holds; else stop all of them, or let them "
        "go on.",
        _B,
        _PREVIEWS,
        why_not_background,
    ),
    Action("filter", ("slash",), "Filter", "Show only lanes that match some text.", _B),
    Action(
        "order",
        ("v",),
        "Order",
        "Put lanes that need you first, who waits longest before the others; or all back in "
        "the order of lanes.yaml.",
        _B,
    ),
    Action(
        "more_columns",
        ("plus",),
        "More columns",
        "One column of panels more; all panels are shown, however small.",
        _B,
    ),
    Action(
        "fewer_columns",
        ("minus",),
        "Fewer columns",
        "One column of panels fewer; after one, as many as can be read.",
        _B,
    ),
    Action(
        "back",
        ("escape",),
        "Back",
        "Leave the zoom, then the filter, then take all marks off.",
        _B,
        why_not=why_not_back,
        hint=13,
        worth=is_narrowed,
    ),
    Action(
        "follow",
        (),
        "Follow upstream",
        "Ask the remote, and bring the target after the branch that it follows there.",
        _B,
        _PREVIEWS,
    ),
    Action(
        "stop",
        (),
        "Stop",
        "End the lane's agent; worktree and branch stay.",
        _B,
        _ASKS,
        each(why_not_change),
    ),
    Action(
        "gate",
        (),
        "Run the gate",
        "Run the gate on the lane's merge without landing it.",
        _B,
        _CHANGES,
        each(why_not_branch),
    ),
    Action(
        "trust",
        (),
        "Trust lanes.yaml",
        "Read what lanes.yaml would run, and trust it.",
        _B,
        _PREVIEWS,
    ),
    Action(
        "theme",
        (),
        "Theme",
        "Choose a theme; each is shown as you go through them, Escape goes back.",
        _B,
    ),
    Action(
        "lane_menu",
        ("full_stop",),
        "Menu",
        "Show everything that can be done with the lane.",
        _B,
        why_not=no_lane,
        palette=False,
    ),
    Action(
        "configuration",
        (),
        "Configuration",
        "Show what changed in lanes.yaml since cockpit was opened, and what is wrong in it now.",
        _B,
    ),
    Action(
        "digest",
        (),
        "Digest",
        "Show what happened since you looked last.",
        _B,
    ),
    Action(
        "call_off_prompts",
        (),
        "Call off prompts",
        "Take away the prompts that wait for the end of the lane's turn.",
        _B,
        _ASKS,
        why_not_call_off,
    ),
    Action(
        "palette",
        ("colon", "ctrl+p"),
        "Commands",
        "Find an action, a lane, a task, a theme or a command by name.",
        Scope.ANYWHERE,
        palette=False,
        hint=14,
    ),
    Action(
        "help",
        ("question_mark", "f1"),
        "Help",
        "Show the keys of this screen and all others; type to search.",
        Scope.ANYWHERE,
        hint=16,
    ),
    Action(
        "quit",
        ("q",),
        "Quit",
        "Close cockpit; where agents run, after asking what becomes of them.",
        _B,
        hint=15,
    ),
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

PROPOSAL_ACTIONS = (
    Action(
        "write_file",
        ("enter",),
        "Write lanes.yaml",
        "Write the proposed lanes.yaml, then open the board.",
        Scope.PROPOSAL,
        danger=_PREVIEWS,
        hint=1,
        short="write it",
        palette=False,
    ),
    Action(
        "edit_file",
        ("e",),
        "Edit first",
        "Open the proposed lanes.yaml in $EDITOR before anything is written.",
        Scope.PROPOSAL,
        hint=2,
        short="edit first",
        palette=False,
    ),
)

DIFF_ACTIONS = (
    Action(
        "next_file",
        ("n", "tab"),
        "Next file",
        "Go to the next file.",
        Scope.DIFF,
        hint=2,
        short="file",
    ),
    Action(
        "previous_file",
        ("p", "shift+tab"),
        "Previous file",
        "Go to the file before.",
        Scope.DIFF,
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
    Action(
        "next_hunk",
        ("right_square_bracket", "J"),
        "Next hunk",
        "Go to the next hunk.",
        Scope.DIFF,
        hint=4,
        short="hunk",
    ),
    Action(
        "previous_hunk",
        ("left_square_bracket", "K"),
        "Previous hunk",
        "Go to the hunk before.",
        Scope.DIFF,
    ),
    Action(
        "viewed",
        ("space",),
        "Viewed",
        "Mark the file as viewed as it is now and go to the next one that isn't, or "
        "take the mark off.",
        Scope.DIFF,
        hint=5,
    ),
    Action(
        "comment",
        ("c",),
        "Comment",
        "Write a comment on the line, the range, the hunk (on its heading) or the file "
        "(on its heading); on a comment: change it.",
        Scope.DIFF,
        hint=6,
    ),
    Action(
        "send_comments",
        ("S",),
        "Send comments",
        "Send every comment to the lane's agent as one prompt, which you can still edit.",
        Scope.DIFF,
        _CHANGES,
        no_pane,
        hint=7,
    ),
    Action(
        "stage",
        ("s",),
        "Stage",
        "Stage the hunk, or (on a file's heading) the whole file.",
        Scope.DIFF,
        _CHANGES,
        why_not_change,
        hint=8,
    ),
    Action(
        "unstage",
        ("U",),
        "Unstage",
        "Take the hunk, or the whole file, out of the index.",
        Scope.DIFF,
        _CHANGES,
        why_not_change,
        hint=8,
    ),
    Action(
        "discard",
        ("x",),
        "Discard",
        "Take the hunk, or the whole file, out of the lane's folder. Kept in the vault; "
        "can be undone.",
        Scope.DIFF,
        _ASKS,
        why_not_change,
        hint=9,
    ),
    Action(
        "search",
        ("slash",),
        "Search",
        "Search in paths and lines; small letters find capitals too. Escape ends it.",
        Scope.DIFF,
        hint=10,
    ),
    Action(
        "previous_match",
        ("N",),
        "Previous match",
        "While searching: the match before. The key of the next file goes to the next match then.",
        Scope.DIFF,
    ),
    Action(
        "side_by_side",
        ("v",),
        "Side by side",
        "Old and new beside each other, or in one column again.",
        Scope.DIFF,
        hint=11,
    ),
    Action(
        "blanks",
        ("w",),
        "Blanks",
        "Leave out changes of blanks alone, or show them again.",
        Scope.DIFF,
        hint=12,
    ),
    Action(
        "layer",
        ("f",),
        "Layer",
        "Show only what is committed, staged, not staged, untracked, or all again.",
        Scope.DIFF,
        hint=13,
    ),
    Action(
        "comments",
        ("C",),
        "Comments",
        "List the comments: go to one, change it, delete it.",
        Scope.DIFF,
        hint=14,
    ),
    Action(
        "range",
        ("V",),
        "Range",
        "Begin a range of lines at this one, or give it up; then comment on it.",
        Scope.DIFF,
    ),
    Action(
        "goto_file",
        ("g",),
        "Go to file",
        "Type part of a file's name: the cursor follows. Enter stays there, Escape goes back.",
        Scope.DIFF,
        hint=10,
        short="file",
    ),
    Action(
        "next_word",
        ("L",),
        "Next word",
        "Long lines: move sideways to the next changed word, or to the next place of what is "
        "searched for.",
        Scope.DIFF,
    ),
    Action(
        "line_start",
        ("H",),
        "Line's start",
        "Long lines: move sideways back to their beginning.",
        Scope.DIFF,
    ),
    Action(
        "fold_file",
        ("enter",),
        "Fold",
        "Fold the file to its heading, or unfold it.",
        Scope.DIFF,
    ),
    Action(
        "fold_folder",
        ("o",),
        "Fold folder",
        "Close the file's folder in the list of files, or open it again.",
        Scope.DIFF,
    ),
    Action(
        "file_list",
        ("t",),
        "List of files",
        "Hide the list of files, or show it again.",
        Scope.DIFF,
    ),
    Action(
        "edit_here",
        ("e",),
        "Editor",
        "Open the file in $VISUAL or $EDITOR at this line.",
        Scope.DIFF,
        why_not=why_not_outside,
        hint=15,
    ),
    Action(
        "undo_here",
        ("u",),
        "Undo",
        "Undo the last step (a discard, too), after showing it.",
        Scope.DIFF,
        _PREVIEWS,
        hint=10,
    ),
    Action("reload", ("r",), "Look again", "Read the diff again.", Scope.DIFF, hint=16),
)

COMMENTS_ACTIONS = (
    Action("go_to_comment", ("enter",), "Go to it", "Go to its place.", Scope.COMMENTS, hint=1),
    Action("edit_comment", ("e",), "Change", "Change the comment.", Scope.COMMENTS, hint=2),
    Action(
        "delete_comment",
        ("x",),
        "Delete",
        "Delete the comment.",
        Scope.COMMENTS,
        _ASKS,
        hint=3,
    ),
    Action(
        "send_all",
        ("S",),
        "Send",
        "Send every comment that was not sent to the lane's agent.",
        Scope.COMMENTS,
        _CHANGES,
        no_pane,
        hint=4,
    ),
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
        short="message",
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
    Action("look_again", ("r",), "Look again", "Build the preview again.", Scope.LANDING, hint=6),
    Action(
        "follow_first",
        ("f",),
        "Follow",
        "Ask the remote, and bring the target after its upstream; what is not pushed is built "
        "anew on it where the two went apart.",
        Scope.LANDING,
        _PREVIEWS,
        hint=1,
    ),
    Action(
        "request",
        ("P",),
        "Pull request",
        "Approve exactly this commit, run the gate, push the commit and make a pull request of "
        "it as lanes.yaml says; the target here stays where it is.",
        Scope.LANDING,
        _PREVIEWS,
        hint=4,
    ),
    Action(
        "queue_this",
        ("q",),
        "Queue",
        "Put the lane into the train instead of landing it now.",
        Scope.LANDING,
        _CHANGES,
        hint=3,
    ),
    Action(
        "gate_again",
        ("g",),
        "Run the gate",
        "Run the gate on this merge without landing it.",
        Scope.LANDING,
        _CHANGES,
        hint=7,
    ),
    Action(
        "land_red",
        ("F",),
        "Land red",
        "Land although the gate is red, for a reason that you type in.",
        Scope.LANDING,
        _PREVIEWS,
        hint=2,
    ),
    Action(
        "resolve_this",
        ("c",),
        "Resolve",
        "Review the conflict with the target, hunk by hunk.",
        Scope.LANDING,
        hint=1,
    ),
    Action(
        "take_rest",
        ("C",),
        "Commit the rest",
        "Take the lane's uncommitted work as a commit, after showing it.",
        Scope.LANDING,
        _PREVIEWS,
        hint=1,
    ),
    Action(
        "leave_out",
        ("L",),
        "Leave files out",
        "Choose files that shall not land; a commit on the lane takes them back.",
        Scope.LANDING,
        _PREVIEWS,
        hint=8,
    ),
)

_T = Scope.TRAIN
TRAIN_ACTIONS = (
    Action(
        "mend_car",
        ("o",),
        "Ask to mend it",
        "Write the car's agent a prompt about what is in the way; a draft is there already.",
        _T,
        _CHANGES,
        hint=1,
    ),
    Action(
        "resolve_car",
        ("c",),
        "Resolve",
        "Review the car's conflict with the target, hunk by hunk.",
        _T,
        hint=1,
    ),
    Action(
        "land_car_red",
        ("F",),
        "Land red",
        "Land a car although its gate is red, for a reason that you type in.",
        _T,
        _PREVIEWS,
        hint=2,
    ),
    Action(
        "undo_car",
        ("u",),
        "Undo",
        "Undo the landing of the chosen car, after showing what that brings back.",
        _T,
        _PREVIEWS,
        hint=1,
    ),
    Action(
        "run_train",
        ("enter",),
        "Approve and run",
        "Approve every car that is shown and can land, and land them one by one.",
        _T,
        _PREVIEWS,
        hint=3,
    ),
    Action(
        "drop_car",
        ("x",),
        "Drop, or stop",
        "Take the car out or put it in again; while the train runs, stop it at once.",
        _T,
        _CHANGES,
        hint=4,
    ),
    Action("car_down", ("J",), "Later", "Let the car land one place later.", _T, _CHANGES, hint=5),
    Action("car_up", ("K",), "Earlier", "Let the car land one place earlier.", _T, _CHANGES),
    Action("car_diff", ("d",), "Diff", "Read everything that the car would land.", _T, hint=6),
    Action(
        "car_message",
        ("e",),
        "Edit message",
        "Change the message that the car lands with.",
        _T,
        hint=7,
    ),
    Action(
        "gate_car",
        ("g",),
        "Run the gate",
        "Run the gate on this car alone, without landing it.",
        _T,
        _CHANGES,
        hint=9,
    ),
    Action(
        "land_car",
        ("m",),
        "Land alone",
        "Go to the preview of landing this lane by itself.",
        _T,
        _PREVIEWS,
    ),
    Action(
        "take_rest_of_car",
        ("C",),
        "Commit the rest",
        "Take the car's uncommitted work as a commit, after showing it.",
        _T,
        _PREVIEWS,
        hint=1,
    ),
    Action(
        "leave_out_of_car",
        ("L",),
        "Leave files out",
        "Choose files of the car that shall not land; a commit on its lane takes them back.",
        _T,
        _PREVIEWS,
        hint=1,
    ),
    Action(
        "add_ready",
        ("a",),
        "Add the ready",
        "Queue the lanes that look as if they could land but are not in the train.",
        _T,
        _CHANGES,
        hint=4,
    ),
    Action(
        "follow_train",
        ("f",),
        "Follow",
        "Ask the remote, and bring the target after its upstream; what is not pushed is built "
        "anew on it where the two went apart.",
        _T,
        _PREVIEWS,
        hint=1,
    ),
    Action("look_at_train", ("r",), "Look again", "Build the train again.", _T, hint=8),
)

_C = Scope.CONFLICT
CONFLICT_ACTIONS = (
    Action("take_ours", ("o",), "The lane's", "Take what the lane has here.", _C, hint=2),
    Action("take_theirs", ("t",), "The target's", "Take what the target has here.", _C, hint=3),
    Action(
        "take_both",
        ("b",),
        "Both",
        "Take both here: the lane's lines first; of whole files both, under two names.",
        _C,
        hint=4,
    ),
    Action(
        "take_both_other",
        ("B",),
        "Both, target first",
        "Take both here: the target's lines first.",
        _C,
    ),
    Action("take_base", ("a",), "As before", "Take what both sides began with here.", _C),
    Action("take_delete", ("x",), "Delete", "Take neither side's file.", _C),
    Action(
        "take_merged", ("m",), "As merged", "Leave it as git merged it (where it offers that).", _C
    ),
    Action("edit_place", ("e",), "Edit", "Write what shall stand here.", _C, hint=6),
    Action(
        "take_suggestion",
        ("s",),
        "Take the suggestion",
        "Take the suggested resolution; again for the next one.",
        _C,
        hint=5,
    ),
    Action("undo_choice", ("u",), "Undo", "Take the last choice back.", _C, hint=7),
    Action("redo_choice", ("r",), "Redo", "Make the choice again that was taken back.", _C),
    Action(
        "finish_resolution",
        ("enter",),
        "Finish",
        "Make the resolution a merge commit on the lane, and go on to landing it.",
        _C,
        _CHANGES,
        hint=1,
    ),
    Action("next_open", ("n",), "Next open", "Go to the next open place.", _C, hint=8),
    Action("previous_open", ("p",), "Previous open", "Go to the open place before.", _C),
    Action("next_place", ("N",), "Next place", "Go to the next place, open or not.", _C),
    Action("previous_place", ("P",), "Previous place", "Go to the place before, open or not.", _C),
    Action("next_conflict", ("tab",), "Next file", "Go to the next file that conflicts.", _C),
    Action("previous_conflict", ("shift+tab",), "Previous file", "Go to the file before.", _C),
    Action(
        "merge_tool",
        ("T",),
        "Merge tool",
        "Open the file in $MERGETOOL, or in the tool that your git is configured to use.",
        _C,
        hint=10,
    ),
    Action(
        "hand_back",
        ("H",),
        "Hand back",
        "Give the conflict to an agent as a task: the lane's, another lane's, or the Oracle.",
        _C,
        _CHANGES,
        hint=9,
    ),
    Action("conflict_again", ("R",), "Look again", "Read the conflict again.", _C),
)

_X = Scope.CLASHES
CLASHES_ACTIONS = (
    Action("clash_left", ("h", "left"), "Left", "One cell to the left.", _X, moves=True),
    Action("clash_down", ("j", "down"), "Down", "One cell down.", _X, moves=True),
    Action("clash_up", ("k", "up"), "Up", "One cell up.", _X, moves=True),
    Action("clash_right", ("l", "right"), "Right", "One cell to the right.", _X, moves=True),
    Action("clash_next", ("n", "tab"), "Next clash", "Go to the next clash.", _X, hint=3),
    Action(
        "clash_review",
        ("enter",),
        "Review conflict",
        "Review the lane's conflict with the target, hunk by hunk.",
        _X,
        hint=2,
    ),
    Action("clash_again", ("r",), "Look again", "Look at every lane again.", _X, hint=4),
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

GRAPH_ACTIONS = (
    Action(
        "open_commit",
        ("enter",),
        "Look into it",
        "Show the commit's landing, message and files.",
        Scope.GRAPH,
        hint=1,
    ),
    Action(
        "undo_landing",
        ("u",),
        "Undo",
        "Undo the landing that ends at this commit, after showing what that brings back.",
        Scope.GRAPH,
        _PREVIEWS,
        hint=2,
    ),
    Action("search_graph", ("slash",), "Search", "Find commits by text.", Scope.GRAPH, hint=3),
    Action("next_found", ("n",), "Next match", "Go to the next match.", Scope.GRAPH, hint=4),
    Action(
        "previous_found", ("N", "p"), "Match before", "Go to the match before.", Scope.GRAPH, hint=5
    ),
    Action("reload_graph", ("r",), "Look again", "Read the history again.", Scope.GRAPH, hint=6),
)

_I = Scope.INBOX
INBOX_ACTIONS = (
    Action("inbox_down", ("j", "down"), "Down", "The next question.", _I, moves=True),
    Action("inbox_up", ("k", "up"), "Up", "The question before.", _I, moves=True),
    Action(
        "answer_choice",
        tuple("123456789"),
        "Answer 1-9",
        "Answer with the choice of that number; marked questions that ask the same get it too.",
        _I,
        _CHANGES,
        hint=1,
        short="answer",
        palette=False,
    ),
    Action(
        "answer_text",
        ("enter",),
        "In words",
        "Write an answer in words.",
        _I,
        hint=2,
        short="write",
    ),
    Action("mark_question", ("space",), "Mark", "Mark the question, or take it off.", _I, hint=3),
    Action(
        "mark_same",
        ("a",),
        "All the same",
        "Mark every question that asks the same, or none of them.",
        _I,
        hint=4,
        short="all the same",
    ),
    Action(
        "inbox_attach",
        ("i",),
        "Step in",
        "Step into the pane of the lane that asks.",
        _I,
        hint=5,
        short="step in",
    ),
)

_K = Scope.TASKS
TASKS_ACTIONS = (
    Action("open_task", ("enter",), "Open", "Show the task in full.", _K, hint=1),
    Action(
        "go_plan",
        ("g",),
        "Go",
        "See what would start now and where, what waits and why; Enter there says go.",
        _K,
        _PREVIEWS,
        hint=2,
    ),
    Action(
        "assign_task",
        ("s",),
        "Assign",
        "Give the task to a lane that you choose, which starts on it.",
        _K,
        _PREVIEWS,
        hint=3,
    ),
    Action(
        "next_view",
        ("tab", "v"),
        "Next view",
        "By state, by wave, as a timeline.",
        _K,
        hint=4,
        short="view",
    ),
    Action(
        "new_task",
        ("n",),
        "New task",
        "Write a task, or a list of lines that each become one.",
        _K,
        _CHANGES,
        hint=5,
        short="new",
    ),
    Action(
        "stop_plan",
        ("x",),
        "Stop",
        "Let nothing more start by itself. Agents that run go on.",
        _K,
        _CHANGES,
        hint=3,
    ),
    Action(
        "retry_task",
        ("R",),
        "Try again",
        "Open a failed task for another try, by another agent if you like; the lane of the "
        "last try goes into the trash.",
        _K,
        _PREVIEWS,
        hint=2,
    ),
    Action(
        "call_off",
        ("X",),
        "Call off",
        "Call the task off, with a reason; or take it up again.",
        _K,
        _CHANGES,
        hint=9,
    ),
    Action("edit_task", ("e",), "Edit", "Open the task's file in $VISUAL or $EDITOR.", _K, hint=8),
    Action("task_diff", ("d",), "Diff", "Read what the task's lane changed.", _K, hint=6),
    Action(
        "task_lane",
        ("b",),
        "To its lane",
        "Go to the task's lane on the board.",
        _K,
        hint=10,
        short="lane",
    ),
    Action(
        "open_plan",
        ("p",),
        "Plan",
        "Show the five phases with who stands where, the times, and the checklist.",
        _K,
        hint=7,
    ),
    Action(
        "tasks_trouble",
        ("E",),
        "What is wrong",
        "Show everything that is wrong on the bus, and what to do.",
        _K,
        hint=1,
        short="wrong",
    ),
    Action(
        "search_tasks", ("slash",), "Search", "Show only tasks that match some text.", _K, hint=11
    ),
)

_K = Scope.TASK
TASK_ACTIONS = (
    Action("task_again", ("r",), "Look again", "Look at the evidence again.", _K, hint=9),
)

_K = Scope.GOING
GOING_ACTIONS = (
    Action(
        "say_go",
        ("enter",),
        "Go",
        "Let the tasks that are shown start as lanes come free.",
        _K,
        _CHANGES,
        hint=1,
    ),
    Action(
        "go_follow",
        ("f",),
        "Follow",
        "Let the go count for tasks that are written or changed later, or not.",
        _K,
        _CHANGES,
        hint=2,
    ),
    Action("go_again", ("r",), "Look again", "Look at the plan again.", _K, hint=3),
)

ASSIGNING_ACTIONS = (
    Action(
        "give_task",
        ("enter",),
        "Give it",
        "Start the task in the chosen lane.",
        Scope.ASSIGNING,
        _CHANGES,
        hint=1,
    ),
)

PLAN_ACTIONS = (
    Action("plan_tasks", ("t",), "Tasks", "Go to the tasks.", Scope.PLAN, hint=2),
    Action("plan_go", ("g",), "Go", "See what a go would start.", Scope.PLAN, _PREVIEWS, hint=3),
    Action(
        "close_round",
        ("C",),
        "Close the round",
        "Run the gate on the target, tear down what has landed, and sum the round up.",
        Scope.PLAN,
        _PREVIEWS,
        hint=4,
        short="close round",
    ),
)

TASK_TEXT_ACTIONS = (
    Action(
        "write_each",
        ("ctrl+l",),
        "Each line",
        "Write each line as a task of its own.",
        Scope.TASK_TEXT,
        _CHANGES,
        hint=2,
    ),
)

RETRYING_ACTIONS = (
    Action(
        "next_agent",
        ("tab",),
        "Agent",
        "Choose by which agent it is tried.",
        Scope.RETRYING,
        hint=2,
    ),
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

WRITING_ACTIONS = (
    Action(
        "send_later",
        ("ctrl+l",),
        "Send later",
        "Send the prompt when the agent's turn has ended.",
        Scope.WRITING,
        _CHANGES,
        hint=2,
        short="later",
    ),
    Action(
        "find_sent",
        ("ctrl+r",),
        "Sent prompts",
        "Find a prompt that was sent; Up at the very beginning shows the last one.",
        Scope.WRITING,
        hint=3,
        short="sent",
    ),
    Action(
        "insert_template",
        ("ctrl+t",),
        "Template",
        "Insert a template of yours or of the repository.",
        Scope.WRITING,
        hint=4,
        short="template",
    ),
    Action(
        "in_editor",
        ("ctrl+g",),
        "Editor",
        "Write it in $VISUAL or $EDITOR.",
        Scope.WRITING,
        hint=5,
        short="editor",
    ),
)

DIGEST_ACTIONS = (
    Action(
        "digest_go",
        ("enter",),
        "Go there",
        "Close, at the lane that the chosen line is about.",
        Scope.DIGEST,
    ),
)

LEAVING_ACTIONS = (
    Action(
        "leave_running",
        ("enter",),
        "Close",
        "Close cockpit; all lanes run on.",
        Scope.LEAVING,
        _CHANGES,
    ),
    Action(
        "leave_finished",
        ("f",),
        "Finish first",
        "Start nothing more by itself, and close when all turns have ended.",
        Scope.LEAVING,
        _CHANGES,
    ),
    Action(
        "leave_parked",
        ("p",),
        "Park all",
        "See what parking every lane would do; a yes parks them, then cockpit is closed.",
        Scope.LEAVING,
        _PREVIEWS,
    ),
)

_C = Scope.CHOOSING
CHOOSING_ACTIONS = (
    Action("take_chosen", ("enter",), "Do it", "Do it with these files.", _C, _CHANGES, hint=1),
    Action("toggle_path", ("space",), "Mark", "Mark the file, or take the mark off.", _C, hint=2),
    Action("toggle_paths", ("a",), "All or none", "Mark all files, or none.", _C, hint=3),
    Action("path_message", ("e",), "Edit message", "Write the commit's message.", _C, hint=4),
)

_P = Scope.PICKING
PICKING_ACTIONS = (
    Action("pick_down", ("down", "ctrl+n", "ctrl+j"), "Down", "To the next one.", _P, moves=True),
    Action("pick_up", ("up", "ctrl+k"), "Up", "To the one before.", _P, moves=True),
    Action("pick_page_down", ("pagedown",), "Page down", "One page down.", _P, moves=True),
    Action("pick_page_up", ("pageup",), "Page up", "One page up.", _P, moves=True),
    Action("pick_take", ("enter",), "Take it", "Take what is chosen.", _P, palette=False, hint=1),
    Action(
        "pick_close",
        ("escape", "ctrl+q"),
        "Back",
        "Close without doing anything.",
        _P,
        palette=False,
        hint=2,
    ),
)

ACTIONS = (
    BOARD_ACTIONS
    + READING_ACTIONS
    + PROPOSAL_ACTIONS
    + DIFF_ACTIONS
    + COMMENTS_ACTIONS
    + LANDING_ACTIONS
    + CONFLICT_ACTIONS
    + TRAIN_ACTIONS
    + INBOX_ACTIONS
    + CLASHES_ACTIONS
    + LOG_ACTIONS
    + GRAPH_ACTIONS
    + TASKS_ACTIONS
    + TASK_ACTIONS
    + GOING_ACTIONS
    + ASSIGNING_ACTIONS
    + PLAN_ACTIONS
    + TASK_TEXT_ACTIONS
    + RETRYING_ACTIONS
    + PROMPT_ACTIONS
    + CONFIRM_ACTIONS
    + CHOOSING_ACTIONS
    + PICKING_ACTIONS
    + LEAVING_ACTIONS
    + DIGEST_ACTIONS
    + WRITING_ACTIONS
)
BY_ID = {action.id: action for action in ACTIONS}


def keys_table_markdown() -> str:
    """The board's keys as a table for the README."""
    from cockpit.ui.key_names import shown

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
