"""The inbox in a real terminal: the demo's permission question answered by keys alone, and a
question that a result asks answered in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import git, retry_until
from tests.e2e.conftest import COCKPIT, Commander
from tests.e2e.screen import Screen

LANES = """\
target: main
agents:
  one: {{preset: demo, args: ["{folder}/alpha.toml"]}}
  two: {{preset: demo, args: ["{folder}/beta.toml"]}}
lanes:
  alpha: {{agent: one}}
  beta: {{agent: two}}
launch: {{stagger: 0s}}
"""


@pytest.mark.tmux
def test_the_demos_question_is_answered_from_the_inbox(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    till = kept / "till"
    demo = [*COCKPIT, "demo", "--pace", "0.1", "--keep", str(kept)]
    with Screen(demo, cwd=tmp_path, columns=100, rows=30) as screen:
        screen.wait_for(r"alpha \? asking", seconds=60)
        screen.press("a")
        screen.wait_for("Inbox +1 question of 1 lane", "Do you want to proceed", r" 1 +Yes")
        screen.press("1")
        screen.wait_for("Nobody asks anything")
        screen.press("Escape")
        screen.wait_for("alpha ○ idle", "till → main", seconds=60)
        assert screen.pressed == ["a", "1", "Escape"]
        log = Commander(till).json("log")["operations"]
        (answer,) = [op for op in log if op["kind"] == "answer"]
        assert answer["outcome"]["delivery"] == "seen"
        assert answer["intent"]["answer"] == "1 Yes"
        screen.leave()


ASKS = """\
title = "asks first"
prompt = "Do it."
[[work]]
ask = ["touch", "asked.txt"]
why = "Leave a file"
"""
BLOCKED = """\
[[work]]
result = "task-001-store"
status = "blocked"
text = "Which store shall keep the tokens?"
[[fix]]
write = "store.txt"
text = "SQLite"
"""


@pytest.fixture
def desk(repo: Path) -> Iterator[Commander]:
    """Two lanes whose agents ask the same; alpha is blocked in its task after that."""
    for lane, script in (("alpha", ASKS + BLOCKED), ("beta", ASKS)):
        (repo.parent / f"{lane}.toml").write_text(script)
    (repo / "lanes.yaml").write_text(LANES.format(folder=repo.parent))
    (repo / "tasks").mkdir()
    (repo / "tasks" / "task-001-store.md").write_text("# Keep the tokens\n")
    git(repo, "add", "lanes.yaml")
    git(repo, "commit", "-q", "-m", "lanes")
    commander = Commander(repo, {"DEMO_PACE": "0.1"})
    commander.run("trust", "--yes")
    yield commander
    commander.run("stop", "--all")


@pytest.mark.tmux
def test_one_answer_to_two_lanes_and_words_to_a_blocked_task(desk: Commander) -> None:
    desk.run("start", "alpha", "--task", "1")
    desk.run("start", "beta")
    env = {**desk.env}
    with Screen([*COCKPIT, "up", "--bare"], cwd=desk.root, columns=90, rows=26, env=env) as screen:
        screen.wait_for(r"alpha \? asking(.|\n)*beta \? asking", seconds=60)
        screen.press("a", "a")
        screen.wait_for("2 questions of 2 lanes", "The answer goes to alpha and beta")
        screen.press("1")
        screen.wait_for("¶ alpha", "Which store shall keep the tokens", "It takes words")
        assert (desk.folder("alpha") / "asked.txt").exists()
        retry_until((desk.folder("beta") / "asked.txt").exists)
        screen.press("Enter")
        screen.wait_for("Answer to alpha")
        screen.type("Use SQLite, and fix what you wrote.")
        screen.press("C-s")
        screen.wait_for("Nobody asks anything")
        retry_until((desk.folder("alpha") / "store.txt").exists)
        screen.press("Escape")
        screen.wait_for("alpha ○ idle", seconds=60)
        screen.leave()
    assert desk.json("answer")["questions"] == []
    answers = [op for op in desk.json("log")["operations"] if op["kind"] == "answer"]
    assert sorted(op["lane"] for op in answers) == ["alpha", "alpha", "beta"]
    assert all(op["outcome"]["delivery"] == "seen" for op in answers)


@pytest.mark.tmux
def test_answering_by_commands(desk: Commander) -> None:
    desk.run("start", "alpha", "--task", "1")
    desk.run("wait", "alpha", "--for", "asking", "--timeout", "60")
    (asked,) = desk.json("answer")["questions"]
    assert asked["choices"][0]["label"] == "Yes"
    refused = desk.run("answer", "alpha", "1", "--asked", "0" * 64, expect=3)
    assert "does not ask that any more" in refused.stderr
    desk.run("answer", "alpha", "1", "--asked", asked["token"])
    desk.run("answer", "alpha", "1", "--asked", asked["token"], expect=3)
    retry_until(lambda: [one["kind"] for one in desk.json("answer")["questions"]] == ["result"])
    done = desk.json("answer", "alpha", "Use SQLite and fix it.")
    assert done["delivery"] == "seen" and "Which store" in done["question"]
    retry_until((desk.folder("alpha") / "store.txt").exists)
