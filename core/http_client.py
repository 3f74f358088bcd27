"""Asking another server over HTTP, which may be hostile: within a time in all and a size, and without being sent elsewhere.

`urlopen` alone waits for the next byte, not for the answer: a server that sends one byte at a time holds whoever asks for days.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPSConnection
from threading import Timer
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPHandler, HTTPRedirectHandler, HTTPSHandler, Request, build_opener


class _Asking:
    """The connections of one question, and whether its time is over."""

    def __init__(self) -> None:
        self.sockets: list[socket.socket] = []
        self.over = False

    def end(self) -> None:
        """Shut them down; whoever reads from them finds the answer cut off."""
        self.over = True
        for connection in self.sockets:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _TrackedConnection(HTTPConnection):
    """A connection that notes its socket as soon as there is one, so that another thread can end it."""

    asking: _Asking

    def connect(self) -> None:
        super().connect()
        # A second handle of the same connection: TLS takes the first one over, and reads from it.
        self.asking.sockets.append(self.sock.dup())
        if self.asking.over:
            raise TimeoutError


class _NotedSecure(HTTPSConnection, _TrackedConnection):
    pass


class _Plain(HTTPHandler):
    def __init__(self, asking: _Asking) -> None:
        super().__init__()
        self.connection: Any = type("Connection", (_TrackedConnection,), {"asking": asking})

    def http_open(self, req: Request) -> Any:
        return self.do_open(self.connection, req)


class _Secure(HTTPSHandler):
    def __init__(self, asking: _Asking) -> None:
        super().__init__()
        self.connection: Any = type("Connection", (_NotedSecure,), {"asking": asking})

    def https_open(self, req: Request) -> Any:
        return self.do_open(self.connection, req)


class _NoRedirects(HTTPRedirectHandler):
    """Whoever was named answers; where he would rather send us, perhaps into our own network, we do not go."""

    def redirect_request(self, *_args: Any, **_options: Any) -> None:
        return None


def fetch(request: Request, *, patience_s: float, most_bytes: int) -> tuple[int, str, str]:
    """Status, media type and text of an answer, also of one that refuses; of a longer body its beginning.

    Args:
        request: to an http or https address.
        patience_s: how long all of it may take.
        most_bytes: how much of the body is read.

    Raises:
        OSError, HTTPException, ValueError: it cannot be reached, speaks no HTTP, or takes too long.
    """
    with _ended_after(patience_s) as asking:
        opener = build_opener(_Plain(asking), _Secure(asking), _NoRedirects)
        try:
            answer = opener.open(request, timeout=patience_s)
        except HTTPError as refused:
            answer = refused
        with answer:
            data: bytes = answer.read(most_bytes)
            return answer.status, answer.headers.get_content_type(), data.decode("utf-8", "replace")


@contextmanager
def _ended_after(patience_s: float) -> Iterator[_Asking]:
    """What notes the connections of a question, which end with its time.

    Raises:
        TimeoutError: it was over before the answer was read.
    """
    asking = _Asking()
    timer = Timer(patience_s, asking.end)
    timer.daemon = True
    timer.start()
    try:
        yield asking
    finally:
        timer.cancel()
        timer.join()
        for connection in asking.sockets:
            connection.close()
        if asking.over:
            raise TimeoutError(f"it took more than {patience_s:g} seconds to answer")
