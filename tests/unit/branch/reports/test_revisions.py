"""A newer version says which printed figures changed."""

from dataclasses import replace

import pytest
from flask_babel import force_locale

from branch.ledger.rules.periods import Period
from branch.reports.facts.figures import MonthRow, Totals
from branch.reports.sections.revisions import differences, with_revisions
from core.languages import LOCALES_BY_CODE as LANGUAGES
from tests.factories.reports import make_month_rows

APRIL = Period(2026, 4)


@pytest.fixture
def corrected(write):
    """The report of April, and the same after a late refund of grower 3 (village 0)."""

    def pair(language="en"):
        rows = make_month_rows()
        late = MonthRow(3, APRIL, "shop", "yingui", Totals(refund_minor=50_000))
        return write(language, rows=rows), write(language, rows=[*rows, late])

    return pair


def test_nothing_changed_when_only_words_did(corrected):
    old, _new = corrected()
    assert differences(old, replace(old, title="Other words", standing="Other words")) == ()


def test_what_changed_is_named_with_the_figure_before_and_now(corrected):
    old, new = corrected()
    found = {(one.section, one.row, one.column): one for one in differences(old, new)}
    net = found["overall", "all", "net"]
    assert (net.before, net.now) == ("222,775.20", "222,275.20")
    assert net.name == "Totals of the window · 2026-04 · Net sales (yuan)"
    assert ("overall", "all", "plants") not in found
    assert ("villages", "village-1", "net") not in found
    assert found["growers", "demo-03", "refund_rate"].private


def test_a_row_that_came_or_went_is_a_change(write):
    rows = make_month_rows()
    joined = [MonthRow(grower, APRIL, "jd", "yingui", Totals(1, 10, 300)) for grower in range(2, 15)]
    new = write("en", rows=[*rows, *joined])
    old = write("en", rows=rows)
    came = [one for one in differences(old, new) if one.row == "jd" and one.column == "net"]
    went = [one for one in differences(new, old) if one.row == "jd" and one.column == "net"]
    assert [(one.before, one.now) for one in came] == [("", "39.00")]
    assert [(one.before, one.now) for one in went] == [("39.00", "")]


@pytest.mark.parametrize(("language", "title"), [("zh", "数据修订"), ("en", "Revisions")])
def test_the_newer_report_has_a_section_that_names_no_grower(app, corrected, language, title):
    old, new = corrected(language)
    with app.test_request_context(), force_locale(LANGUAGES[language]):
        document = with_revisions(replace(new, version=2), old)
    keys = [section.key for section in document.sections]
    assert keys[-2:] == ["revisions", "growers"]
    section = document.sections[-2]
    assert section.title == title
    assert old.number in section.paragraphs[0]
    text = str(section)
    assert "222,275.20" in text
    assert "示范苗圃" not in text
    assert "demo-" not in text


def test_a_first_version_has_no_such_section(corrected):
    old, _new = corrected()
    assert with_revisions(old, None) is old


def test_when_no_figure_differs_it_says_so_and_what_it_rests_on_that_changed(app, corrected):
    old, _new = corrected()
    with app.test_request_context(), force_locale("en"):
        document = with_revisions(replace(old, version=2), old, ["coverage", "spans"])
    section = next(one for one in document.sections if one.key == "revisions")
    assert section.paragraphs[0].startswith("No printed figure differs from version 1")
    assert section.paragraphs[1].endswith("coverage of channels; since when channels are on record.")
    assert section.tables == ()
