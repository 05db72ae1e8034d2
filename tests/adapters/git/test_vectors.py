"""Every public function of the adapter is driven over every planted vector, and the vector's
marker must not appear; plain git shows that the vector is alive."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cockpit.adapters.git.repository import open_repository
from cockpit.adapters.git.run import Call
from tests.adapters.git.driver import Driver, public_functions
from tests.adapters.git.vectors import VECTORS, Scene, Vector, scene_in


@pytest.fixture
def scene(repo: Path, isolated: Path) -> Scene:
    return scene_in(repo, isolated)


def died_of_the_pipe(said: str) -> bool:
    """Whether git wanted a missing object, was refused the transport, and wrote to the child that
    was gone already, which kills it. Mostly the child is slower, and git goes on without."""
    return "(exit code -13)" in said and "transport 'ext' not allowed" in said


@pytest.mark.parametrize("vector", VECTORS, ids=[v.plant.__name__ for v in VECTORS])
def test_a_planted_vector_runs_in_plain_git_and_in_none_of_our_calls(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vector: Vector
) -> None:
    vector.plant(scene)
    scene.marker.unlink(missing_ok=True)
    seen: list[Call] = []
    with monkeypatch.context() as patch:
        for name, value in scene.env.items():
            patch.setenv(name, value)
        repository = open_repository(scene.repo)
        repository.door.observers.append(seen.append)
        driver = Driver(scene, repository, tmp_path)
        driver.all()
    ran = scene.marker.read_text() if scene.marker.exists() else ""
    assert ran == "", "one of our calls ran it"
    refused = {
        name: said
        for name, said in driver.refused.items()
        if name not in vector.refuses and not died_of_the_pipe(said)
    }
    assert not refused, "\n".join(f"{name}: {said}" for name, said in refused.items())
    assert len(seen) > 150
    control(scene, vector)


def test_every_public_function_is_driven(scene: Scene, tmp_path: Path) -> None:
    """A new one goes into `driver.py`, so that every vector meets it."""
    repository = open_repository(scene.repo)
    driver = Driver(scene, repository, tmp_path)
    driver.all()
    assert driver.called == public_functions(repository)


def control(scene: Scene, vector: Vector) -> None:
    """The vector is alive: plain git does run it."""
    os.utime(scene.lane / "src" / "auth.py", (1, 1))
    for argv in vector.control:
        scene.plain(*(word.format(repo=scene.repo) for word in argv))
    assert scene.marker.exists(), "the control shows nothing: the vector is dead"


def test_every_call_goes_through_the_shadow_or_is_the_one_that_must_not(
    scene: Scene, tmp_path: Path
) -> None:
    repository = open_repository(scene.repo)
    seen: list[Call] = []
    repository.door.observers.append(seen.append)
    private = str(repository.ground.scratch_folder())
    driver = Driver(scene, repository, tmp_path)
    driver.all()
    assert not driver.refused
    shadow = str(repository.ground.shadow.git_dir)
    for call in seen:
        assert call.env["GIT_NO_REPLACE_OBJECTS"] == "1"
        assert call.env["GIT_OPTIONAL_LOCKS"] == "0"
        past = "worktree" in call.argv[:8] or call.env.get("GIT_DIR") == "/dev/null"
        past = past or str(call.cwd).startswith(private)  # a merge tool's own repository
        assert past or call.env["GIT_COMMON_DIR"] == shadow, call.argv
        assert "-A" not in call.argv and "stash" not in call.argv
    assert not {call.argv[0] for call in seen} & {"merge", "checkout", "reset", "stash", "gc"}
    in_main = [call.argv[0] for call in seen if call.env.get("GIT_WORK_TREE") == str(scene.repo)]
    assert not {"read-tree"} & {
        call.argv[0]
        for call in seen
        if call.env.get("GIT_WORK_TREE") == str(scene.repo) and "-u" in call.argv
    }
    assert in_main
