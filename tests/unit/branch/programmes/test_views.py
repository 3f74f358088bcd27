"""The page of programmes: the secretary notes and withdraws, the committee reads, nobody else is let in."""

from datetime import date

import pytest
import sqlalchemy as sa

from branch.organisation.queries.tree import get_unit
from branch.programmes import service
from branch.programmes.models.tables import Programme
from core.clock import local_day, now
from core.database import transaction
from core.errors import Forbidden
from tests.factories.organisation import make_tree

PAGE = "/branch/programmes"
GIVEN = {"unit": "guihua-osmanthus", "name": "网上推广", "started_on": "2026-03-01", "note": "支部会议决定"}


@pytest.fixture(autouse=True)
def tree(session):
    with transaction():
        make_tree()


@pytest.fixture
def secretary(login, tree):
    return login(role="secretary", unit="guihua-osmanthus", display_name="支部书记")


def rows(session):
    session.rollback()
    found = session.scalars(sa.select(Programme).order_by(Programme.id)).all()
    session.rollback()
    return found


def test_the_secretary_notes_a_programme_and_everybody_sees_by_whom_and_when(session, secretary, login):
    assert secretary.submit(PAGE, GIVEN).status_code == 303
    (row,) = rows(session)
    assert (row.started_on, row.noted_by, row.noted_by_account_id) == (
        date(2026, 3, 1), "支部书记", secretary.account_id,
    )  # fmt: skip
    committee = login(role="committee", unit="guihua")
    text = committee.get(PAGE).get_data(as_text=True)
    assert "网上推广" in text
    assert "支部书记" in text
    assert "登记晚于开始一个月以上" in text
    # The committee reads; it has no form.
    assert 'name="started_on"' not in text
    assert committee.get(f"{PAGE}/{row.id}/withdraw").status_code == 403


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": " "}, "请写明名称"),
        ({"started_on": "2099-01-01"}, "项目开始后才能登记"),
        ({"started_on": "gestern"}, "field__error"),
        ({"unit": "guihua-tea"}, ""),
    ],
)
def test_what_cannot_be_noted_is_said_and_what_was_typed_stays(session, secretary, values, words):
    answer = secretary.submit(PAGE, GIVEN | values)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert words in text
    assert "支部会议决定" in text
    assert rows(session) == []


@pytest.mark.both
def test_a_withdrawal_keeps_the_reason_and_cannot_be_done_twice(session, secretary):
    secretary.submit(PAGE, GIVEN)
    number = rows(session)[0].id
    address = f"{PAGE}/{number}/withdraw"
    assert secretary.submit(address, {"reason": " "}).status_code == 422
    assert secretary.submit(address, {"reason": "日期有误"}).status_code == 303
    text = secretary.get(PAGE).get_data(as_text=True)
    assert "日期有误" in text
    assert f"{PAGE}/{number}/withdraw" not in text
    assert secretary.get(address).status_code == 404
    assert rows(session)[0].withdrawn_by_account_id == secretary.account_id


@pytest.mark.both
def test_another_branch_neither_notes_nor_withdraws_nor_reads(session, secretary, login):
    secretary.submit(PAGE, GIVEN)
    number = rows(session)[0].id
    tea = login(role="secretary", unit="guihua-tea")
    assert "网上推广" not in tea.get(PAGE).get_data(as_text=True)
    assert tea.get(f"{PAGE}/{number}/withdraw").status_code == 403
    with pytest.raises(Forbidden), transaction():
        service.withdraw_programme(number, reason="x", account_id=tea.account_id, at=now())
    session.rollback()
    with pytest.raises(Forbidden), transaction():
        service.note_programme(
            get_unit("guihua-osmanthus").id, name="x", started_on=local_day(now()), noted_by="x",
            account_id=tea.account_id, at=now(),
        )  # fmt: skip


def test_growers_and_visitors_are_not_let_in(client, login):
    assert client.get(PAGE).status_code in {302, 401}
    assert login(role="grower", unit="guihua-bamboo").get(PAGE).status_code == 403


def test_the_page_speaks_english_too(login):
    secretary = login(role="secretary", unit="guihua-osmanthus", locale="en")
    secretary.submit(PAGE, GIVEN)
    text = secretary.get(PAGE).get_data(as_text=True)
    assert "Noted more than a month later" in text
    assert "Note a programme" in text
