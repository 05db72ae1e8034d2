from __future__ import annotations

import asyncio
import os
import resource
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cockpit.adapters import watch
from cockpit.adapters.watch import DEGRADED, FileWatcher, labels_of, plan_for

Wanted = Mapping[str, Sequence[Path]]


class Heard:
    """The labels that were heard; `until` waits for one, `clear` forgets after quiet."""

    def __init__(self) -> None:
        self.labels: list[str] = []

    async def until(self, label: str, *, seconds: float = 25.0) -> None:
        deadline = time.monotonic() + seconds
        while label not in self.labels:
            assert time.monotonic() < deadline, f"{label} not heard in {self.labels}"
            await asyncio.sleep(0.01)

    async def quiet(self, *, seconds: float = 0.3) -> None:
        """Wait until nothing was heard for a while, then forget."""
        count = -1
        while count != len(self.labels):
            count = len(self.labels)
            await asyncio.sleep(seconds)
        self.labels.clear()


@asynccontextmanager
async def watching(folders: Callable[[], Wanted], *, look: float = 0.2) -> AsyncIterator[Heard]:
    heard = Heard()
    task = asyncio.create_task(FileWatcher(look=look).run(folders, heard.labels.append))
    try:
        await heard.quiet()
        yield heard
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()


async def test_writes_renames_and_deletes_are_heard(tmp_path: Path) -> None:
    tasks, results = tmp_path / "tasks", tmp_path / "results"
    tasks.mkdir()
    results.mkdir()
    async with watching(lambda: {"tasks": [tasks], "results": [results]}) as heard:
        (tasks / "a.md").write_text("x")
        await heard.until("tasks")
        assert "results" not in heard.labels
        await heard.quiet()
        (tmp_path / "tmp").write_text("x")
        (tmp_path / "tmp").rename(results / "r.md")
        await heard.until("results")
        await heard.quiet()
        (results / "r.md").unlink()
        await heard.until("results")


async def test_it_is_quiet_when_nothing_happens_and_reading_is_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "tasks"
    folder.mkdir()
    (folder / "a").write_text("x")
    async with watching(lambda: {"tasks": [folder]}) as heard:
        for _ in range(5):
            (folder / "a").read_text()
            os.listdir(folder)
        (tmp_path / "beside").write_text("x")
        await asyncio.sleep(0.5)
        assert heard.labels == []


async def test_git_folders_are_not_ignored(repo: Path) -> None:
    refs = repo / ".git" / "refs" / "heads"
    async with watching(lambda: {"refs": [refs], "logs": [repo / ".git" / "logs"]}) as heard:
        (refs / "new").write_text("x")
        await heard.until("refs")


async def test_a_folder_that_appears_later_is_heard_and_watched(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "yet" / "tasks"
    async with watching(lambda: {"tasks": [folder]}, look=30) as heard:
        folder.mkdir(parents=True)
        (folder / "a").write_text("x")
        await heard.until("tasks")
        await heard.quiet(seconds=0.5)
        (folder / "b").write_text("x")
        await heard.until("tasks")


async def test_a_folder_renamed_and_made_again_is_heard_again(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    folder.mkdir()
    async with watching(lambda: {"results": [folder]}) as heard:
        folder.rename(tmp_path / "old")
        folder.mkdir()
        await heard.until("results")
        await heard.quiet(seconds=0.5)
        (folder / "b").write_text("x")
        await heard.until("results")
        await heard.quiet()
        (tmp_path / "old" / "stray").write_text("x")
        await asyncio.sleep(0.4)
        assert heard.labels == []


async def test_the_folders_may_change(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    wanted: dict[str, list[Path]] = {}
    async with watching(lambda: wanted) as heard:
        wanted["one"] = [one]
        await heard.until("one")
        wanted["two"] = [two]
        await heard.until("two")
        await heard.quiet()
        (two / "x").touch()
        await heard.until("two")
        del wanted["two"]
        await heard.quiet(seconds=0.5)
        (two / "y").touch()
        (one / "y").touch()
        await heard.until("one")
        assert "two" not in heard.labels


async def test_nothing_is_followed_through_a_symlink(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "bus").mkdir()
    link = tmp_path / "bus" / "results"
    link.symlink_to(outside)
    async with watching(lambda: {"results": [link]}) as heard:
        (outside / "x").write_text("x")
        await asyncio.sleep(0.4)
        assert heard.labels == []


async def test_a_name_that_is_not_utf8_does_not_end_it(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    folder.mkdir()
    async with watching(lambda: {"results": [folder]}) as heard:
        (folder / "\udcff\udcfe").touch()
        await heard.until("results")
        await heard.quiet(seconds=0.8)
        (folder / "a").write_text("x")
        await heard.until("results")
        assert DEGRADED not in heard.labels


async def test_without_kernel_events_it_polls_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """inotify instances can't be used up here (they are shared by all of a user's programs),
    but their files can: the library fails in the same way."""
    monkeypatch.setattr(watch, "POLL", 50)
    folder = tmp_path / "tasks"
    folder.mkdir()
    heard = Heard()
    wanted: Wanted = {"tasks": [folder]}
    task = asyncio.create_task(FileWatcher(look=0.1).run(lambda: wanted, heard.labels.append))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    try:
        await heard.until(DEGRADED)
        await heard.quiet(seconds=0.5)
        (folder / "a").write_text("x")
        await heard.until("tasks")
    finally:
        task.cancel()
        await asyncio.wait([task])


def test_what_an_event_means(tmp_path: Path) -> None:
    tasks, deep = tmp_path / "tasks", tmp_path / "a" / "b"
    tasks.mkdir()
    plan = plan_for({"tasks": [tasks], "both": [tasks, deep]})
    assert set(plan.identity) == {str(tmp_path), str(tasks)}
    for path, labels in (
        (tasks / "x.md", {"tasks", "both"}),
        (tasks, {"tasks", "both"}),
        (tmp_path / "a", {"both"}),
        (tmp_path / "other", set()),
        (tmp_path / "tasks-2", set()),
    ):
        assert labels_of(plan, [str(path)]) == labels, path
