"""In January whoever surveys hears which plots of last year wait for this year's survey; once."""

from datetime import timedelta

import pytest
from flask import render_template
from flask_babel import force_locale
from sqlalchemy import select

from core.database import transaction
from core.messaging.models import Message
from tests.factories.accounts import make_account
from tests.factories.organisation import make_grower, make_membership
from tests.factories.traceability import approve_plot, make_plot
from traceability.api import ensure_reference_data
from traceability.surveys.service import people_to_remind, plots_without_survey, remind_of_growth

YEAR = timedelta(days=365)


@pytest.fixture
def land(session, at):
    """Two plots approved this year, one that never was, and a technician and a grower's friend."""
    with transaction():
        ensure_reference_data()
        grower = make_grower(at=at)
        plots = [make_plot(grower=grower, at=at) for _ in range(3)]
        for plot in plots[:2]:
            approve_plot(plot, at=at)
        technician = make_account(email="tech@example.org", at=at)
        make_membership(technician.id, "technician", "guihua-osmanthus", at)
        make_account(email="nobody@example.org", at=at)
    return plots


def messages(session):
    session.rollback()
    return session.scalars(select(Message).where(Message.template == "plots_to_survey")).all()


def test_plots_of_last_year_wait_until_they_are_surveyed_again(land, session, at):
    assert sum(plots_without_survey(2026).values()) == 0
    assert dict(plots_without_survey(2027)) == {land[0].unit_id: 2}
    with transaction():
        approve_plot(land[0], at=at + YEAR)
    assert dict(plots_without_survey(2027)) == {land[0].unit_id: 1}


def remind(at):
    return sum(remind_of_growth(account_id, at=at) for account_id in people_to_remind(at=at))


@pytest.mark.both
def test_the_technician_is_told_once_and_nobody_else(land, session, at):
    with transaction():
        assert remind(at) == 0
    for _ in range(2):
        with transaction():
            remind(at + YEAR)
    [told] = messages(session)
    assert told.receiver == "tech@example.org"
    assert told.context["plots"] == 2
    assert told.context["url"].endswith("/branch/plots?state=missing")
    assert told.context["growth_url"] == ""


@pytest.mark.both
def test_who_decides_on_quota_is_told_where_growth_is_written_down(app, land, session, at):
    with transaction():
        secretary = make_account(email="secretary@example.org", at=at)
        make_membership(secretary.id, "secretary", "guihua-osmanthus", at)
        remind(at + YEAR)
    told = {one.receiver: one for one in messages(session)}
    assert told["secretary@example.org"].context["growth_url"].endswith("/branch/quota/growth")
    said = {}
    for receiver, message in told.items():
        with app.test_request_context(), force_locale("en"):
            said[receiver] = render_template("emails/plots_to_survey.txt", **message.context)
    assert "/branch/quota/growth" in said["secretary@example.org"]
    assert "growth" not in said["tech@example.org"]
    with app.test_request_context():
        assert render_template(
            "emails/plots_to_survey.txt", year=2026, plots=1, url="https://before.example/"
        )
