"""What lands is built as objects (`services.ports.Builder`): merged, built anew, reworded,
signed, taken back. No ref moves here, and no checkout takes part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cockpit.adapters.git import trail
from cockpit.adapters.git.ground import Ground
from cockpit.adapters.git.history import History
from cockpit.adapters.git.merge import Merges
from cockpit.adapters.git.replay import Replayer
from cockpit.adapters.git.reword import Edit, reword
from cockpit.adapters.git.sign import sign
from cockpit.adapters.git.typed import typed
from cockpit.domain.ids import CommitId, TreeId
from cockpit.domain.merge import MergeOutcome
from cockpit.domain.replay import ReplayOutcome


class ObjectBuilder:
    def __init__(self, ground: Ground, merges: Merges, history: History) -> None:
        self._ground = ground
        self._merges = merges
        self._history = history
        self._replayer = Replayer(ground)

    def identity(self) -> str:
        return self._history.identity()

    @typed
    def merge(
        self, ours: CommitId, theirs: CommitId, *, shared: Sequence[CommitId] = ()
    ) -> MergeOutcome:
        return self._merges.merge(ours, theirs, shared=shared)

    @typed
    def commit_tree(self, tree: TreeId, parents: Sequence[CommitId], message: str) -> CommitId:
        return self._merges.commit_tree(tree, parents, message)

    @typed
    def tree_with(self, commit: CommitId, entries: Mapping[str, tuple[str, str] | None]) -> TreeId:
        return trail.tree_with(self._ground, commit, entries)

    @typed
    def replay(
        self, commits: Sequence[CommitId], onto: CommitId, *, keep: bool = True
    ) -> ReplayOutcome:
        return self._replayer.replay(commits, onto, keep=keep)

    @typed
    def replay_line(self, mine: CommitId, theirs: CommitId) -> ReplayOutcome:
        line = self._history.first_parents(theirs, mine)
        return self._replayer.replay(line, theirs, merges=True)

    @typed
    def revert_tree(
        self, target: CommitId, landed: CommitId, *, before: CommitId | None = None
    ) -> MergeOutcome:
        return self._merges.revert_tree(target, landed, before=before)

    @typed
    def reword(self, commits: Sequence[CommitId], onto: CommitId, edit: Edit) -> CommitId:
        return reword(self._ground, commits, onto, edit)

    @typed
    def sign(self, result: CommitId, onto: CommitId) -> CommitId:
        return sign(self._ground, self._history.first_parents(onto, result), onto)
