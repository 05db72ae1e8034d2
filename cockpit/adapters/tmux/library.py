"""libtmux on our door: its life-cycle calls with a deadline and a clean environment.

libtmux runs `tmux` itself, without a deadline and with the caller's environment. Here every
call of its object tree goes through the one door instead, each argument meant literally.
Its listings (`server.sessions`, `.panes`) go past `cmd` and are not used: `listing.py`.
Imported only by who changes sessions, since the import takes 68 ms.
"""

from __future__ import annotations

import logging
from typing import Any

from libtmux import Server, Window
from libtmux.common import tmux_cmd

from cockpit.adapters.tmux.run import Answer, TmuxDoor

logging.getLogger("libtmux").setLevel(logging.WARNING)


class DoorServer(Server):
    """A libtmux server whose every command goes through the door.

    Raises `CockpitError` when tmux can't be reached; what tmux refuses comes back as
    libtmux knows it, as `stderr` of the answer.
    """

    def __init__(self, door: TmuxDoor):
        super().__init__(socket_name=door.socket_name)
        self._door = door

    def cmd(self, cmd: str, *args: Any, target: str | int | None = None) -> tmux_cmd:
        words = [cmd, *(("-t", str(target)) if target is not None else ()), *map(str, args)]
        return _as_tmux_cmd(words, self._door.attempt([words]))

    def window(self, window_id: str) -> Window:
        """The window with this id, without asking tmux whether it exists."""
        return Window(server=self, window_id=window_id)


def _as_tmux_cmd(words: list[str], answer: Answer) -> tmux_cmd:
    """An answer of the door in libtmux's form; its own constructor would run the command."""
    done = tmux_cmd.__new__(tmux_cmd)
    done.cmd = ["tmux", *words]
    done.returncode = answer.code
    done.stdout = answer.lines
    done.stderr = [line for line in answer.err.split("\n") if line]
    return done
