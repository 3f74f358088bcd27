"""Writing into a backup: every byte is counted and digested as it passes, files for the owner only."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from core.atomic import keep_names
from core.backup.models.manifest import FileFacts

CHUNK = 1 << 20
OWNER_ONLY = 0o600


def chunks_of(source: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    """The content of an open file in pieces that fit into memory."""
    while chunk := source.read(CHUNK):
        yield chunk


def digest_of(path: Path) -> FileFacts:
    """Size and digest of a file as it lies there."""
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
        return FileFacts(source.tell(), digest)


class Writer:
    """Fills the folder of a backup and notes what it wrote, for the manifest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written: dict[str, FileFacts] = {}

    def path_of(self, name: str) -> Path:
        """Where a file of this name is to be written by somebody else; `note` it afterwards."""
        path = self.folder / name
        for parent in reversed(path.relative_to(self.folder).parents):
            (self.folder / parent).mkdir(mode=0o700, exist_ok=True)
        return path

    def put(self, name: str, content: Iterable[bytes]) -> FileFacts:
        """Write a file; its size and digest."""
        digest, size = hashlib.sha256(), 0
        handle = os.open(self.path_of(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(handle, "wb") as target:
            for chunk in content:
                target.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        self.written[name] = FileFacts(size, digest.hexdigest())
        return self.written[name]

    def link(self, name: str, former: Path, facts: FileFacts) -> bool:
        """Take a file over from an older backup without a second copy, where the disk can do that."""
        try:
            self.path_of(name).hardlink_to(former)
        except OSError:
            return False
        self.written[name] = facts
        return True

    def note(self, name: str) -> FileFacts:
        """Note a file that somebody else wrote under `path_of(name)`."""
        self.path_of(name).chmod(OWNER_ONLY)
        self.written[name] = digest_of(self.folder / name)
        return self.written[name]


def bring_to_disk(folder: Path) -> None:
    """Have everything below a folder survive a power failure: what is lost must have no name that says it is whole.

    A file that is taken over from an older backup has been there before.
    """
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() or path.stat().st_nlink == 1:
            keep_names(path)
    keep_names(folder)
