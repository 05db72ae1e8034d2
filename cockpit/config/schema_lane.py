"""The keys of a lane and of an agent in lanes.yaml; a part of the schema (`schema.py`)."""

from __future__ import annotations

from cockpit.config import rules
from cockpit.config.kinds import MAX_COMMAND, Choice, Duration, Text
from cockpit.config.shapes import Key, ListOf, MapOf, Struct, ZoneOf, lane_name, text_map
from cockpit.domain.globs import why_not_glob

HOW = ("merge", "squash", "rebase")
GLOB = Text("glob", why_not_glob)
GLOBS = ListOf(GLOB, "globs")
ARGV = ListOf(Text("argument", limit=MAX_COMMAND, lines=True), "arguments", argv=True)
FOLDER = Text("folder", rules.folder)
DROPPED = ListOf(Text("variable's name", rules.dropped_name), "variables")
ENV = text_map("variable", rules.env_name)
TITLE = Text(limit=100)
REPO_PATH = Text("path in the repository", rules.repo_path)

ZONE = ZoneOf(
    Struct(
        (
            Key("include", GLOBS, "[]", "paths that the lane may change; [] = all"),
            Key("exclude", GLOBS, "[]", "paths that it may not, though included"),
        )
    )
)

BACKGROUND = Struct(
    (
        Key(
            "on",
            Choice(("idle", "interval", "landing"), empty=True),
            '""',
            "what starts the lane by itself: idle (no agent of another lane has worked for "
            "`after`), interval (every `after`), landing (`after` that long since another lane "
            'landed); "" = nothing does',
            trust=True,
        ),
        Key(
            "after",
            Duration(60.0),
            "10m",
            "how long the fleet must have been idle, how far apart the runs are, or how long "
            "after a landing it starts",
            trust=True,
        ),
        Key(
            "prompt",
            Text("text", limit=MAX_COMMAND, lines=True),
            '""',
            "what the agent is told",
            trust=True,
        ),
        Key(
            "template",
            Text("file's name", rules.optional(rules.file_name)),
            '""',
            "a file in the folder `templates` that holds the prompt",
            trust=True,
        ),
    )
)

AGENT = Struct(
    (
        Key(
            "preset",
            Text("preset's name", rules.optional(rules.name)),
            '""',
            'the shipped preset that this one changes; "" = the one of the same name, else shell',
            example="shell",
            trust=True,
        ),
        Key(
            "command",
            ARGV,
            "[]",
            "the program and its arguments; [] = the preset's",
            example='["bash", "--norc"]',
            trust=True,
        ),
        Key("args", ARGV, "[]", "arguments added after those", trust=True),
        Key("env", ENV, "{}", "variables for this agent", trust=True),
    )
)

LANE = Struct(
    (
        Key(
            "key",
            Text("letter or digit", rules.optional(rules.lane_key)),
            '""',
            'letter on the board; "" = one from the name that is free',
            example="A",
        ),
        Key("title", TITLE, '""', "who or what this lane is, for people", example="Commander"),
        Key("role", TITLE, '""', "the role, also for templates", example="COO"),
        Key(
            "agent",
            Text("agent's name", rules.name),
            "shell",
            "a shipped preset or an entry of agents",
            example="claude",
        ),
        Key(
            "model",
            Text("model", rules.model_name),
            '""',
            'model to ask for; "" = the agent\'s own choice',
            example="opus",
        ),
        Key(
            "args",
            ARGV,
            "[]",
            "arguments for this lane's agent, after the agent's own",
            trust=True,
        ),
        Key(
            "zone",
            ZONE,
            "[]",
            "what the lane may change; [] = the whole repository",
            example='{include: ["src/auth/**"], exclude: []}',
        ),
        Key(
            "ledger",
            Text("path in the repository", rules.optional(rules.repo_path)),
            '""',
            "the lane's CSV of tasks, merged into one view",
            example="ledgers/tasks-alpha.csv",
        ),
        Key(
            "mode",
            Choice(("worktree", "shared", "remote")),
            "worktree",
            "shared: in the main checkout, writing only the bus and its zone; "
            "remote: an agent elsewhere, followed by ref",
            trust=True,
        ),
        Key("env", ENV, "{}", "variables for this lane", trust=True),
        Key(
            "session",
            Text("session's name", rules.optional(rules.name)),
            '""',
            'named agent session, resumed after a restart; "" = the lane\'s name',
            example="alpha",
        ),
        Key(
            "worktree",
            Text("folder template", rules.optional(rules.folder_template)),
            '""',
            'this lane\'s folder; "" = worktrees at the top',
            trust=True,
        ),
        Key(
            "branch",
            Text("branch template", rules.optional(rules.branch_template)),
            '""',
            'this lane\'s branch; "" = branch at the top',
        ),
        Key(
            "base",
            Text("branch or commit", rules.optional(rules.base)),
            '""',
            'where this lane starts; "" = base at the top',
            trust=True,
        ),
        Key(
            "isolation",
            Choice(("worktree", "clone", "container")),
            "worktree",
            "how far apart the lane lives",
            trust=True,
        ),
        Key(
            "permission",
            Text("permission mode", rules.optional(rules.name)),
            '""',
            'how much the agent may do unasked, in its own words; "" = its default',
            trust=True,
        ),
        Key(
            "owner",
            Text("owners", rules.optional(rules.owner)),
            '""',
            "who owns the zone, for CODEOWNERS",
            example='"@team-alpha"',
        ),
        Key(
            "add_dirs",
            ListOf(FOLDER, "folders"),
            "[]",
            "folders that the agent may read beside its worktree, relative to the main checkout; "
            "for agents with an option for it",
            trust=True,
        ),
        Key(
            "account",
            Text("account's name", rules.optional(rules.name)),
            '""',
            "kept for later, any name is refused: choose an account with the agent's own "
            "variable in env (CLAUDE_CONFIG_DIR, CODEX_HOME)",
            trust=True,
        ),
        Key(
            "run",
            Choice(("interactive", "headless")),
            "interactive",
            "headless is kept for later and refused: an agent runs in its pane, on its screen",
            trust=True,
        ),
        Key(
            "env_drop",
            DROPPED,
            "[]",
            "variables that this lane does not inherit",
            trust=True,
        ),
        Key(
            "ref",
            Text("branch or ref", rules.optional(rules.remote_ref)),
            '""',
            "what a remote lane follows (origin/claude/fix)",
            trust=True,
        ),
        Key(
            "merge",
            Choice(HOW, empty=True),
            '""',
            'how this lane lands; "" = merge.how',
        ),
        Key(
            "after_landing",
            Choice(("keep", "park", "pool", "teardown")),
            "keep",
            "what becomes of the lane once it has landed",
        ),
        Key(
            "background",
            BACKGROUND,
            "{}",
            "a lane that is started by itself and lands under your standing approval "
            "(`cockpit approve LANE --standing`)",
        ),
    )
)

LANES = MapOf(
    lane_name,
    LANE,
    "lane",
    sample="alpha",
    more="""\
beta: {agent: codex, zone: ["src/api/**"]}
gamma: {agent: claude, zone: ["tests/**"]}
delta: {agent: claude, zone: ["docs/**"]}
""",
)

AGENTS = MapOf(
    rules.name,
    AGENT,
    "agent",
    sample="mybot",
    more='claude: {args: ["--model", "sonnet"]}\n',
)
