"""What is to be said of a file besides its lines: a rename, a mode, a kind, sizes, line ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cockpit.domain.change import LINK, NULL_MODE, SUBMODULE, FileDiff, Layer
from cockpit.domain.hunks import Hunk
from cockpit.ui import present

Note = tuple[str, str]
"""Text, raw from outside, and a style."""

_KINDS = {
    "100644": "file",
    "100755": "executable file",
    LINK: "symbolic link",
    SUBMODULE: "submodule",
}
_MARKERS = ("<<<<<<< ", ">>>>>>> ")


def notes(file: FileDiff, hunks: Sequence[Hunk]) -> Iterator[Note]:
    """The notes below a file's heading."""
    if file.conflicted:
        yield "in the middle of a merge: not decided yet", "bold $error"
    elif has_markers(hunks):
        yield "adds conflict markers", "bold $error"
    if file.old_path and file.old_path != file.path:
        yield f"was {file.old_path}", "$muted"
        if file.similarity is not None:
            word = "the same content" if file.similarity == 100 else f"{file.similarity} % alike"
            yield word, "$muted"
    yield from _kinds(file)
    if file.is_submodule:
        yield from _submodule(file)
    elif file.is_binary:
        yield from _binary(file)
    elif file.is_link:
        yield "its lines are where the link leads", "$muted"
    elif not hunks and not file.truncated:
        yield from _empty(file)
    if all_crlf(hunks):
        yield "lines end in CR LF", "$muted"


def _kinds(file: FileDiff) -> Iterator[Note]:
    old, new = file.old_mode, file.new_mode
    if old == new or not old or not new:
        return
    if old == NULL_MODE:
        if new != "100644":
            yield f"a new {_kind(new)}", "$warning"
    elif new == NULL_MODE:
        if old != "100644":
            yield f"was a {_kind(old)}", "$muted"
    else:
        yield f"{_kind(old)} → {_kind(new)} ({old} → {new})", "$warning"


def _kind(mode: str) -> str:
    return _KINDS.get(mode, f"entry of mode {mode}")


def _submodule(file: FileDiff) -> Iterator[Note]:
    if file.layer is Layer.UNTRACKED:
        yield "a repository of its own: what it holds is not entered", "$warning"
        return
    sides = [
        "nothing" if mode == NULL_MODE else blob[:10] or "?"
        for mode, blob in ((file.old_mode, file.old_blob), (file.new_mode, file.new_blob))
    ]
    yield f"its commit: {sides[0]} → {sides[1]}", "$muted"


def _binary(file: FileDiff) -> Iterator[Note]:
    if file.new_mode == "" and file.layer is Layer.UNTRACKED:
        yield "neither a file nor a link: not opened", "$warning"
        return
    yield "binary: its content is not shown", "$muted"
    sizes = [
        "nothing" if mode == NULL_MODE else _size(size)
        for mode, size in ((file.old_mode, file.old_size), (file.new_mode, file.new_size))
    ]
    if file.old_size is not None or file.new_size is not None:
        yield f"{sizes[0]} → {sizes[1]}", "$muted"


def _size(size: int | None) -> str:
    return "unknown size" if size is None else present.size(size)


def _empty(file: FileDiff) -> Iterator[Note]:
    renamed = file.old_path and file.old_path != file.path
    if file.old_mode in ("", NULL_MODE) or file.new_mode in ("", NULL_MODE):
        yield "empty", "$muted"
    elif file.old_blob == file.new_blob or (renamed and file.similarity == 100):
        if not renamed and file.old_mode == file.new_mode:
            yield "nothing differs here any more", "$muted"
    else:
        yield "only blanks differ", "$muted"


def has_markers(hunks: Sequence[Hunk]) -> bool:
    """Whether the change adds both ends of a conflict."""
    added = [line.text for hunk in hunks for line in hunk.lines if line.kind == "+"]
    return all(any(text.startswith(marker) for text in added) for marker in _MARKERS)


def all_crlf(hunks: Sequence[Hunk]) -> bool:
    """Whether every line that ends at all ends in CR LF."""
    lines = [line for hunk in hunks for line in hunk.lines if line.ended]
    return bool(lines) and all(line.text.endswith("\r") for line in lines)
