"""No printed number points at one grower or two: asked of the tables as they are printed, by somebody who only adds and subtracts.

The attacker of these tests shares nothing with what hides. He knows who sold what through which channel, in which
size and to which province, and every sum of every report he holds; amounts he does not know. Arithmetic is exact, modulo a prime.
"""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from flask_babel import force_locale
from hypothesis import given, settings
from hypothesis import strategies as st

from branch.ledger.rules.periods import Period
from branch.reports.document import Section
from branch.reports.facts.coded_sums import OTHERS, Piece
from branch.reports.facts.figures import MonthRow, Totals
from branch.reports.sections import breakdowns, overall, units
from branch.reports.sections.assembly import assemble
from tests.examples import examples
from tests.factories.reports import make_scope
from wsgi import report_sections

MARCH, APRIL = Period(2026, 3), Period(2026, 4)
PRIME = 2**31 - 1
SECTIONS = (
    breakdowns.channels,
    breakdowns.cultivar_groups,
    breakdowns.sizes,
    breakdowns.villages,
    breakdowns.provinces,
    units.units,
)


def rank(matrix):
    """Rank modulo a prime, which is that over the fractions unless the prime divides a minor."""
    rows, found = np.array(matrix, dtype=np.int64) % PRIME, 0
    for column in range(rows.shape[1]):
        pivots = np.flatnonzero(rows[found:, column])
        if not pivots.size:
            continue
        rows[[found, found + pivots[0]]] = rows[[found + pivots[0], found]]
        rows[found] = rows[found] * pow(int(rows[found, column]), -1, PRIME) % PRIME
        factors = rows[:, column].copy()
        factors[found] = 0
        rows = (rows - factors[:, None] * rows[found]) % PRIME
        found += 1
        if found == len(rows):
            break
    return found


def given_away(cells):
    """What is known of each one and each two growers alone: of how many combinations of their sales the sum."""
    atoms = sorted(set().union(*cells))
    if not atoms:
        return {}
    patterns = sorted({(atom[0], *(atom in cell for cell in cells)) for atom in atoms})
    people = sorted({pattern[0] for pattern in patterns})
    matrix = np.array([pattern[1:] for pattern in patterns], dtype=np.int64).T
    whole, owners = rank(matrix), np.array([pattern[0] for pattern in patterns])
    groups = [*((one,) for one in people), *combinations(people, 2)]
    others = {group: matrix[:, ~np.isin(owners, group)] for group in groups}
    return {group: whole - rank(rest) if rest.size else whole for group, rest in others.items()}


def sold(scope):
    """Every part of a grower's month that may have met any other: `(grower, (month, channel, group, size, province))`."""
    evidence = scope.evidence
    parts = {}
    for kind, rows in enumerate((evidence.rows, evidence.sizes, evidence.provinces)):
        for row in rows:
            what = (row.channel, row.cultivar_group) if kind == 0 else (row.code,)
            parts.setdefault((row.grower_id, row.month.key), ([], [], []))[kind].append(what)
    return {
        (grower, (month, *sum(what, ())))
        for (grower, month), kinds in parts.items()
        for what in product(*kinds)
    }


def code_of(key, scope, atom):
    grower, (_month, channel, group, size, province) = atom
    child = scope.children.get(grower)
    return {
        "channels": channel,
        "cultivar_groups": group,
        "sizes": size,
        "villages": scope.growers[grower].village_code,
        "provinces": province,
        "units": child and child.code,
        "overall": "",
    }[key]


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


def town(*sales, growers=None, today=None):
    """A scope of sales `(grower, month, channel, group, size, province)`."""
    rows, sizes, provinces = {}, {}, {}
    for number, (grower, month, channel, group, size, province) in enumerate(sorted(set(sales))):
        amounts = Totals(1, 3 + number, 1000 + 100 * number + grower)
        for found, key in (
            (rows, (grower, month, channel, group)),
            (sizes, (size, grower, month)),
            (provinces, (province, grower, month)),
        ):
            found[key] = found.get(key, Totals()) + amounts
    scope = make_scope(
        sorted(MonthRow(*key, totals) for key, totals in rows.items()),
        growers=growers or max((one[0] for one in sales), default=1),
        today=today or Period(2027, 1).start,
    )
    evidence = replace(
        scope.evidence,
        sizes=tuple(Piece(*key, totals) for key, totals in sizes.items()),
        provinces=tuple(Piece(*key, totals) for key, totals in provinces.items()),
    )
    return replace(scope, evidence=evidence)


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
