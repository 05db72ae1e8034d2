"""The commander's uncommitted changes and a lane that starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.domain.events import Notice
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Park, Start, Undo
from cockpit.errors import Refused
from tests.conftest import git
from tests.services.conftest import Desk
from tests.services.test_sync import status

ALPHA, BETA = LaneId("alpha"), LaneId("beta")


def changed(desk: Desk) -> None:
    """Work of every kind in the checkout."""
    root = desk.root
    (root / "deep").mkdir()
    for name in ("staged.txt", "both.txt", "gone.txt", "unlinked.txt", "run.sh"):
        (root / name).write_text("as committed\n")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "files")
    (root / "staged.txt").write_text("staged\n")
    (root / "both.txt").write_text("staged first\n")
    (root / "new.txt").write_text("new and staged\n")
    git(root, "add", "staged.txt", "both.txt", "new.txt")
    (root / "both.txt").write_text("then changed\n")
    git(root, "rm", "-q", "gone.txt")
    (root / "unlinked.txt").unlink()
    (root / "run.sh").chmod(0o755)
    (root / "deep/loose é \n.txt").write_text("loose\n")
    (root / "link").symlink_to("/etc/passwd")
    (root / ".gitignore").write_text("secret\n")
    (root / "secret").write_text("ignored\n")
    (root / "meant.txt").write_text("meant\n")
    git(root, "add", "-N", "meant.txt")


def test_the_changes_come_along_as_they_are(desk: Desk) -> None:
    changed(desk)
    before, refs = status(desk.root), git(desk.root, "for-each-ref", "refs/heads", "refs/stash")
    index = (desk.root / ".git/index").read_bytes()
    outcome = desk.do(Start(ALPHA, with_changes=True))
    folder = desk.root.parent / "project-alpha"
    meant = [line for line in before if "meant" not in line]
    assert [line for line in status(folder) if "meant" not in line] == meant
    assert [line for line in status(folder) if "meant" in line] == ["?? meant.txt"]
    for name in ("staged.txt", "both.txt", "new.txt", "deep/loose é \n.txt", "meant.txt"):
        assert (folder / name).read_bytes() == (desk.root / name).read_bytes()
    assert (folder / "link").readlink() == Path("/etc/passwd") and not (folder / "secret").exists()
    assert git(folder, "diff", "--cached", "--", "both.txt").count("staged first") == 1
    assert git(folder, "rev-parse", "HEAD") == git(desk.root, "rev-parse", "HEAD")
    assert status(desk.root) == before and (desk.root / ".git/index").read_bytes() == index
    after = git(desk.root, "for-each-ref", "refs/heads", "refs/stash").splitlines()
    assert [line for line in after if "alpha" not in line] == refs.splitlines()
    assert "both.txt" in outcome.data["changes"]["carried"]
    assert "uncommitted changes of your checkout" in outcome.summary
    assert not (desk.root / ".git/cockpit-staging").exists()
    git(folder, "fsck", "--strict")
    desk.do(Undo())
    assert not folder.exists() and status(desk.root) == before


def test_without_it_what_the_lane_does_not_see_is_named(desk: Desk) -> None:
    for number in range(5):
        (desk.root / f"loose-{number}.txt").write_text("1\n")
    (desk.root / "lanes.yaml").write_text((desk.root / "lanes.yaml").read_text() + "# mine\n")
    outcome = desk.do(Start(ALPHA))
    told = [event.text for event in desk.events if isinstance(event, Notice)]
    assert told == [
        "alpha does not see 5 uncommitted changes of your checkout: loose-0.txt, loose-1.txt, "
        "loose-2.txt and 2 more (`--with-changes` takes them along)."
    ]
    assert outcome.data["changes"] == {
        "carried": [],
        "not_seen": [f"loose-{number}.txt" for number in range(5)],
    }


def test_a_clean_checkout_is_not_spoken_of(desk: Desk) -> None:
    outcome = desk.do(Start(ALPHA, with_changes=True))
    assert outcome.data["changes"] == {"carried": [], "not_seen": []}
    desk.do(Start(BETA))
    assert not [event for event in desk.events if isinstance(event, Notice)]


def test_a_lane_that_starts_elsewhere_gets_none(desk: Desk) -> None:
    git(desk.root, "branch", "old")
    git(desk.root, "commit", "-q", "--allow-empty", "-m", "more")
    text = (desk.root / "lanes.yaml").read_text().replace("target: main", "target: main\nbase: old")
    (desk.root / "lanes.yaml").write_text(text)
    desk.trust()
    (desk.root / "loose.txt").write_text("1\n")
    with pytest.raises(Refused, match="they could conflict"):
        desk.do(Start(ALPHA, with_changes=True))
    assert not (desk.root.parent / "project-alpha").exists()


def test_a_checkout_in_the_middle_of_something(desk: Desk) -> None:
    (desk.root / "f").write_text("1\n")
    git(desk.root, "add", "f")
    git(desk.root, "commit", "-qm", "f")
    git(desk.root, "checkout", "-qb", "side")
    (desk.root / "f").write_text("2\n")
    git(desk.root, "commit", "-qam", "two")
    git(desk.root, "checkout", "-q", "main")
    (desk.root / "f").write_text("3\n")
    git(desk.root, "commit", "-qam", "three")
    with pytest.raises(AssertionError):
        git(desk.root, "merge", "side")
    with pytest.raises(Refused, match="A merge is under way"):
        desk.do(Start(ALPHA, with_changes=True))
    (desk.root / ".git/MERGE_HEAD").unlink()
    with pytest.raises(Refused, match="undecided conflict"):
        desk.do(Start(ALPHA, with_changes=True))
    assert desk.cockpit().work.registry.lanes() == {}


def test_nothing_is_laid_into_a_lane_that_is_there(desk: Desk) -> None:
    desk.start()
    with pytest.raises(Refused, match="is there already"):
        desk.do(Start(ALPHA, with_changes=True))
    desk.do(Park(ALPHA))
    with pytest.raises(Refused, match="is there already"):
        desk.do(Start(ALPHA, with_changes=True))


def test_repositories_of_their_own_stay_and_are_named(desk: Desk) -> None:
    git(desk.root, "init", "-q", "inner")
    (desk.root / "inner/f").write_text("1\n")
    outcome = desk.do(Start(ALPHA, with_changes=True))
    assert outcome.data["changes"]["not_seen"] == ["inner/"]
    assert any(isinstance(e, Notice) and "inner/" in e.text for e in desk.events)
    assert not (desk.root.parent / "project-alpha/inner").exists()
