"""`--watch`: one way for all commands that have it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cockpit.domain.activity import State
from cockpit.errors import CockpitError
from tests.cli.fake import FakeCockpit, Run, operation

Capture = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch


def stop_after(patch: Patch, looks: int) -> list[float]:
    """Ctrl-C in the pause after so many looks; returns the pauses."""
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) >= looks:
            raise KeyboardInterrupt

    patch.setattr("time.sleep", pause)
    return pauses


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["task", "ls"],
        ["task"],
        ["plan"],
        ["train"],
        ["clashes"],
        ["log"],
        ["ls"],
    ],
)
def test_each_tells_a_document_a_line_and_only_news(
    words: list[str], run: Run, capsys: Capture, monkeypatch: Patch
) -> None:
    pauses = stop_after(monkeypatch, 3)
    assert run(*words, "--watch", "--json") == 130
    (line,) = capsys.readouterr().out.splitlines()
    assert isinstance(json.loads(line), dict)
    assert len(pauses) == 3 and min(pauses) >= 1.0
    stop_after(monkeypatch, 2)
    assert run(*words, "-w") == 130
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["task", "new", "x"],
        ["task", "cancel", "1"],
        ["plan", "go"],
        ["train", "run"],
        ["train", "stop"],
        ["task", "show", "1"],
    ],
)
def test_what_acts_is_not_watched(
    words: list[str], run: Run, fake: FakeCockpit, capsys: Capture
) -> None:
    assert run(*words, "--watch") == 2
    assert "--watch belongs to" in capsys.readouterr().err
    assert not fake.intents


def test_a_look_that_fails_is_told_and_the_next_goes_on(
    run: Run, fake: FakeCockpit, capsys: Capture, monkeypatch: Patch
) -> None:
    stop_after(monkeypatch, 4)
    answers = iter([[], CockpitError("tmux hangs."), CockpitError("tmux hangs."), [operation(1)]])

    def log(*, last: int | None = None) -> object:
        answer = next(answers)
        if isinstance(answer, CockpitError):
            raise answer
        return answer

    monkeypatch.setattr(fake, "log", log)
    assert run("log", "--watch", "--json") == 130
    seen = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [list(document) for document in seen] == [["operations"], ["error"], ["operations"]]


def test_the_first_look_must_succeed(run: Run, fake: FakeCockpit, monkeypatch: Patch) -> None:
    def fails(*, last: int | None = None) -> object:
        raise CockpitError("no journal")

    monkeypatch.setattr(fake, "log", fails)
    assert run("log", "--watch") == 1


def test_a_slow_look_is_followed_by_a_long_pause(
    run: Run, fake: FakeCockpit, monkeypatch: Patch
) -> None:
    pauses = stop_after(monkeypatch, 1)
    ticks = iter([0.0, 2.0])
    monkeypatch.setattr("cockpit.cli.watch.time.monotonic", lambda: next(ticks))
    assert run("log", "-w") == 130
    assert pauses == [5.0]


@pytest.mark.slow
def test_ctrl_c_ends_a_real_watch_in_a_pipe(repo: Path) -> None:
    (repo / "lanes.yaml").write_text("lanes: {alpha: {agent: shell}}\n")
    with subprocess.Popen(
        [sys.executable, "-m", "cockpit", "-C", str(repo), "log", "--watch", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as child:
        assert child.stdout is not None and child.stderr is not None
        assert json.loads(child.stdout.readline()) == {"operations": []}
        os.kill(child.pid, signal.SIGINT)
        assert child.wait(10) == 130
        assert child.stderr.read() == b""


@pytest.mark.slow
def test_a_watch_without_news_ends_with_its_reader(repo: Path) -> None:
    (repo / "lanes.yaml").write_text("lanes: {alpha: {agent: shell}}\n")
    with subprocess.Popen(
        [sys.executable, "-m", "cockpit", "-C", str(repo), "log", "--watch", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None and child.stderr is not None
        assert json.loads(child.stdout.readline()) == {"operations": []}
        child.stdout.close()
        try:
            assert child.wait(10) == 0
        finally:
            child.kill()
        assert child.stderr.read() == b""


def test_states_that_change_are_told(
    run: Run, fake: FakeCockpit, capsys: Capture, monkeypatch: Patch
) -> None:
    fake.activities = [State.WORKING, State.WORKING, State.ASKING]
    stop_after(monkeypatch, 3)
    assert run("status", "-w", "--json") == 130
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["lanes"][0]["state"] for line in lines] == ["working", "asking"]
