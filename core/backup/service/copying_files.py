"""Photographs, papers and report files: copied by key, and put back under it. A key holds the digest of its content."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import current_app

from core.backup.models.manifest import FileFacts
from core.backup.service.writing import Writer, chunks_of, digest_of
from core.files import service as files

SHELF = "files/"


class FormerBackup:
    """The files of an older backup, to be taken over where they are still sound."""

    def __init__(self, folder: Path | None = None, facts: dict[str, FileFacts] | None = None) -> None:
        self.folder = folder
        self.facts = facts or {}

    def has(self, key: str) -> bool:
        """Whether it says that it has this file."""
        facts = self.facts.get(SHELF + key)
        return facts is not None and facts.sha256 == files.digest_of(key)

    def intact_path(self, key: str) -> Path | None:
        """Where it has this file; None when it does not, or no longer as it was written."""
        if self.folder is None or not self.has(key):
            return None
        path = self.folder / SHELF / key
        return path if path.exists() and digest_of(path) == self.facts[SHELF + key] else None


def sizes() -> dict[str, int]:
    """What lies in the store, by key; what is not called as we call things is none of ours."""
    filesystem, root = _store()
    if not filesystem.exists(root):
        return {}
    filesystem.invalidate_cache()
    entries = filesystem.find(root, detail=True)
    keys = {path.rstrip("/")[len(root) :].lstrip("/"): facts["size"] for path, facts in entries.items()}
    return {key: size for key, size in sorted(keys.items()) if files.KEY.fullmatch(key)}


def copy_out(writer: Writer, former: FormerBackup) -> Iterator[str]:
    """Copy every file of the store; tells of each that does not hold what its name says."""
    filesystem, root = _store()
    for key in sizes():
        former_copy = former.intact_path(key)
        if former_copy is not None and writer.link(SHELF + key, former_copy, former.facts[SHELF + key]):
            continue
        try:
            with filesystem.open(f"{root}/{key}", "rb") as source:
                facts = writer.put(SHELF + key, chunks_of(source))
        except FileNotFoundError:
            continue  # It was forgotten since the list was made, and so was whatever named it.
        if facts.sha256 != files.digest_of(key):
            yield f"the file {key} in the store does not hold what its name says"


def bring_back(folder: Path, facts: dict[str, FileFacts]) -> int:
    """Put the files of a backup into the store where they are missing or of another size; others are left alone.

    Returns:
        How many were written.
    """
    filesystem, root = _store()
    there = sizes()
    written = 0
    for name, file in facts.items():
        key = name.removeprefix(SHELF)
        if not name.startswith(SHELF) or there.get(key) == file.size:
            continue
        _put(filesystem, folder / name, f"{root}/{key}")
        written += 1
    return written


def _put(filesystem: Any, source: Path, target: str) -> None:
    if "file" not in filesystem.protocol:
        filesystem.put_file(str(source), target)
        return
    path = Path(target)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".restoring-{path.name}")
    shutil.copyfile(source, fresh)
    fresh.replace(path)


def _store() -> tuple[Any, str]:
    filesystem, root = current_app.extensions["files"]
    return filesystem, root
