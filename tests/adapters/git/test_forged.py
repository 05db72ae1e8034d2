"""What agents can lay beside the objects to make git tell another history: replaced objects,
grafts, a forged commit graph. None of it changes an answer of ours, and plain git shows that
it does change its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.adapters.git.repository import open_repository
from cockpit.domain.ids import BlobId, CommitId, LaneId, RefName
from tests.adapters.git.conftest import MAIN, commit_all, tip
from tests.conftest import git

ALPHA = LaneId("alpha")
PLAIN = ("log", "--format=%P %T", "-2", "alpha/work"), ("diff", "main...alpha/work")


@pytest.fixture
def lanes(repo: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Folders of two lanes with two commits each, which clash, and a target that went on."""
    folders = []
    for name in ("alpha", "beta"):
        folder = tmp_path / name
        git(repo, "worktree", "add", "-q", "-b", f"{name}/work", str(folder))
        for number in (1, 2):
            (folder / "src" / "api.py").write_text(f"{name} {number}\n")
            (folder / "docs" / f"{name}{number}").write_text("x\n")
            commit_all(folder, f"{name} {number}")
        (folder / "src" / "auth.py").write_text(f"{name}\n")
        folders.append(folder)
    (repo / "README.md").write_text("# Moved on\n")
    commit_all(repo, "main work")
    return folders[0], folders[1]


def answers(repo: Path, alpha: Path, beta: Path) -> dict[str, object]:
    """What a fresh cockpit is told, by question."""
    main, one, two = (
        CommitId(git(repo, "--no-replace-objects", "rev-parse", ref).strip())
        for ref in ("main", "alpha/work", "beta/work")
    )
    first = CommitId(git(repo, "--no-replace-objects", "rev-list", "--max-parents=0", "main")[:40])
    found = open_repository(repo)
    try:
        base = found.merge_base(main, one)
        assert base is not None
        history, builder, edits = found.history, found.builder, found.line_edits
        sides = [found.scout.snapshot(folder, skip=lambda _: False) for folder in (alpha, beta)]
        assert sides[0] is not None and sides[1] is not None
        entries = found.entries_at(one, ["src/api.py"])
        return {
            "base": base,
            "ancestor": (found.is_ancestor(first, one), found.is_ancestor(one, main)),
            "facts": found.facts(alpha, MAIN),
            "tree": (found.tree_of(one), found.first_parent(one), entries),
            "blob": found.blob(BlobId(entries["src/api.py"][1])),
            "commits": history.commits(main, one),
            "changes": history.changes(base, one),
            "lane": (history.lane_commits(main, one), history.size_of(main, one)),
            "left": (history.unmerged(one, main), history.to_replay(one, main)),
            "contributions": history.contributions(main, [one, two], limit=9),
            "log": history.log([main, one, two], limit=50),
            "inspect": history.inspect(one),
            "review": found.review.diff(alpha, MAIN),
            "edits": (edits.between(base, one), edits.after(base, one, ["src/api.py"])),
            "merge": (builder.merge(main, one), builder.merge(one, two)),
            "revert": builder.revert_tree(one, one),
            "replay": builder.replay([one], main, keep=False).conflicts,
            "conflict": found.conflicts.look(one, two, ALPHA, "beta"),
            "clash": found.scout.clash_paths(sides[0], sides[1]),
        }
    finally:
        found.close()


def replaced_commit(repo: Path) -> None:
    git(repo, "replace", "alpha/work", "main~1")


def replaced_tree(repo: Path) -> None:
    git(repo, "replace", "alpha/work^{tree}", "main~1^{tree}")


def replaced_blob(repo: Path) -> None:
    git(repo, "replace", "alpha/work:src/api.py", "main:src/api.py")


def grafted_by_replace(repo: Path) -> None:
    git(repo, "replace", "--graft", "alpha/work", "main")


def grafts(repo: Path) -> None:
    line = f"{tip(repo, 'alpha/work')} {tip(repo, 'main')}\n"
    (repo / ".git" / "info" / "grafts").write_text(line)


def _forged_graph(repo: Path, old: str, new: str) -> None:
    """The commit graph says `new` where the objects say `old`; its checksum is not looked at
    when it is read."""
    git(repo, "commit-graph", "write", "--reachable")
    graph = repo / ".git" / "objects" / "info" / "commit-graph"
    content = graph.read_bytes()
    assert content.count(bytes.fromhex(old)) == 1
    graph.chmod(0o644)
    graph.write_bytes(content.replace(bytes.fromhex(old), bytes.fromhex(new)))


def graph_with_another_tree(repo: Path) -> None:
    trees = git(repo, "rev-parse", "alpha/work^{tree}", "main~1^{tree}").split()
    _forged_graph(repo, *trees)


@pytest.mark.parametrize(
    "forge",
    [
        replaced_commit,
        replaced_tree,
        replaced_blob,
        grafted_by_replace,
        grafts,
        graph_with_another_tree,
    ],
)
def test_a_forged_history_changes_no_answer(
    repo: Path, lanes: tuple[Path, Path], forge: Callable[[Path], None]
) -> None:
    true = answers(repo, *lanes)
    plain = [git(repo, *argv) for argv in PLAIN]
    forge(repo)
    assert [git(repo, *argv) for argv in PLAIN] != plain, "the forgery is dead"
    told = answers(repo, *lanes)
    assert {name for name, answer in told.items() if answer != true[name]} == set()


def test_a_repository_that_ends_at_a_shallow_commit_is_named(
    repo: Path, lanes: tuple[Path, Path]
) -> None:
    """git itself takes `shallow` for the end of history, so do we; a landing meets the
    sentence (`tampering`), and where no common history is left nothing is built."""
    (repo / ".git" / "shallow").write_text(f"{tip(repo, 'alpha/work')}\n")
    found = open_repository(repo)
    try:
        assert any("history ends at commits named there" in said for said in found.tampering())
        main = found.read_ref(MAIN)
        work = found.read_ref(RefName("refs/heads/alpha/work"))
        assert main is not None and work is not None
        assert found.merge_base(main, work) is None
    finally:
        found.close()
