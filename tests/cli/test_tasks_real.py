"""Tasks and plan on a real repository: whatever lies in `tasks/`, and one task from new to
landed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cockpit.cli.main import main
from tests.conftest import git

Capture = pytest.CaptureFixture[str]
Do = Callable[..., dict[str, Any]]
LANES = """\
worktrees: "../lanes/{lane}"
launch: {stagger: 0s}
gate: {run: ["true"]}
lanes:
  alpha: {agent: shell, zone: ["src/**"]}
  beta: {agent: shell}
"""


@pytest.fixture
def do(repo: Path, capsys: Capture) -> Do:
    """Run a command with --json; returns its document, after checking the exit code and that
    the same without --json ends so too where it only looks."""
    (repo / "lanes.yaml").write_text(LANES)

    def call(*words: str, code: int = 0) -> dict[str, Any]:
        capsys.readouterr()
        got = main(["-C", str(repo), "--json", *words])
        seen = capsys.readouterr()
        assert got == code, seen.out + seen.err
        assert "\x1b" not in seen.out + seen.err and "Traceback" not in seen.err
        document = json.loads(seen.out)
        assert isinstance(document, dict)
        if words[0] == "plan" or words[:2] in (("task", "ls"), ("task", "show"), ("task", "done")):
            assert main(["-C", str(repo), *words]) == code
            seen = capsys.readouterr()
            assert "\x1b" not in seen.out + seen.err and "defect" not in seen.err
        return document

    return call


def states(document: dict[str, Any]) -> dict[str, str]:
    return {task["file"]: task["state"] for task in document["tasks"]}


def test_whatever_lies_in_tasks_is_told_and_the_rest_goes_on(repo: Path, do: Do) -> None:
    folder = repo / "tasks"
    folder.mkdir()
    (repo / "outside.md").write_text("secret")
    os.mkfifo(folder / "task-010-pipe.md")
    (folder / "task-011-link.md").symlink_to(repo / "outside.md")
    (folder / "task-012-folder.md").mkdir()
    os.link(repo / "outside.md", folder / "task-013-hard.md")
    with (folder / "task-014-sparse.md").open("wb") as sparse:
        sparse.truncate(50 << 30)
    (folder / "task-015-header.md").write_bytes(b"---\n" + b"key: value\n" * 90_000 + b"---\n")
    (folder / "task-016-binary.md").write_bytes(bytes(range(256)))
    (folder / "task-017-\x1b[2Jesc\nape.md").write_text("# Odd \x1b]0;name\x07\n")
    os.close(os.open(os.fsencode(folder) + b"/task-018-\xff.md", os.O_CREAT | os.O_WRONLY))
    (folder / "task-020-a.md").write_text("---\ndepends: 21\n---\n")
    (folder / "task-021-b.md").write_text("---\ndepends: 20\n---\n")
    (folder / "task-022-c.md").write_text("---\ndepends: 22, 999\n---\n")
    (folder / "task-023-one.md").write_text("# One\n")
    (folder / "task-023-two.md").write_text("# Two\n")
    (folder / "task-024-good.md").write_text("# Good\n")
    for path in folder.iterdir():
        if path.is_file() and not path.is_symlink():
            os.utime(path, (1e9, 1e9))
    document = do("task", "ls")
    found = states(document)
    assert found["task-024-good.md"] == found["task-023-one.md"] == "ready"
    assert found["task-020-a.md"] == found["task-022-c.md"] == found["task-023-two.md"] == "draft"
    told = "\n".join(document["problems"])
    for number in (*range(10, 15), 23):
        assert f"task-0{number}" in told
        assert number == 23 or f"task-0{number}" not in "".join(found)
    plan = do("plan")
    assert ["task-020", "task-021", "task-020"] in plan["circles"]
    assert ["task-022", "task-022"] in plan["circles"]
    assert {"task": "task-022", "needs": ["task-999"]} in plan["missing"]
    assert do("task", "show", "22")["way"] == ["task-022", "task-022"]
    assert do("task", "show", "15")["state"] == "ready"
    assert do("task", "show", "task-017-\x1b[2Jesc\nape.md")["task"] == "task-017"
    assert do("task", "done", "16", code=3)["holds"] is False
    assert "2 files are" in do("task", "show", "23", code=2)["error"]["title"]


@pytest.mark.parametrize("kind", ["file", "link", "nothing"])
def test_tasks_that_is_no_folder(kind: str, repo: Path, do: Do) -> None:
    if kind == "file":
        (repo / "tasks").write_text("")
    elif kind == "link":
        (repo / "tasks").symlink_to("/")
    assert do("task", "ls")["tasks"] == do("plan")["tasks"] == []
    assert bool(do("plan")["problems"]) == (kind != "nothing")


@pytest.mark.parametrize(
    "words",
    [
        ["--name", "../evil.md"],
        ["--name", "a/task-001.md"],
        ["--name", "notes"],
        ["--name", "notes.md"],
        ["--name", ""],
        ["--name", "task-001-\x1b[2J\n.md"],
        ["--prefix", "../x"],
        ["--prefix", "a\nb"],
        ["--prefix", "-"],
        ["--prefix", "x1"],
        ["--prefix", "result"],
        ["--prefix", "\x1b[2J"],
    ],
)
def test_names_that_a_task_can_not_have(words: list[str], repo: Path, do: Do) -> None:
    if words == ["--name", ""]:
        assert do("task", "new", "x", *words)["files"] == ["task-001-x.md"]
        return
    do("task", "new", "x", *words, code=3)
    assert not list(repo.glob("tasks/*")) and not (repo / "evil.md").exists()


def test_titles_of_any_kind_become_plain_names(repo: Path, do: Do) -> None:
    for title in (
        "../../etc/passwd",
        "\x1b[2J esc\x07",
        "Ünï ✓ 漢字",
        "a" * 500,
        "- dash",
        ".hidden",
    ):
        (name,) = do("task", "new", "--", title)["files"]
        assert name.startswith("task-0") and name.isprintable() and len(name) < 60
        assert (repo / "tasks" / name).is_file()
    (name,) = do("task", "new", "again", "--name", "40")["files"]
    assert name == "task-040-again.md"
    assert do("task", "new", "more", "--name", "40", code=3)["error"]["code"] == 3
    assert do("task", "new", "next")["files"] == ["task-041-next.md"]


def test_a_go_is_for_the_texts_that_were_shown(repo: Path, do: Do) -> None:
    assert do("plan", "go", "--yes", code=3)["error"]["code"] == 3
    do("trust", "--yes")
    assert "no task to say go for" in do("plan", "go", "--yes", code=3)["error"]["title"]
    do("task", "new", "one")
    do("task", "new", "two")
    gone = do("plan", "go", "1", "--yes")
    assert (gone["going"], gone["dispatcher"]) == (True, "nobody")
    assert [task["task"] for task in do("plan")["tasks"] if task["go"]] == ["task-001"]
    (repo / "tasks" / "task-001-one.md").write_text("# Something else\n")
    assert not any(task["go"] for task in do("plan")["tasks"])
    assert do("plan", "stop")["going"] is False
    assert do("task", "cancel", "2", "not", "needed")["task"] == "task-002"
    shown = do("task", "show", "2")
    assert (shown["state"], shown["why"]) == ("cancelled", "not needed")
    assert [op["kind"] for op in shown["history"]] == ["task", "plan"]
    do("task", "cancel", "2", "--back")
    assert do("task", "show", "2")["state"] == "ready"


@pytest.mark.tmux
@pytest.mark.slow
def test_one_task_from_new_to_landed_and_one_tried_again(repo: Path, do: Do) -> None:
    do("trust", "--yes")
    do("task", "new", "Add a file")
    do("task", "new", "-f", str(_file(repo, "---\ndepends: 1\n---\n# After it\n")))
    assert do("task", "assign", "2", "beta", code=3)["error"]["title"].startswith("task-002 needs")
    do("task", "assign", "1", "alpha")
    alpha = Path(do("path", "alpha")["path"])
    (alpha / "src").mkdir(exist_ok=True)
    (alpha / "src" / "new.py").write_text("x = 1\n")
    git(alpha, "add", "-A")
    git(alpha, "commit", "-qm", "add")
    (alpha / "results").mkdir()
    head = git(alpha, "rev-parse", "HEAD").strip()
    result = f"---\ntask: 1\nstatus: done\ncommit: {head}\nfiles: src/new.py\n---\nDid it.\n"
    (alpha / "results" / "task-001-result.md").write_text(result)
    os.utime(alpha / "results" / "task-001-result.md", (1e9, 1e9))
    do("wait", "1", "--for", "review", "--timeout", "30")
    assert {one["lane"]: one["task"] for one in do("status")["lanes"]}["alpha"] == "task-001"
    rows = {row["name"]: row["state"] for row in do("task", "done", "1", code=3)["rows"]}
    assert rows.pop("gate") == "unknown" and set(rows.values()) == {"ok"}
    do("gate", "alpha")
    assert do("task", "done", "1")["holds"]
    do("merge", "alpha", "--yes")
    do("wait", "1", "--for", "merged", "--timeout", "10")
    shown = do("task", "show", "1")
    assert (shown["state"], shown["lane"], shown["turns"][0]["how"]) == (
        *("merged", "alpha", "landed"),
    )
    assert Path(shown["prompt"]).read_text().find("Add a file") > 0
    assert do("plan")["forecast"]["measured"]["tasks"] == 1
    do("task", "assign", "2", "beta")
    assert do("task", "retry", "2", code=3)["error"]["title"].startswith("This needs your yes")
    assert do("task", "retry", "2", "--yes")["torn_down"] == "beta"
    assert do("task", "show", "2")["state"] == "ready"


def _file(repo: Path, text: str) -> Path:
    path = repo.parent / "task.md"
    path.write_text(text)
    return path
