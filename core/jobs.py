"""Celery: a real queue with no server by default (folders of messages), Redis or RabbitMQ by URL."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog
from celery import Celery, Task, current_app
from celery.schedules import crontab
from flask import Flask

from core.broker.service import folder
from core.settings import SettingError, Settings

log = structlog.get_logger(__name__)
BROKER_PATIENCE_S = 3
# A scheduled task that nobody took in the meantime is dropped: the next one does the same work.
LEAST_EXPIRY_S = 120
# Kinds of work, each with workers of its own: long work never stands before short work.
FAST, SLOW = "fast", "slow"
# Where all work waited before there were kinds: what an upgrade finds there is still done.
FORMER = "guiyuan"


# By kind of work, each task by its name: so many seconds or the time of the clock at which it is sent, None for no schedule.
Tasks = Mapping[str, Mapping[str, float | crontab | None]]


def init_jobs(app: Flask, settings: Settings, tasks: Tasks) -> Celery:
    """Make the Celery application of a Flask application, in whose context every task runs; as `make_celery`."""

    class FlaskTask(Task):
        def __call__(self, *args: object, **kwargs: object) -> object:
            with app.app_context():
                return self.run(*args, **kwargs)

    celery = make_celery(settings, tasks, task_class=FlaskTask)
    app.extensions["celery"] = celery
    return celery


def make_celery(settings: Settings, tasks: Tasks, *, task_class: type[Task] = Task) -> Celery:
    """The Celery application, also of a process without Flask that only sends.

    Args:
        settings: what is in force.
        tasks: which worker does which task, and when it is sent.
        task_class: how tasks are run.

    Raises:
        SettingError: CELERY_BROKER_URL is set and no broker answers there.
    """
    queue_of = {task: kind for kind, of_kind in tasks.items() for task in of_kind}
    celery = Celery("guiyuan", task_cls=task_class)
    celery.conf.update(
        broker_url=settings.celery_broker_url or "folder://localhost",
        broker_transport=None if settings.celery_broker_url else "core.broker.service.transport:Transport",
        broker_transport_options=_transport_options(settings, queue_of),
        broker_connection_retry_on_startup=True,
        # A broker that goes is waited for as long as it takes; meanwhile `/readyz` names it.
        broker_connection_max_retries=None,
        broker_connection_timeout=BROKER_PATIENCE_S,
        task_ignore_result=True,
        task_acks_late=True,
        task_publish_retry=False,
        task_default_queue=FAST,
        task_routes={task: {"queue": queue} for task, queue in queue_of.items()},
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        task_send_sent_event=False,
        timezone="Asia/Shanghai",
        enable_utc=True,
        beat_schedule={
            task: _line(task, when)
            for of_kind in tasks.values()
            for task, when in of_kind.items()
            if when is not None
        },
        beat_scheduler="core.scheduler:KeptSchedule",
        beat_schedule_filename=str(settings.var / "schedule.json"),
        beat_max_loop_interval=1,
    )
    celery.set_default()
    if settings.celery_broker_url:
        _ask_broker(celery)
    return celery


def _line(task: str, when: float | crontab) -> dict[str, Any]:
    line = {"task": task, "schedule": when}
    return (
        line if isinstance(when, crontab) else line | {"options": {"expires": max(LEAST_EXPIRY_S, 2 * when)}}
    )


def _ask_broker(celery: Celery) -> None:
    try:
        with celery.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_PATIENCE_S)
    except Exception as error:  # noqa: BLE001 - whatever the transport raises, the setting does not work
        cause = str(error).strip().partition("\n")[0] or type(error).__name__
        raise SettingError("CELERY_BROKER_URL", cause) from None


def _transport_options(settings: Settings, queue_of: dict[str, str]) -> dict[str, Any]:
    if "redis" in settings.celery_broker_url:
        return {"socket_timeout": 5, "socket_connect_timeout": BROKER_PATIENCE_S}
    if settings.celery_broker_url:
        return {}
    return {"folder": str(message_folder(settings)), "queue_of_task": lambda task: queue_of.get(task, SLOW)}


def message_folder(settings: Settings) -> Path:
    """Where messages wait when no broker is set, made on first use."""
    path = settings.var / "queue" / "messages"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def check_broker() -> None:
    """Raises, in ways of its transport's own, when the queue takes no messages."""
    with current_app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=2)
        root = connection.transport_options.get("folder")
    if root:
        folder.try_writing(Path(root))


def queue_figures() -> tuple[dict[str, int], int] | None:
    """How many messages wait, by queue, and how many were set aside; None where a server keeps the queue."""
    root = current_app.conf.broker_transport_options.get("folder")
    if not root:
        return None
    waiting = {name: folder.size(Path(root), name) for name in folder.queues(Path(root))}
    return waiting, folder.set_aside_count(Path(root))


def send_soon(task_name: str, *args: Any) -> bool:
    """Send a task by name; a broker that is away is logged, since every caller is backed by a sweep.

    Returns:
        Whether the broker took it.
    """
    try:
        current_app.send_task(task_name, args=args, ignore_result=True)
    except Exception as error:  # noqa: BLE001 - transports raise what they like
        log.warning("broker_away", task=task_name, error=type(error).__name__)
        return False
    return True
