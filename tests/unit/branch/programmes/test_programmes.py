"""Programmes are noted with their date, never changed, and withdrawn only with a reason."""

from datetime import UTC, date, datetime

import pytest

from branch.organisation.queries.tree import get_unit
from branch.programmes import queries, service
from branch.programmes.models.sealing import SOURCE
from core.database import session, transaction
from core.errors import Invalid, NotFound
from core.seal.queries.audit import audit_rows
from tests.factories.organisation import make_tree
from tests.seals import behind_the_back

AT = datetime(2026, 5, 2, 3, 0, tzinfo=UTC)


@pytest.fixture
def unit(session):
    with transaction():
        make_tree()
    return get_unit("guihua-osmanthus")


def note(unit, **values):
    given = {"name": "网上推广", "started_on": date(2025, 3, 1), "noted_by": "王秀", "at": AT}
    with transaction():
        return service.note_programme(unit.id, **(given | values))


def test_a_programme_that_was_noted_stands_with_its_date_and_the_day_of_the_note(unit):
    note(unit)
    (found,) = queries.programmes_of([unit.id])
    assert (found.unit_code, found.started_on, found.noted_at) == (unit.code, date(2025, 3, 1), AT)


def test_a_programme_without_a_name_or_of_the_future_is_not_noted(unit):
    for values, code in (
        ({"name": " "}, "programme_without_name"),
        ({"started_on": date(2026, 5, 3)}, "programme_not_begun"),
    ):
        with pytest.raises(Invalid) as caught:
            note(unit, **values)
        assert caught.value.code == code


def test_a_withdrawn_programme_is_in_no_report_and_cannot_be_withdrawn_again(unit):
    number = note(unit)
    with transaction():
        service.withdraw_programme(number, reason="日期有误", at=AT)
    assert queries.programmes_of([unit.id]) == []
    with pytest.raises(NotFound), transaction():
        service.withdraw_programme(number, reason="日期有误", at=AT)


def test_a_withdrawal_needs_a_reason(unit):
    number = note(unit)
    with pytest.raises(Invalid), transaction():
        service.withdraw_programme(number, reason=" ", at=AT)


@pytest.mark.both
def test_the_command_notes_lists_and_withdraws(app, unit):
    run = app.test_cli_runner().invoke
    noted = [
        "programmes",
        "note",
        "网上推广",
        "--unit",
        unit.code,
        "--started-on",
        "2025-03-01",
        "--by",
        "王秀",
    ]
    assert "noted as number 1" in run(args=noted).output
    assert "2025-03-01  guihua-osmanthus  网上推广" in run(args=["programmes", "list"]).output
    assert run(args=["programmes", "withdraw", "1", "--reason", "日期有误"]).output == "withdrawn\n"
    assert run(args=["programmes", "list"]).output == ""


def test_what_was_noted_and_its_end_are_sealed_and_a_bent_date_shows(unit):
    number = note(unit)
    with transaction():
        service.withdraw_programme(number, reason="日期有误", at=AT)
    assert list(audit_rows(SOURCE)) == []
    session.rollback()
    behind_the_back("UPDATE programme SET started_on = '2025-06-01'")
    assert [one.what for one in audit_rows(SOURCE)] == [f"programme/{number}"]
    session.rollback()
