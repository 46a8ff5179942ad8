"""A port for a server that is started a moment later."""

import random
import socket

FIRST, LAST = 20_000, 32_000
"""Below those that Linux gives out by itself: between the asking and the starting, nobody else is given it."""


def free_port() -> int:
    for port in random.SystemRandom().sample(range(FIRST, LAST), 100):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    raise AssertionError(f"of 100 ports from {FIRST:,} to {LAST:,} none is free")
