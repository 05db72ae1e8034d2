"""A small disk of its own for a slot's world, and filling it to the last page."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.drive import Job
from tests.faults.harness import Inflict
from tests.faults.world import Slot

SIZE = 24 << 20
PAGE = 4096
UNMOUNT_TRIES = 200
"""A tenth of a second apart: a program that was killed a moment ago still holds its folder."""
_FILLER = "filler"


def why_not_mount(folder: Path) -> str:
    """Why no small disk can be mounted here; empty when it can."""
    try:
        with mounted(folder):
            return ""
    except (OSError, subprocess.CalledProcessError) as error:
        return f"mounting a tmpfs is not permitted here ({error})"


@contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """A tmpfs of `SIZE` bytes at `folder`, taken away at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.which("mount") is None:
        raise OSError("there is no mount command")
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "cockpit-faults", str(folder)],
        check=True,
        capture_output=True,
    )
    try:
        yield
    finally:
        _unmount(folder)


def _unmount(folder: Path) -> None:
    """Away with the small disk, as soon as the last process on it is gone; raises
    `AssertionError` if that does not come about: the next run would begin on this disk."""
    for _ in range(UNMOUNT_TRIES):
        done = subprocess.run(["umount", str(folder)], check=False, capture_output=True, text=True)
        if done.returncode == 0:
            return
        time.sleep(0.1)
    subprocess.run(["umount", "--lazy", str(folder)], check=False, capture_output=True)
    raise AssertionError(f"the small disk could not be taken away: {done.stderr.strip()}")


@contextmanager
def small(slot: Slot) -> Iterator[None]:
    """The slot's world on a small disk; services don't ask for their usual reserve."""
    with mounted(slot.world):
        slot.no_reserve = True
        try:
            yield
        finally:
            slot.no_reserve = False


def free_bytes(folder: Path) -> int:
    facts = os.statvfs(folder)
    return facts.f_bavail * facts.f_frsize


def growth(slot: Slot, scene: str) -> int:
    """Bytes that the scene's operation takes when there is room."""
    slot.restore(scene)
    before = free_bytes(slot.world)
    slot.run(slot.job("carry", scene))
    return max(PAGE, before - free_bytes(slot.world))


def with_free(size: int) -> Inflict:
    """Run the operation with `size` bytes free; afterwards there is room again."""

    def inflict(slot: Slot, job: Job) -> None:
        filler = slot.world / "home" / _FILLER
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(PAGE, free_bytes(slot.world) - size))
        try:
            slot.run(job)
        finally:
            filler.unlink()

    return inflict
