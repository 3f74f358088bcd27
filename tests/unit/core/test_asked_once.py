"""What a request asks twice while it only reads is asked once; whoever may change something asks each time."""

import pytest
from flask import Flask

from core.safe_methods import asked_once_while_reading, init_reading


@pytest.fixture
def asked():
    return []


@pytest.fixture
def roles(asked):
    @asked_once_while_reading
    def roles(account_id: int) -> list[int]:
        asked.append(account_id)
        return [account_id]

    return roles


@pytest.fixture
def client(roles):
    app = Flask("test")
    init_reading(app)

    @app.route("/", methods=["GET", "POST"])
    def page() -> str:
        return str([roles(1), roles(1), roles(2)])

    with app.app_context():  # the worst case: all requests in one context
        yield app.test_client()


def test_a_request_that_reads_asks_once_for_the_same(client, asked):
    assert client.get("/").text == "[[1], [1], [2]]"
    assert asked == [1, 2]


def test_the_next_request_asks_anew(client, asked):
    client.get("/")
    client.head("/")
    assert asked == [1, 2, 1, 2]


def test_a_request_that_may_change_something_asks_each_time(client, asked):
    client.get("/")
    assert client.post("/").text == "[[1], [1], [2]]"
    assert asked == [1, 2, 1, 1, 2]


def test_outside_of_a_request_everything_is_asked(client, roles, asked):
    client.get("/")
    roles(1)
    roles(1)
    assert asked == [1, 2, 1, 1]
