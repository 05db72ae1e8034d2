"""The script that sets a lane up in its pane."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cockpit.services.setup import script


def run(text: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", text], env=env, capture_output=True, text=True, check=False, timeout=20
    )


def test_commands_run_in_order_without_credentials_which_the_agent_keeps() -> None:
    env = {"PATH": "/usr/bin:/bin", "GITHUB_TOKEN": "secret", "WORK": "1"}
    text = script(
        ["echo one:${GITHUB_TOKEN-none}:$WORK", "echo two"], env, ["sh", "-c", "echo $GITHUB_TOKEN"]
    )
    assert run(text, env).stdout.split("\n") == [
        "setup: echo one:${GITHUB_TOKEN-none}:$WORK",
        "one:none:1",
        "setup: echo two",
        "two",
        "secret",
        "",
    ]


@pytest.mark.parametrize("command", ["exit 7", "false; exit 7", "# only a comment\nexit 7"])
def test_the_first_failure_ends_it_with_its_code(command: str) -> None:
    done = run(script([command, "echo never"], {}, ["echo", "never"]), {"PATH": "/usr/bin:/bin"})
    assert done.returncode == 7
    assert "setup failed" in done.stdout
    assert "never" not in done.stdout.replace("echo never", "")


def test_words_of_the_agent_are_words_not_shell(tmp_path: Path) -> None:
    text = script(["true"], ["BASH_FUNC_x%%"], ["printf", "%s|", "a b", "$(touch x)", "'"])
    done = subprocess.run(
        ["/bin/sh", "-c", text], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("a b|$(touch x)|'|")
    assert not (tmp_path / "x").exists()
