"""No printed number points at one grower or two, neither by itself nor as a difference."""

from hypothesis import given
from hypothesis import strategies as st

from branch.ledger.periods import Period
from branch.reports import pieces
from branch.reports.figures import Totals
from branch.reports.pieces import OTHERS, Piece
from branch.reports.suppression import hidden_cells, is_small, to_put_together

MAY, LAST_MAY = Period(2026, 5), Period(2025, 5)


def test_one_or_two_growers_are_small_and_none_are_not():
    assert [is_small(set(range(count))) for count in range(4)] == [False, True, True, False]


def test_rows_of_enough_growers_stay_as_they_are():
    assert to_put_together({"a": {1, 2, 3}, "b": {4, 5, 6}}, {}, ["a", "b"]) == frozenset()


def test_a_small_row_takes_the_next_smallest_with_it():
    now = {"a": {1, 2, 3}, "b": {4, 5, 6}, "c": {7}}
    assert to_put_together(now, {}, ["a", "b", "c"]) == {"b", "c"}


def test_small_rows_that_are_enough_together_take_nobody_with_them():
    now = {"a": {1, 2, 3}, "b": {4, 5}, "c": {6}}
    assert to_put_together(now, {}, ["a", "b", "c"]) == {"b", "c"}


def test_a_row_that_was_small_a_year_before_is_small():
    now = {"a": {1, 2, 3}, "b": {4, 5, 6}, "c": {7, 8, 9}}
    assert "b" in to_put_together(now, {"a": {1, 2, 3}, "b": {4}, "c": {7, 8, 9}}, ["a", "b", "c"])


@given(
    now=st.dictionaries(st.sampled_from("abcdef"), st.sets(st.integers(1, 8), min_size=1)),
    before=st.dictionaries(st.sampled_from("abcdef"), st.sets(st.integers(1, 8), min_size=1)),
)
def test_what_is_printed_is_never_small_unless_everybody_is(now, before):
    order = sorted(now.keys() | before.keys())
    together = to_put_together(now, before, order)
    for sets in (now, before):
        assert not any(is_small(found) for code, found in sets.items() if code not in together)
        merged = set().union(*(sets.get(code, set()) for code in together))
        assert not is_small(merged) or set(order) == together


def test_a_hidden_month_is_never_the_only_one_of_its_month_or_its_column():
    rows, columns = ["a", "b", "c"], ["01", "02", "03"]
    growers = {(row, column): {1, 2, 3} for row in rows for column in columns} | {("a", "02"): {1}}
    hidden = hidden_cells(
        growers, {("b", "02"): 5, ("c", "02"): 9, ("a", "01"): 4, ("a", "03"): 7}, rows, columns
    )
    assert {("a", "02"), ("b", "02"), ("a", "01")} <= hidden
    for line in rows:
        assert sum((line, column) in hidden for column in columns) != 1
    for line in columns:
        assert sum((row, line) in hidden for row in rows) != 1


def test_putting_together_keeps_the_whole_sum():
    found = [
        Piece(code, grower, month, Totals(1, 10, 100 * grower))
        for code, who in (("a", (1, 2, 3)), ("b", (4, 5, 6)), ("c", (7,)))
        for grower in who
        for month in (MAY, LAST_MAY)
    ]
    now, before = pieces.during(found, [MAY]), pieces.during(found, [LAST_MAY])
    shown = pieces.renamed(found, pieces.codes_together(found, now, before))
    assert set(pieces.sums(shown)) == {"b", OTHERS}
    assert sum(pieces.sums(shown).values(), Totals()) == sum(pieces.sums(found).values(), Totals())


def test_a_month_of_one_grower_is_left_empty_and_a_month_without_sales_too():
    found = [Piece("a", grower, MAY, Totals(1, 1, 100)) for grower in (1, 2)]
    found += [Piece("b", grower, MAY, Totals(1, 1, 100)) for grower in (1, 2, 3, 4)]
    cells = pieces.monthly(found, ["a", "b"], [LAST_MAY, MAY])
    assert set(cells.values()) == {None}


MANY, FEW = {1, 2, 3, 4}, {5, 6}


def table(*lines):
    """Growers and sizes of a table with rows a, b, ... and columns 1, 2, ...: each cell (growers, size)."""
    cells = {
        ("abc"[row], str(column)): cell
        for row, line in enumerate(lines)
        for column, cell in enumerate(line, start=1)
    }
    return (
        {cell: found for cell, (found, _size) in cells.items()},
        {cell: size for cell, (_found, size) in cells.items()},
        "abc"[: len(lines)],
        [str(number) for number in range(1, len(lines[0]) + 1)],
    )


def test_a_table_of_enough_growers_hides_nothing():
    assert hidden_cells(*table([(MANY, 9), (MANY, 1)], [(MANY, 5), (MANY, 7)])) == frozenset()


def test_a_small_cell_takes_the_smallest_of_its_row_and_of_its_column_and_they_each_another():
    found = table(
        [(FEW, 2), (MANY, 30), (MANY, 10)],
        [(MANY, 20), (MANY, 40), (MANY, 50)],
        [(MANY, 60), (MANY, 70), (MANY, 80)],
    )
    assert hidden_cells(*found) == {("a", "1"), ("a", "3"), ("b", "1"), ("b", "3")}


def test_two_small_cells_in_a_line_protect_each_other_there():
    found = table([(FEW, 2), (FEW, 3)], [(FEW, 4), (FEW, 5)], [(MANY, 6), (MANY, 7)])
    assert hidden_cells(*found) == {("a", "1"), ("a", "2"), ("b", "1"), ("b", "2")}


def test_a_cell_without_growers_is_known_to_be_empty_and_hides_nothing():
    found = table([(FEW, 2), (set(), 0), (MANY, 9)], [(MANY, 30), (set(), 0), (MANY, 40)])
    assert hidden_cells(*found) == {("a", "1"), ("a", "3"), ("b", "1"), ("b", "3")}
    alone = table([(FEW, 2), (set(), 0)], [(set(), 0), (set(), 0)])
    assert hidden_cells(*alone) == {("a", "1")}
