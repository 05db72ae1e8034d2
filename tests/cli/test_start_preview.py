"""`start --dry-run`: what it prints, and that it starts nothing."""

from __future__ import annotations

import pytest

from cockpit.cli.output import Output
from cockpit.cli.start_words import start_document, start_lines, summary
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.starting import LaneStart, StartKind, StartPreview
from tests.cli.conftest import Json
from tests.cli.fake import FakeCockpit, Run

Capture = pytest.CaptureFixture[str]

NEW = LaneStart(
    LaneId("alpha"),
    StartKind.NEW,
    "claude",
    branch="alpha/work",
    base=CommitId("a" * 40),
    base_name="main",
    worktree="/src/project-alpha",
    argv=("/bin/claude", "--model", "two words", "\x1b]0;x\x07"),
    ports={"PORT": 9100},
)
STUCK = LaneStart(
    LaneId("beta"), StartKind.NEW, "nobody", why_not="It is not installed.", hint="Install it."
)
RUNS = LaneStart(LaneId("gamma"), StartKind.RUNS, "shell", worktree="/src/project-gamma")


def printed(preview: StartPreview, capsys: Capture) -> str:
    Output(colour=False).result({}, *start_lines(preview), summary(preview))
    return capsys.readouterr().out


def test_words_for_people(capsys: Capture) -> None:
    preview = StartPreview((NEW, STUCK, RUNS), (".env",), (), ("make",), False, 2.0)
    shown = printed(preview, capsys)
    assert "alpha  a new branch and worktree" in shown
    assert "folder  /src/project-alpha" in shown
    assert "branch  alpha/work (new, from main at aaaaaaaaaa)" in shown
    assert "'two words'" in shown and "\x1b" not in shown
    assert "PORT=9100" in shown
    assert "would not start: It is not installed." in shown and "Install it." in shown
    assert "gamma  runs already" in shown
    assert "copied into each new worktree: .env" in shown and "first: make" in shown
    assert "not trusted yet" in shown
    assert shown.splitlines()[-1] == "1 of 3 lanes would start: alpha."


def test_nothing_to_start(capsys: Capture) -> None:
    assert printed(StartPreview(()), capsys) == "There is no lane to start.\n"
    assert printed(StartPreview((RUNS,)), capsys).endswith("None of 1 lane would start.\n")


def test_the_document() -> None:
    document = start_document(StartPreview((NEW, STUCK)))
    alpha, beta = document["lanes"]
    assert (alpha["kind"], alpha["starts"], alpha["ports"]) == ("new", True, {"PORT": 9100})
    assert (beta["starts"], beta["branch"], beta["why_not"]) == (
        False,
        None,
        "It is not installed.",
    )
    assert document["trusted"] is True


def test_a_dry_run_starts_nothing(run: Run, run_json: Json, fake: FakeCockpit) -> None:
    assert run("start", "gamma", "--dry-run") == 0
    code, document = run_json("start", "--all", "--dry-run", "--prompt", "x")
    assert (code, [lane["lane"] for lane in document["lanes"]]) == (0, ["gamma"])
    assert run("start", "alpha", "beta", "--dry-run", "--task", "1") == 2
    assert run("start", "--dry-run") == 2
    assert fake.intents == []
