"""Nobody decides about the grower he works for, nor confirms by a second account of his own what he proposed."""

import pytest
from sqlalchemy import select

from branch.api import get_unit, require_independent, works_for
from branch.growers.models.tables import GrowerMember
from branch.growers.service import membership as growers
from branch.growers.states import GrowerState
from branch.licences.service import decisions as licences
from branch.storefronts.service import decisions as storefronts
from branch.storefronts.states import StorefrontStep
from core.accounts.models.account import Account
from core.accounts.queries.same_person import mailbox, same_person
from core.accounts.service.devices import open_device
from core.clock import local_day, now
from core.database import session as database
from core.database import transaction
from core.errors import DomainError, Forbidden
from shop.payees.service import deciding as payees
from tests.factories.accounts import make_account
from tests.factories.organisation import make_grower, make_membership
from tests.journeys.authority.towns import make_places
from traceability.alarms.service import judging as alarms
from traceability.alarms.states import AlarmStep
from traceability.cases.service import decisions as cases
from traceability.codes.service import approvals, issuing
from traceability.inspections.service import NewInspection, record_inspection
from traceability.plots.models.tables import Plot
from traceability.plots.states import Decision
from traceability.quota.queries.ledger import balances_of_units
from traceability.quota.service import moves
from traceability.recalls import service as recalls
from traceability.surveys import service as surveys


def verbs(place, other, at):
    """Each decision of staff about a grower, by name; called with the account that decides."""
    values, grower = place.values, place.grower
    plot_id = database.scalar(select(Plot.id).where(Plot.number == values["plot"]))
    line = next(one for one in balances_of_units([place.village.id], year=local_day(at).year) if one.free)
    seen = NewInspection(
        client_id="client-0123456789abcdef", lot_number=values["lot"], conformant=True, seen="好"
    )
    return {
        "membership": lambda by: growers.decide(
            grower.slug, GrowerState.LEFT, by_account_id=by, reason="试", at=at
        ),
        "licence": lambda by: licences.suspend(values["licence"], reason="试", by_account_id=by, at=at),
        "shop": lambda by: storefronts.decide(
            values["storefront"], StorefrontStep.SUSPEND, reason="试", by_account_id=by, at=at
        ),
        "survey": lambda by: surveys.decide(plot_id, values["survey"], Decision.AGREE, at=at, by=by),
        "batch": lambda by: issuing.decide_batch(values["batch"], approve=True, reason="", at=at, by=by),
        "void": lambda by: approvals.decide_void(values["void"], confirm=True, at=at, by=by),
        "recall": lambda by: recalls.refuse_recall(values["recall"], reason="试", at=at, by=by),
        "growth": lambda by: moves.grow(line.key, 1, 0, counted_on=local_day(at), reason="试", at=at, by=by),
        "quota given": lambda by: moves.transfer(line.key, other.id, 1, reason="试", at=at, by=by),
        "inspection": lambda by: record_inspection(seen, at=at, by=by),
        "alarm": lambda by: alarms.decide(values["alarm"], AlarmStep.CLEAR, note="试", at=at, by=by),
        "case": lambda by: cases.take(values["case"], at=at, by=by),
    }


def refusal(verb, by):
    """The code of the refusal when `by` decides, or nothing; nothing of it is kept."""
    try:
        with transaction():
            verb(by)
            database.flush()
            raise DomainError(code="done")
    except DomainError as error:
        return error.code


def test_who_works_for_a_grower_decides_nothing_about_him(session):
    at = now()
    with transaction():
        places = make_places(at)
        both, another = (make_account(at=at).id for _ in range(2))
        for account_id in (both, another):
            for role in ("committee", "secretary", "technician"):
                make_membership(account_id, role, "guihua")
        session.add(GrowerMember(grower_id=places["own"].grower.id, account_id=both, role="staff", since=at))
    found = verbs(places["own"], places["sibling"].grower, at)
    own = {name: refusal(verb, both) for name, verb in found.items()}
    assert own == dict.fromkeys(found, "own_grower") | {"case": "own_case"}
    others = {name: refusal(verb, another) for name, verb in found.items()}
    assert {"own_grower", "own_case", "same_person"}.isdisjoint(others.values())
    assert {name: code for name, code in others.items() if code != "done"} == {"batch": "batch_state"}, (
        "made already"
    )


@pytest.mark.both
def test_a_grower_s_people_are_known_by_telephone_and_mailbox_too(session):
    at = now()
    with transaction():
        owner = make_account(email="li.mei@example.org", at=at)
        grower = make_grower(account_id=owner.id, phone="+8613812345678", at=at)
        staff = {
            "owner": owner.id,
            "tag": make_account(email="li.mei+branch@example.org", at=at).id,
            "telephone": make_account(phone="+8613812345678", email=None, at=at).id,
            "mailbox of the telephone": make_account(email="13812345678@139.example.org", at=at).id,
            "stranger": make_account(email="limei@example.org", at=at).id,
        }
    assert {name: works_for(one, grower.id) for name, one in staff.items()} == {
        "owner": True,
        "tag": True,
        "telephone": True,
        "mailbox of the telephone": True,
        "stranger": False,
    }


def test_a_mailbox_is_one_however_it_is_written():
    assert mailbox("Li.Mei+x@GoogleMail.com") == mailbox("limei@gmail.com")
    assert mailbox("li.mei@example.org") != mailbox("limei@example.org")


def test_a_second_account_of_the_proposer_confirms_nothing(session):
    at = now()
    with transaction():
        first, second, third = (
            make_account(email=email, at=at).id
            for email in ("wang@example.org", "wang+2@example.org", "zhao@example.org")
        )
        for account_id in (first, second, third):
            make_membership(account_id, "secretary", "guihua-osmanthus")
        unit = get_unit("guihua-osmanthus").id
        payee = payees.propose(
            unit, payee="协会", bank="银行", account_number="62220000", reason="试", by=first, at=at
        )
    assert refusal(lambda by: payees.confirm(payee, by=by, at=at), second) == "same_person"
    assert refusal(lambda by: payees.confirm(payee, by=by, at=at), third) == "done"
    with pytest.raises(Forbidden):
        require_independent(second, earlier=[None, first])


def test_the_browser_of_the_proposer_confirms_nothing_but_for_the_demonstration(app, session):
    at = now()
    for demo, same in ((False, True), (True, False)):
        with transaction():
            one, other = (make_account(at=at, demo=demo).id for _ in range(2))
            browser = f"browser-{demo}"
            signed_in(one, browser, at)
        with app.test_request_context("/", headers={"Cookie": f"guiyuan_browser={browser}"}):
            assert same_person(other, one) is same
        with app.test_request_context("/", headers={"Cookie": "guiyuan_browser=another"}):
            assert not same_person(other, one)


def signed_in(account_id, browser, at):
    account = database.get_one(Account, account_id)
    open_device(account, user_agent="Firefox", browser=browser, remembered=False, tell=False, at=at)
