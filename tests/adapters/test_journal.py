from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.adapters import files
from cockpit.adapters.clock import SystemClock
from cockpit.adapters.journal import FileJournal
from cockpit.adapters.journal_file import Unreadable, decode, encode
from cockpit.adapters.locks import FileLocks
from cockpit.domain.ids import LaneId, OpId
from cockpit.domain.operation import JOURNAL_VERSION, Operation, OpKind, OpState
from cockpit.errors import CockpitError, Refused
from tests.adapters.killing import full_at_each_step, killed_at_each_step

HOSTILE = 'naïve \udcff\n\x1b]52;c;x\x07 "q" \' \\ \u202e'


def _begin(journal: FileJournal, **intent: Any) -> Operation:
    return journal.begin(
        OpKind.START, lane=LaneId("alpha"), by="cli", summary=HOSTILE, intent=intent
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal"


@pytest.fixture
def journal(folder: Path) -> FileJournal:
    return FileJournal(folder, SystemClock())


def test_an_operation_from_begin_to_finish(journal: FileJournal, folder: Path) -> None:
    op = _begin(journal, path=HOSTILE, ids=["a"])
    assert op.seq == 1 and op.state is OpState.PENDING and op.id.startswith("000001-start-")
    assert journal.pending() == [op] == journal.entries()
    assert (folder / f"{op.id}.pending.json").exists()
    known = journal.update(op, {**op.intent, "more": 1})
    assert known.intent == {"path": HOSTILE, "ids": ["a"], "more": 1}
    done = journal.finish(known, OpState.DONE, {"new": "abc"})
    assert done.ended is not None and done.intent == known.intent
    assert journal.pending() == []
    assert journal.read(1) == done == FileJournal(folder, SystemClock()).entries()[0]
    assert sorted(os.listdir(folder)) == [".lock", f"{op.id}.json"]
    assert (folder / f"{op.id}.json").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_an_empty_journal(journal: FileJournal) -> None:
    assert journal.entries() == [] == journal.pending()
    assert journal.damaged() == []
    assert journal.read(1) is None


def test_ending_twice(journal: FileJournal) -> None:
    op = _begin(journal)
    done = journal.finish(op, OpState.DONE, {"a": 1})
    assert journal.finish(op, OpState.DONE, {"a": 2}) == done
    with pytest.raises(Refused):
        journal.finish(op, OpState.ABANDONED, {})
    with pytest.raises(Refused):
        journal.update(op, {})


def test_a_removed_entry_is_said(journal: FileJournal, folder: Path) -> None:
    op = _begin(journal)
    (folder / f"{op.id}.pending.json").unlink()
    with pytest.raises(CockpitError, match="not in the journal"):
        journal.finish(op, OpState.DONE, {})


def test_sequence_numbers_are_unique_among_threads(journal: FileJournal, folder: Path) -> None:
    def work() -> None:
        mine = FileJournal(folder, SystemClock())
        for _ in range(5):
            mine.finish(_begin(mine), OpState.DONE, {})

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [op.seq for op in journal.entries()] == list(range(1, 21))


def test_it_can_be_written_under_any_lock(journal: FileJournal, tmp_path: Path) -> None:
    with FileLocks(tmp_path / "locks").hold("target", "journal", "registry"):
        _begin(journal)


def test_listing_reads_no_more_files_than_asked(
    journal: FileJournal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(30):
        journal.finish(_begin(journal), OpState.DONE, {})
    waiting = _begin(journal)
    reads: list[str] = []
    original = files.read_small

    def counted(root: Path, name: str, **options: Any) -> bytes | None:
        reads.append(name)
        return original(root, name, **options)

    monkeypatch.setattr("cockpit.adapters.journal.read_small", counted)
    assert journal.pending() == [waiting]
    assert len(reads) == 1
    reads.clear()
    assert [op.seq for op in journal.entries(last=3)] == [29, 30, 31]
    assert len(reads) == 3


def test_kill_at_each_step_of_begin(journal: FileJournal, folder: Path) -> None:
    _begin(journal)
    for _ in killed_at_each_step(lambda: void(_begin(journal, a=1))):
        assert journal.damaged() == []
        seqs = [op.seq for op in journal.entries()]
        assert seqs == list(range(1, len(seqs) + 1))
        assert [op.seq for op in journal.pending()] == seqs
    _begin(journal)
    assert not [name for name in os.listdir(folder) if name.startswith(".cockpit-tmp")]


def test_kill_at_each_step_of_finish_and_update(journal: FileJournal, folder: Path) -> None:
    op = _begin(journal, step=0)

    def work() -> None:
        journal.finish(journal.update(op, {"step": 1}), OpState.DONE, {"ok": True})

    seen = set()
    for _ in killed_at_each_step(work):
        assert journal.damaged() == []
        (found,) = journal.entries()
        seen.add((found.state, found.intent["step"], len(journal.pending())))
        if found.state is OpState.DONE:
            journal.finish(op, OpState.DONE, {})
            assert (folder / f"{op.id}.json").exists()
            (folder / f"{op.id}.json").rename(folder / f"{op.id}.pending.json")
        (folder / f"{op.id}.pending.json").write_bytes(encode(op))
    assert seen == {
        (OpState.PENDING, 0, 1),
        (OpState.PENDING, 1, 1),
        (OpState.DONE, 1, 0),
    }


def test_a_full_disk_at_each_step(journal: FileJournal) -> None:
    _begin(journal)
    for _ in full_at_each_step(lambda: void(_begin(journal, a=1)), CockpitError):
        assert journal.damaged() == []
        assert journal.read(1) is not None


def void(_: object) -> None:
    return None


GOOD = encode(
    Operation(2, OpId("000002-land-0123abcd"), OpKind.LAND, None, 1.0, "app", "s", {"a": [1]})
)


def _with(**changes: Any) -> bytes:
    return json.dumps({**json.loads(GOOD), **changes}).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        GOOD[:-20],
        b"\0" * 500,
        b"[]",
        b"null",
        b"[" * 100_000,
        b"\xff\xfe",
        _with(version=0),
        _with(version="1"),
        _with(version=True),
        _with(seq="2"),
        _with(seq=True),
        _with(kind="explode"),
        _with(state="maybe"),
        _with(state="done"),
        _with(ended=3.0),
        _with(lane="../x"),
        _with(lane=7),
        _with(intent=[]),
        _with(outcome=None),
        _with(at="now"),
        _with(by=None),
        _with(undoes="1"),
    ],
)
def test_garbage_is_damaged_and_never_a_crash(
    journal: FileJournal, folder: Path, content: bytes
) -> None:
    first = _begin(journal)
    path = folder / "000002-land-0123abcd.json"
    path.write_bytes(content)
    assert journal.damaged() == [path]
    assert journal.entries() == [first]
    assert journal.read(2) is None
    assert _begin(journal).seq == 3, "a damaged entry keeps its number"


def test_foreign_things_are_named(journal: FileJournal, folder: Path) -> None:
    first = _begin(journal)
    (folder / "notes.txt").write_text("hello")
    (folder / "000002-land-0123abcd.json").symlink_to("/etc/passwd")
    os.mkfifo(folder / "000003-land-0123abcd.json")
    (folder / "000004-land-0123abcd.json").mkdir()
    (folder / "000005-land-0123abcd.json").write_bytes(GOOD)  # its own content says 2
    assert [path.name[:6] for path in journal.damaged()] == [
        "000002",
        "000003",
        "000004",
        "000005",
        "notes.",
    ]
    assert journal.entries() == [first]


def test_a_newer_journal_is_refused_for_reading_and_writing(
    journal: FileJournal, folder: Path
) -> None:
    _begin(journal)
    (folder / "000002-land-0123abcd.json").write_bytes(_with(version=JOURNAL_VERSION + 1))
    for look in (journal.entries, journal.damaged, lambda: _begin(journal)):
        with pytest.raises(CockpitError, match="newer cockpit") as caught:
            look()
        assert caught.value.hint


def test_of_two_files_of_one_operation_the_final_one_counts(
    journal: FileJournal, folder: Path
) -> None:
    """We never leave both; a backup that was copied back may."""
    op = _begin(journal)
    pending = (folder / f"{op.id}.pending.json").read_bytes()
    done = journal.finish(op, OpState.DONE, {})
    (folder / f"{op.id}.pending.json").write_bytes(pending)
    assert journal.entries() == [done]
    assert journal.pending() == []


def test_an_entry_renamed_while_it_is_listed_is_found(
    journal: FileJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    op = _begin(journal)
    stale = journal._names()
    done = journal.finish(op, OpState.DONE, {})
    monkeypatch.setattr(journal, "_names", lambda: stale)
    assert journal.entries() == [done]
    assert journal.pending() == []


def test_what_is_not_json_is_refused_before_anything_is_written(
    journal: FileJournal, folder: Path
) -> None:
    for bad in ({1, 2}, float("nan"), b"bytes"):
        with pytest.raises((TypeError, ValueError)):
            _begin(journal, bad=bad)
    assert journal.entries() == []
    assert os.listdir(folder) == [".lock"]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=())),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=())), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=())), json_values, max_size=4))
def test_any_intent_survives_the_way(intent: dict[str, Any]) -> None:
    op = Operation(1, OpId("000001-start-00000000"), OpKind.START, None, 0.5, "cli", "s", intent)
    content = encode(op)
    assert content.isascii()
    # two lone halves side by side are one character to JSON: os.fsdecode makes no first halves
    if "\\ud8" not in str(content) and not any(0xD800 <= ord(c) < 0xDC00 for c in repr(intent)):
        assert decode(content) == op


@given(st.binary(max_size=200))
def test_any_bytes_are_an_operation_or_unreadable(content: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(content)
