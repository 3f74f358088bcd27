"""Against printed tables: t and F of NIST/SEMATECH e-Handbook 1.3.6.7, and closed forms."""

import math

import pytest

from branch.uplift.distributions import fisher_survival, incomplete_beta, student_quantile, student_survival


@pytest.mark.parametrize(
    ("probability", "degrees", "printed"),
    [
        (0.975, 1, 12.706),
        (0.975, 2, 4.303),
        (0.975, 7, 2.365),
        (0.975, 10, 2.228),
        (0.975, 30, 2.042),
        (0.975, 100, 1.984),
        (0.95, 5, 2.015),
        (0.99, 12, 2.681),
        (0.995, 8, 3.355),
        (0.999, 60, 3.232),
    ],
)
def test_quantiles_of_student_are_the_printed_ones(probability, degrees, printed):
    assert student_quantile(probability, degrees) == pytest.approx(printed, abs=5.1e-4)
    assert student_quantile(1 - probability, degrees) == pytest.approx(-printed, abs=5.1e-4)


def test_many_degrees_of_freedom_are_the_normal_distribution():
    assert student_quantile(0.975, 1e7) == pytest.approx(1.959964, abs=1e-5)


@pytest.mark.parametrize(
    ("value", "first", "second"),
    [(161.448, 1, 1), (4.965, 1, 10), (4.103, 2, 10), (3.316, 2, 30), (3.087, 2, 100), (2.711, 5, 20)],
)
def test_five_per_cent_points_of_fisher_are_the_printed_ones(value, first, second):
    assert fisher_survival(value, first, second) == pytest.approx(0.05, abs=1e-4)


def test_closed_forms_hold():
    assert student_survival(1.0, 1) == pytest.approx(0.25, abs=1e-14)
    assert student_survival(-1.0, 1) == pytest.approx(0.75, abs=1e-14)
    assert student_survival(math.sqrt(2.0), 2) == pytest.approx(
        0.5 - math.sqrt(2.0) / (2 * math.sqrt(4.0)), abs=1e-14
    )
    assert incomplete_beta(0.3, 2, 1) == pytest.approx(0.09, abs=1e-14)
    assert incomplete_beta(0.3, 1, 3) == pytest.approx(1 - 0.7**3, abs=1e-14)
    assert [incomplete_beta(0.0, 2, 2), incomplete_beta(1.0, 2, 2), fisher_survival(0.0, 2, 9)] == [
        0.0,
        1.0,
        1.0,
    ]
