"""The target's new commits come into a lane: merge, rebase, forward, or not at all."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.domain.events import GitFactsChanged
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import Restart, Start, Stop, Sync, Undo
from cockpit.domain.lane import GitFacts
from cockpit.domain.operation import OpKind, OpState
from cockpit.domain.sync import SyncHow
from cockpit.errors import Conflict, Refused, Unavailable, UsageError
from cockpit.services.workplace import Workplace
from tests.conftest import git
from tests.services.conftest import Desk

ALPHA, BETA = LaneId("alpha"), LaneId("beta")


def tip(desk: Desk, branch: str = "alpha/work") -> str:
    return git(desk.root, "rev-parse", f"refs/heads/{branch}").strip()


def status(folder: Path) -> list[str]:
    return git(folder, "status", "--porcelain", "--untracked-files=all").splitlines()


def on_main(desk: Desk, path: str, content: str | bytes | None, message: str = "theirs") -> str:
    """A commit on the target by the commander; `None` takes the file away."""
    place = desk.root / path
    if content is None:
        git(desk.root, "rm", "-q", path)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        git(desk.root, "add", "-A", "--", path)
    git(desk.root, "commit", "-q", "-m", message)
    return desk.main()


def fsck(desk: Desk) -> None:
    git(desk.root, "fsck", "--strict", "--no-dangling")


def works(desk: Desk, lane: str = "alpha") -> None:
    """The lane's agent is in a turn."""
    info = desk.tmux.infos[LaneId(lane)]
    desk.tmux.infos[LaneId(lane)] = replace(info, command="make")
    desk.tmux.screens[info.ref.pane] = ["compiling"]


def rests(desk: Desk, lane: str = "alpha") -> None:
    info = desk.tmux.infos[LaneId(lane)]
    desk.tmux.infos[LaneId(lane)] = replace(info, command="sh")
    desk.tmux.screens[info.ref.pane] = ["$ "]


def untouched(desk: Desk, folder: Path) -> Callable[[], None]:
    """Call the answer to see that branch, index and files are as they are now."""

    def look() -> tuple[object, ...]:
        files = {
            path.relative_to(folder): path.read_bytes() if path.is_file() else None
            for path in sorted(folder.rglob("*"))
            if not path.is_symlink()
        }
        return tip(desk), git(folder, "ls-files", "-s"), files

    before = look()

    def check() -> None:
        assert look() == before
        assert not list((desk.root / ".git").rglob("*.lock"))
        assert not (desk.root / ".git" / "cockpit-staging").exists()

    return check


def test_a_merge_brings_the_target_in_and_leaves_uncommitted_work(desk: Desk) -> None:
    folder = desk.start()
    mine = desk.commit("alpha", "src/mine.py", "mine = 1\n")
    theirs = on_main(desk, "src/theirs.py", "theirs = 1\n")
    (folder / "README.md").write_text("changed, not staged\n")
    (folder / "src/staged.py").write_text("staged\n")
    git(folder, "add", "src/staged.py")
    (folder / "loose.txt").write_text("loose\n")
    before = status(folder)
    outcome = desk.do(Sync(ALPHA))
    assert git(folder, "rev-parse", "HEAD^1", "HEAD^2").split() == [mine, theirs]
    assert (folder / "src/theirs.py").read_text() == "theirs = 1\n"
    assert status(folder) == before
    assert "1 commit of main" in outcome.summary and "not told" in outcome.summary
    assert outcome.data["incoming"] == [theirs]
    assert git(folder, "log", "-1", "--format=%s%n%an").splitlines() == [
        "Merge main into alpha/work",
        "Commander",
    ]
    fsck(desk)


def test_a_lane_without_commits_moves_on(desk: Desk) -> None:
    folder = desk.start()
    theirs = on_main(desk, "src/theirs.py", "theirs = 1\n")
    outcome = desk.do(Sync(ALPHA, how="rebase"))
    assert tip(desk) == theirs and outcome.data["how"] == "forward"
    assert status(folder) == []
    assert desk.cockpit().work.record(ALPHA).base == theirs


def test_a_rebase_keeps_author_date_and_message(desk: Desk) -> None:
    folder = desk.start()
    (folder / "src/mine.py").write_text("mine\n")
    git(folder, "add", "-A")
    message = b"na\xefve subject\n\nbody  \n\n\n--\n-- dashes\n"
    env = {
        **os.environ,
        "GIT_AUTHOR_NAME": "Agent Ärger",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_AUTHOR_DATE": "1112911993 -0730",
    }
    subprocess.run(
        ["git", "-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "-F", "-"],
        cwd=folder,
        env=env,
        input=message,
        check=True,
    )
    git(folder, "commit", "-q", "--allow-empty", "-m", "empty from the start")
    theirs = on_main(desk, "src/theirs.py", "theirs = 1\n")
    before = raw(folder, "HEAD^")
    outcome = desk.do(Sync(ALPHA, how="rebase"))
    assert git(folder, "rev-parse", "HEAD^^").strip() == theirs
    after = raw(folder, "HEAD^")
    for line in (b"author ", b"encoding "):
        assert of(after, line) == of(before, line) != []
    assert after.partition(b"\n\n")[2] == before.partition(b"\n\n")[2]
    assert of(after, b"committer ")[0].startswith(b"committer Commander <commander@example.org> ")
    assert "2 of its own built anew" in outcome.summary
    assert status(folder) == []
    fsck(desk)


def raw(folder: Path, rev: str) -> bytes:
    command = ["git", "cat-file", "commit", rev]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout


def of(commit: bytes, start: bytes) -> list[bytes]:
    head = commit.partition(b"\n\n")[0]
    return [line for line in head.split(b"\n") if line.startswith(start)]


def test_a_rebase_leaves_out_what_the_target_has_by_content(desk: Desk) -> None:
    folder = desk.start()
    desk.commit("alpha", "src/one.py", "1\n", "one")
    desk.commit("alpha", "src/one.py", "2\n", "two")
    git(desk.root, "merge", "-q", "--squash", "alpha/work")
    git(desk.root, "commit", "-q", "-m", "squashed")
    on_main(desk, "src/one.py", "3\n")
    desk.commit("alpha", "src/late.py", "late\n", "late")
    outcome = desk.do(Sync(ALPHA, how="rebase"))
    assert git(folder, "log", "--format=%s", "main..HEAD").split("\n")[:-1] == ["late"]
    assert (folder / "src/one.py").read_text() == "3\n"
    assert "2 left out that main has" in outcome.summary


def test_a_rebase_does_not_drop_what_a_merge_resolved(desk: Desk) -> None:
    folder = desk.start()
    desk.commit("alpha", "README.md", "mine\n")
    on_main(desk, "README.md", "theirs\n")
    subprocess.run(["git", "merge", "-q", "main"], cwd=folder, check=False, capture_output=True)
    (folder / "README.md").write_text("both\n")
    git(folder, "commit", "-q", "-a", "-m", "resolved")
    on_main(desk, "src/more.py", "more\n")
    check = untouched(desk, folder)
    with pytest.raises(Refused, match="which a rebase would drop"):
        desk.do(Sync(ALPHA, how="rebase"))
    check()
    desk.do(Sync(ALPHA))
    assert (folder / "README.md").read_text() == "both\n"


def test_the_config_says_how(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(lanes="target: main\nagents: {sh: {command: [sh], preset: shell}}\n"
                     "lanes: {alpha: {agent: sh}}\nsync: {how: rebase}\n")  # fmt: skip
    desk.start()
    desk.commit("alpha", "src/mine.py", "mine = 1\n")
    on_main(desk, "src/theirs.py", "theirs = 1\n")
    assert desk.do(Sync(ALPHA)).data["how"] == "rebase"
    with pytest.raises(UsageError):
        desk.do(Sync(ALPHA, how="octopus"))


def test_up_to_date_is_no_step(desk: Desk) -> None:
    desk.start()
    outcome = desk.do(Sync(ALPHA))
    assert outcome.operation is None and "everything of main already" in outcome.summary
    assert outcome.data["up_to_date"]


@pytest.mark.parametrize("how", ["merge", "rebase"])
def test_a_conflict_leaves_the_lane_and_flags_it(desk: Desk, how: str) -> None:
    folder = desk.start()
    desk.commit("alpha", "README.md", "mine\n")
    on_main(desk, "README.md", "theirs\n")
    check = untouched(desk, folder)
    with pytest.raises(Conflict) as caught:
        desk.do(Sync(ALPHA, how=how))
    assert caught.value.paths == ("README.md",)
    check()
    facts = facts_of(desk)
    assert facts.sync.words == "sync conflicts in 1 file"
    on_main(desk, "src/other.py", "1\n")
    assert facts_of(desk).sync.words == ""


def facts_of(desk: Desk, lane: LaneId = ALPHA) -> GitFacts:
    cockpit = desk.cockpit()
    [event] = [e for e in cockpit.observe([lane]) if isinstance(e, GitFactsChanged)]
    assert event.facts is not None
    return event.facts


def _written(folder: Path, path: str, *then: str) -> None:
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_text("mine\n")
    if then:
        git(folder, *then, path)


def _assumed(folder: Path) -> None:
    git(folder, "update-index", "--assume-unchanged", "README.md")
    _written(folder, "README.md")


WAYS: dict[str, Callable[[Path], None]] = {
    "changed": lambda folder: _written(folder, "README.md"),
    "staged": lambda folder: _written(folder, "README.md", "add"),
    "deleted": lambda folder: (folder / "README.md").unlink(),
    "mode": lambda folder: (folder / "README.md").chmod(0o755),
    "untracked": lambda folder: _written(folder, "fresh.txt"),
    "ignored": lambda folder: _written(folder, "secret.env"),
    "a folder": lambda folder: _written(folder, "fresh.txt/inside"),
    "a link": lambda folder: (folder / "fresh.txt").symlink_to("/etc/passwd"),
    "a link above": lambda folder: (folder / "deep").symlink_to("/tmp"),
    "assumed": _assumed,
    "intent to add": lambda folder: _written(folder, "fresh.txt", "add", "-N"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_file_in_the_way_refuses_by_name(desk: Desk, way: str) -> None:
    folder = desk.start()
    (folder / ".git").read_text()
    desk.commit("alpha", "src/mine.py", "mine = 1\n")
    on_main(desk, "README.md", "theirs\n")
    on_main(desk, "fresh.txt", "theirs\n")
    on_main(desk, "deep/er.txt", "theirs\n")
    git(desk.root, "add", "-f", *added(desk, "secret.env"))
    git(desk.root, "commit", "-q", "-m", "a secret")
    with (desk.root / ".git/info/exclude").open("a") as file:
        file.write("*.env\n")
    WAYS[way](folder)
    check = untouched(desk, folder)
    with pytest.raises(Refused, match="in the way of") as caught:
        desk.do(Sync(ALPHA))
    assert caught.value.detail.split("/")[0] in {"README.md", "fresh.txt", "deep", "secret.env"}
    check()
    assert desk.cockpit().log(last=1)[0].kind is not OpKind.SYNC


def added(desk: Desk, name: str) -> list[str]:
    (desk.root / name).write_text("theirs\n")
    return [name]


def test_paths_with_hostile_names(desk: Desk) -> None:
    folder = desk.start()
    desk.commit("alpha", "src/mine.py", "mine = 1\n")
    names = [b"new\nline", b'quo"te', b"-dash", b"caf\xe9", b"\x1b]52;c;x", b":(top)x", b" sp ace "]
    for name in names:
        Path(os.fsdecode(os.fsencode(desk.root) + b"/" + name)).write_text("theirs\n")
    git(desk.root, "add", "-A")
    git(desk.root, "commit", "-q", "-m", "names")
    desk.do(Sync(ALPHA))
    for name in names:
        assert Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).read_text() == "theirs\n"
    assert status(folder) == []


def test_everything_that_a_tree_can_hold_follows(desk: Desk) -> None:
    for name, content in {"gone": "x", "kind": "x", "dir/a": "x", "mode": "x"}.items():
        on_main(desk, name, content)
    folder = desk.start()
    desk.commit("alpha", "src/mine.py", "mine = 1\n")
    root = desk.root
    git(root, "rm", "-q", "gone", "dir/a")
    (root / "dir").write_text("a file now")
    (root / "kind").unlink()
    (root / "kind").symlink_to("mode")
    (root / "mode").chmod(0o755)
    (root / "bin").write_bytes(bytes(range(256)) * 50)
    git(root, "add", "-A")
    link = git(root, "rev-parse", "HEAD").strip()
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{link},sub")
    git(root, "commit", "-q", "-m", "of every kind")
    desk.do(Sync(ALPHA))
    assert not (folder / "gone").exists()
    assert (folder / "dir").read_text() == "a file now"
    assert os.readlink(folder / "kind") == "mode"
    assert os.access(folder / "mode", os.X_OK)
    assert (folder / "bin").read_bytes() == bytes(range(256)) * 50
    assert (folder / "sub").is_dir()
    assert status(folder) == []
    desk.do(Undo())
    assert (folder / "gone").read_text() == "x" and (folder / "dir/a").read_text() == "x"
    assert status(folder) == []


def test_a_sparse_checkout_stays_sparse(desk: Desk) -> None:
    on_main(desk, "far/old.txt", "old\n")
    folder = desk.start()
    desk.commit("alpha", "src/mine.py", "mine = 1\n")
    git(folder, "sparse-checkout", "set", "src")
    assert not (folder / "far").exists()
    on_main(desk, "far/old.txt", "new\n")
    on_main(desk, "src/near.py", "near\n")
    desk.do(Sync(ALPHA))
    assert not (folder / "far").exists()
    assert (folder / "src/near.py").read_text() == "near\n"
    assert status(folder) == []
    assert git(folder, "show", ":far/old.txt") == "new\n"


# ---------------------------------------------------------------- refusals


def test_a_lane_in_the_middle_of_a_rebase(desk: Desk) -> None:
    folder = desk.start()
    desk.commit("alpha", "README.md", "mine\n")
    on_main(desk, "README.md", "theirs\n")
    subprocess.run(["git", "rebase", "main"], cwd=folder, check=False, capture_output=True)
    refused(desk, "a rebase is under way")


def test_a_lane_whose_folder_is_missing(desk: Desk) -> None:
    folder = desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    on_main(desk, "src/theirs.py", "1\n")
    folder.rename(folder.with_name("elsewhere"))
    refused(desk, "folder is missing")


def test_a_lane_whose_worktree_is_on_another_branch(desk: Desk) -> None:
    folder = desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    on_main(desk, "src/theirs.py", "1\n")
    git(folder, "checkout", "-q", "-b", "aside")
    refused(desk, "on aside, not on alpha/work")


def test_a_branch_that_is_checked_out_elsewhere_too(desk: Desk, tmp_path: Path) -> None:
    desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    on_main(desk, "src/theirs.py", "1\n")
    git(desk.root, "worktree", "add", "-q", "--force", str(tmp_path / "second"), "alpha/work")
    refused(desk, "checked out in")


def test_a_target_of_another_history(desk: Desk) -> None:
    desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    git(desk.root, "checkout", "-q", "--orphan", "fresh")
    git(desk.root, "commit", "-q", "-m", "another beginning")
    git(desk.root, "branch", "-f", "main", "fresh")
    refused(desk, "share no history")


def refused(desk: Desk, match: str) -> None:
    before = tip(desk)
    for how in ("merge", "rebase"):
        with pytest.raises(Refused, match=match):
            desk.do(Sync(ALPHA, how=how))
    assert tip(desk) == before
    assert all(op.kind is not OpKind.SYNC for op in desk.cockpit().log())


def test_an_agent_that_commits_at_the_same_moment(desk: Desk) -> None:
    folder = desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    on_main(desk, "src/theirs.py", "1\n")

    def probe(where: str) -> None:
        if where == "sync: lay out the new files":
            desk.commit("alpha", "src/meanwhile.py", "2\n")

    with pytest.raises(Refused, match="moved meanwhile; nothing was changed"):
        desk.do(Sync(ALPHA), cockpit=desk.cockpit(probe))
    assert git(folder, "log", "-1", "--format=%s").strip() == "work"
    assert not (folder / "src/theirs.py").exists() and status(folder) == []
    assert desk.cockpit().log(last=1)[0].state is OpState.ABANDONED
    assert desk.cockpit().recover(lambda _event: None) == []
    desk.do(Sync(ALPHA))
    assert (folder / "src/theirs.py").exists() and status(folder) == []


@pytest.mark.parametrize("step", ["move alpha/work", "bring the lane's files after it"])
def test_no_commit_is_made_of_an_index_that_is_left_behind(desk: Desk, step: str) -> None:
    """Between the move and the new index a commit would bring the old tree back."""
    folder = desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    on_main(desk, "src/theirs.py", "1\n")
    (folder / "late.txt").write_text("late\n")
    tried: list[int] = []

    def probe(where: str) -> None:
        if where == f"sync: {step}":
            command = ["git", "commit", "-q", "--allow-empty", "-m", "too early"]
            tried.append(subprocess.run(command, cwd=folder, capture_output=True).returncode)

    desk.do(Sync(ALPHA), cockpit=desk.cockpit(probe))
    assert tried and tried[0] != 0
    assert (folder / "src/theirs.py").exists()
    assert status(folder) == ["?? late.txt"]
    git(folder, "commit", "-q", "--allow-empty", "-m", "now it goes")


def test_another_git_that_stays_in_the_index(desk: Desk) -> None:
    folder = desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    on_main(desk, "src/theirs.py", "1\n")
    admin = desk.cockpit().work.record(ALPHA).admin
    (admin / "index.lock").touch()
    with pytest.raises(Unavailable, match="Another git is working"):
        desk.do(Sync(ALPHA))
    assert (admin / "index.lock").exists()
    (admin / "index.lock").unlink()
    assert not (folder / "src/theirs.py").exists() and status(folder) == []
    assert desk.cockpit().log(last=1)[0].state is OpState.ABANDONED


def test_a_file_that_comes_in_the_way_after_the_look(desk: Desk) -> None:
    folder = desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    on_main(desk, "src/theirs.py", "theirs\n")

    def probe(where: str) -> None:
        if where == "sync: move alpha/work":
            (folder / "src/theirs.py").write_text("the agent's\n")

    before = tip(desk)
    with pytest.raises(Refused, match="in the way"):
        desk.do(Sync(ALPHA), cockpit=desk.cockpit(probe))
    assert tip(desk) == before
    assert (folder / "src/theirs.py").read_text() == "the agent's\n"


# ---------------------------------------------------------------- turns


def test_a_working_agent_is_left_alone_or_waited_for(desk: Desk) -> None:
    folder = desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    on_main(desk, "src/theirs.py", "1\n")
    works(desk)
    check = untouched(desk, folder)
    with pytest.raises(Refused, match="in the middle of a turn"):
        desk.do(Sync(ALPHA))
    outcome = desk.do(Sync(ALPHA, when_idle=True))
    assert outcome.operation is None and outcome.data["waiting"]
    check()
    assert facts_of(desk).sync.words == "sync waits for its turn's end"
    rests(desk)
    assert desk.do(Sync(ALPHA, when_idle=True)).operation is not None
    assert facts_of(desk).sync.words == ""


def test_a_lane_without_a_pane_is_at_rest(desk: Desk) -> None:
    desk.start()
    desk.do(Stop(ALPHA))
    on_main(desk, "src/theirs.py", "1\n")
    assert desk.do(Sync(ALPHA)).operation is not None
    desk.do(Restart(ALPHA))


# ---------------------------------------------------------------- looking and undoing


def test_a_look_leaves_nothing_behind(desk: Desk) -> None:
    folder = desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    on_main(desk, "src/theirs.py", "1\n")
    cockpit = desk.cockpit()
    before = git(desk.root, "count-objects", "-v"), git(desk.root, "for-each-ref")
    for how in (SyncHow.MERGE, SyncHow.REBASE):
        shown = cockpit.preview_sync(ALPHA, how=how)
        assert shown.may_sync and [line.subject for line in shown.incoming] == ["theirs"]
        assert [change.path for change in shown.changes] == ["src/theirs.py"]
    assert (git(desk.root, "count-objects", "-v"), git(desk.root, "for-each-ref")) == before
    assert status(folder) == []


@pytest.mark.parametrize("how", ["merge", "rebase", "forward"])
def test_undo_takes_the_lane_back(desk: Desk, how: str) -> None:
    folder = desk.start()
    if how != "forward":
        desk.commit("alpha", "src/mine.py", "1\n")
    (folder / "loose.txt").write_text("loose\n")
    on_main(desk, "src/theirs.py", "1\n")
    on_main(desk, "README.md", "theirs\n")
    before, base = tip(desk), desk.cockpit().work.record(ALPHA).base
    check = untouched(desk, folder)
    desk.do(Sync(ALPHA, how="" if how == "forward" else how))
    assert tip(desk) != before
    shown = desk.cockpit().preview_undo()
    assert shown.in_the_way == () and "goes back to" in shown.lines[0]
    desk.do(Undo())
    check()
    assert desk.cockpit().work.record(ALPHA).base == base
    desk.do(Sync(ALPHA))


def test_what_stands_in_the_way_of_undoing(desk: Desk) -> None:
    folder = desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    on_main(desk, "src/theirs.py", "1\n")
    desk.do(Sync(ALPHA))
    (folder / "src/theirs.py").write_text("changed since\n")
    assert "src/theirs.py" in desk.cockpit().preview_undo().in_the_way[0]
    works(desk)
    assert "is working" in desk.cockpit().preview_undo().in_the_way[0]
    rests(desk)
    git(folder, "commit", "-q", "-a", "-m", "on top")
    assert "1 commit(s) on top" in desk.cockpit().preview_undo().in_the_way[0]
    with pytest.raises(Refused):
        desk.do(Undo())
    assert (folder / "src/theirs.py").read_text() == "changed since\n"


def test_a_lane_that_lands_after_a_sync_lands_as_itself(desk: Desk) -> None:
    """What a sync brought in is no part of the lane's own change."""
    desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    on_main(desk, "outside/of-its-zone.txt", "1\n")
    desk.do(Sync(ALPHA))
    assert desk.cockpit().preview_landing(ALPHA).may_land
    assert [c.path for c in desk.cockpit().preview_landing(ALPHA).changes] == ["src/mine.py"]


def test_two_lanes_one_after_the_other(desk: Desk) -> None:
    desk.start()
    desk.do(Start(BETA))
    on_main(desk, "src/theirs.py", "1\n")
    for lane in (ALPHA, BETA):
        desk.do(Sync(lane))
    assert tip(desk) == tip(desk, "beta/work") == desk.main()


def test_ref_names_that_the_step_keeps(desk: Desk) -> None:
    desk.start()
    mine = desk.commit("alpha", "src/mine.py", "1\n")
    on_main(desk, "src/theirs.py", "1\n")
    op = desk.do(Sync(ALPHA)).operation
    work: Workplace = desk.cockpit().work
    assert op is not None
    kept = work.git.refs(f"refs/cockpit/op/{op.id}")
    assert set(kept.values()) == {CommitId(mine), CommitId(tip(desk))}
