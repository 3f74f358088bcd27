"""A grower says where he sells, and the months that count follow his words."""

import re

import pytest

from branch.api import append_facts
from core.clock import local_day, now
from core.database import transaction
from tests.factories.ledger import make_fact
from tests.factories.licences import make_storefront

CHANNELS = "/seller/sales/channels"


def months_left_out(client):
    return client.get(CHANNELS).text.count("<td>不计入</td>")


def test_a_platform_that_he_uses_without_its_orders_keeps_his_months_from_counting(login, session):
    client = login(role="grower")
    assert "尚未填报" in client.get(CHANNELS).text
    answer = client.submit(f"{CHANNELS}/jd", {"sells": "yes"})
    assert answer.status_code == 303
    page = client.get(CHANNELS).text
    assert "在用" in page
    assert months_left_out(client) == 24
    assert "未入账" in page


def test_he_is_asked_until_he_says_something_of_his_channels(login, session):
    client = login(role="grower")
    with transaction():
        make_storefront(client.grower_id)
    assert "尚未导入" in client.get(CHANNELS).text
    client.submit(f"{CHANNELS}/taobao", {"sells": "yes", "since": "2020-01-01"})
    assert "尚未导入" not in client.get(CHANNELS).text


@pytest.mark.both
def test_none_of_the_others_takes_one_press(login, session):
    client = login(role="grower")
    client.submit(f"{CHANNELS}/jd", {"sells": "yes"})
    assert client.submit(CHANNELS).status_code == 303
    page = client.get(CHANNELS).text
    assert page.count("从未销售") == 8
    assert "尚未填报" not in page
    assert re.search(r'<input checked[^>]*value="yes"', client.get(f"{CHANNELS}/jd").text)


@pytest.mark.both
def test_a_word_against_the_records_is_refused_and_stays_typed(login, session):
    client = login(role="grower")
    with transaction():
        append_facts([make_fact(client.grower_id, channel="jd")], at=now())
    answer = client.submit(f"{CHANNELS}/jd", {"sells": "no"})
    assert answer.status_code == 422
    assert "2026-03-12" in answer.text
    assert client.submit(f"{CHANNELS}/jd", {}).status_code == 422
    later = client.submit(f"{CHANNELS}/jd", {"sells": "yes", "since": "2999-01-01"})
    assert later.status_code == 422
    assert 'value="2999-01-01"' in later.text


def test_a_place_that_nobody_knows_does_not_exist(login, session):
    client = login(role="grower")
    assert client.get(f"{CHANNELS}/moon").status_code == 404
    assert client.submit(f"{CHANNELS}/moon", {"sells": "no"}, form_at=CHANNELS).status_code == 404


@pytest.mark.both
def test_what_he_said_stands_on_the_form_when_he_comes_back(login, session):
    client = login(role="grower")
    today = local_day(now()).isoformat()
    client.submit(f"{CHANNELS}/taobao", {"sells": "yes", "since": "2021-05-01", "until": today})
    page = client.get(f"{CHANNELS}/taobao").text
    assert "2021-05-01" in page
    assert today in page
    assert "已停止" in client.get(CHANNELS).text


def test_only_growers_have_places_of_sale(login):
    assert login(role="secretary").get(CHANNELS).status_code == 403
