from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branch.ledger.rules.facts import FactKind, SaleFact, faults, reversal_of

NOON = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)


def fact(**changes):
    defaults = {
        "kind": "sale", "grower_id": 1, "channel": "shop", "occurred_at": NOON, "product_key": "GY-1", "product_name": "丹桂",
        "plants": 10, "orders": 1, "gross_minor": 1_000, "discount_minor": 100, "source": "shop", "source_ref": "1", "order_ref": "o1",
    }  # fmt: skip
    return SaleFact(**(defaults | changes))


def test_a_sale_after_four_in_the_afternoon_utc_is_booked_on_the_next_day_in_shanghai():
    assert fact(occurred_at=datetime(2026, 3, 31, 15, 59, tzinfo=UTC)).local_day == date(2026, 3, 31)
    assert fact(occurred_at=datetime(2026, 3, 31, 16, 0, tzinfo=UTC)).local_day == date(2026, 4, 1)


def test_a_sound_sale_and_a_sound_refund_have_no_faults():
    assert faults(fact()) == []
    assert (
        faults(fact(kind="refund", gross_minor=0, discount_minor=0, refund_minor=300, plants=-3, orders=0))
        == []
    )


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"kind": "gift"}, "kind_unknown"),
        ({"occurred_at": datetime(2026, 3, 12)}, "time_without_zone"),  # noqa: DTZ001
        ({"currency": "rmb"}, "currency_malformed"),
        ({"source_ref": " "}, "source_ref_missing"),
        ({"order_ref": ""}, "order_ref_missing"),
        ({"gross_minor": -1}, "sign_not_allowed"),
        ({"discount_minor": 1_001}, "sign_not_allowed"),
        ({"refund_minor": 1}, "sign_not_allowed"),
        ({"plants": -1}, "sign_not_allowed"),
        ({"orders": 2}, "sign_not_allowed"),
        ({"kind": "refund"}, "sign_not_allowed"),
        (
            {
                "kind": "refund",
                "gross_minor": 0,
                "discount_minor": 0,
                "refund_minor": 300,
                "plants": 3,
                "orders": 0,
            },
            "sign_not_allowed",
        ),
        ({"kind": "reversal"}, "sign_not_allowed"),
    ],
)
def test_a_fact_that_cannot_stand_is_named(changes, fault):
    assert fault in faults(fact(**changes))


@given(
    gross=st.integers(0, 10**9),
    cut=st.floats(0, 1),
    plants=st.integers(0, 10**6),
    orders=st.sampled_from([0, 1]),
)
def test_a_reversal_of_a_sale_stands_and_nets_to_nothing(gross, cut, plants, orders):
    sale = fact(gross_minor=gross, discount_minor=int(gross * cut), plants=plants, orders=orders)
    back = reversal_of(sale, source_ref="1-r", occurred_at=NOON)
    assert faults(sale) == faults(back) == []
    assert back.kind == FactKind.REVERSAL
    assert (sale.net_minor + back.net_minor, sale.plants + back.plants, sale.orders + back.orders) == (
        0,
        0,
        0,
    )


def test_a_reversal_of_a_refund_stands_too():
    refund = fact(kind="refund", gross_minor=0, discount_minor=0, refund_minor=300, plants=-3, orders=0)
    assert faults(reversal_of(refund, source_ref="r", occurred_at=NOON)) == []


def test_the_local_day_is_not_moved_twice():
    shanghai = fact(occurred_at=datetime.fromisoformat("2026-04-01T00:10:00+08:00"))
    assert shanghai.local_day == date(2026, 4, 1)
    assert replace(shanghai, occurred_at=shanghai.occurred_at.astimezone(UTC)).local_day == date(2026, 4, 1)
