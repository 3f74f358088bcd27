"""Our queue of folders beside Kombu's file-system transport: how fast, and what is lost when eager readers race.

    python -m benchmarks.queue                          # 5,000 messages
    python -m benchmarks.queue --messages 1000

Three measurements, both transports in the same run: one process sends and takes N messages; three writers and four eager
readers race over N; the same with readers that are ended by SIGKILL in the middle and replaced. A reader notes the number
of each message in a file of its own before it acknowledges it. Fails when ours loses a message, hands one out twice
without a killed reader, or ends a reader or a writer.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from kombu import Connection, Consumer, Queue

from tests.running import ROOT

QUEUE = Queue("guiyuan", routing_key="guiyuan")
WRITERS = 3
READERS = 4
KILLS = 12
PATIENCE_S = 120.0


@contextmanager
def connected(kind: str, folder: Path) -> Iterator[Connection]:
    """A connection over `folder` by one of the two transports; a reader of it asks again at once."""
    for name in ("messages", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    if kind == "ours":
        given: dict[str, Any] = {
            "transport": "core.broker.service.transport:Transport",
            "transport_options": {
                "folder": str(folder / "messages"),
                "queue_of_task": lambda _: QUEUE.name,
                "polling_interval": 0.002,
            },
        }
    else:
        given = {
            "transport": "filesystem",
            "transport_options": {
                "data_folder_in": str(folder / "messages"),
                "data_folder_out": str(folder / "messages"),
                "control_folder": str(folder / "control"),
                "polling_interval": 0.002,
            },
        }
    with Connection("any://localhost", **given) as connection:
        yield connection


def write(kind: str, folder: Path, first: int, count: int, rest: Path | None = None) -> None:
    """Send the numbers from `first` on; the last tenth of them once the file `rest` is there."""
    with connected(kind, folder) as connection, connection.channel() as channel:
        QUEUE(channel).declare()
        producer = connection.Producer(channel)
        for number in range(first, first + count):
            while rest and number >= first + count * 9 // 10 and not rest.exists():
                time.sleep(0.01)
            producer.publish({"number": number}, routing_key=QUEUE.name, headers={"task": "number"})


def read(kind: str, folder: Path, notes: Path) -> None:
    """Note the numbers that come, one a line, until `folder/stop` is there."""
    with connected(kind, folder) as connection, connection.channel() as channel, notes.open("a") as file:

        def note(body: dict[str, int], message: Any) -> None:
            file.write(f"{body['number']}\n")
            file.flush()
            message.ack()

        consumer = Consumer(channel, [QUEUE], callbacks=[note], accept=["json"])
        consumer.qos(prefetch_count=1)
        with consumer:
            while not (folder / "stop").exists():
                try:
                    connection.drain_events(timeout=0.2)
                except TimeoutError:
                    continue


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a race: counts of messages, readers and writers that ended with a fault, seconds."""

    lost: int
    twice: int
    died: int
    killed: int
    seconds: float


def _start(role: str, kind: str, folder: Path, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.queue", "--role", role, "--kind", kind]
    return subprocess.Popen([*command, "--folder", str(folder), *more], cwd=ROOT, stderr=subprocess.DEVNULL)


def race(
    kind: str, folder: Path, messages: int, *, kills: int = 0, patience_s: float = PATIENCE_S
) -> Outcome:
    """Three writers and four eager readers over `messages`; `kills` readers are ended in the middle and replaced."""
    notes = folder / "notes"
    notes.mkdir(parents=True)
    seen: Counter[int] = Counter()
    started = died = killed = 0

    def reader() -> subprocess.Popen[bytes]:
        nonlocal started
        started += 1
        return _start("read", kind, folder, "--notes", str(notes / str(started)))

    def noted() -> int:
        seen.clear()
        for file in notes.iterdir():
            lines = file.read_text().split("\n")[:-1]
            seen.update(int(line) for line in lines)
        return len(seen)

    each = messages // WRITERS
    messages = each * WRITERS
    begun = time.perf_counter()
    writers = [
        _start("write", kind, folder, "--first", str(n * each), "--count", str(each)) for n in range(WRITERS)
    ]
    readers = [reader() for _ in range(READERS)]

    def failed() -> int:
        return sum(one.poll() not in {None, 0} for one in writers)

    last, since = 0, time.perf_counter()
    try:
        while (found := noted()) < messages and not failed() and time.perf_counter() - since < patience_s:
            if found > last:
                last, since = found, time.perf_counter()
            if killed < kills and found > (killed + 1) * messages // (kills + 2):
                victim = readers.pop(0)
                victim.send_signal(signal.SIGKILL)
                victim.wait()
                killed += 1
                readers.append(reader())
            if killed == kills:
                (folder / "rest").touch()
            ended = [one for one in readers if one.poll() is not None]
            died += len(ended)
            readers = [one for one in readers if one not in ended] + [reader() for _ in ended]
            time.sleep(0.02)
        seconds = time.perf_counter() - begun
    finally:
        (folder / "rest").touch()
        (folder / "stop").touch()
        for process in (*writers, *readers):
            process.wait(timeout=30)
    noted()
    died += failed()
    return Outcome(
        lost=messages - len(seen),
        twice=sum(n - 1 for n in seen.values()),
        died=died,
        killed=killed,
        seconds=seconds,
    )


def pace(kind: str, messages: int) -> None:
    """Print how many messages one process sends and takes a second, and how many were out of their order."""
    with tempfile.TemporaryDirectory() as name:
        begun = time.perf_counter()
        write(kind, Path(name), 0, messages)
        sent = time.perf_counter()
        numbers: list[int] = []
        with connected(kind, Path(name)) as connection, connection.channel() as channel:
            bound = QUEUE(channel)
            bound.declare()
            while (message := bound.get()) is not None:
                numbers.append(message.payload["number"])
                message.ack()
        taken = time.perf_counter()
    early = sum(1 for one, other in pairwise(numbers) if other < one)
    print(
        f"  {kind:6} {messages:6} messages: sent {messages / (sent - begun):7.0f}/s  taken {len(numbers) / (taken - sent):7.0f}/s"
        f"  missing {messages - len(numbers)}  out of order {early}",
        flush=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--role", choices=["write", "read", "pace"])
    parser.add_argument("--kind", choices=["ours", "kombu"], default="ours")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--notes", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=0)
    given = parser.parse_args()
    if given.role == "write":
        write(given.kind, given.folder, given.first, given.count, given.folder / "rest")
    elif given.role == "read":
        read(given.kind, given.folder, given.notes)
    elif given.role == "pace":
        pace(given.kind, given.messages)
    else:
        return _all(given.messages)
    return 0


def _all(messages: int) -> int:
    print("one process sends, then takes:", flush=True)
    for count in (200, messages):
        for kind in ("ours", "kombu"):
            _start_and_wait("pace", kind, count)
    bad = False
    for kills in (0, KILLS):
        print(f"{WRITERS} writers and {READERS} eager readers, {kills} readers killed:", flush=True)
        for kind in ("ours", "kombu"):
            with tempfile.TemporaryDirectory() as name:
                found = race(
                    kind,
                    Path(name) / "race",
                    messages,
                    kills=kills,
                    patience_s=PATIENCE_S if kind == "ours" else 10,
                )
            print(f"  {kind:6} {found}", flush=True)
            bad |= kind == "ours" and bool(found.lost or found.died or found.twice > kills)
    return int(bad)


def _start_and_wait(role: str, kind: str, messages: int) -> None:
    """In a process of its own: both transports keep their bindings for the whole process."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.queue", "--role", role, "--kind", kind]
    subprocess.run([*command, "--messages", str(messages)], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
