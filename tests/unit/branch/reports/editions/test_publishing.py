"""Publishing and withdrawing: by whom, once, sealed, and what everybody sees then."""

from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from branch.api import get_unit
from branch.ledger.rules.periods import Period
from branch.ledger.service import daily_sums as rollup
from branch.reports.editions import service as editions
from branch.reports.editions.models.tables import ReportEdition
from branch.reports.review.service import moving
from branch.reports.service import building
from branch.reports.tasks import making, publishing
from branch.reports.tasks.editions import publish_edition
from core.clock import now
from core.database import transaction
from core.errors import Conflict, DomainError, Forbidden, Invalid
from core.languages import LANGUAGES
from tests.factories.reports import make_report
from tests.factories.sales import make_branch_with_sales

pytestmark = pytest.mark.slow

UNIT, PERIOD = "guihua-osmanthus", "2026-04"
PAGE = f"/reports/{UNIT}/{PERIOD}"


@pytest.fixture
def growers(session):
    with transaction():
        return make_branch_with_sales()


@pytest.fixture
def secretary(login, growers):
    return login(role="secretary", display_name="支部书记").account_id


@pytest.fixture
def committee(login, growers):
    return login(role="committee", display_name="委员甲")


def move(report, target, account, revision):
    with transaction():
        moving.move_report(
            report, target, revision=revision, comment="", account_id=account, by_name="x", at=now()
        )


@pytest.fixture
def report(session, growers, secretary, committee):
    made = making.make(Period(2026, 4), get_unit(UNIT), at=now())
    public_id = making.keep(made, at=now(), account_id=None, by_name="")
    move(public_id, "submitted", secretary, 0)
    return public_id


@pytest.fixture
def accepted(report, committee):
    move(report, "accepted", committee.account_id, 1)
    return report


def publish(report, account):
    publishing.publish(report, account_id=account, at=now())


def newest(session):
    session.rollback()
    return session.scalars(sa.select(ReportEdition).order_by(ReportEdition.id.desc())).first()


def withdraw(session, account, reason="四月有误，正在核对"):
    edition = newest(session).public_id
    session.rollback()
    with transaction():
        editions.withdraw(edition, reason=reason, account_id=account, at=now())


def test_only_an_accepted_report_is_published(session, report, committee):
    with pytest.raises(Conflict) as caught:
        publish(report, committee.account_id)
    assert caught.value.code == "report_not_accepted"
    move(report, "accepted", committee.account_id, 1)
    publish(report, committee.account_id)
    with pytest.raises(Conflict) as caught:
        publish(report, committee.account_id)
    assert caught.value.code == "already_published"


def test_the_secretary_cannot_publish_and_nobody_publishes_his_own(session, accepted, secretary):
    from tests.factories.organisation import make_membership

    with pytest.raises(Forbidden):
        publish(accepted, secretary)
    with transaction():
        make_membership(secretary, "committee", "guihua")
    with pytest.raises(Forbidden) as caught:
        publish(accepted, secretary)
    assert caught.value.code == "own_report"


@pytest.mark.both
def test_everybody_reads_it_and_finds_nobody_in_it(client, session, growers, accepted, committee):
    assert client.get(PAGE).status_code == 404
    publish(accepted, committee.account_id)
    assert "2026-04" in client.get("/reports").get_data(as_text=True)
    for locale in ("zh_Hans_CN", "en"):
        client.set_cookie("locale", locale)
        page = client.get(PAGE)
        assert page.status_code == 200
        text = page.get_data(as_text=True)
        for grower in growers:
            assert grower.name not in text
            assert grower.slug not in text
    assert "/P1" in text
    session.rollback()
    files = set(session.scalars(sa.text("SELECT name FROM report_edition_file")))
    pdf = next(name for name in files if name.endswith("en.pdf"))
    answer = client.get(f"{PAGE}/files/{pdf}")
    assert answer.data.startswith(b"%PDF-")
    with_names = (
        session.execute(sa.text("SELECT name FROM report_file WHERE format = 'xlsx'")).scalars().all()
    )
    session.rollback()
    assert with_names
    for name in with_names:
        assert client.get(f"{PAGE}/files/{name}").status_code == 404


@pytest.mark.both
def test_a_withdrawn_edition_shows_its_reason_and_no_figures(client, session, accepted, committee):
    publish(accepted, committee.account_id)
    name = client.get(PAGE).get_data(as_text=True).split("/files/")[1].split('"')[0]
    with pytest.raises(Invalid):
        withdraw(session, committee.account_id, reason=" ")
    withdraw(session, committee.account_id)
    text = client.get(PAGE).get_data(as_text=True)
    assert "四月有误，正在核对" in text
    assert "D1" not in text
    assert client.get(f"{PAGE}/files/{name}").status_code == 404
    assert "撤回" in client.get("/reports").get_data(as_text=True)
    with pytest.raises(Conflict):
        withdraw(session, committee.account_id)
    publish(accepted, committee.account_id)
    again = client.get(PAGE).get_data(as_text=True)
    assert "/P2" in again
    assert "四月有误，正在核对" in again


def test_each_edition_and_its_end_are_sealed(client, session, accepted, committee):
    from branch.reports.editions.models.sealing import SOURCE
    from core.seal.queries.audit import audit_rows
    from core.seal.tasks.sequencer import sequence
    from tests.seals import behind_the_back

    publish(accepted, committee.account_id)
    withdraw(session, committee.account_id)
    session.rollback()
    sequence()
    proof = client.get(f"{PAGE}/proof")
    assert proof.status_code == 200
    assert "report-edition" in client.get(PAGE).get_data(as_text=True) or "封存" in client.get(PAGE).get_data(
        as_text=True
    )
    assert list(audit_rows(SOURCE)) == []
    session.rollback()
    behind_the_back("UPDATE report_edition SET reason = 'x'")
    assert list(audit_rows(SOURCE))
    session.rollback()


@pytest.mark.both
def test_the_pages_of_the_committee_publish_and_withdraw(session, accepted, committee, client):
    page = f"/committee/reports/{accepted}"
    begun = committee.submit(f"{page}/publish", form_at=page)
    assert begun.status_code == 303
    assert newest(session) is None, "it is drawn by the worker"
    job = begun.location.rsplit("/", 1)[1]
    for _twice in range(2):
        publish_edition(job, accepted, committee.account_id)
    done = committee.get(begun.location, headers={"Accept": "application/json"}).get_json()
    assert (done["state"], done["result_url"]) == ("done", f"{page}#editions")
    assert committee.submit(f"{page}/publish", form_at=page).status_code == 409
    edition = newest(session).public_id
    session.rollback()
    address = f"{page}/withdraw-edition/{edition}"
    refused = committee.submit(address, {"reason": ""})
    assert refused.status_code == 422
    assert committee.submit(address, {"reason": "数字有误"}).status_code == 302
    late = committee.submit(address, {"reason": "再撤一次"})
    assert late.status_code == 409
    assert "再撤一次" in late.get_data(as_text=True)
    assert "数字有误" in client.get(PAGE).get_data(as_text=True)


def test_of_two_who_publish_at_once_one_does(app, session, accepted, committee, login):
    other = login(role="committee").account_id
    start, outcomes = Barrier(2), []

    def work(account):
        with app.app_context():
            start.wait(timeout=10)
            try:
                with transaction():
                    editions.publish(accepted, files=(), account_id=account, at=now())
                outcomes.append("done")
            except DomainError as error:
                outcomes.append(error.code)

    threads = [Thread(target=work, args=(one,)) for one in (committee.account_id, other)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=30)
    assert sorted(outcomes) == ["already_published", "done"]


def test_a_season_is_published_beside_its_months(client, session, growers, secretary, committee):
    for period in (Period(2026, 3), Period(2026, season=1)):
        made = making.make(period, get_unit(UNIT), at=now())
        public_id = making.keep(made, at=now(), account_id=None, by_name="")
        move(public_id, "submitted", secretary, 0)
        move(public_id, "accepted", committee.account_id, 1)
        publish(public_id, committee.account_id)
    listed = client.get("/reports").get_data(as_text=True)
    for key in ("2026-03", "2026-S1"):
        assert f"/reports/{UNIT}/{key}" in listed
        page = client.get(f"/reports/{UNIT}/{key}")
        assert page.status_code == 200
        assert "分规格" in page.get_data(as_text=True)
    told = client.get(f"/reports/{UNIT}/2026-S1/files/{UNIT}-2026-S1-public.json").get_json()
    assert told["format"] == "guiyuan-report-edition-1"
    assert set(told["sections"]) >= {"channels", "sizes", "provinces"}


@pytest.mark.parametrize("unit", ["guihua", UNIT, "guihua-spring"])
@pytest.mark.parametrize("period", [Period(2026, 3), Period(2025), Period(2026, season=1)])
def test_reports_of_towns_branches_and_villages_have_an_edition_for_any_window(
    session, growers, unit, period
):
    with transaction():
        rollup.ensure_fresh()
    written = building.write(period, get_unit(unit), today=now().date())
    session.rollback()
    assert set(written.public) == {language.code for language in LANGUAGES}
    sections = {section.key for section in written.public["zh"].sections}
    assert {"overall", "comparison"} <= sections
    assert ("channels" in sections) == (unit != "guihua-spring")


def test_a_report_without_a_public_edition_cannot_be_published(session, growers, secretary, committee):
    with transaction():
        public_id = make_report(state="accepted", by=secretary, period="2026-03")
    with pytest.raises(Conflict) as caught:
        publish(public_id, committee.account_id)
    assert caught.value.code == "no_public_edition"
