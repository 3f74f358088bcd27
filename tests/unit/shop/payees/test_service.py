"""Who proposes, confirms and withdraws a payee account, how often, and what everyone concerned is told of it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from branch import api as branch
from core.errors import Conflict, Forbidden
from core.messaging.models import Message
from shop.payees.events import PayeeConfirmed, PayeeProposed, PayeeWithdrawn
from shop.payees.models.tables import PayeeAccount
from shop.payees.service import deciding as service
from shop.payees.service.notices import staff_concerned, tell_everyone_concerned
from tests.factories.accounts import make_account
from tests.factories.organisation import make_grower, make_membership, make_tree

HOUR = timedelta(hours=1)
WISH = {"payee": "桂花合作社", "bank": "工商银行", "account_number": "6222 3333 4444", "reason": "换开户行"}


@pytest.fixture
def tree(session):
    return make_tree()


@pytest.fixture
def person(tree, at):
    """`person("secretary", "guihua-tea")`: the id of an account with this role there, and with others."""

    def made(*roles, **columns):
        account = make_account(at=at, **columns)
        for role, unit in zip(roles[::2], roles[1::2], strict=True):
            make_membership(account.id, role, unit, at)
        return account.id

    return made


@pytest.fixture
def proposed(tree, person, at):
    secretary = person("secretary", "guihua-osmanthus", display_name="Proposer", email="proposer@example.org")
    return service.propose(tree["guihua-osmanthus"].id, **WISH, by=secretary, at=at)


def test_whoever_only_looks_at_accounts_there_decides_about_none(tree, person, proposed, at):
    visiting = person("secretary", "guihua-tea", "technician", "guihua-osmanthus")
    for refused in (
        lambda: service.propose(tree["guihua-osmanthus"].id, **WISH, by=visiting, at=at),
        lambda: service.confirm(proposed, by=visiting, at=at),
        lambda: service.withdraw(proposed, reason="mine", by=visiting, at=at),
    ):
        with pytest.raises(Forbidden):
            refused()


def test_an_account_is_confirmed_once_and_withdrawn_once(person, proposed, session, at):
    mayor, deputy = person("committee", "guihua"), person("committee", "guihua")
    since = service.confirm(proposed, by=mayor, at=at)
    with pytest.raises(Conflict) as refused:
        service.confirm(proposed, by=deputy, at=at + HOUR)
    assert refused.value.code == "payee_decided"
    service.withdraw(proposed, reason="stolen", by=mayor, at=at + HOUR)
    with pytest.raises(Conflict) as refused:
        service.withdraw(proposed, reason="tidied up", by=deputy, at=at + 2 * HOUR)
    assert refused.value.code == "payee_decided"
    row = session.scalars(sa.select(PayeeAccount)).one()
    assert (row.confirmed_by_account_id, row.confirmed_at, row.in_force_from) == (mayor, at, since)
    assert (row.withdrawn_by_account_id, row.withdrawn_reason) == (mayor, "stolen")


def test_what_was_withdrawn_is_not_confirmed_any_more(person, proposed, at):
    mayor = person("committee", "guihua")
    service.withdraw(proposed, reason="mistyped", by=mayor, at=at)
    with pytest.raises(Conflict) as refused:
        service.confirm(proposed, by=mayor, at=at + HOUR)
    assert refused.value.code == "payee_decided"


def test_where_nobody_looks_for_transfers_no_account_is_proposed(tree, person, at):
    mayor = person("committee", "guihua")
    person("secretary", "guihua-osmanthus")
    person("technician", "guihua")
    with pytest.raises(Conflict) as refused:
        service.propose(tree["guihua"].id, **WISH, by=mayor, at=at)
    assert refused.value.code == "no_cashier"


def test_everyone_concerned_reads_who_did_what_and_is_led_to_his_own_page(person, proposed, session, at):
    mayor = person("committee", "guihua", display_name="Confirmer", email="mayor@example.org")
    deputy = person("committee", "guihua", display_name="Withdrawer", email="deputy@example.org")
    person("technician", "guihua-osmanthus", email="closed@example.org", active=False)
    make_grower(account_id=person(email="grower@example.org"), at=at)
    service.confirm(proposed, by=mayor, at=at)
    service.withdraw(proposed, reason="stolen", by=deputy, at=at)
    session.flush()
    steps = (PayeeProposed(proposed), PayeeConfirmed(proposed), PayeeWithdrawn(proposed))
    for number, event in enumerate(steps):
        tell_everyone_concerned(event, event_id=f"step-{number}")
    session.flush()
    told = session.scalars(sa.select(Message).where(Message.template == "payee_account")).all()
    staff = {"proposer@example.org", "mayor@example.org", "deputy@example.org"}
    assert {one.receiver for one in told} == staff | {"grower@example.org"}
    assert {one.context["what"]: one.context["by"] for one in told} == {
        "PayeeProposed": "Proposer",
        "PayeeConfirmed": "Confirmer",
        "PayeeWithdrawn": "Withdrawer",
    }
    for one in told:
        page = f"/branch/payees/{proposed}" if one.receiver in staff else "/seller/payee"
        assert one.context["address"].endswith(page), one.receiver


@pytest.mark.both
def test_telling_everyone_asks_as_much_of_the_database_for_many_growers_as_for_one(
    person, proposed, at, count_statements
):
    unit = branch.get_unit("guihua-osmanthus")
    asked = []
    for growers in (1, 5):
        for _grower in range(growers):
            make_grower(account_id=person(), at=at)
        with count_statements() as seen:
            assert len(staff_concerned(unit) | branch.people_below(unit.id)) >= growers
        asked.append(len(seen))
    assert asked[0] == asked[1]
