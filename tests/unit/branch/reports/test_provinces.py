"""The grid of provinces, and the words that orders use for them."""

import itertools

import pytest

from branch.reports.charts.shares import SHADES, grey, shade_of
from branch.reports.facts.provinces import PROVINCES, province_code


def test_every_province_has_a_square_of_its_own():
    assert len(PROVINCES) == 34
    assert len({(one.row, one.column) for one in PROVINCES.values()}) == 34


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("浙江省", "ZJ"), ("浙江", "ZJ"), (" 广西壮族自治区", "GX"), ("内蒙古自治区", "NM"), ("上海市", "SH"), ("CN-HB", "HB"),
        ("hb", "HB"), ("Zhejiang", "ZJ"), ("陕西省", "SN"), ("山西省", "SX"), ("", ""), ("某地", ""),
    ],
)  # fmt: skip
def test_words_of_orders_are_taken_for_provinces(word, code):
    assert province_code(word) == code


def test_the_shades_of_the_map_stay_apart_in_grey():
    lightness = [grey(shade) for shade in SHADES]
    assert lightness == sorted(lightness, reverse=True)
    assert min(a - b for a, b in itertools.pairwise(lightness)) > 0.09


def test_a_province_without_sales_has_no_shade_and_the_largest_has_the_darkest():
    assert shade_of(None, 10) is None
    assert shade_of(0, 10) == 0
    assert shade_of(10, 10) == len(SHADES) - 1
