"""The merge desk's commands as programs use them: real services, `--json`, and bad input."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cockpit.cli.dispatch import run as dispatch
from tests.conftest import git
from tests.services.conftest import LANES, Desk

Json = Callable[..., tuple[int, dict[str, Any]]]
ODD = b"src/new\nline \x1b[2J\xff\xe2\x80\xae.py"
COMMANDS = ("diff", "comment", "hunk", "resolve", "clashes")


@pytest.fixture
def desk(repo: Path) -> Desk:
    """Alpha and beta changed the same line, beta without a commit; alpha has an odd name."""
    made = Desk(repo)
    made.configure(LANES % '"true"')
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "lanes")
    made.trust()
    alpha, beta = made.start("alpha"), made.start("beta")
    with open(os.fsencode(alpha) + b"/" + ODD, "wb") as file:
        file.write(b"caf\xe9\x1b]0;x\x07\n" + b"x" * 10_000 + b"\n")
    made.commit(
        "alpha", "src/api.py", "def answer():\n    return 43\n", "evil \x1b[2J\u202e subject"
    )
    (beta / "src" / "api.py").write_text("def answer():\n    return 41\n")
    return made


@pytest.fixture
def run(desk: Desk, capsys: pytest.CaptureFixture[str]) -> Json:
    """(exit code, the one document on stdout) of a command line with --json."""

    def call(*words: str) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        cockpit = desk.cockpit()
        code = dispatch(["--json", *words], connect=lambda _start: cockpit)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert not any(sign in out for sign in "\x1b\x07\u202e"), out
        found = json.loads(out)
        assert isinstance(found, dict)
        return code, found

    return call


def test_diff_has_every_byte_of_hostile_names_and_lines(run: Json) -> None:
    code, document = run("diff", "alpha")
    assert code == 0
    files = {os.fsencode(file["path"]): file for file in document["files"]}
    assert set(files) == {ODD, b"src/api.py"}
    body = files[ODD]["diff"].encode("utf-8", "surrogateescape")
    assert b"+caf\xe9\x1b]0;x\x07\n" in body and b"x" * 10_000 in body


def test_clashes_name_paths_lines_and_the_order(run: Json) -> None:
    code, document = run("clashes")
    assert code == 0
    (clash,) = document["clashes"]
    assert (clash["lane"], clash["other"]) == ("alpha", "beta")
    (path,) = clash["paths"]
    assert (path["path"], path["kind"]) == ("src/api.py", "content")
    assert path["hunks"][0]["lines"] == ["    return 43"]
    assert path["hunks"][0]["other_lines"] == ["    return 41"]
    assert [place["lane"] for place in document["order"]] == ["alpha", "beta"]


def test_graph_has_the_commit_and_what_it_is_part_of(run: Json, desk: Desk) -> None:
    tip = git(desk.root, "rev-parse", "alpha/work").strip()
    code, document = run("graph")
    assert code == 0
    assert tip in [one["commit"] for one in document["commits"]]
    code, document = run("graph", "-n", "1")
    assert (len(document["commits"]), document["cut"]) == (1, True)


def test_comments_on_an_odd_name_come_and_go(run: Json) -> None:
    code, document = run("comment", "alpha", f"{os.fsdecode(ODD)}:1", "why \x1b[2J?")
    assert code == 0
    comment = document["comment"]
    assert os.fsencode(comment["path"]) == ODD and comment["first"] == 1
    code, document = run("comment", "alpha")
    assert [one["id"] for one in document["comments"]] == [comment["id"]]
    assert run("comment", "alpha", "--delete", comment["id"])[0] == 0
    assert run("comment", "alpha", "--delete", comment["id"])[0] == 2
    assert run("comment", "alpha")[1]["comments"] == []


def test_a_comment_that_is_sent_is_noted_and_not_sent_twice(run: Json) -> None:
    run("comment", "alpha", "src/api.py:2", "why?")
    code, document = run("comment", "alpha", "--send")
    assert code == 0 and len(document["comments"]) == 1
    assert run("comment", "alpha")[1]["comments"][0]["sent"] is not None
    assert run("comment", "alpha", "--send")[0] == 2


def test_a_hunk_that_changed_since_is_not_touched(run: Json, desk: Desk) -> None:
    beta = desk.root.parent / "project-beta"
    code, document = run("hunk", "beta")
    ((hunk,),) = [file["hunks"] for file in document["files"]]
    assert code == 0 and run("hunk", "beta", "stage", hunk["id"])[0] == 0
    assert run("hunk", "beta", "stage", hunk["id"])[0] == 2
    (beta / "src" / "api.py").write_text("def answer():\n    return 40\n")
    for deed in ("stage", "unstage", "discard"):
        code, document = run("--yes", "hunk", "beta", deed, "0123456789")
        assert code == 2 and "has no hunk" in document["error"]["title"]
    code, document = run("--yes", "hunk", "beta", "discard", hunk["id"])
    assert code == 2 and document["error"]["hint"]
    assert "return 40" in (beta / "src" / "api.py").read_text()
    assert "return 41" in git(beta, "show", ":src/api.py")


def test_a_discard_comes_back(run: Json, desk: Desk) -> None:
    beta = desk.root.parent / "project-beta"
    ((hunk,),) = [file["hunks"] for file in run("hunk", "beta")[1]["files"]]
    assert run("hunk", "beta", "discard", hunk["id"])[0] == 3
    assert run("--yes", "hunk", "beta", "discard", hunk["id"])[0] == 0
    assert "return 42" in (beta / "src" / "api.py").read_text()
    assert run("--yes", "undo")[0] == 0
    assert "return 41" in (beta / "src" / "api.py").read_text()


def test_versions_of_whole_files_have_their_sizes(run: Json, desk: Desk) -> None:
    (desk.root / "src" / "api.py").unlink()
    git(desk.root, "commit", "-qam", "main deletes it")
    code, document = run("resolve", "alpha")
    assert code == 4
    (file,) = document["files"]
    assert file["kind"] == "modify/delete"
    assert file["versions"]["theirs"] is None
    assert file["versions"]["ours"]["size"] == len("def answer():\n    return 43\n")
    assert run("resolve", "beta")[1]["files"] == []


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("lane", ["nobody", "../x", "-x", "\x1b[2J", ""])
def test_lanes_that_are_not_there(command: str, lane: str, run: Json) -> None:
    code, document = run(command, "--", lane)
    assert code == 2
    assert document["error"]["title"]


@pytest.mark.parametrize("command", COMMANDS[:4])
def test_a_lane_whose_folder_is_gone(command: str, run: Json, desk: Desk) -> None:
    """Nothing is made up, and nothing is made in its place."""
    folder = desk.root.parent / "project-beta"
    folder.rename(folder.with_name("elsewhere"))
    code, document = run(command, "beta")
    assert code in (0, 1, 2, 3, 4)
    assert ("error" in document) is (code in (1, 2, 3))
    assert not folder.exists()
    code, _ = run("clashes")
    assert code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("diff", "alpha", "--layer", "nope"), 2),
        (("graph", "-n", "0"), 2),
        (("comment", "alpha", "src/api.py:2"), 2),
        (("comment", "alpha", "nowhere:1", "x"), 2),
        (("comment", "alpha", "src/api.py:2", "x", "--send"), 2),
        (("hunk", "beta", "stage"), 2),
        (("hunk", "beta", "burn", "x"), 2),
        (("resolve", "alpha", "--finish"), 0),
        (("clashes", "alpha", "nobody"), 2),
    ],
)
def test_what_makes_no_sense(words: tuple[str, ...], code: int, run: Json) -> None:
    found, document = run(*words)
    assert (found, "error" in document) == (code, code != 0)
