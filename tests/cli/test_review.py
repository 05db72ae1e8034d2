"""`diff`, `hunk` and `comment`: what they print, what they wish, what they refuse."""

from __future__ import annotations

import pytest

from cockpit.domain.change import FileDiff, Layer
from cockpit.domain.hunks import HunkDeed, file_identity, hunk_identity, parse_hunks
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import ApplyHunk, Send
from tests.cli.conftest import Json
from tests.cli.fake import FakeCockpit, Run

Capture = pytest.CaptureFixture[str]
ALPHA = LaneId("alpha")
BODY = "@@ -1,2 +1,2 @@\n-a\x1b[31m\n+b\n c\n@@ -9 +9,2 @@\n y\n+z\n"
FILES = (
    FileDiff("src/a.py", "src/a.py", Layer.COMMITTED, "M", 1, 1, BODY),
    FileDiff("src/a.py", "src/a.py", Layer.UNSTAGED, "M", 1, 1, BODY),
    FileDiff("b:7", "b:7", Layer.UNTRACKED, "A", 1, 0, "@@ -0,0 +1 @@\n+b\n"),
)


@pytest.fixture(autouse=True)
def files(fake: FakeCockpit) -> None:
    fake.files = FILES


# ------------------------------------------------------------------ diff


def test_names_and_layers(run: Run, run_json: Json, capsys: Capture) -> None:
    assert run("diff", "alpha", "--name-only") == 0
    assert capsys.readouterr().out == "src/a.py\nb:7\n"
    _, document = run_json("diff", "alpha", "--layer", "untracked", "--layer", "staged")
    assert [file["path"] for file in document["files"]] == ["b:7"]
    assert run("diff", "alpha", "--stat", "--name-only") == 2
    assert run("diff", "alpha", "--layer", "nowhere") == 2


# ------------------------------------------------------------------ hunk


def test_hunks_are_listed_under_ids_that_work(
    run: Run, run_json: Json, fake: FakeCockpit, capsys: Capture
) -> None:
    _, document = run_json("hunk", "alpha")
    assert [file["path"] for file in document["files"]] == ["src/a.py", "b:7"]
    ids = [hunk["id"] for hunk in document["files"][0]["hunks"]]
    assert ids == [hunk_identity(FILES[1], hunk) for hunk in parse_hunks(BODY)]
    assert run("hunk", "alpha") == 0
    out = capsys.readouterr().out
    assert all(one in out for one in ids) and "\x1b" not in out
    assert run("hunk", "alpha", "stage", ids[1]) == 0
    assert run("--yes", "hunk", "alpha", "discard", document["files"][0]["id"], "--force") == 0
    assert fake.intents == [
        ApplyHunk(ALPHA, HunkDeed.STAGE, Layer.UNSTAGED, "src/a.py", ids[1]),
        ApplyHunk(
            *(ALPHA, HunkDeed.DISCARD, Layer.UNSTAGED, "src/a.py", file_identity(FILES[1])),
            force=True,
        ),
    ]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["stage"], 2),
        (["stage", "0123"], 2),
        (["unstage", file_identity(FILES[1])], 2),
        (["stage", file_identity(FILES[0])], 2),
        (["break", "x"], 2),
        (["discard", file_identity(FILES[1])], 3),
    ],
)
def test_hunks_refused(words: list[str], code: int, run: Run, fake: FakeCockpit) -> None:
    assert run("hunk", "alpha", *words) == code
    assert not fake.intents


# ------------------------------------------------------------------ comment


def test_comments_gather_and_go(
    run: Run, run_json: Json, fake: FakeCockpit, capsys: Capture
) -> None:
    assert run("comment", "alpha", "src/a.py:1-2", "Why?") == 0
    assert run("comment", "alpha", "b:7", "A name like a place.") == 0
    assert run("comment", "alpha") == 0
    out = capsys.readouterr().out
    assert "src/a.py:1-2" in out and "Why?" in out
    _, document = run_json("comment", "alpha")
    first, second = document["comments"]
    assert first["quoted"] == ["+b", " c"] and first["sent"] is None
    assert (second["path"], second["first"]) == ("b:7", 0)
    assert run("comment", "alpha", "--send") == 0
    (sent,) = fake.intents
    assert isinstance(sent, Send)
    assert "src/a.py:1-2" in sent.text and set(sent.comments) == {first["id"], second["id"]}
    assert run("comment", "alpha", "--delete", first["id"]) == 0
    _, document = run_json("comment", "alpha")
    assert [one["id"] for one in document["comments"]] == [second["id"]]


@pytest.mark.parametrize(
    "words",
    [
        ["src/a.py:1", ""],
        ["src/a.py:1"],
        ["nowhere.py:1", "x"],
        ["src/a.py:x", "x"],
        ["--send"],
        ["--delete", "nope"],
        ["src/a.py", "x", "--send"],
    ],
)
def test_comments_refused(words: list[str], run: Run, fake: FakeCockpit) -> None:
    assert run("comment", "alpha", *words) == 2
    assert not fake.intents and not fake.reviews
