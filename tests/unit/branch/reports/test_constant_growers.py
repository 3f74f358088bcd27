"""What a reader of public editions computes from their like-for-like: net sales of this year less what it says of the last."""

from dataclasses import replace
from decimal import Decimal

import pytest
from flask_babel import force_locale

from branch.ledger.rules.periods import Period
from branch.reports.facts.blocks import BranchFacts
from branch.reports.facts.figures import Span
from branch.reports.sections.assembly import assemble
from branch.reports.sections.public_edition import public_edition
from core.languages import LOCALES_BY_CODE as LANGUAGES
from tests.factories.reports import make_month_rows, make_scope
from wsgi import report_sections

pytestmark = pytest.mark.slow

MARCH, APRIL = Period(2026, 3), Period(2026, 4)
SPRING = Period(2026, season=1)
GROWERS = 48
NEWCOMERS, LONELY = {3, 6, GROWERS}, 46


def town(*, newcomers=frozenset(NEWCOMERS | {LONELY})):
    """Growers of two whole years who sell on platforms, and some who came this year."""
    rows = [
        row._replace(channel="jd") if row.channel == "shop" else row
        for row in make_month_rows(growers=GROWERS)
        if row.grower_id != 1 and not (row.grower_id in newcomers and row.month.year == 2025)
    ]
    return make_scope(rows, growers=GROWERS, today=APRIL.start.replace(year=2027))


def only(scope, growers):
    evidence = scope.evidence
    parts = {
        name: tuple(part for part in getattr(evidence, name) if part.grower_id in growers)
        for name in ("rows", "sizes", "provinces", "spans")
    }
    labels = {number: label for number, label in scope.growers.items() if number in growers}
    return replace(scope, growers=labels, evidence=replace(evidence, **parts), children={})


def around(scope, homes, *, within=False):
    evidence = scope.evidence
    villages = {number: label.village_code for number, label in scope.growers.items()}
    return BranchFacts(evidence.rows, evidence.sizes, evidence.provinces, homes, villages, within=within)


@pytest.fixture
def newcomers_in(app):
    """What all who are not constant sold this year, as far as an edition says it; for towns in which they sold nothing before."""

    def computed(scope, given, period=APRIL):
        with app.test_request_context(), force_locale(LANGUAGES["en"]):
            document = assemble(period, scope, report_sections(), locale="en")
            edition = public_edition(period, scope, document, given)
        months = edition.sections[0].table("months")
        mine = {month.key for month in period.months()}
        now, before = (sum(row.cells[place] for row in months.rows if row.key in mine) for place in (1, 2))
        figure = next(figure for figure in edition.headline if figure.key == "like_for_like")
        if figure.value == "not stated":
            return None
        return now - before * (1 + Decimal(figure.value.replace(",", "").rstrip("%")) / 100)

    return computed


def sales(scope, grower, period=APRIL):
    return sum(row.totals.net_minor for row in scope.now(period) if row.grower_id == grower)


def may_be_had(estimate, truth):
    return estimate is not None and abs(estimate / truth - 1) < Decimal("0.05")


def difference(whole, *parts):
    return None if None in (whole, *parts) else whole - sum(parts)


def test_a_branch_less_its_village_is_not_the_one_newcomer_of_another_village(newcomers_in):
    scope = town()
    homes = dict.fromkeys(scope.growers, "branch")
    village = only(scope, {number for number in scope.growers if number % 3 == 0})
    whole = newcomers_in(scope, around(scope, homes))
    part = newcomers_in(village, around(scope, homes, within=True))
    assert not may_be_had(difference(whole, part), sales(scope, LONELY))


def test_a_town_less_its_branch_is_not_the_one_newcomer_of_another_branch(newcomers_in):
    scope = town()
    homes = {number: "large" if number % 3 == 0 else "small" for number in scope.growers}
    branch = only(scope, {number for number in scope.growers if homes[number] == "large"})
    whole = newcomers_in(scope, around(scope, homes))
    part = newcomers_in(branch, around(branch, homes))
    assert not may_be_had(difference(whole, part), sales(scope, LONELY))


def test_a_season_less_its_months_is_not_one_grower_who_was_constant_in_one_of_them(newcomers_in):
    """The own shop counts as recorded from its first sale, a platform only after its first month."""
    scope = town()
    rows = [
        row._replace(channel="taobao" if row.month == APRIL else "shop") if row.grower_id == LONELY else row
        for row in scope.evidence.rows
        if not (row.grower_id == LONELY and row.month.month not in {3, 4})
    ]
    rest = tuple(span for span in scope.evidence.spans if span.grower_id != LONELY)
    spans = (
        *rest,
        Span(LONELY, "shop", MARCH.start, MARCH.last_day),
        Span(LONELY, "taobao", APRIL.start, APRIL.last_day),
    )
    scope = make_scope(rows, growers=GROWERS, today=scope.today, spans=spans)
    given = around(scope, dict.fromkeys(scope.growers, "branch"))
    of_months = [newcomers_in(scope, given, month) for month in SPRING.months()]
    season = newcomers_in(scope, given, SPRING)
    assert not may_be_had(difference(season, *of_months), sales(scope, LONELY, MARCH))


def test_three_newcomers_of_every_branch_and_month_are_spoken_of_together(newcomers_in):
    scope = town(newcomers=frozenset(NEWCOMERS))
    given = around(scope, dict.fromkeys(scope.growers, "branch"))
    for period in (*SPRING.months(), SPRING):
        truth = sum(sales(scope, grower, period) for grower in NEWCOMERS)
        assert may_be_had(newcomers_in(scope, given, period), truth)
