"""Which pairs of sides need no merge to be known to go together. Pure.

A merge of two sides can only conflict where their changes since the merge base meet: in a
path that both changed, in a path of one that is a folder of the other's, or through a rename.
A rename is a path gone and a path come on one side; it meets the other side in one of these
two, but for a renamed folder: that draws in what the other side adds to it. So a side with
gone paths and a side with new ones are always merged. Where there is more than one merge base
(or none) a merge decides too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cockpit.dataclass import dataclass
from cockpit.domain.change import PathChange


@dataclass(frozen=True, slots=True)
class Touched:
    """What a side changed since a base."""

    paths: frozenset[str]
    folders: frozenset[str]
    """Every folder above one of the paths."""
    adds: bool
    deletes: bool


def touched(changes: Sequence[PathChange]) -> Touched:
    paths = frozenset(change.path for change in changes)
    folders: set[str] = set()
    for path in paths:
        at = path.rfind("/")
        while at >= 0 and path[:at] not in folders:
            folders.add(path[:at])
            at = path.rfind("/", 0, at)
    return Touched(
        paths,
        frozenset(folders),
        any(change.is_new for change in changes),
        any(change.is_gone for change in changes),
    )


def may_meet(one: Touched, two: Touched) -> bool:
    """Whether a merge is needed to know; False only where it can't conflict."""
    if (one.deletes and two.adds) or (one.adds and two.deletes):
        return bool(one.paths and two.paths)
    return not (
        one.paths.isdisjoint(two.paths)
        and one.paths.isdisjoint(two.folders)
        and one.folders.isdisjoint(two.paths)
    )


class Ancestry:
    """The commits of some heads down to the best common ancestor of all (`root`, None if
    there is none), children before parents."""

    def __init__(
        self, parents: Mapping[str, Sequence[str]], heads: Sequence[str], root: str | None
    ) -> None:
        self._bit = {head: 1 << at for at, head in enumerate(dict.fromkeys(heads))}
        self._holds: dict[str, int] = dict(self._bit)
        self._children: dict[str, list[str]] = {}
        for commit, above in parents.items():
            holds = self._holds.setdefault(commit, 0)
            for parent in above:
                if parent in parents or parent == root:
                    self._holds[parent] = self._holds.get(parent, 0) | holds
                    self._children.setdefault(parent, []).append(commit)
        if root is not None:
            self._holds[root] = (1 << len(self._bit)) - 1

    def bases(self, one: str, two: str) -> list[str]:
        """The merge bases of two heads: common ancestors that no other one descends from."""
        both = self._bit[one] | self._bit[two]

        def is_common(commit: str) -> bool:
            return self._holds[commit] & both == both

        return [
            commit
            for commit in self._holds
            if is_common(commit) and not any(map(is_common, self._children.get(commit, ())))
        ]
