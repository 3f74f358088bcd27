"""Readers of the folders of messages: who holds what, and what dead readers and writers left."""

import fcntl
import heapq
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

from core.broker.service.folder import (
    AT_PRESENT,
    UnreadableError,
    create,
    files_in,
    fresh_name,
    make_queue,
    names_in,
    queue_folder,
    read,
    set_aside,
)

log = structlog.get_logger(__name__)

OURS = re.compile(r"\d{20}-[0-9a-f]{16}\.\d{1,3}")
# A message over which so many readers died is set aside: it is likely what ends them.
MOST_DEATHS = 5
LOOK_AHEAD = 64
ABANDONED_AFTER_S = 3600
SETTLED_AFTER_S = 2


class Reader:
    """One reader of one queue: takes messages, and holds them until they are done or given back.

    What it holds is told apart from what a dead reader left behind by a lock that the kernel gives up with the process.
    """

    def __init__(self, root: Path, queue: str) -> None:
        self.root = root
        self.place = queue_folder(root, queue)
        self.folder = self.place / "taken" / "none"
        self._ahead: list[str] = []
        self._immovable: set[str] = set()
        self._lock: int | None = None

    def take(self) -> Path | None:
        """Move the oldest waiting file into this reader's folder; None when nothing waits.

        Raises:
            OSError: the folder cannot be written.
        """
        if not self._ahead:
            self._ahead = self._oldest()
        while self._ahead:
            name = self._ahead.pop()
            if self._lock is None or not self.folder.exists():
                self._open()
            taken = self.folder / (name if OURS.fullmatch(name) else fresh_name(time.time_ns()))
            try:
                (self.place / "ready" / name).rename(taken)
            except FileNotFoundError:
                continue  # another reader was quicker
            except PermissionError as error:
                self._pass_over(name, error)
                continue
            return taken
        return None

    def _oldest(self) -> list[str]:
        names = names_in(self.place / "ready")
        return heapq.nsmallest(LOOK_AHEAD, (name for name in names if name not in self._immovable))[::-1]

    def _pass_over(self, name: str, error: OSError) -> None:
        """One entry that cannot be moved (a folder of somebody else) stops nobody; folders closed to us stop all."""
        if not (os.access(self.place / "ready", os.W_OK) and os.access(self.folder, os.W_OK)):
            raise error
        self._immovable.add(name)
        log.error("message_immovable", file=str(self.place / "ready" / name), cause=error.strerror)

    def _open(self) -> None:
        """Make this reader's folder appear with its lock already held."""
        self._release()
        make_queue(self.place)
        self.folder = self.place / "taken" / f"{os.getpid()}-{secrets.token_hex(8)}"
        preparing = self.place / "writing" / self.folder.name
        preparing.mkdir(mode=0o700)
        self._lock = create(preparing / "lock")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        preparing.rename(self.folder)

    def _release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def done(self, path: Path) -> None:
        """Forget a message that was taken."""
        path.unlink(missing_ok=True)

    def give_back(self, path: Path) -> None:
        """Let a message wait again, in its old place of the order."""
        make_queue(self.place, "ready")
        with suppress(FileNotFoundError):
            path.rename(self.place / "ready" / path.name)

    def close(self) -> None:
        """Give back what is not done and leave no trace."""
        if self._lock is None:
            return
        for path in files_in(self.folder):
            self.give_back(path)
        _remove(self.folder)
        self._release()


def bring_back(root: Path, queue: str) -> int:
    """Let wait again what readers held when they died, and remove what writers left half written.

    Returns:
        How many messages came back. One over which `MOST_DEATHS` readers died is set aside instead.
    """
    place = queue_folder(root, queue)
    make_queue(place, "ready")
    back = 0
    for name in names_in(place / "taken"):
        back += _bring_back(root, place, place / "taken" / name)
    _forget_abandoned(place / "writing")
    if back:
        log.warning("messages_of_dead_reader", queue=queue, messages=back)
    return back


def _bring_back(root: Path, place: Path, folder: Path) -> int:
    try:
        lock = os.open(folder / "lock", os.O_RDWR)
    except FileNotFoundError:
        lock = None  # nobody's: a reader's folder never appears without its lock
    except OSError as error:
        if error.errno in AT_PRESENT:
            raise
        set_aside(root, folder, "lies where readers have their folders")
        return 0
    try:
        if lock is not None:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        back = sum(_requeue_after_death(root, place, path) for path in files_in(folder))
        _remove(folder)
    except BlockingIOError:
        return 0  # its reader lives
    finally:
        if lock is not None:
            os.close(lock)
    return back


def _remove(folder: Path) -> None:
    """Remove a reader's folder; one that still holds a message stays without its lock, for the next look."""
    with suppress(OSError):
        (folder / "lock").unlink(missing_ok=True)
        folder.rmdir()


def _requeue_after_death(root: Path, place: Path, path: Path) -> bool:
    """Put one message of a dead reader back, with one more death in its name; whether it waits again."""
    if not OURS.fullmatch(path.name):
        set_aside(root, path, "lies in a reader's folder and was not taken by one")
        return False
    head, _, deaths = path.name.rpartition(".")
    if int(deaths) + 1 >= MOST_DEATHS:
        set_aside(root, path, f"{MOST_DEATHS} workers died over it")
        return False
    with suppress(FileNotFoundError):
        path.rename(place / "ready" / f"{head}.{int(deaths) + 1}")
        return True
    return False


def _forget_abandoned(writing: Path) -> None:
    for path in files_in(writing):
        with suppress(FileNotFoundError):
            if time.time() - path.lstat().st_mtime > ABANDONED_AFTER_S:
                path.unlink() if not path.is_dir() else shutil.rmtree(path, ignore_errors=True)


def take_over(root: Path, queue_of: Callable[[bytes], str]) -> int:
    """Take in what lies in `root` itself, where the transport before this one kept the messages of all queues.

    Args:
        root: the folder of all queues.
        queue_of: the queue for the content of a message; raises UnreadableError.

    Returns:
        How many messages were taken in; what is no message is set aside.
    """
    taken = 0
    for path in files_in(root):
        with suppress(FileNotFoundError):
            about = path.lstat()
            if stat.S_ISDIR(about.st_mode) or time.time() - about.st_mtime < SETTLED_AFTER_S:
                continue
            try:
                place = queue_folder(root, queue_of(read(path)))
            except UnreadableError as error:
                set_aside(root, path, str(error))
                continue
            make_queue(place)
            path.rename(place / "ready" / fresh_name(about.st_mtime_ns))
            taken += 1
    return taken
