"""What leaves the site carries PUBLIC_URL; what a request says of its host is believed nowhere."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from core.database import db, session, transaction
from core.messaging.models import Message
from tests.conftest import hidden_of
from tests.factories.accounts import make_account
from wsgi import create_app

ROOT = Path(__file__).resolve().parents[2]
OF_THE_REQUEST = re.compile(r"_external|\brequest\.(host|host_url|url_root|root_url|base_url|url|scheme)\b")
PUBLIC = "https://guiyuan.example.org"


def test_no_address_is_made_from_what_a_request_says():
    judged = "core/addresses.py"  # refuses requests by their host
    places = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for folder in ("core", "branch", "traceability", "shop", "templates")
        for path in sorted((ROOT / folder).rglob("*.*"))
        if path.suffix in {".py", ".html", ".txt", ".xml"} and str(path.relative_to(ROOT)) != judged
        for found in OF_THE_REQUEST.finditer(path.read_text(encoding="utf-8"))
    ]
    assert places == []


@pytest.fixture
def public_app(app):
    """The same database, served to the public."""
    made = create_app(app.config["SETTINGS"].model_copy(update={"public_url": PUBLIC}))
    made.test_client_class = app.test_client_class
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("guiyuan.example.org", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("evil.example", 400),
        ("evil-guiyuan.example.org", 400),
        ("guiyuan.example.org.evil.example", 400),
    ],
)
def test_a_request_that_names_another_host_is_refused(public_app, host, status):
    answer = public_app.test_client().get("/healthz", base_url=f"https://{host}")
    assert answer.status_code == status
    assert "evil" not in answer.get_data(as_text=True)


def test_what_is_no_host_at_all_is_refused_too(public_app):
    assert public_app.test_client().get("/healthz", headers={"Host": "[::1"}).status_code == 400


def test_the_link_of_a_recovery_is_ours_whatever_the_host(app, client, run_jobs):
    with app.app_context(), transaction():
        make_account(email="li.gui@example.org")
    foreign = {"base_url": "http://evil.example"}
    page = client.get("/account/recover", **foreign).get_data(as_text=True)
    client.post("/account/recover", data=hidden_of(page) | {"identity": "li.gui@example.org"}, **foreign)
    run_jobs()
    with app.app_context():
        sent = [row.context["link"] for row in session.scalars(select(Message))]
    assert [link.partition("/account")[0] for link in sent] == ["http://127.0.0.1:8000"]
