"""The working side's navigation."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.web.console import deepest, sign_in_url


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/seller", "/seller"),
        ("/seller/dispatch", "/seller/dispatch"),
        ("/seller/dispatch/12", "/seller/dispatch"),
        ("/seller/lots", "/seller"),
        ("/sellers", None),
        ("/", None),
    ],
)
def test_the_deepest_place_around_a_page_is_marked(path: str, expected: str | None) -> None:
    assert deepest(["/seller", "/seller/dispatch"], path) == expected


def test_signing_in_leads_back_to_the_page(app: Flask) -> None:
    with app.test_request_context("/orders/7?token=a"):
        assert sign_in_url().endswith("next=/orders/7?token%3Da")
    with app.test_request_context("/"):
        assert "next" not in sign_in_url()


def test_a_visitor_is_led_to_sign_in_before_work(client: FlaskClient) -> None:
    answer = client.get("/work", headers={"Accept": "text/html"})
    assert answer.status_code == 302
    assert "next=/work" in answer.location
