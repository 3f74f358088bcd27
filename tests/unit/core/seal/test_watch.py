"""The guard of the tests itself: it must refuse what is not sealed."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from branch.licences.service import decisions as service
from branch.licences.service import transitions
from core import seal
from core.database import transaction
from tests.factories.licences import make_licence
from tests.seals import NotSealed


def test_a_service_that_forgets_to_seal_does_not_commit(session, at, monkeypatch):
    with transaction():
        number = make_licence(at=at).number
    monkeypatch.setattr(transitions, "LICENCE", replace(transitions.LICENCE, seal=None))
    with pytest.raises(NotSealed, match="licence was written"), transaction():
        service.suspend(number, reason="test", by_account_id=None, at=at)
    session.rollback()
    assert session.scalar(text("SELECT state FROM licence")) == "valid"


def test_plain_sql_in_a_session_is_noticed_too(session, at):
    with transaction():
        make_licence(at=at)
    with pytest.raises(NotSealed), transaction() as current:
        current.execute(text("UPDATE licence SET state = 'suspended'"))
    with pytest.raises(NotSealed), transaction() as current:
        current.execute(text("UPDATE licence SET state = 'suspended'"))
        seal.append("plot", "plot/1", {})
    with transaction() as current:
        current.execute(text("UPDATE licence SET state = 'suspended'"))
        seal.append("licence", "licence/x", {})
