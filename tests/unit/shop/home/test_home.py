"""The home page."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.database import transaction
from shop.catalogue.rules.seasons import Dispatch
from shop.home.queries import CARDS, CARDS_PER_GROWER, in_season
from tests.factories.licences import make_mark
from tests.factories.organisation import make_grower
from traceability.api import ensure_reference_data


def card(kind: str, *, grower: int = 1, day: int = 12) -> Any:
    return SimpleNamespace(grower_id=grower, dispatch=Dispatch(kind, date(2026, 3, day), None), day=day)


def test_what_leaves_now_comes_alone() -> None:
    recent = [
        card("window", grower=1),
        card("now", grower=2),
        card("any_time", grower=3),
        card("presale", grower=4),
    ]
    season = in_season(recent)
    assert season.ships_now
    assert [item.dispatch.kind for item in season.cards] == ["now", "any_time"]


def test_out_of_season_the_soonest_comes_first() -> None:
    season = in_season([card("window", grower=1, day=20), card("presale", grower=2, day=14)])
    assert not season.ships_now
    assert [item.day for item in season.cards] == [14, 20]


def test_no_grower_fills_the_page() -> None:
    recent = [card("now", grower=1) for _ in range(9)] + [
        card("now", grower=number) for number in range(2, 12)
    ]
    shown = in_season(recent).cards
    assert sum(item.grower_id == 1 for item in shown) == CARDS_PER_GROWER
    assert len(shown) == CARDS


def test_nothing_on_sale_is_no_season() -> None:
    assert in_season([]).cards == ()


@pytest.fixture
def town(app: Flask) -> None:
    """Four cultivar groups, a mark, and five growers of one village."""
    with app.app_context(), transaction():
        ensure_reference_data()
        make_mark()
        for number in range(5):
            make_grower(name=f"竹影第{number}苗圃")


def test_an_empty_town_says_what_can_be_done_meanwhile(client: FlaskClient) -> None:
    text = client.get("/").text
    assert "还没有苗木上架" in text
    assert 'href="/verify"' in text


@pytest.mark.usefixtures("town")
def test_groups_growers_and_mark_are_shown(client: FlaskClient) -> None:
    text = client.get("/").text
    assert text.count('class="groups__name"') == 4
    assert "img/group-dangui.svg" in text
    assert "竹影村" in text
    assert "5 户" in text
    assert "还有 1 户" in text
    assert "桂花证明商标（演示）" in text


@pytest.mark.usefixtures("town")
def test_the_page_is_complete_in_english(client: FlaskClient) -> None:
    client.post("/language", data={"locale": "en", "next": "/"})
    text = client.get("/").text
    assert "Bamboo Shade village" in text
    assert "Osmanthus certification mark (demonstration)" in text
    assert "5 growers" in text


@pytest.mark.usefixtures("town")
def test_the_page_asks_the_database_few_questions(client: FlaskClient, count_statements: Any) -> None:
    with count_statements() as seen:
        client.get("/")
    assert len(seen) <= 10


@pytest.mark.both
def test_the_search_stands_once_and_first(client: FlaskClient) -> None:
    text = client.get("/").text
    assert text.count('role="search"') == 1
