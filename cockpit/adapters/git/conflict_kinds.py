"""From git's stages and messages to conflicts that a person can decide: one for each thing that
is in question, however many paths git spreads it over. Pure: contents and trees are given.

git puts what can't lie at its path under `path~<side>`; a rename on both sides has a stage at
three paths. What this module does not know stays decidable as `OTHER`: either side's version,
or what git put there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cockpit.adapters.git.conflict_case import Case, Material, kept_as, version_options
from cockpit.adapters.git.conflict_parse import Message, Side
from cockpit.domain.conflict import Asks, ConflictFile, Entry, Kind, Option, Question, Take, Version
from cockpit.domain.conflict_text import (
    SPARE,
    ConflictHunk,
    NotMarked,
    Piece,
    markers_in,
    pieces_of,
    runs,
)

LINK, SUBMODULE = "120000", "160000"
REGULAR = ("100644", "100755")

RENAME_RENAME = "CONFLICT (rename/rename)"
COLLIDES = "CONFLICT (rename involved in collision)"
SUGGESTED = "CONFLICT (directory rename suggested)"
FILE_DIRECTORY = "CONFLICT (file/directory)"
TYPES = "CONFLICT (distinct modes)"
RENAME_DELETE = "CONFLICT (rename/delete)"


def files_of(material: Material) -> tuple[ConflictFile, ...]:
    """Every conflict of the merge, in the order of the paths."""
    found: list[ConflictFile] = []
    for message in material.merged.messages:
        if message.type == RENAME_RENAME and len(message.paths) == 3:
            found += _rename_rename(material, message)
    for path in material.merged.stages:
        if path not in material.done:
            found.append(_at(material, path))
    for message in material.merged.messages:
        known = any(path in material.merged.stages for path in message.paths)
        if message.is_conflict and not known and message.paths:
            found.append(_only_said(material, message))
    return tuple(sorted(found, key=lambda file: file.path))


def _at(material: Material, path: str) -> ConflictFile:
    """The conflict that `path` belongs to."""
    logical = material.logical(path)
    paths = material.together(path)
    material.done.update(paths)
    types = {message.type for message in material.about(*paths)}
    stages = {stage: (one, side) for one in paths for stage, side in _of(material, one).items()}
    base, ours, theirs = (
        Version(logical, *stages[number][1]) if number in stages else None for number in (1, 2, 3)
    )
    if base is not None and RENAME_DELETE in types:
        base = replace(base, path=_old_name(material, logical))
    case = Case(material, logical, tuple(paths), base, ours, theirs, types)
    if FILE_DIRECTORY in types and (ours is None or theirs is None):
        return _file_directory(case)
    if TYPES in types or len(paths) > 1:
        return _versions(case, Kind.TYPES)
    if SUGGESTED in types and base is None and (ours is None) is not (theirs is None):
        return _location(case)
    if ours is None or theirs is None:
        return _one_sided(case)
    return _two_sided(case)


def _old_name(material: Material, path: str) -> str:
    """What a renamed file was called before."""
    for message in material.about(path):
        if message.type == RENAME_DELETE and message.paths[:1] == (path,):
            return message.paths[-1]
    return path


def _of(material: Material, path: str) -> Mapping[int, Side]:
    return material.merged.stages[path]


def _versions(case: Case, kind: Kind) -> ConflictFile:
    return case.file(kind, version_options(case, both=kind is not Kind.SUBMODULE, delete=True))


# ------------------------------------------------------------------ one side only


def _one_sided(case: Case) -> ConflictFile:
    """One side changed or renamed what the other deleted."""
    lane, target = case.names
    kept = case.ours or case.theirs
    kind = Kind.RENAME_DELETE if RENAME_DELETE in case.types else Kind.MODIFY_DELETE
    if kept is None or case.base is None:
        as_is = Option(Take.AS_MERGED, "what git put there", _as_merged(case))
        return case.file(Kind.OTHER, [as_is, Option(Take.DELETE, "delete it")])
    has, gone = (lane, target) if case.ours is not None else (target, lane)
    verb = "renamed" if kind is Kind.RENAME_DELETE else "changed"
    keep = Option(
        Take.OURS if case.ours is not None else Take.THEIRS,
        f"keep it as {has} {verb} it",
        (Entry(case.path, kept.mode, kept.blob),),
    )
    away = Take.THEIRS if case.ours is not None else Take.OURS
    options = [keep, Option(away, f"delete it, as {gone} did")]
    options.sort(key=lambda option: option.take is not Take.OURS)
    options += kept_as(Take.BASE, case.base, "the version before both", case.path)
    return case.file(kind, options)


def _as_merged(case: Case) -> tuple[Entry, ...]:
    tree = case.material.tree
    return tuple(Entry(path, *tree[path]) for path in case.paths if path in tree)


def _file_directory(case: Case) -> ConflictFile:
    """A file of one side where the other has a folder."""
    lane, target = case.names
    kept = case.ours or case.theirs
    assert kept is not None, "git names the file that is in question"
    below = tuple(case.material.below(case.path))
    mine = case.ours is not None
    has, other = (lane, target) if mine else (target, lane)
    entry = Entry(case.path, kept.mode, kept.blob)
    count = f"{len(below)} file{'' if len(below) == 1 else 's'}"
    file = Option(
        Take.OURS if mine else Take.THEIRS,
        f"{has}'s file; {other}'s folder with {count} goes",
        (entry,),
        below,
    )
    folder = Option(Take.THEIRS if mine else Take.OURS, f"{other}'s folder; {has}'s file goes")
    aside = case.material.free_name(case.path, has)
    both = Option(
        Take.BOTH, f"both, {has}'s file as {aside}", (Entry(aside, kept.mode, kept.blob),)
    )
    options = [file, folder] if mine else [folder, file]
    return case.file(Kind.FILE_DIRECTORY, [*options, both])


def _location(case: Case) -> ConflictFile:
    """A file that one side added to a folder which the other side renamed."""
    lane, target = case.names
    kept = case.ours or case.theirs
    assert kept is not None, "git names the file that is in question"
    said = [one for one in case.material.about(*case.paths) if one.type == SUGGESTED]
    message = next((one for one in reversed(said) if case.path in one.paths), said[0])
    old = next((path for path in message.paths if path != case.path), case.path)
    adder = lane if case.ours is not None else target
    moved = Option(
        Take.THEIRS if case.ours is not None else Take.OURS,
        f"at {case.path}, after its folder",
        (Entry(case.path, kept.mode, kept.blob),),
    )
    stays = Option(
        Take.OURS if case.ours is not None else Take.THEIRS,
        f"at {old}, where {adder} put it",
        (Entry(old, kept.mode, kept.blob),),
    )
    options = sorted((moved, stays), key=lambda option: option.take is not Take.OURS)
    return case.file(Kind.LOCATION, [*options, Option(Take.DELETE, "delete it")])


def _only_said(material: Material, message: Message) -> ConflictFile:
    """What git only reports; the merged tree holds its answer."""
    path = message.paths[0]
    option = Option(Take.AS_MERGED, "leave it as git merged it")
    return ConflictFile(path, Kind.OTHER, wholes=(option,), said=material.said(path))


# ------------------------------------------------------------------ both sides


def _two_sided(case: Case) -> ConflictFile:
    modes = {version.mode for version in case.sides}
    if modes == {SUBMODULE}:
        return _versions(case, Kind.SUBMODULE)
    if modes == {LINK}:
        return _versions(case, Kind.SYMLINK)
    if not modes <= set(REGULAR):
        return _versions(case, Kind.TYPES)
    assert case.ours is not None and case.theirs is not None
    material = case.material
    kind = Kind.CONTENT if case.base is not None else Kind.ADD_ADD
    if COLLIDES in case.types:
        kind = Kind.COLLISION
    stand_in = material.tree.get(case.path, ("", ""))[1]
    questions = _mode_question(case)
    true = _as_committed(case) if kind is Kind.COLLISION else case
    options = version_options(true, both=case.base is None, delete=case.base is None)
    if not material.text(*(version.blob for version in case.sides), stand_in):
        large = any(version.blob not in material.contents for version in case.sides)
        whole = version_options(true, both=True, delete=True)
        return case.file(kind if large else Kind.BINARY, whole)
    pieces = _pieces(case, stand_in, material.size) or ()
    if not any(isinstance(piece, ConflictHunk) for piece in pieces):
        if not questions:
            return case.file(kind, options)
        kind = Kind.MODE
    return case.file(
        kind,
        options,
        pieces=pieces,
        questions=questions,
        mode=material.tree[case.path][0],
        allowed=_allowed(material, case),
    )


def _as_committed(case: Case) -> Case:
    """With both sides' own versions: git's stages hold renamed files merged already, markers
    and all."""
    ours, theirs = case.ours, case.theirs
    mine = case.material.ours.get(case.path)
    other = case.material.theirs.get(case.path)
    return replace(
        case,
        ours=Version(case.path, *mine) if ours and mine else ours,
        theirs=Version(case.path, *other) if theirs and other else theirs,
    )


def _mode_question(case: Case) -> list[Question]:
    """git takes the lane's mode where both sides changed it differently; we ask."""
    ours, theirs, base = case.ours, case.theirs, case.base
    assert ours is not None and theirs is not None
    if ours.mode == theirs.mode or (base and base.mode in (ours.mode, theirs.mode)):
        return []
    words = {"100644": "not executable", "100755": "executable"}
    lane, target = case.names
    options = tuple(
        Option(take, f"{words[side.mode]}, as in {name}", (Entry(case.path, side.mode),))
        for take, side, name in ((Take.OURS, ours, lane), (Take.THEIRS, theirs, target))
    )
    return [Question(Asks.MODE, options)]


def _pieces(case: Case, blob: str, size: int) -> tuple[Piece, ...] | None:
    """The text that git wrote, taken apart; None if it is not in the form that we know."""
    material = case.material
    base, ours, theirs = (
        b"" if version is None else material.contents.get(version.blob, b"")
        for version in (case.base, case.ours, case.theirs)
    )
    try:
        return pieces_of(material.contents[blob], size, base=base, ours=ours, theirs=theirs)
    except NotMarked:
        return None


def _allowed(material: Material, case: Case) -> frozenset[bytes]:
    """Lines like markers that the sources have; not those that git wrote into a side."""
    own = set(range(material.size, material.size + SPARE))
    lines: set[bytes] = set()
    for version in case.sides:
        lines |= markers_in(material.contents.get(version.blob, b""))
    return frozenset(line for line in lines if not runs(line) & own)


# ------------------------------------------------------------------ renamed on both sides


def _rename_rename(material: Material, message: Message) -> list[ConflictFile]:
    """One file with two new names. Its text is merged under both; the name is asked for."""
    old, mine, other = message.paths
    stages = material.merged.stages
    if not all(path in stages for path in message.paths):
        return []
    if set(stages[old]) != {1} or set(stages[mine]) != {2} or set(stages[other]) != {3}:
        return []  # something else is at one of these paths too: each is decided by itself
    material.done.update(message.paths)
    base = Version(old, *stages[old][1])
    ours = Version(mine, *material.ours.get(mine, stages[mine][2]))
    theirs = Version(other, *material.theirs.get(other, stages[other][3]))
    case = Case(material, mine, message.paths, base, ours, theirs, {message.type})
    lane, target = case.names
    stand_in = stages[mine][2][1]
    same = stand_in == stages[other][3][1]
    regular = {base.mode, ours.mode, theirs.mode} <= set(REGULAR)
    readable = material.text(base.blob, ours.blob, theirs.blob, stand_in)
    pieces = _pieces(case, stand_in, material.size + 1) if same and regular and readable else None
    wholes = [
        *kept_as(Take.OURS, ours, f"{lane}'s version, as {mine}", mine),
        *kept_as(Take.THEIRS, theirs, f"{target}'s version, as {other}", other),
        Option(
            Take.BOTH,
            f"both versions, as {mine} and {other}",
            (Entry(mine, ours.mode, ours.blob), Entry(other, theirs.mode, theirs.blob)),
        ),
        *kept_as(Take.BASE, base, f"the version before both, as {old}", old),
        Option(Take.DELETE, "neither: delete it"),
    ]
    if pieces is None:
        return [case.file(Kind.RENAME_RENAME, wholes)]
    places = Question(
        Asks.PLACE,
        (
            Option(Take.OURS, f"as {mine}, as in {lane}", (Entry(mine, ours.mode),)),
            Option(Take.THEIRS, f"as {other}, as in {target}", (Entry(other, ours.mode),)),
            Option(Take.BOTH, "under both names", (Entry(mine, ""), Entry(other, ""))),
        ),
    )
    return [
        case.file(
            Kind.RENAME_RENAME,
            wholes,
            pieces=pieces,
            questions=[*_mode_question(case), places],
            mode=stages[mine][2][0],
            allowed=_allowed(material, case),
        )
    ]
