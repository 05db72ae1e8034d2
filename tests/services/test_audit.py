"""The audit trail on real histories: what is believed, hostile texts, odd shapes, size."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable

import pytest

from cockpit.domain.audit import AuditRow
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import Approve, Land, Undo
from cockpit.domain.operation import OpKind
from cockpit.errors import Refused
from tests.conftest import git
from tests.services.conftest import Desk
from tests.services.test_undo import LANES, both_landed, seq_of

ALPHA, BETA = LaneId("alpha"), LaneId("beta")


@pytest.fixture
def plain(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk(lanes=LANES % "merge")


def rows_of(desk: Desk, limit: int = 1000) -> dict[str, AuditRow]:
    return {str(row.commit.commit): row for row in desk.cockpit().audit(limit=limit).rows}


def test_landings_stand_beside_their_commits(plain: Desk) -> None:
    (plain.root / "poem.txt").write_text("one\n")
    git(plain.root, "add", "-A")
    git(plain.root, "commit", "-q", "-m", "poem")
    plain.start("alpha")
    tip = plain.commit("alpha", "a.txt", "a\n", "add a")
    plain.do(Approve(ALPHA))
    approved = seq_of(plain, OpKind.APPROVE)
    plain.do(Land(ALPHA))
    rows = rows_of(plain)
    row = rows[plain.main()]
    assert row.landing is not None
    assert (row.landing.lane, row.landing.approved) == ("alpha", tip)
    assert row.landing.approval == approved
    assert row.landing.seq == row.step == seq_of(plain, OpKind.LAND)
    assert row.on_target
    assert "refs/heads/main" in row.refs
    assert not rows[tip].on_target
    assert "refs/heads/alpha/work" in rows[tip].refs
    assert row.commit.claim.lane == "alpha"


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
def test_undone_landings_say_by_what(make_desk: Callable[..., Desk], how: str) -> None:
    desk = both_landed(make_desk(lanes=LANES % how))
    first = min(op.seq for op in desk.cockpit().log() if op.kind is OpKind.LAND)
    landed = {str(row.commit.commit) for row in rows_of(desk).values() if row.landing}
    assert len(landed) == 2
    desk.do(Undo(first))
    undo = seq_of(desk, OpKind.UNDO)
    rows = rows_of(desk)
    assert [row.landing.undone_by for row in rows.values() if row.landing] == [None, undo]
    assert rows[desk.main()].takes_back == first
    assert rows[desk.main()].step == undo
    parts = [row for row in rows.values() if row.part_of is not None]
    assert [row.part_of for row in parts] == ([first] if how == "rebase" else [])


def test_forged_trailers_are_not_believed(plain: Desk) -> None:
    plain.start("alpha")
    forged = f"innocent\n\nCockpit-Lane: beta\nCockpit-Approved: {'f' * 40}"
    tip = plain.commit("alpha", "a.txt", "a\n", forged)
    plain.do(Land(ALPHA))
    git(plain.root, "commit", "-q", "--allow-empty", "-m", forged)
    rows = rows_of(plain)
    assert rows[tip].commit.claim.lane == "beta"
    assert rows[tip].landing is None
    assert rows[plain.main()].commit.claim.lane == "beta"
    assert rows[plain.main()].landing is None
    landed = [row.landing.lane for row in rows.values() if row.landing is not None]
    assert landed == ["alpha"]


def test_a_landing_that_left_the_targets_line_is_none_any_more(plain: Desk) -> None:
    """The commander goes back by hand; a lane still holds the landed commit."""
    both_landed(plain)
    landed = plain.main()
    git(plain.root.parent / "project-beta", "merge", "-q", "main")
    git(plain.root, "reset", "-q", "--hard", "main~1")
    row = rows_of(plain)[landed]
    assert row.landing is None
    assert not row.on_target


def test_hostile_subjects_authors_and_refs_come_as_they_are(plain: Desk) -> None:
    evil = "\x1b]0;owned\x07[/x]\u202e ; rm -rf /"
    folder = plain.start("alpha")
    git(folder, "-c", f"user.name=A {evil}", "commit", "-q", "--allow-empty", "-m", evil)
    git(folder, "branch", "we;ird/$(x)`y`")
    raw = git(folder, "rev-parse", "HEAD").strip()
    content = git(folder, "cat-file", "commit", raw).replace("[/x]", "\udcff")
    broken = subprocess.run(
        ["git", "-C", str(folder), "hash-object", "-t", "commit", "-w", "--stdin", "--literally"],
        input=content.encode("utf-8", "surrogateescape"),
        capture_output=True,
        check=True,
    ).stdout.decode()
    git(folder, "update-ref", "refs/heads/alpha/work", broken.strip())
    rows = rows_of(plain)
    row = rows[broken.strip()]
    assert row.commit.subject.startswith("\x1b]0;owned")
    assert "\ufffd" in row.commit.subject
    assert row.commit.author.startswith("A \x1b")
    assert any("we;ird" in ref for one in rows.values() for ref in one.refs) is False
    git(folder, "update-ref", "refs/heads/we;ird/$(x)`y`", broken.strip())
    assert "refs/heads/we;ird/$(x)`y`" in rows_of(plain)[broken.strip()].refs


def test_an_octopus_and_an_unrelated_history(plain: Desk) -> None:
    folder = plain.start("alpha")
    tree = git(folder, "rev-parse", "HEAD^{tree}").strip()
    tips = [
        git(folder, "commit-tree", tree, "-p", "HEAD", "-m", f"arm {at}").strip() for at in range(3)
    ]
    alien = git(folder, "commit-tree", tree, "-m", "from nowhere").strip()
    parents = [word for tip in [*tips, alien] for word in ("-p", tip)]
    octopus = git(folder, "commit-tree", tree, *parents, "-m", "octopus").strip()
    git(folder, "update-ref", "refs/heads/alpha/work", octopus)
    rows = rows_of(plain)
    assert rows[octopus].commit.parents == (*tips, alien)
    assert rows[octopus].row.text().count("┬") + rows[octopus].row.text().count("╮") >= 3
    assert rows[alien].commit.parents == ()
    found = plain.cockpit().commit_detail(CommitId(alien))
    assert {change.path for change in found.changes} >= {"README.md", "src/api.py"}


def test_a_missing_lane_branch_and_no_target_are_no_failure(plain: Desk) -> None:
    plain.start("alpha")
    git(plain.root, "update-ref", "-d", "refs/heads/alpha/work")
    assert rows_of(plain)
    git(plain.root, "checkout", "-q", "--detach")
    git(plain.root, "branch", "-q", "-D", "main")
    assert plain.cockpit().audit().rows == ()


def test_a_commit_that_is_gone_is_a_sentence(plain: Desk) -> None:
    with pytest.raises(Refused, match="not there any more"):
        plain.cockpit().commit_detail(CommitId("f" * 40))


def test_ten_thousand_commits_are_capped_and_fast(plain: Desk) -> None:
    who = "A <a@example.org> 1700000000 +0000"
    lines = []
    for at in range(10_500):
        lines.append(f"commit refs/heads/big\nmark :{at + 1}\ncommitter {who}\ndata 2\nx\n")
        lines.append(f"from :{at}\n" if at else "from refs/heads/main^0\n")
    git(plain.root, "fast-import", "--quiet", stdin="\n".join(lines))
    git(plain.root, "update-ref", "refs/heads/main", "refs/heads/big")
    cockpit = plain.cockpit()
    began = time.monotonic()
    audit = cockpit.audit(limit=50_000)
    assert time.monotonic() - began < 10  # 0.4 s on an idle machine
    assert len(audit.rows) == 10_000
    assert audit.cut
    few = cockpit.audit(limit=10)
    assert len(few.rows) == 10
    assert few.cut
