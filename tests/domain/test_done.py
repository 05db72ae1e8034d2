"""A worker's claim held against facts, row by row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.done import (
    Evidence,
    Holds,
    Row,
    commit_row,
    files_row,
    gate_row,
    plain_path,
    result_row,
)
from cockpit.domain.gate import GateState, Verdict
from cockpit.domain.ids import CommitId
from cockpit.domain.result import parse_result
from cockpit.domain.taskname import TaskId

ONE = TaskId("task-001")
OWN = [CommitId(f"{digit}" * 40) for digit in "cba"]
YES, NO, UNKNOWN = Holds.YES, Holds.NO, Holds.UNKNOWN


@pytest.mark.parametrize(
    ("text", "holds", "says"),
    [
        ("status: done", YES, "its result says done"),
        ("status: Finished ✅", YES, "its result says done"),
        ("status: not done", NO, "its result says 'not done', which is no plain answer"),
        ("status: done but tests failed", NO, "its result says 'done but tests failed', which"),
        ("status: failed", NO, "its result says failed"),
        ("status: blocked", NO, "its result says blocked"),
        ("just prose", NO, "its result says nothing, which is no plain answer"),
        (
            "status: done\nquestions: which one?",
            UNKNOWN,
            "its result says done and asks 1 question",
        ),
    ],
)
def test_the_result(text: str, holds: Holds, says: str) -> None:
    row = result_row(ONE, parse_result("task-001-result.md", f"---\n{text}\n---\n".encode()))
    assert row.holds is holds
    assert row.text.startswith(says)


def test_no_result() -> None:
    assert result_row(ONE, None) == Row("result", NO, "task-001 has no result")


@pytest.mark.parametrize(
    ("claimed", "has_it", "holds", "says"),
    [
        ("c" * 40, False, YES, "cccccccccc is in a/work"),
        ("ccccccc", False, YES, "ccccccc is in a/work"),
        ("aaaaaaa", False, YES, "aaaaaaa is in a/work, and 2 commits came after it"),
        ("", False, UNKNOWN, "its result names no commit; a/work brings 3 commits"),
        ("d" * 40, False, NO, "dddddddddd is not among the commits that a/work brings"),
        ("d" * 40, True, NO, "dddddddddd is in a/work, and the target holds it already; a/work"),
    ],
)
def test_the_commit(claimed: str, has_it: bool, holds: Holds, says: str) -> None:
    row = commit_row("a/work", claimed, OWN, has_it=has_it)
    assert row.holds is holds
    assert row.text.startswith(says)


def test_a_branch_that_brings_nothing() -> None:
    row = commit_row("a/work", "ccccccc", [])
    assert (row.holds, row.text) == (NO, "a/work has no commit that the target lacks")


CHANGED = [("src/a.py",), ("src/b c.py",), ("new/name.py", "old/name.py"), ("src/[id].tsx",)]


@pytest.mark.parametrize(
    ("claimed", "holds", "paths"),
    [
        (["src/a.py", "src/b c.py", "new/name.py", "src/[id].tsx"], YES, ()),
        (["src/**", "old/name.py"], YES, ()),
        (["src", "new/"], YES, ()),
        (["`src/a.py` (new)", "./src/b c.py", "M new/name.py", "src/[id].tsx:12"], YES, ()),
        (["src/**", "new/name.py", "src/zzz.py"], NO, ("- src/zzz.py",)),
        (["src/**"], NO, ("+ new/name.py",)),
        (["nothing"], UNKNOWN, ()),
        (["**", "src/**", "new"], NO, ("- **",)),
        ([], UNKNOWN, ()),
        (["../../etc/passwd", "src/**", "new/**"], NO, ("- ../../etc/passwd",)),
    ],
)
def test_the_files(claimed: list[str], holds: Holds, paths: tuple[str, ...]) -> None:
    row = files_row(claimed, CHANGED)
    assert (row.holds, row.paths) == (holds, paths)


def test_no_files_named_and_none_changed() -> None:
    assert files_row([], []).holds is YES


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("src/a.py", "src/a.py"),
        ("`src/a.py`", "src/a.py"),
        ("src/a.py - the parser", "src/a.py"),
        ("src/a-b.py", "src/a-b.py"),
        ("modified: src/a.py", "src/a.py"),
        ("src/a.py:10-20", "src/a.py"),
        ("None", ""),
        ("  ", ""),
    ],
)
def test_paths_as_workers_write_them(text: str, path: str) -> None:
    assert plain_path(text) == path


@given(st.lists(st.text()), st.lists(st.tuples(st.text(min_size=1))))
def test_no_claim_is_too_odd(claimed: list[str], changed: list[tuple[str, ...]]) -> None:
    assert files_row(claimed, changed).name == "files"


@pytest.mark.parametrize(
    ("verdict", "red", "holds", "says"),
    [
        (Verdict(GateState.GREEN), False, YES, "the gate was green for exactly this tree"),
        (Verdict(GateState.GREEN, flaky=True), False, YES, "the gate was green, flaky for"),
        (Verdict(GateState.NONE), False, YES, "no gate is set"),
        (None, False, UNKNOWN, "why"),
        (None, True, NO, "why"),
    ],
)
def test_the_gate(verdict: Verdict | None, red: bool, holds: Holds, says: str) -> None:
    row = gate_row(verdict, why_none="why", red=red)
    assert row.holds is holds
    assert row.text.startswith(says)


def test_all_rows_must_hold_and_it_speaks_of_one_commit() -> None:
    good, bad = Row("result", YES, ""), Row("gate", UNKNOWN, "")
    found = Evidence(ONE, "task-001.md", (good, bad), commit=OWN[0])
    assert not found.holds and found.failing == (bad,)
    assert Evidence(ONE, "task-001.md", (good,)).holds
    assert not Evidence(ONE, "task-001.md", ()).holds
    assert found.is_of(OWN[0])
    assert not found.is_of(OWN[1]) and not found.is_of(None)
