"""The demonstration's cases stand in different states, come from everywhere, and say that they are invented."""

from collections import Counter

import pytest
from sqlalchemy import select

from core.database import transaction
from tests.factories.accounts import make_account
from tests.factories.licences import make_mark
from tests.factories.organisation import make_grower, make_membership
from traceability.cases.models.sealing import evidence_of
from traceability.cases.models.tables import CounterfeitCase
from traceability.cases.rules.evidence import first_break
from traceability.cases.service.examples import INVENTED, open_example_cases


@pytest.fixture
def opened(session, at):
    with transaction():
        grower = make_grower(at=at)
        make_mark(at=at)
        people = {}
        for role, unit in (
            ("secretary", "guihua-osmanthus"),
            ("committee", "guihua"),
            ("technician", "guihua-osmanthus"),
        ):
            people[role] = make_account(at=at).id
            make_membership(people[role], role, unit, at)
        count = open_example_cases(grower.id, **people, at=at)
    return count, session.scalars(select(CounterfeitCase).order_by(CounterfeitCase.id)).all()


def test_every_state_and_origin_is_there(opened):
    count, cases = opened
    assert len(cases) == count
    assert Counter(case.origin for case in cases) == {"public": 4, "rule": 1, "staff": 1}
    assert Counter(case.state for case in cases) == {
        "decided": 2, "received": 2, "proposed": 1, "investigating": 1,
    }  # fmt: skip
    assert {case.verdict for case in cases} == {None, "genuine", "confirmed_fake"}


def test_no_real_shop_is_named_and_the_evidence_holds(opened):
    _count, cases = opened
    for case in cases:
        assert not case.shop or case.shop.endswith(INVENTED)
        assert "." not in case.shop
        assert first_break(case.number, evidence_of(case.id)) is None
