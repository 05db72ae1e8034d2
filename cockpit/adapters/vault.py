"""The vault: every byte of a lane, in a bare repository of our own in the state folder.

Apart from the user's repository, because the bytes may be secrets, because a gc there must
not matter (no alternates), and because nobody may make git run a filter over them. One
`git fast-import` a snapshot: it writes one pack, syncs it, and sets the ref last, so a kill
at any instant leaves either no ref or a whole snapshot. Bytes that an earlier snapshot has
are not stored twice.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from cockpit.adapters import tree
from cockpit.adapters.failures import explained, shown
from cockpit.adapters.files import fsync_folder, make_private_dir, open_root, require_space
from cockpit.adapters.locks import release, take
from cockpit.adapters.vault_git import Child, VaultGit
from cockpit.adapters.vault_layout import (
    ADMIN,
    FILES,
    MANIFEST,
    Manifest,
    manifest_from_bytes,
    manifest_to_bytes,
)
from cockpit.adapters.vault_restore import lay_out
from cockpit.adapters.vault_stream import Importer, record
from cockpit.domain.ids import CommitId, RefName
from cockpit.errors import CockpitError, Refused

_REF = re.compile(r"refs(?:/[A-Za-z0-9_](?:[A-Za-z0-9_-]|\.(?![./]|lock(?:/|$)|$))*)+")
_PATIENCE = 900.0
"""Seconds to wait for another snapshot: they are made one after the other."""
_HALF_MADE = "vault.git.new-"


class GitVault:
    """`<folder>/vault.git` and its lock `<folder>/vault.lock`; `folder` is the state folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "vault.git"
        self._git = VaultGit(self._path)

    def snapshot(self, worktree: Path, admin: Path, ref: RefName, skip: Sequence[str]) -> CommitId:
        """Keep every byte of `worktree` and its git folder `admin` under `ref`.

        Folders named in `skip` (caches that can be made again) are noted, not kept; inside
        git's own folders nothing is skipped. Raises `Refused` when `ref` exists or space is
        short, `CockpitError` when the folder or the vault can't be read or written.
        """
        _check(ref)
        with self._writing(f"snapshot of {worktree.name}") as lock:
            if self.has(ref):
                raise Refused(
                    f"The vault has a snapshot {ref} already",
                    hint="It is whole; nothing needs to be done again.",
                )
            skipped = frozenset(skip)
            with explained("take a snapshot of", worktree):
                self._require_space(worktree, admin, skipped)
                self._import(worktree, admin, ref, skipped, lock)
            self._make_durable(ref)
            return self._commit(ref)

    def has(self, ref: RefName) -> bool:
        """Whether there is a whole snapshot of that name."""
        _check(ref)
        if not self._path.is_dir():
            return False
        argv = ("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        with Child(self._git, argv) as child:
            child.read_all(60.0)
            return child.finish(ok=(0, 1)) == 0

    def restore(self, ref: RefName, into: Path, admin: Path) -> None:
        """Lay the snapshot out again, byte-, mode- and mtime-identical, in two folders that
        don't exist yet; they appear whole. After a kill it can be called again.

        Raises `Refused` when one of them is in the way, `CockpitError` when the snapshot is
        missing or damaged; then neither appears.
        """
        lay_out(self._git, self._commit(ref), self.manifest(ref), into, admin, token=ref)

    def manifest(self, ref: RefName) -> Manifest:
        """What the snapshot holds, and by `not_kept` what it doesn't."""
        content = self._git.run("cat-file", "blob", f"{self._commit(ref)}:{MANIFEST}")
        return manifest_from_bytes(content)

    def size(self) -> int:
        """Bytes on disk; 0 before the first snapshot."""
        if not self._path.is_dir():
            return 0
        with explained("measure", self._path), open_root(self._path) as root:
            return tree.measure(root).size

    def drop(self, refs: Sequence[RefName]) -> None:
        """Forget snapshots and really delete the bytes that no other one has: for when the
        commander says so (secrets), never by itself. Missing ones are fine."""
        for ref in refs:
            _check(ref)
        if not self._path.is_dir():
            return
        with self._writing("forget snapshots"):
            for ref in refs:
                if self.has(ref):
                    self._git.run("update-ref", "-d", ref)
            self._git.run("repack", "-a", "-d", "-q", "--window=0", "--depth=0", deadline=3600.0)

    # ------------------------------------------------------------ steps

    def _commit(self, ref: RefName) -> CommitId:
        if not self.has(ref):
            raise CockpitError(
                f"The vault has no snapshot {shown(ref)}",
                hint="`cockpit log` names the snapshots that were made.",
            )
        answer = self._git.run("rev-parse", "--verify", f"{ref}^{{commit}}")
        return CommitId(answer.decode("ascii").strip())

    def _require_space(self, worktree: Path, admin: Path, skip: frozenset[str]) -> None:
        def enter(parts: tree.Parts, _facts: os.stat_result) -> bool:
            return not is_skipped(parts, skip)

        with open_root(worktree) as files, open_root(admin) as gits:
            size = tree.measure(files, enter=enter).size + tree.measure(gits).size
        require_space(self._folder, size)

    def _import(
        self, worktree: Path, admin: Path, ref: RefName, skip: frozenset[str], lock: int
    ) -> None:
        at = time.time()
        with Child(
            self._git, ("fast-import", "--quiet", "--done", "--depth=0"), lock=lock
        ) as child:
            importer = Importer(child)
            importer.begin(ref, int(at), f"snapshot of {worktree}")
            sections = {
                FILES: record(importer, FILES, worktree, lambda parts: is_skipped(parts, skip)),
                ADMIN: record(importer, ADMIN, admin, lambda parts: False),
            }
            manifest = Manifest(str(worktree), str(admin), at, sections)
            importer.content(MANIFEST, manifest_to_bytes(manifest))
            importer.end()
            child.finish()

    def _make_durable(self, ref: RefName) -> None:
        """git syncs its files, not the folders that hold their names."""
        with explained("write the vault in", self._path):
            fsync_folder(self._path / "objects" / "pack")
            place = (self._path / ref).parent
            while place != self._path:
                fsync_folder(place)
                place = place.parent

    @contextlib.contextmanager
    def _writing(self, why: str) -> Iterator[int]:
        """The vault, made if need be, locked, and clean of what killed writers left."""
        make_private_dir(self._folder)
        lock = take(self._folder / "vault.lock", name="vault", timeout=_PATIENCE, why=why)
        try:
            with explained("write the vault in", self._path):
                self._ensure()
                self._sweep()
            yield lock
        finally:
            release(lock)

    def _ensure(self) -> None:
        """Make the repository beside its place, then rename it there: never half of one."""
        with open_root(self._folder) as root:
            for name in os.listdir(root):
                if name.startswith(_HALF_MADE):
                    tree.delete(root, name)
        if self._path.is_dir():
            return
        fresh = self._folder / f"{_HALF_MADE}{secrets.token_hex(4)}"
        VaultGit(fresh).init()
        os.chmod(fresh, 0o700)
        os.rename(fresh, self._path)
        fsync_folder(self._folder)

    def _sweep(self) -> None:
        """Leavings of a killed git. Nobody writes now: its children share our lock."""
        packs = self._path / "objects" / "pack"
        stale = [*self._path.glob("fast_import_crash_*"), *self._path.glob("*.lock")]
        stale += [*packs.glob("tmp_*"), *packs.glob("*.keep"), *self._path.glob("packed-refs.new")]
        stale += self._path.joinpath("refs").rglob("*.lock")
        for path in stale:
            path.unlink(missing_ok=True)


def is_skipped(parts: tuple[str, ...], names: frozenset[str]) -> bool:
    """Whether a folder is a cache to leave out. Never inside a `.git`: there `target` may be
    a folder of branches."""
    return parts[-1] in names and ".git" not in parts


def _check(ref: RefName) -> None:
    if _REF.fullmatch(ref) is None:
        raise Refused(f"Not a name for a snapshot: {shown(ref)}")
