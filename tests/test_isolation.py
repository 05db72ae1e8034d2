"""That no test reaches the real home: both nets of `tests/conftest.py` hold."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cockpit.adapters.git.repository import open_repository
from cockpit.paths import state_dir, state_home
from tests.conftest import NOWHERE, REAL_STATE, leaked

HOME_AT_IMPORT = os.environ["HOME"]


def test_there_is_no_home_outside_of_a_test() -> None:
    assert HOME_AT_IMPORT == NOWHERE
    with pytest.raises(OSError):
        (Path(NOWHERE) / ".local").mkdir(parents=True)


def test_a_state_folder_of_this_tests_repository_is_found(repo: Path, tmp_path: Path) -> None:
    open_repository(repo).close()
    mine = state_dir(repo / ".git")
    assert leaked(tmp_path, state_home()) == [mine]
    assert leaked(tmp_path / "proj", state_home()) == []
    assert leaked(tmp_path, tmp_path / "none") == []
    (state_home() / "a-file").touch()
    assert leaked(tmp_path, state_home()) == [mine]


def test_a_test_that_takes_its_own_patches_back_stays_in_its_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/elsewhere")
    monkeypatch.undo()
    assert Path.home() == tmp_path / "home"


def test_who_is_given_no_home_would_find_the_real_one() -> None:
    """Why the second net is there."""
    code = "from cockpit.paths import state_home; print(state_home())"
    root = Path(__file__).resolve().parents[1]
    found = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(root)}, capture_output=True, check=True
    )
    assert Path(os.fsdecode(found.stdout.strip())) == REAL_STATE
