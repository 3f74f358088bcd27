"""No secret of an address is written down: every argument of a route is judged, and what is secret is masked everywhere."""

import re

import pytest
import structlog

from core.logs import SECRET_ARGUMENTS, configure_logging
from core.logs import _without_request as without_request

# Arguments that open nothing to whoever knows them: there is a gate besides, or what they name is public.
HARMLESS = {
    "account_id", "allowance_id", "answer", "batch", "channel", "edition_id", "filename", "group", "invitation_id", "key",
    "kind", "membership_id", "name", "number", "parcel_number", "path", "period", "position", "question_id", "resource",
    "size", "sku", "slug", "subscription_id", "survey_number", "table", "unit_code", "unit_id", "verb", "version",
}  # fmt: skip
SECRET = "s3cr3ts3cr3ts3cr3ts3cr3t"


def test_every_argument_of_a_route_is_judged(app):
    names = {name for rule in app.url_map.iter_rules() for name in rule.arguments}
    assert names - HARMLESS == SECRET_ARGUMENTS
    assert names >= HARMLESS, "gone"


def secret_routes(app):
    for rule in app.url_map.iter_rules():
        if rule.arguments & SECRET_ARGUMENTS and "GET" in rule.methods and "<any(" not in rule.rule:
            yield re.sub(
                r"<(?:[^<>]*:)?(\w+)>", lambda at: SECRET if at[1] in SECRET_ARGUMENTS else "1", rule.rule
            )


@pytest.fixture
def requests_told():
    """Each request reaches the log, as in operation."""
    configure_logging("INFO")
    yield
    configure_logging("ERROR")


def test_no_log_line_and_no_other_site_learns_a_secret(app, requests_told):
    client = app.test_client()
    with structlog.testing.capture_logs() as lines:
        for path in secret_routes(app):
            answer = client.get(path)
            assert answer.headers["Referrer-Policy"] == "no-referrer", path
        answer = client.get(f"/orders/GY-2026-NONE?token={SECRET}")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        client.get(f"/payments/stripe/return/{SECRET}/astray")
        for path in astray(app):
            client.get(path)
    assert len(lines) > 200
    assert SECRET not in str(lines)


def astray(app):
    """Addresses with a secret that were copied badly: they lead nowhere, or are led on to the right one."""
    for path in secret_routes(app):
        yield from (f"/zh{path}", f"{path}/", path.replace("/", "//"), path[:-1].replace("/", "//"), path[2:])
        yield f"/{path[1].swapcase()}{path[2:]}"


@pytest.mark.parametrize("told", ["request", "breadcrumbs"])
def test_error_reports_carry_no_address(told):
    assert told not in without_request({told: {"url": f"/invitation/{SECRET}"}, "message": "x"}, None)
