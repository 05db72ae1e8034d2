"""Where two sides conflict: line ranges on either side, and the lines themselves.

They are read from the merged file with its conflict markers. A range is told in the side's own
lines, which the merged file doesn't count (the other side's clean changes are in it as well),
so both sides are compared with it by git, all files of a clash in one call a side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from cockpit.adapters.git import argv_radar, parse_radar
from cockpit.adapters.git.ground import Ground
from cockpit.adapters.git.parse_radar import PairMerge, Range
from cockpit.adapters.git.radar_scratch import RadarScratch
from cockpit.dataclass import dataclass
from cockpit.domain.clash import ClashPath, Hunk, Snapshot

PATHS_CAP = 200
"""Paths whose lines are looked at."""

HUNKS_CAP = 50
LINES_CAP = 100
"""Hunks of a path, and lines of a side of a hunk, that are kept."""

_READ_CAP = 32 << 20
_REGULAR = ("100644", "100755")
_SEPARATOR = re.compile(rb"={7}\r?\n?\Z")


@dataclass(frozen=True, slots=True)
class _File:
    """A merged file with markers, and both sides' blobs."""

    path: str
    merged: str
    one: str
    two: str


@dataclass(frozen=True, slots=True)
class Region:
    """One conflict of a merged file: lines (from 1) of its opening marker, its separator and
    its closing marker."""

    opening: int
    separator: int
    closing: int


def regions(lines: Sequence[bytes], one: str, two: str) -> Iterator[Region]:
    """The conflicts of a merged file: markers carry the sides' ids, so no line of a file
    passes for one. Of several lines that may be a separator the first counts."""
    begin = re.compile(rb"<{7} " + one.encode("ascii") + rb"(?::.*)?\r?\n?\Z", re.DOTALL)
    end = re.compile(rb">{7} " + two.encode("ascii") + rb"(?::.*)?\r?\n?\Z", re.DOTALL)
    opening = separator = 0
    for number, line in enumerate(lines, 1):
        if begin.match(line):
            opening, separator = number, 0
        elif opening and not separator and _SEPARATOR.match(line):
            separator = number
        elif opening and separator and end.match(line):
            yield Region(opening, separator, number)
            opening = 0


def place_of(line: int, ranges: Sequence[Range]) -> int:
    """The line of a side at which `line` of the merged file, which the side lacks, would
    stand."""
    shift = 0
    for changed in ranges:
        if changed.old_count == 0:
            if changed.old >= line:
                break
            shift += changed.new_count
            continue
        if changed.old > line:
            break
        if line < changed.old + changed.old_count:
            return changed.new + (1 if changed.new_count == 0 else 0)
        shift += changed.new_count - changed.old_count
    return line + shift


class Hunks:
    """Callable by one thread at a time."""

    def __init__(self, ground: Ground, scratch: RadarScratch) -> None:
        self.ground = ground
        self.scratch = scratch

    def of(self, one: Snapshot, two: Snapshot) -> tuple[ClashPath, ...]:
        """The pair's conflicts with their hunks; empty when they go together. Raises
        `CockpitError`."""
        stdin = f"{one.commit} {two.commit}\n".encode("ascii")
        answer = self._run(argv_radar.merge_pairs(), stdin)
        merge = parse_radar.pair_merges(answer)[0]
        self.scratch.note(10)
        paths = parse_radar.clash_paths(merge, (one.commit, two.commit))
        files = self._files(merge, paths)
        if not files:
            return paths
        contents = self._contents([file.merged for file in files])
        files = files[: len(contents)]
        mine = self._ranges(files, [file.one for file in files])
        theirs = self._ranges(files, [file.two for file in files])
        hunks = {
            file.path: tuple(_hunks(content, one.commit, two.commit, mine[number], theirs[number]))
            for number, (file, content) in enumerate(zip(files, contents, strict=True))
        }
        return tuple(replace(path, hunks=hunks.get(path.path, ())) for path in paths)

    def _files(self, merge: PairMerge, paths: Sequence[ClashPath]) -> list[_File]:
        """Files that both sides have as text, with markers in the merged tree."""
        sides: dict[str, dict[int, str]] = {}
        for stage in merge.stages:
            if stage.mode in _REGULAR:
                sides.setdefault(stage.path, {})[stage.stage] = stage.blob
        wanted = [
            path.path
            for path in paths[:PATHS_CAP]
            if path.kind != "binary" and {2, 3} <= sides.get(path.path, {}).keys()
        ]
        if not wanted:
            return []
        answer = self._run(argv_radar.entries_of(merge.tree, wanted))
        entries = parse_radar.tree_entries(answer)
        return [
            _File(path, entries[path][1], sides[path][2], sides[path][3])
            for path in wanted
            if path in entries and entries[path][0] in _REGULAR
        ]

    def _contents(self, blobs: Sequence[str]) -> list[bytes]:
        """The blobs' contents; what goes beyond the cap is left out at the end."""
        stdin = "".join(f"{blob}\n" for blob in blobs).encode("ascii")
        answer = self.ground.run(
            argv_radar.contents(),
            stdin=stdin,
            env=self.scratch.env(),
            cap=_READ_CAP,
            truncate=True,
        )
        return list(parse_radar.batch_contents(answer.out))

    def _ranges(self, files: Sequence[_File], sides: Sequence[str]) -> list[list[Range]]:
        """For each file, what makes the merged file the side's."""
        trees = "".join(
            "".join(f"100644 blob {blob}\t{number}\n" for number, blob in enumerate(blobs)) + "\n"
            for blobs in ([file.merged for file in files], sides)
        )
        merged, side = self._run(argv_radar.flat_trees(), trees.encode("ascii")).split()
        command = argv_radar.line_changes(merged.decode("ascii"), side.decode("ascii"))
        ranges = parse_radar.line_ranges(self._run(command))
        return [ranges.get(str(number), []) for number in range(len(files))]

    def _run(self, command: Sequence[str], stdin: bytes | None = None) -> bytes:
        return self.ground.run(command, stdin=stdin, env=self.scratch.env()).out


def _hunks(
    content: bytes, one: str, two: str, mine: Sequence[Range], theirs: Sequence[Range]
) -> Iterator[Hunk]:
    lines = content.split(b"\n")
    for number, region in enumerate(regions(lines, one, two)):
        if number == HUNKS_CAP:
            return
        ours = lines[region.opening : region.separator - 1]
        others = lines[region.separator : region.closing - 1]
        yield Hunk(
            place_of(region.opening, mine),
            len(ours),
            place_of(region.separator, theirs),
            len(others),
            _text(ours),
            _text(others),
        )


def _text(lines: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(line.decode("utf-8", "surrogateescape") for line in lines[:LINES_CAP])
