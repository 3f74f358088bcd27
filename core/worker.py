"""One worker process: threads that work off the queues of one kind, and a beat that says it lives.

What a report needed (charts, workbooks, dictionaries: some 300 MB) no thread gives back. A worker that has grown and has
nothing to do ends itself with `supervisor.BEGINS_ANEW`, and is started again.
"""

import resource
import time
from pathlib import Path
from typing import Any

from celery import bootsteps
from celery import current_app as celery
from celery.signals import task_postrun, task_prerun
from celery.worker import state

from core import heartbeats as parts
from core.jobs import FAST, FORMER, SLOW
from core.settings import current_settings
from core.supervisor import BEGINS_ANEW

# The fast kind waits for networks too (mail, Stripe, witnesses): two that hang leave room for the seal.
CONCURRENCY = {FAST: 4, SLOW: 2}
QUEUES = {FAST: [FAST], SLOW: [SLOW, FORMER]}
# The fast kind grows by some 110 MB at its daily work and stays; a report takes twice that.
GROWN_BY_BYTES = 150 * 2**20
LEAST_LIFE_S = 600.0
PAGE_BYTES = resource.getpagesize()

_running: dict[str, tuple[str, float]] = {}


@task_prerun.connect
def _begun(task_id: str, task: Any, **_more: object) -> None:
    _running[task_id] = (task.name, time.time())


@task_postrun.connect
def _ended(task_id: str, **_more: object) -> None:
    _running.pop(task_id, None)


def memory_bytes() -> int:
    """What this process holds of the memory; 0 where the system does not tell it in Linux's way."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES
    except FileNotFoundError:
        return 0


def has_grown(at_first_bytes: int, began: float) -> bool:
    """Whether this worker, which held so much when it `began` (of the monotonic clock), is to begin anew."""
    old = time.monotonic() - began > LEAST_LIFE_S
    return old and not _running and memory_bytes() - at_first_bytes > GROWN_BY_BYTES


def work(kind: str, concurrency: int | None = None) -> int:
    """Work off the queues of this kind until stopped; the code to exit with."""
    folder = parts.folder(current_settings())

    class Beat(bootsteps.StartStopStep):
        """A step of the worker (Celery's way to add one): beats by the worker's own timer."""

        requires = {"celery.worker.components:Timer"}  # noqa: RUF012 - Celery reads it from the class

        def start(self, worker: Any) -> None:
            self.at_first, self.began = memory_bytes(), time.monotonic()
            self.beat()
            self.timer = worker.timer.call_repeatedly(parts.BEAT_EVERY_S, self.beat)

        def stop(self, _worker: Any) -> None:
            self.timer.cancel()

        def beat(self) -> None:
            parts.beat(folder, f"worker-{kind}", list(_running.values()))
            if state.should_stop is None and has_grown(self.at_first, self.began):
                state.should_stop = BEGINS_ANEW

    celery.steps["worker"].add(Beat)
    worker = celery.Worker(
        pool="threads",
        concurrency=concurrency or CONCURRENCY[kind],
        queues=QUEUES[kind],
        loglevel="WARNING",
        without_mingle=True,
        without_gossip=True,
    )
    worker.start()
    return worker.exitcode or 0
