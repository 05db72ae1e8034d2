"""Thousands of conflicts: what git answered is gone through a few times, not once for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cockpit.adapters.git.conflict_case import Material
from cockpit.adapters.git.conflict_kinds import files_of
from cockpit.adapters.git.conflict_parse import Merged, Message, Side
from cockpit.domain.conflict import Kind, Take

COUNT = 300
LANE, TARGET = "1" * 40, "2" * 40


class Counting(dict[str, Any]):
    """Counts how often it is gone through."""

    times = 0

    def __iter__(self) -> Iterator[str]:
        self.times += 1
        return super().__iter__()


class Said(tuple[Message, ...]):
    """The same for git's messages."""

    times = 0

    def __iter__(self) -> Iterator[Message]:
        type(self).times += 1
        return super().__iter__()


def side(number: int, name: str) -> Side:
    return "100644", f"{name}{number:05}".ljust(40, "0")


def content(number: int, path: str) -> tuple[str, dict[int, Side], Message, dict[str, Side]]:
    stages = {stage: side(number, name) for stage, name in ((1, "a"), (2, "b"), (3, "c"))}
    return path, stages, Message((path,), "CONFLICT (contents)", f"in {path}"), {path: stages[2]}


def folder(number: int, path: str) -> tuple[str, dict[int, Side], Message, dict[str, Side]]:
    """The lane's file where the target has a folder."""
    mine, aside = side(number, "b"), f"{path}~{LANE}"
    message = Message((aside, path), "CONFLICT (file/directory)", f"at {path}")
    return aside, {2: mine}, message, {aside: mine, f"{path}/below": side(number, "d")}


@pytest.mark.parametrize(("make", "kind"), [(content, Kind.CONTENT), (folder, Kind.FILE_DIRECTORY)])
def test_what_git_said_is_not_gone_through_for_each(
    make: Callable[..., Any], kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    stages, tree, messages = Counting(), Counting(), []
    for number in range(COUNT):
        at, sides, message, merged = make(number, f"src/f{number:03}")
        stages[at] = sides
        tree.update(merged)
        messages.append(message)
    monkeypatch.setattr(Said, "times", 0)
    merged_all = Merged("e" * 40, stages, Said(messages))
    files = files_of(Material(merged_all, tree, {}, {}, {}, LANE, TARGET, "alpha", "main", 7))
    assert [file.path for file in files] == [f"src/f{number:03}" for number in range(COUNT)]
    assert {len(file.said.splitlines()) for file in files} == {1}
    assert {file.kind for file in files} == {kind}
    if kind is Kind.FILE_DIRECTORY:
        whole = next(one for one in files[7].wholes if one.take is Take.OURS)
        assert whole.drops == ("src/f007/below",)
    assert max(stages.times, tree.times, Said.times) < 10
