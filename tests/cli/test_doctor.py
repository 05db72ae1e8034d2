"""`cockpit doctor` on real repositories, and on machines that lack something."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cockpit.cli.commands.doctor import lines
from cockpit.cli.main import main
from cockpit.domain.checkup.finding import note, ok, problem

Capture = pytest.CaptureFixture[str]
Doctor = Callable[..., tuple[int, dict[str, dict[str, Any]]]]


@pytest.fixture
def doctor(capsys: Capture) -> Doctor:
    """Run it with --json; returns the exit code and the findings by topic."""

    def call(folder: Path) -> tuple[int, dict[str, dict[str, Any]]]:
        capsys.readouterr()
        code = main(["-C", str(folder), "doctor", "--json"])
        seen = capsys.readouterr()
        assert seen.err == ""
        document = json.loads(seen.out)
        assert document["ok"] == (code == 0)
        return code, {finding["topic"]: finding for finding in document["findings"]}

    return call


def levels(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {topic: finding["level"] for topic, finding in found.items()}


def test_a_repository_with_lanes(repo: Path, doctor: Doctor, isolated: Path) -> None:
    (repo / "lanes.yaml").write_text("lanes: {alpha: {agent: shell}}\n")
    code, found = doctor(repo)
    assert code == 0, found
    assert levels(found)["git"] == levels(found)["tmux"] == levels(found)["trash"] == "ok"
    assert "agent shell" in found
    assert not (isolated / "state").exists(), "looking made a folder"
    assert main(["-C", str(repo), "check"]) == 0
    code, found = doctor(repo)
    assert "would watch" in found["file watching"]["seen"]


def test_no_repository_no_configuration_a_broken_one(
    repo: Path, tmp_path: Path, doctor: Doctor
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    code, found = doctor(empty)
    assert (code, found["repository"]["level"]) == (0, "note")
    assert levels(doctor(repo)[1])["lanes.yaml"] == "note"
    (repo / "lanes.yaml").write_text("lanes: {alpha: {agnet: shell}}\n")
    code, found = doctor(repo)
    assert (code, found["lanes.yaml"]["level"]) == (1, "problem")
    assert "did you mean agent?" in found["lanes.yaml"]["seen"]
    (repo / "lanes.yaml").unlink()
    (repo / "lanes.yaml").mkdir()
    assert doctor(repo)[0] == 1


@pytest.mark.parametrize("missing", ["git", "tmux", "both"])
def test_without_a_program(
    missing: str, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, doctor: Doctor
) -> None:
    (repo / "lanes.yaml").write_text("lanes: {alpha: {agent: shell}}\n")
    tools = tmp_path / "tools"
    tools.mkdir()
    gone = {"git", "tmux"} if missing == "both" else {missing}
    for name in {"git", "tmux", "sh", "bash", "ps"} - gone:
        found = shutil.which(name)
        if found:
            (tools / name).symlink_to(os.path.realpath(found))
    monkeypatch.setenv("PATH", str(tools))
    code, findings = doctor(repo)
    assert code == 1
    assert {topic for topic, level in levels(findings).items() if level == "problem"} == gone


@pytest.mark.tmux
def test_our_own_server_is_reached(repo: Path, doctor: Doctor) -> None:
    from cockpit.paths import repository_id

    (repo / "lanes.yaml").write_text("lanes: {alpha: {agent: shell}}\n")
    assert "not running" in doctor(repo)[1]["tmux server"]["seen"]
    socket = f"cockpit-{repository_id(repo / '.git')}"
    subprocess.run(
        ["tmux", "-L", socket, "-f", "/dev/null", "new-session", "-d", "sleep 60"],
        check=True,
        timeout=20,
    )
    assert doctor(repo)[1]["tmux server"] == {
        "topic": "tmux server",
        "level": "ok",
        "seen": "cockpit's own server answers.",
        "mend": "",
    }


def test_no_value_of_a_variable_is_told(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "hush-hush")
    monkeypatch.setenv("DROPPED_ONE", "x")
    (repo / "lanes.yaml").write_text("env_drop: [DROPPED_ONE]\nlanes: {alpha: {agent: shell}}\n")
    for words in (["--json"], []):
        main(["-C", str(repo), "doctor", *words])
        text = capsys.readouterr().out
        assert "SOME_API_KEY" in text and "hush-hush" not in text
        if words:
            assert "DROPPED_ONE" not in json.loads(text)["lane_environment"]
    assert "without DROPPED_ONE" in text


def test_words_fit_the_terminal() -> None:
    found = [ok("git", "word " * 60), note("x", "one.", "two " * 60)]
    found.append(problem("y", "bad.", "mend."))
    shown = [
        "".join(c if isinstance(c, str) else c[0] for c in row)
        for row in lines(found, 80, quiet=False)
    ]
    assert max(map(len, shown)) <= 80
    assert shown[-1] == "Found: 1 note, 0 warnings, 1 problem; 1 ok."
    quiet = [
        "".join(c if isinstance(c, str) else c[0] for c in row)
        for row in lines(found, 0, quiet=True)
    ]
    assert quiet[:2] == ["✗ problem y: bad.", "          → mend."]
    assert len(quiet) == 4
