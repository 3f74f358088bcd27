"""Licences from application to end, and the question every sale asks."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from branch.api import (
    LicenceNotValid,
    Scope,
    Standing,
    licence_of,
    licences_of_growers,
    require_valid_licence,
)
from branch.licences.models.tables import Licence, LicenceChange
from branch.licences.queries.validity import changes_of, get_licence
from branch.licences.service import decisions as service
from branch.licences.service import expiry as licences_expiry
from core.database import transaction
from core.errors import Conflict, Forbidden, Invalid
from core.outbox.models import OutboxEvent
from tests.factories.accounts import make_account
from tests.factories.licences import make_licence, make_mark
from tests.factories.organisation import make_grower, make_membership

YEAR = timedelta(days=365)


@pytest.fixture
def grower(session, at):
    with transaction():
        return make_grower(at=at)


@pytest.fixture
def secretary(session, at):
    with transaction():
        account = make_account(at=at)
        make_membership(account.id, "secretary", "guihua-osmanthus", at)
        return account.id


def event_names(session):
    return list(session.scalars(select(OutboxEvent.name).order_by(OutboxEvent.id)))


def test_a_licence_is_applied_for_granted_and_found(session, at, grower, secretary):
    with transaction():
        mark = make_mark(at=at)
        number = service.apply_for_licence(
            grower.id, mark.id, scope=Scope(("dangui",)), note=" 两亩丹桂 ", by_account_id=None, at=at
        )
        service.grant(
            number,
            scope=Scope(("dangui", "jingui")),
            valid_from=date(2026, 3, 1),
            valid_until=date(2027, 2, 28),
            by_account_id=secretary,
            at=at,
        )

    licence = require_valid_licence(grower.id, at=at, cultivar_group="jingui")
    assert licence.number == number
    assert number.startswith("XNGH-2026-")
    assert len(number) == len("XNGH-2026-7K3F9")
    assert licence.rules_version == 1
    assert [change.step for change in changes_of(get_licence(number, at=at).id)] == ["apply", "grant"]
    assert event_names(session) == ["LicenceApplied", "LicenceGranted"]


def test_without_a_licence_nothing_is_allowed(session, at, grower):
    with pytest.raises(LicenceNotValid) as refused:
        require_valid_licence(grower.id, at=at)

    assert refused.value.code == "not_on_sale"
    assert refused.value.details["standing"] == "none"


@pytest.mark.parametrize("state", ["applied", "suspended", "withdrawn"])
def test_a_licence_in_any_other_state_allows_nothing(session, at, grower, state):
    with transaction():
        licence = make_licence(grower, state=state, at=at)

    with pytest.raises(LicenceNotValid) as refused:
        require_valid_licence(grower.id, at=at, lock=True)

    assert refused.value.details == {
        "grower_id": grower.id,
        "standing": state,
        "licence_number": licence.number,
    }


def test_a_licence_expires_by_date_even_if_no_job_ran(session, at, grower):
    with transaction():
        licence = make_licence(grower, valid_until=date(2026, 3, 12), at=at)
    last_moment = at.replace(hour=15, minute=59)  # 23:59 in Shanghai

    assert require_valid_licence(grower.id, at=last_moment).number == licence.number
    with pytest.raises(LicenceNotValid) as refused:
        require_valid_licence(grower.id, at=last_moment + timedelta(minutes=1))

    assert refused.value.details["standing"] == "expired"
    written = licence_of(grower.id, at=at + timedelta(days=1))
    assert (written.state, written.effective_state) == ("valid", Standing.EXPIRED)


def test_the_expiry_is_written_down_once(session, at, grower):
    with transaction():
        licence = make_licence(grower, valid_until=date(2026, 3, 12), at=at)
    with transaction():
        assert licences_expiry.expire_due(at=at) == 0
    for expected in (1, 0):
        with transaction():
            assert licences_expiry.expire_due(at=at + timedelta(days=1)) == expected

    change = changes_of(get_licence(licence.number, at=at).id)[-1]
    assert (change.step, change.from_state, change.to_state, change.by) == ("expire", "valid", "expired", "")
    assert event_names(session)[-1] == "LicenceExpired"


def test_a_licence_that_has_not_begun_allows_nothing_yet(session, at, grower):
    with transaction():
        make_licence(grower, valid_from=date(2026, 3, 13), at=at)

    with pytest.raises(LicenceNotValid) as refused:
        require_valid_licence(grower.id, at=at)
    assert refused.value.details["standing"] == "not_started"
    assert require_valid_licence(grower.id, at=at + timedelta(days=1))


def test_a_licence_covers_only_its_scope(session, at, grower):
    with transaction():
        make_licence(grower, scope=Scope(cultivar_groups=("dangui",), channels=("shop",)), at=at)

    assert require_valid_licence(grower.id, at=at, cultivar_group="dangui", channel="shop")
    with pytest.raises(LicenceNotValid) as refused:
        require_valid_licence(grower.id, at=at, cultivar_group="jingui")
    assert refused.value.details["outside"] == "cultivar_group"


def test_a_grower_who_left_cannot_sell_on_his_licence(session, at, grower):
    from branch.growers.models.tables import Grower

    with transaction():
        make_licence(grower, at=at)
        session.get_one(Grower, grower.id).state = "left"

    with pytest.raises(LicenceNotValid):
        require_valid_licence(grower.id, at=at)


def test_suspending_and_reinstating_leave_who_when_and_why(session, at, grower, secretary):
    with transaction():
        licence = make_licence(grower, at=at)
    with transaction():
        service.suspend(
            licence.number, reason=" 标签来源不明", by_account_id=secretary, at=at + timedelta(days=1)
        )
    with pytest.raises(LicenceNotValid):
        require_valid_licence(grower.id, at=at + timedelta(days=1))
    with transaction():
        service.reinstate(licence.number, reason="已查清", by_account_id=secretary, at=at + timedelta(days=2))

    assert require_valid_licence(grower.id, at=at + timedelta(days=2))
    suspended, reinstated = changes_of(get_licence(licence.number, at=at).id)[-2:]
    assert (suspended.reason, reinstated.reason) == ("标签来源不明", "已查清")
    assert suspended.by
    assert suspended.at == at + timedelta(days=1)


@pytest.mark.parametrize("step", [service.suspend, service.withdraw])
def test_a_hard_step_needs_a_reason(session, at, grower, secretary, step):
    with transaction():
        licence = make_licence(grower, at=at)
    with pytest.raises(Invalid), transaction():
        step(licence.number, reason="  ", by_account_id=secretary, at=at)

    assert require_valid_licence(grower.id, at=at)


def test_a_secretary_of_another_branch_decides_nothing(session, at, grower):
    with transaction():
        licence = make_licence(grower, at=at)
        stranger = make_account(at=at)
        make_membership(stranger.id, "secretary", "guihua-tea", at)
        stranger_id = stranger.id
    with pytest.raises(Forbidden), transaction():
        service.suspend(licence.number, reason="x", by_account_id=stranger_id, at=at)


def test_a_step_that_does_not_fit_the_state_is_refused_and_leaves_no_trace(session, at, grower, secretary):
    with transaction():
        licence = make_licence(grower, state="withdrawn", at=at)
    before = session.scalar(select(LicenceChange.id).order_by(LicenceChange.id.desc()))
    with pytest.raises(Conflict), transaction():
        service.reinstate(licence.number, reason="x", by_account_id=secretary, at=at)

    assert session.scalar(select(LicenceChange.id).order_by(LicenceChange.id.desc())) == before


def test_a_suspended_licence_that_is_extended_stays_suspended(session, at, grower, secretary):
    with transaction():
        licence = make_licence(grower, state="suspended", at=at)
    with transaction():
        service.extend(licence.number, valid_until=date(2028, 1, 1), by_account_id=secretary, at=at)

    assert licence_of(grower.id, at=at).effective_state is Standing.SUSPENDED


def test_a_suspended_licence_that_ran_out_is_extended_before_it_is_reinstated(session, at, grower, secretary):
    with transaction():
        licence = make_licence(grower, state="suspended", valid_until=date(2026, 3, 20), at=at)
    later = at + timedelta(days=30)
    with pytest.raises(Invalid), transaction():
        service.reinstate(licence.number, reason="x", by_account_id=secretary, at=later)
    with transaction():
        service.extend(licence.number, valid_until=date(2027, 3, 20), by_account_id=secretary, at=later)
        service.reinstate(licence.number, reason="x", by_account_id=secretary, at=later)

    assert require_valid_licence(grower.id, at=later)


def test_an_expired_licence_is_valid_again_when_extended(session, at, grower, secretary):
    with transaction():
        licence = make_licence(grower, valid_until=date(2026, 3, 12), at=at)
    later = at + timedelta(days=5)
    with transaction():
        licences_expiry.expire_due(at=later)
        service.extend(licence.number, valid_until=date(2027, 3, 12), by_account_id=secretary, at=later)

    assert require_valid_licence(grower.id, at=later)


@pytest.mark.parametrize("last", [date(2026, 3, 1), date(2026, 2, 1)])
def test_a_last_day_never_moves_back(session, at, grower, secretary, last):
    with transaction():
        licence = make_licence(grower, valid_until=date(2026, 4, 1), at=at)
    with pytest.raises(Invalid), transaction():
        service.extend(licence.number, valid_until=last, by_account_id=secretary, at=at)


@pytest.mark.parametrize(
    ("first", "last"), [(date(2026, 4, 1), date(2026, 3, 31)), (date(2025, 1, 1), date(2025, 12, 31))]
)
def test_a_licence_is_not_granted_for_days_that_make_no_sense(session, at, grower, secretary, first, last):
    with transaction():
        licence = make_licence(grower, state="applied", at=at)
    with pytest.raises(Invalid), transaction():
        service.grant(
            licence.number, scope=Scope(), valid_from=first, valid_until=last, by_account_id=secretary, at=at
        )


def test_one_open_licence_for_a_mark_is_enough(session, at, grower):
    with transaction():
        licence = make_licence(grower, at=at)
        mark = make_mark()
    with pytest.raises(Conflict) as refused, transaction():
        service.apply_for_licence(grower.id, mark.id, scope=Scope(), note="", by_account_id=None, at=at)

    assert licence.number in str(refused.value)


def test_after_expiry_a_grower_applies_again_even_if_no_job_ran(session, at, grower):
    with transaction():
        old = make_licence(grower, valid_until=date(2026, 3, 12), at=at)
        mark = make_mark()
    with transaction():
        number = service.apply_for_licence(
            grower.id, mark.id, scope=Scope(), note="", by_account_id=None, at=at + timedelta(days=3)
        )

    assert number != old.number
    assert session.scalar(select(Licence.state).where(Licence.number == old.number)) == "expired"


def test_of_several_licences_the_valid_one_speaks_for_the_grower(session, at, grower):
    with transaction():
        make_licence(grower, state="withdrawn", at=at)
        valid = make_licence(grower, at=at)
        other = make_grower(at=at)

    found = licences_of_growers([grower.id, other.id], at=at)

    assert found[grower.id].number == valid.number
    assert other.id not in found


def test_the_grower_takes_back_only_his_own_open_application(session, at, grower, secretary):
    with transaction():
        licence = make_licence(grower, state="applied", at=at)
        other = make_grower(at=at)
    with pytest.raises(Exception, match=licence.number), transaction():
        service.take_back(licence.number, grower_id=other.id, by_account_id=secretary, at=at)
    with transaction():
        service.take_back(licence.number, grower_id=grower.id, by_account_id=secretary, at=at)

    assert licence_of(grower.id, at=at).state == "withdrawn"
