"""The language of a page, and the switch between languages."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale, gettext, ngettext
from werkzeug.datastructures import LanguageAccept

from core.addresses import safe_path
from core.web.wording.languages import language_asked_for, per_language, return_path


@pytest.mark.parametrize(
    ("accepted", "english"),
    [
        ([("en-GB", 1), ("en", 0.9)], True),
        ([("en", 1), ("zh-CN", 0.5)], False),
        ([("zh-CN", 1), ("en", 0.9)], False),
        ([("fr", 1), ("en", 0.5)], False),
        ([("en", 0)], False),
        ([], False),
    ],
)
def test_only_a_clear_wish_for_english_counts(accepted: list[tuple[str, float]], *, english: bool) -> None:
    assert (language_asked_for(LanguageAccept(accepted)).code == "en") is english


def page(client: FlaskClient, **headers: str) -> str:
    return client.get("/no-such-page", headers={"Accept": "text/html", **headers}).text


def test_pages_are_chinese_unless_asked_otherwise(client: FlaskClient) -> None:
    assert '<html lang="zh-CN">' in page(client)
    assert "这里没有内容" in page(client)


def test_a_browser_may_ask_for_english(client: FlaskClient) -> None:
    text = page(client, **{"Accept-Language": "en-GB,en;q=0.9"})
    assert '<html lang="en">' in text
    assert "There is nothing here" in text


def test_the_switch_keeps_the_choice_and_returns(client: FlaskClient) -> None:
    answer = client.post("/language", data={"locale": "en", "next": "/search?q=dangui"})
    assert answer.status_code == 303
    assert answer.location == "/search?q=dangui"
    assert "There is nothing here" in page(client)
    assert '<html lang="en">' in page(client, **{"Accept-Language": "zh-CN"})


def test_an_unknown_language_changes_nothing(client: FlaskClient) -> None:
    answer = client.post("/language", data={"locale": "xx", "next": "/"})
    assert "Set-Cookie" not in answer.headers
    assert answer.status_code == 303


def test_another_site_cannot_switch(client: FlaskClient) -> None:
    answer = client.post("/language", data={"locale": "en"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert not any(cookie.startswith("locale=") for cookie in answer.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
        None,
        "/a\r\nb",
    ],
)
def test_the_way_back_stays_on_this_site(target: str | None) -> None:
    assert safe_path(target) == "/"


def test_the_way_back_keeps_the_query() -> None:
    assert safe_path("/orders/1?token=a%2Fb") == "/orders/1?token=a%2Fb"


def test_an_address_that_only_takes_forms_is_no_way_back(app: Flask) -> None:
    with app.test_request_context("/language", method="POST"):
        assert return_path() == "/"
    with app.test_request_context("/search?q=a"):
        assert return_path() == "/search?q=a"


def test_a_page_without_a_form_of_its_own_opens_no_session(client: FlaskClient) -> None:
    answer = client.get("/no-such-page", headers={"Accept": "text/html"})
    assert "Set-Cookie" not in answer.headers


def test_remembered_words_are_those_of_the_language_and_made_once_in_each(app: Flask) -> None:
    made = []

    @per_language
    def told(n: int) -> str:
        made.append(n)
        return ngettext("%(n)s plant", "%(n)s plants", n, n=n)

    with app.test_request_context():
        assert [told(2), told(2), told(3)] == ["2 株", "2 株", "3 株"]
        with force_locale("en"):
            assert [told(1), told(2)] == ["1 plant", "2 plants"]
            assert gettext("There is nothing here") == "There is nothing here"
        assert told(2) == "2 株"
        assert gettext("There is nothing here") == "这里没有内容"
    assert made == [2, 3, 1, 2]
