"""No printed number points at one grower or two: asked of the tables as they are printed, by somebody who only adds and subtracts."""

from dataclasses import replace
from itertools import product

import pytest
from flask_babel import force_locale
from hypothesis import given, settings
from hypothesis import strategies as st

from branch.ledger.rules.periods import Period
from branch.reports.document import Section
from branch.reports.facts.blocks import NET, ORDERS, PLANTS, blocks_of
from branch.reports.facts.coded_sums import OTHERS
from branch.reports.sections import breakdowns, overall, units
from branch.reports.sections.assembly import assemble
from tests.examples import examples
from tests.unit.branch.reports.attacker import code_of, given_away, sold, town
from wsgi import report_sections

MARCH, APRIL = Period(2026, 3), Period(2026, 4)
SECTIONS = (
    breakdowns.channels,
    breakdowns.cultivar_groups,
    breakdowns.sizes,
    breakdowns.villages,
    breakdowns.provinces,
    units.units,
)


def cells_of(section: Section, period, scope):
    """The sums that a section prints, each as the set of what growers contributed."""
    atoms, key, now = sold(scope), section.key, {month.key for month in period.months()}
    before = set() if scope.is_open(period) else {month.key for month in period.year_before().months()}
    apart = {row.key for table in section.tables if table.key == key for row in table.rows}

    def sum_of(code, months):
        its = {atom: code_of(key, scope, atom) for atom in atoms if atom[1][0] in months}
        return frozenset(
            atom
            for atom, one in its.items()
            if one is not None and (code in {"total", one} or (code == OTHERS and one not in apart))
        )

    def sums(table, row, name):
        """What a printed number of a table is the sum of; nothing of what follows from other columns."""
        if table.key == "months":
            month = Period(*map(int, row.split("-")))
            when = {"net": month, "net_before": month.year_before()}.get(name)
            return when and sum_of("total", {when.key})
        if table.key == key:
            months = {"net": now, "net_before": before}.get(name)
            return months and sum_of(row, months)
        return table.key == f"{key}_months" and sum_of("" if name == "unnamed" else name, {row})

    for table in section.tables:
        for row in table.all_rows():
            for column, cell in zip(table.columns, row.cells, strict=True):
                if column.is_number and cell is not None:
                    yield sums(table, row.key, column.key) or frozenset()


@pytest.fixture
def printed(app):
    """`printed(scope, APRIL, ...)`: the totals that reports of these windows print in any case, and all their sums."""

    def found(scope, *periods):
        with app.test_request_context(), force_locale("en"):
            totals = [
                cell for period in periods for cell in cells_of(overall.overall(period, scope), period, scope)
            ]
            everything = list(totals)
            for period in periods:
                # Of each window a scope of its own, which remembers nothing of the others.
                scope = replace(scope)
                for write in SECTIONS:
                    everything += cells_of(write(period, scope), period, scope)
        return [[cell for cell in cells if cell] for cells in (totals, everything)]

    return found


def assert_nobody_is_given_away(totals, everything):
    """Whatever the totals tell of a month in which only one or two sold, the tables add nothing to it."""
    assert given_away(everything) == given_away(totals)


def in_march_one_sells_through_two_channels_of_his_own():
    """In April many sell through all three channels; in March only the first sold through jd and douyin."""
    many = [
        (grower, month, channel, "jingui", "D3", "ZJ")
        for grower in range(1, 9)
        for month in (MARCH, APRIL)
        for channel in ("shop", "jd", "douyin")
        if month == APRIL or channel == "shop"
    ]
    return town(*many, *((1, MARCH, channel, "jingui", "D3", "ZJ") for channel in ("jd", "douyin")))


def test_two_hidden_months_of_the_same_grower_are_not_given_away_by_the_months_total(printed):
    totals, everything = printed(in_march_one_sells_through_two_channels_of_his_own(), APRIL)
    assert given_away(totals)[(1,)] == 0
    assert given_away(everything)[(1,)] == 0


def test_so_the_whole_month_is_left_empty_there_and_no_other(app):
    scope = in_march_one_sells_through_two_channels_of_his_own()
    with app.test_request_context(), force_locale("en"):
        table = breakdowns.channels(APRIL, scope).table("channels_months")
    found = {row.key: row.cells[1:] for row in table.rows}
    assert set(found[MARCH.key]) == {None}
    assert None not in found[APRIL.key]


def test_a_season_less_its_other_months_is_not_the_month_that_hides_a_row(printed):
    """Each of these reports is safe alone."""
    scope = in_march_one_sells_through_two_channels_of_his_own()
    assert_nobody_is_given_away(*printed(scope, APRIL, MARCH, Period(2026, season=1)))


def test_two_tables_are_not_to_be_subtracted_from_each_other(printed):
    """Whoever is in the first village sells jingui; of the others one does too."""
    sales = [
        (grower, APRIL, "shop", "jingui" if grower % 3 == 1 or grower == 2 else "dangui", "D3", "ZJ")
        for grower in range(1, 13)
    ]
    assert_nobody_is_given_away(*printed(town(*sales), APRIL))


def test_sizes_and_channels_are_not_to_be_subtracted_from_each_other_either(printed):
    sales = [
        (grower, APRIL, "jd" if grower <= 5 else "shop", "jingui", "DBH8" if grower <= 6 else "D3", "ZJ")
        for grower in range(1, 13)
    ]
    assert_nobody_is_given_away(*printed(town(*sales), APRIL))


def test_a_town_of_enough_growers_hides_nothing(app):
    sales = product(
        range(1, 13), (APRIL,), ("shop", "jd"), ("jingui", "dangui"), ("D3", "DBH8"), ("ZJ", "HB")
    )
    scope = town(*sales)
    with app.test_request_context(), force_locale("en"):
        for write in SECTIONS:
            for table in write(APRIL, scope).tables:
                assert OTHERS not in {row.key for row in table.rows} | {
                    column.key for column in table.columns
                }


def test_the_sentence_on_what_moved_most_names_no_channel_of_one_grower(app):
    sales = [
        (grower, month, "shop", "jingui", "D3", "ZJ")
        for grower in range(1, 9)
        for month in (APRIL, APRIL.year_before())
    ]
    scope = town(*sales, *((1, APRIL, "jd", "jingui", "D3", province) for province in ("ZJ", "HB", "GD")))
    with app.test_request_context(), force_locale("en"):
        document = assemble(APRIL, scope, report_sections(), locale="en")
    assert not any("moved most" in line for line in document.changed)


def test_nor_one_that_was_one_growers_a_year_ago(app):
    sales = [
        (grower, month, "shop", "jingui", "D3", "ZJ")
        for grower in range(1, 9)
        for month in (APRIL, APRIL.year_before())
    ]
    many = [(grower, APRIL, "jd", "jingui", "D3", "ZJ") for grower in range(1, 9)]
    scope = town(*sales, *many, (1, APRIL.year_before(), "jd", "jingui", "D3", "ZJ"))
    with app.test_request_context(), force_locale("en"):
        document = assemble(APRIL, scope, report_sections(), locale="en")
    assert not any("moved most" in line for line in document.changed)


def test_of_one_large_grower_the_share_is_not_told(app):
    sales = [(1, APRIL, "shop", "jingui", f"D{number}", "ZJ") for number in range(9)]
    scope = town(*sales, *((grower, APRIL, "shop", "jingui", "D3", "ZJ") for grower in range(2, 6)))
    with app.test_request_context(), force_locale("en"):
        document = assemble(APRIL, scope, report_sections(), locale="en")
    assert "One grower alone makes more than 40.0% of net sales." in document.doubtful


sales = st.tuples(
    st.integers(1, 6),
    st.sampled_from([MARCH, APRIL, APRIL.year_before()]),
    st.sampled_from(["shop", "jd", "douyin"]),
    st.sampled_from(["jingui", "dangui"]),
    st.sampled_from(["D3", "DBH8"]),
    st.sampled_from(["ZJ", "HB"]),
)


def test_reports_of_any_town_together_give_nobody_away(printed):
    @settings(max_examples=examples(100))
    @given(st.lists(sales, min_size=1, max_size=40))
    def ask(drawn):
        assert_nobody_is_given_away(*printed(town(*drawn, growers=6), APRIL, MARCH, Period(2026, season=1)))

    ask()


READ_BY_ALL = {NET: ("channels", "cultivar_groups", "villages"), PLANTS: ("sizes",), ORDERS: ("provinces",)}


def rows_of_both(scope, quantity):
    """What the report and the public edition of April print in one quantity."""
    blocks, atoms = blocks_of(scope), sold(scope)
    yield frozenset(atoms)
    for table in ("channels", "cultivar_groups", "villages", "units", "sizes", "provinces"):
        hidden = blocks.codes_to_hide(table, [APRIL])
        for code in {code_of(table, scope, atom) for atom in atoms}:
            public = table in READ_BY_ALL[quantity]
            if code not in hidden or (
                public and blocks.may_show([f"{table}:{code}"], scope.growers, [APRIL])
            ):
                yield frozenset(atom for atom in atoms if code_of(table, scope, atom) == code)


@settings(max_examples=examples(100))
@given(st.lists(sales.map(lambda one: (one[0], APRIL, *one[2:])), min_size=6, max_size=20))
def test_the_report_and_the_public_edition_of_a_month_together_give_nobody_away(drawn):
    scope = town(*drawn, growers=6)
    if not blocks_of(scope).is_small(APRIL):
        for quantity in READ_BY_ALL:
            assert not any(given_away(list(rows_of_both(scope, quantity))).values())


def hidden_in(scope, table):
    """The codes of a table that April's report and its public edition leave out."""
    blocks, codes = blocks_of(scope), {code_of(table, scope, atom) for atom in sold(scope)}
    public = {code for code in codes if not blocks.may_show([f"{table}:{code}"], scope.growers, [APRIL])}
    return blocks.codes_to_hide(table, [APRIL]), public


def test_a_report_prints_no_row_that_its_public_edition_leaves_out():
    scope = town(
        *((1, APRIL, "shop", "jingui", "D3", "ZJ"), (2, APRIL, "shop", "dangui", "DBH8", "ZJ")),
        *((grower, APRIL, "shop", "dangui", "DBH8", "HB") for grower in (3, 4)),
        *((6, APRIL, "douyin", "dangui", "DBH8", "ZJ"), (7, APRIL, "jd", "jingui", "D3", "ZJ")),
    )
    ours, public = hidden_in(scope, "villages")
    assert ours == public == {"village-0", "village-1", "village-2"}


def test_rows_that_are_not_printed_anyway_take_no_other_with_them():
    scope = town(
        *((2, APRIL, "jd", "dangui", *where) for where in (("D3", "HB"), ("DBH8", "ZJ"))),
        *((4, APRIL, "douyin", "jingui", "D3", "ZJ"), (4, APRIL, "shop", "jingui", "DBH8", "ZJ")),
        *((5, APRIL, "jd", "dangui", "DBH8", "ZJ"), (6, APRIL, "jd", "dangui", "D3", "ZJ")),
        growers=7,
    )
    assert hidden_in(scope, "sizes") == (set(), set())


def test_a_month_of_two_growers_has_no_number_in_a_breakdown(app):
    """Not even under "others", where the little that is told apart in no other month comes to the month's total."""
    april = [(number, "shop" if number > 4 else "douyin") for number in range(1, 9)]
    scope = town(
        *((number, APRIL, channel, "jingui", "D3", "ZJ") for number, channel in (*april, (1, "jd"))),
        *((number, MARCH, "jd", "jingui", "D3", "ZJ") for number in (1, 2)),
    )
    with app.test_request_context(), force_locale("en"):
        table = breakdowns.channels(APRIL, scope).table("channels_months")
    assert OTHERS in {column.key for column in table.columns}
    assert {row.key for row in table.rows if set(row.cells[1:]) != {None}} == {APRIL.key}
