"""A refused activation says what is missing, leaves a trace of its own, and the rules read it."""

from datetime import timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import func, select

from core.clock import local_year
from core.database import transaction
from core.errors import Conflict, Invalid
from core.seal.models.leaves import SealLeaf
from core.seal.queries.audit import audit_rows
from core.seal.rules.entries import canonical, moment
from tests.factories.accounts import make_account
from tests.factories.licences import make_licence
from tests.factories.traceability import approve_plot, grant_quota, make_codes, make_lot, make_plot
from tests.seals import behind_the_back
from traceability.alarms.queries.licensee_facts import facts_of, seasons_of
from traceability.alarms.rules.thresholds import DEFAULTS
from traceability.api import ensure_reference_data, issue_codes
from traceability.codes.models.sealing import REFUSALS
from traceability.codes.models.tables import ActivationRefusal
from traceability.codes.queries.refusals import refusals_of, tries_beyond
from traceability.codes.service.lifecycle import activate_codes
from traceability.codes.service.refusals import note_refusal, reason_of
from traceability.codes.states import Refusal
from traceability.surveys.service import NewSurvey, Stand, record_survey

WEEK = timedelta(days=7)


@pytest.fixture
def plot(session, at):
    with transaction():
        ensure_reference_data()
        plot = make_plot(at=at)
        make_licence(plot.grower_id, at=at)
    return plot


def printed(plot, at, count=3, **values):
    with transaction():
        lot = make_lot(plot=plot, at=at, quota_plants=0, **values)
        return lot, issue_codes(lot.id, "unit", count, at=at, by=None)


def refused(app, issued, at):
    """What the grower is told, as the error that says it."""
    with (
        app.test_request_context(),
        force_locale("en"),
        pytest.raises(Conflict) as raised,
        transaction(),
    ):
        activate_codes([issued.batch.number], grower_id=issued.batch.grower_id, at=at, by=None)
    return raised.value


def test_without_a_survey_the_sentence_asks_for_one(app, plot, at):
    _lot, issued = printed(plot, at)
    error = refused(app, issued, at)
    assert (error.code, reason_of(error)) == ("quota_exceeded", Refusal.NO_SURVEY)
    assert "none of your plots in this village was surveyed" in str(error)


def test_a_survey_that_waits_is_named_with_whom_it_waits_for(app, plot, at):
    with transaction():
        found = NewSurvey(
            year=local_year(at), area_m2=plot.area_m2, stands=(Stand("dangui", "specimen", plot.area_m2),)
        )
        record_survey(plot.id, found, surveyed_at=at, at=at, by=make_account(at=at).id)
    _lot, issued = printed(plot, at)
    error = refused(app, issued, at)
    assert reason_of(error) == Refusal.SURVEY_WAITS
    assert str(error) == f"The survey of plot {plot.number} is not approved: the village has not agreed yet."


@pytest.mark.both
def test_land_of_another_size_is_said_to_be_that(app, plot, at):
    with transaction():
        approve_plot(plot, Stand("dangui", "first_year", plot.area_m2), at=at)
    _lot, issued = printed(plot, at)
    error = refused(app, issued, at)
    assert reason_of(error) == Refusal.OTHER_SIZE
    assert "size class specimen" in str(error)


def test_a_quota_that_is_used_up_tells_what_is_free(app, plot, at):
    lot, issued = printed(plot, at)
    with transaction():
        grant_quota(lot, 2, at=at)
    error = refused(app, issued, at)
    assert reason_of(error) == Refusal.USED_UP
    assert (error.details["free"], error.details["wanted"]) == (2, 3)
    assert "2 plants of this group and size; 3 would be needed" in str(error)


def test_without_a_licence_that_is_the_reason(app, session, at):
    with transaction():
        issued = make_codes(at=at, active=False)
    error = refused(app, issued, at + timedelta(days=400))
    assert reason_of(error) == Refusal.NO_LICENCE


@pytest.mark.both
def test_the_trace_says_who_when_why_and_how_many(app, session, plot, at):
    lot, issued = printed(plot, at)
    error = refused(app, issued, at)
    with transaction():
        who = make_account(at=at)
        assert note_refusal(error, grower_id=lot.grower_id, at=at, by=who.id)
    [seen] = refusals_of([lot.grower_id])
    assert (seen.why, seen.codes, seen.plants, seen.free, seen.lot_number, seen.at) == (
        Refusal.NO_SURVEY, 3, 3, 0, lot.number, at,
    )  # fmt: skip
    assert seen.by == who.display_name
    assert refusals_of([lot.grower_id + 1]) == []


def test_the_trace_is_sealed_with_what_it_says_and_a_change_behind_the_back_is_found(app, session, plot, at):
    lot, issued = printed(plot, at)
    error = refused(app, issued, at)
    with transaction():
        note_refusal(error, grower_id=lot.grower_id, at=at, by=None)
    leaf = session.scalars(select(SealLeaf).where(SealLeaf.kind == "activation_refusal")).one()
    assert leaf.body == canonical(
        {
            "grower_id": lot.grower_id,
            "lot": lot.number,
            "why": "no_survey",
            "codes": 3,
            "plants": 3,
            "free": 0,
            "by": None,
            "at": moment(at),
        }
    )
    assert list(audit_rows(REFUSALS)) == []
    session.rollback()
    behind_the_back("UPDATE activation_refusal SET plants = 1")
    [finding] = audit_rows(REFUSALS)
    assert finding.what == leaf.subject


def test_what_was_mistyped_is_no_refusal(session, plot, at):
    with transaction():
        assert not note_refusal(Invalid("30 m", code="height"), grower_id=plot.grower_id, at=at, by=None)
        assert not note_refusal(
            Conflict("other", code="wrong_state"), grower_id=plot.grower_id, at=at, by=None
        )
    assert session.scalar(select(func.count()).select_from(ActivationRefusal)) == 0


@pytest.mark.both
def test_the_same_lot_on_the_same_day_is_one_try_and_the_rules_read_it(app, session, plot, at):
    lot, issued = printed(plot, at)
    error = refused(app, issued, at)
    hour, day = timedelta(hours=1), timedelta(days=1)
    with transaction():
        for moment in (at - 8 * day, at - 2 * day, at - day, at - hour, at):
            note_refusal(error, grower_id=lot.grower_id, at=moment, by=None)
    tries = tries_beyond(within=WEEK, at=at)[lot.grower_id]
    assert (tries.times, tries.plants, len(tries.rows)) == (3, 9, 4)
    facts = facts_of(lot.grower_id, seasons_of(DEFAULTS, at=at))
    assert (facts.refused_tries, facts.refused_plants) == (3, 9)
    assert facts.refused_rows == tries.rows
