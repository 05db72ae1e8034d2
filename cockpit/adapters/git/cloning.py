"""Cloning bare, in steps that can each be done again.

`git clone --bare` leaves out the fetch refspec, copies every branch of the remote as a local
one, and what it leaves when it is killed can't be told from something else. Here the folder
holds a mark of ours until the clone is complete:

| died after | left behind | the next run with the same address |
|---|---|---|
| folder made | an empty folder | goes on |
| mark written | the mark, perhaps half a repository | `git init` again, which keeps what is there |
| configuration | a repository without commits | fetches |
| fetch | objects, perhaps all of the remote's branches | fetches what is missing |
| branch, HEAD | a complete repository with the mark | looks, changes nothing |

Nothing that lies there without the mark is touched. The address is written into the
configuration as data and never stands on a command line. No template, so no hook, comes in;
which protocols may be used is the shadow's list.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cockpit.adapters.git.environment import scrubbed_environment
from cockpit.adapters.git.files import lstat, read_small, sync_folder, write_whole
from cockpit.adapters.git.outcome import GitFailed
from cockpit.adapters.git.refs import is_branch_name
from cockpit.adapters.git.run import GitDoor
from cockpit.adapters.git.shadow import OURS, Setting, as_config, read_settings
from cockpit.domain.addresses import without_secrets
from cockpit.errors import CockpitError, Refused

MARK = "cockpit-clone"
ORIGIN = "origin"
DEADLINE = 6 * 3600.0
"""Seconds that fetching everything may take."""
ASK_DEADLINE = 120.0

Step = Callable[[str], None]

_SAFE = [
    word
    for key, value in OURS
    if key.startswith("protocol.") or key in ("core.hooksPath", "core.fsmonitor", "gc.auto")
    for word in ("-c", f"{key}={value}")
]


def clone_bare(door: GitDoor, url: str, folder: Path, step: Step) -> str:
    """Make `folder` a bare clone of `url`, whose address the caller has judged; returns the
    remote's default branch, which is a local branch then. The mark stays (`finished`).

    Raises `Refused` where something else lies, and `CockpitError` with what git says.
    """
    with _marked(folder, url):
        try:
            return _steps(door, url, folder, step)
        except CockpitError as error:
            raise _without_secrets(error, folder) from None


def finished(folder: Path) -> None:
    """Take the mark away: from now on the folder is the commander's."""
    (folder / MARK).unlink(missing_ok=True)
    sync_folder(folder)


def is_under_way(folder: Path) -> bool:
    return lstat(folder / MARK) is not None


def _steps(door: GitDoor, url: str, folder: Path, step: Step) -> str:
    def git(*words: str, deadline: float = ASK_DEADLINE, ok: tuple[int, ...] = (0,)) -> str:
        env = {**scrubbed_environment(), "GIT_DIR": str(folder), "GIT_DEFAULT_REF_FORMAT": "files"}
        answer = door.run([*_SAFE, *words], env=env, cwd=folder, deadline=deadline, ok=ok)
        return answer.out.decode("utf-8", "surrogateescape")

    step("make the bare repository")
    git("init", "--quiet", "--bare", "--template=")
    (folder / "info").mkdir(exist_ok=True)
    settings: list[Setting] = [
        ("core.logallrefupdates", "true"),
        (f"remote.{ORIGIN}.url", url),
        (f"remote.{ORIGIN}.fetch", f"+refs/heads/*:refs/remotes/{ORIGIN}/*"),
    ]
    _configure(door, folder, settings)
    step("ask the remote for its default branch")
    branch = _default_branch(git("ls-remote", "--symref", ORIGIN, "HEAD"))
    upstream = [
        (f"branch.{branch}.remote", ORIGIN),
        (f"branch.{branch}.merge", f"refs/heads/{branch}"),
    ]
    _configure(door, folder, [*settings, *upstream])
    step("fetch its branches (this can take a while)")
    quiet = ("--quiet", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance")
    git("fetch", *quiet, ORIGIN, deadline=DEADLINE)
    local, remote = f"refs/heads/{branch}", f"refs/remotes/{ORIGIN}/{branch}"
    if not git("rev-parse", "--verify", "--quiet", local, ok=(0, 1)).strip():
        git("update-ref", "--create-reflog", "-m", "cockpit: clone", local, remote, "")
    git("symbolic-ref", "HEAD", local)
    git("symbolic-ref", f"refs/remotes/{ORIGIN}/HEAD", remote)
    return branch


def _configure(door: GitDoor, folder: Path, wanted: list[Setting]) -> None:
    """Put these settings beside what `git init` wrote, at once."""
    names = {key for key, _ in wanted}
    path = folder / "config"
    kept = [one for one in read_settings(door, path) if one[0] not in names]
    write_whole(path, as_config([*kept, *wanted]).encode("utf-8", "surrogateescape"), mode=0o600)


def _default_branch(answer: str) -> str:
    """The branch that the remote's HEAD names. Raises `Refused` for one without."""
    for line in answer.splitlines():
        ref, _, name = line.partition("\t")
        branch = ref.removeprefix("ref: refs/heads/")
        if name == "HEAD" and branch != ref and is_branch_name(branch):
            return branch
    raise Refused(
        "The remote has no default branch: it is empty, or its HEAD names no branch.",
        hint="Push a first commit to it, or set its default branch, then run this again.",
    )


@contextmanager
def _marked(folder: Path, url: str) -> Iterator[None]:
    """The folder, there and ours, for one process at a time."""
    digest = hashlib.sha256(url.encode("utf-8", "surrogateescape")).hexdigest()
    mark = folder / MARK
    _require_ours(folder, digest)
    folder.mkdir(parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(mark, flags, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(f"Another cockpit clones into {folder} at this moment.") from None
        os.pwrite(descriptor, f"{digest}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _require_ours(folder: Path, digest: str) -> None:
    if not os.path.lexists(folder):
        return
    if folder.is_symlink() or not folder.is_dir():
        raise Refused(f"{folder} is there and is no folder.", hint="Name another one.")
    known = read_small(folder / MARK, cap=200)
    if known is not None and known.strip() in (digest.encode(), b""):
        return
    if known is not None:
        raise Refused(
            f"A clone of another address was begun in {folder}",
            hint=f"Remove that folder, or name another one: rm -rf {shlex.quote(str(folder))}",
        )
    if any(folder.iterdir()):
        raise Refused(
            f"{folder} is there already, and init overwrites nothing.",
            hint="If it is a bare repository, set it up with "
            f"`cockpit -C {shlex.quote(str(folder))} init`.",
        )


def _without_secrets(error: CockpitError, folder: Path) -> CockpitError:
    """The error, safe to show, with what to do about what is there by now."""
    title = error.title
    if isinstance(error, GitFailed):
        title = "git could not clone the repository."
    hint = "" if isinstance(error, GitFailed) else f"{error.hint} "
    return CockpitError(
        without_secrets(title),
        detail=without_secrets(error.answer.err if isinstance(error, GitFailed) else error.detail),
        hint=f"{hint}The same command goes on from here; to begin anew, remove {folder}. "
        "Nothing asks for a password here: use a credential helper or an ssh agent.",
        code=error.code,
    )
