"""A small address database in the MMDB format (its specification 2.0), written for the occasion."""

from ipaddress import ip_network
from pathlib import Path
from typing import Any

MARKER = b"\xab\xcd\xefMaxMind.com"
EMPTY = -1


def record(iso: str, name_zh: str = "", country: str = "CN") -> dict[str, Any]:
    """A record as city files have it."""
    subdivision: dict[str, Any] = {"iso_code": iso} if iso else {}
    if name_zh:
        subdivision["names"] = {"zh-CN": name_zh}
    return {"country": {"iso_code": country}, "subdivisions": [subdivision]}


def write_database(path: Path, records: dict[str, dict[str, Any]]) -> Path:
    """Write `network -> record`; networks must not overlap. IPv4 addresses lie under ::/96, as usual."""
    nodes: list[list[int]] = [[EMPTY, EMPTY]]
    data = b""
    offsets: list[int] = []
    for text, body in records.items():
        network = ip_network(text)
        prefix = network.prefixlen + (96 if network.version == 4 else 0)
        bits = int(network.network_address)
        place = 0
        for depth in range(prefix):
            bit = bits >> (127 - depth) & 1
            if depth == prefix - 1:
                nodes[place][bit] = -2 - len(offsets)
            elif nodes[place][bit] == EMPTY:
                nodes.append([EMPTY, EMPTY])
                nodes[place][bit] = len(nodes) - 1
            place = nodes[place][bit]
        offsets.append(len(data))
        data += _encoded(body)
    count = len(nodes)

    def pointer(value: int) -> int:
        if value == EMPTY:
            return count
        return value if value >= 0 else count + 16 + offsets[-2 - value]

    tree = b"".join(pointer(value).to_bytes(3, "big") for node in nodes for value in node)
    meta = {
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": 1_770_000_000,
        "database_type": "Test-City",
        "description": {"en": "made by a test"},
        "ip_version": 6,
        "languages": ["zh-CN"],
        "node_count": count,
        "record_size": 24,
    }
    path.write_bytes(tree + bytes(16) + data + MARKER + _encoded(meta))
    return path


def _encoded(value: Any) -> bytes:
    if isinstance(value, str):
        raw = value.encode()
        return _control(2, len(raw)) + raw
    if isinstance(value, dict):
        return _control(7, len(value)) + b"".join(_encoded(k) + _encoded(v) for k, v in value.items())
    if isinstance(value, list):
        return _control(11, len(value)) + b"".join(_encoded(one) for one in value)
    raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return _control(6 if value < 2**32 else 9, len(raw)) + raw


def _control(kind: int, size: int) -> bytes:
    """The control byte of a kind, with the extended kinds' second byte; sizes up to 284."""
    first, more = (size, b"") if size < 29 else (29, bytes([size - 29]))
    if kind <= 7:
        return bytes([kind << 5 | first]) + more
    return bytes([first, kind - 7]) + more
