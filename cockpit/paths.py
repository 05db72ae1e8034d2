"""Where cockpit keeps things of its own; nothing here touches the disk but to resolve names.

The state folder lies outside the repository, so that no agent writes there by accident.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path


def repository_name(common_dir: Path) -> str:
    """The repository's name for people and templates: the checkout's folder, `.git` stripped."""
    folder = common_dir.parent if common_dir.name == ".git" else common_dir
    return folder.name.removesuffix(".git") or "repository"


def repository_id(common_dir: Path) -> str:
    """`<name>-<first 8 hex of sha256 of the common git directory's real path>` (DESIGN §4).

    The name is reduced to `[a-z0-9-]`, since the id names a tmux socket.
    """
    real = os.path.realpath(common_dir)
    digest = hashlib.sha256(os.fsencode(real)).hexdigest()[:8]
    name = re.sub(r"[^a-z0-9]+", "-", repository_name(Path(real)).lower()).strip("-")[:30]
    return f"{name or 'repository'}-{digest}"


def state_home() -> Path:
    """`$XDG_STATE_HOME/cockpit`, by default `~/.local/state/cockpit`."""
    base = os.environ.get("XDG_STATE_HOME", "")
    root = Path(base) if base and os.path.isabs(base) else Path.home() / ".local" / "state"
    return root / "cockpit"


def config_home() -> Path:
    """`$XDG_CONFIG_HOME/cockpit`, by default `~/.config/cockpit`: the user's themes and presets."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    root = Path(base) if base and os.path.isabs(base) else Path.home() / ".config"
    return root / "cockpit"


def state_dir(common_dir: Path) -> Path:
    """The state folder of the repository whose common git directory this is."""
    return state_home() / repository_id(common_dir)


def shipped(*parts: str) -> Path:
    """A file that ships with cockpit (`themes/…`, `lanes.example.yaml`): in the wheel inside
    the package, in a checkout beside it."""
    package = Path(__file__).resolve().parent
    inside = package.joinpath(*parts)
    return inside if inside.exists() else package.parent.joinpath(*parts)
