"""What is noted of a check, and for how long."""

from datetime import timedelta

import pytest
from sqlalchemy import bindparam, insert, select, text

from core.clock import local_day
from core.database import transaction
from core.sweeps import note_failure
from core.work_claims import Retry
from tests.factories.verification import make_scene
from traceability.codes.rules.notation import new_code
from traceability.lookups.models import CodeLookup, LookupDay
from traceability.lookups.queries import DEVICES_APART, unknown_columns
from traceability.lookups.service.recording import FOLDING, fold_old_lookups, old_lookups, record
from traceability.lookups.service.visitors import Visitor
from traceability.verification.queries import look_up


def fold(*, at, limit=5_000):
    return fold_old_lookups(old_lookups(at=at, limit=limit), at=at)


def somebody(letter, network=None):
    return Visitor(letter * 16, letter * 8, letter * 8, network or letter * 8, "浙江省")


ONE, OTHER = somebody(b"1"), somebody(b"2")


def check(text, visitor, at):
    found = look_up(text, visitor=visitor, at=at)
    with transaction():
        view = record(found, visitor=visitor, at=at)
    assert (view.ordinal, view.folded) == (found.history.your_check, found.history.seen_before)
    return found.history


@pytest.fixture
def code(session, at):
    with transaction():
        return make_scene("shipped", at=at).code


def test_one_device_is_one_row_however_often_it_asks(session, code, at):
    later = at + timedelta(hours=3)
    assert check(code, ONE, at).your_check == 1
    assert check(code, ONE, later).your_check == 1
    assert check(code, OTHER, later).your_check == 2
    rows = session.execute(
        select(CodeLookup.ordinal, CodeLookup.times, CodeLookup.last_at, CodeLookup.province).order_by(
            CodeLookup.id
        )
    )
    assert [tuple(row) for row in rows] == [(1, 2, later, "浙江省"), (2, 1, later, "浙江省")]


@pytest.mark.both
def test_many_devices_of_one_network_are_one_network_and_few_rows(session, code, at):
    """Whoever invents names of programs behind one address makes no crowd of it, and fills no disk."""
    for number in range(DEVICES_APART + 15):
        who = Visitor(number.to_bytes(16), ONE.address, number.to_bytes(8), ONE.network, "浙江省")
        history = check(code, who, at + timedelta(seconds=number))
        assert (history.checks, history.your_check, history.first_checked_at) == (1, 1, at)
    assert session.scalars(select(CodeLookup.ordinal)).all() == [1] * (DEVICES_APART + 1)
    assert session.scalars(select(CodeLookup.times).order_by(CodeLookup.id.desc())).first() == 15
    assert check(code, OTHER, at + timedelta(hours=1)).checks == 2


def test_two_checks_that_read_before_either_wrote_do_not_fail(session, code, at):
    first, second = look_up(code, visitor=ONE, at=at), look_up(code, visitor=ONE, at=at)
    for found in (first, second):
        with transaction():
            record(found, visitor=ONE, at=at)
    assert session.scalars(select(CodeLookup.times)).all() == [2]


def test_after_ninety_days_only_counts_by_day_are_left_and_the_history_goes_on(session, code, at):
    unknown = new_code()
    for visitor, moment in ((ONE, at), (OTHER, at), (somebody(b"3"), at + timedelta(days=1))):
        check(code, visitor, moment)
    check(code, ONE, at + timedelta(hours=1))
    check(unknown, ONE, at)
    with transaction():
        assert fold(at=at + timedelta(days=90)) == 0
        assert fold(at=at + timedelta(days=90, hours=2)) == 3
    assert session.scalars(select(CodeLookup.ordinal)).all() == [3]
    days = session.execute(
        select(
            LookupDay.code_digest, LookupDay.day, LookupDay.devices, LookupDay.times, LookupDay.last_ordinal
        ).order_by(LookupDay.devices.desc())
    ).all()
    digest = look_up(code, visitor=ONE, at=at).digest
    assert [tuple(row) for row in days] == [
        (digest, local_day(at), 2, 3, 2),
        (b"", local_day(at), 1, 1, 1),
    ]
    with transaction():
        assert fold(at=at + timedelta(days=200)) == 1
    history = check(code, somebody(b"4"), at + timedelta(days=200))
    assert (history.checks, history.your_check, history.first_checked_at) == (4, 4, at)


@pytest.mark.both
def test_a_day_that_is_folded_in_two_parts_adds_up(session, code, at):
    for letter in (b"1", b"2", b"3"):
        check(code, somebody(letter), at)
    for _part in range(3):
        with transaction():
            assert fold(at=at + timedelta(days=91), limit=1) == 1
    day = session.scalars(select(LookupDay)).one()
    assert (day.devices, day.times, day.last_ordinal) == (3, 3, 3)


def test_a_row_that_cannot_be_folded_keeps_no_other_from_its_turn(session, code, at):
    for letter in (b"1", b"2"):
        check(code, somebody(letter), at)
    old = at + timedelta(days=91)
    first, second = old_lookups(at=old)
    session.rollback()
    note_failure(FOLDING, first, ValueError("torn"), retry=Retry(attempts=1))
    assert old_lookups(at=old, limit=1) == [second]


def test_only_texts_that_are_no_code_count_against_a_network_and_only_for_ten_minutes(session, code, at):
    for visitor in (ONE, somebody(b"5")):
        check(new_code(), visitor, at)
    check(new_code(), somebody(b"2", ONE.network), at + timedelta(minutes=4))
    check(code, ONE, at + timedelta(minutes=5))

    def texts(minutes):
        found = look_up(code, visitor=ONE, at=at + timedelta(minutes=minutes)).unknowns
        return found.texts, found.last_at

    assert texts(5) == (2, at + timedelta(minutes=4))
    assert texts(11) == (1, at + timedelta(minutes=4))
    assert texts(15) == (0, None)


def test_what_a_network_asked_in_vain_is_found_by_an_index_however_many_looked_of_late(session, at):
    sqlite = session.get_bind().dialect.name == "sqlite"
    session.execute(insert(CodeLookup), [_looked_up_in_vain(number, at=at) for number in range(3_000)])
    if not sqlite:
        session.execute(text("ANALYZE code_lookup"))
    columns = unknown_columns(bindparam("network"), since=bindparam("since"))
    explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
    compiled = select(*columns).compile(session.get_bind(), compile_kwargs={"render_postcompile": True})
    values = compiled.construct_params({"network": b"home", "since": at - timedelta(minutes=10)})
    if sqlite:
        values["since"] = str(values["since"])
    plan = [
        str(row)
        for row in session.connection().exec_driver_sql(explain + str(compiled), _given(compiled, values))
    ]
    session.rollback()
    assert sum("ix_code_lookup_unknown" in line for line in plan) == 2, plan


def _looked_up_in_vain(number, *, at):
    return {
        "code_digest": number.to_bytes(32),
        "device_digest": number.to_bytes(16),
        "known": False,
        "ordinal": 1,
        "times": 1,
        "first_at": at,
        "last_at": at,
        "network_digest": number.to_bytes(8),
    }


def _given(compiled, values):
    return tuple(values[name] for name in compiled.positiontup) if compiled.positional else values
