"""Weights, freight and days at the edge of each step."""

from datetime import date, timedelta

import pytest

from shop.catalogue.rules.seasons import Season, Window
from shop.dispatch.rules import MOST_ROWS, due_day, read_tracking, week_of
from shop.freight.rules.rates import (
    PlantSize,
    Quote,
    Rate,
    Table,
    freight_minor,
    plant_weight_g,
    quote,
    unit_weight_g,
)

RATE = Rate(frozenset({"330000"}), 12_00, 3_00, 1_00)


@pytest.mark.parametrize(
    ("grams", "price"),
    [
        (0, 0),
        (1, 12_00),
        (1_000, 12_00),
        (1_001, 15_00),
        (2_000, 15_00),
        (99_001, 12_00 + 99 * 3_00),
        (100_000, 12_00 + 99 * 3_00),
        (100_001, 12_00 + 99 * 3_00 + 1_00),
        (101_000, 12_00 + 99 * 3_00 + 1_00),
        (101_001, 12_00 + 99 * 3_00 + 2_00),
    ],
)
def test_every_kilogram_begun_costs_and_beyond_a_hundred_less(grams, price):
    assert freight_minor(RATE, grams) == price


def test_a_weight_is_not_negative():
    with pytest.raises(ValueError, match="negative"):
        freight_minor(RATE, -1)


@pytest.mark.parametrize(
    ("height_cm", "grams"),
    [
        (1, 20), (30, 20), (31, 60), (60, 60), (61, 160), (100, 160), (101, 400), (150, 400), (151, 900),
        (200, 900), (201, 2_000), (250, 2_000), (251, 9 * 251), (400, 3_600), (None, 60),
    ],
)  # fmt: skip
def test_a_plant_without_soil_weighs_by_its_height(height_cm, grams):
    assert plant_weight_g(PlantSize("bare_root", height_cm=height_cm)) == grams


@pytest.mark.parametrize(
    ("stem_mm", "grams"), [(29, 160), (30, 3_600), (80, 25_600), (6, 160), (None, 160), (0, 160)]
)
def test_a_thick_stem_weighs_more_than_the_height_tells(stem_mm, grams):
    assert plant_weight_g(PlantSize("bare_root", height_cm=100, ground_diameter_mm=stem_mm)) == grams


def test_of_height_and_stem_the_heavier_counts():
    assert plant_weight_g(PlantSize("bare_root", height_cm=500, ground_diameter_mm=30)) == 4_500


@pytest.mark.parametrize(
    ("size", "grams"),
    [
        ({"root_ball_cm": 10}, 160 + 654),
        ({"root_ball_cm": 20}, 160 + 654 * 8),
        # Eight times the stem, at least fifteen centimetres; without a stem that of 2 cm.
        ({"ground_diameter_mm": 25}, 160 + 654 * 20**3 // 1000),
        ({"ground_diameter_mm": 10}, 160 + 654 * 15**3 // 1000),
        ({}, 160 + 654 * 16**3 // 1000),
    ],
)
def test_a_ball_of_earth_adds_its_weight(size, grams):
    assert plant_weight_g(PlantSize("root_ball", height_cm=100, **size)) == grams


@pytest.mark.parametrize(
    ("height_cm", "container_l", "litres"),
    [
        (100, 7, 7), (40, None, 1), (41, None, 2), (80, None, 2), (81, None, 5), (120, None, 5), (121, None, 10),
        (180, None, 10), (181, None, 25), (250, None, 25), (251, None, 50), (None, None, 2),
    ],
)  # fmt: skip
def test_a_pot_adds_its_weight(height_cm, container_l, litres):
    plant = plant_weight_g(PlantSize("bare_root", height_cm=height_cm))
    size = PlantSize("container", height_cm=height_cm, container_l=container_l)
    assert plant_weight_g(size) == plant + 900 * litres


@pytest.mark.parametrize(("given", "unit"), [(None, 10 * 160), (250, 2_500), (0, 10 * 160)])
def test_a_unit_weighs_what_the_grower_says_of_a_plant_or_the_estimate(given, unit):
    assert unit_weight_g(given, 10, PlantSize("bare_root", height_cm=100)) == unit


def test_each_grower_charges_by_his_own_table_and_who_does_not_deliver_is_named():
    other = Rate(frozenset({"330000", "110000"}), 20_00, 5_00, 2_00)
    tables = {1: Table((RATE,)), 2: Table((other,)), 3: Table(())}
    found = quote(tables, {2: 1_500, 1: 900, 3: 10}, "330000")
    assert found == Quote("330000", {1: 12_00, 2: 25_00}, {2: 1_500, 1: 900, 3: 10}, (3,))
    assert found.total_minor == 37_00
    assert quote(tables, {1: 900, 2: 900}, "110000").refused_by == (1,)


def test_the_first_rate_that_names_a_province_counts():
    cheap = Rate(frozenset({"330000"}), 1, 1, 1)
    assert Table((RATE, cheap)).rate_for("330000") is RATE
    assert Table((RATE,)).rate_for("110000") is None


SPRING = (Window(Season.SPRING, 8, 14),)  # 2026-02-16 to 2026-04-05


@pytest.mark.parametrize(
    ("paid_on", "promised", "due"),
    [
        (date(2026, 2, 15), None, date(2026, 2, 19)),
        (date(2026, 2, 16), None, date(2026, 2, 19)),
        (date(2026, 2, 17), None, date(2026, 2, 20)),
        (date(2026, 4, 5), None, date(2026, 4, 8)),
        (date(2026, 4, 6), None, date(2027, 2, 25)),
        (date(2026, 3, 1), date(2026, 3, 23), date(2026, 3, 26)),
        (date(2026, 3, 29), date(2026, 3, 23), date(2026, 4, 1)),
        (date(2026, 3, 30), date(2026, 3, 23), date(2026, 4, 2)),
    ],
)
def test_a_parcel_is_due_three_days_after_it_was_paid_and_may_travel(paid_on, promised, due):
    assert due_day(SPRING, paid_on, presale_week=promised) == due


@pytest.mark.parametrize("offset", range(7))
def test_a_week_has_seven_days_from_monday_on(offset):
    monday = date(2026, 12, 28)  # week 53, which reaches into the next year
    assert week_of(monday + timedelta(days=offset)) == monday


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("A23456", ""),
        ("A2345", "tracking_unreadable"),
        ("A" * 40, ""),
        ("A" * 41, "tracking_unreadable"),
        ("SF-123456", ""),
        ("SF_12345", "tracking_unreadable"),
    ],
)
def test_a_tracking_number_has_six_to_forty_letters_and_digits(number, problem):
    [row] = read_tracking(f"C-1,顺丰速运,{number}")
    assert (row.problem, row.tracking_number) == (problem, number)


@pytest.mark.parametrize("cells", ["C-1", "C-1,顺丰", "C-1,顺丰,SF123456,more"])
def test_a_row_has_three_cells(cells):
    [row] = read_tracking(cells)
    assert (row.problem, row.consignment_number) == ("three_cells", "C-1")


def test_rows_are_counted_with_the_empty_ones_and_so_many_are_read():
    assert [row.line for row in read_tracking("\nC-1,a,SF123456\n\n \nC-2,a,SF123457")] == [2, 5]
    many = "\n".join(f"C-{number},顺丰,SF{number:06d}" for number in range(MOST_ROWS + 1))
    assert len(read_tracking(many)) == MOST_ROWS == 500


def test_a_parcel_named_twice_is_a_problem_whatever_its_letters():
    rows = read_tracking('"c-1"，顺丰；SF123456\nC-1,中通,SF123457')
    assert [(row.consignment_number, row.problem) for row in rows] == [("C-1", ""), ("C-1", "parcel_twice")]


def test_what_is_too_long_for_the_label_is_cut():
    [row] = read_tracking(f"C-1,{'顺' * 41},{'A' * 61}")
    assert (len(row.courier), len(row.tracking_number), row.problem) == (40, 60, "tracking_unreadable")
