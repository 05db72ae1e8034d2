"""`approve --show`, `commit`, `leave-out` and `start --task`, with canned services."""

from __future__ import annotations

import json

import pytest

from cockpit.domain.approval import ApprovalState, Standing
from cockpit.domain.change import CommitLine
from cockpit.domain.intents import Commit, LeaveOut, Start
from cockpit.domain.merge import Approval
from tests.cli.fake import NOW, ONE, TWO, FakeCockpit, Run

Capture = pytest.CaptureFixture[str]
ALPHA = "alpha"

VOID = ApprovalState(
    Standing.VOID,
    Approval(ALPHA, ONE, "", NOW),  # type: ignore[arg-type]
    "1 commit, 1 path since",
    (CommitLine(TWO, "more \x1b[31mwork", "A", NOW),),
    ("src/\x1b]52;x.py",),
)


@pytest.mark.parametrize(
    ("state", "code", "word"),
    [
        (ApprovalState(Standing.NONE), 3, "not approved"),
        (ApprovalState(Standing.VALID, VOID.approval), 0, "✓ approved"),
        (VOID, 3, "1 commit, 1 path since"),
    ],
)
def test_show_tells_how_it_stands(
    run: Run, fake: FakeCockpit, capsys: Capture, state: ApprovalState, code: int, word: str
) -> None:
    fake.approved = state
    assert run("approve", ALPHA, "--show") == code
    out = capsys.readouterr().out
    assert word in out and "\x1b]52" not in out
    assert run("approve", ALPHA, "--show", "--json") == code
    document = json.loads(capsys.readouterr().out)
    assert document["standing"] == state.standing.value
    assert (document["why"], document["lane"]) == (state.why, ALPHA)
    assert not fake.intents


def test_show_goes_with_nothing_else(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    assert run("approve", ALPHA, "--show", "--revoke") == 2
    assert not fake.intents


def test_commit_is_bound_to_what_was_shown(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    assert run("commit", ALPHA) == 3  # nobody to ask
    assert "new␊file" in capsys.readouterr().err
    token = fake.preview_commit(ALPHA).token  # type: ignore[arg-type]
    assert run("commit", ALPHA, "-m", "the rest", "--yes") == 0
    assert fake.intents == [Commit(ALPHA, "the rest", (), token)]  # type: ignore[arg-type]


def test_commit_of_chosen_paths_and_a_dry_run(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    assert run("commit", ALPHA, "src/api.py", "--dry-run", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["paths"], document["left"]) == (["src/api.py"], ["nested/"])
    assert run("commit", ALPHA, "src/api.py", "--yes") == 0
    intent = fake.intents[0]
    assert isinstance(intent, Commit) and intent.paths == ("src/api.py",)


def test_leave_out(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    assert run("leave-out", ALPHA) == 2
    assert run("leave-out", ALPHA, "docs", "--", "-x") == 0
    assert fake.intents == [LeaveOut(ALPHA, ("docs", "-x"))]  # type: ignore[arg-type]


def test_a_task_is_for_one_lane(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    assert run("start", ALPHA, "--task", "7") == 0
    assert fake.intents == [Start(ALPHA, task="7")]  # type: ignore[arg-type]
    assert run("start", ALPHA, "beta", "--task", "7") == 2


def test_status_names_the_approval(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    assert run("status", "--json") == 0
    lane = json.loads(capsys.readouterr().out)["lanes"][0]
    assert lane["approval"] == {"standing": "none", "commit": None, "why": ""}
