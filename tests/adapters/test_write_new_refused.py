"""A folder in which no file can be written is told, not thrown."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.adapters.surroundings import LocalSurroundings
from cockpit.errors import CockpitError


def test_a_folder_that_takes_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "away", tmp_path / "file", Path("/proc/self")):
        with pytest.raises(CockpitError) as failed:
            LocalSurroundings().write_new(folder / "lanes.yaml", b"x")
        assert str(folder / "lanes.yaml") in failed.value.title
