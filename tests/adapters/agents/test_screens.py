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
}
OTHERS = sorted({path.stem for path in SCREENS.glob("*.txt")} - set(EXPECTED))


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


def test_every_recorded_screen_of_both_agents_is_expected() -> None:
    names = {path.stem for path in SCREENS.glob("*.txt") if path.stem.startswith(("cla", "cod"))}
    assert names == set(EXPECTED)
    assert len(OTHERS) > 20


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
        elif len(row) <= columns or row[:1] in "│╭╰":
            shown.append(row[:columns])
        else:
            indent = " " * max(2, len(row) - len(row.lstrip()))
            head = " " * (len(row) - len(row.lstrip()))
            words = " ".join(row.split())
            shown += textwrap.wrap(words, columns, initial_indent=head, subsequent_indent=indent)
    return shown


@pytest.mark.parametrize("name", [name for name in EXPECTED if name.startswith("claude")])
def test_claude_is_read_by_its_screen_alone(name: str) -> None:
    assert read("claude", name, title="").state is EXPECTED[name]


@pytest.mark.parametrize("name", [name for name in EXPECTED if name.startswith("codex")])
def test_codex_is_never_idle_without_its_title(name: str) -> None:
    """Its screen is the same idle and working: only the title tells them apart."""
    found = read("codex", name, title=HOST).state
    assert found in (State.ASKING, State.UNKNOWN)
    assert found is State.ASKING or EXPECTED[name] is not State.ASKING


@pytest.mark.parametrize("agent", ["claude", "codex"])
@pytest.mark.parametrize("name", OTHERS)
def test_another_agents_screen_is_unknown(agent: str, name: str) -> None:
    assert read(agent, name).state is State.UNKNOWN
    assert read(agent, name, title="").state is State.UNKNOWN
    assert read(agent, name, title="dir").state is State.UNKNOWN


@pytest.mark.parametrize(("agent", "other"), [("claude", "codex"), ("codex", "claude")])
def test_the_two_do_not_pass_for_each_other(agent: str, other: str) -> None:
    for name in EXPECTED:
        if name.startswith(other):
            assert read(agent, name).state is State.UNKNOWN, name
            assert read(agent, name, title="dir").state is State.UNKNOWN, name


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
    "ready_on", ["claude-a-idle", "claude-d-finished", "codex-a-idle", "codex-d-finished"]
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


@pytest.mark.parametrize("agent", ["claude", "codex", "demo"])
@pytest.mark.parametrize(
    "row",
    ["─" * 400, "❯" + " " * 399, "• " + "a " * 199, "  " + "· " * 199, "1. " * 133, "✻ " * 200],
)
def test_hostile_rows_cost_little(agent: str, row: str) -> None:
    preset = presets.find(agent)
    assert preset is not None
    evidence = Evidence(found=True, now=1.0, title=row, command="x", rows=[row] * 200)
    began = time.monotonic()
    judge(evidence, preset.rules)
    assert time.monotonic() - began < 0.5
