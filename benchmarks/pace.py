"""How long the seal, the outbox and refunds take while nothing else is done, and while a report, labels and an import are.

    python -m benchmarks.pace                   # the embedded default, two arrangements beside each other
    python -m benchmarks.pace --seconds 30 --town var

The demonstration town on SQLite with the queue of folders, as `make run` has it. Two arrangements in the same run: one worker
with two threads for everything, as it was before there were kinds of work, and a worker for each kind. In each, first for
some seconds without other work, then with two reports, two batches of 5,000 labels and two imports of 4,000 orders given
at the same moment, for as long as they take. Every half second a leaf is appended (timed until it is
numbered and signed: the scheduler asks for that every three seconds), an event is recorded (until it is delivered) and
refunds are asked for (until that task is done).

Fails when a worker for each kind lets any of the three wait longer than `MOST_S` at the median of the busy time.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import sqlalchemy as sa

from tests.running import ROOT

ARRANGEMENTS = {
    "one worker for everything": [["benchmarks.pace", "--role", "one-worker"]],
    "a worker for each kind": [
        ["flask", "jobs", "worker", "--queues", "fast"],
        ["flask", "jobs", "worker", "--queues", "slow"],
    ],
}
SCHEDULER = ["flask", "jobs", "scheduler"]
EVERY_S = 0.5
LABELS = 5_000
ORDERS = 4_000
JOBS_OF_A_KIND = 2
LONGEST_S = 240.0
MOST_S = 5.0


def one_worker() -> None:
    """What `flask jobs worker` was: one queue's order, two threads."""
    from celery import current_app as celery

    from wsgi import create_app

    with create_app().app_context():
        celery.Worker(
            pool="threads", concurrency=2, queues=["fast", "slow"], loglevel="ERROR", without_mingle=True,
            without_gossip=True,
        ).start()  # fmt: skip


@dataclass(eq=False)
class Probe:
    """What is asked again and again, and how long each took; what never ended counts with the time it was watched."""

    name: str
    began: dict[str, float] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)

    def line(self) -> str:
        waits = self.took + [time.perf_counter() - at for at in self.began.values()]
        if not waits:
            return f"{self.name} -"
        return f"{self.name} {statistics.median(waits):6.2f} s, longest {max(waits):6.2f} s"

    def median(self) -> float:
        return statistics.median(self.took + [time.perf_counter() - at for at in self.began.values()])


class Probes:
    """The three things that must keep their pace."""

    def __init__(self, var: Path) -> None:
        self.queue = var / "queue" / "messages"
        self.seal, self.outbox, self.refunds = Probe("seal"), Probe("outbox"), Probe("refunds")
        self.all = (self.seal, self.outbox, self.refunds)

    def ask(self, number: int) -> None:
        """Give each of the three its next piece of work."""
        from celery import current_app as celery

        from core import seal
        from core.database import transaction
        from core.outbox import service as outbox
        from shop.orders.events import ConsignmentPacked

        subject = f"pace/{os.getpid()}-{number}"
        with transaction():
            seal.append("pace", subject, {"number": number})
            event_id = outbox.record(ConsignmentPacked(consignment_id=number, consignment_number=str(number)))
        self.seal.began[subject] = self.outbox.began[event_id] = time.perf_counter()
        sent = celery.send_task("shop.payments.send_refunds", ignore_result=True)
        self.refunds.began[sent.id] = time.perf_counter()

    def look(self) -> None:
        """Note what is done by now."""
        from core.database import session
        from core.outbox.models import OutboxEvent
        from core.seal.models.leaves import SealLeaf

        session.rollback()
        numbered = sa.select(SealLeaf.subject).where(
            SealLeaf.subject.in_(self.seal.began), SealLeaf.number.is_not(None)
        )
        delivered = sa.select(OutboxEvent.event_id).where(
            OutboxEvent.event_id.in_(self.outbox.began), OutboxEvent.done_at.is_not(None)
        )
        waiting = "".join(self._messages())
        done = {
            self.seal: list(session.scalars(numbered)),
            self.outbox: list(session.scalars(delivered)),
            self.refunds: [key for key in self.refunds.began if key not in waiting],
        }
        session.rollback()
        for probe, keys in done.items():
            for key in keys:
                probe.took.append(time.perf_counter() - probe.began.pop(key))

    def _messages(self) -> Iterator[str]:
        for pattern in ("*/ready/*", "*/taken/*/*.?"):
            for path in self.queue.glob(pattern):
                try:
                    yield path.read_text()
                except OSError:
                    continue


def give_long_work() -> list[str]:
    """Two reports, two batches of labels, two imports; the public ids of their jobs."""
    from branch.storefronts.models.tables import Storefront
    from core.clock import local_year, now
    from core.database import session, transaction
    from core.progress.models import JobProgress
    from core.progress.service import starting as progress
    from traceability.codes.service import issuing
    from traceability.lots.models.tables import Lot

    at = now()
    with transaction():
        for month in range(1, JOBS_OF_A_KIND + 1):
            progress.start(
                "report",
                task="branch.reports.build",
                args=["guihua-osmanthus", f"{local_year(at) - 1}-{month:02}", None, ""],
            )
    lots = list(
        session.scalars(
            sa.select(Lot.id)
            .where(Lot.state == "open")
            .order_by(Lot.quantity_on_hand.desc())
            .limit(JOBS_OF_A_KIND)
        )
    )
    session.rollback()
    for lot_id in lots:
        with transaction():
            issuing.request_batch(lot_id, "lot", LABELS, at=at, by=None, form="sheet")
    shops = list(
        session.scalars(
            sa.select(Storefront.public_id).where(Storefront.platform == "taobao").limit(JOBS_OF_A_KIND)
        )
    )
    session.rollback()
    for number, public_id in enumerate(shops):
        _give_import(public_id, number)
    with transaction():
        return list(session.scalars(sa.select(JobProgress.public_id)))


def _give_import(storefront_id: str, number: int) -> None:
    from branch import api as branch
    from core.clock import now
    from core.database import transaction
    from core.progress.service import starting as progress
    from shop.channels.rules.outside_orders import OutsideLine, OutsideOrder
    from shop.channels.rules.taobao import Parsed
    from shop.channels.service import importing as channels

    at = now()
    line = OutsideLine(0, "1", "示范丹桂苗", "", "", 2, 5_000, 5_000, 0)
    orders = [
        OutsideOrder(
            f"{number}{place:012}", "交易成功", at, at, 5_000, 0, 0, "湖北省", "咸宁市", (line,), place
        )
        for place in range(ORDERS)
    ]
    with transaction():
        storefront = branch.get_storefront(storefront_id)
        row = channels.record_import(
            Parsed(orders=orders, row_counts={"a.csv": ORDERS}), storefront=storefront, platform="taobao",
            account_id=None, at=at, keep_plan=True,
        )  # fmt: skip
        job = progress.start(
            "channels", task="shop.channels.apply", args=[row.public_id, storefront_id], total=ORDERS
        )
        channels.claim(row.id, job_id=job, at=at)


def open_jobs(ids: list[str]) -> int:
    from core.database import session
    from core.progress.models import OPEN, JobProgress

    session.rollback()
    return (
        session.scalar(
            sa.select(sa.func.count()).where(JobProgress.public_id.in_(ids), JobProgress.state.in_(OPEN))
        )
        or 0
    )


@contextmanager
def running(commands: list[list[str]], var: Path) -> Iterator[list[psutil.Process]]:
    """These processes with their output in `var/parts.log`; ended politely."""
    with (var / "parts.log").open("w") as log:
        started = [
            subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", *command], cwd=ROOT, stdout=log, stderr=log
            )
            for command in commands
        ]
        try:
            yield [psutil.Process(one.pid) for one in started]
        finally:
            for one in started:
                one.terminate()
            for one in started:
                one.wait(timeout=120)


def watch(probes: Probes, until: Callable[[], bool], *, first: int) -> int:
    """Ask and look until the time is over; the next number."""
    number, ask_at = first, time.perf_counter()
    while not until():
        if time.perf_counter() >= ask_at:
            probes.ask(number)
            number, ask_at = number + 1, ask_at + EVERY_S
        probes.look()
        time.sleep(0.05)
    return number


def measure(name: str, seconds: float) -> bool:
    """One arrangement over the folder that GUIYUAN_VAR names; False when the fast work waited too long."""
    var = Path(os.environ["GUIYUAN_VAR"])
    from wsgi import create_app

    with create_app().app_context(), running([*ARRANGEMENTS[name], SCHEDULER], var) as processes:
        warm = Probes(var)
        warm.ask(0)
        end = time.perf_counter() + 60
        while any(probe.began for probe in warm.all) and time.perf_counter() < end:
            warm.look()
            time.sleep(0.1)
        quiet = Probes(var)
        end = time.perf_counter() + seconds
        number = watch(quiet, lambda: time.perf_counter() > end, first=1)
        print(f"  {name}\n    without other work  " + "   ".join(p.line() for p in quiet.all), flush=True)
        busy, begun = Probes(var), time.perf_counter()
        jobs = give_long_work()
        watch(
            busy,
            lambda: (
                time.perf_counter() - begun > LONGEST_S
                or (time.perf_counter() - begun > 5 and not open_jobs(jobs))
            ),
            first=number,
        )
        took = time.perf_counter() - begun
        print("    with long work      " + "   ".join(p.line() for p in busy.all), flush=True)
        memory = ", ".join(f"{one.memory_info().rss / 1e6:.0f}" for one in processes)
        print(
            f"    {len(jobs)} long jobs took {took:.0f} s, {open_jobs(jobs)} still open; MB of the workers and the scheduler: {memory}",
            flush=True,
        )
        return name == "one worker for everything" or all(probe.median() <= MOST_S for probe in busy.all)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--role", choices=["one-worker", "measure"])
    parser.add_argument("--arrangement", choices=list(ARRANGEMENTS))
    parser.add_argument("--town", type=Path, help="a folder that `make run` has filled: loads nothing")
    given = parser.parse_args()
    if given.role == "one-worker":
        one_worker()
        return 0
    if given.role == "measure":
        return 0 if measure(given.arrangement, given.seconds) else 1
    with tempfile.TemporaryDirectory(prefix="gy-pace-") as name:
        town = Path(name, "town")
        if given.town:
            shutil.copytree(given.town, town)
        environ = os.environ | {"LOG_LEVEL": "ERROR", "PYTHONWARNINGS": "ignore"}
        for command in (["db", "upgrade"], *([] if given.town else [["demo", "load", "--size", "small"]])):
            subprocess.run(
                [sys.executable, "-m", "flask", *command], cwd=ROOT, env=environ | {"GUIYUAN_VAR": str(town)},
                check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        failed = 0
        for place, arrangement in enumerate(ARRANGEMENTS):
            var = Path(name, str(place))
            shutil.copytree(town, var)
            failed += subprocess.run(
                [sys.executable, "-m", "benchmarks.pace", "--role", "measure", "--arrangement", arrangement, "--seconds", str(given.seconds)],
                cwd=ROOT, env=environ | {"GUIYUAN_VAR": str(var)}, check=False,
            ).returncode  # fmt: skip
        return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
