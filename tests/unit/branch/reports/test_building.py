"""From facts in the database to files: versions, repeatability, the command, the schedule."""

import json

import pytest
import sqlalchemy as sa

from branch.api import append_facts, get_unit
from branch.ledger.rules.periods import Period
from branch.reports.document import Column, Row, Section, Table
from branch.reports.models.tables import Report, ReportFile
from branch.reports.review.service.moving import move_report
from branch.reports.tasks import building as tasks
from branch.reports.tasks import making
from core.clock import now
from core.database import transaction
from core.errors import Conflict, Invalid
from tests.factories.ledger import make_fact
from tests.factories.sales import RECORDED, make_branch_with_sales
from wsgi import report_sections

pytestmark = pytest.mark.slow

APRIL = Period(2026, 4)


@pytest.fixture
def growers(session):
    with transaction():
        return make_branch_with_sales()


def make(period=APRIL):
    return making.make(period, get_unit("guihua-osmanthus"), at=now())


def keep(made):
    return making.keep(made, at=now(), account_id=None, by_name="")


def sell_more(grower, **values):
    at = RECORDED.replace(month=4, day=20)
    with transaction():
        append_facts([make_fact(grower.id, occurred_at=at, **values)], at=now())


def versions(session):
    session.rollback()
    return session.execute(sa.select(Report.version, Report.state).order_by(Report.version)).all()


def test_the_same_facts_give_the_same_bytes_and_one_version(session, growers):
    first, second = make(), make()
    assert first.files == second.files
    assert keep(first) == keep(second)
    assert versions(session) == [(1, "draft")]


def test_figures_come_from_the_facts(growers):
    annex = json.loads(next(one for one in make().files if one.format == "json").data)
    totals = annex["sections"]["overall"]["totals"]["rows"]["all"]
    plants = sum(100 * number + 2 for number in range(1, 12)) - 1
    assert totals == {
        "orders": 11, "plants": plants, "gross": 66 * 20_000 + 11 * 1_000, "discount": 0, "refund": 100,
        "net": 66 * 20_000 + 11 * 1_000 - 100,
        "price": totals["price"], "refund_rate": totals["refund_rate"],
    }  # fmt: skip
    comparison = annex["sections"]["comparison"]["comparison"]["rows"]
    assert comparison["all"]["before"] == 66 * 20_000 + 11 * 500 - 100
    assert comparison["like_for_like"] == comparison["all"]
    villages = annex["sections"]["villages"]["villages"]["rows"]
    assert set(villages) == {"guihua-bamboo", "guihua-spring", "total"}


def test_new_facts_make_a_new_version_and_replace_the_draft(session, growers):
    keep(make())
    sell_more(growers[0])
    keep(make())
    assert versions(session) == [(1, "replaced"), (2, "draft")]


def test_a_newer_version_says_what_changed_and_repeats_itself(session, growers):
    keep(make())
    sell_more(growers[0], gross_minor=12_345, discount_minor=0)
    second = make()
    assert second.document.version == 2
    keep(second)
    assert make().files == second.files
    revises = json.loads(second.annex)["revises"]
    first = session.scalars(sa.select(Report).where(Report.version == 1)).one()
    assert (revises["version"], revises["annex"]) == (1, first.annex_sha256)
    before = 66 * 20_000 + 11 * 1_000 - 100
    assert ["overall", "totals", "all", "net", before, before + 12_345] in revises["changes"]
    rows = {one[2] for one in revises["changes"] if one[0] == "growers"}
    assert rows <= {"total", *(f"grower-{number}" for number in range(1, 12))}
    assert "grower-1" in rows


@pytest.mark.both
def test_what_changed_beside_the_sales_makes_a_version_that_says_so(app, session, growers, monkeypatch):
    """Look-ups, cases and imports are read by other rooms' sections; here one that counts something."""
    looked_up = 5

    def authenticity(_period, _scope):
        columns = (Column("what", "什么"), Column("now", "本期", "count"))
        table = Table("authenticity", "真伪", columns, (Row("devices", ("扫码", looked_up)),))
        return Section("authenticity", "真伪", tables=(table,), inputs={"now": {"devices": looked_up}})

    sections = [*report_sections()[:3], authenticity]
    monkeypatch.setitem(app.extensions, "report_sections", lambda: sections)
    keep(make())
    looked_up = 6
    second = make()
    assert second.document.version == 2
    keep(second)
    assert versions(session) == [(1, "replaced"), (2, "draft")]
    told = json.loads(second.annex)
    assert told["inputs"]["authenticity"] == {"now": {"devices": 6}}
    assert told["revises"]["inputs"] == ["authenticity"]
    assert told["revises"]["changes"] == [["authenticity", "authenticity", "devices", "now", 5, 6]]
    section = next(one for one in second.document.sections if one.key == "revisions")
    assert "扫码查询、预警、案件和配额" in section.paragraphs[-1]
    assert make().files == second.files


def test_two_who_build_at_once_do_not_both_make_the_second_version(session, growers):
    keep(make())
    sell_more(growers[0])
    slow = make()
    sell_more(growers[1])
    keep(make())
    sell_more(growers[2])
    with pytest.raises(Conflict) as caught:
        keep(slow)
    assert caught.value.code == "report_built_meanwhile"


def test_facts_of_other_months_do_not_change_a_report(session, growers):
    made = make()
    with transaction():
        append_facts(
            [make_fact(growers[0].id, channel="shop", occurred_at=RECORDED.replace(day=2))], at=now()
        )
    assert make().files == made.files


@pytest.mark.both
def test_a_report_that_waits_for_the_committee_is_not_overtaken(app, session, growers, login):
    account = login(role="secretary").account_id
    public_id = keep(make())
    with transaction():
        move_report(public_id, "submitted", revision=0, comment="", account_id=account, by_name="s", at=now())
    sell_more(growers[0])
    with pytest.raises(Conflict) as caught:
        keep(make())
    assert caught.value.code == "report_with_committee"
    assert versions(session) == [(1, "submitted")]


def test_accepting_a_newer_version_archives_the_older_one(session, growers, login):
    secretary = login(role="secretary").account_id
    committee = login(role="committee").account_id

    def accept(public_id):
        for revision, (state, account) in enumerate((("submitted", secretary), ("accepted", committee))):
            with transaction():
                move_report(
                    public_id, state, revision=revision, comment="", account_id=account, by_name="s", at=now()
                )

    accept(keep(make()))
    sell_more(growers[0])
    accept(keep(make()))
    assert versions(session) == [(1, "archived"), (2, "accepted")]


def test_of_two_who_decide_at_the_same_moment_one_succeeds(session, growers, login):
    account = login(role="secretary").account_id
    public_id = keep(make())
    arguments = {"revision": 0, "comment": "", "account_id": account, "by_name": "s", "at": now()}
    with transaction():
        move_report(public_id, "submitted", **arguments)
    with pytest.raises(Conflict), transaction():
        move_report(public_id, "submitted", **arguments)


@pytest.mark.both
def test_a_name_that_cannot_be_printed_is_named(session, growers):
    from branch.growers.models.tables import Grower

    with transaction():
        session.execute(sa.update(Grower).where(Grower.id == growers[0].id).values(name="\U0002a7dd苗圃"))
    with pytest.raises(Invalid) as caught:
        make()
    assert "\U0002a7dd" in str(caught.value)


def test_sales_outside_the_unit_are_not_in_its_report(session, growers):
    from tests.factories.organisation import make_grower

    made = make()
    with transaction():
        tea = make_grower(unit="guihua-tea")
    sell_more(tea, gross_minor=10**9, discount_minor=0)
    assert make().files == made.files


def test_the_command_writes_every_form_and_repeats_itself(app, growers, tmp_path):
    runner = app.test_cli_runner()
    arguments = ["reports", "build", "--unit", "guihua-osmanthus", "--month", "2026-04", "--output"]
    for folder in ("one", "two"):
        done = runner.invoke(args=[*arguments, str(tmp_path / folder)])
        assert done.exit_code == 0, done.output
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == [
        "guihua-osmanthus-2026-04-en.csv", "guihua-osmanthus-2026-04-en.html", "guihua-osmanthus-2026-04-en.pdf",
        "guihua-osmanthus-2026-04-en.xlsx", "guihua-osmanthus-2026-04-zh.csv", "guihua-osmanthus-2026-04-zh.html",
        "guihua-osmanthus-2026-04-zh.pdf", "guihua-osmanthus-2026-04-zh.xlsx", "guihua-osmanthus-2026-04.json",
    ]  # fmt: skip
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--unit", "nowhere", "--month", "2026-04"], "unit_unknown"),
        (["--unit", "guihua-osmanthus"], "give one of"),
        (["--unit", "guihua-osmanthus", "--month", "2026-04", "--year", "2026"], "give one of"),
        (["--unit", "guihua-osmanthus", "--from", "2026-04"], "give one of"),
        (["--unit", "guihua-osmanthus", "--from", "2026-04", "--to", "2026-02"], "not a months"),
        (["--unit", "guihua-osmanthus", "--season", "2026-04"], "--season takes"),
        (["--unit", "guihua-osmanthus", "--month", "2026"], "--month takes"),
        (["--unit", "guihua-osmanthus", "--month", "April"], "not a month"),
        (["--unit", "guihua-osmanthus", "--month", "2099-01"], "period_not_begun"),
    ],
)
def test_the_command_says_what_is_wrong(app, growers, arguments, words):
    done = app.test_cli_runner().invoke(args=["reports", "build", *arguments])
    assert done.exit_code != 0
    assert words in done.output


def test_the_schedule_builds_last_month_for_every_branch(session, growers):
    assert tasks.build_last_month.run() == 2
    assert len(versions(session)) == 2
    assert {row.period for row in session.execute(sa.select(Report.period))} == {
        tasks.month_before(tasks.local_day(now())).key
    }


def test_every_file_lies_on_its_shelf_with_its_digest(session, growers):
    import hashlib

    from core.files import service as files

    made = make()
    keep(made)
    rows = session.scalars(sa.select(ReportFile)).all()
    assert len(rows) == len(made.files)
    for row in rows:
        assert hashlib.sha256(files.get(row.file_key)).hexdigest() == row.sha256


def test_a_build_that_fails_says_so_on_its_page(session, growers):
    from core.progress import queries as progress_queries
    from core.progress.service import starting as progress

    with transaction():
        job = progress.start("report", task="branch.reports.build", locale="en")
    tasks.build_report.run(job, "nowhere", "2026-04", None, "")
    view = progress_queries.get_progress(job, at=now())
    assert (view.state, view.message) == ("failed", "There is no unit with the code nowhere.")
