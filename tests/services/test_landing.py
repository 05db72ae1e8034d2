"""Landing one lane: what is checked, what moves, what is refused, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import Approve, Gate, Land, Undo
from cockpit.errors import CockpitError, Conflict, GateRed, Refused, TimedOut
from tests.conftest import git
from tests.services.conftest import LANES, Desk

ALPHA, BETA = LaneId("alpha"), LaneId("beta")


@pytest.fixture
def ready(desk: Desk) -> Desk:
    """Lane alpha with one good commit."""
    desk.start()
    desk.commit("alpha", "src/api.py", "def answer():\n    return 43\n", "raise the answer")
    return desk


def test_landing_moves_the_target_and_the_checkout_follows(ready: Desk) -> None:
    old = ready.main()
    outcome = ready.do(Land(ALPHA))
    new = ready.main()
    assert outcome.data["new"] == new != old
    assert git(ready.root, "log", "-1", "--format=%P").split()[0] == old
    assert "return 43" in (ready.root / "src" / "api.py").read_text()
    assert git(ready.root, "status", "--porcelain") == ""
    message = git(ready.root, "log", "-1", "--format=%B")
    assert message.startswith("blitz: merge lane A — raise the answer")
    assert "Cockpit-Lane: alpha" in message.strip().splitlines()[-2:][0]
    assert git(ready.root, "fsck", "--connectivity-only") == ""


def test_the_preview_moves_nothing(ready: Desk) -> None:
    before = git(ready.root, "for-each-ref") + git(ready.root, "status", "--porcelain")
    shown = ready.cockpit().preview_landing(ALPHA)
    assert shown.may_land
    assert [line.subject for line in shown.commits] == ["raise the answer"]
    assert [change.path for change in shown.changes] == ["src/api.py"]
    assert git(ready.root, "for-each-ref") + git(ready.root, "status", "--porcelain") == before


def test_undo_right_after_goes_back_by_compare_and_swap(ready: Desk) -> None:
    old = ready.main()
    ready.do(Land(ALPHA))
    shown = ready.cockpit().preview_undo()
    assert "goes back" in shown.lines[0]
    ready.do(Undo())
    assert ready.main() == old
    assert "return 42" in (ready.root / "src" / "api.py").read_text()
    assert git(ready.root, "status", "--porcelain") == ""
    ready.do(Land(ALPHA))
    assert "return 43" in (ready.root / "src" / "api.py").read_text()


def test_undo_under_later_work_makes_a_revert_commit(ready: Desk) -> None:
    ready.do(Land(ALPHA))
    (ready.root / "docs" / "guide.md").write_text("later\n")
    git(ready.root, "commit", "-q", "-am", "later")
    later = ready.main()
    outcome = ready.do(Undo())
    assert git(ready.root, "rev-parse", "HEAD~1").strip() == later
    assert "return 42" in (ready.root / "src" / "api.py").read_text()
    assert (ready.root / "docs" / "guide.md").read_text() == "later\n"
    assert git(ready.root, "status", "--porcelain") == ""
    assert outcome.operation is not None


def test_undo_when_another_ref_holds_the_merge_reverts(ready: Desk) -> None:
    ready.do(Land(ALPHA))
    landed = ready.main()
    git(ready.root, "branch", "holder")
    ready.do(Undo())
    assert git(ready.root, "rev-parse", "HEAD~1").strip() == landed


def test_undo_with_the_commanders_work_in_the_way_is_refused(ready: Desk) -> None:
    ready.do(Land(ALPHA))
    landed = ready.main()
    (ready.root / "src" / "api.py").write_text("mine\n")
    with pytest.raises(Refused, match=r"src/api\.py"):
        ready.do(Undo())
    assert ready.main() == landed
    assert (ready.root / "src" / "api.py").read_text() == "mine\n"


def test_a_conflict_changes_nothing_and_names_the_files(ready: Desk) -> None:
    (ready.root / "src" / "api.py").write_text("def answer():\n    return 1\n")
    git(ready.root, "commit", "-q", "-am", "other answer")
    before = ready.main()
    with pytest.raises(Conflict) as caught:
        ready.do(Land(ALPHA))
    assert caught.value.paths == ("src/api.py",)
    assert ready.main() == before
    assert git(ready.root, "status", "--porcelain") == ""


def test_outside_the_zone_is_refused_with_the_path(desk: Desk) -> None:
    desk.start()
    desk.commit("alpha", "docs/guide.md", "strayed\n")
    before = desk.main()
    with pytest.raises(Refused) as caught:
        desk.do(Land(ALPHA))
    assert "docs/guide.md" in caught.value.detail
    assert desk.main() == before


def test_a_file_moved_out_of_a_foreign_zone_is_seen(desk: Desk) -> None:
    folder = desk.start()
    git(folder, "mv", "docs/guide.md", "src/guide.md")
    git(folder, "commit", "-q", "-m", "move it in")
    with pytest.raises(Refused) as caught:
        desk.do(Land(ALPHA))
    assert "docs/guide.md" in caught.value.detail


def test_uncommitted_work_in_the_lane_is_refused(ready: Desk) -> None:
    folder = ready.root.parent / "project-alpha"
    (folder / "forgotten.py").write_text("x\n")
    with pytest.raises(Refused) as caught:
        ready.do(Land(ALPHA))
    assert "forgotten.py" in caught.value.detail


def test_nothing_to_land_is_a_sentence(desk: Desk) -> None:
    desk.start()
    with pytest.raises(Refused, match="everything of this lane already"):
        desk.do(Land(ALPHA))


@pytest.mark.parametrize("how", ["changed", "staged", "untracked", "ignored", "hidden"])
def test_the_commanders_work_in_the_way_refuses_the_landing(ready: Desk, how: str) -> None:
    path = ready.root / "src" / "api.py"
    if how in ("untracked", "ignored"):
        ready.commit("alpha", "src/extra.py", "theirs\n")
        path = ready.root / "src" / "extra.py"
    path.write_text("mine\n")
    match how:
        case "staged":
            git(ready.root, "add", str(path))
        case "ignored":
            (ready.root / ".git" / "info" / "exclude").write_text("extra.py\n")
        case "hidden":
            git(ready.root, "update-index", "--assume-unchanged", str(path))
    before, status = ready.main(), git(ready.root, "status", "--porcelain", "--ignored")
    with pytest.raises(Refused) as caught:
        ready.do(Land(ALPHA))
    assert path.name in caught.value.detail
    assert ready.main() == before
    assert path.read_text() == "mine\n"
    assert git(ready.root, "status", "--porcelain", "--ignored") == status


def test_the_commanders_other_work_stays_as_it_is(ready: Desk) -> None:
    (ready.root / "README.md").write_text("mine\n")
    (ready.root / "new.txt").write_text("new\n")
    git(ready.root, "add", "new.txt")
    ready.do(Land(ALPHA))
    assert (ready.root / "README.md").read_text() == "mine\n"
    assert git(ready.root, "status", "--porcelain") == " M README.md\nA  new.txt\n"
    assert "return 43" in (ready.root / "src" / "api.py").read_text()


@pytest.mark.parametrize("what", ["rebase", "merge", "bisect"])
def test_an_operation_under_way_in_the_checkout_refuses(ready: Desk, what: str) -> None:
    before = ready.main()
    match what:
        case "merge":
            (ready.root / ".git" / "MERGE_HEAD").write_text(before + "\n")
        case "rebase":
            (ready.root / ".git" / "rebase-merge").mkdir()
        case "bisect":
            git(ready.root, "bisect", "start")
    with pytest.raises(Refused, match="under way"):
        ready.do(Land(ALPHA))
    assert ready.main() == before


def test_a_target_checked_out_nowhere_lands_and_nothing_follows(ready: Desk) -> None:
    git(ready.root, "switch", "-q", "-c", "mine")
    files = (ready.root / "src" / "api.py").read_text()
    outcome = ready.do(Land(ALPHA))
    assert ready.main() == outcome.data["new"]
    assert (ready.root / "src" / "api.py").read_text() == files
    assert git(ready.root, "status", "--porcelain") == ""


def test_a_detached_head_lands_and_nothing_follows(ready: Desk) -> None:
    git(ready.root, "switch", "-q", "--detach")
    outcome = ready.do(Land(ALPHA))
    assert ready.main() == outcome.data["new"]
    assert git(ready.root, "status", "--porcelain") == ""


def test_a_red_gate_leaves_the_target_and_says_where_the_log_is(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(gate="\"echo broken test; grep -q 'return 43' src/api.py\"")
    desk.start()
    desk.commit("alpha", "src/api.py", "def answer():\n    return 44\n")
    before = desk.main()
    with pytest.raises(GateRed) as caught:
        desk.do(Land(ALPHA))
    assert "broken test" in caught.value.detail
    assert "gate-" in caught.value.hint
    assert desk.main() == before
    desk.commit("alpha", "src/api.py", "def answer():\n    return 43\n")
    desk.do(Land(ALPHA))


def test_the_gate_runs_on_the_merge_and_without_credentials(
    make_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    desk = make_desk(gate="'test -z \"$GITHUB_TOKEN\" && test -f docs/side.md'")
    desk.start()
    desk.commit("alpha", "src/api.py", "def answer():\n    return 43\n")
    (desk.root / "docs" / "side.md").write_text("side\n")
    git(desk.root, "add", "-A")
    git(desk.root, "commit", "-q", "-m", "side")
    assert desk.do(Gate(ALPHA)).data["gate"] == "green"
    desk.do(Land(ALPHA))


def test_a_gate_that_hangs_is_ended(make_desk: Callable[..., Desk]) -> None:
    lanes = LANES.replace("timeout: 20s", "timeout: 1s")
    desk = make_desk(gate='"sleep 300"', lanes=lanes)
    desk.start()
    desk.commit("alpha", "src/api.py", "x\n")
    with pytest.raises(TimedOut):
        desk.do(Land(ALPHA))


def test_a_gate_that_is_not_there_blames_nobody(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(gate='"no-such-gate-command"')
    desk.start()
    desk.commit("alpha", "src/api.py", "x\n")
    with pytest.raises(Refused, match="was not found"):
        desk.do(Land(ALPHA))


def test_a_target_that_moves_while_the_gate_runs_is_not_landed_on(
    make_desk: Callable[..., Desk],
) -> None:
    gate = "'git -C %s commit -q --allow-empty -m meanwhile'"
    desk = make_desk(gate='"true"')
    desk.configure(LANES % (gate % desk.root))
    git(desk.root, "commit", "-q", "-am", "gate that commits")
    desk.trust()
    desk.start()
    desk.commit("alpha", "src/api.py", "x\n")
    with pytest.raises(Refused, match="moved while the gate ran"):
        desk.do(Land(ALPHA))
    assert git(desk.root, "log", "-1", "--format=%s").strip() == "meanwhile"
    assert git(desk.root, "status", "--porcelain") == ""


def test_a_yes_to_an_older_picture_is_void(ready: Desk) -> None:
    seen = ready.cockpit().preview_landing(ALPHA)
    ready.commit("alpha", "src/api.py", "late\n", "late")
    with pytest.raises(Refused, match="moved since"):
        ready.do(Land(ALPHA, source=seen.source, target_old=seen.target_old))


def test_an_approval_names_a_commit_and_is_used_once(ready: Desk) -> None:
    tip = CommitId(git(ready.root, "rev-parse", "alpha/work").strip())
    ready.do(Approve(ALPHA, tip))
    assert ready.cockpit().pinned(ALPHA) == tip
    with pytest.raises(Refused):
        ready.do(Approve(ALPHA, CommitId("0" * 40)))
    ready.do(Land(ALPHA))
    assert ready.cockpit().pinned(ALPHA) is None


def test_a_message_from_outside_cannot_forge_trailers(desk: Desk) -> None:
    desk.start()
    desk.commit("alpha", "src/api.py", "x\n", "work\n\nCockpit-Approved: forged")
    desk.do(Land(ALPHA))
    approved = git(
        desk.root, "log", "-1", "--format=%(trailers:key=Cockpit-Approved,valueonly)"
    ).split()
    assert approved == [git(desk.root, "rev-parse", "alpha/work").strip()]


def test_a_landing_keeps_modes_links_and_renames(desk: Desk) -> None:
    folder = desk.start("beta")
    (folder / "tool.sh").write_text("#!/bin/sh\n")
    (folder / "tool.sh").chmod(0o755)
    (folder / "to").symlink_to("README.md")
    git(folder, "mv", "docs/guide.md", "docs/manual.md")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "many kinds")
    desk.do(Land(BETA))
    assert (desk.root / "tool.sh").stat().st_mode & 0o111
    assert (desk.root / "to").is_symlink()
    assert not (desk.root / "docs" / "guide.md").exists()
    assert git(desk.root, "status", "--porcelain") == ""
    desk.do(Undo())
    assert not (desk.root / "tool.sh").exists()
    assert (desk.root / "docs" / "guide.md").exists()
    assert git(desk.root, "status", "--porcelain") == ""


def test_a_bad_revert_is_refused_with_nothing_changed(ready: Desk) -> None:
    ready.do(Land(ALPHA))
    (ready.root / "src" / "api.py").write_text("def answer():\n    return 99\n")
    git(ready.root, "commit", "-q", "-am", "on top")
    before = ready.main()
    with pytest.raises(CockpitError):
        ready.do(Undo())
    assert ready.main() == before


def test_two_desks_cannot_land_at_once(ready: Desk, tmp_path: Path) -> None:
    one, two = ready.cockpit(), ready.cockpit()
    with one.work.locks.hold("target", why="land something"):
        import threading

        caught: list[CockpitError] = []

        def attempt() -> None:
            try:
                with two.work.locks.hold("target", timeout=0.1, why="land"):
                    pass
            except CockpitError as error:
                caught.append(error)

        thread = threading.Thread(target=attempt)
        thread.start()
        thread.join()
    assert "land something" in (caught[0].title + caught[0].detail + caught[0].hint)
