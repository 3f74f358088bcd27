"""The authorised effect on the page: a number when every gate is open, else the gate that is closed."""

import re
from dataclasses import replace
from datetime import date

import pytest
from flask_babel import force_locale

from branch.ledger.rules.periods import Period
from branch.reports.charts import drawing as charts
from branch.reports.facts.effect import effect_of, effect_window
from branch.reports.facts.panel import PanelGrower
from branch.reports.sections import effect
from core.languages import LOCALES_BY_CODE as LANGUAGES
from tests.factories.panels import make_panel, with_panel
from tests.factories.reports import make_scope

APRIL = Period(2026, 4)
SCOPE = with_panel()


@pytest.fixture
def say(app):
    """`say("en", function, scope)` runs a function of the section in a language."""

    def said(language, function, scope=SCOPE, period=APRIL):
        with app.test_request_context(), force_locale(LANGUAGES[language]):
            return function(period, scope)

    return said


def texts(section):
    cells = [str(cell) for table in section.tables for row in table.rows for cell in row.cells]
    return " ".join([*section.paragraphs, *cells])


def test_the_interval_covers_the_planted_effect():
    found = effect_of(APRIL, SCOPE).assessment
    assert found.wording == "effect"
    assert found.estimate.low < 1.25 < found.estimate.high


@pytest.mark.parametrize(("language", "words"), [("zh", "估计效应"), ("en", "estimated effect")])
def test_an_open_gate_puts_the_number_with_its_interval_in_the_headline(say, language, words):
    figure = say(language, effect.headline_figure)
    assert re.fullmatch(r"\+\d\d\.\d%", figure.value)
    assert (figure.grade, figure.grade_name) == ("C2", words)
    assert len(re.findall(r"\+\d\d\.\d%", figure.remark)) == 2
    assert figure.value in say(language, effect.effect).paragraphs[1]


def test_no_effect_is_worded_so_and_states_no_point(say):
    scope = with_panel(effect=0.0)
    figure = say("zh", effect.headline_figure, scope)
    assert (figure.value, figure.grade_name) == ("不列数", "未发现显著变化")
    section = say("zh", effect.effect, scope)
    assert "未发现显著变化" in section.paragraphs[1]
    assert "estimate" not in {table.key for table in section.tables}


def test_too_few_growers_close_a_gate_which_is_named_and_no_number_is_left(say):
    scope = with_panel(growers=20, joiners=8, effect=2.0)
    found = effect_of(APRIL, scope)
    assert found.wording == "insufficient"
    figure = say("en", effect.headline_figure, scope)
    assert figure.value == "not stated"
    assert "G1.treated" in figure.remark
    section = say("en", effect.effect, scope)
    assert any("Too few authorised growers" in one for one in section.paragraphs)
    point = found.assessment.estimate.percent
    assert f"{point:.1f}" not in texts(section)
    assert section.charts == ()


def test_an_open_window_makes_the_number_preliminary_and_keeps_it_from_the_headline(say):
    scope = replace(SCOPE, today=date(2026, 5, 3))
    figure = say("en", effect.headline_figure, scope)
    assert (figure.value, figure.grade_name) == ("not stated", "preliminary figure")
    assert "G6.provisional" in figure.remark
    assert say("en", effect.effect, scope).paragraphs[1].startswith("Preliminary figure")


def test_all_authorised_at_once_refuses_with_the_reason(say):
    growers, cells = make_panel()
    together = tuple(PanelGrower(one.grower_id, date(2025, 3, 1), channels_known=True) for one in growers)
    scope = replace(SCOPE, evidence=replace(SCOPE.evidence, panel_growers=together, panel_cells=cells))
    assert effect_of(APRIL, scope).refusal == "all_at_once"
    assert "in the same month" in say("en", effect.headline_figure, scope).remark


def test_without_a_panel_the_section_says_why(say):
    section = say("zh", effect.effect, make_scope())
    assert "无法估计" in section.paragraphs[1]
    assert say("zh", effect.headline_figure, make_scope()).grade_name == "无法估计"


def test_unknown_channels_are_counted_and_close_a_gate(say):
    growers, cells = make_panel()
    hidden = tuple(replace(one, channels_known=one.grower_id > 15) for one in growers)
    scope = replace(SCOPE, evidence=replace(SCOPE.evidence, panel_growers=hidden, panel_cells=cells))
    section = say("en", effect.effect, scope)
    members = {row.key: row.cells[1] for row in section.table("members").rows}
    assert members["channels_unknown"] == 15
    assert "G1.channels" in {gate.code for gate in effect_of(APRIL, scope).assessment.closed}


def test_every_gate_stands_in_the_table_and_in_the_frozen_outcomes(say):
    section = say("en", effect.effect)
    codes = [gate.code for gate in effect_of(APRIL, SCOPE).assessment.gates]
    assert [row.key for row in section.table("gates").rows] == codes
    assert [gate["code"] for gate in section.outcomes["gates"]] == codes
    assert section.outcomes["settings"]["least_treated"] == 20


def test_the_months_of_the_chart_are_those_of_the_window_and_sum_to_the_estimate(say):
    section = say("en", effect.effect)
    rows = section.table("effect_months").rows
    assert [row.key for row in rows] == [month.key for month in effect_window(APRIL)]
    total = section.table("estimate").rows[0].cells[4]
    assert abs(sum(row.cells[1] for row in rows) - total) <= len(rows)
    assert all(row.cells[3] < row.cells[2] < row.cells[4] for row in rows)


def test_the_window_is_never_shorter_than_a_year_and_ends_with_the_report():
    assert (effect_window(APRIL)[0], effect_window(APRIL)[-1]) == (Period(2025, 5), APRIL)
    assert effect_window(Period(2025)) == Period(2025).months()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_charts_of_the_section_can_be_drawn_and_have_their_tables(say, language):
    section = say(language, effect.effect)
    assert {chart.kind for chart in section.charts} == {"events", "counterfactual"}
    for chart in section.charts:
        assert chart.alt
        assert section.table(chart.table_key).rows
        assert charts.draw.__wrapped__(chart) == charts.draw.__wrapped__(chart)
