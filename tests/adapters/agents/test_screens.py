"""The shipped presets against recorded screens of the real agents, and against each other's."""

from __future__ import annotations

import re
import textwrap
import time
from pathlib import Path

import pytest

from cockpit.adapters.agents import presets
from cockpit.domain.activity import Activity, State
from cockpit.domain.evidence import Evidence
from cockpit.domain.judgement import judge

SCREENS = Path(__file__).parent / "screens"
HOST = "vm"
"""The recording machine's name, tmux's default title."""

EXPECTED = {
    "claude-0-trust": State.ASKING,
    "claude-0b-apikey": State.ASKING,
    "claude-a-idle": State.IDLE,
    "claude-b-working": State.WORKING,
    "claude-b-working-long": State.WORKING,
    "claude-c-permission-bash": State.ASKING,
    "claude-c-permission-write": State.ASKING,
    "claude-c-question": State.ASKING,
    "claude-d-finished": State.IDLE,
    "claude-e-error400": State.ERROR,
    "claude-e-error529-retry": State.WORKING,
    "claude-e-retry-1": State.WORKING,
    "claude-m-acceptedits": State.ERROR,  # its last turn ended in one; text is typed, not sent
    "claude-x-interrupted": State.IDLE,
    "claude-x-exited": State.UNKNOWN,
    "codex-0-trust": State.ASKING,
    "codex-a-idle": State.IDLE,
    "codex-b-working": State.WORKING,
    "codex-c-permission": State.ASKING,
    "codex-d-finished": State.IDLE,
    "codex-e-error": State.ERROR,
    "codex-x-interrupted": State.IDLE,
    "gemini-a-idle": State.IDLE,
    "gemini-b-working": State.WORKING,
    "gemini-c-permission": State.ASKING,
    "gemini-c-question": State.ASKING,
    "gemini-d-finished": State.IDLE,
    "gemini-e-error": State.ERROR,
    "gemini-x-interrupted": State.IDLE,
    "opencode-a-idle": State.IDLE,
    "opencode-b-working": State.WORKING,
    "opencode-c-permission": State.ASKING,
    "opencode-c-question": State.ASKING,
    "opencode-d-finished": State.IDLE,
    "opencode-e-error": State.ERROR,
    "opencode-x-interrupted": State.IDLE,
    "aider-a-idle": State.IDLE,
    "aider-b-working": State.WORKING,
    "aider-c-permission": State.ASKING,
    "aider-d-0": State.ASKING,
    "aider-d-1": State.ASKING,
    "aider-d-finished": State.IDLE,
    "aider-e-error": State.ERROR,
    "aider-x-interrupted": State.IDLE,
    "pi-a-idle": State.IDLE,
    "pi-b-working": State.WORKING,
    "pi-c-permission": State.IDLE,  # it never asks: it goes on
    "pi-d-finished": State.IDLE,
    "pi-e-error": State.ERROR,
    "pi-x-interrupted": State.IDLE,
    "gemini-c-permission-60x20": State.ASKING,  # warnings stand below its box
    "gemini-c-permission-shell-60x20": State.ASKING,
    "opencode-e-error-60x20": State.ERROR,
    "opencode-x-rejected-60x20": State.IDLE,
    "pi-e-error-60x20": State.ERROR,
    "opencode-c-permission-200x50": State.ASKING,  # a column of its own stands at the right
    "opencode-x-interrupted-200x50": State.IDLE,
}
AGENTS = sorted({name.partition("-")[0] for name in EXPECTED})


def recorded(name: str) -> tuple[dict[str, str], list[str]]:
    meta = (SCREENS / f"{name}.meta").read_text("utf-8").rstrip("\n")
    # a title may hold the separator itself, so it is cut at the next known field
    title, _, rest = meta.removeprefix("title=").partition("|cmd=")
    fields = dict(part.partition("=")[::2] for part in f"cmd={rest}".split("|"))
    rows = (SCREENS / f"{name}.txt").read_text("utf-8").split("\n")
    return {**fields, "title": title}, rows


def read(
    agent: str,
    name: str,
    *,
    rows: list[str] | None = None,
    title: str | None = None,
    previous: Activity | None = None,
) -> Activity:
    preset = presets.find(agent)
    assert preset is not None
    meta, shown = recorded(name)
    said = meta["title"] if title is None else title
    evidence = Evidence(
        found=True,
        now=10.0,
        title=said,
        own_title=said not in ("", HOST),
        command=meta["cmd"],
        rows=shown if rows is None else rows,
        previous=previous,
    )
    return judge(evidence, preset.rules)


def test_every_recorded_screen_is_expected_and_all_is_known_of_each_agent() -> None:
    assert {path.stem for path in SCREENS.glob("*.txt")} == set(EXPECTED)
    assert AGENTS == ["aider", "claude", "codex", "gemini", "opencode", "pi"]
    for agent in AGENTS:
        states = {EXPECTED[name] for name in EXPECTED if name.startswith(agent)}
        assert {State.IDLE, State.WORKING, State.ERROR} <= states
        assert (State.ASKING in states) is (agent != "pi")


@pytest.mark.parametrize(("name", "state"), EXPECTED.items())
def test_a_recorded_screen(name: str, state: State) -> None:
    agent = name.partition("-")[0]
    meta, rows = recorded(name)
    assert meta["title"] or name == "claude-x-exited"
    found = read(agent, name)
    assert (found.state, found.rule != "") == (state, True), found
    assert read(agent, name, rows=[*rows, *[""] * 40]).state is state
    while rows and not rows[-1].strip():
        rows.pop()
    assert read(agent, name, rows=rows).state is state
    assert read(agent, name, rows=rows[-24:]).state is state, "a pane of 24 rows"


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
@pytest.mark.parametrize(("name", "state"), EXPECTED.items())
def test_a_recorded_screen_at_another_width(name: str, state: State, columns: int) -> None:
    """As the agents lay themselves out: rules cut to the width, text wrapped and indented."""
    _, rows = recorded(name)
    agent = name.partition("-")[0]
    assert read(agent, name, rows=laid_out(rows, columns)).state is state


def laid_out(rows: list[str], columns: int) -> list[str]:
    shown: list[str] = []
    for row in rows:
        if row[:8] in ("─" * 8, "╌" * 8):
            shown.append((row + row[0] * 200)[:columns] if len(row) == 120 else row[-columns:])
        elif len(row) <= columns:
            shown.append(row)
        elif row[:1] in "│╭╰":
            shown.append(row[: columns - 1] + row[-1])
        elif row.lstrip()[:1] in "┃╹▀":
            shown.append(row[:columns])
        elif len(row) - len(row.lstrip()) > columns / 2:
            shown.append(row.strip()[:columns].rjust(columns))  # stands at the right edge
        else:
            indent = " " * max(2, len(row) - len(row.lstrip()))
            head = " " * (len(row) - len(row.lstrip()))
            words = " ".join(row.split())
            shown += textwrap.wrap(words, columns, initial_indent=head, subsequent_indent=indent)
    return shown


@pytest.mark.parametrize("name", [name for name in EXPECTED if name.startswith("codex")])
def test_codex_is_never_idle_without_its_title(name: str) -> None:
    """Its screen is the same idle and working: only the title tells them apart."""
    found = read("codex", name, title=HOST).state
    assert found in (State.ASKING, State.UNKNOWN)
    assert found is State.ASKING or EXPECTED[name] is not State.ASKING


@pytest.mark.parametrize("name", [name for name in EXPECTED if not name.startswith("codex")])
def test_all_but_codex_are_read_by_their_screen_alone(name: str) -> None:
    assert read(name.partition("-")[0], name, title="").state is EXPECTED[name]


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize("name", EXPECTED)
def test_another_agents_screen_is_unknown(agent: str, name: str) -> None:
    for title in (None, "", "dir"):
        found = read(agent, name, title=title)
        assert found.state is State.UNKNOWN or name.startswith(agent), (title, found)


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize(
    "screen",
    [
        "",
        "user@host:~/dir$",
        "$ make\ncc -c main.c\nError: 2",
        "Traceback (most recent call last):\nValueError: x",
        "─" * 80,
        "> quoted\n> text",
        "1. one\n2. two\n\nEnter to select",
        "Allow once  Allow always  Reject",
    ],
)
def test_an_unknown_screen_stays_unknown(agent: str, screen: str) -> None:
    rows = screen.split("\n")
    assert read(agent, f"{agent}-a-idle", rows=rows, title="x").state is State.UNKNOWN


def test_claude_that_left_its_shell_behind_has_exited() -> None:
    seen = Activity(State.IDLE, "screen", "prompt box", 1.0)
    found = read("claude", "claude-x-exited", previous=seen)
    assert (found.state, found.rule) == (State.EXITED, "back at a shell: bash")
    assert 'claude --resume "lane fix-flaky"' in found.detail


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (
            "claude-c-permission-bash",
            ("git add -A && git commit", "Do you want to proceed?", "3. No"),
        ),
        ("claude-c-permission-write", ("NOTES.md", "1 Hello from lane", "❯ 1. Yes")),
        ("claude-c-question", ("Which store should I use?", "❯ 1. SQLite", "4. Chat about this")),
        ("claude-0-trust", ("1. Yes, I trust this folder", "2. No, exit")),
        ("claude-0b-apikey", ("Do you want to use this API key?", "❯ 2. No")),
        ("codex-c-permission", ("$ touch DB2.md", "› 1. Yes, proceed (y)", "3. No")),
        ("codex-0-trust", ("Trust this folder?", "› 1. Trust and continue")),
        ("gemini-c-permission", ("WriteFile", "1 hello", "Apply this change?", "● 1. Allow once")),
        ("gemini-c-question", ("Which store", "● 1.  SQLite", "3.  Enter a custom value")),
        ("opencode-c-permission", ("△ Permission required", "→ Edit OPENCODE.md", "Reject")),
        ("opencode-c-question", ("Which store?", "1. SQLite", "3. Type your own answer")),
        ("aider-c-permission", ("AIDER.md", "Create new file? (Y)es/(N)o [Yes]:")),
        ("aider-d-0", ("git add -A && git commit", "Run shell command?")),
    ],
)
def test_the_question_is_carried(name: str, parts: tuple[str, ...]) -> None:
    detail = read(name.partition("-")[0], name).detail
    for part in parts:
        assert part in detail


def test_a_title_that_contradicts_the_screen_is_told() -> None:
    found = read("claude", "claude-c-permission-bash", title="⠂ lane")
    assert found.state is State.WORKING
    assert "the screen says asking (choice)" in found.detail
    assert read("codex", "codex-b-working").detail == "", "its screen looks idle, that is known"


@pytest.mark.parametrize(
    "ready_on", [f"{agent}-{what}" for agent in AGENTS for what in ("a-idle", "d-finished")]
)
def test_the_ready_marker_is_the_prompt_and_no_dialog(ready_on: str) -> None:
    agent = ready_on.partition("-")[0]
    preset = presets.find(agent)
    assert preset is not None
    assert re.search(preset.ready, "\n".join(recorded(ready_on)[1]))
    for name, state in EXPECTED.items():
        if name.startswith(agent) and state is State.ASKING:
            bottom = [row for row in recorded(name)[1] if row.strip()][-12:]
            assert not re.search(preset.ready, "\n".join(bottom)), name


HOSTILE = ("─", "❯ ", "• a ", "  · ", "1. ", "✻ ", "  ┃  · ", " ⠋ (esc", "(Y)es/(N)o", "x%/", "> ")


@pytest.mark.parametrize("agent", [*AGENTS, "demo"])
@pytest.mark.parametrize("row", [(text * 400)[:400] for text in HOSTILE])
def test_hostile_rows_cost_little(agent: str, row: str) -> None:
    preset = presets.find(agent)
    assert preset is not None
    evidence = Evidence(found=True, now=1.0, title=row, command="x", rows=[row] * 200)
    began = time.monotonic()
    judge(evidence, preset.rules)
    assert time.monotonic() - began < 0.5
