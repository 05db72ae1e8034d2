"""Two hundred random histories: what the train builds is what `git merge --no-ff` in sequence
makes, tree by tree, conflicts included. Some are run as well, by merges or by squashes, land
just that, and a random landing is taken back: what is left is what plain git makes without it.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.config.model import How
from cockpit.domain.ids import LaneId, OpId, branch_ref
from cockpit.domain.intents import RunTrain, Undo
from cockpit.domain.lane import LaneRecord
from cockpit.domain.train import Aside, Car, CarState
from cockpit.errors import Refused
from cockpit.services import train_plan
from cockpit.services.cockpit import LocalCockpit
from tests.conftest import git
from tests.services.conftest import Desk

HISTORIES = 200
RUNS = 20
"""Histories that are run, of those in which three lanes or more land."""
LANES = [LaneId(f"l{number}") for number in range(1, 5)]
CONFIG = """\
target: main
agents:
  sh: {command: [sh], preset: shell}
zones: {outside: allow}
lanes:
%s
"""

Files = dict[str, tuple[str, str]]
"""Path → (mode, content)."""


class Stream:
    """A `git fast-import` stream of whole trees."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.marks = 0

    def commit(self, ref: str, files: Files, parents: list[int], message: str) -> int:
        self.marks += 1
        self.lines += [
            f"commit {ref}",
            f"mark :{self.marks}",
            f"committer C <c@example.org> {1_700_000_000 + self.marks} +0000",
            f"data {len(message)}",
            message,
        ]
        for word, parent in zip(("from", *["merge"] * 9), parents, strict=False):
            self.lines.append(f"{word} :{parent}")
        self.lines.append("deleteall")
        for path, (mode, content) in files.items():
            data = content.encode()
            self.lines += [f"M {mode} inline {path}", f"data {len(data)}", content]
        self.lines.append("")
        return self.marks


def changed(rng: random.Random, files: Files) -> Files:
    """`files` after one to three edits, of every kind that merges treat differently."""
    files = dict(files)
    for _ in range(rng.randint(1, 3)):
        path = rng.choice(sorted(files)) if files else "new"
        mode, content = files.get(path, ("100644", ""))
        match rng.randrange(8):
            case 0 | 1 | 2:
                lines = content.split("\n")
                lines[rng.randrange(len(lines))] = f"changed {rng.randrange(4)}"
                files[path] = (mode, "\n".join(lines))
            case 3:
                files[path] = (mode, f"{content}\nmore {rng.randrange(4)}")
            case 4:
                name = rng.choice(["new", "docs/new", "src/new", f"{path}.x"])
                if not any(f"{name}/".startswith(f"{known}/") for known in files):
                    files[name] = ("100644", f"new {rng.randrange(3)}\n")
            case 5:
                files.pop(path, None)
            case 6:
                files.pop(path, None)
                files[f"moved/{path.replace('/', '-')}"] = (mode, content)
            case _:
                files[path] = ("100755" if mode == "100644" else "100644", content)
    return files


def history(rng: random.Random) -> tuple[str, list[LaneId]]:
    """A stream with a line of main and lanes that leave it here and there, or leave another
    lane; some took main in."""
    stream = Stream()
    body = "\n".join(f"line {number}" for number in range(12))
    files: Files = dict.fromkeys(("a", "b", "src/c", "docs/d"), ("100644", body))
    line = [(stream.commit("refs/heads/main", files, [], "base"), files)]
    for number in range(rng.randint(0, 3)):
        files = changed(rng, files)
        mark = stream.commit("refs/heads/main", files, [line[-1][0]], f"main {number}")
        line.append((mark, files))
    lanes = LANES[: rng.randint(2, 4)]
    tips: list[tuple[int, Files]] = []
    for lane in lanes:
        at, mine = rng.choice(tips if tips and rng.random() < 0.2 else line)
        for number in range(rng.randint(1, 3)):
            mine = changed(rng, mine)
            at = stream.commit(f"refs/heads/{lane}/work", mine, [at], f"{lane} {number}")
        if rng.random() < 0.15:
            other, theirs = line[-1]
            mine = {**theirs, **mine}
            at = stream.commit(f"refs/heads/{lane}/work", mine, [at, other], "took main in")
        tips.append((at, mine))
    return "\n".join([*stream.lines, "done", ""]), lanes


@pytest.fixture
def cockpit(repo: Path) -> Iterator[LocalCockpit]:
    """A cockpit with four started lanes whose folders are gone; main is checked out nowhere."""
    desk = Desk(repo)
    desk.configure(CONFIG % "\n".join(f"  {lane}: {{agent: sh}}" for lane in LANES))
    git(repo, "switch", "-q", "--detach")
    desk.trust()
    cockpit = desk.cockpit()
    base = cockpit.work.git.resolve("main")
    assert base is not None
    for lane in LANES:
        gone = repo.parent / f"gone-{lane}"
        ref = branch_ref(f"{lane}/work")
        record = LaneRecord(lane, ref, gone, gone / "admin", base, "sh", OpId(f"1-start-{lane}"))
        cockpit.work.registry.put(record)
    yield cockpit
    cockpit.close()


def plain(scratch: Path, lanes: list[LaneId], onto: str = "main") -> list[str]:
    """The tree after each lane's merge by plain git, empty where it conflicts or is no news."""
    trees = []
    git(scratch, "checkout", "-q", "--force", "--detach", onto)
    before = git(scratch, "rev-parse", "HEAD^{tree}").strip()
    for lane in lanes:
        argv = ["git", "-C", str(scratch), "merge", "-q", "--no-ff", "--no-edit", f"{lane}/work"]
        if subprocess.run(argv, capture_output=True, check=False).returncode:
            git(scratch, "reset", "-q", "--hard")
            git(scratch, "clean", "-qfdx")
            trees.append("")
            continue
        tree = git(scratch, "rev-parse", "HEAD^{tree}").strip()
        trees.append(tree if tree != before else "")
        before = tree
    return trees


def built(cars: tuple[Car, ...]) -> list[str]:
    return [
        str(car.preview.tree) if car.state is CarState.READY and car.preview else "" for car in cars
    ]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_train_is_git_merge_in_sequence(cockpit: LocalCockpit, tmp_path: Path) -> None:
    root, scratch = cockpit.root, tmp_path / "plain"
    git(root, "worktree", "add", "-q", "--detach", str(scratch))
    conflicts = 0
    squashing = _squashing(cockpit)
    undone: list[str] = []
    for seed in range(HISTORIES):
        stream, lanes = history(random.Random(seed))
        git(root, "fast-import", "--quiet", "--force", "--done", stdin=stream)
        wanted = plain(scratch, lanes)
        train = train_plan.plan(cockpit.work, lanes, named=True)
        assert built(train.cars) == wanted, f"history {seed}"
        reasons = {car.aside for car in train.cars if car.state is CarState.ASIDE}
        assert reasons <= {Aside.CONFLICT, Aside.CHECKS}
        conflicts += sum(car.aside is Aside.CONFLICT for car in train.cars)
        if len(undone) < RUNS and sum(map(bool, wanted)) > 2:
            one = squashing if len(undone) % 2 else cockpit
            undone += _run(one, scratch, lanes, wanted, random.Random(seed))
    assert conflicts > HISTORIES / 4
    assert len(undone) == RUNS and {"clean", "refused"} <= set(undone), undone


def _squashing(cockpit: LocalCockpit) -> LocalCockpit:
    config = cockpit.work.config
    squash = replace(config, merge=replace(config.merge, how=How.SQUASH))
    return LocalCockpit(replace(cockpit.work, config=squash))


def _run(
    cockpit: LocalCockpit, scratch: Path, lanes: list[LaneId], wanted: list[str], rng: random.Random
) -> list[str]:
    """Really, then one landing is taken back. What is on the target afterwards is what plain
    git made, commit by commit; and then what it makes of the train without that car. Returns
    what became of the undoing."""
    old = git(cockpit.root, "rev-parse", "main").strip()
    outcome = cockpit.carry_out(RunTrain(tuple(lanes)), _nobody, by="test")
    trees = git(cockpit.root, "log", "--reverse", "--first-parent", "--format=%T", f"{old}..main")
    assert trees.split() == [tree for tree in wanted if tree]
    landed = [LaneId(lane) for lane in outcome.data["landed"]]
    if not landed:
        return []
    car = rng.choice(landed)
    seq = next(one["seq"] for one in outcome.data["cars"] if one["lane"] == car)
    git(cockpit.root, "update-ref", "refs/heads/before", old)
    without = plain(scratch, [lane for lane in landed if lane != car], "before")
    git(cockpit.root, "update-ref", "-d", "refs/heads/before")
    before = git(cockpit.root, "rev-parse", f"{old}^{{tree}}").strip()
    wanted_now = next((tree for tree in reversed(without) if tree), before)
    return [_undone(cockpit, seq, wanted_now, unlike="" in without)]


def _undone(cockpit: LocalCockpit, seq: int, wanted: str, *, unlike: bool) -> str:
    """`unlike`: without the car another one conflicts or brings nothing."""
    before = git(cockpit.root, "rev-parse", "main").strip()
    shown = cockpit.preview_undo(seq)
    if shown.in_the_way:
        assert any(hunk.blocks for hunk in shown.shared), shown.in_the_way
        with pytest.raises(Refused):
            cockpit.carry_out(Undo(seq), _nobody, by="test")
        assert git(cockpit.root, "rev-parse", "main").strip() == before
        return "refused"
    cockpit.carry_out(Undo(seq), _nobody, by="test")
    now = git(cockpit.root, "rev-parse", "main^{tree}").strip()
    if not shown.shared:
        assert not unlike and now == wanted
    assert git(cockpit.root, "fsck", "--connectivity-only", "--no-dangling") == ""
    return "shared" if shown.shared else "clean"


def _nobody(_event: object) -> None:
    pass
