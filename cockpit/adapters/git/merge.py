"""Merges as objects: no checkout, no hook, no merge driver (`merge-tree` + `commit-tree`).

They run without a work tree and without an index, so that no `.gitattributes` of a lane takes
part; a merge can be computed before anyone says yes, and is exactly what lands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cockpit.adapters.git import argv, parse
from cockpit.adapters.git.ground import Ground
from cockpit.adapters.git.read import Reader
from cockpit.adapters.git.replay import write_commit, write_helper
from cockpit.domain.change import PathChange
from cockpit.domain.ids import CommitId, TreeId
from cockpit.domain.merge import MergeOutcome
from cockpit.errors import CockpitError

MARKER_FILES = 5_000
"""Changed files that are searched for conflict markers."""

MARKER_BYTES = 1 << 20
"""Bytes of a file that are searched for them."""

_REGULAR = ("100644", "100755")
_BATCH = 200


class Merges:
    def __init__(self, ground: Ground, reader: Reader) -> None:
        self.ground = ground
        self.reader = reader
        self._who = b""
        """Whoever commits here, for commits that are only looked at."""

    def merge(
        self, ours: CommitId, theirs: CommitId, *, shared: Sequence[CommitId] = ()
    ) -> MergeOutcome:
        """Both sides merged, with the conflicting paths if it doesn't go through. `shared` are
        commits whose work both have: both get them for parents (as helper commits that stay
        out of the repository), so that git finds them as the merge base.

        Raises `CockpitError` when git can't merge them at all (no common history).
        """
        if not shared:
            return self._merge(ours, theirs, {})
        folder = self.ground.helper_folder()
        left, right = (
            write_helper(self.ground, folder, self.tree_of(side), side, *shared)
            for side in (ours, theirs)
        )
        return self._merge(left, right, self.ground.with_helpers())

    def _merge(self, ours: str, theirs: str, env: dict[str, str]) -> MergeOutcome:
        answer = self.ground.run(argv.merge_tree(ours, theirs), ok=(0, 1, 128), env=env)
        if answer.code == 128 or not answer.out:
            raise CockpitError(
                "git can't merge these two commits.",
                detail=answer.err.strip(),
                hint="They may have no common history; look at both with `git log`.",
            )
        merged = parse.merged_tree(answer.out)
        conflicts = merged.conflicts
        if answer.code == 1 and not conflicts:
            conflicts = merged.told or ("",)
        return MergeOutcome(TreeId(merged.tree), conflicts, merged.messages)

    def commit_tree(self, tree: TreeId, parents: Sequence[CommitId], message: str) -> CommitId:
        """A commit of `tree` by the commander. Raises `CockpitError` without an identity."""
        text = message.replace("\0", "\N{SYMBOL FOR NULL}").encode("utf-8", "replace")
        if self.ground.is_looking:
            return self._in_passing(tree, parents, text)
        return CommitId(self.ground.run(argv.commit_tree(tree, parents), stdin=text).line)

    def _in_passing(self, tree: TreeId, parents: Sequence[CommitId], text: bytes) -> CommitId:
        """A commit for a look: never signed, and without a process (a train has many)."""
        if not self._who:
            self._who = self.ground.run(argv.identity("GIT_COMMITTER_IDENT")).out.rstrip(b"\n")
        lines = [b"tree " + argv.object_id(tree).encode("ascii")]
        lines += [b"parent " + argv.object_id(parent).encode("ascii") for parent in parents]
        lines += [b"author " + self._who, b"committer " + self._who, b"", text]
        folder = self.ground.scratch_folder()
        return CommitId(write_commit(self.ground, folder, b"\n".join(lines)))

    def tree_of(self, commit: CommitId) -> TreeId:
        return TreeId(self.ground.run(argv.peel(argv.object_id(commit), "tree")).line)

    def first_parent(self, commit: CommitId) -> CommitId | None:
        parents = self.reader.commits([commit])[0].parents
        return CommitId(parents[0]) if parents else None

    def revert_tree(
        self, target: CommitId, landed: CommitId, *, before: CommitId | None = None
    ) -> MergeOutcome:
        """The tree of `target` without what `landed` brought to `before` (by default to its
        first parent; a landing by rebase is a row of commits).

        A three-way merge whose base is `landed`'s tree. `merge-tree --merge-base` needs git
        2.40, so both sides become commits with a common parent that has the base's tree;
        these helpers stay out of the repository.
        """
        before = before or self.first_parent(landed)
        if before is None:
            raise CockpitError("The first commit of a history can't be taken back.")
        folder = self.ground.helper_folder()
        base = write_helper(self.ground, folder, self.tree_of(landed))
        ours = write_helper(self.ground, folder, self.tree_of(target), base)
        theirs = write_helper(self.ground, folder, self.tree_of(before), base)
        return self._merge(ours, theirs, self.ground.with_helpers())

    def has_conflict_markers(self, changes: Iterable[PathChange]) -> list[str]:
        """Paths whose new content holds all three conflict markers where the old didn't.

        The first `MARKER_BYTES` of the first `MARKER_FILES` regular files are searched.
        """
        files = [change for change in changes if change.new_mode in _REGULAR][:MARKER_FILES]
        marked: list[str] = []
        for at in range(0, len(files), _BATCH):
            batch = files[at : at + _BATCH]
            contents = self.reader.blobs([c.new_blob for c in batch], cap=MARKER_BYTES)
            for change, content in zip(batch, contents, strict=True):
                if parse.has_markers(content) and not self._had_markers(change):
                    marked.append(change.path)
        return marked

    def _had_markers(self, change: PathChange) -> bool:
        if change.old_mode not in _REGULAR:
            return False
        return parse.has_markers(self.reader.blobs([change.old_blob], cap=MARKER_BYTES)[0])
