"""The commander's review of a lane: which files were viewed as they are now, and comments that
gather until they go to the agent as one message. Pure values; a state file keeps them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, field, fields, replace
from enum import Enum
from typing import Any

from cockpit.dataclass import dataclass
from cockpit.domain.change import NULL_MODE, FileDiff, Layer

QUOTED = 12
"""Lines of the diff that a comment on a range or hunk quotes to the agent."""

HEAD = "Review comments on your work"
"""How the message to the agent begins, and how such a message is known again."""


class Side(Enum):
    """Which side of the diff a comment's line numbers count on."""

    OLD = "old"
    NEW = "new"


class Viewed(Enum):
    NO = "no"
    YES = "yes"
    CHANGED = "changed"
    """It was viewed, and is another one now."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One remark. Lines are numbered from 1 on `side`; `quoted` are the diff's lines it is
    about, with their signs, raw from outside; `commit` is where the lane stood."""

    id: str
    path: str
    layer: Layer
    side: Side
    first: int
    last: int
    quoted: tuple[str, ...]
    commit: str
    text: str
    at: float
    sent: float | None = None
    """When it went to the agent; None while it is a draft."""
    doubtful: bool = False
    """It was sent, but nobody saw it taken."""

    @property
    def place(self) -> str:
        """`src/a.py:3-7`."""
        if not self.first:
            return self.path
        lines = f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"
        return f"{self.path}:{lines}"


@dataclass(frozen=True, slots=True)
class Review:
    """`viewed` maps a path to the digest of the change that was viewed. `lane_op` is the
    operation that made the lane: a lane made anew under the same name starts a new review."""

    lane_op: str = ""
    viewed: Mapping[str, str] = field(default_factory=dict)
    comments: tuple[Comment, ...] = ()

    @property
    def drafts(self) -> tuple[Comment, ...]:
        return tuple(comment for comment in self.comments if comment.sent is None)

    def comment(self, id: str) -> Comment | None:
        return next((comment for comment in self.comments if comment.id == id), None)


# ------------------------------------------------------------------ viewed files


_LAYERS = tuple(layer.value for layer in Layer)


def digest(file: FileDiff) -> str:
    """Names what there is to see of a file: both contents and modes. The same in every layer,
    so that a file which was viewed and is then committed as it was stays viewed. Empty where
    a side is unknown: such a file can't be known again, so it is never viewed."""
    if not file.old_blob and file.old_mode != NULL_MODE:
        return ""
    if not file.new_blob and file.new_mode != NULL_MODE:
        return ""
    return f"{file.old_mode} {file.old_blob} {file.new_mode} {file.new_blob}"


def _key(file: FileDiff) -> str:
    """Committed work and the rest apart: one path may be in several layers."""
    return f"{file.layer.value} {file.path}"


def seen(review: Review, file: FileDiff) -> Viewed:
    """Whether the commander viewed this file as it is now."""
    viewed = review.viewed
    was = [viewed[key] for layer in _LAYERS if (key := f"{layer} {file.path}") in viewed]
    if not was:  # of 10,000 files most
        return Viewed.NO
    now = digest(file)
    if now and now in was:
        return Viewed.YES
    return Viewed.CHANGED if _key(file) in viewed else Viewed.NO


def with_viewed(review: Review, file: FileDiff, *, viewed: bool = True) -> Review:
    """The review with this file marked as viewed, or with the mark taken off (in whatever
    layer it was viewed)."""
    now = digest(file)
    if viewed and now:
        return replace(review, viewed={**review.viewed, _key(file): now})
    kept = {
        key: value
        for key, value in review.viewed.items()
        if not (key.partition(" ")[2] == file.path and (value == now or key == _key(file)))
    }
    return replace(review, viewed=kept)


# ------------------------------------------------------------------ comments


def with_comment(review: Review, comment: Comment) -> Review:
    """The review with one more comment, or with the one of the same id replaced."""
    if review.comment(comment.id) is None:
        return replace(review, comments=(*review.comments, comment))
    changed = (comment if old.id == comment.id else old for old in review.comments)
    return replace(review, comments=tuple(changed))


def without_comment(review: Review, id: str) -> Review:
    kept = tuple(comment for comment in review.comments if comment.id != id)
    return replace(review, comments=kept)


def with_sent(review: Review, ids: Iterable[str], at: float, *, doubtful: bool = False) -> Review:
    """The review with these comments marked as sent."""
    wanted = set(ids)
    marked = (
        replace(comment, sent=at, doubtful=doubtful) if comment.id in wanted else comment
        for comment in review.comments
    )
    return replace(review, comments=tuple(marked))


def without_sent(review: Review) -> Review:
    """The review with what was sent put away."""
    return replace(review, comments=review.drafts)


def message(comments: Sequence[Comment]) -> str:
    """What the lane's agent gets: every comment with its place and the lines it is about, in
    the order of files and lines. The quoted lines are the agent's own words."""
    many = "one comment" if len(comments) == 1 else f"{len(comments)} comments"
    parts = [f"{HEAD} ({many}). Please address each of them, then say what you changed."]
    ordered = sorted(comments, key=lambda comment: (comment.path, comment.first))
    for number, comment in enumerate(ordered, 1):
        parts.append(f"{number}. {comment.place}{_where(comment)}\n{_quote(comment)}{comment.text}")
    return "\n\n".join(parts) + "\n"


def _where(comment: Comment) -> str:
    words = []
    if comment.side is Side.OLD:
        words.append("as it was before your change")
    if comment.layer is not Layer.COMMITTED:
        words.append(f"{comment.layer.value}, not committed")
    if comment.commit:
        words.append(f"at {comment.commit[:10]}")
    return f" ({'; '.join(words)})" if words else ""


def _quote(comment: Comment) -> str:
    shown = comment.quoted[:QUOTED]
    rows = [f"   | {_plain(line)}" for line in shown]
    if len(comment.quoted) > len(shown):
        rows.append(f"   | … {len(comment.quoted) - len(shown)} more lines")
    return "".join(row + "\n" for row in rows)


def _plain(line: str) -> str:
    """A quoted line as one line: it is only there to be recognised."""
    cut = line if len(line) <= 200 else line[:199] + "…"
    return "".join(char if char.isprintable() or char == "\t" else "�" for char in cut)


# ------------------------------------------------------------------ as JSON


def to_json(review: Review) -> dict[str, Any]:
    return {
        "lane_op": review.lane_op,
        "viewed": dict(review.viewed),
        "comments": [
            {**asdict(comment), "layer": comment.layer.value, "side": comment.side.value}
            for comment in review.comments
        ],
    }


def from_json(data: Mapping[str, Any]) -> Review:
    """What `to_json` wrote. Raises `KeyError`, `TypeError` or `ValueError` on anything else."""
    names = {field.name for field in fields(Comment)}
    comments = []
    for entry in data["comments"]:
        values = {name: value for name, value in dict(entry).items() if name in names}
        values["layer"], values["side"] = Layer(values["layer"]), Side(values["side"])
        values["quoted"] = tuple(str(line) for line in values["quoted"])
        comments.append(Comment(**values))
    viewed = {str(path): str(value) for path, value in dict(data["viewed"]).items()}
    return Review(str(data["lane_op"]), viewed, tuple(comments))
