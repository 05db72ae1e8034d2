"""`cockpit graph`, and what `cockpit log` and `cockpit undo` say of steps and what undid them."""

from __future__ import annotations

import pytest

from cockpit.domain.operation import OpKind
from cockpit.domain.shared import SharedHunk
from cockpit.services.api import UndoPreview
from tests.cli.conftest import Json
from tests.cli.fake import FakeCockpit, Run, operation

Capture = pytest.CaptureFixture[str]


def test_graph_draws_landings_with_what_is_known(run: Run, capsys: Capture) -> None:
    assert run("graph") == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("↶ ")
    assert "takes back step 5" in out[0]
    assert out[1].startswith("◆─╮ ")
    for said in ("step 8 landed beta", "gate green after a retry", "task-002", "approved bbbbbbbb"):
        assert said in out[1]
    assert "undone by step 9" in out[3]
    assert out[2].startswith("│ ○ ")
    assert "[beta/work]" in out[2]


def test_graph_json_tells_facts_from_claims(run_json: Json) -> None:
    code, document = run_json("graph")
    assert code == 0
    assert set(document) == {"target", "cut", "commits"}
    second = document["commits"][1]
    assert second["landing"]["lane"] == second["claims"]["lane"] == "beta"
    assert second["landing"]["approval"] == 7
    assert second["step"] == 8
    assert second["parents"] == ["d" * 40, "b" * 40]
    assert document["commits"][0]["takes_back"] == 5
    assert document["commits"][2]["landing"] is None


@pytest.mark.parametrize("words", [["-n", "0"], ["-n", "-1"], ["-n", "10001"], ["-n", "x"], ["x"]])
def test_graph_refuses_nonsense(run: Run, words: list[str]) -> None:
    assert run("graph", *words) == 2


def test_the_log_says_what_was_undone_by_which_step(
    run: Run, run_json: Json, fake: FakeCockpit, capsys: Capture
) -> None:
    land = {"what": "land"}
    fake.operations = [
        operation(1, OpKind.LAND),
        operation(2, OpKind.UNDO, undoes=1, intent=land),
        operation(3, OpKind.LAND),
        operation(4, OpKind.SEND),
    ]
    assert run("log") == 0
    rows = capsys.readouterr().out.splitlines()[1:]
    assert "undone by 2" in rows[0]
    assert ["↶" in row for row in rows] == [False, True, True, False]
    _, document = run_json("log")
    assert [op["undone_by"] for op in document["operations"]] == [2, None, None, None]
    assert [op["can_undo"] for op in document["operations"]] == [False, True, True, False]


def test_a_dry_run_of_undo_names_shared_hunks(
    run: Run, run_json: Json, fake: FakeCockpit, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = operation(3, OpKind.LAND, summary="land alpha")
    hunk = SharedHunk("src/\x1b[31mapi.py", 3, 5, "c" * 40, "later", 7, True)
    way = "step 7 (land beta) came after it and changed lines 3-7 of src/\x1b[31mapi.py as well"
    preview = UndoPreview(step, (), (way,), (hunk,), ("src/api.py",))
    monkeypatch.setattr(FakeCockpit, "preview_undo", lambda _self, seq=None: preview)
    assert run("undo", "3", "--dry-run") == 3
    out = capsys.readouterr().out
    assert "step 7 (land beta) came after it" in out
    assert "\x1b" not in out
    code, document = run_json("undo", "3", "--dry-run")
    assert code == 3
    assert document["paths"] == ["src/api.py"]
    (shared,) = document["shared"]
    assert (shared["step"], shared["start"], shared["count"], shared["blocks"]) == (7, 3, 5, True)
