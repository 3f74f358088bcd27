"""The first and the last day of a licence count, in Shanghai; the day before and the day after do not."""

from datetime import timedelta

import pytest

from branch.api import LicenceNotValid, UrlStatus, check_url, licence_of, require_valid_licence
from branch.licences.queries.validity import find_licensee, get_licence, licences_at_grower
from branch.licences.service import decisions as service
from branch.licences.service import expiry as licences_expiry
from branch.licences.states import Standing
from branch.registry.queries import register, valid_count
from core.clock import local_day
from core.database import transaction
from core.errors import Invalid
from tests.factories.licences import make_licence, make_storefront
from tests.factories.organisation import make_grower
from tests.last_day import A_MOMENT, BEGINS, FIRST, LAST, MIDDLE, OVER, around_its_days, around_its_end

SHOP = "https://shop123456.taobao.com"
JSON = {"Accept": "application/json"}


@pytest.fixture
def march(session):
    """A grower with a licence for March and a shop outside."""
    with transaction():
        grower = make_grower(at=MIDDLE)
        licence = make_licence(grower, valid_from=FIRST, valid_until=LAST, at=MIDDLE)
        make_storefront(grower, address=SHOP, at=MIDDLE)
    return licence


@around_its_days
def test_every_read_of_a_licence_says_the_same(march, moment, valid):
    grower_id = march.grower_id
    standing = {True: Standing.VALID, False: Standing.EXPIRED if moment >= OVER else Standing.NOT_STARTED}[
        valid
    ]
    reads = {
        "licence_of": licence_of(grower_id, at=moment),
        "licensee": find_licensee(grower_id, at=moment).licence,
        "file": get_licence(march.number, at=moment).licence,
        "list": licences_at_grower(grower_id, at=moment)[0].licence,
        "register": register(at=moment).items[0].file.licence,
        "check": check_url(SHOP, at=moment).licence,
    }
    assert {name: view.effective_state for name, view in reads.items()} == dict.fromkeys(reads, standing)
    assert {name: view.is_valid for name, view in reads.items()} == dict.fromkeys(reads, valid)


@around_its_days
def test_whoever_asks_whether_a_sale_is_allowed_hears_the_same(march, moment, valid):
    if valid:
        assert require_valid_licence(march.grower_id, at=moment).number == march.number
        return
    with pytest.raises(LicenceNotValid) as refused:
        require_valid_licence(march.grower_id, at=moment)
    assert refused.value.details["standing"] == ("expired" if moment >= OVER else "not_started")


@around_its_days
def test_a_shop_outside_is_authorised_on_the_days_of_its_licence(march, moment, valid):
    checked = check_url(SHOP, at=moment)
    assert (checked.status is UrlStatus.AUTHORISED) == valid
    assert (checked.reason == "ok") == valid


@around_its_days
@pytest.mark.both
def test_the_home_page_counts_it_on_its_days(march, moment, valid):
    assert valid_count(local_day(moment)) == valid


@around_its_days
def test_the_register_puts_it_first_on_its_days_only(march, session, moment, valid):
    with transaction():
        last_by_name = make_grower(name="一" * 3, at=MIDDLE)  # by name it would stand before the others
        make_licence(last_by_name, state="suspended", at=MIDDLE)
    first = register(at=moment).items[0].file.licence
    assert (first.number == march.number) == valid


@around_its_end
def test_page_and_document_of_the_register_follow_the_day(march, client, clock, moment, valid):
    clock.to(moment)
    state = "valid" if valid else "expired"
    assert client.get(f"/registry/licences/{march.number}", headers=JSON).json["state"] == state
    assert client.get("/registry", headers=JSON).json["items"][0]["state"] == state
    found = client.get("/api/v1/registry/check", query_string={"url": SHOP}).json
    assert (found["status"], found["licence"]["state"]) == (
        "authorised" if valid else "not_authorised",
        state,
    )
    page = client.get("/registry/check", query_string={"url": SHOP}).get_data(as_text=True)
    assert ("verdict--ok" in page) == valid


@around_its_end
def test_the_expiry_is_written_down_when_the_last_day_is_over(march, moment, valid):
    with transaction():
        assert licences_expiry.expire_due(at=moment) == (0 if valid else 1)
    assert get_licence(march.number, at=MIDDLE).licence.state == ("valid" if valid else "expired")


def test_only_what_is_over_expires_and_so_much_at_a_time(march, session):
    with transaction():
        for _ in range(3):
            make_licence(valid_from=FIRST, valid_until=LAST, at=MIDDLE)
        make_licence(valid_from=FIRST, valid_until=LAST + timedelta(days=1), at=MIDDLE)
        make_licence(valid_from=FIRST, valid_until=LAST, state="suspended", at=MIDDLE)
        make_licence(valid_from=FIRST, valid_until=LAST, state="withdrawn", at=MIDDLE)
    for expected in (2, 2, 0):
        with transaction():
            assert licences_expiry.expire_due(at=OVER, limit=2) == expected


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (LAST, LAST, None),
        (LAST + timedelta(days=1), LAST, "days_out_of_order"),
        (FIRST, local_day(MIDDLE), None),
        (FIRST, local_day(MIDDLE) - timedelta(days=1), "days_over"),
    ],
)
def test_a_licence_may_be_granted_for_its_last_day_alone(session, first, last, code):
    grower = make_grower(at=MIDDLE)
    applied = make_licence(grower, state="applied", at=MIDDLE)
    grant = {"scope": applied.scope, "by_account_id": None, "at": MIDDLE}
    if code is None:
        service.grant(applied.number, valid_from=first, valid_until=last, **grant)
        assert licence_of(grower.id, at=MIDDLE).valid_until == last
    else:
        with pytest.raises(Invalid) as refused:
            service.grant(applied.number, valid_from=first, valid_until=last, **grant)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("moment", "last", "code"),
    [
        (MIDDLE, LAST, "days_not_later"),
        (MIDDLE, LAST + timedelta(days=1), None),
        (OVER, LAST + timedelta(days=1), None),
        (OVER + timedelta(days=1), LAST + timedelta(days=1), "days_over"),
    ],
)
def test_it_is_extended_to_a_later_day_that_is_not_over(march, moment, last, code):
    if code is None:
        service.extend(march.number, valid_until=last, by_account_id=None, at=moment)
        assert get_licence(march.number, at=moment).licence.is_valid
    else:
        with pytest.raises(Invalid) as refused:
            service.extend(march.number, valid_until=last, by_account_id=None, at=moment)
        assert refused.value.code == code


@around_its_end
def test_a_suspension_is_ended_until_the_last_day_is_over(march, moment, valid):
    service.suspend(march.number, reason="inspection", by_account_id=None, at=BEGINS + A_MOMENT)
    if valid:
        service.reinstate(march.number, reason="in order", by_account_id=None, at=moment)
        assert get_licence(march.number, at=moment).licence.is_valid
    else:
        with pytest.raises(Invalid) as refused:
            service.reinstate(march.number, reason="in order", by_account_id=None, at=moment)
        assert refused.value.code == "days_over"
