"""A grower's own freight table, from the page to a buyer's quote."""

import re

import pytest

from core.clock import now
from core.database import transaction
from shop.freight import queries
from tests.factories.orders import make_seller


@pytest.fixture
def grower(session):
    with transaction():
        return make_seller(at=now())


@pytest.fixture
def client(login, grower):
    return login(role="grower", grower_id=grower.id)


@pytest.fixture
def own_tables(session):
    """As `queries.own_tables`, reading afresh each time."""

    def read(ids):
        session.rollback()
        return queries.own_tables(ids)

    return read


def line(index, provinces, first="8", per="1.50", bulk="0.4", name="近"):
    start = f"rates-{index}-"
    return {
        f"{start}name": name,
        f"{start}provinces": provinces,
        f"{start}first_kg": first,
        f"{start}per_kg": per,
        f"{start}bulk_per_kg": bulk,
    }


def save(client, *lines, **more):
    page = client.get("/seller/freight").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)
    fields = {"csrf_token": token} | more
    for one in lines:
        fields |= one
    return client.post("/seller/freight", data=fields)


def test_the_usual_rates_are_shown_to_start_from(client, grower, own_tables):
    html = client.get("/seller/freight").get_data(as_text=True)
    assert 'value="8.00"' in html
    assert own_tables([grower.id]) == {}


@pytest.mark.both
def test_a_growers_own_rates_hold_for_the_next_quote(client, grower):
    assert save(client, line(0, ["420000"]), line(1, ["330000"], first="20")).status_code == 303
    assert queries.freight_quote({grower.id: 2_500}, "420000").freight_minor == {grower.id: 8_00 + 2 * 1_50}
    assert queries.freight_quote({grower.id: 1_000}, "330000").freight_minor == {grower.id: 20_00}
    assert queries.freight_quote({grower.id: 1_000}, "110000").refused_by == (grower.id,)


def test_saving_again_replaces_the_table(client, grower, own_tables):
    save(client, line(0, ["420000"]))
    save(client, line(0, ["330000"]), line(1, [], first="", per="", bulk=""))
    assert [rate.provinces for rate in own_tables([grower.id])[grower.id].rates] == [frozenset({"330000"})]


@pytest.mark.parametrize(
    "wrong",
    [
        [line(0, ["420000"], first="eight")],
        [line(0, ["420000"], per="-1")],
        [line(0, ["420000"], bulk="1.234")],
        [line(0, [])],
        [line(0, ["999999"])],
        [line(0, ["420000"]), line(1, ["420000", "330000"])],
        [],
    ],
    ids=["word", "negative", "third of a fen", "no province", "no such province", "twice", "empty"],
)
def test_a_wrong_table_is_not_saved_and_stays_on_the_page(client, grower, own_tables, wrong):
    answer = save(client, *wrong)
    assert answer.status_code == 422
    assert own_tables([grower.id]) == {}
    for one in wrong:
        assert next(iter(one.values())) in answer.get_data(as_text=True)


def test_a_line_is_added_and_removed_without_losing_the_others(client, grower, own_tables):
    html = save(client, line(0, ["420000"], first="7.77"), action="add").get_data(as_text=True)
    assert 'value="7.77"' in html
    assert 'name="rates-1-first_kg"' in html
    assert own_tables([grower.id]) == {}
    save(client, line(0, ["420000"]), line(1, ["330000"]) | {"rates-1-remove": "1"})
    assert len(own_tables([grower.id])[grower.id].rates) == 1


@pytest.mark.both
def test_the_usual_rates_come_back(client, grower, own_tables):
    save(client, line(0, ["420000"]))
    assert save(client, action="usual").status_code == 303
    assert own_tables([grower.id]) == {}


def test_only_growers_keep_freight_tables(login):
    assert login().get("/seller/freight").status_code == 403
