"""What is seen of a lane: facts, dirty paths, holdings, the diff; and that looking never
disturbs the agent."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from cockpit.adapters.git.repository import GitRepository
from cockpit.adapters.git.run import Call
from cockpit.domain.change import Layer
from cockpit.domain.ids import BlobId, RefName
from cockpit.errors import TimedOut, Unavailable
from tests.adapters.git.conftest import MAIN, Lane, commit_all, tip
from tests.conftest import git

ODD = [
    "new\nline",
    'q"uote',
    "-rf",
    "#(touch x)",
    "ünï",
    " blank ",
    "tab\there",
    "*",
    ":(exclude)*",
    "[a-z]",
    os.fsdecode(b"\xff\xfe"),
]


def index_state(admin: Path) -> tuple[int, int, bytes]:
    seen = (admin / "index").stat()
    return seen.st_ino, seen.st_mtime_ns, (admin / "index").read_bytes()


def test_facts_of_a_lane_in_every_layer(repo: Path, opened: GitRepository, lane: Lane) -> None:
    info = lane()
    clean = opened.facts(info.path, MAIN)
    assert (clean.ahead, clean.behind, clean.dirty, clean.files) == (0, 0, 0, 0)
    assert clean.branch == "refs/heads/alpha/work"
    (info.path / "src" / "api.py").write_text("def answer():\n    return 43\n")
    commit_all(info.path)
    (repo / "README.md").write_text("# Moved on\n")
    commit_all(repo)
    (info.path / "src" / "api.py").write_text("def answer():\n    return 44\n    # more\n")
    (info.path / "src" / "auth.py").unlink()
    (info.path / "new.txt").write_text("1\n2\n3")
    (info.path / "bin").write_bytes(b"\0\1\n\n")
    (info.path / "staged").write_text("x\n")
    git(info.path, "add", "staged")
    (info.path / ".env").write_text("SECRET\n")
    facts = opened.facts(info.path, MAIN)
    assert (facts.head, facts.ahead, facts.behind) == (tip(info.path), 1, 1)
    assert facts.dirty == 5
    assert facts.files == 5
    assert facts.added == 2 + 3 + 1
    assert facts.removed == 1 + 2
    assert facts.outside == ()


def test_a_change_that_was_taken_back_counts_as_none(opened: GitRepository, lane: Lane) -> None:
    info = lane()
    before = (info.path / "README.md").read_text()
    (info.path / "README.md").write_text("changed\n")
    commit_all(info.path)
    (info.path / "README.md").write_text(before)
    facts = opened.facts(info.path, MAIN)
    assert (facts.ahead, facts.dirty, facts.files, facts.added) == (1, 1, 0, 0)


def test_many_changed_files_and_a_detached_head(opened: GitRepository, lane: Lane) -> None:
    info = lane()
    for number in range(250):
        (info.path / f"f{number}").write_text("x\n")
    commit_all(info.path)
    for number in range(250):
        (info.path / f"f{number}").write_text("y\n")
    git(info.path, "checkout", "-q", "--detach")
    facts = opened.facts(info.path, MAIN)
    assert (facts.branch, facts.dirty, facts.files, facts.added) == (None, 250, 250, 250)


def test_without_a_target_only_the_worktree_counts(opened: GitRepository, lane: Lane) -> None:
    info = lane()
    (info.path / "README.md").write_text("changed\n")
    facts = opened.facts(info.path, RefName("refs/heads/none"))
    assert (facts.ahead, facts.behind, facts.dirty, facts.files) == (0, 0, 1, 1)


def test_without_common_history(repo: Path, opened: GitRepository, lane: Lane) -> None:
    info = lane()
    git(info.path, "checkout", "-q", "--orphan", "island")
    commit_all(info.path, "island")
    facts = opened.facts(info.path, MAIN)
    assert (facts.ahead, facts.behind) == (1, 2)
    assert opened.review.diff(info.path, MAIN).base == ""


def test_odd_names_everywhere(opened: GitRepository, lane: Lane) -> None:
    info = lane()
    for name in ODD:
        (info.path / name).write_text("1\n")
    assert opened.dirty_paths(info.path) == sorted(ODD)
    assert opened.facts(info.path, MAIN).added == len(ODD)
    untracked = {file.path: file for file in opened.review.diff(info.path, MAIN).files}
    assert set(untracked) == set(ODD)
    assert {file.layer for file in untracked.values()} == {Layer.UNTRACKED}
    commit_all(info.path)
    for name in ODD:
        (info.path / name).write_text("2\n")
    (info.path / "README.md").write_text("# Changed\n")
    facts = opened.facts(info.path, MAIN)
    assert (facts.files, facts.dirty) == (len(ODD) + 1, len(ODD) + 1)
    assert facts.added == len(ODD) + 1
    git(info.path, "checkout", "-q", "README.md")
    files = opened.review.diff(info.path, MAIN).files
    assert sorted((file.layer, file.path) for file in files) == sorted(
        (layer, name) for layer in (Layer.COMMITTED, Layer.UNSTAGED) for name in ODD
    )
    assert all(file.body.startswith("@@ ") for file in files)
    base = opened.read_ref(MAIN)
    assert base is not None
    assert sorted(c.path for c in opened.changes(base, tip(info.path))) == sorted(ODD)


def test_the_diff_by_layer(opened: GitRepository, lane: Lane) -> None:
    info = lane()
    (info.path / "src" / "api.py").write_text("def answer():\n    return 43\n")
    git(info.path, "mv", "docs/guide.md", "docs/manual.md")
    first = commit_all(info.path, "answer\n\nbody")
    (info.path / "README.md").write_text("# Staged\n")
    git(info.path, "add", "README.md")
    (info.path / "README.md").write_text("# Staged\nand more\n")
    (info.path / "new.txt").write_text("one\ntwo")
    (info.path / "empty").write_text("")
    (info.path / "blob").write_bytes(b"a\0b")
    diff = opened.review.diff(info.path, MAIN)
    assert (diff.head, diff.base) == (first, opened.read_ref(MAIN))
    assert [commit.subject for commit in diff.commits] == ["answer"]
    found = {(f.layer, f.path): f for f in diff.files}
    moved = found[Layer.COMMITTED, "docs/manual.md"]
    assert (moved.status, moved.old_path) == ("R", "docs/guide.md")
    changed = found[Layer.COMMITTED, "src/api.py"]
    assert (changed.added, changed.removed, changed.status) == (1, 1, "M")
    assert "+    return 43" in changed.body
    assert found[Layer.STAGED, "README.md"].body.endswith("+# Staged\n")
    assert "+and more" in found[Layer.UNSTAGED, "README.md"].body
    new = found[Layer.UNTRACKED, "new.txt"]
    assert new.body == "@@ -0,0 +1,2 @@\n+one\n+two\n\\ No newline at end of file\n"
    assert (new.added, new.status) == (2, "A")
    assert (found[Layer.UNTRACKED, "empty"].added, found[Layer.UNTRACKED, "blob"].added) == (
        0,
        None,
    )


def test_attributes_of_a_lane_hide_nothing(opened: GitRepository, lane: Lane) -> None:
    info = lane()
    (info.path / ".gitattributes").write_text("*.py -diff binary\n*.md diff=x\n")
    (info.path / "src" / "api.py").write_text("import os; os.system('evil')\n")
    (info.path / "picture").write_bytes(bytes(range(256)) * 10)
    commit_all(info.path)
    files = {file.path: file for file in opened.review.diff(info.path, MAIN).files}
    assert "evil" in files["src/api.py"].body
    assert files["src/api.py"].added == 1
    assert (files["picture"].added, files["picture"].body) == (None, "")
    assert opened.facts(info.path, MAIN).added == 1 + 2
    (info.path / "src" / "auth.py").write_text("more evil\n")
    unstaged = [f for f in opened.review.diff(info.path, MAIN).files if f.layer is Layer.UNSTAGED]
    assert [(f.path, f.added) for f in unstaged] == [("src/auth.py", 1)]
    assert "more evil" in unstaged[0].body
    assert opened.facts(info.path, MAIN).added == 1 + 2 + 1


def test_a_huge_file_is_cut_and_says_so(opened: GitRepository, lane: Lane) -> None:
    info = lane()
    (info.path / "big").write_text("line of some length\n" * 60_000)
    (info.path / "z").write_text("small\n")
    untracked = {file.path: file for file in opened.review.diff(info.path, MAIN).files}
    assert untracked["big"].truncated and len(untracked["big"].body) < 300_000
    commit_all(info.path)
    committed = {file.path: file for file in opened.review.diff(info.path, MAIN).files}
    assert committed["big"].truncated and committed["big"].added == 60_000
    assert not committed["z"].truncated


def test_special_files_are_not_opened(opened: GitRepository, lane: Lane) -> None:
    info = lane()
    os.mkfifo(info.path / "pipe")
    (info.path / "zero").symlink_to("/dev/zero")
    facts = opened.facts(info.path, MAIN)
    assert facts.dirty >= 1
    files = {file.path: file for file in opened.review.diff(info.path, MAIN).files}
    assert files["zero"].body == "@@ -0,0 +1 @@\n+/dev/zero\n\\ No newline at end of file\n"
    assert "pipe" not in files
    assert opened.holdings(info.path).untracked_count >= 1
    git(info.path, "add", "zero")
    staged = {file.path: file for file in opened.review.diff(info.path, MAIN).files}
    assert staged["zero"].body == files["zero"].body, "as git shows it"


def test_holdings_list_what_git_hides(opened: GitRepository, lane: Lane) -> None:
    info = lane()
    git(info.path, "config", "status.showUntrackedFiles", "no")
    (info.path / "README.md").write_text("changed\n")
    git(info.path, "update-index", "--assume-unchanged", "src/api.py")
    (info.path / "src" / "api.py").write_text("hidden\n")
    git(info.path, "update-index", "--skip-worktree", "src/auth.py")
    (info.path / "src" / "auth.py").write_text("hidden too\n")
    git(info.path, "update-index", "--assume-unchanged", "docs/guide.md")
    (info.path / "notes").mkdir()
    (info.path / "notes" / "a").write_text("12345")
    (info.path / "build" / "deep").mkdir(parents=True)
    (info.path / "build" / "deep" / "x").write_text("123")
    (info.path / "build" / "y").write_text("1")
    (info.path / ".env").write_text("SECRET=1")
    git(info.path, "init", "-q", "build/nested")
    git(info.path, "init", "-q", "clone")
    (info.path / "clone" / "f").write_text("1")
    held = opened.holdings(info.path)
    assert held.changed == ("README.md", "src/api.py", "src/auth.py")
    assert held.changed_count == 3
    assert "notes/a" in held.untracked and "clone/" in held.untracked
    assert set(held.ignored) == {".env", "build/"}
    assert held.nested == ("build/nested", "clone")
    assert held.ignored_count > 3
    assert held.bytes > 5 + 3 + 1 + 8


def test_tracked_folders(repo: Path, opened: GitRepository, lane: Lane) -> None:
    info = lane()
    (info.path / "untracked").mkdir()
    assert opened.tracked_folders(info.path) == [
        info.path,
        info.path / "docs",
        info.path / "src",
    ]


def test_looking_writes_nothing(opened: GitRepository, lane: Lane) -> None:
    info = lane()
    (info.path / "README.md").write_text("changed\n")
    (info.path / "new").write_text("x\n")
    os.utime(info.path / "src" / "api.py")
    before = index_state(info.admin)
    objects = sorted(path for path, _, _ in os.walk(opened.common_dir / "objects"))
    opened.facts(info.path, MAIN)
    opened.dirty_paths(info.path)
    opened.review.diff(info.path, MAIN)
    opened.holdings(info.path)
    opened.is_filled(info.path, tip(info.path))
    opened.history.unmerged(tip(info.path), tip(info.path))
    assert index_state(info.admin) == before
    assert sorted(path for path, _, _ in os.walk(opened.common_dir / "objects")) == objects


def test_facts_are_few_processes(opened: GitRepository, lane: Lane) -> None:
    info = lane()
    calls: list[Call] = []
    opened.door.observers.append(calls.append)
    opened.facts(info.path, MAIN)
    assert [call.argv[0] for call in calls] == ["status"], "the target was read before"
    calls.clear()
    (info.path / "README.md").write_text("changed\n")
    commit_all(info.path)
    (info.path / "README.md").write_text("again\n")
    opened.facts(info.path, MAIN)
    assert [call.argv[0] for call in calls] == [
        "status",
        "rev-list",
        "diff-tree",
        "diff",
    ]


def test_an_agent_commits_undisturbed_while_we_look(opened: GitRepository, lane: Lane) -> None:
    info = lane()
    stop = threading.Event()
    looks = 0

    def look() -> None:
        nonlocal looks
        while not stop.is_set():
            opened.facts(info.path, MAIN)
            opened.dirty_paths(info.path)
            looks += 1

    watcher = threading.Thread(target=look)
    watcher.start()
    failed = []
    try:
        for number in range(25):
            (info.path / "work").write_text(str(number))
            for argv in (["add", "-A"], ["commit", "-q", "-m", "x"]):
                done = subprocess.run(
                    ["git", "-C", str(info.path), *argv], capture_output=True, check=False
                )
                if done.returncode:
                    failed.append(done.stderr)
    finally:
        stop.set()
        watcher.join()
    assert failed == []
    assert looks > 3


def test_a_lane_that_vanishes_while_we_look(opened: GitRepository, lane: Lane) -> None:
    info = lane()
    shutil.rmtree(info.path)
    with pytest.raises(Exception) as error:
        opened.facts(info.path, MAIN)
    assert hasattr(error.value, "hint")


def test_reading_survives_its_children_being_killed(repo: Path, opened: GitRepository) -> None:
    head, before = tip(repo), tip(repo, "HEAD~1")
    assert len(opened.history.commits(before, head)) == 1
    session = opened._reader._session
    assert session is not None and session.database is not None
    database = session.database
    child = database._git.cat_file_all
    assert child is not None
    child.proc.kill()
    child.proc.wait()
    assert [line.subject for line in opened.history.commits(before, head)] == ["second"]


def test_many_threads_read_the_right_objects(repo: Path, opened: GitRepository) -> None:
    ids = []
    for number in range(30):
        (repo / "n").write_text(str(number))
        ids.append((commit_all(repo, f"subject {number}"), f"subject {number}"))
    wrong: list[str] = []

    def read() -> None:
        for commit, subject in ids:
            got = opened._reader.commits([commit])[0].subject
            if got != subject:
                wrong.append(got)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_an_object_of_another_kind_spoils_no_later_read(repo: Path, opened: GitRepository) -> None:
    tree, head = git(repo, "rev-parse", "HEAD^{tree}").strip(), tip(repo)
    with pytest.raises(Unavailable, match="not a commit") as kept:
        opened._reader.commits([tree])
    assert opened._reader.commits([head])[0].subject == "second"
    assert kept.value.title


def test_a_read_that_hangs_is_given_up_and_the_next_one_works(
    repo: Path, opened: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    monkeypatch.setattr("cockpit.adapters.git.read.READ_DEADLINE", 0.2)
    with pytest.raises(TimedOut):
        opened._reader._do(lambda _: release.wait(20))
    monkeypatch.undo()
    assert opened._reader.commits([tip(repo)])[0].subject == "second"
    release.set()


def test_blobs(repo: Path, opened: GitRepository) -> None:
    (repo / "big").write_bytes(b"x" * 300_000)
    commit_all(repo)
    blob = BlobId(git(repo, "rev-parse", "HEAD:big").strip())
    assert opened.blob(blob) == b"x" * 300_000
    assert opened.blob(blob, cap=10) == b"x" * 10
    assert opened.blob(BlobId(git(repo, "rev-parse", "HEAD:README.md").strip())) == b"# Project\n"
    with pytest.raises(Unavailable):
        opened.blob(BlobId("1" * 40))
