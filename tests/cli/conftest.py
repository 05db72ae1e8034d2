"""Fixtures of the command line's tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.fake import FakeCockpit, Run, runner


@pytest.fixture
def fake(tmp_path: Path) -> FakeCockpit:
    return FakeCockpit(tmp_path)


@pytest.fixture
def run(fake: FakeCockpit, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line against the fake, in no terminal, with time standing still."""
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    return runner(fake)


Json = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def run_json(run: Run, capsys: pytest.CaptureFixture[str]) -> Json:
    """Run with --json; returns the exit code and the one document on stdout."""

    def call(*words: str) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = run(*words, "--json")
        out = capsys.readouterr().out
        document = json.loads(out)
        assert isinstance(document, dict)
        return code, document

    return call


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Pretend that somebody sits there and types `answers`; returns the questions asked."""

    def sit(*answers: str) -> list[str]:
        asked: list[str] = []
        left = list(answers)
        monkeypatch.setattr("cockpit.cli.context.Context.can_ask", property(lambda _self: True))

        def ask(_self: object, question: str) -> str:
            asked.append(question)
            return left.pop(0) if left else ""

        monkeypatch.setattr("cockpit.cli.output.Output.ask", ask)
        return asked

    return sit
