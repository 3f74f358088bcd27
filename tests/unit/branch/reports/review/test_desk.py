"""The committee's desk: what came in, what is late, what was asked, how the months went."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from branch.api import get_unit
from branch.ledger.rules.periods import Period
from branch.reports.deadlines import service as deadlines
from branch.reports.deadlines.models import ReportDuty
from branch.reports.questions import service as thread
from branch.reports.review.models import ReportKeyFigures
from branch.reports.review.queries import report_overview
from branch.reports.review.rules import HEIGHT, MARGIN, WIDTH, sparkline
from branch.reports.review.service import moving
from branch.reports.tasks import making
from core.clock import local_day, now
from core.database import transaction
from tests.factories.sales import make_branch_with_sales

pytestmark = pytest.mark.slow

UNIT = "guihua-osmanthus"


def open_duties(*, at):
    for unit_id in deadlines.branches_to_ask(at=at):
        deadlines.open_duties(unit_id, at=at)


def test_a_line_stays_in_its_frame_and_begins_at_zero():
    (line,) = sparkline([0, 50, 100])
    points = [tuple(map(float, point.split(","))) for point in line.split()]
    assert points[0] == (MARGIN, HEIGHT - MARGIN)
    assert points[-1] == (WIDTH - MARGIN, MARGIN)
    assert points[1][1] == HEIGHT / 2


@pytest.mark.parametrize(
    ("values", "lines"),
    [((), 0), ((None, None), 0), ((5,), 1), ((5, None, 5), 2), ((5, 5, None), 1), ((-5, 0), 1)],
)
def test_a_missing_month_breaks_the_line(values, lines):
    found = sparkline(values)
    assert len(found) == lines
    assert all(0 <= float(part) <= WIDTH for line in found for part in line.replace(",", " ").split())


@pytest.fixture
def growers(session):
    with transaction():
        return make_branch_with_sales()


@pytest.fixture
def secretary(login, growers):
    return login(role="secretary", display_name="支部书记")


@pytest.fixture
def committee(login, growers):
    return login(role="committee", display_name="委员甲")


@pytest.fixture
def report(session, growers, secretary):
    made = making.make(Period(2026, 4), get_unit(UNIT), at=now())
    public_id = making.keep(made, at=now(), account_id=None, by_name="")
    with transaction():
        moving.move_report(
            public_id, "submitted",
            revision=0, comment="", account_id=secretary.account_id, by_name="s", at=now(),
        )  # fmt: skip
    return public_id


def test_the_key_figures_are_those_of_the_report(session, report):
    row = session.scalars(sa.select(ReportKeyFigures)).one()
    plants = sum(100 * number + 2 for number in range(1, 12)) - 1
    assert (row.net_minor, row.plants) == (66 * 20_000 + 11 * 1_000 - 100, plants)
    assert row.like_growth == row.growth
    session.rollback()


def test_questions_and_months_are_seen_by_unit_and_period(session, report, committee):
    with transaction():
        thread.ask(
            report, words="请说明", place="", returns=False, revision=1, seen=0,
            account_id=committee.account_id, by_name="委员甲", at=now(),
        )  # fmt: skip
    shown = report_overview(committee.account_id, at=now())
    assert [one.words for one in shown.questions] == ["请说明"]
    assert shown.months == ("2026-04",)
    assert [len(trend.line) for trend in shown.trends] == [1]
    assert report_overview(committee.account_id, unit_code="guihua-tea", at=now()).questions == ()
    assert report_overview(committee.account_id, period="2026-03", at=now()).questions == ()
    assert (
        len(report_overview(committee.account_id, unit_code=UNIT, period="2026-04", at=now()).questions) == 1
    )
    session.rollback()


@pytest.mark.both
def test_what_is_late_is_shown_by_unit_and_month(session, growers, committee, client):
    with transaction():
        open_duties(at=now() - timedelta(days=60))
        session.execute(sa.update(ReportDuty).values(due_on=local_day(now()) - timedelta(days=4)))
    shown = report_overview(committee.account_id, at=now())
    assert {one.unit_name for one in shown.late} == {"桂花产业支部", "茶产业支部"}
    assert {one.days_late for one in shown.late} == {4}
    assert [len(cells) for _name, cells in shown.grid()] == [1, 1]
    session.rollback()
    page = committee.get("/committee/reports").get_data(as_text=True)
    assert "逾期" in page
    one = committee.get("/committee/reports?unit=guihua-tea").get_data(as_text=True)
    assert "茶产业支部" in one.split("<h1>")[1]
    table = one.split('id="late"')[1].split("</section>")[0]
    assert "桂花产业支部" not in table


def test_the_list_can_be_taken_into_a_spreadsheet(session, report, committee, secretary):
    with transaction():
        open_duties(at=now())
    answer = committee.get("/committee/reports.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert len(answer.data.decode("utf-8-sig").strip().split("\r\n")) == 3
    only = committee.get("/committee/reports.csv?unit=guihua-tea").data.decode("utf-8-sig")
    assert "桂花产业支部" not in only


@pytest.mark.both
def test_another_branch_sees_nothing_of_it(session, report, login):
    stranger = login(role="secretary", unit="guihua-tea")
    page = stranger.get("/committee/reports").get_data(as_text=True)
    assert report not in page
    assert "桂花产业支部" not in page
