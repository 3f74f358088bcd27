"""One worker process: threads that work off the queues of one kind, and a beat that says it lives."""

import time
from typing import Any

from celery import bootsteps
from celery import current_app as celery
from celery.signals import task_postrun, task_prerun

from core import heartbeats as parts
from core.jobs import FAST, FORMER, SLOW
from core.settings import current_settings

# The fast kind waits for networks too (mail, Stripe, witnesses): two that hang leave room for the seal.
CONCURRENCY = {FAST: 4, SLOW: 2}
QUEUES = {FAST: [FAST], SLOW: [SLOW, FORMER]}

_running: dict[str, tuple[str, float]] = {}


@task_prerun.connect
def _begun(task_id: str, task: Any, **_more: object) -> None:
    _running[task_id] = (task.name, time.time())


@task_postrun.connect
def _ended(task_id: str, **_more: object) -> None:
    _running.pop(task_id, None)


def work(kind: str, concurrency: int | None = None) -> None:
    """Work off the queues of this kind until stopped."""
    folder = parts.folder(current_settings())

    class Beat(bootsteps.StartStopStep):
        """A step of the worker (Celery's way to add one): beats by the worker's own timer."""

        requires = {"celery.worker.components:Timer"}  # noqa: RUF012 - Celery reads it from the class

        def start(self, worker: Any) -> None:
            self.beat()
            self.timer = worker.timer.call_repeatedly(parts.BEAT_EVERY_S, self.beat)

        def stop(self, _worker: Any) -> None:
            self.timer.cancel()

        def beat(self) -> None:
            parts.beat(folder, f"worker-{kind}", list(_running.values()))

    celery.steps["worker"].add(Beat)
    celery.Worker(
        pool="threads",
        concurrency=concurrency or CONCURRENCY[kind],
        queues=QUEUES[kind],
        loglevel="WARNING",
        without_mingle=True,
        without_gossip=True,
    ).start()
