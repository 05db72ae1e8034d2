"""Unix sockets: who listens, and how long a path may be."""

from __future__ import annotations

import socket
import struct

from cockpit.adapters.platform import traits

_LOCAL = 0
_LOCAL_PEERPID = 2
"""macOS: `SOL_LOCAL`, `LOCAL_PEERPID`"""


def path_cap() -> int:
    """Bytes of a socket's path (`sun_path` less its NUL): 107 on Linux, 103 elsewhere."""
    return 107 if traits.current.system == "linux" else 103


def listener(connected: socket.socket) -> int:
    """The pid of the process at the other end of a connected socket; 0 if it isn't told."""
    try:
        if traits.current.system == "linux":
            size = struct.calcsize("3i")
            raw = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
            return int(struct.unpack("3i", raw)[0])
        if traits.current.is_mac:
            return int(connected.getsockopt(_LOCAL, _LOCAL_PEERPID))
    except OSError:
        return 0
    return 0
