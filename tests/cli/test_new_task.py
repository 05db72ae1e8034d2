"""`cockpit task new`: from words, a file, stdin, a list of lines, or the editor."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.intents import WriteTasks
from cockpit.errors import Refused
from tests.cli.conftest import Json
from tests.cli.fake import FakeCockpit, Run

Capture = pytest.CaptureFixture[str]


def _wrote(fake: FakeCockpit, *names: str) -> None:
    fake.data = {"files": list(names)}


def test_new_from_words(run: Run, run_json: Json, fake: FakeCockpit, capsys: Capture) -> None:
    _wrote(fake, "task-007-a.md")
    assert run("task", "new", "Issue", "and verify", "--prefix", "ws") == 0
    assert capsys.readouterr().out == f"{fake.root}/tasks/task-007-a.md\n"
    assert fake.intents == [WriteTasks(("Issue and verify",), "", "ws")]
    code, document = run_json("task", "new", "x", "--name", "7")
    assert (code, document["files"]) == (0, ["task-007-a.md"])
    assert document["paths"] == [f"{fake.root}/tasks/task-007-a.md"]


def test_new_from_a_file_and_from_stdin(
    run: Run, fake: FakeCockpit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "auth.md").write_text("# Auth\n\nBody\n")
    assert run("task", "new", "-f", str(tmp_path / "auth.md")) == 0
    for words in (["-f", "-"], ["-"]):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"# In\n")))
        assert run("task", "new", *words) == 0
    assert [intent.texts for intent in fake.intents if isinstance(intent, WriteTasks)] == [
        ("# Auth\n\nBody\n",),
        ("# In\n",),
        ("# In\n",),
    ]


def test_new_from_lines(run: Run, fake: FakeCockpit, tmp_path: Path) -> None:
    lines = "- [ ] One\n2. Two\n\n   \n* Three\r\n-4 degrees\n# Five\n\x1b[2J\n"
    (tmp_path / "ideas.txt").write_text(lines)
    assert run("task", "new", "--lines", str(tmp_path / "ideas.txt")) == 0
    assert fake.intents == [WriteTasks(("One", "Two", "Three", "-4 degrees", "# Five", "\x1b[2J"))]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["new"], "no terminal to open an editor on"),
        (["new", ""], "The task is empty"),
        (["new", "x", "-f", "y"], "not several of them"),
        (["new", "-f", "nowhere.md"], "nowhere.md can't be read"),
        (["new", "-f", "/"], "/ can't be read"),
        (["new", "--lines", "empty"], "There is no line in it"),
        (["new", "-f", "empty"], "The task is empty"),
        (["new", "-f", "binary"], "is not UTF-8 text"),
        (["new", "-f", "large"], "is larger than 4 MB; a task is not that long"),
        (["new", "--lines", "many"], "1001 lines are more tasks"),
        (["new", "--lines", "two", "--name", "7"], "this is a list"),
    ],
)
def test_wrong_words(
    words: list[str], says: str, run: Run, fake: FakeCockpit, capsys: Capture, tmp_path: Path
) -> None:
    for name, content in (
        ("empty", b"\n\n"),
        ("binary", b"\xff\x00"),
        ("large", b"x" * ((4 << 20) + 1)),
        ("many", b"a\n" * 1001),
        ("two", b"a\nb\n"),
    ):
        (tmp_path / name).write_bytes(content)
    assert run("-C", str(tmp_path), "task", *words) == 2
    assert says in capsys.readouterr().err
    assert fake.intents == []


def _editor(tmp_path: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = tmp_path / "my editor"
    editor.write_text(f"#!/bin/sh\n{script}\n")
    editor.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"'{editor}'")


def test_new_in_the_editor(
    run: Run, fake: FakeCockpit, terminal: Callable[..., list[str]], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    terminal()
    _editor(
        tmp_path, """sed -i 's/^title: $/title: From it/' "$1"; echo Body >> "$1" """, monkeypatch
    )
    assert run("task", "new") == 0
    assert fake.intents == [WriteTasks(("---\ntitle: From it\n---\n\nBody\n",))]
    _editor(tmp_path, """printf '%s' 'only a title' > "$1" """, monkeypatch)
    assert run("task", "new") == 0
    assert fake.intents[-1] == WriteTasks(("only a title\n",))


@pytest.mark.parametrize(
    ("script", "code", "says"),
    [
        ("true", 3, "Nothing was changed"),
        (': > "$1"', 3, "Nothing was changed"),
        ("exit 3", 3, "ended with code 3"),
        ('rm "$1"', 1, "can't be read"),
        (r"""printf '\377' > "$1" """, 1, "can't be read"),
    ],
)
def test_an_editor_that_leaves_nothing(
    script: str, code: int, says: str, run: Run, fake: FakeCockpit, capsys: Capture,
    terminal: Callable[..., list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    terminal()
    _editor(tmp_path, script, monkeypatch)
    assert run("task", "new") == code
    assert says in capsys.readouterr().err
    assert fake.intents == []


def test_an_editor_that_is_not_there(
    run: Run, capsys: Capture, terminal: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal()
    monkeypatch.setenv("VISUAL", "/nowhere/editor")
    assert run("task", "new") == 1
    assert "could not be started" in capsys.readouterr().err


def test_what_was_written_in_the_editor_is_not_lost(
    run: Run, fake: FakeCockpit, capsys: Capture, terminal: Callable[..., list[str]],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    terminal()
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    _editor(tmp_path, 'echo "long work" > "$1"', monkeypatch)
    fake.refuses[None] = Refused("The name is taken.")
    assert run("task", "new") == 3
    kept = capsys.readouterr().err.partition("is kept in ")[2].split("\n")[0]
    assert Path(kept).read_text() == "long work\n"
    assert Path(kept).is_relative_to(tmp_path)
