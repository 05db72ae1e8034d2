"""Histories and repositories that are not what one thinks of first: each lands and is taken
back, or is refused with a sentence and nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Land, Start, Sync, Trust, Undo
from cockpit.errors import CockpitError, Refused
from tests.conftest import git
from tests.services.conftest import LANES, Desk

ALPHA = LaneId("alpha")

PLAIN = """\
target: main
agents:
  sh: {command: [sh], preset: shell}
lanes:
  alpha: {agent: sh}
zones: {outside: allow}
merge: {how: %s}
"""


@pytest.fixture(params=["merge", "squash", "rebase"])
def how(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def yard(make_desk: Callable[..., Desk], how: str) -> Desk:
    desk = make_desk(lanes=PLAIN % how)
    desk.start(ALPHA)
    return desk


@pytest.fixture
def plain(make_desk: Callable[..., Desk]) -> Desk:
    desk = make_desk(lanes=PLAIN % "merge")
    desk.start(ALPHA)
    return desk


def lane(desk: Desk) -> Path:
    return desk.root.parent / f"{desk.root.name}-alpha"


def tree(desk: Desk, rev: str = "main") -> str:
    return git(desk.root, "rev-parse", f"{rev}^{{tree}}").strip()


def lands_and_comes_back(desk: Desk) -> None:
    """The tree is what plain git merges, the checkout follows both ways, nothing is missing."""
    before = tree(desk)
    wanted = git(desk.root, "merge-tree", "--write-tree", "main", "alpha/work").split()[0]
    desk.do(Land(ALPHA))
    assert tree(desk) == wanted
    assert git(desk.root, "status", "--porcelain") == ""
    desk.do(Undo())
    assert tree(desk) == before
    assert git(desk.root, "status", "--porcelain") == ""
    assert git(desk.root, "fsck", "--connectivity-only", "--no-dangling") == ""


def test_a_lane_of_empty_commits_only_has_nothing_to_land(yard: Desk) -> None:
    git(lane(yard), "commit", "-q", "--allow-empty", "-m", "nothing")
    before = yard.main()
    with pytest.raises(Refused, match="everything of this lane already"):
        yard.do(Land(ALPHA))
    assert yard.main() == before


def test_empty_commits_between_others_do_no_harm(yard: Desk) -> None:
    yard.commit(ALPHA, "one.txt", "1\n", "one")
    git(lane(yard), "commit", "-q", "--allow-empty", "-m", "nothing")
    yard.commit(ALPHA, "two.txt", "2\n", "two")
    lands_and_comes_back(yard)


def test_a_lane_with_an_octopus(yard: Desk) -> None:
    folder = lane(yard)
    for name in ("one", "two", "three"):
        git(folder, "checkout", "-q", "-b", f"side-{name}", "main")
        yard.commit(ALPHA, f"{name}.txt", f"{name}\n", name)
    git(folder, "checkout", "-q", "alpha/work")
    git(folder, "merge", "-q", "--no-edit", "side-one", "side-two", "side-three")
    lands_and_comes_back(yard)


def test_a_lane_that_took_the_target_in_several_times(yard: Desk) -> None:
    folder = lane(yard)
    for number in range(2):
        yard.commit(ALPHA, f"mine{number}.txt", "mine\n", f"mine {number}")
        (yard.root / f"theirs{number}.txt").write_text("theirs\n")
        git(yard.root, "add", "-A")
        git(yard.root, "commit", "-q", "-m", f"theirs {number}")
        git(folder, "merge", "-q", "--no-edit", "main")
    lands_and_comes_back(yard)


def test_a_rename_of_case_only(yard: Desk) -> None:
    git(lane(yard), "mv", "README.md", "readme.md")
    git(lane(yard), "commit", "-q", "-m", "smaller")
    lands_and_comes_back(yard)


def test_a_submodule_that_comes_and_moves_on(yard: Desk) -> None:
    """Only the entry counts: the submodule itself is the commander's to update."""
    folder = lane(yard)
    first, second = (git(yard.root, "rev-parse", rev).strip() for rev in ("main", "main~1"))
    git(folder, "update-index", "--add", "--cacheinfo", f"160000,{first},vendor/lib")
    (folder / ".gitmodules").write_text('[submodule "lib"]\n\tpath = vendor/lib\n\turl = ./lib\n')
    git(folder, "add", ".gitmodules")
    git(folder, "commit", "-q", "-m", "a submodule")
    (folder / "vendor" / "lib").mkdir(parents=True, exist_ok=True)
    yard.do(Land(ALPHA))
    assert git(yard.root, "rev-parse", "main:vendor/lib").strip() == first
    assert (yard.root / "vendor" / "lib").is_dir()
    git(folder, "update-index", "--cacheinfo", f"160000,{second},vendor/lib")
    git(folder, "commit", "-q", "-m", "the submodule moves on")
    yard.do(Land(ALPHA))
    assert git(yard.root, "rev-parse", "main:vendor/lib").strip() == second
    assert git(yard.root, "status", "--porcelain") == ""
    yard.do(Undo())
    assert git(yard.root, "rev-parse", "main:vendor/lib").strip() == first
    assert git(yard.root, "status", "--porcelain") == ""


@pytest.mark.parametrize("strategy", ["merge", "squash", "rebase"])
def test_no_history_in_common(make_desk: Callable[..., Desk], strategy: str) -> None:
    desk = make_desk(lanes=PLAIN % strategy)
    desk.start(ALPHA)
    folder = lane(desk)
    git(folder, "checkout", "-q", "--orphan", "island")
    git(folder, "commit", "-q", "-m", "an island")
    git(folder, "branch", "-f", "alpha/work")
    git(folder, "checkout", "-q", "alpha/work")
    desk.commit(ALPHA, "more.txt", "more\n")
    before = desk.main()
    for intent in (Land(ALPHA), Sync(ALPHA)):
        with pytest.raises(CockpitError) as caught:
            desk.do(intent)
        assert "histor" in caught.value.title + caught.value.hint
    assert desk.main() == before
    assert git(desk.root, "status", "--porcelain") == ""


def test_replaced_and_grafted_objects_change_nothing(plain: Desk) -> None:
    """A replacement shows another content under a commit's name; what lands is the real one."""
    plain.commit(ALPHA, "src/api.py", "def answer():\n    return 43\n", "real")
    real = tree(plain, "alpha/work")
    other = git(plain.root, "commit-tree", "-p", "main", "-m", "fake", tree(plain)).strip()
    git(plain.root, "replace", "alpha/work", other)
    (plain.root / ".git" / "info" / "grafts").write_text(f"{plain.main()}\n")
    plain.do(Land(ALPHA))
    git(plain.root, "replace", "-d", git(plain.root, "rev-parse", "alpha/work").strip())
    (plain.root / ".git" / "info" / "grafts").unlink()
    assert tree(plain) == real
    assert (plain.root / "src" / "api.py").read_text().endswith("43\n")
    assert git(plain.root, "status", "--porcelain") == ""


# ---------------------------------------------------------------- filters and attributes

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 5\n" % ("0" * 64)


def test_pointers_of_a_large_file_store_land_as_they_are(yard: Desk) -> None:
    """Where the filter is not installed, the pointer is what everybody has."""
    (lane(yard) / ".gitattributes").write_text("*.bin filter=lfs diff=lfs merge=lfs -text\n")
    yard.commit(ALPHA, "big.bin", POINTER, "a large file")
    yard.do(Land(ALPHA))
    assert (yard.root / "big.bin").read_text() == POINTER
    assert git(yard.root, "status", "--porcelain") == ""
    yard.do(Undo())
    assert not (yard.root / "big.bin").exists()


def test_a_filter_of_the_commanders_own_is_used(plain: Desk, isolated: Path) -> None:
    config = isolated / ".gitconfig"
    config.write_text(
        f'{config.read_text()}[filter "loud"]\n\tclean = tr A-Z a-z\n\tsmudge = tr a-z A-Z\n'
    )
    (lane(plain) / ".gitattributes").write_text("*.loud filter=loud\n")
    plain.commit(ALPHA, "word.loud", "HELLO\n", "loud")
    assert git(plain.root, "show", "alpha/work:word.loud") == "hello\n"
    plain.do(Land(ALPHA))
    assert (plain.root / "word.loud").read_text() == "HELLO\n"
    assert git(plain.root, "status", "--porcelain") == ""
    plain.do(Undo())
    assert not (plain.root / "word.loud").exists()


def test_a_filter_that_only_the_repository_defines_is_refused(plain: Desk, tmp_path: Path) -> None:
    flag = tmp_path / "RAN"
    (lane(plain) / ".gitattributes").write_text("*.evil filter=evil merge=evil\n")
    plain.commit(ALPHA, "word.evil", "hello\n", "evil")
    for key in ("filter.evil.smudge", "filter.evil.clean", "merge.evil.driver"):
        git(plain.root, "config", key, f"touch {flag}; cat")
    before = plain.main()
    with pytest.raises(Refused, match="own filter 'evil'"):
        plain.do(Land(ALPHA))
    assert plain.main() == before and not flag.exists()


# ---------------------------------------------------------------- odd repositories


def test_a_shallow_clone(tmp_path: Path, repo: Path) -> None:
    """Its history ends somewhere; a landing needs no more than what is there."""
    git(repo, "commit", "-q", "--allow-empty", "-m", "third")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repo}", str(shallow))
    git(shallow, "branch", "-q", "--unset-upstream")
    desk = Desk(shallow)
    desk.configure(LANES % '"true"')
    git(shallow, "add", "-A")
    git(shallow, "commit", "-q", "-m", "lanes")
    desk.trust()
    desk.start(ALPHA)
    desk.commit(ALPHA, "src/api.py", "def answer():\n    return 43\n")
    lands_and_comes_back(desk)
    for cockpit in desk.open_ones:
        cockpit.close()


def test_a_bare_repository_with_worktrees(tmp_path: Path, repo: Path) -> None:
    bare, trunk = tmp_path / "bare.git", tmp_path / "trunk"
    git(tmp_path, "clone", "-q", "--bare", str(repo), str(bare))
    git(bare, "worktree", "add", "-q", str(trunk), "main")
    desk = Desk(trunk)
    desk.configure(LANES % '"true"')
    git(trunk, "add", "-A")
    git(trunk, "commit", "-q", "-m", "lanes")
    cockpit = desk.cockpit()
    desk.do(Trust(cockpit.trust().digest))
    desk.do(Start(ALPHA))
    record = cockpit.work.record(ALPHA)
    (record.worktree / "src" / "api.py").write_text("def answer():\n    return 43\n")
    git(record.worktree, "commit", "-q", "-am", "work")
    lands_and_comes_back(desk)
    for opened in desk.open_ones:
        opened.close()
