"""Building commits anew on another base: a rebase as objects, without a checkout.

Each commit is a three-way merge of its own change onto what was built so far. `merge-tree
--merge-base` needs git 2.40, so both sides become helper commits with a common parent that
has the base's tree; these lie in the scratch folder and cost no process (they are written by
hand). The new commit keeps author, author's date, message and encoding byte for byte, which
`commit-tree` can't promise (names and messages that are not UTF-8, empty names), so the
object is put together here and checked by `hash-object`. A signature no longer fits and is
left out.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from cockpit.adapters.git import argv, parse
from cockpit.adapters.git.ground import Ground
from cockpit.domain.ids import CommitId
from cockpit.domain.replay import ReplayOutcome
from cockpit.errors import CockpitError, Unavailable

_KEPT = (b"author", b"encoding")
_HELPER = b"cockpit <cockpit@localhost> 0 +0000"


class Replayer:
    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    def replay(
        self,
        commits: Sequence[CommitId],
        onto: CommitId,
        *,
        keep: bool = True,
        merges: bool = False,
    ) -> ReplayOutcome:
        """`commits` (oldest first) built one by one on `onto`. Merges among them need `merges`:
        each is its change of its first parent, and keeps its other parents.

        A commit whose parent is what was built so far stays as it is. One that was empty from
        the start is kept, one that became empty is dropped, as `git rebase` does. Without
        `keep` all objects go to the scratch folder: for a look that leaves nothing behind.
        Raises `CockpitError` when git can't merge at all or there is no identity.
        """
        scratch = self.ground.scratch_objects()
        env = self.ground.with_helpers() if keep else scratch
        folder = self.ground.helper_folder() if keep else self.ground.scratch_folder()
        tip, tree = onto, self._tree(onto, env)
        made: list[tuple[CommitId, CommitId]] = []
        dropped: list[CommitId] = []
        committer = b""
        for commit in commits:
            raw = self._raw(commit, env)
            theirs, parents = _tree_and_parents(raw)
            if parents[:1] == [tip]:
                made.append((commit, commit))
                tip, tree = commit, theirs
                continue
            base = self._tree(parents[0], env) if parents else empty_tree(self.ground)
            merged = self._merge(folder, base, tree, theirs, env)
            if isinstance(merged, ReplayOutcome):
                return ReplayOutcome(
                    None, tuple(made), tuple(dropped), commit, merged.conflicts, merged.messages
                )
            others = parents[1:] if merges else []
            if merged == tree and theirs != base and not others:
                dropped.append(commit)
                continue
            committer = committer or self._committer()
            tip, tree = self._commit(raw, merged, [tip, *others], committer, env), merged
            made.append((commit, tip))
        return ReplayOutcome(tip, tuple(made), tuple(dropped))

    def _merge(
        self, folder: Path, base: str, ours: str, theirs: str, env: Mapping[str, str]
    ) -> str | ReplayOutcome:
        """The tree of the merge, or an outcome that holds the conflict."""
        if base in (ours, theirs):
            return theirs if base == ours else ours
        return merged_on(self.ground, folder, base, ours, theirs, env)

    def _commit(
        self,
        raw: bytes,
        tree: str,
        parents: Sequence[str],
        committer: bytes,
        env: Mapping[str, str],
    ) -> CommitId:
        content = with_parents(raw, tree, parents, committer)
        return CommitId(self.ground.run(argv.hash_commit(), stdin=content, env=env).line)

    def _committer(self) -> bytes:
        return self.ground.run(argv.identity("GIT_COMMITTER_IDENT")).out.rstrip(b"\n")

    def _raw(self, commit: str, env: Mapping[str, str]) -> bytes:
        command = ["cat-file", "commit", argv.object_id(commit)]
        return self.ground.run(command, env=env).out

    def _tree(self, commit: str, env: Mapping[str, str]) -> str:
        return self.ground.run(argv.peel(argv.object_id(commit), "tree"), env=env).line


def merged_on(
    ground: Ground, folder: Path, base: str, ours: str, theirs: str, env: Mapping[str, str]
) -> str | ReplayOutcome:
    """The tree that merging the trees `ours` and `theirs` on the tree `base` gives, or an
    outcome that holds the conflict. `env` must let git read the scratch folder."""
    root = write_helper(ground, folder, base)
    left, right = (write_helper(ground, folder, tree, root) for tree in (ours, theirs))
    answer = ground.run(argv.merge_tree(left, right), ok=(0, 1, 128), env=env)
    if answer.code == 128 or not answer.out:
        raise CockpitError(
            "git can't build this change anew on another base.",
            detail=answer.err.strip(),
            hint="Run `git fsck` in the repository.",
        )
    merged = parse.merged_tree(answer.out)
    if answer.code == 0:
        return merged.tree
    return ReplayOutcome(None, conflicts=merged.conflicts or ("",), messages=merged.messages)


def write_helper(ground: Ground, folder: Path, tree: str, *parents: str) -> str:
    """A commit of `tree` by nobody, as a loose object in the scratch folder; its id."""
    lines = [b"tree " + tree.encode("ascii")]
    lines += [b"parent " + parent.encode("ascii") for parent in parents]
    lines += [b"author " + _HELPER, b"committer " + _HELPER, b"", b"cockpit\n"]
    return write_commit(ground, folder, b"\n".join(lines))


def write_commit(ground: Ground, folder: Path, content: bytes) -> str:
    """A commit with this content as a loose object in the scratch folder; its id."""
    name = object_name(ground, b"commit", content)
    place = folder / name[:2] / name[2:]
    if not place.exists():
        place.parent.mkdir(mode=0o700, exist_ok=True)
        draft = place.with_name(f"{place.name}.{id(content)}")
        draft.write_bytes(zlib.compress(b"commit %d\0" % len(content) + content, 1))
        draft.rename(place)
    return name


def object_name(ground: Ground, kind: bytes, content: bytes) -> str:
    """The id that git gives an object, in this repository's hash."""
    hashed = hashlib.sha256() if len(ground.null_id) == 64 else hashlib.sha1()
    hashed.update(b"%s %d\0" % (kind, len(content)) + content)
    return hashed.hexdigest()


def empty_tree(ground: Ground) -> str:
    """The id of the tree that holds nothing, which git knows without being told."""
    return object_name(ground, b"tree", b"")


def _tree_and_parents(raw: bytes) -> tuple[str, list[str]]:
    head = raw.partition(b"\n\n")[0].split(b"\n")
    trees = [line[5:].decode("ascii") for line in head if line.startswith(b"tree ")]
    parents = [line[7:].decode("ascii") for line in head if line.startswith(b"parent ")]
    if len(trees) != 1:
        raise Unavailable("A commit can't be read.", hint="Run `git fsck` in the repository.")
    return trees[0], parents


def with_parents(raw: bytes, tree: str, parents: Sequence[str], committer: bytes) -> bytes:
    """The commit `raw` with another tree, other parents and a committer of now. Of its headers
    author and encoding stay; signatures and merge tags don't fit any more."""
    head, _, message = raw.partition(b"\n\n")
    kept = [line for line in head.split(b"\n") if line.split(b" ", 1)[0] in _KEPT]
    author = [line for line in kept if line.startswith(b"author ")]
    encoding = [line for line in kept if line.startswith(b"encoding ")]
    lines = [b"tree " + tree.encode("ascii")]
    lines += [b"parent " + parent.encode("ascii") for parent in parents]
    lines += [*author[:1], b"committer " + committer, *encoding[:1]]
    return b"\n".join(lines) + b"\n\n" + message
