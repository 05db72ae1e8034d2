"""A slot for each test process: templates are made once and shared by its tests."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.world import Slot, scratch_parent


@pytest.fixture(scope="session")
def slot() -> Iterator[Slot]:
    made = Slot(Path(tempfile.mkdtemp(prefix="ck-faults-", dir=scratch_parent())) / "slot")
    yield made
    made.close()
    made.folder.parent.rmdir()
