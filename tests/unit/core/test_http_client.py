"""Another server is asked within a time and a size, whatever it does."""

import socket
import threading
import time
from contextlib import contextmanager
from urllib.request import Request

import pytest

from core.http_client import fetch

PATIENCE_S = 0.3


def asked(url, body=None, *, patience_s=20, most_bytes=100):
    return fetch(Request(url, body), patience_s=patience_s, most_bytes=most_bytes)  # noqa: S310 - of this module


@contextmanager
def served(*pieces: bytes, for_ever: bytes = b""):
    """A server that says these pieces to whoever comes, and then the last one until nobody listens; its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            for piece in pieces:
                connection.sendall(piece)
            try:
                while for_ever and not over.wait(0.02):
                    connection.sendall(for_ever)
            except OSError:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        over.set()
        thread.join()
        listener.close()


@pytest.mark.parametrize(
    "begun",
    [b"HTTP/1.1 200 ", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"],
    ids=["status", "headers", "body"],
)
def test_a_server_that_says_a_byte_at_a_time_is_left_when_the_time_is_over(begun):
    with served(begun, for_ever=b"x") as url, pytest.raises(TimeoutError, match=r"more than 0\.3 seconds"):
        begun_at = time.monotonic()
        asked(url, patience_s=PATIENCE_S, most_bytes=100_000)
    assert time.monotonic() - begun_at < 10 * PATIENCE_S


def test_of_a_body_without_end_only_its_beginning_is_read():
    with served(b"HTTP/1.1 200 OK\r\nContent-Type: text/x.tlog.size\r\n\r\n", for_ever=b"y" * 1000) as url:
        assert asked(url, most_bytes=1500) == (200, "text/x.tlog.size", "y" * 1500)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_is_sent_elsewhere(status):
    with served(b"HTTP/1.1 200 OK\r\n\r\nsecret of another host") as inside:
        moved = f"HTTP/1.1 {status} Moved\r\nLocation: {inside}\r\nContent-Length: 0\r\n\r\n".encode()
        with served(moved) as url:
            assert asked(url, b"x")[::2] == (status, "")
        with socket.create_connection(("127.0.0.1", int(inside.rsplit(":", 1)[1].strip("/")))):
            pass


def test_a_refusal_is_an_answer():
    with served(b"HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size\r\n\r\n12\n") as url:
        assert asked(url) == (409, "text/x.tlog.size", "12\n")
