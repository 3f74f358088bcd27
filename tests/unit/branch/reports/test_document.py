"""What a report says, in words and tables."""

import json
import re
from datetime import date
from decimal import Decimal

import pytest
from flask_babel import force_locale

from branch.ledger.rules.periods import Period, parse_period
from branch.reports.document import data_annex, from_json, to_json
from branch.reports.facts.figures import MonthRow, Totals
from branch.reports.formats.html import render_html
from core.languages import LOCALES_BY_CODE as LANGUAGES
from tests.factories.reports import make_month_rows


def texts(document):
    for section in document.sections:
        yield from (section.title, *section.paragraphs, *section.notes)
    yield from (*document.changed, *document.doubtful, document.standing)
    for figure in document.headline:
        yield from (figure.label, figure.value, figure.remark)


def section(document, key):
    return next(one for one in document.sections if one.key == key)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_growth_is_never_printed_without_saying_that_it_is_ordinary(write, language):
    document = write(language)
    like, effect = document.headline[1:]
    remark = {"zh": "不是商标", "en": "not an effect of the mark"}[language]
    assert (like.grade, effect.grade) == ("D3", "C2")
    assert remark.lower() in like.remark.lower()
    assert {"zh": "含市场变动", "en": "includes the market"}[language] in document.changed[0]
    assert any(remark in text for text in section(document, "comparison").paragraphs)


def test_no_text_prints_a_negative_zero(write):
    for language in ("zh", "en"):
        assert not [text for text in texts(write(language)) if re.search(r"-0\.0+(?![0-9])", text)]


def test_the_chinese_report_speaks_chinese_and_the_english_one_english(write):
    chinese, english = write("zh"), write("en")
    assert chinese.period_label == "2026年4月"
    assert english.period_label == "April 2026"
    assert "净销售额" in section(chinese, "overall").paragraphs[0]
    assert section(english, "overall").paragraphs[0].startswith("Net sales CNY 222,775.20: 243,360 plants")


def test_every_breakdown_sums_to_the_total_of_the_window(write):
    document = write()
    whole = section(document, "overall").table("totals").rows[0].cells
    net, plants = whole[6], whole[2]
    for key in ("channels", "cultivar_groups", "sizes", "villages", "provinces", "growers"):
        table = section(document, key).table(key)
        at = {column.key: index for index, column in enumerate(table.columns)}
        assert sum(row.cells[at["net"]] for row in table.rows) == table.total.cells[at["net"]] == net
        assert sum(row.cells[at["plants"]] for row in table.rows) == table.total.cells[at["plants"]] == plants
        assert abs(sum(row.cells[at["share"]] for row in table.rows) - 1) < Decimal("1e-20")


def test_the_bridge_on_the_page_leads_from_last_year_to_this_year(write):
    table = section(write(), "comparison").table("bridge")
    steps = [row.cells[1] for row in table.rows]
    assert sum(steps) == table.total.cells[1]


def test_like_for_like_says_who_is_in_and_how_much_is_covered(write):
    sentence = section(write("en"), "comparison").paragraphs[1]
    assert "12 growers have complete data in both windows, 2 do not" in sentence
    assert "85.9%" in sentence


def test_with_few_growers_no_like_for_like_figure_is_stated(write):
    document = write("en", growers=6)
    assert document.headline[1].grade == "D2"
    assert "not an effect of the mark" in document.headline[1].remark
    assert "fewer than 10 growers" in section(document, "comparison").paragraphs[1]


def test_what_is_missing_is_said_plainly(write):
    document = write("en", foreign=(("USD", Totals(orders=1, plants=5, gross_minor=900)),))
    said = " ".join(section(document, "quality").paragraphs)
    assert "1 of 14 grower-months carry no record" in said
    assert "Sales in USD are listed apart and are in no total." in document.doubtful
    assert section(document, "quality").table("foreign").rows[0].cells == ("USD", 1, 5, 900)


def test_an_open_window_and_an_open_refund_window_are_preliminary(write):
    assert "still open" in write("en", today=date(2026, 4, 20)).standing
    assert "refunds may still arrive" in write("en", today=date(2026, 5, 3)).standing
    final = write("en", today=date(2026, 5, 16))
    assert final.standing.startswith("Final")
    assert not final.preliminary


def test_a_part_of_a_month_is_not_held_against_a_whole_one(write):
    document = write("en", today=date(2026, 4, 20))
    assert [figure.value for figure in document.headline[1:]] == ["not stated", "not stated"]
    assert document.changed == (
        "The window is still open. It is held against last year only when it is over.",
    )
    assert section(document, "comparison").tables == ()
    for key in ("channels", "growers"):
        table = section(document, key).table(key)
        growth = [column.key for column in table.columns].index("growth")
        assert {row.cells[growth] for row in table.all_rows()} == {None}
    last_month = section(document, "overall").table("months").rows[-1]
    assert last_month.cells[1] is not None
    assert last_month.cells[3] is None


def test_one_large_grower_is_pointed_out(write):
    rows = [*make_month_rows(), MonthRow(5, Period(2026, 4), "shop", "dangui", Totals(1, 10, 10**9))]
    assert any(line.startswith("One grower alone makes") for line in write("en", rows=rows).doubtful)


def test_a_report_without_any_sales_still_stands(write):
    document = write("en", rows=[])
    assert document.headline[0].value == "CNY 0.00"
    assert document.changed == ("There is nothing on record for the year before.",)


def test_a_document_survives_being_stored(write):
    document = write()
    assert from_json(json.loads(json.dumps(to_json(document)))) == document


def test_the_data_annex_is_the_same_in_both_languages_and_holds_no_words(write):
    assert data_annex(write("zh")) == data_annex(write("en"))
    annex = data_annex(write("zh"))
    assert annex["sections"]["overall"]["totals"]["rows"]["all"]["net"] == 22_277_520
    assert annex["input_digest"] == write("en").digest


def test_the_digest_follows_the_figures_and_not_the_day_of_building(write):
    rows = make_month_rows()
    same = write("zh", rows=rows).digest
    assert write("en", rows=rows, today=date(2027, 1, 1)).digest == same
    last = rows[-1]
    changed = [
        *rows[:-1],
        MonthRow(last.grower_id, last.month, last.channel, last.cultivar_group, Totals(plants=1)),
    ]
    assert write("zh", rows=changed).digest != same


def test_a_report_built_before_and_after_the_end_of_its_window_is_not_the_same(write):
    days = (date(2026, 4, 20), date(2026, 5, 2), date(2026, 5, 20))
    assert len({write("en", today=day).digest for day in days}) == 3


@pytest.mark.parametrize(
    ("key", "chinese", "english", "title"),
    [
        ("2026-S1", "2026年春季（2—5月）", "Spring 2026 (February to May)", "Sales of the season"),
        (
            "2025-09..2026-04",
            "2025年9月至2026年4月",
            "September 2025 to April 2026",
            "Sales of several months",
        ),
    ],
)
def test_seasons_and_free_windows_are_named_and_compared_with_the_year_before(
    write, key, chinese, english, title
):
    period = parse_period(key)
    document = write("en", period=period, today=date(2026, 9, 1))
    assert (document.period_label, document.period_key) == (english, key)
    assert write("zh", period=period, today=date(2026, 9, 1)).period_label == chinese
    assert document.title.startswith(title)
    rows = make_month_rows()
    before = section(document, "comparison").table("comparison").rows[0].cells[2]
    assert before == sum(
        row.totals.net_minor
        for row in rows
        if period.year_before().start <= row.month.start < period.year_before().end
    )
    assert len(section(document, "quality").table("coverage").rows) == len(period.months())


def test_a_year_has_twelve_months_and_a_year_before(write):
    document = write("en", period=Period(2026), today=date(2027, 2, 1))
    assert document.title.startswith("Sales of the year")
    assert len(section(document, "overall").table("months").rows) == 12
    assert len(section(document, "quality").table("coverage").rows) == 12


def test_notes_are_numbered_through_the_whole_report_and_said_once(write):
    document = write("zh")
    assert [note.number for note in document.notes] == list(range(1, len(document.notes) + 1))
    assert len({note.text for note in document.notes}) == len(document.notes)
    shared = [note for note in document.notes if {"channels", "villages"} <= set(note.sections)]
    assert shared
    for section in document.sections:
        texts = {note.text for note in document.notes if note.number in document.notes_of(section)}
        assert texts == set(section.notes)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_note_is_called_for_and_leads_back(app, write, language):
    document = write(language)
    with app.test_request_context(), force_locale(LANGUAGES[language]):
        page = render_html(document, dict.fromkeys(charts_of(document), b"")).decode()
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links <= set(ids)
    for note in document.notes:
        assert f"note-{note.number}" in links
        assert {f"{key}-note-{note.number}" for key in note.sections} <= links


def charts_of(document):
    return [chart.key for section in document.sections for chart in section.charts]
