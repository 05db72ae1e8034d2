"""Running the app inside our own tmux server, so that it outlives the terminal (DESIGN §6)."""

from __future__ import annotations

import sys

from cockpit.services import ssh_link
from cockpit.services.cockpit import LocalCockpit
from cockpit.services.panes import DROPPED

APP_SESSION = "cockpit"


def host_app(cockpit: LocalCockpit, *, few_colours: bool = False) -> list[str]:
    """Start the server and the app's session where they are not there yet; returns the
    command line that attaches this terminal to the app. `few_colours`: it has no more than 16."""
    work = cockpit.work
    work.tmux.ensure_server()
    kept = {name: value for name, value in work.environment.items() if not DROPPED.match(name)}
    env = ssh_link.stable(work, kept)
    # -P: the repository's folder is no import path, or whoever lands a json.py there runs it here
    argv = [sys.executable, "-P", "-m", "cockpit", "-C", str(work.root), "up", "--hosted"]
    argv += ["--few-colours"] * few_colours
    work.tmux.open_host(argv, cwd=work.root, env=env)
    return work.tmux.attach_argv(APP_SESSION)
