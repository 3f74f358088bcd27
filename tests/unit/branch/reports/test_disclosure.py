"""What a public edition leaves out: checked with exact arithmetic of its own, by trying every one and every two growers."""

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from branch.reports.facts.suppression import rows_to_hide
from tests.examples import examples


def rank(rows):
    """Rank over the rationals."""
    rows, found = [[Fraction(value) for value in row] for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((place for place in range(found, len(rows)) if rows[place][column]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        for place in range(len(rows)):
            if place != found and rows[place][column]:
                factor = rows[place][column] / rows[found][column]
                rows[place] = [a - factor * b for a, b in zip(rows[place], rows[found], strict=True)]
        found += 1
    return found


def given_away(cells):
    """The ones and twos of growers about whom some combination of the sums speaks alone."""
    atoms = sorted(set().union(*cells)) if cells else []
    matrix = [[int(atom in cell) for atom in atoms] for cell in cells]
    everything, people = rank(matrix), sorted({atom[0] for atom in atoms})
    groups = [{one} for one in people] + [set(pair) for pair in combinations(people, 2)]
    return [
        group
        for group in groups
        if rank([[row[c] for c, atom in enumerate(atoms) if atom[0] not in group] for row in matrix])
        < everything
    ]


def table(key, atoms, of):
    found = {}
    for atom in atoms:
        found.setdefault(f"{key}:{of(atom)}", set()).add(atom)
    return {row: [frozenset(cell)] for row, cell in found.items()}


def rows_of(atoms):
    """A total, a table by channel and one by village, as an edition has them."""
    return {
        "totals": [frozenset(atoms)],
        **table("channel", atoms, lambda atom: atom[1][0]),
        **table("village", atoms, lambda atom: atom[1][1]),
    }


def shown(rows, hidden):
    return [cell for row, cells in rows.items() if row not in hidden for cell in cells]


def sold(*who):
    """Atoms as (grower, (channel, village))."""
    return [(grower, (channel, village)) for grower, channel, village in who]


def test_a_small_row_takes_a_second_one_with_it_so_that_the_total_does_not_tell():
    atoms = sold(
        *((n, "shop", "east") for n in range(1, 6)),
        *((n, "taobao", "east") for n in range(1, 5)),
        (9, "jd", "east"),
    )
    rows = rows_of(atoms)
    hidden = rows_to_hide(rows, list(rows))
    assert hidden == {"channel:jd", "channel:taobao"}, "the last of those that would do"
    assert given_away(shown(rows, hidden)) == []


def test_two_tables_are_not_to_be_subtracted_from_each_other():
    # Whoever is in the east sells in the shop; one grower of the west does too.
    atoms = sold(
        *((n, "shop", "east") for n in range(1, 5)), (5, "shop", "west"),
        *((n, "taobao", "west") for n in range(5, 9)),
    )  # fmt: skip
    rows = rows_of(atoms)
    assert given_away(shown(rows, set())) != []
    hidden = rows_to_hide(rows, list(rows))
    assert given_away(shown(rows, hidden)) == []
    assert hidden


def test_nothing_is_hidden_that_gives_nobody_away():
    atoms = sold(
        *(
            (n, channel, village)
            for n in range(1, 9)
            for channel in ("shop", "jd")
            for village in ("east", "west")
        )
    )
    rows = rows_of(atoms)
    assert rows_to_hide(rows, list(rows)) == frozenset()


def test_that_one_grower_makes_most_of_a_sum_hides_nothing():
    """Village "east" is his ten channels and what three others sell in the shop: nearly his alone, but not."""
    channels = ["shop", *(f"channel {n}" for n in range(9))]
    atoms = sold(
        *((1, channel, "east") for channel in channels),
        *((n, "shop", "east") for n in (2, 3, 4)),
        *((n, channel, "west") for n in (5, 6, 7) for channel in channels),
    )
    rows = rows_of(atoms)
    assert given_away(shown(rows, set())) == []
    assert rows_to_hide(rows, list(rows)) == frozenset()


@pytest.mark.parametrize("growers", [1, 2])
def test_a_unit_of_one_or_two_growers_prints_nothing(growers):
    rows = rows_of(sold(*((n, "shop", "east") for n in range(growers))))
    assert rows_to_hide(rows, list(rows)) == frozenset(rows)


def test_a_total_of_three_is_kept_when_its_parts_go():
    rows = rows_of(sold((1, "shop", "east"), (2, "jd", "east"), (3, "taobao", "west")))
    hidden = rows_to_hide(rows, list(rows))
    assert set(rows) - hidden == {"totals"}


def test_hundred_and_fifty_growers_take_no_time():
    import random
    import time

    chance = random.Random(4)  # noqa: S311 - the same town every time
    atoms = [
        (grower, (chance.choice("abcd"), f"v{grower % 12}"))
        for grower in range(150)
        for _ in range(chance.randint(1, 3))
    ]
    rows = rows_of(atoms)
    began = time.process_time()
    rows_to_hide(rows, list(rows))
    assert time.process_time() - began < 5


@settings(max_examples=examples(60))
@given(
    st.sets(
        st.tuples(st.integers(1, 6), st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"))),
        min_size=1,
        max_size=12,
    )
)
def test_no_one_and_no_two_can_be_got_from_what_is_printed(atoms):
    rows = rows_of(sorted(atoms))
    assert given_away(shown(rows, rows_to_hide(rows, list(rows)))) == []
