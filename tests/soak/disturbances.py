"""What goes wrong while people work: torn messages, killed and frozen parts, a full disk, a locked database."""

import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

PARTS = {"web": b"granian", "worker": b"jobs\0worker", "scheduler": b"core.scheduler"}


@dataclass(frozen=True)
class Disturbance:
    """`make` disturbs, waits and ends the disturbance; afterwards the system repairs itself."""

    name: str
    make: Callable[[Path], None]


def pids(var: Path, part: str) -> list[int]:
    """Processes of one part of the system in `var`."""
    mark, found = f"GUIYUAN_VAR={var}".encode(), []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if (
                entry.name.isdigit()
                and mark in (entry / "environ").read_bytes().split(b"\0")
                and PARTS[part] in (entry / "cmdline").read_bytes()
            ):
                found.append(int(entry.name))
    return found


def kill(part: str) -> Callable[[Path], None]:
    """End one process of a part at once, as the kernel does when memory runs out."""

    def make(var: Path) -> None:
        found = pids(var, part)
        if not found:
            raise AssertionError(f"no process of {part} to kill")
        with suppress(ProcessLookupError):
            os.kill(random.choice(found), signal.SIGKILL)

    return make


def freeze(part: str, seconds: float) -> Callable[[Path], None]:
    """Hold a part for a while, as a swapping machine does."""

    def make(var: Path) -> None:
        found = pids(var, part)
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    return make


def tear(content: bytes) -> Callable[[Path], None]:
    """A message of this content in every folder of the queue, under names like those of whole ones."""

    def make(var: Path) -> None:
        queue = var / "queue"
        for folder in [queue / "messages", *(one for one in queue.rglob("*") if one.is_dir())]:
            names = [one.name for one in folder.iterdir() if one.is_file()] if folder.is_dir() else []
            endings = {Path(name).suffix for name in names} | {".guiyuan.msg", ".msg", ".json"}
            for ending in endings:
                with suppress(OSError):
                    (folder / f"1_{random.randrange(10**6)}{ending}").write_bytes(content)

    return make


def fill_disk(seconds: float) -> Callable[[Path], None]:
    """Take the last byte of the file system that holds `var`, and give it back after a while."""

    def make(var: Path) -> None:
        ballast = var / "ballast"
        with ballast.open("wb", buffering=0) as file:
            for block in (1 << 20, 1 << 12, 1):
                with suppress(OSError):
                    while True:
                        file.write(b"\0" * block)
        time.sleep(seconds)
        ballast.unlink()

    return make


def lock_database(seconds: float) -> Callable[[Path], None]:
    """Hold the write lock, as a person with a database tool does who forgot to commit."""

    def make(var: Path) -> None:
        with closing(sqlite3.connect(var / "guiyuan.db", timeout=60, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            connection.execute("ROLLBACK")

    return make


DISTURBANCES = [
    Disturbance("an empty message", tear(b"")),
    Disturbance("worker killed", kill("worker")),
    Disturbance("half a message", tear(b'{"body": "W1tdLCB7fSwgeyJj')),
    Disturbance("disk full for 20 s", fill_disk(20)),
    Disturbance("scheduler killed", kill("scheduler")),
    Disturbance("web killed", kill("web")),
    Disturbance("a message of noise", tear(bytes(range(256)) * 4)),
    Disturbance("database locked for 40 s", lock_database(40)),
    Disturbance("worker frozen for 20 s", freeze("worker", 20)),
    Disturbance("JSON that is no message", tear(b'{"body": 7, "headers": []}')),
]
