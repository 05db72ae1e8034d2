"""The repository that all modules of this adapter stand on: where its parts lie, and how a
git call reaches one of its worktrees through the shadow.

A lane's own `.git` file is never asked where its git folder is (an agent can rewrite it to a
private one); the common directory's list of admin folders is.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from cockpit.adapters.git import argv, parse
from cockpit.adapters.git.files import read_small
from cockpit.adapters.git.outcome import Answer
from cockpit.adapters.git.run import CAP, DEADLINE, GitDoor
from cockpit.adapters.git.shadow import Shadow
from cockpit.dataclass import dataclass
from cockpit.errors import CockpitError, Refused

PINS_IDENTITY: Mapping[str, str] = {
    "GIT_AUTHOR_NAME": "cockpit",
    "GIT_AUTHOR_EMAIL": "cockpit@localhost",
    "GIT_COMMITTER_NAME": "cockpit",
    "GIT_COMMITTER_EMAIL": "cockpit@localhost",
}
"""Who writes commits that nobody reads as history (pins, bases of merges), so that they
succeed without a configured identity."""


@dataclass(frozen=True, slots=True)
class At:
    """A worktree with its git folder (`admin`: the git directory for the main checkout)."""

    admin: Path
    work_tree: Path


class Ground:
    """Where the repository's parts lie; `run` is how every module calls git."""

    def __init__(self, door: GitDoor, shadow: Shadow, common: Path, checkout: Path | None) -> None:
        self.door = door
        self.shadow = shadow
        self.common = common
        self.checkout = checkout
        self._admins: dict[str, Path] = {}
        self._scratch = shadow.git_dir.parent / f"scratch-{os.getpid()}-{os.urandom(4).hex()}"
        self._thread = threading.local()

    @property
    def null_id(self) -> str:
        """The id that stands for `no object`, as long as this repository's ids are."""
        sha256 = ("extensions.objectformat", "sha256") in self.shadow.settings
        return "0" * (64 if sha256 else 40)

    def run(
        self,
        command: Sequence[str],
        *,
        at: At | None = None,
        index_file: Path | None = None,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        deadline: float = DEADLINE,
        cap: int = CAP,
        truncate: bool = False,
        ok: Sequence[int] = (0,),
    ) -> Answer:
        """Run git through the shadow, on the repository or in the worktree `at`; `env` adds
        to the environment. Raises as `GitDoor.run`."""
        self.refresh()
        if at is None:
            full = self.shadow.environment(self.common, None)
            cwd = self.shadow.empty
        else:
            full = self.shadow.environment(at.admin, at.work_tree)
            cwd = at.work_tree
        if index_file is not None:
            full["GIT_INDEX_FILE"] = str(index_file)
        if self.is_looking:
            full.update(self.scratch_objects())
        full.update(env or {})
        return self.door.run(
            command,
            env=full,
            cwd=cwd,
            stdin=stdin,
            deadline=deadline,
            cap=cap,
            truncate=truncate,
            ok=ok,
        )

    def refresh(self) -> None:
        """Bring the shadow up to date. Raises `CockpitError` if the state folder can't be
        written."""
        try:
            self.shadow.refresh()
        except OSError as error:
            raise CockpitError(
                "cockpit's state folder for this repository can't be written.",
                detail=str(error),
                hint="Look at the folder's owner and the free space, or set XDG_STATE_HOME.",
            ) from error

    def scratch_folder(self) -> Path:
        """A private folder of this process, gone with `close`."""
        self._scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._scratch

    def scratch_objects(self) -> dict[str, str]:
        """Environment in which new objects go to a private folder of this process, for looks
        that must leave nothing in the repository."""
        return {
            "GIT_OBJECT_DIRECTORY": str(self.scratch_folder()),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": _as_alternate(self.common / "objects"),
        }

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Within it, every call of this thread puts new objects into the scratch folder."""
        before = self.is_looking
        self._thread.looking = True
        try:
            yield
        finally:
            self._thread.looking = before

    @property
    def is_looking(self) -> bool:
        """Whether this thread only looks (`looking`)."""
        return bool(getattr(self._thread, "looking", False))

    def helper_folder(self) -> Path:
        """Where commits lie that only help to merge; apart from what looks put aside, since
        git doesn't write an object that it finds in an alternate: what a look has built once
        would then be missing from the repository when it is built for good."""
        if self.is_looking:
            return self.scratch_folder()
        folder = self.scratch_folder() / "helpers"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def with_helpers(self) -> dict[str, str]:
        """Environment in which helpers can be read while new objects go to the repository
        (or, in a look, to the scratch folder)."""
        if self.is_looking:
            return self.scratch_objects()
        return {"GIT_ALTERNATE_OBJECT_DIRECTORIES": _as_alternate(self.helper_folder())}

    def readable_scratch(self) -> dict[str, str]:
        """Environment for a child that lives long and must see what looks put aside later:
        git follows only an alternate that is there when it starts."""
        return {"GIT_ALTERNATE_OBJECT_DIRECTORIES": _as_alternate(self.scratch_folder())}

    def close(self) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)

    # ------------------------------------------------------------ worktrees

    def admin_folders(self) -> list[tuple[Path, Path]]:
        """(admin folder, worktree folder) of every linked worktree that the common directory
        lists, whether the worktree exists or not."""
        found = []
        try:
            names = sorted(os.listdir(self.common / "worktrees"))
        except OSError:
            return []
        for name in names:
            admin = self.common / "worktrees" / name
            worktree = worktree_of(admin)
            if worktree is not None:
                found.append((admin, worktree))
        return found

    def at(self, worktree: Path) -> At:
        """The worktree at this path. Raises `Refused` if the repository lists none there, or
        two (one of them was forged), or a link lies there that leads elsewhere."""
        if self.checkout is not None and worktree == self.checkout:
            return At(self.common, worktree)
        if os.path.islink(worktree):
            raise Refused(
                f"The worktree {worktree} is not a folder but a link.",
                hint="Something replaced it; look at what lies there.",
            )
        wanted = os.path.realpath(worktree)
        if self.checkout is not None and wanted == os.path.realpath(self.checkout):
            return At(self.common, self.checkout)
        known = self._admins.get(wanted)
        if known is not None and _names(known, wanted):
            return At(known, Path(wanted))
        found = [admin for admin, _ in self.admin_folders() if _names(admin, wanted)]
        if len(found) > 1:
            raise Refused(
                f"Two worktrees of the repository claim the folder {worktree}",
                detail="\n".join(map(str, found)),
                hint="One of the two git folders was copied or forged; look into both.",
            )
        if not found:
            raise Refused(
                f"{worktree} is not a worktree of this repository.",
                hint="`git worktree list` shows those that it has; `git worktree repair` mends "
                "one that was moved by hand.",
            )
        self._admins[wanted] = found[0]
        return At(found[0], Path(wanted))

    # ------------------------------------------------------------ filters

    def refuse_untrusted_filters(
        self, at: At, paths: Sequence[str], index_file: Path | None
    ) -> None:
        """Raise `Refused` if one of `paths` lies under a filter that only the repository's
        own configuration defines: plain git would run it, we don't, so the file would come
        out wrong (DESIGN §7, edge 3). Attributes are read from `index_file`, without one
        from the worktree's files."""
        untrusted, includes = self.shadow.untrusted_filters(self._known_filters)
        if not paths or not (untrusted or includes):
            return
        known = self._known_filters() if includes else set()
        stdin = b"".join(os.fsencode(path) + b"\0" for path in paths)
        command = argv.filters_of(cached=index_file is not None)
        answer = self.run(command, at=at, index_file=index_file, stdin=stdin)
        for path, driver in parse.attributes(answer.out):
            named = driver not in ("unspecified", "set", "unset")
            if named and (driver in untrusted or (includes and driver not in known)):
                raise Refused(
                    f"The file {path!r} goes through the repository's own filter {driver!r}, "
                    "which cockpit doesn't run.",
                    hint="Define the filter in your own ~/.gitconfig if you trust it.",
                )

    def _known_filters(self) -> set[str]:
        answer = self.run(argv.known_filters(), ok=(0, 1))
        return {key.split(".", 1)[1].rsplit(".", 1)[0] for key, _ in parse.config(answer.out)}


def worktree_of(admin: Path) -> Path | None:
    """The worktree that an admin folder's `gitdir` file names; None if it names none."""
    content = read_small(admin / "gitdir")
    if not content:
        return None
    named = Path(os.fsdecode(content.rstrip(b"\r\n")))
    if not named.is_absolute():
        named = Path(os.path.normpath(admin / named))
    return named.parent if named.name == ".git" else None


def _names(admin: Path, wanted: str) -> bool:
    worktree = worktree_of(admin)
    return worktree is not None and os.path.realpath(worktree) == wanted


def _as_alternate(folder: Path) -> str:
    """A path for `GIT_ALTERNATE_OBJECT_DIRECTORIES`, C-quoted so that a colon or newline in
    it separates nothing."""
    raw = os.fsencode(folder)
    plain = all(32 <= byte < 127 and byte not in b'":\\' for byte in raw)
    if plain:
        return os.fsdecode(raw)
    return '"' + "".join(f"\\{byte:03o}" for byte in raw) + '"'
