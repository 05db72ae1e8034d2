"""Pairs of sides: what plain `git merge-tree` says of each, in far fewer processes."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit.adapters.git import clashes, overlap, parse_radar
from cockpit.adapters.git.clash_hunks import place_of, regions
from cockpit.adapters.git.parse_radar import Range
from cockpit.adapters.git.repository import GitRepository, open_repository
from cockpit.adapters.git.run import Call
from cockpit.domain.change import NULL_MODE, PathChange
from cockpit.domain.clash import ClashPath, Meeting, Snapshot
from cockpit.domain.ids import CommitId
from tests.adapters.git.conftest import Lane, commit_all, tip
from tests.adapters.git.test_snapshot import objects_of, take
from tests.conftest import git

Tree = dict[str, tuple[str, str]]
"""path -> (mode, content)."""


def side(commit: str) -> Snapshot:
    return Snapshot(CommitId(commit), CommitId(commit))


def plain(
    repo: Path, one: str, two: str, env: dict[str, str] | None = None
) -> tuple[str, set[str], bool]:
    """Plain git's tree, its conflicting paths, and whether it stops; the tree is empty when it
    can't merge. It stops without such a path where a file is in the way of a folder's renaming."""
    argv = ["git", "-C", str(repo), "merge-tree", "--write-tree", "--name-only", "-z"]
    done = subprocess.run(
        [*argv, "--no-messages", one, two],
        capture_output=True,
        check=False,
        env={**os.environ, **(env or {})},
    )
    if done.returncode not in (0, 1):
        return "", set(), True
    tree, *paths = done.stdout.split(b"\0")
    return tree.decode(), {os.fsdecode(path) for path in paths if path}, done.returncode == 1


def bare(path: str, *sides: str) -> str:
    """A path without what git appends to one that it moved aside."""
    for commit in sides:
        path = path.partition(f"~{commit}")[0]
    return path


def agrees(meeting: Meeting, one: str, two: str, said: tuple[str, set[str], bool]) -> None:
    tree, paths, stops = said
    if not tree:
        assert meeting.failed
        return
    assert not meeting.failed
    told = {path.path for path in meeting.paths}
    known = told | {also for path in meeting.paths for also in path.also}
    assert bool(told) == stops
    assert {bare(path, one, two) for path in paths} <= known
    if meeting.tree is not None:
        assert meeting.tree == tree


# ---------------------------------------------------------------- random histories

LINES = tuple(f"line {number}\n" for number in range(12))
NAMES = ("a", "b", "d/a", "d/b", "d/e/c", "f/x", "f/y", "g\nh", "-dash", "a/under")
FRESH = ("d/new", "f/new", "d/e/new", "a/new", "b", "g\nh/new")


def _fits(tree: Tree) -> Tree:
    """The tree without files that lie where a folder has to be."""
    folders = {
        "/".join(path.split("/")[:n]) for path in tree for n in range(1, path.count("/") + 1)
    }
    return {path: entry for path, entry in tree.items() if path not in folders}


@st.composite
def changed(draw: st.DrawFn, before: Tree) -> Tree:
    """A tree some steps later."""
    tree = dict(before)
    for _ in range(draw(st.integers(1, 3))):
        tree = _fits(_step(draw, tree))
    return tree


def _step(draw: st.DrawFn, tree: Tree) -> Tree:
    path = draw(st.sampled_from(sorted(tree) or ["a"]))
    mode, content = tree.get(path, ("100644", "".join(LINES)))
    what = draw(
        st.sampled_from(
            ["edit", "edit", "edit", "add", "delete", "rename", "folder", "mode", "link"]
        )
    )
    if what == "edit":
        lines = content.splitlines(keepends=True)
        at = draw(st.integers(0, max(0, len(lines) - 1)))
        lines[at : at + draw(st.integers(0, 2))] = [draw(st.sampled_from(["X\n", "Y\n", "\n"]))]
        return {**tree, path: (mode, "".join(lines))}
    if what == "add":
        fresh = draw(st.sampled_from(FRESH))
        return {**tree, fresh: ("100644", draw(st.sampled_from(["".join(LINES), "new\n", "z\0"])))}
    rest = {name: entry for name, entry in tree.items() if name != path}
    if what == "delete":
        return rest
    if what == "rename":
        return {**rest, draw(st.sampled_from(NAMES)): (mode, content)}
    if what == "mode":
        return {**rest, path: ("100755" if mode == "100644" else "100644", content)}
    if what == "link":
        return {**rest, path: ("120000", draw(st.sampled_from(["a", "b"])))}
    old, new = draw(st.permutations(["d/", "f/", "n/"]))[:2]
    return {
        (new + name[len(old) :] if name.startswith(old) else name): entry
        for name, entry in tree.items()
    }


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[Tree, list[int]]]:
    """Commits as (tree, parents); the last four are the sides."""
    base: Tree = {name: ("100644", f"{name!r}\n" + "".join(LINES)) for name in NAMES}
    commits: list[tuple[Tree, list[int]]] = [(_fits(base), [])]
    for _ in range(draw(st.integers(4, 7))):
        parents = draw(st.lists(st.integers(0, len(commits) - 1), min_size=1, max_size=2))
        parents = list(dict.fromkeys(parents))
        commits.append((draw(changed(commits[parents[0]][0])), parents))
    return commits


def write(repo: Path, commits: Sequence[tuple[Tree, list[int]]]) -> list[str]:
    """The commits in a repository; their ids."""
    stream = b""
    for number, (tree, parents) in enumerate(commits):
        stream += b"commit refs/heads/c%d\nmark :%d\n" % (number, number + 1)
        stream += b"committer A <a@b> %d +0000\ndata 1\nx\n" % (1_000_000 + number)
        for place, parent in enumerate(parents):
            stream += b"%s :%d\n" % (b"merge" if place else b"from", parent + 1)
        stream += b"deleteall\n"
        for path, (mode, content) in tree.items():
            quoted = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            stream += f'M {mode} inline "{quoted}"\n'.encode()
            stream += b"data %d\n%s\n" % (len(content.encode()), content.encode())
    marks = repo / "marks"
    subprocess.run(
        ["git", "-C", str(repo), "fast-import", "--quiet", "--force", f"--export-marks={marks}"],
        input=stream,
        check=True,
        timeout=60,
    )
    ids = dict(line.split() for line in marks.read_text().splitlines())
    return [ids[f":{number + 1}"] for number in range(len(commits))]


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    repo = tmp_path / "random"
    repo.mkdir()
    git(repo, "init", "-q")
    git(repo, "config", "gc.auto", "0")
    return repo


@settings(
    max_examples=35,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(commits=histories(), whole=st.booleans())
def test_pairs_are_what_plain_git_says(
    empty: Path, commits: list[tuple[Tree, list[int]]], whole: bool
) -> None:
    ids = write(empty, commits)[-4:]
    opened = open_repository(empty)
    try:
        pairs = [(side(one), side(two)) for one, two in itertools.combinations(ids, 2)]
        before = objects_of(empty)
        meetings = opened.scout.meetings(pairs if whole else pairs[:3])
        assert objects_of(empty) == before
    finally:
        opened.close()
    for (one, two), meeting in zip(pairs, meetings, strict=False):
        agrees(meeting, one.commit, two.commit, plain(empty, one.commit, two.commit))


# ---------------------------------------------------------------- worktrees


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_uncommitted_work_counts_as_if_it_were_committed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    repo = tmp_path_factory.mktemp("trees") / "main"
    repo.mkdir()
    git(repo, "init", "-q")
    base = _fits({name: ("100644", f"{name!r}\n" + "".join(LINES)) for name in NAMES})
    lay_out(repo, {}, base)
    commit_all(repo)
    folders = []
    for number in range(3):
        folder = repo.parent / f"lane{number}"
        git(repo, "worktree", "add", "-q", "-b", f"l{number}", str(folder))
        middle = data.draw(changed(base))
        lay_out(folder, base, middle)
        if data.draw(st.booleans()):
            commit_all(folder)
        lay_out(folder, middle, data.draw(changed(middle)))
        if data.draw(st.booleans()):
            git(folder, "add", "-A")
        folders.append(folder)
    opened = open_repository(repo)
    try:
        taken = [take(opened, folder) for folder in folders]
        pairs = list(itertools.combinations(range(3), 2))
        meetings = opened.scout.meetings([(taken[one], taken[two]) for one, two in pairs])
    finally:
        opened.close()
    commits = [commit_all_of(folder) for folder in folders]
    for (one, two), meeting in zip(pairs, meetings, strict=True):
        said = plain(repo, commits[one], commits[two])
        assert bool(meeting.paths) == said[2]


def commit_all_of(folder: Path) -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "all")
    return tip(folder)


def lay_out(folder: Path, before: Tree, after: Tree) -> None:
    for path in before.keys() - after.keys():
        (folder / path).unlink(missing_ok=True)
    for top, _, _ in os.walk(folder, topdown=False):
        if ".git" not in top and top != str(folder) and not os.listdir(top):
            os.rmdir(top)
    for path, (mode, content) in after.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.is_symlink() or file.exists():
            file.unlink()
        if mode == "120000":
            file.symlink_to(content)
        else:
            file.write_text(content)
            file.chmod(0o755 if mode == "100755" else 0o644)


# ---------------------------------------------------------------- kinds and hunks


@pytest.fixture
def two_sides(opened: GitRepository, lane: Lane) -> tuple[Path, Path]:
    return lane("alpha").path, lane("beta").path


def meet(opened: GitRepository, one: Path, two: Path) -> Meeting:
    return opened.scout.meetings([(take(opened, one), take(opened, two))])[0]


def kinds(meeting: Meeting) -> dict[str, str]:
    return {path.path: path.kind for path in meeting.paths}


def test_kinds_are_told_in_gits_words(opened: GitRepository, two_sides: tuple[Path, Path]) -> None:
    one, two = two_sides
    (one / "src" / "api.py").write_text("one\n")
    (two / "src" / "api.py").write_text("two\n")
    (one / "src" / "auth.py").write_text("changed\n")
    (two / "src" / "auth.py").unlink()
    (one / "fresh").write_text("one\n")
    (two / "fresh").write_text("two\n")
    (one / "bin").write_bytes(b"\0one")
    (two / "bin").write_bytes(b"\0two")
    (one / "place").write_text("a file\n")
    (two / "place").mkdir()
    (two / "place" / "file").write_text("x\n")
    (one / "link").symlink_to("a")
    (two / "link").symlink_to("b")
    git(one, "mv", "docs/guide.md", "docs/one.md")
    git(two, "mv", "docs/guide.md", "docs/two.md")
    meeting = meet(opened, one, two)
    assert kinds(meeting) == {
        "bin": "binary",
        "docs/guide.md": "rename/rename",
        "fresh": "add/add",
        "link": "add/add",
        "place": "file/directory",
        "src/api.py": "content",
        "src/auth.py": "modify/delete",
    }
    renamed = next(path for path in meeting.paths if path.kind == "rename/rename")
    assert set(renamed.also) == {"docs/one.md", "docs/two.md"}


def test_a_submodule_that_both_moved_stops_no_other_pair(
    opened: GitRepository, lane: Lane, two_sides: tuple[Path, Path]
) -> None:
    """git 2.38 to 2.42 writes its advice between two answers, not as one of their messages."""
    one, two = two_sides
    for folder, link in ((one, "1" * 40), (two, "2" * 40)):
        git(folder, "update-index", "--add", "--cacheinfo", f"160000,{link},vendor")
        git(folder, "commit", "-q", "-m", "vendor")
        (folder / "vendor").mkdir()
        (folder / "src" / "api.py").write_text(f"{link}\n")
    third = lane("gamma").path
    (third / "src" / "api.py").write_text("three\n")
    sides = [take(opened, folder) for folder in (one, two, third)]
    meetings = opened.scout.meetings(list(itertools.combinations(sides, 2)))
    assert [kinds(meeting) for meeting in meetings] == [
        {"src/api.py": "content", "vendor": "submodule"},
        {"src/api.py": "content"},
        {"src/api.py": "content"},
    ]
    paths = opened.scout.clash_paths(sides[0], sides[1])
    assert [(path.path, len(path.hunks)) for path in paths] == [("src/api.py", 1), ("vendor", 0)]


def test_a_file_that_comes_into_a_renamed_folder_is_seen(
    opened: GitRepository, two_sides: tuple[Path, Path]
) -> None:
    """No path of the two sides meets, and plain git still stops."""
    one, two = two_sides
    git(one, "mv", "src", "lib")
    (two / "src" / "new.py").write_text("new\n")
    assert kinds(meet(opened, one, two)) == {"lib/new.py": "file location"}


def test_hostile_names_come_back_byte_by_byte(
    opened: GitRepository, two_sides: tuple[Path, Path]
) -> None:
    one, two = two_sides
    names = [b"-rf", b"new\nline", b'qu"ote', b"\xff\xfe", b"tab\t", b"x~" + b"0" * 40]
    for name in names:
        (one / os.fsdecode(name)).write_bytes(b"one\n")
        (two / os.fsdecode(name)).write_bytes(b"two\n")
    pair = take(opened, one), take(opened, two)
    paths = opened.scout.clash_paths(*pair)
    assert {os.fsencode(path.path) for path in paths} == set(names)
    assert all(len(path.hunks) == 1 for path in paths)


def numbered(count: int) -> list[str]:
    return [f"line {number}" for number in range(1, count + 1)]


def hunks_of(opened: GitRepository, one: Path, two: Path) -> list[tuple[int, int, int, int]]:
    (path,) = opened.scout.clash_paths(take(opened, one), take(opened, two))
    return [(hunk.start, hunk.count, hunk.other_start, hunk.other_count) for hunk in path.hunks]


def test_hunks_are_lines_of_each_side(opened: GitRepository, two_sides: tuple[Path, Path]) -> None:
    one, two = two_sides
    for folder in (one, two):
        (folder / "long").write_text("\n".join(numbered(40)) + "\n")
    base = commit_all(one, "long")
    git(two, "reset", "-q", "--hard", base)
    mine = numbered(40)
    mine[0:0] = ["mine above"] * 3
    mine[mine.index("line 10")] = "mine 10"
    mine[mine.index("line 20") : mine.index("line 22")] = ["mine 20"]
    mine[mine.index("line 30")] = "=======\nmine 30"
    theirs = numbered(40)
    del theirs[4:6]
    theirs[theirs.index("line 10")] = "theirs 10\nmore"
    theirs[theirs.index("line 20") : theirs.index("line 22")] = []
    theirs[theirs.index("line 30")] = "theirs 30"
    theirs.append("theirs below")
    (one / "long").write_text("\n".join(mine) + "\n")
    (two / "long").write_text("\n".join(theirs) + "\n")
    (path,) = opened.scout.clash_paths(take(opened, one), take(opened, two))
    first, second, third = path.hunks
    assert (first.start, first.count, first.lines) == (13, 1, ("mine 10",))
    assert (first.other_start, first.other_count) == (8, 2)
    assert first.other_lines == ("theirs 10", "more")
    assert (second.start, second.count, second.other_count) == (23, 1, 0)
    assert second.other_start == 19
    assert (third.start, third.other_start) == (32, 27)
    assert path.turned().hunks[0].lines == ("theirs 10", "more")


def test_the_last_line_without_its_end(opened: GitRepository, two_sides: tuple[Path, Path]) -> None:
    one, two = two_sides
    (one / "README.md").write_text("# One")
    (two / "README.md").write_text("# Two")
    assert hunks_of(opened, one, two) == [(1, 1, 1, 1)]


def test_no_hunks_where_there_are_no_lines(
    opened: GitRepository, two_sides: tuple[Path, Path]
) -> None:
    one, two = two_sides
    (one / "bin").write_bytes(b"\0one")
    (two / "bin").write_bytes(b"\0two")
    paths = opened.scout.clash_paths(take(opened, one), take(opened, two))
    assert paths == (ClashPath("bin", "binary"),)


def test_lanes_that_go_together_have_no_paths(
    opened: GitRepository, two_sides: tuple[Path, Path]
) -> None:
    one, two = two_sides
    (one / "one").write_text("x")
    (two / "src" / "api.py").write_text("x")
    assert opened.scout.clash_paths(take(opened, one), take(opened, two)) == ()
    assert meet(opened, one, two) == Meeting(brings=True)


def test_a_repository_with_long_ids(tmp_path: Path) -> None:
    repo = tmp_path / "long"
    repo.mkdir()
    git(repo, "init", "-q", "--object-format=sha256")
    (repo / "f").write_text("base\n")
    commit_all(repo)
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        git(repo, "worktree", "add", "-q", "-b", folder.name, str(folder))
        (folder / "f").write_text(f"{folder.name}\n")
    opened = open_repository(repo)
    try:
        assert kinds(meet(opened, *folders)) == {"f": "content"}
        assert hunks_of(opened, *folders) == [(1, 1, 1, 1)]
    finally:
        opened.close()


# ---------------------------------------------------------------- processes, failures


def test_fifteen_lanes_take_one_merging_process(opened: GitRepository, lane: Lane) -> None:
    lanes = [lane(f"lane{number}").path for number in range(15)]
    for number, folder in enumerate(lanes):
        (folder / f"own{number}").write_text("x")
        if number % 3 == 0:
            (folder / "README.md").write_text(f"{number}\n")
    taken = [take(opened, folder) for folder in lanes]
    pairs = list(itertools.combinations(taken, 2))
    calls: list[Call] = []
    opened.door.observers.append(calls.append)
    before = objects_of(lanes[0])
    meetings = opened.scout.meetings(pairs)
    assert objects_of(lanes[0]) == before
    assert sum("merge-tree" in call.argv for call in calls) == 1
    assert len(calls) <= 4
    assert sum(bool(meeting.paths) for meeting in meetings) == 10  # five lanes, all pairs
    merged = [meeting for meeting in meetings if meeting.tree is not None]
    assert len(merged) == 10


def test_a_pair_without_common_history_stops_no_other(
    opened: GitRepository, two_sides: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = two_sides
    alone = git(one, "commit-tree", "HEAD^{tree}", "-m", "alone").strip()
    (one / "src" / "api.py").write_text("one\n")
    (two / "src" / "api.py").write_text("two\n")
    mine, other = take(opened, one), take(opened, two)
    pairs = [(mine, side(alone)), (mine, other), (side(alone), other)]
    for limit in (5_000, 0):  # known from the graph, and found out by merging
        monkeypatch.setattr(clashes, "MOST_COMMITS", limit)
        opened.scout._pairs._graph = (frozenset(), None)
        first, second, third = opened.scout.meetings(pairs)
        assert first.failed
        assert third.failed
        assert kinds(second) == {"src/api.py": "content"}


def test_a_commit_that_is_gone_is_an_error_and_no_clean_pair(opened: GitRepository) -> None:
    gone = side("1" * 40)
    with pytest.raises(Exception, match="failed"):
        opened.scout.meetings([(gone, side(tip(opened.common_dir.parent)))])


# ---------------------------------------------------------------- pure


def _touch(*paths: str, add: str = "", delete: str = "") -> overlap.Touched:
    changes = [PathChange(path, "100644", "100644", "1" * 40, "2" * 40) for path in paths]
    if add:
        changes.append(PathChange(add, NULL_MODE, "100644", "0" * 40, "2" * 40))
    if delete:
        changes.append(PathChange(delete, "100644", NULL_MODE, "1" * 40, "0" * 40))
    return overlap.touched(changes)


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (_touch("a"), _touch("b"), False),
        (_touch("a"), _touch("a"), True),
        (_touch("d/a"), _touch("d/b"), False),
        (_touch("d"), _touch("d/b"), True),
        (_touch("d/b"), _touch("d"), True),
        (_touch("d/e/f"), _touch("d"), True),
        (_touch("dd/b"), _touch("d"), False),
        (_touch(add="n"), _touch("x", delete="o"), True),
        (_touch("x", delete="o"), _touch(add="n"), True),
        (_touch(add="n"), _touch(add="m"), False),
        (_touch(delete="n"), _touch(delete="m"), False),
        (_touch(), _touch(add="n", delete="m"), False),
    ],
)
def test_who_may_meet(one: overlap.Touched, two: overlap.Touched, expected: bool) -> None:
    assert overlap.may_meet(one, two) is expected


def test_merge_bases_of_a_criss_cross() -> None:
    parents = {
        "left": ("a", "b"),
        "right": ("b", "a"),
        "a": ("root",),
        "b": ("root",),
    }
    ancestry = overlap.Ancestry(parents, ["left", "right"], "root")
    assert sorted(ancestry.bases("left", "right")) == ["a", "b"]
    assert ancestry.bases("left", "left") == ["left"]
    assert overlap.Ancestry({"x": (), "y": ()}, ["x", "y"], None).bases("x", "y") == []


def test_a_merge_that_is_cut_short_is_left_out() -> None:
    whole = b"1\0" + b"a" * 40 + b"\0\0\0"
    assert len(parse_radar.pair_merges(whole * 2)) == 2
    for length in range(len(whole)):
        assert len(parse_radar.pair_merges(whole + whole[:length])) == 1


def test_only_markers_with_the_sides_ids_count() -> None:
    one, two = "1" * 40, "2" * 40
    text = f"<<<<<<< other\n=======\n<<<<<<< {one}:a b\nx\n=======\n>>>>>>> {one}\ny\n>>>>>>> {two}"
    assert [
        (found.opening, found.separator, found.closing)
        for found in regions(text.encode().split(b"\n"), one, two)
    ] == [(3, 5, 8)]


def test_places_in_a_side() -> None:
    ranges = [Range(3, 1, 2, 0), Range(5, 0, 4, 2), Range(10, 3, 10, 0)]
    assert place_of(2, ranges) == 2
    assert place_of(3, ranges) == 3
    assert place_of(5, ranges) == 4
    assert place_of(6, ranges) == 7
    assert place_of(11, ranges) == 11


def test_ids_in_the_place_of_paths_are_paths() -> None:
    name = b"c" * 40
    out = b"a" * 40 + b"\0:100644 100644 " + b"1" * 40 + b" " + b"2" * 40 + b" M\0" + name + b"\0"
    (changes, none) = parse_radar.grouped_changes(out + b"b" * 40 + b"\0", 2)
    assert [change.path for change in changes] == ["c" * 40]
    assert none == []
