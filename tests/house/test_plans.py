"""PostgreSQL reads no growing table from end to end: for no page, no sweep, no order and no scan."""

import re
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import psycopg
import pytest
from werkzeug.exceptions import HTTPException

from core.clock import now
from core.database import db, transaction
from shop.orders.service.paying import mark_paid
from tests.factories.lookups import make_lookup, make_visitor
from tests.factories.orders import make_variant, place
from tests.factories.verification import make_scene
from tests.full_tables import GROWING, fill
from tests.plans import scans, write_down
from traceability.codes.rules.verdicts import Verdict

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]

ROOT = Path(__file__).resolve().parents[2]
HREF = re.compile(r'(?:href|src)="(/[^"#]*)')
ROLES = ("operator", "committee", "secretary", "technician", "grower", "buyer")
# What reads whole tables because that is its work, with the reason.
READS_WHOLE = {
    "core/checks/": "the night's check compares every row",
    "branch/ledger/service/reconciling.py": "compares every sale with the sums once a night",
    "branch/ledger/queries/provinces.py:plants_by_province": "sums this year's sales once a night",
    "traceability/alarms/queries/licensee_facts.py:_add_codes": "sums this year's codes once a night",
}
NOT_ASKED = ("static", "security.")  # files, and the steps of signing in, of which one ends the sign-in
# Sweeps that are left out, with the reason.
NOT_SWEPT = {
    "core.checks.nightly": "compares every row",
    "core.backup.nightly": "copies every row",
    "branch.reports.build_last_month": "reads the month of a branch, which tests of reports measure",
}


@pytest.fixture
def database(app):
    """The engine of the application, on PostgreSQL."""
    with app.app_context():
        return db.engine


@contextmanager
def filled(database, *only):
    """A connection to the database when its tables, or the named ones, are full."""
    database.dispose()
    url = database.url.render_as_string(hide_password=False).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        fill(connection, *only)
        yield connection


def test_no_growing_table_is_read_from_end_to_end(app, login, database):
    with write_down(database) as sent:
        with app.app_context():
            codes = sell_and_look_up(now())
            sweep(app)
        clients = {role: login(role=role) for role in ROLES}
        asked = ask_everything(app, clients, [f"/C/{code}" for code in codes])
    assert len(asked) > 120
    with filled(database) as connection:
        guilty = [
            f"{function} reads {table}: {statement}"
            for function, table, statement in scans(connection, sent, set(GROWING))
            if not function.startswith(tuple(READS_WHOLE))
        ]
    assert not guilty, "\n".join(guilty)


def sell_and_look_up(at):
    """An order from the basket to the payment, and a code of every standing, looked up; the codes."""
    with transaction():
        sku = make_variant(at=at).sku
    order = place((sku, 3), at=at)
    with transaction():
        mark_paid(order.id, at=at, reference="test")
        codes = [make_scene(verdict, at=at).code for verdict in Verdict]
    for code in codes:
        with transaction():
            make_lookup(code, make_visitor("home"), at)
    return codes


def sweep(app):
    celery = app.extensions["celery"]
    for line in celery.conf.beat_schedule.values():
        if line["task"] not in NOT_SWEPT:
            celery.tasks[line["task"]].run()


def ask_everything(app, clients, addresses):
    """Ask every address without arguments, and one of each kind that the pages lead to, as each role until it is let in."""
    urls = app.url_map.bind("127.0.0.1")
    waiting = [
        *addresses,
        *(rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments),
    ]
    asked = {}
    while waiting:
        address = waiting.pop(0)
        try:
            endpoint, _values = urls.match(address.partition("?")[0], method="GET")
        except HTTPException:
            continue
        if endpoint in asked or endpoint.startswith(NOT_ASKED):
            continue
        for client in clients.values():
            answer = client.get(address)
            if answer.status_code == 200:
                asked[endpoint] = address
                if answer.mimetype == "text/html":
                    waiting += [unescape(link) for link in HREF.findall(answer.get_data(as_text=True))]
                break
    return asked


def test_what_may_read_whole_tables_still_exists():
    for excused in READS_WHOLE:
        path, _, function = excused.partition(":")
        assert (ROOT / path).exists(), path
        assert f"def {function}" in ((ROOT / path).read_text() if function else "def "), function


NEEDED = {
    "ix_code_activation_id": "SELECT id FROM code WHERE activation_id = 7",
    "ix_code_ending_id": "DELETE FROM code WHERE ending_id IN (7, 8)",
    "ix_code_lookup_first_at": "SELECT count(*) FROM code_lookup WHERE first_at > now() - interval '1 day'",
}


def test_a_table_without_its_index_is_found(database):
    with filled(database, "code", "code_lookup") as connection:
        for index, statement in NEEDED.items():
            sent = {"asks": {statement: [statement]}}
            assert list(scans(connection, sent, set(GROWING))) == []
            connection.execute(f"DROP INDEX {index}")
            [(_function, table, _statement)] = scans(connection, sent, set(GROWING))
            assert index.startswith(f"ix_{table}_")
