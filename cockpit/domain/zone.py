"""Zones: which paths a lane may change, judged on the raw diff of what would land.

The check reads every entry of `diff-tree --raw --no-renames` between the target's tree and
the merged tree, so a file that moves out of a foreign zone shows both its sides, and an
evil merge shows what it did. Links count by where they lead, submodules never pass, and
files that steer tools (git attributes, CI, agents' settings) are pointed out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cockpit.dataclass import dataclass
from cockpit.domain.change import PathChange
from cockpit.domain.control import control_file
from cockpit.domain.globs import fold, matches, matches_exactly

REGULAR = frozenset({"100644", "100755"})
LINK = "120000"
SUBMODULE = "160000"

OWN_RESULTS = ("results/task-*",)
"""What every lane may write: results of its tasks (DESIGN §9). With the bus elsewhere, or
other task prefixes, give the globs of the lane's own results instead."""

_LINK_HOPS = 40
"""As many links as Linux follows in one path."""


class Finding(NamedTuple):
    """A path and what is the matter with it, as the end of a sentence."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Zone:
    """The globs that a lane may edit; no `include` at all means the whole repository."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def contains(self, path: str) -> bool:
        """Whether `path` lies in the zone. Raises `UsageError` for a bad glob."""
        if self.exclude and matches(path, self.exclude, wide=True):
            return False
        return not self.include or matches(path, self.include)

    def differs_in_case(self, path: str) -> bool:
        """Whether `path` is in the zone only because case and Unicode form are ignored."""
        return bool(self.include) and not matches_exactly(path, self.include)


@dataclass(frozen=True, slots=True)
class ZoneVerdict:
    """`outside` refuses a landing (or asks, as lanes.yaml says); `notes` are to be seen by
    the commander; `appended` are paths that every lane may change, one landing at a time."""

    outside: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()
    appended: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.outside

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of `outside`, each once."""
        return tuple(dict.fromkeys(finding.path for finding in self.outside))


@dataclass(frozen=True, slots=True)
class _Rules:
    zone: Zone
    protected: tuple[str, ...]
    append: tuple[str, ...]
    own: tuple[str, ...]
    links: Mapping[str, str]


def check_zone(
    changes: Iterable[PathChange],
    zone: Zone,
    *,
    protected: Sequence[str] = (),
    append: Sequence[str] = (),
    link_targets: Mapping[str, str] | None = None,
    own: Sequence[str] = OWN_RESULTS,
) -> ZoneVerdict:
    """The verdict on a raw, rename-free diff of the target's tree and the merged tree.

    `link_targets` maps symlinks of the *new* tree to their targets: at least those among
    `changes`; with all links of the tree, links that lead through other links are seen
    through as well. A link whose target isn't given is outside. Raises `UsageError` for a
    bad glob.
    """
    links = dict(link_targets or {})
    rules = _Rules(zone, tuple(protected), tuple(append), tuple(own), links)
    outside: list[Finding] = []
    notes: list[Finding] = []
    appended: list[str] = []
    for change in changes:
        why = _why_outside(change, rules)
        if why:
            outside.append(Finding(change.path, why))
        elif matches(change.path, rules.append):
            appended.append(change.path)
        notes.extend(Finding(change.path, note) for note in _notes(change, rules))
    return ZoneVerdict(tuple(outside), tuple(notes), tuple(appended))


def why_path_outside(
    path: str,
    zone: Zone,
    *,
    protected: Sequence[str] = (),
    append: Sequence[str] = (),
    own: Sequence[str] = OWN_RESULTS,
) -> str:
    """Why `path` alone, whatever happens to it, is not the lane's to change; else empty.

    For the board's live count, where only names of changed files are at hand; a landing is
    judged by `check_zone`.
    """
    strange = _why_strange(path)
    if strange:
        return strange
    if matches(path, tuple(protected), wide=True):
        return "is protected; no lane may change it"
    if matches(path, tuple(append)) or matches(path, tuple(own)) or zone.contains(path):
        return ""
    if zone.exclude and matches(path, zone.exclude, wide=True):
        return "is excluded from the lane's zone"
    return "is outside the lane's zone"


def _why_outside(change: PathChange, rules: _Rules) -> str:
    if change.new_mode == SUBMODULE:
        return "is a submodule; lanes never change what a submodule points to"
    # the free pass for results is for writing them: not for deleting, not for links
    own = rules.own if change.new_mode in REGULAR else ()
    why = why_path_outside(
        change.path, rules.zone, protected=rules.protected, append=rules.append, own=own
    )
    if why or change.is_gone or change.new_mode in REGULAR:
        return why
    if change.new_mode == LINK:
        return _why_link(change.path, rules)
    return f"has the mode {change.new_mode[:6]}, which is neither a file nor a link"


def _why_strange(path: str) -> str:
    """Names that a healthy tree doesn't have but a made-up one can."""
    if path.startswith("/"):
        return "is an absolute path"
    for component in path.split("/"):
        if component in ("", ".", ".."):
            return "is not a plain path inside the repository"
        if _is_git_folder(component):
            return "names git's own folder"
    return ""


def _is_git_folder(component: str) -> bool:
    """`.git` as any file system reads it: case, trailing dots and spaces, NTFS short name
    and streams, characters that HFS+ ignores (git's `verify_path` and `is_hfs_dotgit`)."""
    plain = "".join(c for c in component if c not in _HFS_IGNORED)
    plain = fold(plain).split(":")[0].rstrip(". ")
    return plain in (".git", "git~1")


_HFS_IGNORED = frozenset(
    map(chr, [*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF])
)


def _why_link(path: str, rules: _Rules) -> str:
    if path not in rules.links:
        return "is a link whose target is not known"
    place = resolve_link(path, rules.links)
    if place is None:
        return "is a link that leads out of the repository"
    why = why_path_outside(place, rules.zone, protected=rules.protected, append=(), own=())
    return f"is a link to a place that {why}" if why else ""


def resolve_link(path: str, links: Mapping[str, str]) -> str | None:
    """The repository path where the link at `path` leads, through other links in `links`.

    None if it is absolute, leaves the repository, ends at its root, or never ends.
    """
    done: list[str] = []
    waiting = list(reversed(path.split("/")))
    hops = 0
    while waiting:
        component = waiting.pop()
        if component in ("", "."):
            continue
        if component == "..":
            if not done:
                return None
            done.pop()
            continue
        done.append(component)
        target = links.get("/".join(done))
        if target is None:
            continue
        hops += 1
        if target.startswith("/") or not target or hops > _LINK_HOPS:
            return None
        done.pop()
        waiting.extend(reversed(target.split("/")))
    return "/".join(done) or None


def _notes(change: PathChange, rules: _Rules) -> list[str]:
    notes = []
    if not change.is_new and not change.is_gone and change.old_mode != change.new_mode:
        notes.append(_mode_note(change))
    if change.is_gone and change.old_mode == SUBMODULE:
        notes.append("removes a submodule")
    kind = control_file(change.path)
    if kind:
        notes.append(kind)
    zone = rules.zone
    if zone.contains(change.path) and zone.differs_in_case(change.path):
        notes.append("is in the zone only if upper and lower case are the same")
    return notes


def _mode_note(change: PathChange) -> str:
    if change.old_mode in REGULAR and change.new_mode in REGULAR:
        return "becomes executable" if change.new_mode == "100755" else "is no longer executable"
    words = {LINK: "a link", SUBMODULE: "a submodule"}
    before = words.get(change.old_mode, "a file")
    return f"was {before} and becomes {words.get(change.new_mode, 'a file')}"
