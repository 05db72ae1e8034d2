"""The drafted prompt that asks an agent to mend what is in the way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.ids import CommitId, LaneId, RefName
from cockpit.domain.mending import PATHS, TAIL, WIDTH, mending_prompt
from cockpit.domain.merge import Check, LandingPreview


def preview(*checks: Check) -> LandingPreview:
    return LandingPreview(
        lane=LaneId("beta"),
        target=RefName("refs/heads/main"),
        target_old=CommitId("a" * 40),
        source=CommitId("b" * 40),
        result=None,
        tree=None,
        checks=checks,
        commits=(),
        changes=(),
        conflicts=(),
        message="",
        gate=("make test",),
        checkout=None,
    )


def test_a_conflict_names_its_files_and_says_what_to_do() -> None:
    clash = Check("merge", False, "conflicts with main in 1 file(s)", ("shop/prices.py",), key="o")
    busy = Check("agent", False, "the agent is working", key="x")
    assert mending_prompt(preview(Check("tree", True, "nothing uncommitted"), busy, clash)) == (
        "Please fix what keeps your branch from landing on main.\n"
        "\n"
        "Conflicts with main in 1 file(s):\n"
        "- shop/prices.py\n"
        "Merge main into your branch and resolve the conflict.\n"
        "\n"
        "Run the tests, then commit."
    )


def test_a_red_gate_brings_its_last_lines() -> None:
    output = [f"line {number}" for number in range(50)]
    text = mending_prompt(preview(), error="The gate is red: make test", output=output)
    assert "The gate is red: make test\n    line 38" in text
    assert "line 49\n" in text and "line 37" not in text
    assert text.count("    line") == TAIL


def test_many_paths_are_counted() -> None:
    paths = tuple(f"p{number}" for number in range(PATHS + 7))
    text = mending_prompt(preview(Check("zone", False, "outside", paths, key="o")))
    assert "- and 7 more" in text and text.count("\n- p") == PATHS


@given(st.text(), st.text(), st.lists(st.text()))
def test_outside_text_stays_one_printable_line(name: str, path: str, output: list[str]) -> None:
    check = Check("zone", False, name, (path,), key="o")
    text = mending_prompt(preview(check), error="red", output=output)
    lines = text.split("\n")
    assert all(line.isprintable() and len(line) <= WIDTH + 8 for line in lines)
    assert len(lines) == 8 + min(len(output), TAIL)
