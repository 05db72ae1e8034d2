"""Ledgers: ours are clean and merge, anybody's can be read, the view of all holds all."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.ledger import COLUMNS, LedgerRow, Table, consolidate, parse, render


def read(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode(), newline="")))


def test_ours_has_one_line_a_task_whatever_the_texts_hold() -> None:
    rows = [
        LedgerRow("task-001", 'Tokens, "quoted"\nand a line', "alpha", state="merged"),
        LedgerRow("task-002", "=HYPERLINK(1)", lane="-1", agent="\x1b[31m@evil"),
    ]
    raw = render(rows)
    assert raw.count(b"\n") == 3
    header, first, second = read(raw)
    assert tuple(header) == COLUMNS
    assert first[:3] == ["task-001", 'Tokens, "quoted" and a line', "alpha"]
    assert second[1] == "'=HYPERLINK(1)"
    assert second[3] == "-1"
    assert "\x1b" not in raw.decode()


def test_what_agents_wrote_is_joined_with_all_columns_and_the_header_once() -> None:
    one = parse(b"\xef\xbb\xbftask,hours\r\n1,3\r\n2\r\n")
    other = parse(b"task;owner\n3;me;too;much\n")
    assert one == Table(("task", "hours"), (("1", "3"), ("2", "")))
    assert other == Table(("task", "owner", "more"), (("3", "me", "too much"),))
    assert read(consolidate([("a.csv", one), ("b.csv", other)])) == [
        ["ledger", "task", "hours", "owner", "more"],
        ["a.csv", "1", "3", "", ""],
        ["a.csv", "2", "", "", ""],
        ["b.csv", "3", "", "me", "too much"],
    ]


@pytest.mark.parametrize(
    ("raw", "header", "problem"),
    [
        (b"", (), "it is empty"),
        (b"\n\n", (), "it is empty"),
        (b"a,a,,more\n", ("a", "a'", "column 3", "more'"), ""),
        (b"\xff\xfe\0a\0", ("��a",), ""),
        (b'a,b\n"' + b"x" * 200_000 + b'",2\n', ("a", "b"), "it can't be read after row 1"),
    ],
)
def test_bad_files_say_what_is_wrong(raw: bytes, header: tuple[str, ...], problem: str) -> None:
    table = parse(raw)
    assert table.header == header
    assert problem in " ".join(table.problems)


@given(st.lists(st.binary(max_size=60), max_size=3))
def test_no_file_is_too_strange_and_no_row_gets_lost(raws: list[bytes]) -> None:
    tables = [(f"{at}.csv", parse(raw)) for at, raw in enumerate(raws)]
    rows = read(consolidate(tables))
    assert len(rows) == 1 + sum(len(table.rows) for _, table in tables)
    assert len({len(row) for row in rows}) == 1


@given(st.lists(st.builds(LedgerRow, st.text(), st.text(), st.text()), max_size=4))
def test_ours_reads_back_as_it_is(rows: list[LedgerRow]) -> None:
    raw = render(rows)
    table = parse(raw)
    kept = [row for row in read(raw)[1:] if any(cell.strip() for cell in row)]
    assert [list(row) for row in table.rows] == kept
