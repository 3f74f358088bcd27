"""Tiles and entry bundles of C2SP tlog-tiles: their paths, how a tree grows into them, and how one is read. Pure."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.seal.rules.merkle import HASH_BYTES, Levels, fold, leaf_hash

WIDTH = 256
HEIGHT = 8
ENTRIES = -1
_PATH = re.compile(r"(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
Load = Callable[["Tile"], bytes]


class TileDamaged(ValueError):  # noqa: N818 - says what it is
    """A tile is missing, cut short, or says something else than it should."""


@dataclass(frozen=True, slots=True)
class Tile:
    """The place of a tile; `level` -1 stands for entry bundles, `width` 256 for a full one."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """`tile/<L>/<N>[.p/<W>]` as the specification writes it."""
        digits = f"{self.index:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
        number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        level = "entries" if self.level == ENTRIES else str(self.level)
        return f"tile/{level}/{number}" + ("" if self.width == WIDTH else f".p/{self.width}")

    @property
    def full(self) -> Tile:
        """The tile in this place once it is full."""
        return Tile(self.level, self.index)

    @property
    def end(self) -> int:
        """How large a tree must be to have this tile."""
        return (self.index * WIDTH + self.width) << (HEIGHT * max(self.level, 0))


def parse_path(path: str) -> Tile | None:
    """The tile under a path without its leading `tile/`; None when no tile can be there."""
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    level, digits, width = match.groups()
    index = int(digits.replace("x", "").replace("/", ""))
    tile = Tile(ENTRIES if level == "entries" else int(level), index, int(width or WIDTH))
    # One spelling each: no leading zero groups, no level beyond 63, no partial tile of full width.
    well_spelt = f"tile/{path}" == tile.path and tile.level <= 63 and (width is None or tile.width < WIDTH)
    return tile if well_spelt else None


def tiles_of(size: int) -> list[Tile]:
    """Every tile and entry bundle that a tree of `size` consists of."""
    tiles = []
    for level in (ENTRIES, *range(64)):
        count = size >> (HEIGHT * max(level, 0))
        if not count:
            break
        tiles += [Tile(level, index) for index in range(count // WIDTH)]
        if count % WIDTH:
            tiles.append(Tile(level, count // WIDTH, count % WIDTH))
    return tiles


def pack(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: each entry behind its length, a big-endian 16-bit number."""
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def unpack(bundle: bytes, most: int = WIDTH) -> list[bytes]:
    """The first `most` entries of a bundle.

    Raises:
        TileDamaged: it is cut short.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(bundle) and len(entries) < most:
        (length,) = struct.unpack_from(">H", bundle, at) if at + 2 <= len(bundle) else (len(bundle),)
        entry = bundle[at + 2 : at + 2 + length]
        if len(entry) != length:
            raise TileDamaged("an entry bundle is cut short")
        entries.append(entry)
        at += 2 + length
    return entries


def hashes_of(tile: bytes) -> list[bytes]:
    """The hashes in a tile, from left to right."""
    return [tile[i : i + HASH_BYTES] for i in range(0, len(tile), HASH_BYTES)]


def truncate_to_tile(tile: Tile, data: bytes) -> bytes:
    """The first `tile.width` hashes or entries of a wider tile's content.

    Raises:
        TileDamaged: there are fewer.
    """
    if tile.level == ENTRIES:
        entries = unpack(data, tile.width)
        if len(entries) < tile.width:
            raise TileDamaged(f"{tile.path} is cut short")
        return pack(entries)
    if len(data) < tile.width * HASH_BYTES:
        raise TileDamaged(f"{tile.path} is cut short")
    return data[: tile.width * HASH_BYTES]


def changed_tiles(size: int, load: Load, entries: Sequence[bytes]) -> list[tuple[Tile, bytes]]:
    """The tiles that change when a tree of `size` gains `entries`, bundles first, then level by level.

    Args:
        size: of the tree that the tiles under `load` hold.
        load: the content of a tile of that tree.
        entries: what follows.
    """
    written = _append(ENTRIES, size, load, list(entries), unpack, pack)
    hashes = [leaf_hash(entry) for entry in entries]
    for level in range(64):
        if not hashes:
            break
        grown = _append(level, size >> (HEIGHT * level), load, hashes, hashes_of, b"".join)
        written += grown
        hashes = [Levels(hashes_of(data)).root for tile, data in grown if tile.width == WIDTH]
    return written


def _append(
    level: int,
    count: int,
    load: Load,
    added: list[bytes],
    split: Callable[[bytes], list[bytes]],
    join: Callable[[Sequence[bytes]], bytes],
) -> list[tuple[Tile, bytes]]:
    """The tiles of one level when `added` follow its `count` items."""
    first, filled = divmod(count, WIDTH)
    items = split(load(Tile(level, first, filled))) if filled else []
    if len(items) != filled:
        raise TileDamaged(f"{Tile(level, first, filled).path} is cut short")
    items += added
    chunks = [items[i : i + WIDTH] for i in range(0, len(items), WIDTH)]
    return [(Tile(level, first + place, len(chunk)), join(chunk)) for place, chunk in enumerate(chunks)]


class TreeReader:
    """Hashes of the complete subtrees of a tree of `size`, out of its tiles."""

    def __init__(self, size: int, load: Load) -> None:
        self.size = size
        self._load = load
        self._kept: dict[Tile, list[list[bytes]]] = {}

    def read(self, level: int, index: int) -> bytes:
        """As `merkle` asks for it.

        Raises:
            TileDamaged: the tile that should hold it does not.
        """
        tile_level, within = divmod(level, HEIGHT)
        first = index << within
        tile_index, place = divmod(first, WIDTH)
        width = min(WIDTH, (self.size >> (HEIGHT * tile_level)) - tile_index * WIDTH)
        levels = self._levels(Tile(tile_level, tile_index, width))
        return levels[within][place >> within]

    def _levels(self, tile: Tile) -> list[list[bytes]]:
        levels = self._kept.get(tile)
        if levels is None:
            data = self._load(tile)
            if len(data) != tile.width * HASH_BYTES:
                raise TileDamaged(f"{tile.path} is cut short")
            levels = [hashes_of(data)]
            while len(levels[-1]) > 1:
                levels.append(fold(levels[-1]))
            if len(self._kept) > 512:
                self._kept.clear()
            self._kept[tile] = levels
        return levels
