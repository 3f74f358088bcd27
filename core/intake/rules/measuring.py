"""What a file says of its own size, read from its first bytes without decoding anything (pure)."""

from __future__ import annotations

import re
import struct

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
# Frame headers of JPEG: all of C0 to CF but the tables of Huffman codes and arithmetic conditioning.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset(range(0xD0, 0xD9)) | {0x01}
_MOST_MARKERS = 2_000
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_END, _SCAN = 0xD9, 0xDA


def pixels(data: bytes) -> tuple[int, int] | None:
    """Width and height as the header of a JPEG, PNG or WebP file claims them; None for anything else.

    A decoder allocates by these numbers, so they are looked at before it sees the file.
    """
    if data.startswith(PNG):
        return _png(data)
    if data.startswith(JPEG):
        return _jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    return None


def scans(data: bytes) -> int:
    """How often a JPEG file has its decoder go over the whole picture, 1 for other kinds; each time takes what a picture takes.

    A file that keeps too many marks to be a picture is counted by its marks.
    """
    if not data.startswith(JPEG):
        return 1
    at, count = 2, 0
    for _ in range(_MOST_MARKERS):
        mark = _MARKER.search(data, at)
        kind = _END if mark is None else data[mark.end() - 1]
        if mark is None or kind == _END:
            return count
        count += kind == _SCAN
        at = mark.end()
        if kind not in _BARE:
            at += int.from_bytes(data[at : at + 2], "big")
    return _MOST_MARKERS


def _png(data: bytes) -> tuple[int, int] | None:
    if len(data) < 24 or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", data[16:24])
    return (width, height) if width and height else None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    for _ in range(_MOST_MARKERS):
        at = data.find(b"\xff", at)
        if at < 0 or at + 9 > len(data):
            return None
        kind = data[at + 1]
        if kind in {0xFF, 0x00}:
            at += 1
        elif kind in _FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return (width, height) if width and height else None
        elif kind in _BARE:
            at += 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    kind, head = data[12:16], data[20:30]
    if len(head) < 10:
        return None
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", head[6:10])
        return width & 0x3FFF, height & 0x3FFF
    return None
