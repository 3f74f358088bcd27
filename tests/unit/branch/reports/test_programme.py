"""Rungs C1 and C3: one date, its gates, and a sentence where there is no figure."""

from dataclasses import replace
from datetime import date

import pytest
from flask_babel import force_locale

from branch.ledger.rules.periods import Period
from branch.reports.charts import drawing as charts
from branch.reports.facts.evidence import GrowerLabel
from branch.reports.facts.panel import PanelCell
from branch.reports.facts.programme_dates import ProgrammeDate
from branch.reports.sections.programmes import programme, programme_effects
from core.languages import LOCALES_BY_CODE as LANGUAGES
from tests.factories.panels import make_panel
from tests.factories.reports import make_scope

APRIL = Period(2026, 4)
MARCH = date(2025, 3, 1)


def scope_with(
    *, lift=1.0, inside=None, unit="guihua-osmanthus", started=MARCH, today=date(2026, 5, 20), growers=40
):
    """Growers never authorised, of whom those up to `inside` (all, when None) sell `lift` times as much from March 2025."""
    members, cells = make_panel(growers=growers, joiners=0, noise=0.03)
    lifted = [
        PanelCell(one.grower_id, one.month, round(one.net_minor * lift))
        if one.month.start >= MARCH and (inside is None or one.grower_id <= inside)
        else one
        for one in cells
    ]
    scope = make_scope(today=today)
    labels = {
        one.grower_id: GrowerLabel(
            one.grower_id, f"示范苗圃 {one.grower_id}", f"demo-{one.grower_id}",
            "village-a" if inside and one.grower_id <= inside else "village-b", "甲村",
        )
        for one in members
    }  # fmt: skip
    evidence = replace(
        scope.evidence,
        rows=(), spans=(), sizes=(), provinces=(), panel_growers=members, panel_cells=tuple(lifted),
        programmes=(ProgrammeDate(unit, "网上推广", started, date(2026, 5, 1)),),
    )  # fmt: skip
    return replace(scope, growers=labels, evidence=evidence)


@pytest.fixture
def say(app):
    def said(scope, language="en"):
        with app.test_request_context(), force_locale(LANGUAGES[language]):
            return programme(APRIL, scope)

    return said


def test_a_lift_at_the_date_is_found_and_printed_with_its_interval(say):
    scope = scope_with(lift=1.6)
    (found,) = programme_effects(APRIL, scope)
    assert (found.rung, found.refusal) == ("C1", None)
    assert found.low < 1.6 < found.high
    assert found.is_stated
    section = say(scope)
    assert "estimated difference" in section.paragraphs[0]
    assert section.table("programmes").rows[0].cells[3] is not None
    assert any("market" in note for note in section.notes)


def test_without_a_change_no_number_is_printed(say):
    section = say(scope_with(lift=1.0))
    assert "no clear change" in section.paragraphs[0]
    assert section.table("programmes").rows[0].cells[3:] == (None,) * 4


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"started": date(2024, 6, 1)}, "less than 24 whole months"),
        ({"started": date(2025, 9, 1)}, "less than 12 whole months"),
        ({"growers": 8}, "fewer than ten growers"),
    ],
)
def test_a_programme_that_cannot_be_judged_says_why(say, values, words):
    section = say(scope_with(lift=1.4, **values))
    assert words in section.paragraphs[0]
    assert section.charts == ()


def test_an_open_window_states_no_figure(say):
    section = say(scope_with(lift=1.6, today=date(2026, 5, 3)))
    assert "G6.provisional" in section.paragraphs[0]
    assert section.table("programmes").rows[0].cells[3] is None


def test_a_unit_below_is_held_against_a_mixture_of_growers_elsewhere(say):
    scope = scope_with(lift=1.8, inside=6, unit="village-a")
    (found,) = programme_effects(APRIL, scope)
    assert (found.rung, found.growers, found.refusal) == ("C3", 6, None)
    assert found.low < 1.8 < found.high
    assert "甲村" in say(scope, "zh").paragraphs[0]


def test_a_unit_of_two_growers_is_not_shown(say):
    scope = scope_with(lift=1.8, inside=2, unit="village-a")
    assert "fewer than three growers" in say(scope).paragraphs[0]
    assert say(scope).table("programmes").rows[0].cells[2] is None


def test_without_a_programme_the_section_says_so(say):
    assert "没有登记" in say(make_scope(), "zh").paragraphs[0]


def test_a_programme_after_the_window_is_not_in_the_report(say):
    assert programme_effects(APRIL, scope_with(started=date(2026, 5, 1))) == ()


def test_the_chart_can_be_drawn_twice_with_the_same_bytes(say):
    (chart,) = say(scope_with(lift=1.4), "zh").charts
    assert charts.draw.__wrapped__(chart) == charts.draw.__wrapped__(chart)
