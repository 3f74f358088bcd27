"""The adjusted series: three full years of a constant set of growers, or a sentence that says why not."""

from dataclasses import replace

import pytest
from flask_babel import force_locale

from branch.ledger.rules.periods import Period
from branch.reports.charts import drawing as charts
from branch.reports.sections.seasonal import seasonal, seasonal_series
from core.languages import LOCALES_BY_CODE as LANGUAGES
from tests.factories.panels import make_panel, with_panel
from tests.factories.reports import make_scope

APRIL = Period(2026, 4)


@pytest.fixture
def say(app):
    def said(scope, language="en"):
        with app.test_request_context(), force_locale(LANGUAGES[language]):
            return seasonal(APRIL, scope)

    return said


def with_cells(growers, cells):
    scope = make_scope()
    return replace(
        scope, evidence=replace(scope.evidence, panel_growers=tuple(growers), panel_cells=tuple(cells))
    )


def test_the_season_is_taken_out_and_the_recorded_total_stays():
    growers, cells = make_panel(growers=12, joiners=0, noise=0.02)
    found = seasonal_series(growers, cells, APRIL)
    assert (found.growers, found.left_out, len(found.months)) == (12, 0, 40)
    recorded = [one.recorded_minor for one in found.months]
    adjusted = [one.adjusted_minor for one in found.months]
    assert recorded[-1] == sum(cell.net_minor for cell in cells if cell.month == APRIL)
    assert max(recorded) / min(recorded) > 8
    assert max(adjusted) / min(adjusted) < 2


def test_growers_with_a_gap_are_left_out_and_counted(say):
    growers, cells = make_panel(growers=40, joiners=0)
    gap = [one for one in cells if not (one.grower_id <= 3 and one.month == Period(2025, 6))]
    section = say(with_cells(growers, gap))
    assert "37 growers" in section.paragraphs[0]
    assert "3 growers are not in it" in section.paragraphs[0]


def test_with_less_than_three_years_there_is_a_sentence_and_no_chart(say):
    growers, cells = make_panel(growers=12, joiners=0)
    short = [one for one in cells if one.month >= Period(2023, 6)]
    section = say(with_cells(growers, short), "zh")
    assert section.paragraphs == ("不列季节调整序列（D4）：需要三个完整年度的记录。",)
    assert (section.tables, section.charts) == ((), ())


def test_too_few_growers_are_not_shown(say):
    growers, cells = make_panel(growers=9, joiners=0)
    assert "fewer than 10 growers" in say(with_cells(growers, cells)).paragraphs[0]


def test_the_chart_can_be_drawn_twice_with_the_same_bytes(say):
    (chart,) = say(with_panel(), "zh").charts
    assert charts.draw.__wrapped__(chart) == charts.draw.__wrapped__(chart)
