"""A grower's own table of freight: the last one written holds, alone, until it is dropped."""

import pytest

from core.database import transaction
from core.errors import Invalid
from shop.freight.queries import freight_quote, tables_of
from shop.freight.rules.default_table import DEFAULT_TABLE
from shop.freight.rules.rates import Rate
from shop.freight.service import use_default_table, write_table
from tests.factories.organisation import make_grower

HUBEI, ZHEJIANG = "420000", "330000"


@pytest.fixture
def grower(session, at):
    with transaction():
        return make_grower(at=at)


def write(grower, at, *rates):
    with transaction():
        write_table(grower.id, rates, at=at, by_account_id=None)


def price(grower, province):
    return freight_quote({grower.id: 2_000}, province).freight_minor.get(grower.id)


def test_the_last_table_holds_alone(grower, at):
    write(grower, at, Rate(frozenset({HUBEI, ZHEJIANG}), 10_00, 1_00, 50))
    assert (price(grower, HUBEI), price(grower, ZHEJIANG)) == (11_00, 11_00)
    write(grower, at, Rate(frozenset({HUBEI}), 20_00, 2_00, 50))
    assert (price(grower, HUBEI), price(grower, ZHEJIANG)) == (22_00, None)
    with transaction():
        use_default_table(grower.id)
    assert tables_of([grower.id]) == {grower.id: DEFAULT_TABLE}


@pytest.mark.parametrize(
    ("provinces", "code"),
    [([], "no_rates"), ([{"990000"}], "unknown_province"), ([{HUBEI}, {HUBEI, ZHEJIANG}], "province_twice")],
)
def test_a_table_that_says_nothing_or_two_things_is_refused_and_the_former_stays(grower, at, provinces, code):
    write(grower, at, Rate(frozenset({HUBEI}), 10_00, 1_00, 50))
    with pytest.raises(Invalid) as refused:
        write(grower, at, *(Rate(frozenset(one), 1_00, 1_00, 1_00) for one in provinces))
    assert refused.value.code == code
    assert price(grower, HUBEI) == 11_00
