"""Finding the repository from any folder inside it, without running git in it.

`.git` is looked for by walking up and reading its small files as data, so that nothing that
an agent planted in them is executed before the shadow stands.
"""

from __future__ import annotations

import os
from pathlib import Path

from cockpit.adapters.git.files import read_small
from cockpit.dataclass import dataclass
from cockpit.errors import CockpitError, Refused, UsageError


@dataclass(frozen=True, slots=True)
class Found:
    """`checkout` is the main checkout; None in a bare repository, or where only a linked
    worktree of a repository with a separate git directory is known."""

    common_dir: Path
    checkout: Path | None


def discover(start: Path) -> Found:
    """The repository that `start` lies in: main checkout, linked worktree, bare repository
    or inside its git directory.

    Raises `UsageError` if there is none, `Refused` for one that is broken or unusable.
    """
    folder = Path(os.path.realpath(start))
    if not folder.is_dir():
        raise UsageError(f"The folder {start} doesn't exist.", hint="Name a folder in a repository")
    for place in (folder, *folder.parents):
        entry = place / ".git"
        if entry.is_dir() and _looks_like_git_dir(entry):
            return _found(Path(os.path.realpath(entry)), place)
        if entry.is_file():
            return _found(_named_by(entry), place)
        if _looks_like_git_dir(place):
            return _found(place, None)
    raise UsageError(
        f"{start} is not inside a git repository.",
        hint="Change into your repository, make one with `git init`, or clone one with "
        "`cockpit init --bare URL`; `cockpit demo` shows everything on a throw-away one.",
    )


def _named_by(file: Path) -> Path:
    target = gitdir_target(file)
    if target is None:
        raise Refused(
            f"The file {file} doesn't name a git directory.",
            hint="If it was damaged, `git worktree repair` in the main checkout writes it anew.",
        )
    if not target.is_dir():
        raise Refused(
            f"The worktree's git directory is missing: {file} names it, but nothing is there.",
            detail=str(target),
            hint="If the main repository was moved, run `git worktree repair` there.",
        )
    return Path(os.path.realpath(target))


def gitdir_target(file: Path) -> Path | None:
    """Where a `.git` file points; None if it is no such file. Only line ends are stripped:
    a path may end in anything else."""
    content = read_small(file)
    if content is None or not content.startswith(b"gitdir: "):
        return None
    target = Path(os.fsdecode(content[len(b"gitdir: ") :].rstrip(b"\r\n")))
    return target if target.is_absolute() else file.parent / target


def common_of(git_dir: Path) -> Path:
    """The common directory of a git directory (itself, unless it has a `commondir` file)."""
    content = read_small(git_dir / "commondir")
    if content is None:
        return git_dir
    named = Path(os.fsdecode(content.rstrip(b"\r\n")))
    return Path(os.path.realpath(named if named.is_absolute() else git_dir / named))


def _looks_like_git_dir(folder: Path) -> bool:
    """As git decides it: HEAD, and objects and refs here or in the common directory."""
    if not os.path.lexists(folder / "HEAD"):
        return False
    common = common_of(folder)
    return (common / "objects").is_dir() and (common / "refs").is_dir()


def _found(git_dir: Path, checkout: Path | None) -> Found:
    common = common_of(git_dir)
    if not _looks_like_git_dir(git_dir):
        raise Refused(
            "The git directory is damaged: HEAD, objects or refs are missing.",
            detail=str(common),
            hint="Run `git fsck` in the repository.",
        )
    if (common / "reftable").is_dir():
        raise Refused(
            "The repository keeps its refs in a reftable, which cockpit can't drive yet.",
            detail=str(common),
            hint="`git refs migrate --ref-format=files` turns it into the usual form.",
        )
    if not os.access(common, os.R_OK | os.X_OK):
        raise CockpitError("The git directory can't be read.", detail=str(common))
    if git_dir != common or checkout is None:
        checkout = _main_checkout(common)
    elif not is_main_checkout(checkout, common):
        checkout = None
    return Found(common, checkout)


def _main_checkout(common: Path) -> Path | None:
    """The folder around `.git`, if the repository has a checkout there."""
    return common.parent if is_main_checkout(common.parent, common) else None


def is_main_checkout(folder: Path, common: Path) -> bool:
    """Whether `folder` is the main checkout: its `.git` is the common directory or names it,
    and the repository isn't bare. A bare one (also `project/.git` with worktrees beside it)
    has no index; `core.bare` alone may have been planted."""
    entry = folder / ".git"
    target = gitdir_target(entry) if entry.is_file() else entry
    if target is None or os.path.realpath(target) != str(common):
        return False
    return (common / "index").exists() or not _says_bare(common)


def _says_bare(common: Path) -> bool:
    """Whether the configuration's plain text calls the repository bare. A rough reading is
    enough: it only decides where there is no index."""
    content = read_small(common / "config", follow=True) or b""
    lines = [b"".join(line.split()).lower() for line in content.splitlines()]
    return b"bare=true" in lines or b"bare" in lines
