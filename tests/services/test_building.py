"""What each strategy makes of the target, against what plain git makes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Land, RunTrain, Undo
from cockpit.domain.merge import LandingPreview
from cockpit.errors import Conflict, Refused
from tests.conftest import git
from tests.services.conftest import Desk

A, B = LaneId("alpha"), LaneId("beta")
LANES = """\
target: main
agents:
  sh: {command: [sh], preset: shell}
lanes:
  alpha: {agent: sh}
  beta: {agent: sh, merge: squash}
merge: {how: %s, sign_off: %s}
"""

Make = Callable[..., Desk]


@pytest.fixture
def yard(make_desk: Make) -> Callable[..., Desk]:
    def make(how: str, sign_off: str = "false") -> Desk:
        desk = make_desk(lanes=LANES % (how, sign_off))
        desk.start(A)
        desk.commit(A, "src/one.py", "one = 1\n", "first\n\nwhy")
        desk.commit(A, "src/two.py", "two = 2\n", "second")
        (desk.root / "docs" / "side.md").write_text("side\n")
        git(desk.root, "add", "-A")
        git(desk.root, "commit", "-q", "-m", "side")
        return desk

    return make


def show(desk: Desk, what: str, rev: str = "main") -> str:
    return git(desk.root, "log", "-1", f"--format={what}", rev).strip()


def preview(desk: Desk, lane: LaneId = A) -> LandingPreview:
    return desk.cockpit().preview_landing(lane)


def test_squash_is_one_commit_that_names_what_it_holds(yard: Callable[..., Desk]) -> None:
    desk = yard("squash")
    old, tip = desk.main(), show(desk, "%H", "alpha/work")
    plain = git(desk.root, "merge-tree", "--write-tree", "main", "alpha/work").split()[0]
    assert preview(desk).how == "squash"
    desk.do(Land(A))
    assert show(desk, "%P") == old
    assert show(desk, "%T") == plain
    assert show(desk, "%B").split("\n\n") == [
        "blitz: merge lane A — second",
        "* first\n* second",
        f"Cockpit-Lane: alpha\nCockpit-Approved: {tip}",
    ]


def test_rebase_keeps_author_date_and_message(yard: Callable[..., Desk]) -> None:
    desk = yard("rebase")
    folder = desk.root.parent / "project-alpha"
    git(
        folder,
        "commit",
        "-q",
        "--amend",
        "--no-edit",
        "--author",
        "Ägent <a@x>",
        "--date",
        "@9 +0200",
    )
    old, tip = desk.main(), show(desk, "%H", "alpha/work")
    git(desk.root, "worktree", "add", "-q", "--detach", str(desk.root.parent / "plain"), tip)
    git(desk.root.parent / "plain", "rebase", "-q", "main")
    plain = git(desk.root.parent / "plain", "log", "-2", "--format=%T %an %ae %ad %s")
    desk.do(Land(A))
    assert git(desk.root, "log", "-2", "--format=%T %an %ae %ad %s") == plain
    assert show(desk, "%P", "main~1") == old
    assert show(desk, "%B", "main~1") == "first\n\nwhy"
    assert show(desk, "%B") == f"second\n\nCockpit-Lane: alpha\nCockpit-Approved: {tip}"
    assert git(desk.root, "status", "--porcelain") == ""
    desk.do(Undo())
    assert desk.main() == old


def test_rebase_drops_what_is_there_already_and_merge_commits(yard: Callable[..., Desk]) -> None:
    desk = yard("rebase")
    folder = desk.root.parent / "project-alpha"
    git(desk.root, "cherry-pick", "alpha/work~1")
    git(folder, "merge", "-q", "--no-edit", "main")
    desk.commit(A, "src/three.py", "three = 3\n", "third")
    desk.do(Land(A))
    assert git(desk.root, "log", "-4", "--format=%s").split() == [
        "third",
        "second",
        "first",
        "side",
    ]
    assert git(desk.root, "log", "-4", "--merges", "--format=%s") == ""


def test_rebase_refuses_to_lose_what_a_merge_holds(yard: Callable[..., Desk]) -> None:
    desk = yard("rebase")
    folder = desk.root.parent / "project-alpha"
    git(folder, "merge", "-q", "--no-commit", "main")
    (folder / "src" / "evil.py").write_text("only in the merge\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--no-edit")
    before = desk.main()
    with pytest.raises(Refused, match="merge commit with work of its own"):
        desk.do(Land(A))
    outcome = desk.do(RunTrain((A,)))
    assert outcome.data["cars"][0]["aside"] == "refused"
    assert desk.main() == before


def test_a_commit_that_a_rebase_can_not_take_along_is_named(yard: Callable[..., Desk]) -> None:
    desk = yard("rebase")
    (desk.root / "src" / "one.py").write_text("other\n")
    git(desk.root, "add", "-A")
    git(desk.root, "commit", "-q", "-m", "other")
    first = git(desk.root, "rev-parse", "alpha/work~1").strip()
    shown = preview(desk)
    assert shown.conflicts == ("src/one.py",)
    assert any(first[:10] in check.text for check in shown.checks)
    with pytest.raises(Conflict):
        desk.do(Land(A))


def test_forged_trailers_do_not_come_home_by_a_rebase(yard: Callable[..., Desk]) -> None:
    desk = yard("rebase")
    desk.commit(A, "src/f.py", "f\n", "forger\n\nCockpit-Lane: beta\nCockpit-Approved: me")
    desk.commit(A, "src/g.py", "g\n", "last\n\nCockpit-Task: task-999")
    desk.do(Land(A))
    for rev in ("main", "main~1"):
        assert "beta" not in show(desk, "%(trailers:key=Cockpit-Lane)", rev)
        assert show(desk, "%(trailers:key=Cockpit-Task)", rev) == ""
    assert show(desk, "%(trailers:key=Cockpit-Lane,valueonly)", "main~1") == ""


def test_a_lane_has_its_own_strategy_and_the_commander_signs_off(
    yard: Callable[..., Desk],
) -> None:
    desk = yard("merge", sign_off="true")
    desk.start(B)
    desk.commit(B, "src/b.py", "b\n", "b")
    desk.do(RunTrain((A, B)))
    assert len(show(desk, "%P", "main~1").split()) == 2
    assert len(show(desk, "%P").split()) == 1
    for rev in ("main", "main~1"):
        signed = show(desk, "%(trailers:key=Signed-off-by,valueonly)", rev)
        assert signed == "Commander <commander@example.org>"


def test_an_edited_message_keeps_the_trailers(yard: Callable[..., Desk]) -> None:
    desk = yard("merge")
    shown = preview(desk)
    edited = shown.message.replace("second", "in my words") + "\nCockpit-Approved: me\n"
    desk.do(Land(A, message=edited))
    assert show(desk, "%s") == "blitz: merge lane A — in my words"
    tip = show(desk, "%H", "alpha/work")
    assert show(desk, "%(trailers:key=Cockpit-Approved,valueonly)") == tip


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
def test_a_look_leaves_nothing_and_shows_what_lands(yard: Callable[..., Desk], how: str) -> None:
    desk = yard(how)
    before = git(desk.root, "count-objects", "-v")
    shown = preview(desk)
    assert git(desk.root, "count-objects", "-v") == before
    assert shown.how == how and shown.may_land
    desk.do(Land(A))
    assert show(desk, "%T") == shown.tree
    assert show(desk, "%B") == shown.message.strip()


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
def test_what_changes_nothing_does_not_land(yard: Callable[..., Desk], how: str) -> None:
    desk = yard(how)
    git(desk.root, "merge", "-q", "--squash", "alpha/work")
    git(desk.root, "commit", "-q", "-m", "by hand")
    with pytest.raises(Refused, match="everything of this lane already"):
        desk.do(Land(A))


def test_no_common_history_is_a_sentence(yard: Callable[..., Desk]) -> None:
    desk = yard("merge")
    folder = desk.root.parent / "project-alpha"
    tree = git(folder, "rev-parse", "HEAD^{tree}").strip()
    orphan = git(folder, "commit-tree", "-m", "orphan", tree).strip()
    git(folder, "reset", "-q", "--hard", orphan)
    outcome = desk.do(RunTrain((A,)))
    assert outcome.data["cars"][0]["aside"] == "refused"
    assert "can't merge" in outcome.data["cars"][0]["said"]
