"""A whole history in one run: fifteen lanes of which each kind of trouble takes some."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Queue, RunTrain
from tests.conftest import git
from tests.services.conftest import Desk

LANES = [LaneId(f"l{number:02d}") for number in range(1, 16)]

GATE = (
    "! test -e red/l05 && ! test -e red/l11 && "
    "{ ! test -e flaky/l07 || test -e %(mark)s || { touch %(mark)s; exit 1; }; }"
)

CONFIG = """\
target: main
agents:
  sh: {command: [sh], preset: shell}
launch: {max_running: 99}
lanes:
%s
gate: {run: ["%s"], timeout: 20s, retry: 1}
"""

CLASHING = {"src/api.py": ("l02", "l03", "l06"), "src/auth.py": ("l08", "l09", "l14")}
"""Lanes that change the same line: of each three, one lands and two are conflicts."""
RED = {"l05", "l11"}
NEEDS = {"l01": "l04", "l10": "l12", "l15": "l11"}
"""l15 needs a lane that is put aside."""


@pytest.fixture
def yard(make_desk: Callable[..., Desk], tmp_path: Path) -> Desk:
    entries = [f'  {lane}: {{agent: sh, zone: ["**"]}}' for lane in LANES]
    entries[12] = '  l13: {agent: sh, zone: ["l13/**"]}'
    text = CONFIG % ("\n".join(entries), GATE % {"mark": tmp_path / "tried"})
    desk = make_desk(lanes=text)
    for number, lane in enumerate(LANES, 1):
        desk.start(lane)
        desk.commit(lane, f"{lane}/own.txt", f"{lane}\n", f"work of {lane}")
        if lane in RED:
            desk.commit(lane, f"red/{lane}", "red\n")
        _task(desk.root, lane, number)
    desk.commit("l07", "flaky/l07", "flaky\n")
    desk.commit("l13", "docs/guide.md", "strayed\n")
    for path, lanes in CLASHING.items():
        for clashing in lanes:
            desk.commit(clashing, path, f"def changed():\n    return '{clashing}'\n")
    return desk


def _task(root: Path, lane: LaneId, number: int) -> None:
    (root / "tasks").mkdir(exist_ok=True)
    needs = NEEDS.get(lane)
    depends = f"depends: {LANES.index(LaneId(needs)) + 1}\n" if needs else ""
    header = f"---\ntitle: Do {lane}\nlane: {lane}\n{depends}---\n"
    (root / "tasks" / f"task-{number:03d}.md").write_text(f"{header}text\n")


@pytest.mark.slow
def test_exactly_the_right_lanes_land_and_the_tree_is_plain_gits(
    yard: Desk, tmp_path: Path
) -> None:
    old = yard.main()
    for lane in LANES:
        yard.do(Queue(lane))
    outcome = yard.do(RunTrain())
    ended = {car["lane"]: car["aside"] or car["state"] for car in outcome.data["cars"]}
    asides = {lane: how for lane, how in ended.items() if how != "landed"}
    conflicts = {lane for lane, how in asides.items() if how == "conflict"}
    assert {lane: how for lane, how in asides.items() if how != "conflict"} == {
        "l05": "red",
        "l11": "red",
        "l13": "checks",
        "l15": "depends",
    }
    assert len(conflicts) == 4
    flaky = [car["lane"] for car in outcome.data["cars"] if car["flaky"]]
    assert flaky == ["l07"]
    landed = outcome.data["landed"]
    assert landed.index("l04") < landed.index("l01")
    assert landed.index("l12") < landed.index("l10")
    assert len(landed) == 7
    _assert_plain(yard, tmp_path, old, [car["lane"] for car in outcome.data["cars"]], asides)
    left = {car.lane for car in (yard.cockpit().preview_train().cars)}
    assert left == set(asides)
    assert git(yard.root, "status", "--porcelain") == ""
    assert git(yard.root, "fsck", "--connectivity-only", "--no-dangling") == ""


def _assert_plain(
    yard: Desk, tmp_path: Path, old: str, order: list[str], asides: dict[str, str]
) -> None:
    """Plain git, in the same order: what conflicts for us conflicts for it, tree by tree."""
    scratch = tmp_path / "plain"
    git(yard.root, "worktree", "add", "-q", "--detach", str(scratch), old)
    firsts = git(yard.root, "rev-list", "--reverse", "--first-parent", f"{old}..main").split()
    for lane in order:
        if asides.get(lane) not in (None, "conflict"):
            continue
        argv = ["git", "-C", str(scratch), "merge", "-q", "--no-ff", "--no-edit", f"{lane}/work"]
        clean = subprocess.run(argv, capture_output=True, check=False).returncode == 0
        assert clean == (lane not in asides), lane
        if not clean:
            git(scratch, "merge", "--abort")
            continue
        mine = firsts.pop(0)
        assert git(scratch, "rev-parse", "HEAD^{tree}") == git(
            yard.root, "rev-parse", f"{mine}^{{tree}}"
        )
    assert not firsts
