"""Coverage put together from imports, registered shops, admissions and growers' words."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from branch.api import append_facts, declare_channel, record_coverage
from branch.growers.service.membership import Application, apply_to_join, decide
from branch.growers.states import GrowerState
from branch.ledger.models.tables import ChannelCoverage, SalesChannel
from branch.ledger.queries.channels import declarations_of
from branch.ledger.queries.coverage import covered_months
from branch.ledger.rules.coverage import CoverageState
from branch.ledger.service.channels import PLATFORMS
from branch.ledger.service.daily_sums import ensure_fresh
from core.database import transaction
from core.errors import Invalid
from tests.factories.accounts import make_account
from tests.factories.ledger import NOON, make_fact, make_refund
from tests.factories.licences import make_storefront
from tests.factories.organisation import make_grower, make_membership, make_tree

COMPLETE, PARTIAL, NONE, NO_SHOP = CoverageState
ADMITTED = datetime(2026, 1, 15, 4, tzinfo=UTC)
JAN, FEB, MAR = (date(2026, month, 1) for month in range(1, 4))


@pytest.fixture
def grower(session):
    with transaction():
        return make_grower(at=ADMITTED)


def table(*made, since=date(2025, 12, 1), until=date(2026, 4, 1)):
    with transaction():
        ensure_fresh()
        return covered_months([one.id for one in made], since=since, until=until)


def said(grower, channel="taobao", **words):
    with transaction():
        return declare_channel(grower.id, channel, by_account_id=None, at=NOON, **({"sells": True} | words))


def brought(grower, first, last, *, channel="taobao", shop="", reference="one", at=NOON):
    with transaction():
        return record_coverage(
            grower.id, channel, first_day=first, last_day=last, shop=shop, reference=reference, at=at
        )


def booked(*facts, at=NOON):
    with transaction():
        append_facts(facts, at=at)


def states(found, grower, channel):
    return [found.state(grower.id, channel, month) for month in found.months]


def test_the_own_shop_is_complete_from_the_month_of_admission(grower):
    assert states(table(grower), grower, "shop") == [NO_SHOP, COMPLETE, COMPLETE, COMPLETE]


def test_an_earlier_sale_in_the_own_shop_says_that_it_was_open(grower):
    booked(make_fact(grower.id, channel="shop", occurred_at=datetime(2025, 12, 30, 4, tzinfo=UTC)))
    assert states(table(grower), grower, "shop") == [COMPLETE] * 4


def test_after_he_left_the_branch_there_is_no_own_shop(grower):
    with transaction():
        secretary = make_account().id
        make_membership(secretary, "secretary", "guihua-osmanthus")
        decide(
            grower.slug,
            GrowerState.LEFT,
            by_account_id=secretary,
            reason="stopped",
            at=datetime(2026, 2, 20, 4, tzinfo=UTC),
        )
    assert states(table(grower), grower, "shop") == [NO_SHOP, COMPLETE, COMPLETE, NO_SHOP]


def test_someone_who_only_applied_has_no_own_shop(session):
    with transaction():
        village = make_tree()["guihua-bamboo"].id
        applied = apply_to_join(
            Application(name="新苗圃", contact_name="某某", phone="+8613800000000", unit_id=village),
            account_id=make_account().id,
            at=ADMITTED,
        )
    assert table(applied).channels_of(applied.id) == ()


def test_records_without_a_word_of_their_coverage_span_from_the_first_to_the_last(grower):
    booked(
        make_fact(grower.id, occurred_at=datetime(2025, 12, 10, 4, tzinfo=UTC)),
        make_fact(grower.id, occurred_at=datetime(2026, 2, 3, 4, tzinfo=UTC)),
    )
    assert states(table(grower), grower, "taobao") == [PARTIAL, COMPLETE, PARTIAL, NONE]


def test_an_import_covers_its_days_whether_or_not_something_was_sold_on_them(grower):
    assert brought(grower, date(2025, 12, 1), date(2026, 2, 10))
    assert states(table(grower), grower, "taobao") == [COMPLETE, COMPLETE, PARTIAL, NONE]


def test_the_same_import_twice_is_written_once(grower, session):
    assert brought(grower, JAN, FEB)
    assert not brought(grower, JAN, MAR)
    assert session.scalars(sa.select(ChannelCoverage.last_day)).all() == [FEB]


def test_what_was_on_record_before_the_first_import_keeps_its_days(grower):
    booked(
        make_fact(grower.id, occurred_at=datetime(2025, 11, 10, 4, tzinfo=UTC)),
        make_fact(grower.id, occurred_at=datetime(2025, 12, 31, 4, tzinfo=UTC)),
    )
    later = NOON + timedelta(days=1)
    booked(make_fact(grower.id, occurred_at=datetime(2026, 3, 20, 4, tzinfo=UTC)), at=later)
    brought(grower, date(2026, 2, 1), date(2026, 3, 31), at=later)
    assert states(table(grower), grower, "taobao") == [COMPLETE, NONE, COMPLETE, COMPLETE]


def test_a_declared_platform_without_records_keeps_the_month_from_counting(grower):
    said(grower, "jd", since=FEB)
    found = table(grower)
    assert states(found, grower, "jd") == [NO_SHOP, NO_SHOP, NONE, NONE]
    assert [found.grower_month_covered(grower.id, month) for month in found.months] == [
        False,
        True,
        False,
        False,
    ]


def test_a_later_import_may_know_of_earlier_sales_than_he_remembered(grower):
    said(grower, since=FEB)
    brought(grower, date(2026, 1, 10), date(2026, 3, 31))
    assert states(table(grower), grower, "taobao") == [NO_SHOP, COMPLETE, COMPLETE, COMPLETE]


def test_a_registered_shop_without_imports_and_without_a_word_leaves_the_channels_unknown(grower):
    with transaction():
        make_storefront(grower, at=ADMITTED)
    found = table(grower)
    assert found.channels_unknown == {grower.id}
    assert states(found, grower, "taobao") == [NONE] * 4


@pytest.mark.parametrize("word", [{"sells": True}, {"sells": False}])
def test_whoever_says_anything_of_his_channels_is_no_longer_unknown(grower, word):
    with transaction():
        make_storefront(grower, at=ADMITTED)
    said(grower, "jd", **word)
    assert table(grower).channels_unknown == frozenset()


def test_both_shops_of_a_platform_have_to_be_brought(grower):
    with transaction():
        one, two = (make_storefront(grower, at=ADMITTED) for _number in range(2))
    brought(grower, JAN, date(2026, 3, 31), shop=one.public_id)
    assert states(table(grower), grower, "taobao") == [NONE] * 4
    brought(grower, FEB, date(2026, 2, 28), shop=two.public_id, reference="two")
    assert states(table(grower), grower, "taobao") == [NONE, NONE, COMPLETE, NONE]


def test_a_word_is_a_new_version_each_time_it_changes(grower, session):
    assert said(grower, since=JAN) == 1
    assert said(grower, since=JAN) == 1
    assert said(grower, since=JAN, until=FEB) == 2
    assert said(grower, sells=False) == 3
    assert session.scalar(sa.select(sa.func.count()).select_from(SalesChannel)) == 3
    assert not declarations_of([grower.id])[grower.id, "taobao"].sells


@pytest.mark.parametrize(
    "words",
    [
        {"since": FEB, "until": JAN},
        {"since": date(2026, 3, 13)},
        {"sells": False, "since": JAN},
    ],
)
def test_days_out_of_order_or_in_the_future_are_refused(grower, words):
    with pytest.raises(Invalid, match=r"."):
        said(grower, **words)


@pytest.mark.parametrize("words", [{"sells": False}, {"since": date(2026, 3, 13)}, {"until": FEB}])
def test_a_word_that_the_records_contradict_is_refused(grower, words):
    sale = make_fact(grower.id)
    booked(sale, make_refund(sale, 100, occurred_at=NOON))
    with pytest.raises(Invalid) as caught:
        said(grower, **words)
    assert caught.value.code in {"channel_has_sales", "channel_days_wrong"}


def test_the_own_shop_is_never_declared_covered(grower):
    with pytest.raises(ValueError, match="by itself"):
        brought(grower, JAN, FEB, channel="shop")


def test_the_platforms_are_those_of_registered_shops():
    assert {"taobao", "pinduoduo", "website"} <= set(PLATFORMS)
