"""What is noted of a check, and for how long."""

from datetime import timedelta

from sqlalchemy import select

from core.database import transaction
from tests.factories.verification import make_scene
from traceability.codes.rules import new_code
from traceability.verification.models import CodeLookup
from traceability.verification.queries import look_up
from traceability.verification.service import forget_unknown_lookups, note_check

ONE, OTHER = b"1" * 16, b"2" * 16


def check(text, device, at):
    found = look_up(text, device=device, at=at)
    with transaction():
        note_check(found, device=device, at=at)
    return found.history


def test_one_device_is_one_row_however_often_it_asks(session, at):
    with transaction():
        code = make_scene("shipped", at=at).code
    later = at + timedelta(hours=3)
    assert check(code, ONE, at).your_check == 1
    assert check(code, ONE, later).your_check == 1
    assert check(code, OTHER, later).your_check == 2
    rows = session.execute(
        select(CodeLookup.ordinal, CodeLookup.times, CodeLookup.last_at).order_by(CodeLookup.id)
    )
    assert [tuple(row) for row in rows] == [(1, 2, later), (2, 1, later)]


def test_two_checks_that_read_before_either_wrote_do_not_fail(session, at):
    with transaction():
        code = make_scene("shipped", at=at).code
    first, second = look_up(code, device=ONE, at=at), look_up(code, device=ONE, at=at)
    for found in (first, second):
        with transaction():
            note_check(found, device=ONE, at=at)
    assert session.scalars(select(CodeLookup.times)).all() == [2]


def test_unknown_texts_are_forgotten_after_ninety_days_and_codes_are_not(session, at):
    with transaction():
        code = make_scene("shipped", at=at).code
    unknown = new_code()
    for text in (code, unknown):
        check(text, ONE, at)
    with transaction():
        assert forget_unknown_lookups(at=at + timedelta(days=90)) == 0
        assert forget_unknown_lookups(at=at + timedelta(days=91)) == 1
    assert session.scalars(select(CodeLookup.known)).all() == [True]
