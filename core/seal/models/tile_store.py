"""The log's files: tiles, entry bundles and the checkpoint in a folder that any web server could serve."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.atomic import write_durably
from core.seal.rules.tiles import WIDTH, Tile, TileDamaged, truncate_to_tile


class TileStore:
    """A folder with `checkpoint` and `tile/...`, named as their addresses are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __repr__(self) -> str:
        return f"TileStore({str(self.folder)!r})"

    def checkpoint(self) -> str | None:
        """The signed note as it stands, or None before the first."""
        return self._note("checkpoint")

    def publish(self, note: str) -> None:
        """Put a signed note in place of the one before."""
        write_durably(self.folder / "checkpoint", note.encode())

    def witnessed(self) -> str | None:
        """The newest checkpoint that witnesses cosigned, with their cosignatures."""
        return self._note("witnessed")

    def keep_witnessed(self, note: str) -> None:
        """Keep the newest checkpoint that witnesses cosigned."""
        write_durably(self.folder / "witnessed", note.encode())

    def _note(self, name: str) -> str | None:
        try:
            return (self.folder / name).read_text("utf-8")
        except FileNotFoundError:
            return None

    def load(self, tile: Tile) -> bytes:
        """The content of a tile; one that has grown since is cut to the width asked for.

        Raises:
            TileDamaged: it is missing or cut short.
        """
        content = self.find(tile)
        if content is None:
            raise TileDamaged(f"{tile.path} is missing")
        return content

    def find(self, tile: Tile) -> bytes | None:
        """As `load`; None when there is no such tile."""
        for path in self._candidates(tile):
            try:
                data = path.read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                continue
            return data if path == self.folder / tile.path else truncate_to_tile(tile, data)
        return None

    def _candidates(self, tile: Tile) -> Iterator[Path]:
        yield self.folder / tile.path
        if tile.width < WIDTH:
            yield self.folder / tile.full.path
            partial = (self.folder / tile.path).parent
            if partial.is_dir():
                widths = sorted(int(path.name) for path in partial.iterdir() if path.name.isdecimal())
                yield from (partial / str(width) for width in widths if width > tile.width)

    def write(self, tile: Tile, data: bytes) -> None:
        """Keep a tile, durably; one that stands already with the same content is left alone."""
        path = self.folder / tile.path
        try:
            if path.read_bytes() == data:
                return
        except FileNotFoundError:
            pass
        write_durably(path, data)

    def drop_partials(self, tile: Tile) -> None:
        """Forget the partial tiles that a full one has replaced; `load` cuts them from it."""
        folder = self.folder / (tile.full.path + ".p")
        if folder.is_dir():
            shutil.rmtree(folder)

    @contextmanager
    def only_one(self) -> Iterator[bool]:
        """Whether this process is the only one that may write here until the block ends."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
