"""What many lanes bring to the target, asked for together: the same as asked one by one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.adapters.git import contributions
from cockpit.adapters.git.contributions import ends, reachable
from cockpit.adapters.git.repository import GitRepository, open_repository
from cockpit.domain.change import Contribution
from cockpit.domain.ids import CommitId
from cockpit.errors import CockpitError
from tests.conftest import git

GRAPH = {"d": ("b", "c"), "c": ("a",), "b": ("x",), "a": ("x", "y"), "r": ()}


@pytest.mark.parametrize(
    ("tip", "own", "below"),
    [
        ("d", ["d", "c", "b", "a"], ["x", "y"]),
        ("b", ["b"], ["x"]),
        ("x", [], []),
        ("r", ["r"], []),
    ],
)
def test_what_a_side_holds_and_where_it_ends(tip: str, own: list[str], below: list[str]) -> None:
    assert reachable(GRAPH, tip) == own
    assert sorted(ends(GRAPH, own)) == below


@pytest.fixture
def opened(repo: Path, tmp_path: Path) -> Iterator[GitRepository]:
    repository = open_repository(repo, tmp_path / "state")
    yield repository
    repository.close()


def _tip(repo: Path, name: str) -> CommitId:
    return CommitId(git(repo, "rev-parse", name).strip())


def _lanes(repo: Path, count: int) -> list[CommitId]:
    """Branches that grow from each other and from the target, some with merges of the target
    or of each other, one with nothing of its own, one without a common history."""
    dice = random.Random(11)
    known = ["main"]
    for number in range(count):
        name = f"lane{number}"
        git(repo, "checkout", "-q", "-b", name, dice.choice(known))
        for commit in range(dice.randrange(3)):
            (repo / f"{name}-{commit}.txt").write_text("line\n" * dice.randrange(1, 4))
            (repo / "shared.bin").write_bytes(bytes([0, number, commit]))
            git(repo, "add", "-A")
            git(repo, "commit", "-q", "-m", f"{name} {commit}")
        if dice.random() < 0.5:
            git(repo, "merge", "-q", "-s", "ours", "--no-edit", dice.choice(known))
        known.append(name)
    git(repo, "checkout", "-q", "--orphan", "unrelated")
    git(repo, "commit", "-q", "-m", "unrelated")
    git(repo, "checkout", "-q", "main")
    (repo / "README.md").write_text("# On\n")
    git(repo, "commit", "-q", "-am", "the target goes on")
    return [_tip(repo, name) for name in (*known[1:], "unrelated", "main~1")]


def test_together_is_what_one_by_one_is(repo: Path, opened: GitRepository) -> None:
    tips, target = _lanes(repo, 10), _tip(repo, "main")
    history = opened.history

    together = history.contributions(target, tips, limit=200)

    assert together.keys() == set(tips)
    for tip in tips:
        alone = history.contributions(target, [tip], limit=200)[tip]
        assert set(together[tip].commits) == set(alone.commits)
        assert together[tip].size == alone.size
    assert any(one.size for one in together.values())


def test_a_line_of_commits_comes_newest_first_and_cut(repo: Path, opened: GitRepository) -> None:
    for name in ("one", "two"):
        git(repo, "checkout", "-q", "-b", name, "main")
        for number in range(3):
            git(repo, "commit", "-q", "--allow-empty", "-m", f"{name} {number}")
    target, tips = _tip(repo, "main"), [_tip(repo, "one"), _tip(repo, "two")]

    found = opened.history.contributions(target, tips, limit=2, sizes=False)

    assert [line.subject for line in found[tips[0]].commits] == ["one 2", "one 1"]
    assert [line.subject for line in found[tips[1]].commits] == ["two 2", "two 1"]


def test_two_processes_for_all_of_them(repo: Path, opened: GitRepository) -> None:
    tips = []
    for number in range(8):
        git(repo, "checkout", "-q", "-b", f"lane{number}", "main")
        (repo / f"file{number}").write_text("one\ntwo\n")
        git(repo, "add", "-A")
        git(repo, "commit", "-q", "-m", f"lane {number}")
        tips.append(_tip(repo, "HEAD"))
    calls: list[object] = []
    opened.door.observers.append(calls.append)

    found = opened.history.contributions(_tip(repo, "main"), tips, limit=200)

    assert [one.size for one in found.values()] == [2] * 8
    assert len(calls) == 2


def test_too_many_commits_are_asked_for_lane_by_lane(
    repo: Path, opened: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    tips, target = _lanes(repo, 4), _tip(repo, "main")
    whole = opened.history.contributions(target, tips, limit=200)
    monkeypatch.setattr(contributions, "MOST_COMMITS", 1)

    found = opened.history.contributions(target, tips, limit=200)

    assert {tip: one.size for tip, one in found.items()} == {
        tip: one.size for tip, one in whole.items()
    }


def test_one_that_is_gone_is_an_error(repo: Path, opened: GitRepository) -> None:
    gone = CommitId("1" * 40)
    with pytest.raises(CockpitError):
        opened.history.contributions(_tip(repo, "main"), [_tip(repo, "main~1"), gone], limit=9)


def test_nobody_brings_nothing(repo: Path, opened: GitRepository) -> None:
    target = _tip(repo, "main")
    assert opened.history.contributions(target, [], limit=9) == {}
    assert opened.history.contributions(target, [target], limit=9) == {target: Contribution((), 0)}
