"""Numbers, money, sizes and times as pages write them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from core.web.wording import formatting


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (123450, "CNY", "¥1,234.50"),
        (5, "CNY", "¥0.05"),
        (-100, "CNY", "−¥1.00"),
        (0, "CNY", "¥0.00"),
        (1234, "JPY", "JP¥1,234"),
    ],
)
def test_money_is_written_to_the_fen(minor: int, currency: str, text: str) -> None:
    assert formatting.money(minor, currency) == text


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_money_loses_nothing(minor: int) -> None:
    text = formatting.money(minor)
    digits = "".join(character for character in text if character.isdigit())
    assert int(digits) == abs(minor)
    assert text.startswith("−") == (minor < 0)


@pytest.mark.parametrize(
    ("value", "digits", "text"), [(20418, 0, "20,418"), (-3, 0, "−3"), (2.345, 2, "2.35"), (0.5, 0, "1")]
)
def test_numbers_are_grouped_and_rounded_half_up(value: float, digits: int, text: str) -> None:
    assert formatting.number(value, digits) == text


def test_shares_become_per_cent() -> None:
    assert formatting.percent(0.304) == "30.4%"
    assert formatting.percent(Decimal("-0.021")) == "−2.1%"


def test_counts_carry_their_unit_in_both_languages(app: Flask) -> None:
    with app.test_request_context():
        with force_locale("zh_Hans_CN"):
            assert formatting.plants(1234) == "1,234 株"
            assert formatting.bundles(1) == "1 捆"
        with force_locale("en"):
            assert formatting.plants(1) == "1 plant"
            assert formatting.plants(1234) == "1,234 plants"
            assert formatting.bundles(2) == "2 bundles"


def test_moments_stand_on_the_clock_of_shanghai() -> None:
    late = datetime(2026, 3, 12, 16, 5, tzinfo=UTC)
    assert formatting.dt(late) == "2026-03-13 00:05"
    assert formatting.clock(late) == "00:05"
    assert formatting.day(late) == "2026-03-13"
    assert formatting.day(date(2026, 3, 12)) == "2026-03-12"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        formatting.dt(datetime(2026, 3, 12, 16, 5))  # noqa: DTZ001 - that is the point


def test_sentences_name_days_and_months(app: Flask) -> None:
    with app.test_request_context():
        with force_locale("zh_Hans_CN"):
            assert formatting.day_words(date(2026, 3, 12)) == "3月12日"
            assert formatting.month_words(date(2026, 3, 12)) == "2026年3月"
        with force_locale("en"):
            assert formatting.day_words(date(2026, 3, 12)) == "12 March"
            assert formatting.month_words(date(2026, 3, 12)) == "March 2026"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (formatting.height(45), "45 cm"),
        (formatting.height(320), "3.2 m"),
        (formatting.height(100), "1 m"),
        (formatting.diameter(80), "8 cm"),
        (formatting.diameter(6), "6 mm"),
        (formatting.weight(350), "350 g"),
        (formatting.weight(12500), "12.5 kg"),
        (formatting.span(300, 350), "3–3.5 m"),
        (formatting.span(90, 110), "90 cm – 1.1 m"),
        (formatting.span(60, 80, "diameter"), "6–8 cm"),
        (formatting.span(80, 80, "diameter"), "8 cm"),
        (formatting.span(None, 80, "diameter"), "8 cm"),
        (formatting.span(None, None), ""),
    ],
)
def test_sizes_use_the_unit_that_reads_best(text: str, expected: str) -> None:
    assert text == expected


def test_land_is_measured_in_mu(app: Flask) -> None:
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert formatting.area(1000) == "1.5 亩"
        assert formatting.area(1000, exact=True) == "1.5 亩（1,000 m²）"
        assert formatting.area(10_000_000) == "15,000 亩"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 秒"), (59, "59 秒"), (61, "2 分钟"), (3600, "1 小时"), (3601, "2 小时"), (172800, "2 天")],
)
def test_time_left_is_rounded_up(app: Flask, seconds: int, text: str) -> None:
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert formatting.duration(seconds) == text
