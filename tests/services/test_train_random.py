"""Two hundred random histories: what the train builds is what `git merge --no-ff` in sequence
makes, tree by tree, conflicts included. Each twentieth is run as well, and lands just that."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.domain.ids import LaneId, OpId, branch_ref
from cockpit.domain.intents import RunTrain
from cockpit.domain.lane import LaneRecord
from cockpit.domain.train import Aside, Car, CarState
from cockpit.services import train_plan
from cockpit.services.cockpit import LocalCockpit
from tests.conftest import git
from tests.services.conftest import Desk

HISTORIES = 200
RUN_EACH = 20
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
    """A stream with a line of main and lanes that leave it here and there; some took main in."""
    stream = Stream()
    body = "\n".join(f"line {number}" for number in range(12))
    files: Files = dict.fromkeys(("a", "b", "src/c", "docs/d"), ("100644", body))
    line = [(stream.commit("refs/heads/main", files, [], "base"), files)]
    for number in range(rng.randint(0, 3)):
        files = changed(rng, files)
        mark = stream.commit("refs/heads/main", files, [line[-1][0]], f"main {number}")
        line.append((mark, files))
    lanes = LANES[: rng.randint(2, 4)]
    for lane in lanes:
        at, mine = rng.choice(line)
        for number in range(rng.randint(1, 3)):
            mine = changed(rng, mine)
            at = stream.commit(f"refs/heads/{lane}/work", mine, [at], f"{lane} {number}")
        if rng.random() < 0.15:
            other, theirs = line[-1]
            mine = {**theirs, **mine}
            at = stream.commit(f"refs/heads/{lane}/work", mine, [at, other], "took main in")
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


def plain(scratch: Path, lanes: list[LaneId]) -> list[str]:
    """The tree after each lane's merge by plain git, empty where it conflicts or is no news."""
    trees = []
    git(scratch, "checkout", "-q", "--force", "--detach", "main")
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
@pytest.mark.timeout(600)
def test_the_train_is_git_merge_in_sequence(cockpit: LocalCockpit, tmp_path: Path) -> None:
    root, scratch = cockpit.root, tmp_path / "plain"
    git(root, "worktree", "add", "-q", "--detach", str(scratch))
    conflicts = landed = 0
    for seed in range(HISTORIES):
        stream, lanes = history(random.Random(seed))
        git(root, "fast-import", "--quiet", "--force", "--done", stdin=stream)
        wanted = plain(scratch, lanes)
        train = train_plan.plan(cockpit.work, lanes, named=True)
        assert built(train.cars) == wanted, f"history {seed}"
        reasons = {car.aside for car in train.cars if car.state is CarState.ASIDE}
        assert reasons <= {Aside.CONFLICT, Aside.CHECKS}
        conflicts += sum(car.aside is Aside.CONFLICT for car in train.cars)
        if seed % RUN_EACH == 0:
            landed += _run(cockpit, lanes, wanted, train.target_old)
    assert conflicts > HISTORIES / 4 and landed > HISTORIES / RUN_EACH


def _run(cockpit: LocalCockpit, lanes: list[LaneId], wanted: list[str], old: str) -> int:
    """Really; what is on the target afterwards is what plain git made, commit by commit."""
    outcome = cockpit.carry_out(RunTrain(tuple(lanes)), lambda _event: None, by="test")
    trees = git(cockpit.root, "log", "--reverse", "--first-parent", "--format=%T", f"{old}..main")
    assert trees.split() == [tree for tree in wanted if tree]
    return len(outcome.data["landed"])
