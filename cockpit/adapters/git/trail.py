"""What a commit's history and tree say, asked in one bounded call each."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from cockpit.adapters.git import argv, parse
from cockpit.adapters.git.ground import Ground
from cockpit.domain.ids import CommitId, TreeId

MOST = 5_000
"""Commits that are given back."""

BYTES = 16 << 20
"""Bytes of messages that are read; what comes after, the oldest, is left out."""

DEADLINE = 60.0
_BATCH = 500

Entry = tuple[str, str]
"""(mode, full object id)."""


def first_parents(
    ground: Ground, tip: CommitId, saying: Sequence[str]
) -> list[tuple[CommitId, str]]:
    """(commit, message) of those commits on the first-parent line of `tip`, newest first, of
    whose message a line matches one of the patterns `saying`."""
    command = ["log", "--first-parent", f"--max-count={MOST}", "--no-show-signature", "-z"]
    command += ["--no-color", "--no-decorate", "--encoding=UTF-8", "--format=%H%n%B"]
    command += ["--basic-regexp", *(f"--grep={pattern}" for pattern in saying)]
    command += [argv.object_id(tip), "--"]
    answer = ground.run(command, deadline=DEADLINE, cap=BYTES, truncate=True)
    records = answer.out.split(b"\0")
    found = []
    for record in records[:-1] if answer.truncated else records:
        commit, _, message = record.partition(b"\n")
        if commit:
            found.append((CommitId(commit.decode("ascii")), message.decode("utf-8", "replace")))
    return found


def entries_at(
    ground: Ground, tree_ish: CommitId | TreeId, paths: Sequence[str]
) -> dict[str, Entry]:
    """What `tree_ish` has at `paths`; a path that it hasn't is left out. A folder stands for
    itself (mode 040000)."""
    found: dict[str, Entry] = {}
    for start in range(0, len(paths), _BATCH):
        command = ["ls-tree", "-z", "--full-tree", argv.object_id(tree_ish), "--"]
        out = ground.run([*command, *paths[start : start + _BATCH]]).out
        for mode, name, path in parse.tree_entries(out):
            found[path] = (mode, name)
    return found


def tree_with(ground: Ground, commit: CommitId, entries: Mapping[str, Entry | None]) -> TreeId:
    """The commit's tree with these paths as given, None for gone; removals come first, so
    that a file can take a folder's place."""
    index = ground.scratch_folder() / f"tree-{os.urandom(6).hex()}"
    gone = b"".join(
        f"0 {ground.null_id}\t".encode("ascii") + os.fsencode(path) + b"\0" for path in entries
    )
    there = b"".join(
        f"{entry[0]} {entry[1]}\t".encode("ascii") + os.fsencode(path) + b"\0"
        for path, entry in entries.items()
        if entry is not None
    )
    try:
        ground.run(argv.read_tree(commit), index_file=index)
        ground.run(argv.update_index(), index_file=index, stdin=gone + there)
        return TreeId(ground.run(argv.write_tree(missing_ok=False), index_file=index).line)
    finally:
        index.unlink(missing_ok=True)


def encoded(paths: Sequence[str]) -> bytes:
    """Paths for a command that reads them from standard input, each ended by NUL."""
    return b"".join(os.fsencode(path) + b"\0" for path in paths)
