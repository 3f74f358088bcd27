"""Messages as files in folders of `root`; whatever changes hands is renamed, so that nobody meets half a file.

    root/<queue>/writing/<name>            being written; nobody reads here
    root/<queue>/ready/<name>              waits for a reader, in the order of its name
    root/<queue>/taken/<reader>/<name>     in work; `lock` beside it is held by the reader's process while it lives
    root/unreadable/<queue>.<name>         set aside: no reader could make a message of it

A name is `<nanoseconds since 1970>-<random>.<how often a reader died over it>`. The design is Maildir's
(https://cr.yp.to/proto/maildir.html) with one more step for what is in work.
"""

import errno
import os
import re
import secrets
import stat
import time
from contextlib import suppress
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

QUEUE = re.compile(r"[a-z][a-z0-9_-]{0,40}")
MOST_BYTES = 4_000_000
LONGEST_NAME = 200
UNREADABLE = "unreadable"
# What says nothing about the message that was to be opened.
AT_PRESENT = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO}


class UnreadableError(Exception):
    """A file is no message: why, in a few words."""


def put(root: Path, queue: str, content: bytes) -> None:
    """Add a message to `queue`: written where nobody reads, then moved in one step.

    Raises:
        OSError: the disk is full, or the folder cannot be written; nothing was added then.
    """
    name = fresh_name(time.time_ns())
    place = queue_folder(root, queue)
    writing = f"{place}/writing/{name}"
    try:
        handle = create(writing)
    except FileNotFoundError:
        make_queue(place)
        handle = create(writing)
    try:
        with os.fdopen(handle, "wb", buffering=0) as file:
            if file.write(content) != len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), writing)
        try:
            os.rename(writing, f"{place}/ready/{name}")  # noqa: PTH104 - this is the path that is measured
        except FileNotFoundError:
            make_queue(place)
            os.rename(writing, f"{place}/ready/{name}")  # noqa: PTH104 - as above
    except OSError:
        with suppress(OSError):
            os.unlink(writing)  # noqa: PTH108 - beside it
        raise


def fresh_name(at_ns: int) -> str:
    """A name that sorts by the time at which its message was sent."""
    return f"{at_ns:020d}-{secrets.token_hex(8)}.0"


def create(path: Path | str) -> int:
    """Open a new file that only its owner may read."""
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)


def try_writing(root: Path) -> None:
    """Write and remove a file beside the queues.

    Raises:
        OSError: the disk is full, or the folder is gone or closed.
    """
    trial = root.parent / f"trial-{secrets.token_hex(8)}"
    handle = create(trial)
    try:
        os.write(handle, b"as long as a message" * 20)
    finally:
        os.close(handle)
        trial.unlink()


def size(root: Path, queue: str) -> int:
    """How many messages of `queue` wait for a reader."""
    return len(names_in(queue_folder(root, queue) / "ready"))


def purge(root: Path, queue: str) -> int:
    """Remove what waits in `queue`; how many messages that were."""
    removed = 0
    for path in files_in(queue_folder(root, queue) / "ready"):
        with suppress(FileNotFoundError):
            path.unlink()
            removed += 1
    return removed


def queues(root: Path) -> list[str]:
    """The queues that were ever written to."""
    return sorted(path.parent.name for path in root.glob("*/ready") if QUEUE.fullmatch(path.parent.name))


def set_aside(root: Path, path: Path, cause: str) -> None:
    """Move what cannot be read to the folder `unreadable`, named in the log; another reader may have done so before."""
    name = ".".join((*path.relative_to(root).parts[:-1][:1], path.name))
    target = root / UNREADABLE / name[:LONGEST_NAME]
    log.error("message_set_aside", file=str(path), cause=cause, kept=str(target))
    with suppress(FileNotFoundError):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if target.exists():
            target = target.with_name(f"{target.name}.{secrets.token_hex(4)}")
        path.rename(target)


def set_aside_count(root: Path) -> int:
    """How many files were set aside and not looked at (removed) since."""
    return len(names_in(root / UNREADABLE))


def read(path: Path) -> bytes:
    """The content of a message's file.

    Raises:
        UnreadableError: it is empty, too long, no plain file, or not ours to read.
        OSError: nothing can be read at present: too many files are open, or the disk is at fault.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError as error:
        if error.errno in AT_PRESENT:
            raise
        raise UnreadableError(error.strerror or type(error).__name__) from None
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise UnreadableError("not a plain file")
        if about.st_size > MOST_BYTES:
            raise UnreadableError(f"longer than {MOST_BYTES} bytes")
        with os.fdopen(handle, "rb", closefd=False) as file:
            content = file.read()
    finally:
        os.close(handle)
    if not content:
        raise UnreadableError("empty")
    return content


def names_in(folder: Path) -> list[str]:
    """What lies in a folder; nothing when it is gone, or none."""
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries]
    except (FileNotFoundError, NotADirectoryError):
        return []


def files_in(folder: Path) -> list[Path]:
    """What lies in a folder that may be gone, oldest name first, the lock left out."""
    return [folder / name for name in sorted(names_in(folder)) if name != "lock"]


def queue_folder(root: Path, queue: str) -> Path:
    """The folder of one queue.

    Raises:
        ValueError: no such name is given to a queue.
    """
    if not QUEUE.fullmatch(queue) or queue == UNREADABLE:
        raise ValueError(f"no name for a queue: {queue!r}")
    return root / queue


def make_queue(place: Path, *names: str) -> None:
    """Make a queue's folders; the one that writers ask for last, so that whoever finds it finds the others."""
    for name in names or ("ready", "taken", "writing"):
        (place / name).mkdir(mode=0o700, parents=True, exist_ok=True)
