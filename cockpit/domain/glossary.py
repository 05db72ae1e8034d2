"""What the words and signs of cockpit mean, for whoever meets one: help shows and searches them,
`cockpit help words` prints them, and docs/words.md lists them.

Only words that the field doesn't have, or has in another sense; git's and tmux's own mean here
what they mean there.
"""

from __future__ import annotations

from cockpit.domain.activity import GLYPHS, State

WORDS: tuple[tuple[str, str], ...] = (
    (
        "adopt",
        "Make a lane of a branch or worktree that exists already, as it is: `cockpit adopt`.",
    ),
    (
        "agent",
        "The program that works in a lane's pane: a coding agent, a shell, or any command that "
        "`agents:` of lanes.yaml names.",
    ),
    (
        "approval",
        "Your yes to one exact commit and the text of its task. It is used once, and void as "
        "soon as either changes.",
    ),
    (
        "aside",
        "What a train does with a lane that conflicts or whose gate is red: it stays as it is, "
        "with the reason, and the lanes behind it go on.",
    ),
    (
        "background lane",
        "A lane with `background:` in lanes.yaml: it starts and lands by itself, under a "
        "standing approval.",
    ),
    ("base", "The commit that a lane starts from: the target, unless `base:` says otherwise."),
    (
        "behind, ahead",
        "Commits that the target has and the lane lacks (↓), and the other way round (↑).",
    ),
    (
        "blitz",
        "A round of lanes that work at the same time. It stands before the subject of a landing; "
        "`merge.message` in lanes.yaml changes that.",
    ),
    (
        "bus",
        "The folders tasks/ and results/ and the plan: how you and agents write to each other.",
    ),
    ("car", "One lane in the train."),
    (
        "clash",
        "Two lanes, or a lane and the target, that would conflict when merged; what is not "
        "committed counts too. The radar finds them while agents work.",
    ),
    ("commander", "You: who decides what lands."),
    (
        "dispatch",
        "Giving ready tasks to free lanes; one open cockpit does it, once you have said go.",
    ),
    (
        "evidence",
        "What a state was read from: the process, the pane's title, the rows on its screen, and "
        "how long ago. `E` shows it.",
    ),
    (
        "gate",
        "The command that must pass before a lane lands (`gate:` in lanes.yaml). It runs on the "
        "finished merge, in a worktree of its own. Red: it failed, and nothing moved.",
    ),
    (
        "go",
        "Your yes that tasks start by themselves as lanes come free; it covers the tasks as they "
        "were shown.",
    ),
    ("inbox", "What agents ask, on their screens and in their results, in one list."),
    ("journal", "The same as log."),
    (
        "land",
        "Bring a lane's commits into the target branch, after the checks, your approval and the "
        "gate.",
    ),
    ("lane", "A git worktree, a branch, a tmux pane and an agent, bound together by lanes.yaml."),
    ("ledger", "A table of who did which task when, one a lane."),
    ("log", "Every step that was taken, by whom; what `u` and `cockpit undo` take back."),
    (
        "mark",
        "Marked lanes (✚) are started, stopped, synced, parked, torn down, gated and written to "
        "together.",
    ),
    ("Oracle", "An agent in the main checkout that plans for the others and writes their tasks."),
    (
        "park",
        "End a lane's agent and put its folder away; the branch stays, and `r` takes it up again.",
    ),
    (
        "pin",
        "Keep a commit by a ref of cockpit's (refs/cockpit/…), so that git never throws it away.",
    ),
    (
        "radar",
        "What compares every pair of lanes, and each with the target, for clashes.",
    ),
    (
        "result",
        "A file in results/ in which an agent says what it did: a claim, which is compared with "
        "what git holds.",
    ),
    (
        "resume",
        "Take a parked lane up again on its branch.",
    ),
    (
        "slot",
        "A lane's place on this machine: its folder, its pane, and one of the agents that may "
        "run at once.",
    ),
    (
        "standing approval",
        "A yes that counts again and again, for one background lane: it names the zone, the "
        "gate, the prompt and the agent, and is void when one of them changes.",
    ),
    ("sweep", "Tear down every lane whose work has landed: `cockpit teardown --merged`."),
    ("sync", "Bring the target's new commits into a lane, by merge or rebase."),
    ("target", "The branch that lanes land on."),
    (
        "task",
        "A markdown file in tasks/: what is to be done, what it depends on, where it may edit.",
    ),
    (
        "tear down",
        "Move a lane's folder and branch into the trash; undo brings every byte back.",
    ),
    (
        "train",
        "Lanes that land one after another, each built and gated on what the one before it left.",
    ),
    ("trash", "Where torn-down lanes lie until you empty it: `cockpit trash`."),
    (
        "trust",
        "Your yes to the commands and files that lanes.yaml names. It is asked again when they "
        "change.",
    ),
    (
        "vault",
        "Where the bytes of what was torn down or discarded are kept, outside the repository.",
    ),
    ("wave", "Tasks that can go at the same time: none needs another of them."),
    (
        "zone",
        "The globs that a lane may edit. What lies outside keeps it from landing.",
    ),
)
"""Words in the order of the alphabet, each with a sentence or two."""

_STATES: dict[State, str] = {
    State.PLANNED: "not started yet; `s` starts it",
    State.PARKED: "put away, its branch stays; `r` takes it up",
    State.SETUP: "its worktree is being set up",
    State.STARTING: "its agent is being started",
    State.WORKING: "its agent works",
    State.ASKING: "its agent asks you something",
    State.IDLE: "its agent rests: the turn has ended",
    State.ERROR: "its agent's turn ended in an error",
    State.EXITED: "its agent's program has ended; `r` runs it again",
    State.STALLED: "nothing has moved on its screen for long, though it seems to work",
    State.LIMITED: "its agent's vendor lets it do nothing more for now",
    State.UNKNOWN: "nothing tells what it does; never taken for idle or dead",
}

SIGNS: tuple[tuple[str, str], ...] = (
    *((f"{GLYPHS[state]} {state}", f"A lane: {_STATES[state]}.") for state in State),
    ("↑3 ↓2", "Commits that the target lacks, and that the lane lacks."),
    ("~4 +12 −8", "Files that the lane changed, and the lines that it added and took away."),
    ("✎2", "Paths with uncommitted work."),
    ("⚔ beta", "Would conflict with that lane or the target; `c` shows where."),
    ("⚠ 1 file outside", "Changed outside its zone, which keeps it from landing."),
    ("⚠", "Something is not as it should be; the words beside it say what."),
    ("✚", "Marked."),
    ("✓ merged", "Everything that it has is in the target."),
    ("✓ approved", "You have said yes to just the commit that it has now."),
    ("may land", "Lanes that rest, have commits, and have nothing known in their way."),
    ("needs you", "A lane that asks, failed, ended, or was stopped by its vendor."),
    ("↶", "In the log: a step that can be undone."),
    ("◆ ◇", "In the graph: a landing, and one that was taken back."),
    ("⋯", "Waits for something, which is named."),
)
"""What stands on panels, in the header and in lists, as it looks."""


def page() -> str:
    """docs/words.md."""
    return "\n".join(
        [
            "# Words and signs",
            "",
            "The same list is in cockpit: `?`, then type the word; or `cockpit help words`.",
            "",
            "| word | means |",
            "| --- | --- |",
            *(f"| **{word}** | {meaning} |" for word, meaning in WORDS),
            "",
            "| sign | means |",
            "| --- | --- |",
            *(f"| `{sign}` | {meaning} |" for sign, meaning in SIGNS),
            "",
        ]
    )
