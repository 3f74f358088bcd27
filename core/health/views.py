"""Alive, able to serve, and measured: `/healthz`, `/readyz`, `/metrics`."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import structlog
from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

from core import heartbeats as living
from core import jobs
from core.clock import now
from core.database import require_answer, session
from core.database_errors import DatabaseError
from core.gate import may, public
from core.messaging import queries as messaging_queries
from core.messaging.models import UNSENT
from core.outbox import queries as outbox_queries
from core.safe_methods import asked_method
from core.schema import require_current
from core.settings import settings_of

blueprint = Blueprint("health", __name__)
log = structlog.get_logger(__name__)

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
REQUESTS = Counter("guiyuan_requests_total", "Requests answered", ["endpoint", "method", "status"])
SECONDS = Histogram("guiyuan_request_seconds", "Time to answer", ["endpoint"])
MESSAGES = Gauge(
    "guiyuan_messages_unsent", "Messages not sent; stuck: the worker that took one died", ["state"]
)
EVENTS = Gauge("guiyuan_outbox_waiting", "Events of the outbox not yet delivered")
QUEUED = Gauge(
    "guiyuan_queue_waiting", "Messages in the queue of folders that no worker has taken", ["queue"]
)
SET_ASIDE = Gauge(
    "guiyuan_queue_set_aside", "Messages that could not be read and lie in the folder `unreadable`"
)
UNKNOWN = float("nan")


@dataclass(frozen=True)
class Part:
    """One part that `/readyz` names.

    `check` raises, in any way it likes, when the part is away. A part that is `needed` then makes the application
    `unavailable` (503: a balancer sends visitors elsewhere); any other makes it `degraded` (200: serving goes on).
    """

    check: Callable[[], None]
    needed: bool

    def state(self, name: str) -> tuple[str, str]:
        """`ok`, `degraded` or `unavailable`, and in one word why, where the part's error has a `way`.

        The whole cause goes to the log under `name`.
        """
        try:
            self.check()
        except Exception as error:  # noqa: BLE001 - a part may be away in any way
            state = "unavailable" if self.needed else "degraded"
            log.warning("part_away", part=name, state=state, error=repr(error)[:300])
            return state, getattr(error, "way", "")
        return "ok", ""


def check_schema() -> None:
    """Raises when the database belongs to another version than the code."""
    require_current(session.connection())


# Nothing is served without the database. While the broker is away pages answer, orders are taken and what is
# to be done waits in the database, from where the sweeps take it up.
GROUND_PARTS = {
    "database": Part(require_answer, needed=True),
    "schema": Part(check_schema, needed=True),
    "broker": Part(jobs.check_broker, needed=False),
}
GRAVEST_LAST = ("ok", "degraded", "unavailable")


# What staff see besides: by its name, the permission that it takes and who tells it.
Details = Mapping[str, tuple[str, Callable[[datetime], Any]]]
NO_DETAILS: Details = {}


def init_health(
    app: Flask,
    parts: Mapping[str, Part],
    measures: Iterable[Callable[[], None]],
    details: Details = NO_DETAILS,
) -> None:
    """Register the pages.

    Args:
        app: the application.
        parts: of the rooms above, by the name under which `/readyz` reports them.
        measures: what sets the gauges of other features at each look at `/metrics`; one may find the database away.
        details: what `/readyz` tells to those who hold a permission, and to nobody else.
    """
    app.extensions["readiness_details"] = details
    app.extensions["measures"] = tuple(measures)
    lives = {name: Part(check, needed=False) for name, check in living.checks(settings_of(app)).items()}
    app.extensions["readiness"] = {**GROUND_PARTS, **parts, **lives}
    app.register_blueprint(blueprint)

    @app.before_request
    def begin() -> None:
        g.metrics_started = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        method = http_method if (http_method := asked_method()) in METHODS else "other"
        _counter(endpoint, method, response.status_code).inc()
        if "metrics_started" in g:
            _clock(endpoint).observe(time.perf_counter() - g.metrics_started)
        return response


@lru_cache(maxsize=4096)
def _counter(endpoint: str, method: str, status: int) -> Counter:
    return REQUESTS.labels(endpoint, method, status)


@lru_cache(maxsize=1024)
def _clock(endpoint: str) -> Histogram:
    return SECONDS.labels(endpoint)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def readyz() -> Any:
    """Every part, named one by one, and the gravest of their states; 503 when a part that is needed is away."""
    parts = {name: part.state(name) for name, part in current_app.extensions["readiness"].items()}
    states = {name: state for name, (state, _way) in parts.items()}
    ways = {name: way for name, (_state, way) in parts.items() if way}
    gravest = max(states.values(), key=GRAVEST_LAST.index)
    body: dict[str, Any] = states | ({"why": ways} if ways else {})
    if gravest != "unavailable":
        body |= _details()
    return jsonify(status=gravest, **body), 503 if gravest == "unavailable" else 200


def _details() -> dict[str, Any]:
    at = now()
    details: Details = current_app.extensions["readiness_details"]
    return {name: tell(at) for name, (permission, tell) in details.items() if may(permission)}


@contextmanager
def unknown_without_database(*gauges: Gauge) -> Iterator[None]:
    """Set these gauges to NaN where the block, which measures them, finds the database away."""
    try:
        yield
    except DatabaseError as error:
        log.warning("metrics_without_database", error=type(error).__name__)
        for gauge in gauges:
            gauge.set(UNKNOWN)


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Prometheus text format; counts only, nothing of persons. What waits is NaN while the database is away."""
    with unknown_without_database(EVENTS, *map(MESSAGES.labels, UNSENT)):
        EVENTS.set(outbox_queries.waiting())
        for state, number in messaging_queries.unsent(at=now()).items():
            MESSAGES.labels(state).set(number)
    if figures := jobs.queue_figures():
        waiting, set_aside = figures
        SET_ASIDE.set(set_aside)
        for queue, messages in waiting.items():
            QUEUED.labels(queue).set(messages)
    for measure in current_app.extensions["measures"]:
        measure()
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
