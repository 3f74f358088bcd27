"""What the public edition says, and that nobody can be found in it."""

import json
import re
from dataclasses import replace

import pytest
from flask_babel import force_locale

from branch.ledger.rules.periods import Period
from branch.reports.document import to_json
from branch.reports.facts.blocks import BranchFacts
from branch.reports.facts.coded_sums import CodedSum
from branch.reports.facts.suppression import Printed
from branch.reports.sections.assembly import assemble
from branch.reports.sections.public_edition import public_edition
from core.languages import LOCALES_BY_CODE as LANGUAGES
from tests.factories.reports import PROVINCES, SIZES, make_month_rows, make_scope
from wsgi import report_sections

pytestmark = pytest.mark.slow

APRIL = Period(2026, 4)
SPRING = Period(2026, season=1)


def around(scope, *, homes=None, within=False):
    """The branch of all growers of `scope`, or `homes` of several."""
    evidence = scope.evidence
    villages = {number: label.village_code for number, label in scope.growers.items()}
    homes = homes or dict.fromkeys(scope.growers, "branch")
    return BranchFacts(evidence.rows, evidence.sizes, evidence.provinces, homes, villages, within=within)


@pytest.fixture
def write(app):
    def written(scope=None, language="zh", period=APRIL, within=None):
        scope = scope or make_scope()
        given = within or around(scope)
        with app.test_request_context(), force_locale(LANGUAGES[language]):
            document = assemble(period, scope, report_sections(), locale=language)
            return public_edition(period, scope, document, given)

    return written


def only(scope, village):
    """The same town as the report of one of its villages sees it."""
    mine = {number: label for number, label in scope.growers.items() if label.village_code == village}
    evidence = scope.evidence
    kept = {
        name: tuple(one for one in getattr(evidence, name) if one.grower_id in mine)
        for name in ("rows", "sizes", "provinces", "spans")
    }
    return replace(scope, growers=mine, evidence=replace(evidence, **kept), children={})


def with_one_more(rows, *, grower, channel, group="jingui"):
    """One grower sells through a channel of his own."""
    return [
        row._replace(channel=channel, cultivar_group=group) if row.grower_id == grower else row
        for row in rows
    ]


def test_no_name_slug_or_number_of_a_grower_appears(write):
    scope = make_scope()
    for language in LANGUAGES:
        plain = json.dumps(to_json(write(scope, language)), ensure_ascii=False)
        for label in scope.growers.values():
            assert label.name not in plain
            assert label.slug not in plain
        assert not [section for section in write(scope, language).sections if section.private]
        assert "growers" not in {section.key for section in write(scope, language).sections}


def test_the_totals_are_those_of_the_report(write):
    edition = write()
    scope = make_scope()
    net = sum(row.totals.net_minor for row in scope.now(APRIL))
    channels = next(section for section in edition.sections if section.key == "channels").table("channels")
    assert channels.total.cells[NOW] == net
    assert edition.digest == edition.annex_digest == ""


NOW, BEFORE = 1, 3


def test_the_channel_of_one_grower_and_what_would_give_it_away_stay_out(write):
    rows = with_one_more(make_month_rows(), grower=5, channel="jd")
    edition = write(make_scope(rows))
    table = next(section for section in edition.sections if section.key == "channels").table("channels")
    shown = {row.key: row.cells[NOW] for row in table.rows if row.cells[NOW] is not None}
    assert "jd" not in shown
    # What is hidden is not to be had as the total less the rest: two rows or more are together in that difference.
    own = sum(row.totals.net_minor for row in rows if row.grower_id == 5 and row.month == APRIL)
    assert {row.channel for row in rows if row.month == APRIL} - shown.keys() > {"jd"}
    assert shown["others"] != own
    assert sum(shown.values()) == table.total.cells[NOW]
    text = json.dumps(to_json(edition), ensure_ascii=False)
    assert str(own) not in text


OF = {
    "channels": ("rows", lambda row, _scope: row.channel),
    "cultivar_groups": ("rows", lambda row, _scope: row.cultivar_group),
    "villages": ("rows", lambda row, scope: scope.growers[row.grower_id].village_code),
    "sizes": ("sizes", lambda row, _scope: row.code),
    "provinces": ("provinces", lambda row, _scope: row.code),
}


def what(row):
    return row.code if isinstance(row, CodedSum) else (row.channel, row.cultivar_group)


def atoms(rows):
    return frozenset((row.grower_id, (row.month.key, what(row))) for row in rows)


def cells_of_months(table, scope):
    for row in table.rows:
        month = Period(*map(int, row.key.split("-")))
        for window, when in enumerate((month, month.year_before())):
            if row.cells[1 + window] is not None:
                mine = [one for one in scope.evidence.rows if one.month == when]
                yield f"{row.key}/{window}", [atoms(mine)]


def cells_of_parts(table, scope, period):
    source, of = OF[table.key]
    windows = [period.months(), () if scope.is_open(period) else period.year_before().months()]
    for window, place in enumerate((NOW, BEFORE)):
        here = [one for one in getattr(scope.evidence, source) if one.month in windows[window]]
        printed = [row for row in table.all_rows() if row.cells[place] is not None]
        shown = {row.key for row in printed}
        for row in printed:
            mine = {
                "total": here,
                "others": [one for one in here if of(one, scope) not in shown],
            }.get(row.key, [one for one in here if of(one, scope) == row.key])
            yield f"{period.key}/{table.key}:{row.key}/{window}", [atoms(mine)]


def printed_cells(edition, scope, period=APRIL):
    """The sums that are really printed, read back from the tables: by quantity, as sets of what growers contributed."""
    cells = {"net": {}, "plants": {}, "orders": {}}
    for section in edition.sections:
        for table in section.tables:
            if table.key == "months":
                cells["net"].update(cells_of_months(table, scope))
            else:
                cells[table.columns[NOW].key].update(cells_of_parts(table, scope, period))
    return cells


def together(*found):
    """All printed sums of several editions, by quantity; the names of each stand apart."""
    return {
        measure: {
            f"{number}/{key}": cell for number, one in enumerate(found) for key, cell in one[measure].items()
        }
        for measure in ("net", "plants", "orders")
    }


def assert_nobody_is_given_away(*found):
    for measure, cells in together(*found).items():
        assert Printed(cells).disclosing_combination() is None, measure


@pytest.mark.parametrize("growers", [4, 7, 14])
@pytest.mark.parametrize("odd", [None, "jd"])
def test_no_one_and_no_two_growers_can_be_computed_from_the_printed_tables(write, growers, odd):
    rows = make_month_rows(growers=growers)
    if odd:
        rows = with_one_more(rows, grower=2, channel=odd, group="sijigui")
    scope = make_scope(rows, growers=growers)
    edition = write(scope)
    assert edition is not None
    found = printed_cells(edition, scope)
    assert all(found.values())
    assert_nobody_is_given_away(found)


def mixed_town(growers=14):
    """Two odd channels, a size of one grower, a province of two: in one month of several, or in all."""
    rows = [
        row._replace(channel="jd") if row.grower_id == 5 and row.month.month == 3 else row
        for row in make_month_rows(growers=growers, years=(2024, 2025, 2026))
    ]
    rows = with_one_more(rows, grower=7, channel="douyin", group="sijigui")
    scope = make_scope(rows, growers=growers, today=APRIL.start.replace(year=2027))
    evidence = scope.evidence

    def odd(pieces, grower, code):
        return tuple(
            one._replace(code=code) if one.grower_id == grower and one.month.month in {2, 3} else one
            for one in pieces
        )

    return replace(
        scope,
        evidence=replace(
            evidence,
            sizes=odd(evidence.sizes, 4, "DBH20"),
            provinces=odd(odd(evidence.provinces, 6, "XJ"), 9, "XJ"),
        ),
    )


def test_sizes_and_provinces_are_printed_without_those_of_one_or_two(write):
    scope = mixed_town()
    edition = write(scope, period=Period(2026, 3))
    for key, gone in (("sizes", "DBH20"), ("provinces", "XJ")):
        table = next(section for section in edition.sections if section.key == key).table(key)
        keys = {row.key for row in table.rows}
        assert gone not in keys
        assert "others" in keys
        assert (
            sum(row.cells[NOW] for row in table.rows if row.cells[NOW] is not None) == table.total.cells[NOW]
        )
        assert keys - {"others"} < {*SIZES, *PROVINCES}


def test_editions_of_overlapping_windows_and_units_tell_no_more_together(write):
    """A season, its months, a year, and the villages of the branch: whoever keeps all of them finds nobody."""
    scope = mixed_town()
    given = around(scope)
    found = [
        printed_cells(write(scope, period=period), scope, period)
        for period in (SPRING, *SPRING.months(), Period(2026))
    ]
    for village in ("village-0", "village-1", "village-2"):
        mine = only(scope, village)
        for period in (APRIL, SPRING):
            edition = write(mine, period=period, within=replace(given, within=True))
            assert {section.key for section in edition.sections} == {"overall", "comparison"}
            found.append(printed_cells(edition, mine, period))
    assert_nobody_is_given_away(*found)
    # A season does print channels, or there would be nothing to find.
    assert any(":shop/" in key for key in found[0]["net"])


def test_a_row_hidden_in_one_month_is_hidden_in_every_longer_window(write):
    season = write(mixed_town(), period=SPRING)
    table = next(section for section in season.sections if section.key == "sizes").table("sizes")
    assert "DBH20" not in {row.key for row in table.rows}


def test_a_town_is_not_published_when_it_gives_away_a_small_branch(write):
    scope = make_scope()
    homes = {number: "small" if number in {2, 3} else "large" for number in scope.growers}
    assert write(scope, within=around(scope, homes=homes)) is None
    homes = {number: "small" if number in {2, 3, 4} else "large" for number in scope.growers}
    town = write(scope, within=around(scope, homes=homes))
    assert town is not None
    large = replace(scope, growers={n: one for n, one in scope.growers.items() if homes[n] == "large"})
    kept = tuple(row for row in scope.evidence.rows if homes[row.grower_id] == "large")
    kept_sizes = tuple(row for row in scope.evidence.sizes if homes[row.grower_id] == "large")
    kept_provinces = tuple(row for row in scope.evidence.provinces if homes[row.grower_id] == "large")
    large = replace(
        large,
        evidence=replace(scope.evidence, rows=kept, sizes=kept_sizes, provinces=kept_provinces),
    )
    branch = write(large, within=around(large))
    assert_nobody_is_given_away(printed_cells(town, scope), printed_cells(branch, large))


def test_a_window_with_a_month_of_one_or_two_sellers_is_not_published(write):
    rows = [row for row in make_month_rows() if row.month != Period(2026, 3) or row.grower_id in {2, 3}]
    scope = make_scope(rows, today=APRIL.start.replace(year=2027))
    assert write(scope, period=SPRING) is None
    assert write(scope, period=APRIL) is not None


def test_when_the_year_before_may_not_be_printed_nothing_of_it_is(write):
    rows = [row for row in make_month_rows() if row.month != Period(2025, 4) or row.grower_id in {2, 3}]
    edition = write(make_scope(rows), language="en")
    assert not [
        row
        for section in edition.sections
        for table in section.tables
        if table.key != "months"
        for row in table.all_rows()
        if row.cells[BEFORE] is not None or row.cells[4] is not None
    ]
    assert "nothing that may be printed" in str(edition.sections[1])
    assert {figure.value for figure in edition.headline if figure.key != "net"} == {"not stated"}


def shown_in(edition, key, place):
    table = next(section for section in edition.sections if section.key == key).table(key)
    return {row.key for row in table.rows if row.cells[place] is not None}


@pytest.mark.parametrize("key", ["channels", "cultivar_groups", "villages", "sizes", "provinces"])
def test_the_edition_a_year_later_tells_no_more_of_a_month_than_its_own(write, key):
    """Else the row that one of them leaves out could be computed from what the other one prints."""
    scope = mixed_town()
    for month in SPRING.months():
        later = write(scope, period=month)
        own = write(scope, period=month.year_before())
        assert shown_in(later, key, BEFORE) == shown_in(own, key, NOW)


def test_without_the_rule_they_could_be_computed():
    """The check above can fail: all rows together do give somebody away."""
    rows = with_one_more(make_month_rows(), grower=2, channel="jd")
    mine = frozenset((2, (row.month.key, row.channel)) for row in rows if row.grower_id == 2)
    everybody = frozenset((row.grower_id, (row.month.key, row.channel)) for row in rows)
    assert Printed({"totals": [everybody], "rest": [everybody - mine]}).disclosing_combination() is not None


@pytest.mark.parametrize("growers", [2, 3])
def test_too_few_growers_have_no_public_edition(write, growers):
    # Of three, the first has left and the last has just come, so two are left in each year.
    rows = make_month_rows(growers=growers)
    assert write(make_scope(rows, growers=growers)) is None


def test_an_open_month_is_not_compared(write):
    edition = write(make_scope(today=APRIL.start.replace(day=20)))
    assert edition.preliminary
    assert all(
        row.cells[BEFORE] is None
        for section in edition.sections
        if section.key in {"channels", "villages", "sizes"}
        for row in section.tables[0].rows
    )


def test_both_languages_print_the_same_figures(write):
    def numbers(language):
        edition = write(language=language)
        return [
            [cell for cell in row.cells if not isinstance(cell, str)]
            for section in edition.sections
            for table in section.tables
            for row in table.all_rows()
        ]

    assert numbers("zh") == numbers("en")
    assert re.search("公开版", write(language="zh").title)
