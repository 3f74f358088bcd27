"""The working side's navigation."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.web.views.navigation import NavLink, NavTopic, deepest, sign_in_url


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


def test_a_topic_of_one_place_is_called_like_the_place() -> None:
    dispatch = NavLink("/seller/dispatch", "Dispatch", "truck", current=True)
    orders = NavLink("/seller/orders", "Orders received", "cart", current=False)
    assert NavTopic("Orders", "cart", (dispatch,)).as_link().label == "Dispatch"
    both = NavTopic("Orders", "cart", (orders, dispatch))
    assert both.as_link() == NavLink("/seller/orders", "Orders", "cart", current=True)
