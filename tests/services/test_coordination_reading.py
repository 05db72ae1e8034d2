"""A coordination.yaml, which names no target, in a running cockpit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.domain.events import ConfigRefused
from cockpit.services.cockpit import LocalCockpit
from cockpit.services.wiring import build_cockpit
from tests.conftest import git

ZONES = 'zones:\n  zed: {files: {include: ["src/**"]}}\n'


@pytest.fixture
def opened() -> Iterator[list[LocalCockpit]]:
    found: list[LocalCockpit] = []
    yield found
    for cockpit in found:
        cockpit.close()


def test_its_target_stays_what_it_was(repo: Path, opened: list[LocalCockpit]) -> None:
    git(repo, "branch", "-m", "main", "develop")
    git(repo, "branch", "main")  # another branch of the default's name is there as well
    git(repo, "update-ref", "refs/remotes/origin/develop", "develop")
    git(repo, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/develop")
    (repo / "coordination.yaml").write_text(ZONES)
    opened.append(cockpit := build_cockpit(repo, by="test"))
    assert cockpit.config.target == "develop"
    assert cockpit.read_config() is None, "nothing was changed in the file"
    assert cockpit.config.target == "develop"
    (repo / "coordination.yaml").write_text(ZONES.replace("zed", "yang"))
    assert cockpit.read_config() is not None
    assert list(cockpit.config.lanes) == ["yang"] and cockpit.config.target == "develop"


def test_it_does_not_count_while_lanes_yaml_is_away(repo: Path, opened: list[LocalCockpit]) -> None:
    (repo / "lanes.yaml").write_text("target: main\nlanes:\n  alpha: {agent: shell}\n")
    (repo / "coordination.yaml").write_text(ZONES)
    opened.append(cockpit := build_cockpit(repo, by="test"))
    (repo / "lanes.yaml").rename(repo / "lanes.yaml~")  # an editor saves so
    assert isinstance(cockpit.read_config(), ConfigRefused)
    assert list(cockpit.config.lanes) == ["alpha"]
    (repo / "lanes.yaml~").rename(repo / "lanes.yaml")
    assert cockpit.read_config() is None
