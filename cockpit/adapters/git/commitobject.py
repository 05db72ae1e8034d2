"""A commit as it is stored: who, when, what, from what. Pure."""

from __future__ import annotations

from cockpit.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class CommitObject:
    """A commit as stored. `at` is the author's time in seconds since the epoch."""

    tree: str
    parents: tuple[str, ...]
    author: str
    at: float
    message: str

    @property
    def subject(self) -> str:
        return self.message.lstrip("\n").split("\n", 1)[0]


def parse_commit(data: bytes) -> CommitObject:
    """A commit object's bytes. Text in an unknown or wrong encoding is read with `�`."""
    head, _, body = data.partition(b"\n\n")
    tree, parents, who, encoding = "", [], b"", "utf-8"
    for line in head.split(b"\n"):
        key, _, value = line.partition(b" ")
        if key == b"tree":
            tree = value.decode("ascii", "replace")
        elif key == b"parent":
            parents.append(value.decode("ascii", "replace"))
        elif key == b"author":
            who = value
        elif key == b"encoding":
            encoding = value.decode("ascii", "replace")
    name, _, rest = who.partition(b" <")
    words = rest.rpartition(b">")[2].split()
    at = float(words[0]) if words and words[0].isdigit() and len(words[0]) < 13 else 0.0
    return CommitObject(
        tree, tuple(parents), _text(name, encoding), at, _text(body.rstrip(b"\n"), encoding)
    )


def _text(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding, "replace")
    except (LookupError, ValueError):
        return data.decode("utf-8", "replace")
