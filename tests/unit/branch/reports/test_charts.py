"""The sheet that charts are drawn on: nothing is cut off, neighbours stay clear, words stay words, numbers are round."""

import re
from itertools import pairwise

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from branch.reports.charts import drawing as charts
from branch.reports.charts.sheet import MissingGlyphError, Scale, Sheet, fitting, shortened, widest, width
from branch.reports.document import Chart, Series
from branch.reports.facts.provinces import PROVINCES

LONG = "桂花镇第一示范基地苗木专业合作社"
LONGER = "The very first demonstration nursery of osmanthus seedlings"
MONTHS = tuple(f"25-{month:02d}" for month in range(1, 13))


def months(name, *values):
    row = tuple((values * 12)[:12])
    return Series(name, row, low=tuple(one - 1 for one in row), high=tuple(one + 1 for one in row))


def chart(kind, name, **values):
    big = 98_765_432_100
    given = {
        "bars": ((name, f"{name} 2", "c"), (Series("2026", (big, -3, 0)), Series("2025", (1, None, 2)))),
        "lines": (MONTHS, (months(name, big, 5), months("b", 7))),
        "bridge": ((f"{name}: 1", f"{name}: 2", "c", "d"), (Series("s", (big, -big // 2, 5, big // 2 + 5)),)),
        "events": ((f"{name}, 1", "b"), (Series("s", (5, -3), low=(1, -8), high=(9, 2)),)),
        "counterfactual": (MONTHS, (months(name, big), months("b", 7, 9))),
        "series": (MONTHS, (months(name, big, 3), months("b", 5))),
        "multiples": (MONTHS, tuple(months(f"{name} {place}", big, place) for place in range(5))),
        "heat": (MONTHS, (months(name, 1000, 500), Series("b", (None,) * 12))),
        "tiles": (tuple(f"{name}"[:14] for _ in PROVINCES), (Series(",".join(PROVINCES), (big,) * len(PROVINCES)),)),
    }  # fmt: skip
    categories, series = given[kind]
    return Chart(
        key="k", kind=kind, title=f"{name} {name}"[:60], alt="alt", unit="万元", divisor=1_000,
        categories=categories, series=series, table_key="t", **values,
    )  # fmt: skip


def texts_of(figure):
    renderer = FigureCanvasAgg(figure).get_renderer()
    found = [one for one in figure.findobj(Text) if one.get_text()]
    return [(one.get_text(), one.get_window_extent(renderer)) for one in found]


@pytest.mark.parametrize("name", ["淘宝", LONG, LONGER])
@pytest.mark.parametrize("kind", sorted(charts.KINDS))
def test_no_text_of_a_chart_is_cut_off(kind, name):
    with charts._drawing(chart(kind, name)) as figure:
        written = texts_of(figure)
        width_px, height_px = figure.bbox.width, figure.bbox.height
    assert len(written) > 3
    for text, box in written:
        assert min(box.x0, box.y0) >= -1, text
        assert box.x1 <= width_px + 1, text
        assert box.y1 <= height_px + 1, text


@pytest.mark.parametrize("kind", ["bridge", "events", "heat", "lines"])
def test_labels_below_a_chart_do_not_run_into_each_other(kind):
    with charts._drawing(chart(kind, LONG)) as figure:
        written = texts_of(figure)
    lowest = min(box.y0 for _text, box in written)
    row = sorted((box.x0, box.x1) for _text, box in written if box.y0 < lowest + 4)
    assert all(end <= start + 1 for (_first, end), (start, _last) in pairwise(row))


def test_words_of_a_chart_stay_words_in_print():
    svg = charts.draw_for_print(chart("bars", "淘宝")).decode()
    assert re.search(r"<text[^>]*>淘宝</text>", svg)
    assert "Noto Sans SC GBK" in svg


def test_every_text_on_a_sheet_is_checked_against_the_font():
    with pytest.raises(MissingGlyphError):
        Sheet(2, 1).text(5, 5, "\U0002a7dd村")


def test_a_dollar_sign_is_no_formula():
    assert ">$x$<" in charts.draw_for_print(chart("heat", "$x$")).decode()


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0, 4977, ["0", "1,000", "2,000", "3,000", "4,000"]),
        (-1.2, 1.6, ["-1", "0", "1"]),
        (0, 0.3, ["0.0", "0.1", "0.2", "0.3"]),
        (0, 1, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (0, 1.1, ["0.00", "0.25", "0.50", "0.75", "1.00"]),
    ],
)
def test_ticks_are_round_and_none_is_a_negative_zero(low, high, labels):
    assert [text for _value, text in Scale(low, high, 0, 130).ticks()] == labels


def test_a_text_gets_smaller_only_when_it_must():
    assert fitting([LONG], 9, width(LONG, 9) + 1) == 9
    size = fitting([LONG], 9, width(LONG, 9) * 0.8)
    assert widest([LONG], size) <= width(LONG, 9) * 0.8 + 0.5


def test_a_text_that_fits_at_no_size_is_shortened_and_says_so():
    assert shortened(LONG, 9, width(LONG, 9)) == LONG
    short = shortened(LONG, 9, 60)
    assert short.endswith("…")
    assert width(short, 9) <= 60
