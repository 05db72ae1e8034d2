"""Refs: reading them, and moving them only from where they were seen (compare-and-swap)."""

from __future__ import annotations

import os
import re
import threading

from cockpit.adapters.git import argv, parse
from cockpit.adapters.git.files import read_small, sync_folder
from cockpit.adapters.git.ground import Ground
from cockpit.adapters.git.outcome import GitFailed
from cockpit.domain.ids import CommitId, RefName
from cockpit.errors import CockpitError, RefMoved, Refused, Unavailable, UsageError

COMMITS_KEPT = 4_096

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//")


def is_ref_name(name: str) -> bool:
    """git's rules for a full ref name (`git help check-ref-format`), without asking git."""
    parts = name.split("/")
    return (
        len(parts) > 1
        and len(os.fsencode(name)) <= 1000
        and not _FORBIDDEN.search(name)
        and not name.endswith(".")
        and all(
            part
            and not part.startswith(".")
            and not part.endswith(".lock")
            and len(os.fsencode(part)) <= 240
            for part in parts
        )
    )


def is_branch_name(branch: str) -> bool:
    """Whether a branch may be called so; as `git branch` would have it (no leading dash)."""
    return not branch.startswith("-") and branch != "HEAD" and is_ref_name(f"refs/heads/{branch}")


class Refs:
    """Ref calls on the repository."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._commits: dict[str, None] = {}
        """Ids that git said are commits, the oldest first."""
        self._guard = threading.Lock()

    def read(self, ref: RefName) -> CommitId | None:
        """The commit a full ref names; None if it doesn't exist (or names no commit).

        Raises `Unavailable` for a ref that is there but broken: absent and unreadable are
        different things.
        """
        _need_ref(ref)
        known = self._at_known_commit(ref)
        if known is not None:
            return known
        line = self._line(ref)
        if line is None or not line.commit:
            return None
        with self._guard:
            self._commits[line.commit] = None
            if len(self._commits) > COMMITS_KEPT:
                del self._commits[next(iter(self._commits))]
        return CommitId(line.commit)

    def _at_known_commit(self, ref: RefName) -> CommitId | None:
        """What the ref's own file says, if that is the id of a commit that git has named
        before; None where git must be asked. Every look at a lane asks for refs, and a process
        for each was a quarter of them all."""
        content = read_small(self.ground.common / ref, cap=128)
        name = content.decode("ascii", "replace").rstrip("\n") if content is not None else ""
        return CommitId(name) if name in self._commits else None

    def _line(self, ref: RefName) -> parse.RefLine | None:
        _need_ref(ref)
        answer = self.ground.run(argv.refs(ref), ok=(0, 128))
        if answer.code or "broken ref" in answer.err:
            raise Unavailable(
                f"The ref {ref} can't be read.",
                detail=answer.err.strip(),
                hint="Run `git fsck`; its reflog (`git reflog show`) knows where it was.",
            )
        return next((line for line in parse.refs(answer.out) if line.name == ref), None)

    def resolve(self, rev: str) -> CommitId | None:
        """A full ref, a full id, or the short name of a branch, a remote's branch or a tag,
        in this order; None if there is no such commit."""
        if parse.is_full_id(rev):
            return self._peeled(rev)
        if rev.startswith("refs/"):
            return self.read(RefName(rev)) if is_ref_name(rev) else None
        for folder in ("refs/heads/", "refs/remotes/", "refs/tags/"):
            if not rev.startswith("-") and is_ref_name(folder + rev):
                found = self.read(RefName(folder + rev))
                if found is not None:
                    return found
        return None

    def _peeled(self, rev: str) -> CommitId | None:
        answer = self.ground.run(argv.peel(rev), ok=(0, 1, 128))
        return CommitId(answer.line) if answer.code == 0 else None

    def all(self, prefix: str) -> dict[RefName, CommitId]:
        """Refs below `prefix` (`refs/heads/`, or one full ref) that name commits. Broken ones
        are left out here; `tampering` names them."""
        if prefix and not is_ref_name(prefix.rstrip("/") + "/x"):
            raise UsageError(f"{prefix!r} is not the beginning of a ref.")
        answer = self.ground.run(argv.refs(prefix or "refs"), ok=(0, 128))
        if answer.code:
            return self._intact(prefix or "refs")
        lines = parse.refs(answer.out)
        return {RefName(line.name): CommitId(line.commit) for line in lines if line.commit}

    def _intact(self, prefix: str) -> dict[RefName, CommitId]:
        """The same where an object is missing, which ends `for-each-ref` as a whole."""
        found = unopened(self.ground, prefix)
        stdin = "".join(f"{name}^{{commit}}\n" for _, name in found).encode("ascii")
        peeled = self.ground.run(["cat-file", "--batch-check"], stdin=stdin).out.splitlines()
        return {
            RefName(ref): CommitId(line.split()[0].decode("ascii"))
            for (ref, _), line in zip(found, peeled, strict=True)
            if not line.endswith(b" missing")
        }

    def containing(self, commit: CommitId) -> list[RefName]:
        lines = parse.refs(self.ground.run(argv.refs_containing(commit)).out)
        return [RefName(line.name) for line in lines]

    def is_ancestor(self, old: CommitId, new: CommitId) -> bool:
        return self.ground.run(argv.is_ancestor(old, new), ok=(0, 1)).code == 0

    def merge_base(self, one: CommitId, two: CommitId) -> CommitId | None:
        answer = self.ground.run(argv.merge_base(one, two), ok=(0, 1))
        return CommitId(answer.line.split("\n")[0]) if answer.code == 0 else None

    def move(self, ref: RefName, *, new: CommitId, old: CommitId | None, reason: str) -> None:
        """Move `ref` from `old` to `new`, or create it (`old` None); durable on return, with
        a reflog entry also where git keeps none by default.

        Raises `RefMoved` if it is elsewhere, `Refused` for a symbolic ref or a name that
        clashes with another ref's folder, `CockpitError` for anything else.
        """
        self._refuse_symbolic(ref)
        try:
            self.ground.run(argv.move_ref(ref, new, old or self.ground.null_id, reason))
        except GitFailed as error:
            raise self._why(ref, old, error) from error
        self._make_durable(ref)

    def delete(self, ref: RefName, *, old: CommitId) -> None:
        """Delete `ref` if it is still at `old`; not there any more is `RefMoved`."""
        self._refuse_symbolic(ref)
        try:
            self.ground.run(argv.delete_ref(ref, old))
        except GitFailed as error:
            raise self._why(ref, old, error) from error
        self._make_durable(ref)

    def _refuse_symbolic(self, ref: RefName) -> None:
        _need_ref(ref)
        if self._is_plain(ref):
            return
        line = self._line(ref)
        if line is not None and line.symref:
            raise Refused(
                f"The ref {ref} is only another name for {line.symref}; cockpit moves plain refs.",
                hint="Use the branch that it stands for.",
            )

    def _is_plain(self, ref: RefName) -> bool:
        """Whether a look at the ref's file shows that it is not symbolic: it holds an id, or
        there is none (packed refs never are). Anything odd is left to git. Each move asks
        this, and a process for it would be a third of the move."""
        content = read_small(self.ground.common / ref, cap=128)
        if content is not None:
            return parse.is_full_id(content.decode("ascii", "replace").rstrip("\n"))
        loose = (self.ground.common / "refs" / "heads").is_dir()  # else another kind of storage
        return loose and not os.path.lexists(self.ground.common / ref)

    def _why(self, ref: RefName, old: CommitId | None, error: GitFailed) -> CockpitError:
        """What a failed compare-and-swap means, judged by where the ref is now."""
        text = error.answer.err
        if "exists; cannot create" in text:
            return Refused(
                f"The ref {ref} can't be created: another ref's name is a part of it.",
                detail=text.strip(),
                hint="`a` and `a/b` can't both be branches; choose another name.",
            )
        now = self.read(ref)
        if now != old:
            return RefMoved(
                f"{ref} is no longer where it was seen.",
                detail=f"seen at {old or 'nothing'}, now at {now or 'nothing'}",
                hint="Something else moved it; look at it and start again.",
            )
        return error

    def _make_durable(self, ref: RefName) -> None:
        """git syncs the ref's file but not its folder; a power cut could forget the rename."""
        folder = (self.ground.common / ref).parent
        while not folder.is_dir() and folder != self.ground.common:
            folder = folder.parent
        sync_folder(folder)


def unopened(ground: Ground, prefix: str) -> list[tuple[str, str]]:
    """(ref, object id) of refs below `prefix`, whether their objects exist or not."""
    lines = os.fsdecode(ground.run(argv.refs_unopened(prefix)).out).splitlines()
    return [(ref, name) for name, _, ref in (line.partition(" ") for line in lines)]


def _need_ref(ref: str) -> None:
    if not (ref.startswith("refs/") and is_ref_name(ref)):
        raise UsageError(f"{ref[:200]!r} is not a full ref name.")
