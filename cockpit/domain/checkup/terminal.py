"""The terminal that this was asked from, and the limits of the system around it."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.domain.checkup.facts import Facts, Terminal
from cockpit.domain.checkup.finding import Finding, note, ok, problem, warning

LEAST_COLUMNS, LEAST_ROWS = 60, 16
GOOD_COLUMNS, GOOD_ROWS = 80, 24
LEAST_FILES = 1024
"""Open files below which a fleet and its agents run into the limit; macOS begins at 256."""
TRUE_COLOUR = ("truecolor", "24bit")


def judge_terminal(facts: Facts) -> Iterator[Finding]:
    terminal = facts.terminal
    if not terminal.is_utf8:
        yield problem(
            "locale",
            "The locale is not a UTF-8 one: glyphs and names will be shown wrongly.",
            "Set one, for example `export LANG=C.UTF-8` (`locale -a` lists those that there are).",
        )
    if not terminal.is_terminal:
        yield note(
            "terminal",
            "This was not asked on a terminal, so size and colours are not known.",
            "Run `cockpit doctor` where you would open the board.",
        )
        return
    yield _size(terminal)
    yield _term(terminal)
    yield from _around(terminal)


def _size(terminal: Terminal) -> Finding:
    columns, rows = terminal.columns, terminal.rows
    size = f"The terminal has {columns} columns and {rows} rows"
    if not (columns and rows):
        return note("terminal", "The terminal does not tell its size.", "`stty size` shows it.")
    if columns < LEAST_COLUMNS or rows < LEAST_ROWS:
        return problem(
            "terminal",
            f"{size}; the board needs {LEAST_COLUMNS} by {LEAST_ROWS}.",
            "Make it larger, or use a smaller font.",
        )
    if columns < GOOD_COLUMNS or rows < GOOD_ROWS:
        return note(
            "terminal",
            f"{size}; the board fits, and {GOOD_COLUMNS} by {GOOD_ROWS} shows more.",
            "Make it larger when you can.",
        )
    return ok("terminal", f"{size}.")


def _term(terminal: Terminal) -> Finding:
    if not terminal.term or terminal.term == "dumb":
        return warning(
            "colours",
            f"TERM is {terminal.term or 'not set'}, so nothing is known of the terminal.",
            "Set it to what the terminal is, for example `export TERM=xterm-256color`.",
        )
    if not terminal.has_entry:
        return note(
            "colours",
            f"This machine has no terminfo entry for TERM={terminal.term}; cockpit says "
            "xterm-256color to tmux instead.",
            "Copy the entry here with `infocmp -x | ssh HOST -- tic -x -` to get all it can do.",
        )
    if terminal.colours in TRUE_COLOUR:
        return ok("colours", f"TERM={terminal.term} with true colour.")
    return note(
        "colours",
        f"TERM={terminal.term} does not say that it shows true colour (COLORTERM is "
        f"{terminal.colours or 'not set'}), so themes are shown with 256 colours.",
        "If the terminal can, `export COLORTERM=truecolor`; over ssh it is seldom passed on.",
    )


def _around(terminal: Terminal) -> Iterator[Finding]:
    if "tmux" in terminal.inside:
        yield ok(
            "inside tmux",
            "This is a tmux of yours; cockpit's own server takes nothing from it, and Ctrl-Q "
            "reaches cockpit unless you bound it.",
        )
    if "screen" in terminal.inside:
        yield note(
            "inside screen",
            "This is GNU screen, which passes neither true colour nor the mouse's wheel on.",
            "Open cockpit outside of it; the app survives a dropped connection by itself.",
        )
    if "mosh" in terminal.inside:
        yield note(
            "mosh",
            "mosh passes neither the clipboard nor notifications on.",
            "Use ssh where you need those; lanes and app survive a dropped connection.",
        )
    elif "ssh" in terminal.inside:
        yield ok("ssh", "This is an ssh login; lanes and app go on when it drops.")


def judge_limits(facts: Facts) -> Iterator[Finding]:
    yield from _watches(facts)
    files = facts.system.open_files
    if files is not None and files < LEAST_FILES:
        yield warning(
            "open files",
            f"A program may open only {files} files here, and a fleet with its agents needs more.",
            f"`ulimit -n {4 * LEAST_FILES}` in your shell's start-up file.",
        )


def _watches(facts: Facts) -> Iterator[Finding]:
    limits = facts.system.watches
    if limits.watches is None:
        return
    wanted = limits.wanted or 0
    used, instances = limits.instances_used, limits.instances
    if instances is not None and used is not None and used + 1 >= instances:
        yield warning(
            "file watching",
            f"{used} of {instances} inotify instances of yours are used, so cockpit would poll.",
            "`sudo sysctl fs.inotify.max_user_instances=1024` (and in /etc/sysctl.d to keep it).",
        )
    elif wanted * 2 > limits.watches:
        yield warning(
            "file watching",
            f"The app would watch {wanted} folders here, and all your programs together may "
            f"watch {limits.watches}.",
            "`sudo sysctl fs.inotify.max_user_watches=524288` (and in /etc/sysctl.d to keep it); "
            "else cockpit polls.",
        )
    else:
        mine = f"; the app would watch {wanted} folders" if limits.wanted is not None else ""
        yield ok("file watching", f"Up to {limits.watches} inotify watches{mine}.")
