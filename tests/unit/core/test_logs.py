"""What reaches the logs and the metrics: shapes and counts, nothing of persons and no secret."""

import json

import pytest
import sqlalchemy as sa
import structlog

from core.clock import now
from core.database import transaction
from core.ids import random_id
from core.logs import ROW_VALUES, STREAM, configure_logging
from tests.factories.orders import make_variant

BUYER = {"name": "李示范", "phone": "13912345678", "email": "li.shifan@example.org"}
ADDRESS = {"province": "湖北省", "city": "咸宁市", "district": "咸安区", "street": "桂花源路 77 号"}
CODE = "R4DAQ6G2WGVVYKXV"


@pytest.fixture
def logged(capsys):
    """The log as in production; answers the lines so far."""
    configure_logging("INFO")
    yield lambda: capsys.readouterr().err
    configure_logging("ERROR")


@pytest.fixture
def visits(app, client):
    """A set of requests with personal data and secrets in every place a request has."""

    def make():
        with app.app_context(), transaction():
            sku = make_variant(at=now()).sku
        ordered = client.post(
            "/api/v1/orders",
            json={
                "lines": [{"sku": sku, "quantity": 1}],
                "buyer": BUYER,
                "ship_to": ADDRESS,
                "payment_method": "offline_transfer",
            },
            headers={"Idempotency-Key": random_id(20)},
        )
        assert ordered.status_code == 201
        number, token = (ordered.json["order"][name] for name in ("number", "access_token"))
        assert client.get(f"/orders/{number}?token={token}").status_code == 200
        client.get(f"/api/v1/orders/{number}?token={token}")
        client.get(f"/C/{CODE}")
        client.get(f"/c/{CODE.lower()}")
        client.get(f"/api/v1/codes/{CODE}")
        client.submit("/verify", {"q": CODE})
        client.submit("/account/sign-in", {"email": BUYER["email"], "password": "geheim-geheim"})
        client.get("/account/recover/" + "t0k3n" * 4)
        client.get("/account/second-factor/" + "t0k3n" * 4)
        client.get(f"/search?q={BUYER['phone']}")
        client.post(f"/nothing/here?phone={BUYER['phone']}", data=BUYER)
        client.open("/search", method="LI-SHIFAN")
        return token

    return make


def secrets(token):
    grouped = "-".join(CODE[i : i + 4] for i in range(0, 16, 4))
    return [
        token,
        CODE,
        CODE.lower(),
        grouped,
        *BUYER.values(),
        "+8613912345678",
        "桂花源路",
        "geheim",
        "t0k3n",
    ]


def test_requests_are_logged_without_personal_data_or_secrets(visits, logged):
    token = visits()
    text = logged()
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    requests = [line for line in lines if line["event"] == "request"]
    assert {"/api/v1/orders", "/C/*", "/c/*", "/api/v1/codes/*", "/search"} <= {
        one["path"] for one in requests
    }
    assert all(one["request_id"] and one["status"] and "ms" in one for one in requests)
    assert [secret for secret in secrets(token) if secret in text] == []


@pytest.mark.both
def test_metrics_count_by_route_and_name_nobody(client, visits):
    token = visits()
    text = client.get("/metrics").get_data(as_text=True)
    assert 'guiyuan_requests_total{endpoint="verification.' in text
    assert 'method="other"' in text
    assert [secret for secret in [*secrets(token), "LI-SHIFAN", "GY-"] if secret in text] == []


def test_errors_of_the_database_are_logged_without_the_values_of_the_row(app, logged):
    with app.app_context(), transaction() as session, pytest.raises(sa.exc.DBAPIError) as caught:
        session.execute(
            sa.text("SELECT nothing FROM account WHERE email = :email"), {"email": BUYER["email"]}
        )
    assert BUYER["email"] not in str(caught.value)
    told = "duplicate key\nDETAIL:  Key (email)=(li.shifan@example.org) already exists.\n[SQL: ...]"
    assert ROW_VALUES.sub("DETAIL: left out", told) == "duplicate key\nDETAIL: left out\n[SQL: ...]"
    for name in ("error", "exception"):
        structlog.get_logger().error("failed", **{name: told})
    text = logged()
    assert [json.loads(line)["event"] for line in text.splitlines()] == ["failed", "failed"]
    assert BUYER["email"] not in text


@pytest.mark.parametrize("given", ["0123456", "a" * 65, "request-1 status=200", "request-1{}"])
def test_an_id_of_a_request_that_says_more_than_an_id_is_not_taken_over(client, given):
    assert (
        client.get("/healthz", headers={"X-Request-ID": "request-1"}).headers["X-Request-ID"] == "request-1"
    )
    assert client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"] != given


def test_a_log_that_cannot_be_written_costs_its_lines_and_no_answer(client, monkeypatch, logged):
    class FullDisk:
        def write(self, *_text):
            raise OSError(28, "No space left on device")

        flush = write

    lost = STREAM.lost
    with monkeypatch.context() as patched:
        patched.setattr("sys.stderr", FullDisk())
        assert client.get("/registry").status_code == 200
    assert STREAM.lost > lost
