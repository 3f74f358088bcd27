"""A grower with licences for several marks: which one speaks for him, and which one covers a sale."""

from datetime import timedelta
from itertools import pairwise

import pytest

from branch.api import LicenceNotValid, Scope, licence_of, require_valid_licence
from branch.licences.queries.validity import find_licensee, licences_of_growers
from branch.licences.service import expiry as licences_expiry
from branch.licences.service.expiry import EXPIRY
from branch.licences.states import Standing
from core.clock import local_day
from core.database import transaction
from core.sweeps import note_failure
from core.work_claims import Retry
from tests.factories.licences import make_licence, make_mark
from tests.factories.organisation import make_grower

# What is worth more stands above.
LADDER = (
    Standing.VALID,
    Standing.SUSPENDED,
    Standing.NOT_STARTED,
    Standing.EXPIRED,
    Standing.WITHDRAWN,
    Standing.APPLIED,
)


@pytest.fixture
def grower(session, at):
    with transaction():
        return make_grower(at=at)


def licence(grower, standing, number, at, **values):
    """For the mark of this number."""
    days = {
        Standing.NOT_STARTED: {"valid_from": local_day(at) + timedelta(days=1)},
        Standing.EXPIRED: {"valid_until": local_day(at) - timedelta(days=1)},
    }.get(standing, {})
    state = "valid" if days else str(standing)
    mark = make_mark(code=f"MARK{number}", at=at)
    return make_licence(grower, mark=mark, state=state, at=at, **days, **values)


@pytest.mark.parametrize(("more", "less"), list(pairwise(LADDER)))
@pytest.mark.parametrize("turned", [False, True])
def test_the_licence_that_is_worth_most_speaks_for_the_grower(grower, at, more, less, turned):
    pair = [more, less][:: -1 if turned else 1]
    with transaction():
        made = {one: licence(grower, one, number, at) for number, one in enumerate(pair)}
    said = {licence_of(grower.id, at=at).number, find_licensee(grower.id, at=at).licence.number}
    assert said == {made[more].number}
    assert licences_of_growers([grower.id], at=at)[grower.id].effective_state is more


def test_of_several_valid_licences_the_one_that_covers_it_allows_a_sale(grower, at):
    with transaction():
        made = {
            group: licence(grower, Standing.VALID, number, at, scope=Scope(cultivar_groups=(group,)))
            for number, group in enumerate(("jingui", "yingui", "dangui"))
        }
        for group, one in made.items():
            found = require_valid_licence(grower.id, at=at, cultivar_group=group, lock=True)
            assert found.number == one.number
        with pytest.raises(LicenceNotValid) as refused:
            require_valid_licence(grower.id, at=at, cultivar_group="sijigui")
    assert (refused.value.details["standing"], refused.value.details["outside"]) == (
        "out_of_scope",
        "cultivar_group",
    )


def test_a_licence_whose_expiry_cannot_be_written_keeps_no_other_from_its_turn(session, at):
    with transaction():
        for _ in range(2):
            licence(make_grower(at=at), Standing.EXPIRED, 1, at)
    first, second = licences_expiry.ids_due_to_expire(at=at, limit=9)
    session.rollback()
    note_failure(EXPIRY, first, ValueError("torn"), retry=Retry(attempts=1))
    assert licences_expiry.ids_due_to_expire(at=at, limit=1) == [second]
