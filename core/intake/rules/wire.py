"""What passes between us and the process that reads: a head in JSON with its blobs, each with its length before it."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

_LENGTH = struct.Struct(">Q")
LARGEST_HEAD = 192 * 1024 * 1024
MOST_BLOBS = 16


class Broken(ConnectionError):  # noqa: N818 - read as a word
    """The other side ended, or said something that is no message."""


@dataclass(frozen=True)
class WireMessage:
    """One message: `head` is JSON-able, `blobs` are bytes."""

    head: dict[str, Any]
    blobs: Sequence[bytes] = field(default_factory=tuple)


def send(channel: socket.socket, message: WireMessage) -> None:
    """Write one message.

    Raises:
        OSError: the other side is gone, or does not read within the channel's patience.
    """
    body = json.dumps({"head": message.head, "blobs": [len(blob) for blob in message.blobs]}).encode()
    channel.sendall(_LENGTH.pack(len(body)) + body)
    for blob in message.blobs:
        channel.sendall(blob)


def receive(channel: socket.socket, *, most_bytes: int) -> WireMessage:
    """Read one message of at most `most_bytes` in all; nothing that the other side says is believed.

    Raises:
        Broken: it ended, or is too large, or no message.
        OSError: nothing came within the channel's patience.
    """
    size = _LENGTH.unpack(_exactly(channel, _LENGTH.size))[0]
    if size > min(most_bytes, LARGEST_HEAD):
        raise Broken("the head is too large")
    try:
        header = json.loads(_exactly(channel, size))
        head, lengths = header["head"], header["blobs"]
    except (ValueError, RecursionError, KeyError, TypeError):
        raise Broken("no message") from None
    if not isinstance(head, dict) or not isinstance(lengths, list) or len(lengths) > MOST_BLOBS:
        raise Broken("no message")
    if not all(type(length) is int and length >= 0 for length in lengths) or size + sum(lengths) > most_bytes:
        raise Broken("the blobs are too large")
    return WireMessage(head, tuple(_exactly(channel, length) for length in lengths))


def _exactly(channel: socket.socket, size: int) -> bytes:
    buffer = bytearray(size)
    view, filled = memoryview(buffer), 0
    while filled < size:
        read = channel.recv_into(view[filled:], size - filled)
        if not read:
            raise Broken("the other side ended")
        filled += read
    return bytes(buffer)


class Refused(Exception):  # noqa: N818 - it is an answer
    """The file breaks a rule: a stable `code` and numbers for the sentence."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details
