"""What each command asks of the services, and what it prints."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import (
    Adopt,
    Approve,
    EmptyTrash,
    Gate,
    Intent,
    Interrupt,
    Land,
    Restart,
    RestoreTrash,
    Send,
    Start,
    Stop,
    Teardown,
    Trust,
    Undo,
)
from cockpit.domain.merge import Check
from cockpit.domain.operation import OpKind, OpState
from cockpit.errors import GateRed, Refused
from tests.cli.conftest import Json
from tests.cli.fake import (
    GATE_LINES,
    ONE,
    TASK,
    TERMS,
    TWO,
    WARNING,
    FakeCockpit,
    Run,
    operation,
    trash_entry,
)

A, B, G = LaneId("alpha"), LaneId("beta"), LaneId("gamma")
Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("words", "intents"),
    [
        (["start", "gamma"], [Start(G)]),
        (["start", "alpha", "gamma", "alpha"], [Start(A), Start(G)]),
        (["start", "--all"], [Start(G)]),
        (["start", "gamma", "--prompt=-x;"], [Start(G, "-x;")]),
        (["start", "g"], [Start(G)]),
        (["adopt", "gamma", "feature/x"], [Adopt(G, "feature/x")]),
        (["stop", "alpha"], [Stop(A)]),
        (["restart", "--all"], [Restart(A), Restart(B)]),
        (["interrupt", "A", "B"], [Interrupt(A), Interrupt(B)]),
        (["send", "alpha", "run; it"], [Send(A, "run; it")]),
        (["send", "alpha", "--force", "yes"], [Send(A, "yes", force=True)]),
        (["send", "alpha", "--", "--json"], [Send(A, "--json")]),
        (["gate", "alpha"], [Gate(A)]),
        (["approve", "alpha"], [Approve(A)]),
        (["approve", "alpha", "--commit", "a" * 40], [Approve(A, CommitId("a" * 40))]),
        (["approve", "alpha", "--revoke"], [Approve(A, revoke=True)]),
        (["merge", "alpha", "--yes"], [Land(A, TWO, ONE, task_digest=TASK, terms=TERMS)]),
        (
            ["merge", "alpha", "-y", "-m", "why"],
            [Land(A, TWO, ONE, "why", task_digest=TASK, terms=TERMS)],
        ),
        (["teardown", "alpha", "--yes"], [Teardown(A, "token-alpha")]),
        (["teardown", "--all", "-y"], [Teardown(A, "token-alpha"), Teardown(B, "token-beta")]),
        (["undo", "--yes"], [Undo(2)]),
        (["undo", "5", "--yes"], [Undo(5)]),
    ],
)
def test_intents(
    words: list[str], intents: list[Intent], run: Run, fake: FakeCockpit, capsys: Capture
) -> None:
    assert run(*words) == 0
    assert fake.intents == intents
    assert fake.recoveries == 1
    seen = capsys.readouterr()
    assert seen.out.startswith("Did ")
    assert "\x1b" not in seen.out + seen.err


@pytest.mark.parametrize(
    "words",
    [
        ["adopt", "gamma", "x"],
        ["send", "alpha", "x"],
        ["gate", "alpha"],
        ["approve", "alpha"],
        ["merge", "alpha", "--yes"],
        ["undo", "--yes"],
    ],
)
def test_an_outcome_as_json(words: list[str], run_json: Json) -> None:
    code, document = run_json(*words)
    assert code == 0
    assert document["summary"].startswith("Did ")
    assert document["operation"] == {"seq": 8, "id": "8-start-abcdef01", "kind": "start"}
    assert document["branch"] == "a/work"


def test_several_lanes_one_failing(run_json: Json, fake: FakeCockpit) -> None:
    fake.refuses[A] = Refused("No room.", hint="Make some.")
    code, document = run_json("start", "alpha", "gamma")
    assert code == 3
    assert fake.intents == [Start(G)]
    first, second = document["lanes"]
    assert first == {"lane": "alpha", "error": document["error"]}
    assert second["lane"] == "gamma"
    assert document["error"] == {
        "code": 3,
        "title": "No room.",
        "detail": "",
        "hint": "Make some.",
    }


def test_what_is_wrong_with_all_of_them_is_said_once(
    run: Run, fake: FakeCockpit, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.refuses[None] = Refused("Not trusted.", hint="`cockpit trust` shows it.")
    assert run("start", "alpha", "beta", "gamma") == 3
    seen = capsys.readouterr().err
    assert seen.count("Not trusted.") == 1
    assert seen.splitlines()[-1] == "The same goes for beta, gamma."


def test_nothing_to_do_is_no_error(run: Run, run_json: Json, fake: FakeCockpit) -> None:
    fake.started = ("alpha", "beta", "gamma")
    assert run_json("start", "--all") == (0, {"lanes": []})
    fake.started = ()
    assert run_json("teardown", "--all") == (0, {"lanes": []})
    assert run("stop", "--all") == 0


def test_starts_are_staggered(run: Run, fake: FakeCockpit, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.started = ()
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    assert run("start", "--all") == 0
    assert slept == [3.0, 3.0]


def test_prompt_from_file_and_stdin(
    run: Run, fake: FakeCockpit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "p.md").write_text("från fil\n", encoding="utf-8")
    assert run("-C", str(tmp_path), "send", "alpha", "-f", "p.md") == 0
    stdin = io.TextIOWrapper(io.BytesIO(b"from stdin"))
    monkeypatch.setattr("sys.stdin", stdin)
    assert run("start", "gamma", "-f", "-") == 0
    assert fake.intents == [Send(A, "från fil\n"), Start(G, "from stdin")]


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe", b"x" * ((4 << 20) + 1)])
def test_a_file_that_is_no_prompt(
    content: bytes, run: Run, fake: FakeCockpit, tmp_path: Path
) -> None:
    file = tmp_path / "p"
    file.write_bytes(content)
    assert run("send", "alpha", "-f", str(file)) == 2
    assert run("send", "alpha", "-f", str(tmp_path)) == 2
    assert not fake.intents


# -------------------------------------------------------------------- landing


def test_merge_needs_a_yes(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    assert run("merge", "alpha") == 3
    seen = capsys.readouterr()
    assert "--yes" in seen.err
    assert "alpha → main: 1 commit, 1 path" in seen.err
    assert not fake.intents


def test_merge_asks_on_a_terminal(
    run: Run, fake: FakeCockpit, terminal: Callable[..., list[str]], capsys: Capture
) -> None:
    asked = terminal("n", "y")
    assert run("merge", "alpha") == 3
    assert not fake.intents
    assert run("merge", "alpha") == 0
    assert fake.intents == [Land(A, TWO, ONE, task_digest=TASK, terms=TERMS)]
    assert asked == ["Land alpha on main? [y/N]"] * 2


def test_merge_conflict_is_code_4_with_the_paths(run_json: Json, fake: FakeCockpit) -> None:
    fake.conflicts = ("src/api.py", "odd\nname")
    for words in (["merge", "alpha", "--yes"], ["merge", "alpha"]):
        code, document = run_json(*words)
        assert code == 4
        assert document["error"]["paths"] == ["src/api.py", "odd\nname"]
    assert run_json("merge", "alpha", "--dry-run")[0] == 4
    assert not fake.intents


def test_merge_refused_by_a_check(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    fake.checks = (Check("zone", False, "1 path is outside", ("docs/\x1b[2J",)),)
    assert run("merge", "alpha", "--yes") == 3
    seen = capsys.readouterr()
    assert "✗ zone: 1 path is outside" in seen.err
    assert "\x1b" not in seen.err
    assert not fake.intents


def test_yes_does_not_hide_what_must_be_seen(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    fake.checks = (
        Check("tree", True, "nothing uncommitted"),
        Check("target", True, "main: 1 commit(s) came in", is_note=True),
        Check("settings", True, "1 setting", ("core.fsmonitor = \x1b[2J",), is_note=True),
    )
    assert run("merge", "alpha", "--yes") == 0
    seen = capsys.readouterr().err
    assert "! target: main: 1 commit(s) came in" in seen
    assert "core.fsmonitor = ␛[2J" in seen
    assert "nothing uncommitted" not in seen


def test_dry_runs_are_shown_to_people_too(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    for words, told in (
        (["merge", "alpha"], "alpha → main: 1 commit, 1 path"),
        (["teardown", "alpha"], "alpha: branch alpha/work at "),
        (["undo"], "the branch comes back"),
    ):
        assert run(*words, "--dry-run") == 0
        assert told in capsys.readouterr().out
    assert not fake.intents


def test_dry_runs_do_nothing(run_json: Json, fake: FakeCockpit) -> None:
    code, landing = run_json("merge", "alpha", "--dry-run")
    assert (code, landing["may_land"], landing["source"]) == (0, True, TWO)
    code, gone = run_json("teardown", "alpha", "--dry-run")
    assert (code, gone["lanes"][0]["untracked"]) == (0, ["new\nfile"])
    code, back = run_json("undo", "--dry-run")
    assert (code, back["lines"]) == (0, ["the branch comes back"])
    assert not fake.intents


def test_gate_output_is_shown_and_is_only_text(
    run: Run, run_json: Json, fake: FakeCockpit, capsys: Capture
) -> None:
    fake.told = (GATE_LINES, WARNING)
    assert run("gate", "alpha") == 0
    seen = capsys.readouterr()
    assert "3 passed" in seen.err and "nearly full" in seen.err
    assert "\x1b" not in seen.err
    fake.refuses[A] = GateRed("The gate failed.")
    assert run_json("gate", "alpha")[0] == 5


def test_teardown_shows_and_asks(
    run: Run, fake: FakeCockpit, terminal: Callable[..., list[str]], capsys: Capture
) -> None:
    asked = terminal("no", "yes")
    assert run("teardown", "alpha", "beta") == 3
    seen = capsys.readouterr().err
    assert "1 commit not merged" in seen and "untracked" in seen and "bash (4711)" in seen
    assert "\x1b" not in seen
    assert not fake.intents
    assert run("teardown", "alpha", "beta") == 0
    assert asked == ["Tear down alpha, beta? [y/N]"] * 2


def test_undo_in_the_way(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    fake.in_the_way = ("beta landed on it",)
    assert run("undo", "--yes") == 3
    assert "beta landed on it" in capsys.readouterr().err
    assert run("undo", "--dry-run") == 3
    assert not fake.intents


# -------------------------------------------------------------------- trash, log, trust


def test_trash(run: Run, run_json: Json, fake: FakeCockpit, capsys: Capture) -> None:
    assert run("trash") == 0
    assert "empty" in capsys.readouterr().out
    assert run("trash", "empty", "--yes") == 0
    assert not fake.intents
    fake.entries = [trash_entry("alpha-3", at=1.0), trash_entry("alpha-9", at=2.0)]
    assert run_json("trash", "ls")[1]["entries"][0]["bytes"] == 5_000_000
    assert run("trash", "restore", "alpha") == 0
    assert run("trash", "empty") == 3
    assert run("trash", "empty", "alpha-3", "--yes") == 0
    assert run("trash", "empty", "--yes") == 0
    assert fake.intents == [
        RestoreTrash("alpha-9"),
        EmptyTrash(("alpha-3",)),
        EmptyTrash(("alpha-3", "alpha-9")),
    ]


def test_log(run: Run, run_json: Json, fake: FakeCockpit, capsys: Capture) -> None:
    fake.operations = [
        operation(1),
        operation(2, OpKind.LAND, state=OpState.ABANDONED, outcome={"error": "too \x1b[1mred"}),
        operation(3, OpKind.UNDO, undoes=1),
    ]
    assert run("log") == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "undone" in out and "too" in out and "↶" not in out
    _, document = run_json("log", "-n", "1")
    assert [op["seq"] for op in document["operations"]] == [3]
    _, document = run_json("log", "-n", "0")
    assert document["operations"][0]["at"] == "2023-11-14T22:12:20Z"


def test_trust(run: Run, run_json: Json, fake: FakeCockpit, capsys: Capture) -> None:
    assert run("trust") == 0
    assert "lanes.yaml is trusted" in capsys.readouterr().out
    fake.trusted = False
    assert run("trust") == 3
    assert "gate.run: make test" in capsys.readouterr().err
    assert not fake.intents
    assert run_json("trust", "--yes")[0] == 0
    assert fake.intents == [Trust("d" * 64)]


def test_an_untrusted_file_is_offered_on_a_terminal_only(
    run: Run, fake: FakeCockpit, terminal: Callable[..., list[str]]
) -> None:
    fake.trusted = False
    assert run("start", "gamma", "--yes") == 0
    assert fake.intents == [Start(G)]
    asked = terminal("y")
    assert run("start", "gamma") == 0
    assert fake.intents[1:] == [Trust("d" * 64), Start(G)]
    assert asked == ["Trust it? [y/N]"]


def test_what_was_recovered_is_told(
    run: Run, run_json: Json, fake: FakeCockpit, capsys: Capture
) -> None:
    fake.recovered = ["Finished the landing of alpha."]
    assert run("stop", "alpha") == 0
    assert "recovered: Finished the landing" in capsys.readouterr().err
    assert run_json("recover") == (0, {"recovered": fake.recovered})
