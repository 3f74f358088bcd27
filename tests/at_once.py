"""Requests at the very same moment: each looks before any of them has acted."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core.database import db, is_postgresql

PATIENCE_S = 30
WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def windows_of(app: Flask, client: FlaskClient, number: int) -> list[FlaskClient]:
    """The visitor's browser and more windows of it, `number` in all: they share its session."""
    return [client, *(copy_of(app, client, "guiyuan") for _ in range(number - 1))]


def copy_of(app: Flask, client: FlaskClient, *names: str) -> FlaskClient:
    """Another browser, with these cookies of `client`."""
    other = app.test_client()
    for name in names:
        cookie = client.get_cookie(name, domain="127.0.0.1")
        assert cookie is not None, name
        other.set_cookie(name, cookie.value, domain="127.0.0.1")
    return other


def all_look_first(monkeypatch: pytest.MonkeyPatch, place: str, number: int) -> None:
    """Let the function named `place` answer, the first time in each thread, only when it was asked in all `number`."""
    module, _dot, name = place.rpartition(".")
    real, together, met = (
        getattr(__import__(module, fromlist=[name]), name),
        threading.Barrier(number),
        threading.local(),
    )

    def look(*args: Any, **kwargs: Any) -> Any:
        found = real(*args, **kwargs)
        if not hasattr(met, "others"):
            met.others = together.wait(PATIENCE_S)
        return found

    monkeypatch.setattr(place, look)


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each call answers; every one in a thread of its own."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [one.result() for one in [pool.submit(call) for call in calls]]


def let_the_other_come_to_wait():
    """Return once some transaction waits for a row; on SQLite the other waits since it began."""
    if not is_postgresql():
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as onlooker:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            if onlooker.execute(WAITING).scalar_one():
                return
            threading.Event().wait(0.02)
    raise AssertionError("nobody waits")
