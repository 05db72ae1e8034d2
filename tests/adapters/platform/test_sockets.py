"""Whether a TCP port is taken, asked of the real machine."""

from __future__ import annotations

import socket

from cockpit.adapters.platform.sockets import is_taken


def test_only_a_listener_takes_a_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert is_taken(port)
        client = socket.create_connection(("127.0.0.1", port))
        there, _ = server.accept()
    there.close()  # this side waits out the connection (TIME_WAIT), on that very port
    client.close()
    assert not is_taken(port)


def test_a_port_that_is_bound_to_and_not_listened_on_is_free() -> None:
    with socket.socket() as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", 0))
        assert not is_taken(bound.getsockname()[1])
