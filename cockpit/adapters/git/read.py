"""Commits, trees and blobs by full id, through GitPython.

One object database in one thread of its own: shared by threads it returned wrong objects
silently (184 of them, measured). It is GitPython's `GitCmdObjectDB` without a `Repo` around
it: a `Repo` reads the repository's configuration (which may include a pipe) and refuses the
shadow's linked HEAD. Its `git cat-file` children get the environment of every other call of
ours. Commits are parsed by `commitobject.py`. GitPython can't read the 64 digits of a sha256
repository: there each object is one call through the door.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotReady
from functools import lru_cache, partial
from typing import TYPE_CHECKING, TypeVar

from cockpit.adapters.git import argv
from cockpit.adapters.git.commitobject import CommitObject, parse_commit
from cockpit.adapters.git.ground import Ground
from cockpit.adapters.git.run import CAP
from cockpit.adapters.git.trees import NotPlain, tree_changes
from cockpit.domain.change import PathChange
from cockpit.errors import CockpitError, TimedOut, Unavailable

if TYPE_CHECKING:
    from git import Git, GitCmdObjectDB

T = TypeVar("T")

READ_DEADLINE = 60.0
"""Seconds for one batch of reads."""


class Reader:
    """Reads objects; `close` ends its thread and its git children. Callable from any thread."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._lock = threading.Lock()
        self._session: _Session | None = None

    def commits(self, ids: Sequence[str]) -> list[CommitObject]:
        """The commits with these full ids, in order. Raises `Unavailable` for a missing one."""
        if self._is_sha256:
            return [parse_commit(self._cat("commit", commit, CAP)) for commit in ids]
        return self._do(lambda db: [_commit(db, commit) for commit in ids])

    def blobs(self, ids: Sequence[str], *, cap: int) -> list[bytes]:
        """The first `cap` bytes of each blob, in order. Raises `Unavailable` for a missing one."""
        if self._is_sha256:
            return [self._cat("blob", blob, cap) for blob in ids]
        return self._do(lambda db: [self._blob(db, blob, cap) for blob in ids])

    def changes(self, old: str, new: str) -> list[PathChange] | None:
        """What differs between two commits or trees, or None where a process of its own is the
        better way: nothing is open here yet, or `tree_changes` leaves it to git."""
        if self._is_sha256 or self._session is None:
            return None
        return self._do(lambda db: tree_changes(partial(_tree, db), _top(db, old), _top(db, new)))

    @property
    def _is_sha256(self) -> bool:
        return len(self.ground.null_id) == 64

    def _cat(self, kind: str, name: str, cap: int) -> bytes:
        command = ["cat-file", kind, argv.object_id(name)]
        return self.ground.run(command, cap=cap, truncate=True).out

    def _blob(self, database: GitCmdObjectDB, blob: str, cap: int) -> bytes:
        key = bytes.fromhex(argv.object_id(blob))
        if database.info(key).size > cap:
            # reading a part through the persistent child would have to drain the rest
            return self._cat("blob", blob, cap)
        content: bytes = database.stream(key).read()
        return content

    def _do(self, work: Callable[[GitCmdObjectDB], T]) -> T:
        with self._lock:
            if self._session is None:
                self._session = _Session(self.ground)
            session = self._session
            future: Future[T] = session.thread.submit(session.attempt, work)
        try:
            return future.result(READ_DEADLINE)
        except NotReady:
            with self._lock:
                if self._session is session:
                    self._session = None
            session.abandon()
            raise TimedOut(
                "Reading from the repository took too long.",
                hint="Look whether the disk hangs, then try again.",
            ) from None

    def close(self) -> None:
        """End the children and the thread; a later read starts them anew."""
        with self._lock:
            session, self._session = self._session, None
        if session is not None:
            session.close()


class _Session:
    """One thread and the database that only it touches. Given up as a whole: a thread that
    wakes after its deadline must not meet its successor's database."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="git-read")
        self.database: GitCmdObjectDB | None = None
        self.abandoned = False

    def attempt(self, work: Callable[[GitCmdObjectDB], T]) -> T:
        """Run `work`, once more on a fresh database if its children were killed meanwhile
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

    def _open(self) -> GitCmdObjectDB:
        if self.abandoned:
            raise TimedOut("Reading from the repository took too long.")
        if self.database is None:
            self.ground.refresh()
            Git, GitCmdObjectDB = _gitpython(self.ground.door.git)
            git = Git(str(self.ground.shadow.empty))
            environment = {
                **self.ground.shadow.environment(self.ground.common, None),
                **self.ground.readable_scratch(),
                "GIT_OBJECT_DIRECTORY": str(self.ground.common / "objects"),
            }
            git.update_environment(**_children_environment(environment))
            self.database = GitCmdObjectDB(str(self.ground.common / "objects"), git)
        return self.database

    def _drop(self) -> None:
        database, self.database = self.database, None
        if database is not None:
            database._git.clear_cache()  # ends the children; there is no public way

    def abandon(self) -> None:
        """Leave a thread that hangs: its children are ended, which wakes it with an error."""
        self.abandoned = True
        self._drop()
        self.thread.shutdown(wait=False)

    def close(self) -> None:
        self.thread.submit(self._drop)
        self.thread.shutdown(wait=True)


def _commit(database: GitCmdObjectDB, commit: str) -> CommitObject:
    stream = database.stream(bytes.fromhex(argv.object_id(commit)))
    content = stream.read()  # always to its end: what is left would be the next answer
    if stream.type != b"commit":
        raise Unavailable(f"{commit} is not a commit.")
    return parse_commit(content)


def _top(database: GitCmdObjectDB, name: str) -> str:
    """The id of the tree that a commit or a tree is."""
    stream = database.stream(bytes.fromhex(argv.object_id(name)))
    content = stream.read()
    return parse_commit(content).tree if stream.type == b"commit" else name


def _tree(database: GitCmdObjectDB, name: str) -> bytes:
    """Raises `NotPlain` for what is no tree: git says what is wrong with it."""
    stream = database.stream(bytes.fromhex(name))
    content: bytes = stream.read()
    if stream.type != b"tree":
        raise NotPlain
    return content


@lru_cache(maxsize=1)
def _gitpython(program: str) -> tuple[type[Git], type[GitCmdObjectDB]]:
    """The library, which costs 50 ms that most commands needn't pay, told once which git to use
    (it asks for its version each time). Loading it runs git;
    raises `OSError` if that one is killed, so that it is tried again."""
    try:
        from git import Git, GitCmdObjectDB
        from git.exc import GitError
    except ImportError as error:
        raise OSError(f"GitPython could not run git: {error}") from error
    try:
        Git.refresh(program)
    except GitError as error:
        raise OSError(f"GitPython could not run git: {error}") from error
    return Git, GitCmdObjectDB


def _children_environment(ours: Mapping[str, str]) -> dict[str, str]:
    """`ours`, and every inherited `GIT_*` that ours leaves out made harmless: GitPython starts
    from `os.environ` and can only add to it."""
    inherited = {name for name in os.environ if name.startswith("GIT_")} - set(ours)
    zero = ("GIT_TRACE", "GIT_CONFIG_COUNT", "GIT_CURL_VERBOSE")
    return {**{name: "0" if name.startswith(zero) else "" for name in inherited}, **ours}
