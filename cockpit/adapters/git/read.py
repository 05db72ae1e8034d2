"""Commits and blobs by full id, through GitPython.

One `Repo` in one thread of its own: a `Repo` shared by threads returned wrong objects
silently (184 of them, measured). It is opened on the shadow, so that it never reads the
repository's configuration (which may include a pipe), and its `git cat-file` children get
the environment of every other call of ours. Only the object database is used: commits are
parsed by `parse.commit`, which also knows sha256 repositories.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotReady
from typing import TYPE_CHECKING, TypeVar

from cockpit.adapters.git import argv, parse
from cockpit.adapters.git.ground import Ground
from cockpit.errors import CockpitError, TimedOut, Unavailable

if TYPE_CHECKING:
    from git import Repo

T = TypeVar("T")

READ_DEADLINE = 60.0
"""Seconds for one batch of reads."""


class Reader:
    """Reads objects; `close` ends its thread and its git children."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._repo: Repo | None = None
        self._thread: ThreadPoolExecutor | None = None

    def commits(self, ids: Sequence[str]) -> list[parse.CommitObject]:
        """The commits with these full ids, in order. Raises `Unavailable` for a missing one."""
        return self._do(lambda repo: [self._commit(repo, commit) for commit in ids])

    def blobs(self, ids: Sequence[str], *, cap: int) -> list[bytes]:
        """The first `cap` bytes of each blob, in order. Raises `Unavailable` for a missing one."""
        return self._do(lambda repo: [self._blob(repo, blob, cap) for blob in ids])

    def close(self) -> None:
        """End the children and the thread; a later read starts them anew."""
        if self._thread is not None:
            self._thread.submit(self._drop)
            self._thread.shutdown(wait=True)
            self._thread = None

    # ------------------------------------------------------------ in the thread

    def _commit(self, repo: Repo, commit: str) -> parse.CommitObject:
        stream = repo.odb.stream(bytes.fromhex(argv.object_id(commit)))
        if stream.type != b"commit":
            raise Unavailable(f"{commit} is not a commit.")
        return parse.commit(stream.read())

    def _blob(self, repo: Repo, blob: str, cap: int) -> bytes:
        key = bytes.fromhex(argv.object_id(blob))
        if repo.odb.info(key).size > cap:
            # reading a part through the persistent child would have to drain the rest
            command = ["cat-file", "blob", blob]
            return self.ground.run(command, cap=cap, truncate=True).out
        content: bytes = repo.odb.stream(key).read()
        return content

    def _open(self) -> Repo:
        if self._repo is None:
            from git import GitCmdObjectDB, Repo  # 50 ms that most commands needn't pay

            self.ground.shadow.refresh()
            repo = Repo(self.ground.shadow.git_dir, odbt=GitCmdObjectDB, expand_vars=False)
            repo.git.update_environment(**_children_environment(self._environment()))
            self._repo = repo
        return self._repo

    def _environment(self) -> Mapping[str, str]:
        return self.ground.shadow.environment(self.ground.common, None)

    def _drop(self) -> None:
        if self._repo is not None:
            self._repo.close()
            self._repo = None

    def _attempt(self, work: Callable[[Repo], T]) -> T:
        """Run `work`, once more on a fresh `Repo` if its children were killed meanwhile
        (every later read of the old one would fail)."""
        try:
            return work(self._open())
        except CockpitError:
            raise
        except (OSError, ValueError):
            self._drop()
        try:
            return work(self._open())
        except (OSError, ValueError) as error:
            self._drop()
            raise Unavailable(
                "An object of the repository can't be read.",
                detail=str(error)[:500],
                hint="Run `git fsck` in the repository.",
            ) from error

    def _do(self, work: Callable[[Repo], T]) -> T:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="git-read")
        future: Future[T] = self._thread.submit(self._attempt, work)
        try:
            return future.result(READ_DEADLINE)
        except NotReady:
            self._abandon()
            raise TimedOut(
                "Reading from the repository took too long.",
                hint="Look whether the disk hangs, then try again.",
            ) from None

    def _abandon(self) -> None:
        """Leave a thread that hangs: its children are ended, which wakes it with an error."""
        repo, self._repo = self._repo, None
        thread, self._thread = self._thread, None
        if repo is not None:
            repo.git.clear_cache()
        if thread is not None:
            thread.shutdown(wait=False)


def _children_environment(ours: Mapping[str, str]) -> dict[str, str]:
    """`ours`, and every inherited `GIT_*` that ours leaves out made harmless: GitPython starts
    from `os.environ` and can only add to it."""
    inherited = {name for name in os.environ if name.startswith("GIT_")} - set(ours)
    zero = ("GIT_TRACE", "GIT_CONFIG_COUNT", "GIT_CURL_VERBOSE")
    return {**{name: "0" if name.startswith(zero) else "" for name in inherited}, **ours}
