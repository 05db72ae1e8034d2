"""A command that a hint names can be pasted as it stands."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from cockpit.adapters.git.cloning import MARK, clone_bare
from cockpit.adapters.git.run import GitDoor
from cockpit.errors import Refused


def test_a_folder_with_a_blank_is_one_word(tmp_path: Path) -> None:
    folder = tmp_path / "my work" / "till.git"
    folder.mkdir(parents=True)
    (folder / MARK).write_text("another address\n")
    with pytest.raises(Refused) as refused:
        clone_bare(GitDoor(), "https://example.invalid/x.git", folder, lambda _step: None)
    words = shlex.split(refused.value.hint.partition("rm -rf ")[2])
    assert words == [str(folder)], refused.value.hint
