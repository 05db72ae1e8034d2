"""Undoing landings in any position, approvals and undoings; and landing again afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Approve, Land, Undo
from cockpit.domain.operation import UNDOABLE, OpKind, OpState
from cockpit.errors import Refused
from cockpit.services.undoing.table import UNDOS
from tests.conftest import git
from tests.services.conftest import Desk

ALPHA, BETA = LaneId("alpha"), LaneId("beta")

LANES = """\
target: main
agents:
  sh: {command: [sh], preset: shell}
lanes:
  alpha: {agent: sh}
  beta: {agent: sh}
merge: {how: %s}
"""
POEM = "".join(f"line {number}\n" for number in range(1, 31))


def changed(at: int, text: str, poem: str = POEM) -> str:
    lines = poem.splitlines(keepends=True)
    lines[at - 1] = text + "\n"
    return "".join(lines)


def seq_of(desk: Desk, kind: OpKind) -> int:
    return max(op.seq for op in desk.cockpit().log() if op.kind is kind)


def tree(desk: Desk, rev: str = "main") -> str:
    return git(desk.root, "rev-parse", f"{rev}^{{tree}}").strip()


def show(desk: Desk, path: str, rev: str = "main") -> str:
    return git(desk.root, "show", f"{rev}:{path}")


@pytest.fixture(params=["merge", "squash", "rebase"])
def how(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def two(make_desk: Callable[..., Desk], how: str) -> Desk:
    return both_landed(make_desk(lanes=LANES % how))


def both_landed(desk: Desk) -> Desk:
    """alpha changed line 5 in two commits and added a file; then beta changed another line."""
    (desk.root / "poem.txt").write_text(POEM)
    git(desk.root, "add", "-A")
    git(desk.root, "commit", "-q", "-m", "a poem")
    desk.start("alpha")
    desk.start("beta")
    desk.commit("alpha", "poem.txt", changed(5, "alpha"), "change a line")
    desk.commit("alpha", "src/new.py", "new = 1\n", "a new file")
    desk.commit("beta", "poem.txt", changed(25, "beta"), "change another line")
    desk.do(Land(ALPHA))
    desk.do(Land(BETA))
    return desk


@pytest.fixture
def plain(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk(lanes=LANES % "merge")


def test_the_table_and_the_names_agree() -> None:
    assert set(UNDOS) == UNDOABLE


# ---------------------------------------------------------------- landings


def test_undo_of_a_landing_in_the_middle_takes_all_of_it_back(two: Desk, how: str) -> None:
    first = min(op.seq for op in two.cockpit().log() if op.kind is OpKind.LAND)
    shown = two.cockpit().preview_undo(first)
    assert shown.in_the_way == ()
    assert shown.shared == ()
    assert set(shown.paths) == {"poem.txt", "src/new.py"}
    two.do(Undo(first))
    assert show(two, "poem.txt") == changed(25, "beta")
    assert not (two.root / "src" / "new.py").exists()
    assert (two.root / "poem.txt").read_text() == changed(25, "beta")
    assert git(two.root, "status", "--porcelain") == ""
    assert git(two.root, "fsck", "--connectivity-only", "--no-dangling") == ""


def test_undo_of_the_last_landing_goes_back_by_compare_and_swap(two: Desk, how: str) -> None:
    last = seq_of(two, OpKind.LAND)
    old = two.cockpit().work.journal.read(last).intent["old"]  # type: ignore[union-attr]
    two.do(Undo(last))
    if how == "rebase":  # the lane's own first commit may stand in the target as it is
        assert tree(two) == tree(two, old)
    else:
        assert two.main() == old
    assert git(two.root, "status", "--porcelain") == ""


def test_a_preview_leaves_nothing_behind(two: Desk) -> None:
    first = min(op.seq for op in two.cockpit().log() if op.kind is OpKind.LAND)
    before = git(two.root, "count-objects", "-v"), git(two.root, "for-each-ref")
    two.cockpit().preview_undo(first)
    assert (git(two.root, "count-objects", "-v"), git(two.root, "for-each-ref")) == before


def test_a_preview_names_lines_that_later_landings_changed_too(plain: Desk) -> None:
    both_landed(plain)
    git(plain.root.parent / "project-beta", "merge", "-q", "main")
    plain.commit("beta", "poem.txt", changed(6, "beta", show(plain, "poem.txt")))
    plain.do(Land(BETA))
    first, _, last = (op.seq for op in plain.cockpit().log() if op.kind is OpKind.LAND)
    shown = plain.cockpit().preview_undo(first)
    (hunk,) = shown.shared
    assert (hunk.path, hunk.step, hunk.blocks) == ("poem.txt", last, True)
    assert hunk.start <= 6 <= hunk.start + hunk.count
    assert f"step {last} (land beta on main) came after it" in shown.in_the_way[0]
    assert "poem.txt" in shown.in_the_way[0]
    before = plain.main()
    with pytest.raises(Refused, match=f"step {last} "):
        plain.do(Undo(first))
    assert plain.main() == before
    plain.do(Undo(last))
    plain.do(Undo(first))
    assert show(plain, "poem.txt") == changed(25, "beta")


def test_a_preview_names_the_commanders_own_commits_in_the_way(plain: Desk) -> None:
    both_landed(plain)
    (plain.root / "poem.txt").write_text(changed(5, "mine", show(plain, "poem.txt")))
    git(plain.root, "commit", "-q", "-am", "polish\x1b[31m it")
    first = min(op.seq for op in plain.cockpit().log() if op.kind is OpKind.LAND)
    shown = plain.cockpit().preview_undo(first)
    assert plain.main()[:10] in shown.in_the_way[0]
    assert "line 5 of poem.txt" in shown.in_the_way[0]


def test_lines_changed_again_and_back_are_named_but_block_nothing(plain: Desk) -> None:
    both_landed(plain)
    landed = show(plain, "poem.txt")
    for text in (changed(5, "mine", landed), landed):
        (plain.root / "poem.txt").write_text(text)
        git(plain.root, "commit", "-q", "-am", "polish")
    first = min(op.seq for op in plain.cockpit().log() if op.kind is OpKind.LAND)
    shown = plain.cockpit().preview_undo(first)
    assert shown.in_the_way == ()
    assert {hunk.commit for hunk in shown.shared} == {
        git(plain.root, "rev-parse", rev).strip() for rev in ("main", "main~1")
    }
    assert any("line 5 of poem.txt" in line for line in shown.lines)


def test_undo_where_a_file_lies_in_the_way_of_a_folder(plain: Desk) -> None:
    both_landed(plain)
    git(plain.root, "rm", "-q", "src/new.py")
    (plain.root / "src" / "new.py").mkdir(parents=True)
    (plain.root / "src" / "new.py" / "x").write_text("x\n")
    git(plain.root, "add", "-A")
    git(plain.root, "commit", "-q", "-m", "a folder")
    first = min(op.seq for op in plain.cockpit().log() if op.kind is OpKind.LAND)
    shown = plain.cockpit().preview_undo(first)
    assert any(hunk.path == "src/new.py" for hunk in shown.shared)


def test_a_lane_with_a_detached_head_on_the_landing_makes_it_a_revert(plain: Desk) -> None:
    both_landed(plain)
    git(plain.root.parent / "project-beta", "checkout", "-q", "--detach", "main")
    plain.do(Undo())
    assert git(plain.root, "rev-list", "--count", "main").strip() != "0"
    assert git(plain.root, "log", "-1", "--format=%s", "main").strip().startswith("Revert")


# ---------------------------------------------------------------- an undoing undone


def test_an_undone_landing_stands_again(two: Desk) -> None:
    landed = two.main()
    done = two.do(Undo())
    assert two.main() != landed
    assert done.operation is not None
    shown = two.cockpit().preview_undo(done.operation.seq)
    assert any("stands again" in line for line in shown.lines)
    two.do(Undo(done.operation.seq))
    assert tree(two) == tree(two, landed)
    assert git(two.root, "status", "--porcelain") == ""
    with pytest.raises(Refused, match="undone already"):
        two.do(Undo(done.operation.seq))
    two.do(Undo())  # the landing stands, so it can be undone once more
    assert tree(two) != tree(two, landed)


def test_a_plain_undo_goes_on_backwards(two: Desk) -> None:
    two.do(Undo())
    two.do(Undo())
    assert show(two, "poem.txt") == POEM


def test_an_undoing_that_others_build_on_is_not_taken_back(plain: Desk) -> None:
    both_landed(plain)
    seq = plain.do(Undo()).data["undid"]
    undo = seq_of(plain, OpKind.UNDO)
    (plain.root / "later.txt").write_text("later\n")
    git(plain.root, "add", "-A")
    git(plain.root, "commit", "-q", "-m", "later")
    before = plain.main()
    with pytest.raises(Refused) as caught:
        plain.do(Undo(undo))
    assert "cockpit merge beta" in caught.value.detail
    assert plain.main() == before
    assert plain.cockpit().work.journal.read(seq) is not None


def test_the_undoing_of_a_teardown_can_not_be_taken_back(plain: Desk) -> None:
    from cockpit.domain.intents import Teardown

    plain.start("alpha")
    plain.do(Teardown(ALPHA))
    done = plain.do(Undo())
    assert done.operation is not None
    with pytest.raises(Refused, match="only the undoing of a landing"):
        plain.do(Undo(done.operation.seq))


# ---------------------------------------------------------------- approvals


def test_undo_of_an_approval_and_of_its_revocation(plain: Desk) -> None:
    plain.start("alpha")
    tip = plain.commit("alpha", "a.txt", "a\n")
    plain.do(Approve(ALPHA))
    assert plain.cockpit().pinned(ALPHA) == tip
    plain.do(Undo())
    assert plain.cockpit().pinned(ALPHA) is None
    plain.do(Approve(ALPHA))
    plain.do(Approve(ALPHA, revoke=True))
    shown = plain.cockpit().preview_undo()
    assert "approved at" in shown.lines[0]
    plain.do(Undo())
    assert plain.cockpit().pinned(ALPHA) == tip


def test_an_approval_that_comes_back_for_another_commit_is_void(plain: Desk) -> None:
    plain.start("alpha")
    first = plain.commit("alpha", "a.txt", "a\n")
    plain.do(Approve(ALPHA))
    plain.commit("alpha", "a.txt", "b\n")
    plain.do(Approve(ALPHA))
    shown = plain.cockpit().preview_undo()
    assert "void" in shown.lines[0]
    plain.do(Undo())
    assert plain.cockpit().pinned(ALPHA) == first
    assert plain.cockpit().approval(ALPHA).standing.value == "void"


def test_an_approval_that_was_used_is_passed_by(plain: Desk) -> None:
    plain.start("alpha")
    plain.commit("alpha", "a.txt", "a\n")
    plain.do(Approve(ALPHA))
    approved = seq_of(plain, OpKind.APPROVE)
    plain.do(Land(ALPHA))
    landed = seq_of(plain, OpKind.LAND)
    shown = plain.cockpit().preview_undo(approved)
    assert f"step {landed} " in shown.in_the_way[0]
    plain.do(Undo())
    assert plain.cockpit().preview_undo().operation.kind is OpKind.START


def test_an_approval_whose_undoing_died_is_ended(plain: Desk) -> None:
    class Died(BaseException):
        pass

    plain.start("alpha")
    plain.commit("alpha", "a.txt", "a\n")
    for word in ("take the approval", "end"):
        plain.do(Approve(ALPHA))

        def die(where: str, word: str = word) -> None:
            if where.startswith("undo") and word in where:
                raise Died(where)

        with pytest.raises(Died):
            plain.do(Undo(), cockpit=plain.cockpit(die))
        plain.cockpit().recover(plain.events.append)
        assert plain.cockpit().recover(plain.events.append) == []
        state = plain.cockpit().log()[-1].state
        gone = plain.cockpit().pinned(ALPHA) is None
        assert state is (OpState.DONE if gone else OpState.ABANDONED)


# ---------------------------------------------------------------- landing again


def reverted(desk: Desk, how: str) -> Desk:
    """alpha landed, something came after it, and alpha was taken back by a revert."""
    both_landed(desk)
    desk.do(Undo(min(op.seq for op in desk.cockpit().log() if op.kind is OpKind.LAND)))
    assert "alpha" not in show(desk, "poem.txt")
    return desk


@pytest.fixture
def taken_back(make_desk: Callable[..., Desk], how: str) -> Desk:
    return reverted(make_desk(lanes=LANES % how), how)


def test_landing_again_after_a_revert_brings_everything(taken_back: Desk, how: str) -> None:
    taken_back.commit("alpha", "src/more.py", "more = 1\n", "more")
    shown = taken_back.cockpit().preview_landing(ALPHA)
    note = next(check.text for check in shown.checks if check.name == "again")
    if how != "rebase":  # a rebase may keep the lane's first commits as they are
        assert ("revert of the revert" in note) == (how == "merge")
    assert {change.path for change in shown.changes} == {"poem.txt", "src/new.py", "src/more.py"}
    taken_back.do(Land(ALPHA))
    assert show(taken_back, "src/more.py") == "more = 1\n"
    assert show(taken_back, "src/new.py") == "new = 1\n"
    assert show(taken_back, "poem.txt") == changed(5, "alpha", changed(25, "beta"))
    assert git(taken_back.root, "status", "--porcelain") == ""
    last = taken_back.do(Undo())
    assert "alpha" not in show(taken_back, "poem.txt")
    assert last.data["kind"] == OpKind.LAND


def test_landing_again_without_anything_new(taken_back: Desk) -> None:
    taken_back.do(Land(ALPHA))
    assert show(taken_back, "poem.txt") == changed(5, "alpha", changed(25, "beta"))
    message = git(taken_back.root, "log", "-1", "--format=%B", "main")
    assert "Cockpit-Lane: alpha" in message.strip().rpartition("\n\n")[2]
    with pytest.raises(Refused, match="everything of this lane already"):
        taken_back.do(Land(ALPHA))


def test_landing_undoing_and_landing_again_twice(plain: Desk) -> None:
    reverted(plain, "merge")
    for number in range(2):
        plain.commit("alpha", f"more{number}.txt", "more\n")
        plain.do(Land(ALPHA))
        landed = seq_of(plain, OpKind.LAND)
        git(plain.root, "commit", "-q", "--allow-empty", "-m", "later")
        plain.do(Undo(landed))
        assert "alpha" not in show(plain, "poem.txt")
    plain.do(Land(ALPHA))
    assert show(plain, "poem.txt") == changed(5, "alpha", changed(25, "beta"))
    assert show(plain, "more0.txt") == show(plain, "more1.txt") == "more\n"


def test_a_revert_by_hand_is_known_too(plain: Desk) -> None:
    both_landed(plain)
    git(plain.root, "revert", "--no-edit", "-m", "1", "main~1")
    plain.commit("alpha", "more.txt", "more\n")
    plain.do(Land(ALPHA))
    assert show(plain, "poem.txt") == changed(5, "alpha", changed(25, "beta"))


def test_a_message_that_lies_about_a_revert_is_not_believed(plain: Desk) -> None:
    both_landed(plain)
    landed = git(plain.root, "rev-parse", "main~1").strip()
    text = f"Innocent\n\nThis reverts commit {landed}."
    git(plain.root, "commit", "-q", "--allow-empty", "-m", text)
    plain.commit("alpha", "more.txt", "more\n")
    shown = plain.cockpit().preview_landing(ALPHA)
    assert [check for check in shown.checks if check.name == "again"] == []


def test_a_lane_that_took_the_revert_in_goes_on_from_there(plain: Desk) -> None:
    reverted(plain, "merge")
    git(plain.root.parent / "project-alpha", "merge", "-q", "main")
    plain.commit("alpha", "more.txt", "more\n")
    plain.do(Land(ALPHA))
    assert show(plain, "poem.txt") == changed(25, "beta")


def test_a_lane_that_was_started_anew_brings_nothing_old_back(plain: Desk) -> None:
    from cockpit.domain.intents import Teardown

    both_landed(plain)
    plain.do(Teardown(ALPHA))
    plain.start("alpha")
    plain.commit("alpha", "more.txt", "more\n")
    plain.do(Undo(min(op.seq for op in plain.cockpit().log() if op.kind is OpKind.LAND)))
    plain.do(Land(ALPHA))
    assert show(plain, "poem.txt") == changed(25, "beta")
    assert show(plain, "more.txt") == "more\n"


def test_a_revert_that_can_not_be_reverted_is_a_conflict(plain: Desk) -> None:
    reverted(plain, "merge")
    (plain.root / "poem.txt").write_text(changed(5, "mine", show(plain, "poem.txt")))
    git(plain.root, "commit", "-q", "-am", "mine")
    plain.commit("alpha", "more.txt", "more\n")
    shown = plain.cockpit().preview_landing(ALPHA)
    assert shown.conflicts == ("poem.txt",)
    assert not shown.may_land


# ---------------------------------------------------------------- a death at any step


class Died(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("number", range(1, 9))
def test_a_death_while_a_landing_is_made_to_stand_again(plain: Desk, number: int) -> None:
    both_landed(plain)
    landed = plain.main()
    plain.do(Undo())
    back = plain.main()
    seen: list[str] = []

    def probe(where: str) -> None:
        seen.append(where)
        if len(seen) == number:
            raise Died(where)

    undo = seq_of(plain, OpKind.UNDO)
    try:
        plain.do(Undo(undo), cockpit=plain.cockpit(probe))
    except Died:
        plain.cockpit().recover(plain.events.append)
    assert plain.cockpit().recover(plain.events.append) == []
    stands = plain.main() == landed
    assert stands or plain.main() == back
    redo = next((op for op in plain.cockpit().log() if op.undoes == undo), None)
    assert stands == (redo is not None and redo.state is OpState.DONE)
    assert git(plain.root, "status", "--porcelain") == ""
    if not stands:
        plain.do(Undo(undo))
        assert plain.main() == landed
