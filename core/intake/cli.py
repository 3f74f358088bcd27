"""`python -m core.intake.cli`: waits on its standard input for sockets, and forks for each one it is handed.

It has one thread and has loaded every parser, so a fork is safe and takes milliseconds. It ends when whoever started it does.
"""

from __future__ import annotations

import gc
import os
import signal
import socket

from core.intake.service.worker import guard_reading, load_parsers


def main() -> None:
    """Serve until the other end of the standard input is closed."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # Ctrl-C reaches the whole group; this process ends with its owner, when what is being read has been read.
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    load_parsers()
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=0) as orders:
        while True:
            message, handed, _flags, _address = socket.recv_fds(orders, 1, 1)
            if not message:
                return
            for descriptor in handed:
                _fork_for(descriptor, orders)


def _fork_for(handle: int, orders: socket.socket) -> None:
    if os.fork() == 0:
        code = 1
        try:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            orders.close()
            with socket.socket(fileno=handle) as channel:
                guard_reading(channel)
        finally:
            os._exit(code)
    os.close(handle)


if __name__ == "__main__":
    main()
