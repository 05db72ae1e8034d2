"""The table in master_plan.md is cockpit's, every other byte the Oracle's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.master_plan import BEGIN, END, PlanRow, why_no_table, with_table

ROWS = (
    PlanRow("task-001", "Tokens", "merged", "alpha"),
    PlanRow("task-002", "Rou|tes\n" + END, "ready", "", ("task-001",), "\x1b[31mred"),
)


def test_the_table_is_renewed_and_the_rest_stays() -> None:
    plan = f"# Plan\r\n\r\n{BEGIN}\r\nold\r\n{END}\r\n\r\nnotes\xff\r\n".encode("latin-1")
    made = with_table(plan, ROWS)
    assert made.startswith(b"# Plan\r\n\r\n" + BEGIN.encode() + b"\r\n\r\n| task |")
    assert made.endswith(b"|\r\n\r\n" + END.encode() + b"\r\n\r\nnotes\xff\r\n")
    assert b"old" not in made
    assert b"| task-001 | Tokens | merged | alpha |  |  |\r\n" in made
    assert made.count(END.encode()) == 1 and why_no_table(made) == ""
    assert b"Rou\\|tes" in made and b"\x1b" not in made


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        ("# Plan\n", f"it has no line {BEGIN}"),
        ("", f"it has no line {BEGIN}"),
        (f"{BEGIN}\n", f"it must have the line {BEGIN} once and {END} once"),
        (f"{END}\n", f"it must have the line {BEGIN} once and {END} once"),
        (f"{BEGIN}\n{END}\n{BEGIN}\n{END}\n", "once"),
        (f"{END}\n{BEGIN}\n", "stands before"),
        (f"text {BEGIN}\n{END}\n", "once"),
        (f"{BEGIN}\n{END}\n" + "x" * (4 << 20), "larger"),
    ],
)
def test_a_plan_that_does_not_ask_for_one_table_is_left_alone(plan: str, why: str) -> None:
    assert why in why_no_table(plan.encode())
    assert with_table(plan.encode(), ROWS) == plan.encode()


@given(
    st.binary().filter(lambda raw: b"cockpit:tasks" not in raw),
    st.binary().filter(lambda raw: b"cockpit:tasks" not in raw),
    st.lists(st.builds(PlanRow, st.text(), st.text(), st.text(), note=st.text()), max_size=3),
)
def test_whatever_stands_around_it_stays_and_a_second_time_changes_nothing(
    before: bytes, after: bytes, rows: list[PlanRow]
) -> None:
    head, tail = before + b"\n" + BEGIN.encode() + b"\n", END.encode() + b"\n" + after
    made = with_table(head + b"x\n" + tail, rows)
    assert made.startswith(head) and made.endswith(tail)
    assert with_table(made, rows) == made
