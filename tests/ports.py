"""Ports for servers that must know theirs before they start, or keep it when started anew."""

import itertools
import os
import socket

FIRST, LAST = 20_000, 30_000
"""Below those the system gives to clients (32768 and above on Linux, 49152 elsewhere): one of
these may get the port of a server that is just down, even a client of that very server."""
_tried = itertools.count(os.getpid() * 97)


def free_port() -> int:
    """A port of this machine nobody listens on just now; each process begins elsewhere."""
    for number in itertools.islice(_tried, LAST - FIRST):
        port = FIRST + number % (LAST - FIRST)
        if _can_be_had(port):
            return port
    raise OSError("no port is free")


def _can_be_had(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
