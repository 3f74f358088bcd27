"""Every task has a kind, so that what may take minutes never stands before what somebody waits for."""

from core.jobs import FAST, FORMER, SLOW
from core.worker import QUEUES as WORKED_OFF
from wsgi import TASKS


def test_every_task_stands_once_in_the_table_of_kinds_and_nothing_else_does(app):
    celery = app.extensions["celery"]
    ours = sorted(name for name in celery.tasks if not name.startswith("celery."))
    assert sorted(TASKS) == [FAST, SLOW]
    assert sorted([*TASKS[FAST], *TASKS[SLOW]]) == ours


def test_what_the_scheduler_sends_exists(app):
    celery = app.extensions["celery"]
    sent = {line["task"] for line in celery.conf.beat_schedule.values()}
    assert {"core.seal.sequence", "core.backup.nightly"} <= sent <= set(celery.tasks)


def test_what_is_sent_waits_in_the_queue_of_its_kind(app):
    celery = app.extensions["celery"]
    for kind, tasks in TASKS.items():
        for task in tasks:
            assert celery.amqp.router.route({}, task)["queue"].name == kind


def test_what_the_scheduler_sends_every_few_seconds_waits_two_minutes_and_two_turns_for_a_worker(app):
    """Sooner forgotten, it would never be done where a worker is busy for a moment."""
    lines = app.extensions["celery"].conf.beat_schedule.values()
    periodic = {line["task"]: line for line in lines if isinstance(line["schedule"], int | float)}
    assert "core.seal.sequence" in periodic
    for task, line in periodic.items():
        assert line["options"]["expires"] >= max(120, 2 * line["schedule"]), task


def test_every_queue_has_a_worker_also_the_one_of_former_versions():
    assert sorted(WORKED_OFF) == [FAST, SLOW]
    assert sorted(queue for queues in WORKED_OFF.values() for queue in queues) == sorted([FAST, SLOW, FORMER])
