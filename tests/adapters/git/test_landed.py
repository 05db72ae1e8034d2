"""Whether a lane's content is in the target: by hand-made cases, and on generated histories."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit.adapters.git.repository import GitRepository, open_repository
from cockpit.domain.ids import CommitId
from tests.adapters.git.conftest import Lane, commit_all, tip
from tests.conftest import git

# ---------------------------------------------------------------- by hand


def left(
    opened: GitRepository, of: CommitId, target: CommitId, *, landed_on: CommitId | None = None
) -> list[str]:
    lines = opened.history.unmerged(of, target, landed_on=landed_on)
    return [line.subject for line in lines]


@dataclass
class Bench:
    """A lane with commits `one` (a file), `two` (the same lines again) and `three` (another
    file), and the target."""

    repo: Path
    folder: Path
    git: GitRepository

    def write(self, where: Path, path: str, text: str, message: str) -> CommitId:
        (where / path).write_text(text)
        return commit_all(where, message)

    @property
    def left(self) -> list[str]:
        return left(self.git, tip(self.folder), tip(self.repo))

    def theirs(self, path: str = "x", text: str = "x\n") -> CommitId:
        return self.write(self.repo, path, text, "theirs")

    def squash(self, rev: str = "alpha/work") -> None:
        git(self.repo, "merge", "-q", "--squash", rev)
        commit_all(self.repo, "squashed")


@pytest.fixture
def bench(repo: Path, opened: GitRepository, lane: Lane) -> Bench:
    made = Bench(repo, lane().path, opened)
    made.write(made.folder, "src/api.py", "def answer():\n    return 43\n", "one")
    made.write(made.folder, "src/api.py", "def answer():\n    return 44\n", "two")
    made.write(made.folder, "three", "3\n", "three")
    return made


def test_part_of_a_lane_squashed_and_the_target_moved_on_over_it(bench: Bench) -> None:
    bench.theirs()
    bench.squash("alpha/work~1")
    bench.theirs("src/api.py", "def answer():\n    return 45\n")
    assert bench.left == ["three"]


def test_two_squashes_one_after_the_other(bench: Bench) -> None:
    bench.squash("alpha/work~1")
    bench.theirs("src/api.py", "def answer():\n    return 45\n")
    git(bench.repo, "cherry-pick", "alpha/work")
    bench.theirs("three", "33\n")
    assert bench.left == []
    bench.write(bench.folder, "four", "4\n", "four")
    assert bench.left == ["four"]


def test_a_squash_after_a_sync(bench: Bench) -> None:
    bench.theirs()
    git(bench.folder, "merge", "-q", "--no-edit", "main")
    bench.squash()
    bench.theirs("src/api.py", "def answer():\n    return 45\n")
    assert bench.left == []


@pytest.mark.parametrize("how", ["merge", "squash", "pick"])
def test_a_landing_that_was_taken_back(bench: Bench, how: str) -> None:
    if how == "merge":
        git(bench.repo, "merge", "-q", "--no-ff", "--no-edit", "alpha/work")
        git(bench.repo, "revert", "--no-edit", "-m", "1", "HEAD")
    elif how == "squash":
        bench.squash()
        git(bench.repo, "revert", "--no-edit", "HEAD")
    else:
        bench.theirs()
        git(bench.repo, "cherry-pick", "alpha/work~3..alpha/work")
        git(bench.repo, "revert", "--no-edit", "HEAD", "HEAD~1", "HEAD~2")
    assert set(bench.left) == {"three", "two", "one"}
    bench.theirs("src/api.py", "def answer():\n    return 45\n")
    assert set(bench.left) >= {"three"}
    if how != "squash":
        assert set(bench.left) == {"three", "two", "one"}


def test_a_landing_taken_back_and_brought_again(bench: Bench) -> None:
    git(bench.repo, "merge", "-q", "--no-ff", "--no-edit", "alpha/work")
    git(bench.repo, "revert", "--no-edit", "-m", "1", "HEAD")
    git(bench.repo, "revert", "--no-edit", "HEAD")
    assert bench.left == []


def test_one_commit_of_a_landing_taken_back(bench: Bench) -> None:
    git(bench.repo, "merge", "-q", "--no-ff", "--no-edit", "alpha/work")
    git(bench.repo, "rm", "-q", "three")
    commit_all(bench.repo, "not three")
    assert bench.left == ["three"]


def test_a_lane_that_went_on_after_its_landing_was_taken_back(bench: Bench) -> None:
    git(bench.repo, "merge", "-q", "--no-ff", "--no-edit", "alpha/work")
    bench.write(bench.folder, "four", "4\n", "four")
    assert bench.left == ["four"]
    git(bench.repo, "revert", "--no-edit", "-m", "1", "HEAD")
    assert set(bench.left) == {"four", "three", "two", "one"}


def test_commits_that_landed_as_they_are_and_were_taken_back(bench: Bench) -> None:
    """Only who knows where the target stood before can tell."""
    before, landed = tip(bench.repo), tip(bench.folder)
    git(bench.repo, "merge", "-q", "--ff-only", "alpha/work")
    assert left(bench.git, landed, tip(bench.repo), landed_on=before) == []
    git(bench.repo, "revert", "--no-edit", "HEAD", "HEAD~1", "HEAD~2")
    assert bench.left == []
    assert set(left(bench.git, landed, tip(bench.repo), landed_on=before)) == {
        "three",
        "two",
        "one",
    }


def test_a_target_that_only_passed_through(bench: Bench) -> None:
    """A lane without commits of its own loses nothing, whatever the target takes back."""
    git(bench.folder, "reset", "-q", "--hard", "main")
    git(bench.repo, "revert", "--no-edit", "HEAD")
    assert bench.left == []


def test_empty_commits_hold_nothing(bench: Bench) -> None:
    bench.squash()
    git(bench.folder, "commit", "-q", "--allow-empty", "-m", "empty")
    assert bench.left == []


def test_a_lane_that_took_its_own_change_back(bench: Bench) -> None:
    git(bench.folder, "revert", "--no-edit", "HEAD", "HEAD~1", "HEAD~2")
    assert bench.left == []


def test_modes_links_and_binaries_count(bench: Bench) -> None:
    bench.squash()
    (bench.folder / "three").chmod(0o755)
    commit_all(bench.folder, "mode")
    (bench.folder / "link").symlink_to("three")
    commit_all(bench.folder, "link")
    (bench.folder / "bin").write_bytes(bytes(range(256)))
    commit_all(bench.folder, "binary")
    assert bench.left == ["binary", "link", "mode"]
    (bench.repo / "three").chmod(0o755)
    (bench.repo / "bin").write_bytes(bytes(range(256)))
    commit_all(bench.repo, "by hand")
    assert bench.left == ["link"]


def test_a_lane_of_another_history(bench: Bench) -> None:
    git(bench.folder, "checkout", "-q", "--orphan", "other")
    commit_all(bench.folder, "another beginning")
    bench.write(bench.folder, "five", "5\n", "five")
    assert bench.left == ["five", "another beginning"]


def test_many_commits(bench: Bench) -> None:
    lines = [
        f"commit refs/heads/many\ncommitter a <a@b> {n} +0000\ndata 1\nx\n"
        + ("from refs/heads/alpha/work^0\n" if not n else "")
        + f"M 644 inline many-{n % 7}\ndata 5\n{n:05}\n"
        for n in range(300)
    ]
    subprocess.run(
        ["git", "fast-import", "--quiet"], cwd=bench.repo, input="".join(lines).encode(), check=True
    )
    many = tip(bench.repo, "many")
    assert len(left(bench.git, many, tip(bench.repo))) == 200
    bench.squash("many")
    assert left(bench.git, many, tip(bench.repo)) == []


# ---------------------------------------------------------------- generated histories

FILES, SLOTS = 2, 3
Slot = tuple[int, int]
State = dict[Slot, str]

SLOT = st.tuples(st.integers(0, FILES - 1), st.integers(0, SLOTS - 1))
OPS = st.lists(
    st.one_of(
        st.tuples(st.just("work"), SLOT, st.sampled_from("abc")),
        st.tuples(st.just("work"), SLOT, st.sampled_from("abc")),
        st.tuples(st.just("theirs"), SLOT, st.sampled_from("xyz")),
        st.tuples(st.sampled_from(["merge", "squash", "rebase", "sync", "revert", "empty"])),
        st.tuples(st.just("pick"), st.integers(0, 5)),
    ),
    min_size=2,
    max_size=14,
)


def content(state: State, file: int) -> bytes:
    """Slots with so much between them that they never meet."""
    parts = [
        f"{state[file, slot]}\n" + "".join(f"between {slot} {n}\n" for n in range(8))
        for slot in range(SLOTS)
    ]
    return "".join(parts).encode()


@dataclass
class Commit:
    mark: int
    state: State
    parents: tuple[int, ...]
    changed: dict[Slot, tuple[str, str]] = field(default_factory=dict)
    subject: str = ""


class World:
    """A lane and a target as they are by rule: slots merge one by one."""

    def __init__(self) -> None:
        start = {(file, slot): "0" for file in range(FILES) for slot in range(SLOTS)}
        self.commits = [Commit(1, start, ())]
        self.lane = self.target = self.base = self.commits[0]
        self.own: list[Commit] = []
        """The lane's commits since `base`, merges apart."""
        self.written: set[Slot] = set()
        self.landings: list[Commit] = []
        self.history: list[State] = [start]
        self.was_taken_back = self.was_written_over = False

    def _add(self, state: State, subject: str, *parents: Commit) -> Commit:
        before = parents[0].state
        changed = {
            slot: (before[slot], state[slot]) for slot in state if state[slot] != before[slot]
        }
        made = Commit(
            len(self.commits) + 1, dict(state), tuple(one.mark for one in parents), changed, subject
        )
        self.commits.append(made)
        return made

    def _merged(self) -> State | None:
        result = dict(self.target.state)
        for slot, ours in self.target.state.items():
            base, theirs = self.base.state[slot], self.lane.state[slot]
            if theirs not in (base, ours):
                if ours != base:
                    return None
                result[slot] = theirs
        return result

    def do(self, op: tuple[object, ...]) -> None:
        getattr(self, f"do_{op[0]}")(*op[1:])
        self.history.append(self.target.state)

    def do_work(self, slot: Slot, value: str) -> None:
        if self.lane.state[slot] != value:
            self.lane = self._add({**self.lane.state, slot: value}, "work", self.lane)
            self.own.append(self.lane)
            self.written.add(slot)

    def do_empty(self) -> None:
        self.lane = self._add(self.lane.state, "empty", self.lane)

    def do_theirs(self, slot: Slot, value: str) -> None:
        if self.target.state[slot] != value:
            self.was_written_over |= slot in self.written
            self.target = self._add({**self.target.state, slot: value}, "theirs", self.target)

    def do_sync(self) -> None:
        state = self._merged()
        if state is not None and self.target is not self.base:
            ours = dict(self.lane.state)
            for slot, value in state.items():
                ours[slot] = value
            self.lane = self._add(ours, "sync", self.lane, self.target)
            self.base = self.target

    def do_merge(self) -> None:
        state = self._merged()
        if state is not None and self.lane is not self.base:
            self.target = self._add(state, "land", self.target, self.lane)
            self.landings.append(self.target)
            self.base, self.own = self.lane, []

    def do_squash(self) -> None:
        state = self._merged()
        if state is not None and state != self.target.state:
            self.target = self._add(state, "squash", self.target)
            self.landings.append(self.target)

    def do_rebase(self) -> None:
        self._picks(self.own)

    def do_pick(self, which: int) -> None:
        self._picks(self.own[which : which + 1])

    def _picks(self, commits: list[Commit]) -> None:
        state, made = dict(self.target.state), []
        for commit in commits:
            for slot, (old, new) in commit.changed.items():
                if state[slot] == new:
                    continue
                if state[slot] != old:
                    return
                state[slot] = new
                made.append(dict(state))
        for one in made:
            self.target = self._add(one, "pick", self.target)
            self.landings.append(self.target)

    def do_revert(self) -> None:
        """The last landing, if nothing lies over it."""
        if not self.landings:
            return
        landing = self.landings.pop()
        state = dict(self.target.state)
        for slot, (old, new) in landing.changed.items():
            if state[slot] != new:
                return
            state[slot] = old
        if state != self.target.state:
            self.target = self._add(state, "revert", self.target)
            self.was_taken_back = True

    def write(self, repo: Path) -> tuple[CommitId, CommitId]:
        """All commits, in one go; the ids of lane and target."""
        out: list[bytes] = []
        for commit in self.commits:
            out.append(b"commit refs/generated/%d\nmark :%d\n" % (commit.mark, commit.mark))
            out.append(b"committer a <a@b> %d +0000\n" % (1_000_000 + commit.mark))
            out.append(b"data %d\n%b\n" % (len(commit.subject), commit.subject.encode()))
            for number, parent in enumerate(commit.parents):
                out.append(b"%b :%d\n" % (b"merge" if number else b"from", parent))
            for file in range(FILES):
                data = content(commit.state, file)
                out.append(b"M 644 inline file%d\ndata %d\n%b\n" % (file, len(data), data))
        command = ["git", "fast-import", "--quiet", "--force"]
        subprocess.run(command, cwd=repo, input=b"".join(out), check=True)
        names = [f"refs/generated/{one.mark}" for one in (self.lane, self.target)]
        lane, target = git(repo, "rev-parse", *names).split()
        return CommitId(lane), CommitId(target)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("generated") / "project"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    yield root


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(ops=OPS)
def test_merged_means_that_nothing_would_be_lost(
    generated: Path, ops: list[tuple[object, ...]]
) -> None:
    world = World()
    for op in ops:
        world.do(op)
    lane, target = world.write(generated)
    opened = open_repository(generated)
    try:
        says_merged = not opened.history.unmerged(lane, target)
        if says_merged:
            _nothing_is_lost(world, opened, lane, target)
        elif _is_plainly_there(world):
            raise AssertionError("its content is all there, and it was called unmerged")
    finally:
        opened.close()


def _nothing_is_lost(world: World, opened: GitRepository, lane: CommitId, target: CommitId) -> None:
    for slot in world.written:
        wanted = world.lane.state[slot]
        if wanted != world.commits[0].state[slot] and world.target.state[slot] != wanted:
            assert any(state[slot] == wanted for state in world.history), slot
            assert world.was_written_over, f"{slot} was taken back and called merged"
    if not world.was_written_over and not world.was_taken_back:
        outcome = opened.builder.merge(target, lane)
        assert not outcome.conflicts and outcome.tree == opened.tree_of(target)


def _is_plainly_there(world: World) -> bool:
    """Everything that the lane wrote is in the target now, and nobody meddled."""
    if world.was_taken_back or world.was_written_over:
        return False
    return all(world.target.state[slot] == world.lane.state[slot] for slot in world.written)
