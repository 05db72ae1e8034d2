"""Registry, state files and approvals: small files of ours."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.adapters.approvals import FileApprovals
from cockpit.adapters.registry import FileRegistry
from cockpit.adapters.statefiles import FileState
from cockpit.domain.ids import (
    CommitId,
    LaneId,
    OpId,
    PaneId,
    RefName,
    SessionId,
    WindowId,
)
from cockpit.domain.lane import LaneRecord, PaneRef
from cockpit.domain.merge import Approval
from cockpit.errors import CockpitError, Refused
from tests.adapters.killing import killed_at_each_step

RECORD = LaneRecord(
    lane=LaneId("alpha"),
    branch=RefName("refs/heads/alpha/work"),
    worktree=Path("/tmp/a b\n\udcff"),
    admin=Path("/tmp/.git/worktrees/alpha"),
    base=CommitId("a" * 40),
    agent="claude",
    op=OpId("000001-start-00000000"),
    adopted=True,
    pane=PaneRef(SessionId("$1"), WindowId("@2"), PaneId("%3"), 4),
    session_name="s",
)


def test_records_come_back_as_they_were(tmp_path: Path) -> None:
    registry = FileRegistry(tmp_path / "lanes")
    assert registry.lanes() == {}
    other = replace(RECORD, lane=LaneId("beta"), pane=None, adopted=False)
    registry.put(RECORD)
    registry.put(other)
    assert registry.lanes() == {"alpha": RECORD, "beta": other}
    registry.drop(LaneId("alpha"))
    registry.drop(LaneId("alpha"))
    assert registry.lanes() == {"beta": other}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("alpha.json", b""),
        ("alpha.json", b'{"version": 1'),
        ("alpha.json", b'{"version": 1, "value": {}}'),
        ("alpha.json", b'{"version": true, "value": {}}'),
        ("alpha.json", b"[]"),
        ("alpha.json", b'{"version": 2, "value": {}}'),
        ("README", b"hello"),
    ],
)
def test_a_record_that_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    registry = FileRegistry(tmp_path)
    registry.put(replace(RECORD, lane=LaneId("beta")))
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CockpitError) as caught:
        registry.lanes()
    assert name in caught.value.title and caught.value.hint


@pytest.mark.parametrize(
    "change",
    [
        {"lane": "beta"},
        {"lane": "../alpha"},
        {"lane": 7},
        {"worktree": "relative"},
        {"pane": "x"},
        {"pane": {"session": "$1"}},
        {"base": None},
    ],
)
def test_a_record_with_wrong_values_is_named(tmp_path: Path, change: dict[str, object]) -> None:
    registry = FileRegistry(tmp_path)
    registry.put(RECORD)
    path = tmp_path / "alpha.json"
    outer = json.loads(path.read_bytes())
    outer["value"].update(change)
    path.write_text(json.dumps(outer))
    with pytest.raises(CockpitError, match=r"alpha\.json"):
        registry.lanes()


def test_a_hostile_lane_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        FileRegistry(tmp_path).put(replace(RECORD, lane=LaneId("../../x")))
    assert os.listdir(tmp_path) == ["home"]


def test_killed_while_it_writes_a_record(tmp_path: Path) -> None:
    registry = FileRegistry(tmp_path / "lanes")
    registry.put(RECORD)
    changed = replace(RECORD, agent="codex")
    for _ in killed_at_each_step(lambda: registry.put(changed)):
        assert registry.lanes()[LaneId("alpha")] in (RECORD, changed)
        registry.put(RECORD)


def test_facts(tmp_path: Path) -> None:
    state = FileState(tmp_path / "state")
    assert state.read("trust") is None
    state.write("trust", {"digest": "x", "path": "\udcff\n"})
    assert state.read("trust") == {"digest": "x", "path": "\udcff\n"}
    path = tmp_path / "state" / "facts" / "trust.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    state.remove("trust")
    state.remove("trust")
    assert state.read("trust") is None


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "-x", "x\n", "x" * 300])
def test_hostile_names_of_facts(tmp_path: Path, name: str) -> None:
    state = FileState(tmp_path / "state")
    for act in (state.read, state.remove, state.log_path):
        with pytest.raises(Refused):
            act(name)
    with pytest.raises(Refused):
        state.write(name, {})
    with pytest.raises(Refused):
        state.private_file(name, b"")


@pytest.mark.parametrize("content", [b"", b"{", b'{"version": 9, "value": {}}', b'{"a": 1}'])
def test_a_damaged_fact_is_said(tmp_path: Path, content: bytes) -> None:
    state = FileState(tmp_path)
    state.write("expected", {})
    (tmp_path / "facts" / "expected.json").write_bytes(content)
    with pytest.raises(CockpitError, match=r"expected\.json"):
        state.read("expected")


def test_logs_and_private_files(tmp_path: Path) -> None:
    state = FileState(tmp_path)
    log = state.log_path("gate-1.log")
    log.write_text("kept")
    assert state.log_path("gate-1.log").read_text() == "kept"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    private = state.private_file("prompt", b"\x00\xff")
    assert private.read_bytes() == b"\x00\xff"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    (tmp_path / "logs" / "planted").symlink_to("/etc/hosts")
    os.mkfifo(tmp_path / "logs" / "fifo")
    for name in ("planted", "fifo"):
        with pytest.raises(CockpitError):
            state.log_path(name)


def test_an_approval_is_used_once(tmp_path: Path) -> None:
    approvals = FileApprovals(FileState(tmp_path))
    lane = LaneId("alpha")
    assert approvals.get(lane) is None
    approval = Approval(lane, CommitId("b" * 40), "", 12.5)
    approvals.put(approval)
    assert approvals.get(lane) == approval
    assert approvals.get(LaneId("beta")) is None
    approvals.use(lane)
    approvals.use(lane)
    assert approvals.get(lane) is None


@pytest.mark.parametrize(
    "value", [{}, {"lane": "beta", "commit": "x", "task_digest": "", "at": 1}, {"lane": 1}]
)
def test_a_damaged_approval_is_no_yes(tmp_path: Path, value: dict[str, object]) -> None:
    state = FileState(tmp_path)
    state.write("approval-alpha", value)
    with pytest.raises(CockpitError, match="damaged"):
        FileApprovals(state).get(LaneId("alpha"))
