"""Files that are there as a whole or not at all, whatever ends the process or the machine in the middle.

A file is written under another name in the same folder, brought to the disk, and then renamed. What a killed
process leaves behind bears a name that nobody reads and is removed by `remove_unfinished`.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)
UNFINISHED = ".new-"
# Longer than any write takes; younger ones may belong to somebody who is at it.
UNFINISHED_FOR_S = 3600.0


def write_durably(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Put `data` under `path` as a whole or not at all, so that it survives the machine's sudden end.

    A link is followed. What is no file (a terminal, a pipe) is written into.

    Raises:
        OSError: the disk is full, the folder cannot be written: `path` is as it was before.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    target = path.resolve()
    with _written(target, data, mode) as fresh:
        fresh.replace(target)


def write_once(path: Path, data: bytes) -> bool:
    """As `write_durably`, for its owner only, but of several writers the first wins and what stands is never replaced.

    Returns:
        Whether it was ours.
    """
    with _written(path, data, mode=0o600) as fresh:
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            return False
    return True


@contextmanager
def _written(path: Path, data: bytes, mode: int) -> Iterator[Path]:
    """`data` on the disk beside `path`, under a name of its own; gone after the block unless it was renamed."""
    _make_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.chmod(mode)
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)
    keep_names(path.parent)


def _make_folder(folder: Path) -> None:
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        keep_names(path.parent)


def keep_names(folder: Path) -> None:
    """Bring the names in a folder, or one file, to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_unfinished(folder: Path, *, older_than_s: float = UNFINISHED_FOR_S) -> int:
    """Remove what killed writers left in `folder` and below it; how many files."""
    until = time.time() - older_than_s
    removed = 0
    for path in folder.rglob(f"{UNFINISHED}*"):
        try:
            if path.is_file() and path.stat().st_mtime <= until:
                path.unlink()
                removed += 1
        except FileNotFoundError:  # its writer came to the end meanwhile
            continue
        except OSError as error:
            log.warning("torn_file_not_removed", file=str(path), cause=str(error))
    return removed
