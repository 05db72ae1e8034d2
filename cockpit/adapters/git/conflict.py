"""A conflict looked at, its resolution built, and what `git rerere` knows of it.

The look is one `merge-tree` with its objects in the scratch folder: git's own merge, renames
and all, so that what is shown is what would have stood in a checkout. Where a line of the
sources could be taken for a marker it is done again with longer ones. The markers' length is
an attribute, given in a file of our own with the commander's own attributes before it; a
lane's attributes, filters and drivers take no part (no work tree, no index, `shadow.py`).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from cockpit.adapters.failures import explained
from cockpit.adapters.git import argv, argv_conflict, conflict_parse, mergetool
from cockpit.adapters.git.conflict_case import Material
from cockpit.adapters.git.conflict_kinds import files_of
from cockpit.adapters.git.conflict_parse import Merged, Side
from cockpit.adapters.git.environment import scrubbed_environment
from cockpit.adapters.git.files import read_small
from cockpit.adapters.git.ground import Ground
from cockpit.domain.change import SUBMODULE
from cockpit.domain.conflict import Conflict, Entry
from cockpit.domain.conflict_text import SIZE, free_size, is_binary, leftovers, rerere_form, runs
from cockpit.domain.conflict_view import Peek
from cockpit.domain.ids import CommitId, LaneId, TreeId
from cockpit.domain.mergetool import MergeToolCall
from cockpit.errors import CockpitError, Refused

TEXT_CAP = 8 << 20
"""Bytes of a version above which a file is decided as a whole."""

ALL_CAP = 128 << 20
"""Bytes of all versions together that are read; the files after that are decided as wholes."""

PEEK, PEEKS = 64 << 10, 100
"""Bytes of a version that is shown beside the question about it, and how many are."""

RECORDED = 8 << 20
"""Bytes of a recorded resolution that are read."""

Result = tuple[Sequence[Entry], Sequence[str]]
"""Paths of the result, and paths of the merged tree that go."""


class Conflicts:
    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    # ------------------------------------------------------------ the look

    def look(self, source: CommitId, target: CommitId, lane: LaneId, target_name: str) -> Conflict:
        """What merging `target` into `source` conflicts in; no files where it goes through.

        Raises `CockpitError` when git can't merge them at all (no common history).
        """
        scratch = self.ground.scratch_objects()
        size = SIZE
        merged = self._merge(source, target, scratch)
        tree, contents = self._material(merged, scratch)
        taken = set[int]().union(*(runs(content) for content in contents.values()))
        if taken and merged.stages:
            size = free_size(self._runs_of_sources(merged, source, target, scratch))
            if size != SIZE:
                with self._marker_length(size) as attributes:
                    merged = self._merge(source, target, scratch, attributes=attributes)
                tree, contents = self._material(merged, scratch)
        paths = list(merged.stages)
        material = Material(
            merged=merged,
            tree=tree,
            ours=self._entries(source, paths),
            theirs=self._entries(target, paths),
            contents=contents,
            source=source,
            target=target,
            lane=lane,
            target_name=target_name,
            size=size,
        )
        material.contents = {**contents, **self._true_contents(material, scratch)}
        return Conflict(lane, source, target, target_name, TreeId(merged.tree), files_of(material))

    def _merge(
        self,
        source: str,
        target: str,
        env: Mapping[str, str],
        *,
        style: str = "diff3",
        attributes: Path | None = None,
    ) -> Merged:
        command = argv_conflict.merge(source, target, style=style, attributes=attributes)
        answer = self.ground.run(command, ok=(0, 1, 128), env=env)
        if answer.code == 128 or not answer.out:
            raise CockpitError(
                "git can't merge these two commits.",
                detail=answer.err.strip(),
                hint="They may have no common history; look at both with `git log`.",
            )
        return conflict_parse.merged(answer.out)

    def _material(
        self, merged: Merged, env: Mapping[str, str]
    ) -> tuple[dict[str, Side], dict[str, bytes]]:
        """The merged tree, and the contents of what conflicts in it."""
        if not merged.stages and not merged.messages:
            return {}, {}
        tree = conflict_parse.tree_entries(self.ground.run(argv.tree(merged.tree), env=env).out)
        wanted = [side[1] for stages in merged.stages.values() for side in stages.values()]
        wanted += [tree[path][1] for path in merged.stages if path in tree]
        return tree, self._contents(wanted, env)

    def _true_contents(self, material: Material, env: Mapping[str, str]) -> dict[str, bytes]:
        """The sides' own versions where git's stages hold others (a rename on both sides)."""
        sides = (*material.ours.values(), *material.theirs.values())
        missing = [blob for _, blob in sides if blob not in material.contents]
        return self._contents(missing, env)

    def _runs_of_sources(
        self, merged: Merged, source: str, target: str, env: Mapping[str, str]
    ) -> set[int]:
        """Lengths like markers' in the lines of every version, what git marked itself included
        (a length too many does no harm)."""
        paths = list(merged.stages)
        blobs = [side[1] for stages in merged.stages.values() for side in stages.values()]
        for commit in (source, target):
            blobs += [blob for _, blob in self._entries(commit, paths).values()]
        found = self._contents(blobs, env)
        return set[int]().union(*(runs(content) for content in found.values()))

    def _entries(self, commit: str, paths: Sequence[str]) -> dict[str, Side]:
        """The entries of a commit at these paths, in calls of at most 500."""
        found: dict[str, Side] = {}
        for at in range(0, len(paths), 500):
            answer = self.ground.run(argv_conflict.entries(commit, paths[at : at + 500]))
            found.update(conflict_parse.tree_entries(answer.out))
        return found

    def _contents(self, blobs: Iterable[str], env: Mapping[str, str]) -> dict[str, bytes]:
        """Blobs by id; those that are too large, or no blobs (submodules), are left out."""
        ids = sorted(set(blobs))
        if not ids:
            return {}
        sizes = self._sizes(ids, env)
        room, chosen = ALL_CAP, []
        for blob in ids:
            size = sizes.get(blob, TEXT_CAP + 1)
            if size <= TEXT_CAP and size <= room:
                chosen.append(blob)
                room -= size
        stdin = "".join(f"{blob}\n" for blob in chosen).encode("ascii")
        return conflict_parse.contents(
            self.ground.run(argv_conflict.contents(), stdin=stdin, env=env).out
        )

    def _sizes(self, blobs: Sequence[str], env: Mapping[str, str]) -> dict[str, int]:
        """Bytes of what is a blob."""
        stdin = "".join(f"{blob}\n" for blob in blobs).encode("ascii")
        if not blobs:
            return {}
        return conflict_parse.sizes(
            self.ground.run(argv_conflict.sizes(), stdin=stdin, env=env).out
        )

    @contextmanager
    def _marker_length(self, size: int) -> Iterator[Path]:
        """An attributes file that asks for markers of this length, the commander's own
        attributes before it."""
        place = self._temporary("attributes")
        own = read_small(self._own_attributes(), follow=True) or b""
        line = b"\n* conflict-marker-size=%d\n" % size
        with explained("write", place):
            place.write_bytes(own + line)
        try:
            yield place
        finally:
            place.unlink()

    def _own_attributes(self) -> Path:
        named = self.ground.run(argv_conflict.attributes_file(), ok=(0, 1)).out.strip(b"\n")
        if named:
            return Path(os.fsdecode(named))
        env = scrubbed_environment()
        home = env.get("XDG_CONFIG_HOME") or f"{env.get('HOME', '/nonexistent')}/.config"
        return Path(home) / "git" / "attributes"

    def _temporary(self, name: str) -> Path:
        return self.ground.scratch_folder() / f"{name}-{secrets.token_hex(6)}"

    # ------------------------------------------------------------ the resolution

    def resolved_tree(self, conflict: Conflict, results: Sequence[Result]) -> TreeId:
        """The merged tree with the results at the conflicted paths, stored in the repository.

        Raises `Refused` when two results, or a result and a merged file, want one path.
        """
        merged = self._merge(conflict.source, conflict.target, {}, style="merge")
        tree = conflict_parse.tree_entries(self.ground.run(argv.tree(merged.tree)).out)
        drops = {path for _, gone in results for path in gone}
        entries = [entry for kept, _ in results for entry in kept]
        _require_room({path for path in tree if path not in drops}, entries)
        null = self.ground.null_id
        lines = [b"0 %s\t%s" % (null.encode(), os.fsencode(path)) for path in sorted(drops)]
        for entry in entries:
            blob = entry.blob if entry.content is None else self._store(entry.content)
            lines.append(f"{entry.mode} {blob}\t".encode("ascii") + os.fsencode(entry.path))
        index = self._temporary("index")
        try:
            self.ground.run(argv.read_tree(merged.tree), index_file=index)
            stdin = b"".join(line + b"\0" for line in lines)
            self.ground.run(argv.update_index(), index_file=index, stdin=stdin)
            return TreeId(self.ground.run(argv_conflict.write_tree(), index_file=index).line)
        finally:
            index.unlink(missing_ok=True)

    def _store(self, content: bytes) -> str:
        return self.ground.run(argv_conflict.store_blob(), stdin=content).line

    def peeks(self, conflict: Conflict) -> dict[str, Peek]:
        """The versions of the files that are decided as wholes, by blob: how large each is, and
        its text where it is short."""
        files = [one for one in conflict.files if not one.pieces]
        sides = [side for one in files for side in (one.base, one.ours, one.theirs)]
        blobs = sorted({side.blob for side in sides if side and side.mode != SUBMODULE})
        scratch = self.ground.scratch_objects()
        sizes = self._sizes(blobs, scratch)
        small = [blob for blob in blobs if sizes.get(blob, PEEK + 1) <= PEEK][:PEEKS]
        texts = self._contents(small, scratch)
        return {
            blob: Peek(size, text if (text := texts.get(blob)) and not is_binary(text) else None)
            for blob, size in sizes.items()
        }

    # ------------------------------------------------------------ the merge tool

    def merge_tool(
        self, conflict: Conflict, file: int, merged: bytes, command: str
    ) -> MergeToolCall:
        """The commander's merge tool on one conflict, ready to be run (`mergetool.py`)."""
        here = conflict.files[file]
        blobs = [side.blob if side else "" for side in (here.base, here.ours, here.theirs)]
        found = self._contents(filter(None, blobs), {})
        base, ours, theirs = (found.get(blob, b"") for blob in blobs)
        with explained("write", self.ground.scratch_folder()):
            return mergetool.prepare(self.ground, here, (base, ours, theirs), merged, command)

    def merge_tool_done(self, call: MergeToolCall) -> bytes | None:
        return mergetool.done(call)

    # ------------------------------------------------------------ rerere

    def recorded(self, conflict: Conflict) -> dict[int, bytes]:
        """Resolved texts of conflicts that `git rerere` has a recorded resolution for, by the
        file's place. A look only; agents can write there, so nothing takes them by itself."""
        folder = self.ground.common / "rr-cache"
        try:
            known = set(os.listdir(folder))
        except OSError:
            return {}
        found: dict[int, bytes] = {}
        wanted = [at for at, file in enumerate(conflict.files) if file.hunks]
        for style in ("merge", "diff3", "zdiff3") if known and wanted else ():
            texts = self._texts(conflict, [at for at in wanted if at not in found], style)
            for at, text in texts.items():
                answer = self._replayed(folder, known, text)
                if answer is not None and not leftovers(answer, conflict.files[at].allowed):
                    found[at] = answer
        return found

    def _texts(self, conflict: Conflict, files: Sequence[int], style: str) -> dict[int, bytes]:
        """The conflicted files as git would write them in this style."""
        if not files:
            return {}
        scratch = self.ground.scratch_objects()
        merged = self._merge(conflict.source, conflict.target, scratch, style=style)
        paths = [conflict.files[at].path for at in files]
        answer = self.ground.run(argv.tree(merged.tree), env=scratch)
        tree = conflict_parse.tree_entries(answer.out)
        contents = self._contents([tree[path][1] for path in paths if path in tree], scratch)
        return {
            at: contents[tree[path][1]]
            for at, path in zip(files, paths, strict=True)
            if path in tree and tree[path][1] in contents
        }

    def _replayed(self, folder: Path, known: set[str], text: bytes) -> bytes | None:
        """The recorded resolution brought to this text, as `git rerere` does: the change from
        the recorded preimage to its postimage is merged into the present one."""
        form = rerere_form(text, sha256=len(self.ground.null_id) == 64)
        if form is None or form[0] not in known:
            return None
        name, present = form
        for before, after in _variants(folder / name):
            if before == present:
                return after
            replayed = self._merged(present, before, after)
            if replayed is not None:
                return replayed
        return None

    def _merged(self, ours: bytes, base: bytes, theirs: bytes) -> bytes | None:
        """Three texts merged; None if that conflicts."""
        places = [self._temporary("text") for _ in range(3)]
        try:
            for place, content in zip(places, (ours, base, theirs), strict=True):
                with explained("write", place):
                    place.write_bytes(content)
            answer = self.ground.run(argv_conflict.merge_files(*places), ok=range(256))
        finally:
            for place in places:
                place.unlink(missing_ok=True)
        return answer.out if answer.code == 0 else None


def _variants(folder: Path) -> Iterator[tuple[bytes, bytes]]:
    """(preimage, postimage) of each recorded way to resolve one conflict."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        head, dot, variant = name.partition(".")
        if head != "postimage" or (dot and not variant.isdigit()):
            continue
        after = read_small(folder / name, cap=RECORDED)
        before = read_small(folder / f"preimage{dot}{variant}", cap=RECORDED)
        if after is not None and before is not None:
            yield before, after


def _require_room(stays: set[str], entries: Sequence[Entry]) -> None:
    taken = set(stays)
    folders = {parent for path in stays for parent in _parents(path)}
    for entry in entries:
        above = set(_parents(entry.path))
        if entry.path in taken or entry.path in folders or above & taken:
            raise Refused(
                f"Two files of the resolution want the path {entry.path!r}.",
                hint="Choose another answer for one of them.",
            )
        taken.add(entry.path)
        folders |= above


def _parents(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
