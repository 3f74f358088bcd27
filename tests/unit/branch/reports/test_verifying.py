"""`flask reports verify`: a file is told apart from what was sealed, and a changed fact shows."""

import io
import json
import zipfile
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask_babel import force_locale

from branch.api import append_facts, get_unit
from branch.ledger.models.tables import SalesDaily, SalesDirty
from branch.ledger.rules.periods import Period
from branch.reports.audit import claims as carried
from branch.reports.audit.verifying import verify
from branch.reports.audit.wording import sentences
from branch.reports.models.tables import ReportFile
from branch.reports.tasks import making
from core.clock import now
from core.database import db, transaction
from core.files import service as files
from core.seal.tasks.sequencer import sequence
from tests.factories.ledger import make_fact
from tests.factories.sales import RECORDED, make_branch_with_sales
from tests.seals import behind_the_back

pytestmark = pytest.mark.slow

APRIL = Period(2026, 4)
SUMS = sa.select(SalesDaily.id, SalesDaily.net_minor).order_by(SalesDaily.id)
MARKS = sa.select(sa.func.count()).select_from(SalesDirty)
# A fact of grower 2 in April 2026: the first that the report of that month cannot do without.
CHANGE = (
    "UPDATE sale_fact SET gross_minor = gross_minor + 700, net_minor = net_minor + 700 WHERE id = "
    "(SELECT MIN(id) FROM sale_fact WHERE local_day = '2026-04-09' AND kind = 'sale')"
)


@pytest.fixture
def growers(session):
    with transaction():
        return make_branch_with_sales()


@pytest.fixture
def made(growers):
    """The report of April, kept and sealed: its files by their endings, the Chinese ones."""
    built = making.make(APRIL, get_unit("guihua-osmanthus"), at=now())
    making.keep(built, at=now(), account_id=None, by_name="")
    sequence()
    return {one.format: one.data for one in built.files if one.locale in {"zh", ""}}


def without_guards():
    """What somebody does first who has the database's password."""
    if db.engine.dialect.name == "postgresql":
        return ["ALTER TABLE sale_fact DISABLE TRIGGER ALL"]
    return ["DROP TRIGGER sale_fact_no_update", "DROP TRIGGER sale_fact_no_delete"]


@pytest.fixture
def verified(app, tmp_path):
    """`verified(data, "en")` runs the command on a file of these bytes: (exit code, what it said)."""

    def run(data, language="en"):
        path = tmp_path / "file"
        path.write_bytes(data)
        done = app.test_cli_runner().invoke(args=["reports", "verify", str(path), "--lang", language])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.output
        return done.exit_code, done.output

    return run


@pytest.mark.parametrize("form", ["pdf", "xlsx", "csv", "html", "json", "png"])
def test_every_form_of_a_sealed_report_is_proved(made, form):
    verdict = verify(made[form])
    assert (verdict.proved, verdict.exit_code) == (True, 0)
    assert verdict.kept.period == "2026-04"
    assert verdict.sealed.proof.number >= 0
    assert verdict.audit.agree > 100


@pytest.mark.parametrize(("language", "words"), [("zh", "已证实"), ("en", "PROVED")])
def test_it_says_so_in_both_languages(made, verified, language, words):
    code, said = verified(made["pdf"], language)
    assert code == 0
    assert said.startswith(words)


@pytest.mark.both
def test_one_byte_makes_it_another_file_which_still_says_whose_it_claims_to_be(made, verified):
    for form in ("pdf", "xlsx", "csv", "html", "json"):
        code, said = verified(made[form] + b" ")
        assert code == 1, form
        assert "It calls itself report guihua-osmanthus/2026-04/" in said, form
        assert "version 1 of unit guihua-osmanthus" in said, form


def test_what_is_no_report_is_not_proved(made, verified):
    for data in (b"", b"%PDF-1.7 nothing", b"PK nothing", b"{}", b"{", b"a,b\nc,d\n", b"\xff\xfe"):
        code, said = verified(data)
        assert code == 1
        assert "does not say which report" in said


def test_a_fact_changed_by_sql_shows_with_grower_month_and_figures(made, verified):
    behind_the_back(*without_guards(), CHANGE)
    code, said = verified(made["pdf"])
    assert code == 2
    assert said.startswith("FACTS CHANGED")
    assert "1 sum differs without any record that came in later" in said
    assert "grower 1, 2026-04, shop, jingui: net sales 209.00 then, 216.00 now" in said
    assert "Totals of the window · 2026-04 · Net sales (yuan): 13,309.00 → 13,316.00" in said
    code, said = verified(made["xlsx"], "zh")
    assert code == 2
    assert "第 1 户" in said


def test_a_fact_removed_by_sql_shows(made, verified):
    behind_the_back(
        *without_guards(),
        "DELETE FROM sale_fact WHERE local_day = '2026-04-09' AND kind = 'sale' AND plants > 1000",
    )
    code, said = verified(made["json"])
    assert code == 2
    assert "then, 0.00 now" in said


def test_a_province_changed_by_sql_shows_though_every_sum_is_the_same(made, verified):
    behind_the_back(
        *without_guards(), "UPDATE sale_fact SET province = '湖北省' WHERE local_day = '2026-04-09'"
    )
    code, said = verified(made["json"])
    assert code == 2
    assert "Also different among the inputs: provinces" in said


def test_kept_sums_that_were_bent_do_not_hide_that_the_facts_are_as_they_were(made, verified):
    behind_the_back("UPDATE sales_daily SET gross_minor = gross_minor + 700, net_minor = net_minor + 700")
    assert verified(made["pdf"])[0] == 0


def test_records_that_came_in_later_are_told_apart_from_changed_ones(growers, made, verified):
    with transaction():
        append_facts([make_fact(growers[0].id, occurred_at=RECORDED.replace(month=4, day=20))], at=now())
    code, said = verified(made["pdf"])
    assert code == 3
    assert said.startswith("OUTDATED")
    assert "1 record about these months came in after" in said
    behind_the_back(*without_guards(), CHANGE)
    code, said = verified(made["pdf"])
    assert code == 2
    assert "1 sum differs without any record" in said


def test_nothing_is_left_behind_by_a_check(session, made):
    before = session.execute(SUMS).all()
    behind_the_back(*without_guards(), CHANGE)
    assert verify(made["pdf"]).exit_code == 2
    session.rollback()
    assert session.execute(SUMS).all() == before
    assert session.scalar(MARKS) == 0


def test_a_report_that_is_not_signed_yet_says_so(growers, verified):
    built = making.make(APRIL, get_unit("guihua-osmanthus"), at=now())
    making.keep(built, at=now(), account_id=None, by_name="")
    code, said = verified(built.annex)
    assert code == 1
    assert "not signed yet" in said


@pytest.mark.both
def test_a_file_smuggled_into_the_record_is_not_proved(session, made, verified):
    forged = made["json"].replace(b"}", b" }", 1)
    key = files.put(forged, kind="report", content_type="application/json", public=False)
    digest = verify(forged).sha256
    behind_the_back(f"UPDATE report_file SET sha256 = '{digest}', file_key = '{key}' WHERE format = 'json'")  # noqa: S608
    code, said = verified(forged)
    assert code == 1
    assert "with other files than this one" in said


def test_a_record_of_a_report_that_was_bent_is_not_proved(session, made, verified):
    session.rollback()
    behind_the_back("UPDATE report SET preliminary = NOT preliminary")
    code, said = verified(made["pdf"])
    assert code == 1
    assert "not what was sealed" in said


def test_a_report_whose_annex_is_lost_is_not_proved(session, made, verified):
    row = session.scalars(sa.select(ReportFile).where(ReportFile.format == "json")).one()
    files.forget(row.file_key)
    session.rollback()
    code, said = verified(made["pdf"])
    assert code == 1
    assert "missing or was changed" in said


def test_the_workbook_and_the_pdf_say_of_themselves_which_report_they_are(made):
    number = json.loads(made["json"])["number"]
    for form in ("pdf", "xlsx", "html", "csv", "json"):
        assert carried.read(made[form]).number == number, form
    assert carried.read(made["pdf"]).annex == made["json"]
    with zipfile.ZipFile(io.BytesIO(made["xlsx"])) as archive:
        assert number in archive.read("docProps/custom.xml").decode()


def test_a_change_of_what_is_covered_is_not_called_a_changed_fact(app, made):
    proved = verify(made["json"])
    replayed = replace(proved.replayed, registers=("coverage", "panel_cells"))
    outdated = replace(proved, replayed=replayed)
    assert outdated.exit_code == 3
    with app.test_request_context(), force_locale("en"):
        said = "\n".join(sentences(outdated))
    assert said.startswith("OUTDATED")
    assert "coverage, licences" in said


def test_a_changed_fact_is_not_laid_to_the_register_of_what_is_covered(made, verified):
    behind_the_back(*without_guards(), CHANGE)
    assert "coverage, licences" not in verified(made["json"])[1]
