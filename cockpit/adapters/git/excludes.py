"""Our one marked block in `.git/info/exclude`, which keeps the bus and layouts inside the
checkout out of `git status` (DESIGN §3, promise 8)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cockpit.adapters.git.files import read_small, write_whole
from cockpit.errors import CockpitError, Refused

BEGIN = b"# >>> cockpit: written by cockpit, replaced as a whole >>>\n"
END = b"# <<< cockpit <<<\n"


def with_block(content: bytes, patterns: Sequence[str]) -> bytes:
    """`content` with our block holding `patterns` (no block if there are none). Everything
    outside the block stays byte for byte; a block without its end line is left alone."""
    before, begin, rest = content.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        before, after = content, b""
    if not patterns:
        return before + after
    lines = "".join(f"{pattern}\n" for pattern in patterns)
    gap = b"\n" if before and not before.endswith(b"\n") else b""
    return before + gap + BEGIN + lines.encode("utf-8", "surrogateescape") + END + after


def write_block(common: Path, patterns: Sequence[str]) -> None:
    """Bring the file to this state; not touched if it is so already.

    Raises `Refused` for a pattern with a line break or a file that is no plain file,
    `CockpitError` if it can't be written.
    """
    if any("\n" in pattern or "\0" in pattern for pattern in patterns):
        raise Refused("A path with a line break can't be kept out of git's status.")
    path = common / "info" / "exclude"
    content = read_small(path)
    if content is None and (path.exists() or path.is_symlink()):
        raise Refused(f"{path} is not a plain file.", hint="Look at what lies there.")
    wanted = with_block(content or b"", patterns)
    if wanted == (content or b""):
        return
    try:
        path.parent.mkdir(exist_ok=True)
        mode = path.stat().st_mode & 0o777 if content is not None else 0o644
        write_whole(path, wanted, mode=mode)
    except OSError as error:
        raise CockpitError(f"{path} can't be written.", detail=str(error)) from error
