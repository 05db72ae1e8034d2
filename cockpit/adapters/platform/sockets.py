"""Sockets: who listens, how long the path of one may be, whether a port is taken."""

from __future__ import annotations

import errno
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


def is_taken(port: int) -> bool:
    """Whether a program listens on this TCP port, at any address of this machine: nothing is
    connected to, so it doesn't notice. A port that only root may use is not taken by that."""
    return any(_is_taken(family, port) for family in (socket.AF_INET, socket.AF_INET6))


def _is_taken(family: socket.AddressFamily, port: int) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # else a connection that was closed a minute ago would still count
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family is socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind(("", port))
    except OSError as error:
        return error.errno == errno.EADDRINUSE
    return False
