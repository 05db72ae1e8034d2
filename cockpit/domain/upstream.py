"""The target and the branch of a remote that it follows: how they stand to each other."""

from __future__ import annotations

import re
from enum import StrEnum

from cockpit.dataclass import dataclass
from cockpit.domain.change import CommitLine, PathChange
from cockpit.domain.ids import CommitId, RefName

SCHEMES = frozenset({"https", "http", "ssh", "git", "file"})
"""How a remote may be reached: all others (`ext::`, `fd::`, a helper of one's own) can run what
the address says."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_HELPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.-]*::")


@dataclass(frozen=True, slots=True)
class Remote:
    """A remote as the repository's configuration names it. Both addresses are raw."""

    name: str
    url: str
    push_url: str


@dataclass(frozen=True, slots=True)
class Upstream:
    """What the target follows: `branch` of `remote`, last seen in `tracking`."""

    remote: Remote
    branch: RefName
    """The branch's full name at the remote."""
    tracking: RefName

    @property
    def name(self) -> str:
        return f"{self.remote.name}/{self.branch.removeprefix('refs/heads/')}"


@dataclass(frozen=True, slots=True)
class RemoteChange:
    """Something of a remote that is another than when cockpit last used it: `what` is a phrase
    that names it (`the address of origin`); `was` is empty where it is new. All raw."""

    what: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """What a remote said to a push; `said` is its reason where it refused, raw."""

    taken: bool
    said: str = ""


class Relation(StrEnum):
    EQUAL = "equal"
    AHEAD = "ahead"
    BEHIND = "behind"
    DIVERGED = "diverged"
    UNSEEN = "unseen"
    """The remote's branch is not known here."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`ahead` commits of the target are not at the remote, `behind` of the remote's not here."""

    relation: Relation
    tip: CommitId | None = None
    ahead: int = 0
    behind: int = 0
    mine: CommitId | None = None
    """Where the target was when this was seen."""


@dataclass(frozen=True, slots=True)
class FollowPreview:
    """Exactly what bringing `target` after its upstream would do; nothing has moved. `new` is
    None where there is nothing to do, or something keeps it from being done."""

    name: str
    """The upstream, as `origin/main`."""
    target: RefName
    old: CommitId | None = None
    new: CommitId | None = None
    standing: Standing = Standing(Relation.UNSEEN)
    said: str = ""
    """How the two stand to each other, a clause."""
    incoming: tuple[CommitLine, ...] = ()
    """Commits of the remote that come in, newest first."""
    rebuilt: tuple[CommitLine, ...] = ()
    """What is not pushed: the target's own line that is built anew, oldest first."""
    changes: tuple[PathChange, ...] = ()
    """What becomes different in the target's files."""
    checkout: str = ""
    """The folder that follows; empty where none does."""
    conflicts: tuple[str, ...] = ()
    stuck: CommitId | None = None
    """The commit that can't be built anew, because of `conflicts`."""
    in_the_way: tuple[str, ...] = ()
    """The commander's own work that the move would have to change."""
    why_not: str = ""
    """A clause that says why it can't be done now."""
    changed: tuple[RemoteChange, ...] = ()
    """What is another than when cockpit last used it: nothing was asked of the remote."""

    @property
    def may_follow(self) -> bool:
        return self.new is not None and not (self.why_not or self.in_the_way)


def why_not_reach(url: str) -> str:
    """Why this address is not used, as a clause; empty when it may be."""
    if not url:
        return "it has no address"
    if url.startswith("-") or not url.isprintable():
        return "its address is not one"
    if _HELPER.match(url):
        return f"its address is a command of a remote helper ({url.split('::')[0]}::)"
    scheme = _SCHEME.match(url)
    if scheme and scheme[1].lower() not in SCHEMES:
        return f"cockpit reaches no remote by {scheme[1]}"
    return ""


def is_relative(url: str) -> bool:
    """Whether the address is a path relative to the repository: no scheme, no `host:path`."""
    if _SCHEME.match(url) or url.startswith("/"):
        return False
    colon, slash = url.find(":"), url.find("/")
    return colon < 0 or (0 <= slash < colon)
