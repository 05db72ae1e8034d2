"""`cockpit resolve` on the real services: decided, handed on and finished by commands."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cockpit.cli.dispatch import run as dispatch
from tests.conftest import git
from tests.services.conftest import LANES, Desk

BASE = "".join(f"line {number}\n" for number in range(1, 31))

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def desk(repo: Path) -> Desk:
    """Alpha and main changed two places of one file, and a binary file."""
    made = Desk(repo)
    made.configure(LANES % '"true"')
    (repo / "src" / "big.py").write_text(BASE)
    (repo / "src" / "logo.bin").write_bytes(b"\0base")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "lanes")
    made.trust()
    folder = made.start("alpha")
    for root, name in ((folder, "alpha"), (repo, "main")):
        text = BASE.replace("line 3\n", f"{name} 3\n").replace("line 20\n", f"{name} 20\n")
        (root / "src" / "big.py").write_text(text)
        (root / "src" / "logo.bin").write_bytes(b"\0" + name.encode())
        git(root, "commit", "-q", "-am", name)
    return made


@pytest.fixture
def run(desk: Desk, capsys: pytest.CaptureFixture[str]) -> Run:
    """(exit code, stdout, stderr) of a command line."""

    def call(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        cockpit = desk.cockpit()
        code = dispatch(list(words), connect=lambda _start: cockpit)
        return (code, *capsys.readouterr())

    return call


def document(run: Run, *words: str) -> tuple[int, dict[str, Any]]:
    code, out, _ = run("resolve", "alpha", *words, "--json")
    found = json.loads(out)
    assert isinstance(found, dict)
    return code, found


def test_the_list_numbers_every_place(run: Run) -> None:
    code, out, _ = run("resolve", "alpha")
    assert code == 4
    assert "0 of 3 places decided" in out
    assert "alpha 20" in out and "main 20" in out and "line 20" in out
    code, found = document(run)
    assert code == 4
    assert (found["open"], found["may_finish"]) == (3, False)
    places = [place for file in found["files"] for place in file["places"]]
    assert [place["number"] for place in places] == [1, 2, 3]
    assert places[0]["place"] == "src/big.py:1"
    assert places[0]["ours"] == "alpha 3\n" and places[0]["base"] == "line 3\n"
    assert [option["take"] for option in found["files"][1]["wholes"]] == [
        "ours",
        "theirs",
        "both",
        "base",
        "delete",
    ]


def test_choices_add_up_until_it_is_finished(run: Run, desk: Desk) -> None:
    assert run("resolve", "alpha", "--take", "src/big.py:2=theirs")[0] == 4
    assert run("resolve", "alpha", "--ours", "src/big.py")[0] == 4
    assert run("resolve", "alpha", "--finish")[0] == 4
    code, found = document(run, "--take", "src/logo.bin=both")
    assert (code, found["may_finish"]) == (0, True)
    code, out, _ = run("resolve", "alpha", "--finish")
    assert code == 0 and "Resolved 2 conflict(s)" in out
    tree = git(desk.root, "ls-tree", "-r", "--name-only", "alpha/work").split()
    assert "src/logo.bin~main" in tree
    text = git(desk.root, "show", "alpha/work:src/big.py")
    assert "alpha 3\n" in text and "main 20\n" in text
    assert run("resolve", "alpha")[0] == 0
    assert run("merge", "alpha", "--yes")[0] == 0
    assert git(desk.root, "status", "--porcelain") == ""


def test_whole_files_edits_and_undo(
    run: Run, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "part.txt").write_bytes(b"\xffpart")
    run("resolve", "alpha", "--whole", "src/logo.bin=delete")
    run("resolve", "alpha", "--edit", "2", "--from", str(tmp_path / "part.txt"))
    _, found = document(run)
    assert found["files"][0]["places"][1]["result"] == "\udcffpart"
    _, found = document(run, "--undo")
    assert found["files"][0]["places"][1]["take"] is None

    class Stdin:
        buffer = open(tmp_path / "part.txt", "rb")  # noqa: SIM115 - closed with the test

    monkeypatch.setattr(sys, "stdin", Stdin)
    code, found = document(run, "--edit", "src/big.py", "--from", "-")
    Stdin.buffer.close()
    assert code == 0 and found["files"][0]["whole"] == "edit"


@pytest.mark.parametrize(
    "words",
    [
        ["--ours", "nowhere"],
        ["--take", "9=ours"],
        ["--take", "0=ours"],
        ["--take", "src/big.py:3=ours"],
        ["--take", "src/big.py=ours"],
        ["--take", "1"],
        ["--take", "1="],
        ["--take", "1=mine"],
        ["--take", "1=delete"],
        ["--take", "1=edit"],
        ["--take", "2=delete"],
        ["--take", "2=suggested"],
        ["--whole", "src/logo.bin=as-merged"],
        ["--edit", "src/logo.bin", "--from", "/dev/null"],
        ["--edit", "src/big.py"],
        ["--from", "x"],
    ],
)
def test_what_is_not_in_question_is_a_usage_error(run: Run, words: list[str]) -> None:
    code, _, err = run("resolve", "alpha", *words)
    assert code == 2, err
    assert document(run)[1]["decided"] == 0


def test_a_file_that_is_not_there(run: Run) -> None:
    assert run("resolve", "alpha", "--edit", "2", "--from", "/nowhere/x")[0] == 1


def test_handing_back(run: Run, desk: Desk) -> None:
    code, out, _ = run("resolve", "alpha", "--back", "--note", "keep both")
    assert code == 0 and "task-001-resolve-alpha.md" in out
    assert run("resolve", "alpha", "--back", "--to", "oracle")[0] == 0
    assert run("resolve", "alpha", "--back", "--to", "nobody")[0] == 2
    assert len(list((desk.root / "tasks").iterdir())) == 2
