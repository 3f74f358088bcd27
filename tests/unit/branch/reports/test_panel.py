"""The panel is what the ledger, the coverage and the register say, and nothing else."""

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from branch.ledger.rules.periods import Period
from branch.reports.facts.panel import PanelCell, PanelGrower, build_panel, months_between

JANUARY, MARCH, APRIL = Period(2025, 1), Period(2025, 3), Period(2025, 4)
ANNA, BO = PanelGrower(11, date(2025, 3, 20), channels_known=True), PanelGrower(5, None, channels_known=True)


def test_a_month_that_is_not_covered_is_missing_and_never_zero():
    built = build_panel([ANNA], [PanelCell(11, JANUARY, 0), PanelCell(11, MARCH, 12_345)], last=APRIL)
    assert built.months == months_between(JANUARY, APRIL)
    assert built.panel.outcome[0, 0] == 0.0
    assert np.isnan(built.panel.outcome[0, 1])
    assert built.panel.outcome[0, 2] == 123.45
    assert np.isnan(built.panel.outcome[0, 3])


def test_the_first_authorised_month_is_the_one_of_the_registers_date():
    built = build_panel([ANNA, BO], [PanelCell(11, JANUARY, 1), PanelCell(5, MARCH, 1)], last=APRIL)
    assert built.grower_ids == (5, 11)
    assert built.panel.starts.tolist() == [4, 2]
    assert built.panel.first_month == 1


def test_who_was_authorised_before_the_panel_begins_has_a_start_before_it():
    early = PanelGrower(11, date(2024, 11, 1), channels_known=True)
    assert build_panel([early], [PanelCell(11, JANUARY, 1)], last=APRIL).panel.starts.tolist() == [-2]


def test_growers_with_unknown_channels_are_left_out_and_counted():
    unknown = PanelGrower(7, date(2025, 2, 1), channels_known=False)
    late = PanelGrower(8, date(2026, 2, 1), channels_known=False)
    silent = PanelGrower(9, None, channels_known=True)
    cells = [PanelCell(one, JANUARY, 1) for one in (5, 7, 8)]
    built = build_panel([BO, unknown, late, silent], cells, last=APRIL)
    assert built.grower_ids == (5,)
    assert (built.channels_unknown, built.authorised_unknown, built.never_covered) == (2, 1, 1)


def test_without_a_covered_month_there_is_no_panel():
    assert build_panel([ANNA], [], last=APRIL) is None
    assert build_panel([ANNA], [PanelCell(11, Period(2025, 5), 1)], last=APRIL) is None


def test_columns_name_the_months_asked_for_as_far_as_the_panel_reaches():
    built = build_panel([BO], [PanelCell(5, MARCH, 1)], last=APRIL)
    assert built.columns(months_between(JANUARY, APRIL)) == slice(0, 2)
    assert built.columns([APRIL]) == slice(1, 2)
    assert built.columns([JANUARY]) == slice(0, 0)


@given(
    amounts=st.lists(
        st.tuples(st.sampled_from([5, 11]), st.integers(1, 6), st.integers(-900, 9000)), min_size=1
    ),
    place=st.integers(0, 50),
    part=st.integers(-500, 500),
)
def test_splitting_a_fact_in_two_changes_nothing(amounts, place, part):
    cells = [PanelCell(grower, Period(2025, month), net) for grower, month, net in amounts]
    chosen = cells.pop(place % len(cells))
    halves = [
        PanelCell(chosen.grower_id, chosen.month, part),
        PanelCell(chosen.grower_id, chosen.month, chosen.net_minor - part),
    ]
    whole = build_panel([ANNA, BO], [*cells, chosen], last=Period(2025, 6))
    split = build_panel([BO, ANNA], [*halves, *reversed(cells)], last=Period(2025, 6))
    assert np.array_equal(whole.panel.outcome, split.panel.outcome, equal_nan=True)
    assert np.array_equal(whole.panel.starts, split.panel.starts)
