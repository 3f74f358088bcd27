"""`flask reports verify` knows the files of public editions, and says whether they still stand."""

import json

import pytest
import sqlalchemy as sa
from flask_babel import force_locale

from branch.api import append_facts
from branch.reports.audit import claims as carried
from branch.reports.audit.verifying import verify
from branch.reports.audit.wording import sentences
from core.clock import now
from core.database import transaction
from core.files import service as files
from core.seal.tasks.sequencer import sequence
from tests.factories.ledger import make_fact
from tests.factories.sales import RECORDED
from tests.seals import behind_the_back
from tests.unit.branch.reports.editions.test_publishing import (  # noqa: F401 - fixtures
    accepted,
    committee,
    growers,
    publish,
    report,
    secretary,
    withdraw,
)
from tests.unit.branch.reports.test_verifying import CHANGE, without_guards

pytestmark = pytest.mark.slow


@pytest.fixture
def published(session, accepted, committee):  # noqa: F811
    """The files of the edition by form, the Chinese ones."""
    publish(accepted, committee.account_id)
    sequence()
    return kept_files(session)


def kept_files(session):
    session.rollback()
    rows = session.execute(
        sa.text("SELECT format, file_key FROM report_edition_file WHERE locale <> 'en'")
    ).all()
    session.rollback()
    return {row.format: files.get(row.file_key) for row in rows}


@pytest.fixture
def said(app):
    def words(verdict, locale="en"):
        with app.test_request_context(), force_locale(locale):
            return "\n".join(sentences(verdict))

    return words


@pytest.mark.parametrize("form", ["pdf", "json"])
def test_a_file_of_an_edition_is_proved_with_the_report_behind_it(published, said, form):
    verdict = verify(published[form])
    assert (verdict.proved, verdict.exit_code) == (True, 0)
    assert verdict.edition.label == "guihua-osmanthus/2026-04/P1"
    assert verdict.edition.stands
    assert verdict.sealed.proof.subject.startswith("report-edition/")
    assert verdict.report_sealed.proof.subject.startswith("report/")
    assert verdict.replayed.same
    assert "its public edition guihua-osmanthus/2026-04/P1" in said(verdict)
    assert "公开版 guihua-osmanthus/2026-04/P1" in said(verdict, "zh_Hans_CN")


def test_a_withdrawn_edition_says_so_with_its_reason(session, published, committee, accepted, said):  # noqa: F811
    withdraw(session, committee.account_id)
    sequence()
    verdict = verify(published["pdf"])
    assert (verdict.proved, verdict.exit_code) == (True, 4)
    text = said(verdict)
    assert text.startswith("NO LONGER PUBLISHED")
    assert "四月有误，正在核对" in text
    assert said(verdict, "zh_Hans_CN").startswith("已不再公开")
    # The very same words published again are the same file, and the newer edition speaks for it.
    publish(accepted, committee.account_id)
    sequence()
    again = verify(published["pdf"])
    assert again.exit_code == 0
    assert again.edition.label.endswith("/P2")


@pytest.mark.both
def test_until_its_end_is_signed_too_it_is_not_proved(session, published, committee, said):  # noqa: F811
    withdraw(session, committee.account_id)
    verdict = verify(published["pdf"])
    assert verdict.exit_code == 1
    assert "not signed yet" in said(verdict)


def test_a_changed_file_says_of_which_report_it_claims_to_be(published, said):
    for form in ("pdf", "json"):
        number = json.loads(published["json"])["number"]
        assert carried.read(published[form]).number == number
        verdict = verify(published[form] + b" ")
        assert verdict.exit_code == 1
        assert number in said(verdict)


@pytest.mark.both
def test_a_fact_changed_by_sql_shows_in_the_public_figures(published, said):
    behind_the_back(*without_guards(), CHANGE)
    verdict = verify(published["pdf"])
    assert verdict.exit_code == 2
    assert "Net sales of twelve months · 2026-04" in said(verdict)
    # The annex by grower is not compared: an edition has none.
    assert not any(one.section == "growers" for one in verdict.replayed.figures["en"])


def test_a_late_record_outdates_an_edition_that_stands(growers, published):  # noqa: F811
    with transaction():
        append_facts([make_fact(growers[0].id, occurred_at=RECORDED.replace(month=4, day=20))], at=now())
    assert verify(published["pdf"]).exit_code == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE report_edition SET number = 7", "not what was sealed"),
        ("UPDATE report SET preliminary = NOT preliminary", "The report behind it: What is on record"),
    ],
)
def test_a_bent_record_of_edition_or_report_is_not_proved(session, published, said, change, words):
    session.rollback()
    behind_the_back(change)
    verdict = verify(published["pdf"])
    assert verdict.exit_code == 1
    assert words in said(verdict)
