"""Rows with one of their keys left out: the sums stay, the number of rows falls."""

from hypothesis import given
from hypothesis import strategies as st

from branch.ledger.rules.periods import Period
from branch.reports.facts.figures import MonthRow, Totals, channels_together, grouped, groups_together, total

amounts = st.integers(0, 10**9)
totals = st.builds(Totals, amounts, amounts, amounts, amounts, amounts)
keys = st.tuples(
    st.integers(1, 3),
    st.builds(Period, st.just(2025), st.integers(1, 3)),
    st.sampled_from(["shop", "taobao"]),
    st.sampled_from(["", "dangui", "jingui"]),
)
evidence = st.dictionaries(keys, totals, max_size=20).map(
    lambda found: [MonthRow(*key, found[key]) for key in sorted(found)]
)


@given(evidence)
def test_without_groups_each_grower_month_and_channel_is_one_row_with_the_same_sums(rows):
    found = groups_together(rows)
    assert [row[:3] for row in found] == sorted({row[:3] for row in rows})
    assert {row.cultivar_group for row in found} <= {""}
    assert grouped(found, lambda row: row[:3]) == grouped(rows, lambda row: row[:3])


@given(evidence)
def test_without_channels_each_grower_month_and_group_is_one_row_with_the_same_sums(rows):
    def key(row):
        return row.grower_id, row.month, row.cultivar_group

    found = channels_together(rows)
    assert sorted(map(key, found)) == sorted({key(row) for row in rows})
    assert grouped(found, key) == grouped(rows, key)
    assert total(found) == total(rows)
