"""The commander's checkout follows the target: what is in the way, what is never touched, and
that any kill in the middle can be finished."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cockpit.adapters.git import checkout, staging
from cockpit.adapters.git.repository import GitRepository
from cockpit.domain.ids import CommitId
from cockpit.domain.worktree import SyncPlan
from cockpit.errors import CockpitError, Unavailable
from tests.adapters.git.conftest import MAIN, commit_all, tip
from tests.conftest import git


class Killed(BaseException):
    """Stands for kill -9 at this instant."""


def new_commit(repo: Path, tmp_path: Path, change: Callable[[Path], None]) -> CommitId:
    """A commit on top of the checkout's, made elsewhere."""
    work = tmp_path / "elsewhere"
    git(repo, "worktree", "add", "-q", "--detach", str(work), "HEAD")
    change(work)
    made = commit_all(work)
    git(repo, "worktree", "remove", "--force", str(work))
    return made


def everything(work: Path) -> None:
    """Every kind of change in one commit."""
    (work / "README.md").write_text("# New\n")
    (work / "src" / "api.py").unlink()
    (work / "src" / "auth.py").chmod(0o755)
    (work / "docs" / "guide.md").unlink()
    (work / "docs").rmdir()
    (work / "docs").write_text("a file where a folder was\n")
    (work / "LICENSE").unlink()
    (work / "LICENSE").mkdir()
    (work / "LICENSE" / "MIT").write_text("a folder where a file was\n")
    (work / "deep" / "er").mkdir(parents=True)
    (work / "deep" / "er" / 'q"uote\nline').write_text("new\n")
    (work / "link").unlink()
    (work / "link").symlink_to("src")
    (work / "plain").unlink()
    (work / "plain").symlink_to("README.md")
    (work / "was-link").unlink()
    (work / "was-link").write_text("now a file\n")
    (work / "gone" / "a").unlink()
    (work / os.fsdecode(b"\xff-x")).write_text("bytes\n")


@pytest.fixture
def rich(repo: Path) -> Path:
    """The repository with something of each kind to change."""
    (repo / "LICENSE").write_text("text\n")
    (repo / "link").symlink_to("docs")
    (repo / "plain").write_text("plain\n")
    (repo / "was-link").symlink_to("README.md")
    (repo / "gone").mkdir()
    (repo / "gone" / "a").write_text("a\n")
    (repo / "gone" / "b").write_text("b\n")
    commit_all(repo, "rich")
    return repo


def plan_for(opened: GitRepository, repo: Path, new: CommitId) -> SyncPlan:
    return opened.follower.plan(repo, tip(repo), new, opened.common_dir / "cockpit-staging" / "op")


def follow(opened: GitRepository, repo: Path, new: CommitId) -> list[str]:
    """A landing's last half, as services do it."""
    plan = plan_for(opened, repo, new)
    opened.follower.stage(plan)
    opened.move_ref(MAIN, new=new, old=plan.old, reason="test")
    left = opened.follower.finish(plan)
    opened.follower.drop(plan.staging)
    return left


def snapshot(root: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for folder, folders, names in os.walk(root):
        if ".git" in folders:
            folders.remove(".git")
        for name in [*names, *(n for n in folders if os.path.islink(os.path.join(folder, n)))]:
            path = Path(folder) / name
            relative = os.path.relpath(path, root)
            if path.is_symlink():
                found[relative] = ("link", os.readlink(path))
            else:
                found[relative] = (stat.S_IMODE(path.stat().st_mode) & 0o111, path.read_bytes())
    return found


def test_it_follows_every_kind_of_change(rich: Path, opened: GitRepository, tmp_path: Path) -> None:
    new = new_commit(rich, tmp_path, everything)
    plan = plan_for(opened, rich, new)
    assert plan.in_the_way == ()
    before = snapshot(rich)
    opened.follower.stage(plan)
    assert snapshot(rich) == before, "staging touches nothing"
    assert git(rich, "status", "--porcelain") == ""
    assert follow(opened, rich, new) == []
    assert git(rich, "status", "--porcelain") == ""
    git(rich, "worktree", "add", "-q", "--detach", str(tmp_path / "control"), new)
    control = snapshot(tmp_path / "control")
    control.pop(".git", None)
    assert snapshot(rich) == control
    assert not (opened.common_dir / "cockpit-staging").exists()
    assert not (rich / "src" / "api.py").exists()
    assert (rich / "gone" / "b").exists()
    assert git(rich, "diff-files") == "", "the index is fresh"


def test_unrelated_work_stays_byte_for_byte(
    rich: Path, opened: GitRepository, tmp_path: Path
) -> None:
    new = new_commit(rich, tmp_path, everything)
    (rich / "gone" / "b").write_text("my edit\n")
    (rich / "staged").write_text("staged\n")
    git(rich, "add", "staged")
    (rich / "untracked").write_text("untracked\n")
    (rich / ".env").write_text("SECRET\n")
    (rich / "src" / "notes").write_text("beside what goes\n")
    mine = {
        name: (rich / name).read_bytes()
        for name in ("gone/b", "staged", "untracked", ".env", "src/notes")
    }
    assert follow(opened, rich, new) == []
    assert {name: (rich / name).read_bytes() for name in mine} == mine
    assert sorted(git(rich, "status", "--porcelain").splitlines()) == [
        " M gone/b",
        "?? src/notes",
        "?? untracked",
        "A  staged",
    ]


# ---------------------------------------------------------------- in the way


def edit(rich: Path) -> str:
    (rich / "README.md").write_text("mine\n")
    return "README.md"


def stage(rich: Path) -> str:
    (rich / "README.md").write_text("mine\n")
    git(rich, "add", "README.md")
    return "README.md"


def stage_and_put_back(rich: Path) -> str:
    text = (rich / "README.md").read_text()
    stage(rich)
    (rich / "README.md").write_text(text)
    return "README.md"


def remove(rich: Path) -> str:
    (rich / "README.md").unlink()
    return "README.md"


def chmod(rich: Path) -> str:
    (rich / "README.md").chmod(0o755)
    return "README.md"


def hide_an_edit(rich: Path) -> str:
    git(rich, "update-index", "--assume-unchanged", "README.md")
    return edit(rich)


def hide_an_edit_deeper(rich: Path) -> str:
    git(rich, "update-index", "--skip-worktree", "README.md")
    return edit(rich)


def same_size_and_time(rich: Path) -> str:
    path = rich / "README.md"
    times = path.stat()
    path.write_bytes(path.read_bytes()[::-1])
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    return "README.md"


def replace_by_a_link(rich: Path) -> str:
    (rich / "README.md").unlink()
    (rich / "README.md").symlink_to("plain")
    return "README.md"


def replace_by_a_folder(rich: Path) -> str:
    (rich / "README.md").unlink()
    (rich / "README.md").mkdir()
    (rich / "README.md" / "x").write_text("mine\n")
    return "README.md/x"


def replace_by_a_pipe(rich: Path) -> str:
    (rich / "README.md").unlink()
    os.mkfifo(rich / "README.md")
    return "README.md"


def edit_what_goes(rich: Path) -> str:
    (rich / "src" / "api.py").write_text("mine\n")
    return "src/api.py"


def untracked_at_a_new_path(rich: Path) -> str:
    (rich / os.fsdecode(b"\xff-x")).write_text("mine\n")
    return os.fsdecode(b"\xff-x")


def ignored_at_a_new_path(rich: Path) -> str:
    with (rich / ".git" / "info" / "exclude").open("a") as file:
        file.write("deep/\n")
    (rich / "deep" / "er").mkdir(parents=True)
    (rich / "deep" / "er" / 'q"uote\nline').write_text("mine\n")
    return 'deep/er/q"uote\nline'


def a_file_where_a_folder_comes(rich: Path) -> str:
    (rich / "deep").write_text("mine\n")
    return "deep"


def a_link_where_a_folder_comes(rich: Path) -> str:
    (rich / "deep").symlink_to("src")
    return "deep"


def work_in_a_folder_that_becomes_a_file(rich: Path) -> str:
    (rich / "docs" / "notes").write_text("mine\n")
    return "docs/notes"


def an_ignored_file_there(rich: Path) -> str:
    (rich / "docs" / ".env").write_text("mine\n")
    return "docs/.env"


def staged_below_what_becomes_a_file(rich: Path) -> str:
    (rich / "docs" / "staged").write_text("mine\n")
    git(rich, "add", "docs/staged")
    (rich / "docs" / "staged").unlink()
    return "docs/staged"


def staged_where_a_folder_comes(rich: Path) -> str:
    (rich / "deep").write_text("mine\n")
    git(rich, "add", "deep")
    (rich / "deep").unlink()
    return "deep"


def intent_to_add(rich: Path) -> str:
    untracked_at_a_new_path(rich)
    git(rich, "add", "-N", ".")
    return os.fsdecode(b"\xff-x")


WAYS = [
    edit,
    stage,
    stage_and_put_back,
    remove,
    chmod,
    hide_an_edit,
    hide_an_edit_deeper,
    same_size_and_time,
    replace_by_a_link,
    replace_by_a_folder,
    replace_by_a_pipe,
    edit_what_goes,
    untracked_at_a_new_path,
    ignored_at_a_new_path,
    a_file_where_a_folder_comes,
    a_link_where_a_folder_comes,
    work_in_a_folder_that_becomes_a_file,
    an_ignored_file_there,
    staged_below_what_becomes_a_file,
    staged_where_a_folder_comes,
    intent_to_add,
]


@pytest.mark.parametrize("way", WAYS, ids=[way.__name__ for way in WAYS])
def test_the_commanders_own_is_named_and_survives_even_a_forced_finish(
    rich: Path, opened: GitRepository, tmp_path: Path, way: Callable[[Path], str]
) -> None:
    """The plan names it; and if it came between plan and finish, it is left as it is."""
    new = new_commit(rich, tmp_path, everything)
    name = way(rich)
    plan = plan_for(opened, rich, new)
    assert name in plan.in_the_way
    path = rich / name
    seen = os.lstat(path) if os.path.lexists(path) else None
    content = path.read_bytes() if seen and stat.S_ISREG(seen.st_mode) else None
    blob = next(
        (line.split()[1] for line in git(rich, "ls-files", "-s").splitlines() if name in line), ""
    )
    left = opened.follower.finish(plan)
    assert left, "something is reported"
    if seen is None:
        assert not os.path.lexists(path) or way in (
            staged_below_what_becomes_a_file,
            staged_where_a_folder_comes,
        )
    else:
        assert os.lstat(path).st_ino == seen.st_ino
        if content is not None:
            assert path.read_bytes() == content
    if blob:
        assert git(rich, "cat-file", "-t", blob) == "blob\n"


def test_the_same_content_is_not_in_the_way(
    rich: Path, opened: GitRepository, tmp_path: Path
) -> None:
    """Made by hand already, staged or not: nothing can be lost."""
    new = new_commit(rich, tmp_path, everything)
    (rich / "README.md").write_text("# New\n")
    (rich / "deep" / "er").mkdir(parents=True)
    (rich / "deep" / "er" / 'q"uote\nline').write_text("new\n")
    (rich / "src" / "api.py").unlink()
    (rich / "was-link").unlink()
    (rich / "was-link").write_text("now a file\n")
    git(rich, "add", "was-link")
    assert plan_for(opened, rich, new).in_the_way == ()
    assert follow(opened, rich, new) == []
    assert git(rich, "status", "--porcelain") == ""


def test_an_empty_folder_is_nothing(rich: Path, opened: GitRepository, tmp_path: Path) -> None:
    new = new_commit(rich, tmp_path, everything)
    (rich / "docs" / "empty" / "er").mkdir(parents=True)
    assert follow(opened, rich, new) == []
    assert (rich / "docs").read_text() == "a file where a folder was\n"


def test_what_came_between_plan_and_finish_is_left(
    rich: Path, opened: GitRepository, tmp_path: Path
) -> None:
    new = new_commit(rich, tmp_path, everything)
    plan = plan_for(opened, rich, new)
    opened.follower.stage(plan)
    opened.move_ref(MAIN, new=new, old=plan.old, reason="x")
    (rich / "README.md").write_text("saved at the last moment\n")
    assert opened.follower.finish(plan) == ["README.md"]
    assert (rich / "README.md").read_text() == "saved at the last moment\n"
    assert git(rich, "status", "--porcelain") == " M README.md\n", "no staged reversal"


def test_a_save_between_the_look_and_the_rename_is_kept(
    rich: Path, opened: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commander's editor writes in place in the very last microseconds."""
    new = new_commit(rich, tmp_path, everything)
    plan = plan_for(opened, rich, new)
    real = os.rename

    def late_save(source: Any, target: Any, **options: Any) -> None:
        if target == "README.md":
            (rich / "README.md").write_text("in the last moment\n")
        real(source, target, **options)

    monkeypatch.setattr(os, "rename", late_save)
    assert opened.follower.finish(plan) == ["README.md"]
    monkeypatch.undo()
    assert (rich / "README.md").read_text() == "in the last moment\n"


def test_a_file_that_appears_in_the_last_moment_is_kept(
    rich: Path, opened: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = new_commit(rich, tmp_path, everything)
    plan = plan_for(opened, rich, new)
    real = os.link
    name = os.fsdecode(b"\xff-x")

    def appear(source: Any, target: Any, **options: Any) -> None:
        if target == name:
            (rich / name).write_text("mine\n")
        real(source, target, **options)

    monkeypatch.setattr(os, "link", appear)
    assert opened.follower.finish(plan) == [name]
    monkeypatch.undo()
    assert (rich / name).read_text() == "mine\n"


# ---------------------------------------------------------------- kills and full disks


def dying(monkeypatch: pytest.MonkeyPatch, after: int, what: BaseException) -> list[int]:
    """Every mutating call of the sync counts; the one after `after` raises instead."""
    count = [0]

    def wrap(name: str) -> None:
        real = getattr(os, name)

        def call(*args: Any, **options: Any) -> Any:
            count[0] += 1
            if count[0] > after:
                raise what
            return real(*args, **options)

        monkeypatch.setattr(os, name, call)

    for name in ("rename", "link", "unlink", "rmdir"):
        wrap(name)
    return count


def steps_of(rich: Path, opened: GitRepository, new: CommitId) -> int:
    with pytest.MonkeyPatch.context() as patch:
        count = dying(patch, 10**9, Killed())
        assert follow(opened, rich, new) == []
    return count[0]


@pytest.mark.parametrize("first", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_a_kill_at_every_step_can_be_finished(
    rich: Path, opened: GitRepository, tmp_path: Path, first: int
) -> None:
    """Every second step from `first`; both halves together are all of them."""
    old = tip(rich)
    new = new_commit(rich, tmp_path, everything)
    (rich / "mine").write_text("mine\n")
    steps = steps_of(rich, opened, new)
    want = snapshot(rich)
    assert steps > 30
    for after in range(first, steps, 2):
        git(rich, "reset", "-q", "--hard", old)
        plan = plan_for(opened, rich, new)
        with pytest.MonkeyPatch.context() as patch:
            dying(patch, after, Killed())
            with pytest.raises(Killed):
                follow(opened, rich, new)
        (rich / ".git" / "index.lock").unlink(missing_ok=True)  # as recovery does
        git(rich, "update-ref", "refs/heads/main", new)
        plan = opened.follower.plan(rich, old, new, plan.staging)
        assert opened.follower.finish(plan) == [], after
        opened.follower.drop(plan.staging)
        assert snapshot(rich) == want, after
        assert git(rich, "status", "--porcelain") == "?? mine\n", after
        assert opened.follower.finish(plan) == [], "a second time there is nothing to do"
        opened.follower.drop(plan.staging)
        assert not plan.staging.exists(), after


def test_a_full_disk_at_any_step_is_a_sentence_and_can_be_finished(
    rich: Path, opened: GitRepository, tmp_path: Path
) -> None:
    old = tip(rich)
    new = new_commit(rich, tmp_path, everything)
    steps = steps_of(rich, opened, new)
    want = snapshot(rich)
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    for after in range(0, steps, 5):
        git(rich, "reset", "-q", "--hard", old)
        plan = plan_for(opened, rich, new)
        with pytest.MonkeyPatch.context() as patch:
            dying(patch, after, full)
            with pytest.raises(CockpitError):
                opened.follower.stage(plan)
                opened.follower.finish(plan)
                raise CockpitError("it got through")
        (rich / ".git" / "index.lock").unlink(missing_ok=True)
        git(rich, "update-ref", "refs/heads/main", new)
        assert opened.follower.finish(plan) == [], after
        assert snapshot(rich) == want, after
        opened.follower.drop(plan.staging)


def test_a_torn_staging_is_laid_out_anew(rich: Path, opened: GitRepository, tmp_path: Path) -> None:
    new = new_commit(rich, tmp_path, everything)
    plan = plan_for(opened, rich, new)
    opened.follower.stage(plan)
    (plan.staging / "complete").unlink()
    (plan.staging / "new" / "README.md").write_text("tor")
    assert opened.follower.finish(plan) == []
    assert (rich / "README.md").read_text() == "# New\n"


def test_a_kill_while_staging_again_leaves_no_false_mark(
    rich: Path, opened: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = new_commit(rich, tmp_path, everything)
    plan = plan_for(opened, rich, new)
    opened.follower.stage(plan)

    def die(self: staging.Staging, *_: object) -> None:
        (self.new / "README.md").write_text("tor")
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(staging.Staging, "_lay_out", die)
        with pytest.raises(Killed):
            opened.follower.stage(plan)
    assert opened.follower.finish(plan) == []
    assert (rich / "README.md").read_text() == "# New\n"


def test_no_staging_at_all_is_made_by_finish(
    rich: Path, opened: GitRepository, tmp_path: Path
) -> None:
    new = new_commit(rich, tmp_path, everything)
    assert opened.follower.finish(plan_for(opened, rich, new)) == []
    assert (rich / "README.md").read_text() == "# New\n"


def test_another_file_system_is_copied_beside_the_place(
    rich: Path, opened: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = new_commit(rich, tmp_path, everything)
    real = os.rename

    def across(source: Any, target: Any, **options: Any) -> None:
        if "dst_dir_fd" in options and "src_dir_fd" not in options:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        real(source, target, **options)

    def no_links(*_: Any, **__: Any) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(os, "rename", across)
    monkeypatch.setattr(os, "link", no_links)
    assert follow(opened, rich, new) == []
    monkeypatch.undo()
    assert git(rich, "status", "--porcelain") == ""
    assert not [name for name in snapshot(rich) if "cockpit" in name]


def test_too_little_space_elsewhere_shows_while_staging(
    rich: Path, opened: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = new_commit(rich, tmp_path, everything)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(staging, "_check_space", full)
    with pytest.raises(CockpitError, match="laid out"):
        opened.follower.stage(plan_for(opened, rich, new))
    assert git(rich, "status", "--porcelain") == ""


def test_a_locked_index_is_waited_for_and_then_named(
    rich: Path, opened: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.adapters.git.indexfile._LOCK_WAIT", 0.2)
    new = new_commit(rich, tmp_path, everything)
    lock = rich / ".git" / "index.lock"
    lock.write_text("")
    with pytest.raises(Unavailable, match=r"index\.lock"):
        opened.follower.finish(plan_for(opened, rich, new))
    lock.unlink()
    assert opened.follower.finish(plan_for(opened, rich, new)) == []


# ---------------------------------------------------------------- attributes, submodules, others


def test_attributes_that_come_with_the_change(
    rich: Path, opened: GitRepository, tmp_path: Path
) -> None:
    """New line-end rules: new files are written by them, old ones are still recognised."""

    def change(work: Path) -> None:
        (work / ".gitattributes").write_text("*.md text eol=crlf\nplain text eol=crlf\n")
        git(work, "add", ".gitattributes")
        (work / "README.md").write_bytes(b"# New\r\n")
        (work / "plain").write_bytes(b"changed\r\n")

    new = new_commit(rich, tmp_path, change)
    old = tip(rich)
    assert follow(opened, rich, new) == []
    assert (rich / "README.md").read_bytes() == b"# New\r\n"
    assert (rich / "plain").read_bytes() == b"changed\r\n"
    # a kill right after the attributes came
    git(rich, "reset", "-q", "--hard", old)
    (rich / ".gitattributes").write_text("*.md text eol=crlf\nplain text eol=crlf\n")
    assert opened.follower.finish(opened.follower.plan(rich, old, new, tmp_path / "staging")) == []
    assert (rich / "plain").read_bytes() == b"changed\r\n"


def test_attributes_that_turn_old_bytes_into_a_change(
    rich: Path, opened: GitRepository, tmp_path: Path
) -> None:
    """The old content has CRLF; under the new attributes it reads as changed all the same."""
    (rich / "win").write_bytes(b"one\r\n")
    commit_all(rich)

    def change(work: Path) -> None:
        (work / ".gitattributes").write_text("win text\n")
        (work / "win").write_bytes(b"two\n")

    new = new_commit(rich, tmp_path, change)
    old = tip(rich)
    (rich / ".gitattributes").write_text("win text\n")
    assert opened.follower.finish(opened.follower.plan(rich, old, new, tmp_path / "staging")) == []
    assert (rich / "win").read_bytes() == b"two\n"


def test_submodules_only_move_in_the_index(
    rich: Path, opened: GitRepository, tmp_path: Path
) -> None:
    first, second = tip(rich, "HEAD~1"), tip(rich)

    def link(work: Path, commit: str) -> None:
        git(work, "update-index", "--add", "--cacheinfo", f"160000,{commit},sub")
        git(work, "commit", "-q", "-m", "sub")

    git(rich, "worktree", "add", "-q", "--detach", str(tmp_path / "w"), "HEAD")
    link(tmp_path / "w", first)
    one = tip(tmp_path / "w")
    link(tmp_path / "w", second)
    two = tip(tmp_path / "w")
    assert follow(opened, rich, one) == []
    assert git(rich, "status", "--porcelain") == ""
    (rich / "sub").mkdir(exist_ok=True)
    (rich / "sub" / "mine").write_text("mine\n")
    assert follow(opened, rich, two) == []
    assert second in git(rich, "ls-files", "-s", "sub")
    assert (rich / "sub" / "mine").read_text() == "mine\n"


def test_a_sparse_checkout_follows_and_stays_sparse(
    rich: Path, opened: GitRepository, tmp_path: Path
) -> None:
    def change(work: Path) -> None:
        (work / "README.md").write_text("# New\n")
        (work / "docs" / "guide.md").write_text("new\n")

    new = new_commit(rich, tmp_path, change)
    git(rich, "sparse-checkout", "set", "src")
    assert not (rich / "docs").exists()
    assert plan_for(opened, rich, new).in_the_way == ()
    assert follow(opened, rich, new) == []
    assert not (rich / "docs").exists()
    assert (rich / "README.md").read_text() == "# New\n"
    assert git(rich, "status", "--porcelain") == ""


def test_flags_of_the_index_stay(rich: Path, opened: GitRepository, tmp_path: Path) -> None:
    def change(work: Path) -> None:
        (work / "README.md").write_text("# New\n")

    new = new_commit(rich, tmp_path, change)
    git(rich, "update-index", "--assume-unchanged", "README.md")
    assert follow(opened, rich, new) == []
    assert (rich / "README.md").read_text() == "# New\n"
    assert "h README.md" in git(rich, "ls-files", "-v")


def test_a_linked_checkout_follows_too(rich: Path, opened: GitRepository, tmp_path: Path) -> None:
    new = new_commit(rich, tmp_path, everything)
    git(rich, "checkout", "-q", "--detach")
    linked = tmp_path / "linked"
    git(rich, "worktree", "add", "-q", str(linked), "main")
    plan = opened.follower.plan(
        linked, tip(linked), new, opened.common_dir / "cockpit-staging" / "x"
    )
    assert plan.in_the_way == ()
    opened.follower.stage(plan)
    opened.move_ref(MAIN, new=new, old=plan.old, reason="x")
    assert opened.follower.finish(plan) == []
    assert git(linked, "status", "--porcelain") == ""


def test_what_is_staged_meanwhile_is_not_overwritten(
    rich: Path, opened: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commander stages something while the new index is being computed."""
    from cockpit.adapters.git import indexfile

    new = new_commit(rich, tmp_path, everything)
    plan = plan_for(opened, rich, new)
    real, times = indexfile._compute, [0]

    def compute(*args: Any) -> None:
        real(*args)
        times[0] += 1
        if times[0] == 1:
            (rich / "staged").write_text("mine\n")
            git(rich, "add", "staged")

    monkeypatch.setattr(indexfile, "_compute", compute)
    opened.move_ref(MAIN, new=new, old=plan.old, reason="x")
    assert opened.follower.finish(plan) == []
    assert times[0] == 2
    assert git(rich, "status", "--porcelain") == "A  staged\n"


def test_a_parent_swapped_for_a_link_leads_nowhere(
    rich: Path, opened: GitRepository, tmp_path: Path
) -> None:
    new = new_commit(rich, tmp_path, everything)
    plan = plan_for(opened, rich, new)
    opened.follower.stage(plan)
    victim = tmp_path / "victim"
    victim.mkdir()
    (rich / "deep").symlink_to(victim)
    assert 'deep/er/q"uote\nline' in opened.follower.finish(plan)
    assert list(victim.iterdir()) == []


def test_open_parent_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with pytest.raises(OSError):
        checkout.open_parent(tmp_path, "link/x", create=True)
    with pytest.raises(FileNotFoundError):
        checkout.open_parent(tmp_path, "none/x", create=False)
    os.close(checkout.open_parent(tmp_path, "a/b/c", create=True))
    assert (tmp_path / "a" / "b").is_dir()


def test_a_filter_of_the_repository_refuses_before_anything_moves(
    rich: Path, opened: GitRepository, tmp_path: Path
) -> None:
    def change(work: Path) -> None:
        (work / ".gitattributes").write_text("*.secret filter=crypt\n")
        (work / "a.secret").write_text("x\n")

    new = new_commit(rich, tmp_path, change)
    git(rich, "config", "filter.crypt.smudge", "cat")
    with pytest.raises(CockpitError, match="crypt"):
        opened.follower.stage(plan_for(opened, rich, new))
    assert git(rich, "status", "--porcelain") == ""
