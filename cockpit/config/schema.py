"""Every key of lanes.yaml in one place: type, default, meaning, example, trust.

The reader, the example file, the reference and the trust digest all go by these tables (and
`schema_lane.py`, their part for lanes and agents); no default stands anywhere else. Order is
the order of the example file.
"""

from __future__ import annotations

from cockpit.config import rules
from cockpit.config.keys import Keys
from cockpit.config.kinds import MAX_COMMAND, Bool, Choice, Duration, Int, Size, Text
from cockpit.config.schema_lane import (
    AGENTS,
    DROPPED,
    FOLDER,
    GLOBS,
    HOW,
    LANE,
    LANES,
    REPO_PATH,
    TITLE,
    ZONE,
)
from cockpit.config.shapes import Key, ListOf, MapOf, Struct, lane_name, text_map
from cockpit.domain.ports import MAX_PORT

MAX_LANES = 200

COMMAND = Text("command (for /bin/sh)", rules.needed, MAX_COMMAND, lines=True)
COMMANDS = ListOf(COMMAND, "commands")
REPO_PATHS = ListOf(REPO_PATH, "paths in the repository")

LAYOUT = Struct(
    (
        Key(
            "columns", Int(1, 10, "auto", 0), "auto", "columns of the grid; auto = what is readable"
        ),
        Key(
            "order",
            Choice(("fixed", "urgent")),
            "fixed",
            "order of the lanes: fixed = as they stand here; urgent = those that need you first",
        ),
    )
)

ZONES = Struct(
    (
        Key(
            "protected",
            GLOBS,
            "[]",
            "no lane may change these; the commander merges such changes by hand",
            example='["canon/**"]',
        ),
        Key(
            "append",
            GLOBS,
            "[]",
            "every lane may change these; landed one at a time",
            example='["package-lock.json"]',
        ),
        Key(
            "outside",
            Choice(("block", "ask", "allow")),
            "block",
            "what happens to a lane's edit outside its zone",
        ),
        Key(
            "commit_check",
            Bool(),
            "false",
            "also refuse the commit in the lane, not only the landing",
        ),
    )
)

PORTS = Struct(
    (
        Key("slots", Int(1, 1000), "15", "how many lanes can have ports; the gate has a slot more"),
        Key(
            "vars",
            MapOf(rules.env_name, Int(1, MAX_PORT), "variable"),
            "{}",
            "variables that hold a port: the port of the first slot",
            example="{BACKEND_PORT: 9100, FRONTEND_PORT: 9200}",
            trust=True,
        ),
        Key(
            "derived",
            text_map("variable", rules.env_name),
            "{}",
            "variables made of those, {lane} and {slot}",
            example=(
                '{VITE_BACKEND_URL: "http://localhost:{BACKEND_PORT}", '
                'COMPOSE_PROJECT_NAME: "app-{lane}"}'
            ),
            trust=True,
        ),
        Key("stride", Int(1, 1000), "1", "distance from one slot's port to the next"),
        Key(
            "by",
            Choice(("slot", "hash")),
            "slot",
            "slot: lowest free one; hash: from the lane's name, the same everywhere",
        ),
    )
)

SETUP = Struct(
    (
        Key(
            "copy",
            REPO_PATHS,
            "[]",
            "ignored files that a new worktree needs, copied from the main checkout",
            example='[".env"]',
            trust=True,
        ),
        Key(
            "link",
            REPO_PATHS,
            "[]",
            "the same as links, for what is large",
            example='["node_modules"]',
            trust=True,
        ),
        Key(
            "rewrite",
            REPO_PATHS,
            "[]",
            "files in which absolute paths of the main checkout become the lane's",
            example='[".mcp.json"]',
            trust=True,
        ),
        Key(
            "run",
            COMMANDS,
            "[]",
            "commands, shown live in the lane's pane",
            example='["uv sync"]',
            trust=True,
        ),
    )
)

TEARDOWN = Struct(
    (Key("run", COMMANDS, "[]", "commands in the lane before it is torn down", trust=True),)
)
POOL = Struct((Key("size", Int(0, 50), "0", "worktrees made ahead"),))
LAUNCH = Struct(
    (
        Key("stagger", Duration(0, 600), "2s", "pause between two starts of agents"),
        Key("max_running", Int(1, MAX_LANES), "7", "agents that run at the same time"),
    )
)

GATE = Struct(
    (
        Key(
            "run",
            COMMANDS,
            "[]",
            "what must pass on the merged tree before the target moves",
            example='["make test"]',
            trust=True,
        ),
        Key("timeout", Duration(1, 86400), "10m", "deadline of the whole gate"),
        Key("retry", Int(0, 5), "1", "how often a red gate is tried again (flaky tests)"),
    )
)

MERGE = Struct(
    (
        Key("how", Choice(HOW), "merge", "merge (--no-ff), squash or rebase"),
        Key(
            "message",
            Text("message with {lane} {key} {summary}", rules.message, 200),
            '"blitz: merge lane {key} — {summary}"',
            "the landing's subject; summary = the task's title, else the result's first line",
        ),
        Key(
            "push",
            Text("remote", rules.optional(rules.remote)),
            '""',
            'remote to push the target to after a landing; "" = none',
            trust=True,
        ),
        Key(
            "pull_request",
            Text("command (for /bin/sh)", limit=MAX_COMMAND, lines=True),
            '""',
            "makes a pull request of a lane that was pushed (`cockpit pr`); it gets "
            "$COCKPIT_BRANCH, $COCKPIT_TARGET, $COCKPIT_TITLE and $COCKPIT_BODY_FILE",
            example='\'gh pr create -H "$COCKPIT_BRANCH" -t "$COCKPIT_TITLE" '
            '-F "$COCKPIT_BODY_FILE"\'',
            trust=True,
        ),
        Key(
            "cadence",
            Duration(),
            "0",
            "how long a branch may live before you are reminded to land it; 0 = never",
            example="1d",
        ),
        Key("sign", Bool(), "false", "sign landings as your git configuration says"),
        Key("sign_off", Bool(), "false", "add Signed-off-by to landings"),
    )
)

SYNC = Struct(
    (
        Key(
            "how",
            Choice(("merge", "rebase")),
            "merge",
            "how a lane gets the target's new commits (`cockpit sync`)",
        ),
    )
)

TMUX = Struct(
    (
        Key(
            "config",
            Choice(("own", "user")),
            "own",
            "user: read your ~/.tmux.conf in cockpit's server too",
            trust=True,
        ),
        Key("history", Int(100, 1_000_000), "5000", "lines of scrollback a lane"),
        Key(
            "return_key",
            Text("key as tmux writes it", rules.tmux_key),
            "C-q",
            "the key that leads from a lane back to the board",
        ),
    )
)

TRASH = Struct(
    (
        Key(
            "keep",
            Duration(3600, 3660 * 86400.0, forever=True),
            "forever",
            "how long what was torn down can come back",
            trust=True,
        ),
        Key("warn", Size(), "5G", "size of the trash from which you are told"),
    )
)

CONTAINER = Struct(
    (
        Key(
            "engine",
            Choice(("docker", "podman"), empty=True),
            '""',
            'what runs lanes with isolation: container; "" = the one that is there',
            trust=True,
        ),
        Key(
            "image",
            Text("image", rules.optional(rules.container_word)),
            '""',
            "the image for these lanes",
            trust=True,
        ),
        Key(
            "network",
            Text("network", rules.optional(rules.container_word)),
            '""',
            "the engine's network for these lanes; none = without",
            trust=True,
        ),
    )
)

NOTIFY = Struct(
    (
        Key("bell", Bool(), "true", "ring the terminal when a lane needs you"),
        Key(
            "command",
            Text("command (for /bin/sh)", limit=MAX_COMMAND, lines=True),
            '""',
            "run when a lane needs you; the sentence is in $COCKPIT_NOTICE",
            trust=True,
        ),
        Key(
            "quiet",
            Text("span of the day", rules.optional(rules.span)),
            '""',
            "when neither happens",
            example='"22:00-07:30"',
        ),
    )
)

BUDGET = Struct(
    (
        Key(
            "lane",
            Text("amount", rules.optional(rules.amount)),
            '""',
            "dollars a lane may cost before you are asked, as its agent reports them",
        ),
        Key(
            "day",
            Text("amount", rules.optional(rules.amount)),
            '""',
            "the same for all lanes in a day",
        ),
    )
)

TOP = Struct(
    (
        Key("target", Text("branch", rules.branch), "main", "branch that lanes merge into"),
        Key(
            "base",
            Text("branch or commit", rules.optional(rules.base)),
            '""',
            'where new lanes start: "" = target; a remote\'s branch (origin/main) is fetched first',
            trust=True,
        ),
        Key(
            "worktrees",
            Text("folder template", rules.folder_template),
            '"../{repo}-{lane}"',
            "each lane's folder, relative to the main checkout. In templates: "
            "{repo} {lane} {agent} {role} {task} {slug} {user} {date}",
            trust=True,
        ),
        Key(
            "branch",
            Text("branch template", rules.branch_template),
            '"{lane}/work"',
            "each lane's branch",
        ),
        Key("bus", FOLDER, '"."', "folder of tasks/, results/ and master_plan.md", trust=True),
        Key("layout", LAYOUT, "{}", "the board's grid"),
        Key("theme", Text("theme", limit=100), '""', "a file in themes/ or one of yours"),
        Key(
            "keys",
            MapOf(rules.action, Keys(), "action"),
            "{}",
            "other keys for actions that look or move, on keys that do nothing else; your own "
            "config.yaml goes before, and may do more",
            example="{clashes: f6, log: [f7, ctrl+g], graph: none}",
        ),
        Key("agents", AGENTS, "{}", "changes of shipped presets, and agents of your own"),
        Key("lanes", LANES, "{}", "one entry a lane; its name is 1 to 40 of a-z, 0-9 and -"),
        Key("zones", ZONES, "{}", "rules for all lanes"),
        Key("ports", PORTS, "{}", "ports that don't meet"),
        Key("setup", SETUP, "{}", "what a new worktree gets"),
        Key("teardown", TEARDOWN, "{}", "what happens before a worktree goes"),
        Key("pool", POOL, "{}", "worktrees in reserve"),
        Key("launch", LAUNCH, "{}", "how agents are started"),
        Key("gate", GATE, "{}", "what a landing must pass"),
        Key("merge", MERGE, "{}", "how landings are made"),
        Key("sync", SYNC, "{}", "how lanes are brought up to date"),
        Key("tmux", TMUX, "{}", "cockpit's own tmux server"),
        Key("env_drop", DROPPED, "[]", "variables that no lane inherits", trust=True),
        Key("trash", TRASH, "{}", "what was torn down"),
        Key("container", CONTAINER, "{}", "for lanes with isolation: container"),
        Key("notify", NOTIFY, "{}", "how you are told"),
        Key("budget", BUDGET, "{}", "what agents may cost"),
        Key(
            "templates",
            Text("folder", rules.optional(rules.folder)),
            '""',
            "folder of task templates",
            trust=True,
        ),
    )
)

COORDINATION = Struct(
    (
        Key(
            "zones",
            MapOf(
                lane_name,
                Struct(
                    (
                        Key("files", ZONE, "[]", "the lane's zone"),
                        Key("ledger", LANE.key("ledger").kind, '""', "the lane's CSV of tasks"),
                        Key("agent", TITLE, '""', "the lane's title (not a command)"),
                    )
                ),
                "lane",
            ),
            "{}",
            "one entry a lane",
        ),
    )
)
"""`coordination.yaml`, as the first documents of the project have it."""
