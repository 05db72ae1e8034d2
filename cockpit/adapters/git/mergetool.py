"""The commander's merge tool on one conflict, in a repository that holds nothing else.

`git mergetool` knows some thirty tools, and each person's own settings for them. It wants an
index with a conflict and a file with markers, so it gets a private repository with just that:
nothing of the project's configuration, attributes or hooks is near it, and the lane's folder
never sees a marker. `$MERGETOOL` is a tool's name that git knows, or a command line that finds
BASE, LOCAL, REMOTE and MERGED in its environment.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from pathlib import Path

from cockpit.adapters.git import argv
from cockpit.adapters.git.environment import scrubbed_environment
from cockpit.adapters.git.files import read_small
from cockpit.adapters.git.ground import Ground
from cockpit.domain.conflict import ConflictFile
from cockpit.domain.mergetool import MergeToolCall
from cockpit.errors import Refused

RESULT_CAP = 64 << 20

_TOOL = re.compile(r"[A-Za-z0-9_.+-]{1,40}")
_PLAIN = re.compile(r"[^A-Za-z0-9._-]")


def prepare(
    ground: Ground,
    file: ConflictFile,
    contents: tuple[bytes, bytes, bytes],
    merged: bytes,
    command: str,
) -> MergeToolCall:
    """Lay out base, ours and theirs (`contents`) and the marked text. Raises `Refused` when no
    tool is named anywhere, `OSError` when the files can't be written."""
    env = scrubbed_environment()
    chosen = _choice(ground, command, env)
    folder = ground.scratch_folder() / f"mergetool-{secrets.token_hex(6)}"
    folder.mkdir(mode=0o700)
    name = _PLAIN.sub("_", file.path.rpartition("/")[2]).lstrip("-.")[-80:] or "file"
    init = ["init", "--quiet", "--template=", "-b", "conflict", str(folder)]
    ground.door.run(init, env=env, cwd=folder)
    here = {**env, "GIT_DIR": str(folder / ".git"), "GIT_WORK_TREE": str(folder)}
    lines = []
    for stage, content in enumerate(contents, 1):
        stored = ground.door.run(
            ["hash-object", "-w", "--stdin"], env=here, cwd=folder, stdin=content
        )
        lines.append(f"100644 {stored.line} {stage}\t{name}\0".encode())
    ground.door.run(argv.update_index(), env=here, cwd=folder, stdin=b"".join(lines))
    place = folder / name
    place.write_bytes(merged)
    run = (ground.door.git, *chosen, "mergetool", "--no-prompt", *_named(command), "--", name)
    return MergeToolCall(run, folder, place, merged)


def _choice(ground: Ground, command: str, env: dict[str, str]) -> list[str]:
    """Options that make git use `command`; none where it is a tool's name or git's own
    configuration names one. No backup file: everything here is thrown away."""
    keep = ["-c", "mergetool.keepBackup=false", "-c", "core.autocrlf=false"]
    if command.strip():
        if _named(command):
            return keep
        exported = f"export BASE LOCAL REMOTE MERGED; {command}"
        given = ["-c", "merge.tool=cockpit", "-c", f"mergetool.cockpit.cmd={exported}"]
        return [*keep, *given, "-c", "mergetool.cockpit.trustExitCode=true"]
    nowhere = {**env, "GIT_DIR": "/dev/null"}
    asked = ["config", "--get", "merge.tool"]
    if ground.door.run(asked, env=nowhere, cwd=Path("/"), ok=(0, 1)).line:
        return keep
    raise Refused(
        "No merge tool is chosen.",
        hint="Set MERGETOOL, or `git config --global merge.tool` (`git mergetool --tool-help` "
        "lists those that git knows).",
    )


def _named(command: str) -> list[str]:
    """`--tool` for a command that is only a name."""
    name = command.strip()
    return [f"--tool={name}"] if _TOOL.fullmatch(name) and os.path.sep not in name else []


def done(call: MergeToolCall) -> bytes | None:
    """What the tool left in the file; None when that is what it was. All files go."""
    found = read_small(call.merged, cap=RESULT_CAP)
    shutil.rmtree(call.folder, ignore_errors=True)
    return None if found == call.before else found
