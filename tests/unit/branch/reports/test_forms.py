"""The forms of a report: pictures, PDF, page, workbook, flat file. Equal input, equal bytes."""

import csv
import io
import re
import shutil
import subprocess
import warnings
import zlib
from dataclasses import replace
from datetime import date
from itertools import pairwise

import openpyxl
import pytest
from flask_babel import force_locale
from markupsafe import escape
from PIL import Image

from branch.reports.charts import drawing as charts
from branch.reports.document import Chart, Column, Row, Series, Table
from branch.reports.formats import csv as reports_csv
from branch.reports.formats import html as page
from branch.reports.formats import pdf
from branch.reports.formats import xlsx as workbook
from core.languages import LOCALES_BY_CODE as LANGUAGES

pytestmark = pytest.mark.slow


@pytest.fixture
def in_language(app):
    def call(language, function, *args):
        with app.test_request_context(), force_locale(LANGUAGES[language]):
            return function(*args)

    return call


def make_chart(**values):
    given = {
        "key": "k", "kind": "bars", "title": "分渠道", "alt": "alt", "unit": "万元", "divisor": 1_000_000,
        "categories": ("淘宝", "本店"), "series": (Series("2026", (5_000_000, 3_000_000)), Series("2025", (4_000_000, None))), "table_key": "t",
    }  # fmt: skip
    return Chart(**(given | values))


@pytest.mark.parametrize("kind", ["bars", "lines", "bridge", "multiples", "heat"])
def test_the_same_chart_gives_the_same_bytes(kind):
    draw_afresh = charts.draw.__wrapped__
    assert draw_afresh(make_chart(kind=kind)) == draw_afresh(make_chart(kind=kind))


def test_a_character_that_the_font_lacks_is_an_error():
    with pytest.raises(charts.MissingGlyphError) as caught:
        charts.draw(make_chart(categories=("淘宝", "\U0002a7dd店")))
    assert caught.value.characters == ("\U0002a7dd",)


def test_nothing_and_negative_values_can_be_drawn():
    empty = make_chart(categories=(), series=(Series("2026", ()), Series("2025", ())))
    negative = make_chart(series=(Series("2026", (-5_000_000, 0)),))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for chart in (empty, negative):
            assert charts.draw(chart).png.startswith(b"\x89PNG")


@pytest.mark.parametrize("scope", [{"rows": []}, {"today": date(2026, 4, 20)}])
def test_a_report_without_sales_or_without_a_comparison_can_be_printed(write, in_language, scope):
    assert in_language("en", pdf.render_pdf, write("en", **scope)).startswith(b"%PDF-")


def test_the_two_series_of_bars_differ_in_grey():
    picture = Image.open(io.BytesIO(charts.draw(make_chart()).png)).convert("L")
    shades = {shade for count, shade in picture.getcolors(10**6) if count > 2_000}
    assert max(shades) - min(shades) > 120
    assert len(shades) >= 3


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.004, "0.00"), (-0.004, "0.00"), (1.5, "1.50"), (123.44, "123.4"), (1234.5, "1,234"), (-3.5, "-3.50")],
)
def test_numbers_beside_marks_are_short_and_never_a_negative_zero(value, text):
    assert charts.label(value) == text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pdf_is_the_same_twice_and_starts_like_one(write, in_language, language):
    document = write(language)
    first = in_language(language, pdf.render_pdf, document)
    assert first.startswith(b"%PDF-")
    assert first == in_language(language, pdf.render_pdf, document)
    assert b"NotoSansSCGBK" in first.replace(b"-", b"") or b"Noto" in first
    assert len(re.findall(rb"/Type\s*/Page\b", first)) >= 5


def test_the_pdf_says_what_the_report_says(write, in_language, tmp_path):
    plain = re.sub(r"\s+", "", _read(in_language("zh", pdf.render_pdf, write("zh")), tmp_path, "-layout"))
    for words in (
        "桂花产业支部(示范)销售月报",
        "目录",
        "222,775.20",
        "不是商标或支部带来的效果",
        "支部书记（签章）",
        "附表：分种植户",
    ):
        assert words in plain


def test_figures_of_a_wide_table_stand_apart(write, in_language, tmp_path):
    document = write("zh")
    columns = (Column("name", "种植户"), *(Column(f"c{n}", "净销售额（元）", "money") for n in range(8)))
    amounts = [987_654_320_000 + 100 * n if n % 2 else 7_700 + 100 * n for n in range(8)]
    wide = Table("wide", "很宽的表", columns, (Row("one", ("桂苑", *amounts)),))
    sections = (replace(document.sections[0], tables=(wide,)), *document.sections[1:])
    read = _read(in_language("zh", pdf.render_pdf, replace(document, sections=sections)), tmp_path, "-bbox")
    words = re.findall(r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)"[^>]*>([^<]*)</word>', read)
    wanted = [f"{amount // 100:,}.00" for amount in amounts]
    row = [word for word in words if word[2] in wanted]
    assert [text for _left, _right, text in row] == wanted
    assert all(float(right) + 2 < float(left) for (_l, right, _), (left, _r, _w) in pairwise(row))


def _read(printed, folder, how):
    if shutil.which("pdftotext") is None:
        pytest.fail("pdftotext is missing: install the package poppler-utils.")
    path = folder / "report.pdf"
    path.write_bytes(printed)
    return subprocess.run(["pdftotext", how, path, "-"], capture_output=True, text=True, check=True).stdout


def test_the_pdf_is_tagged_and_carries_the_annex(write, in_language):
    data = in_language("en", pdf.render_pdf, write("en"), b'{"annex": 1}\n')
    assert b"/StructTreeRoot" in data
    assert b"pdfuaid" in data
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)
    assert b'{"annex": 1}\n' in [_inflated(one) for one in streams]
    assert len(re.findall(rb"/Alt\s*\(", data)) >= len(
        [chart for section in write("en").sections for chart in section.charts]
    )


def _inflated(stream):
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def test_a_name_that_cannot_be_printed_stops_the_pdf(write, in_language):
    document = replace(write("zh"), unit_name="\U0002a7dd村")
    with pytest.raises(charts.MissingGlyphError):
        in_language("zh", pdf.render_pdf, document)


def test_the_page_stands_alone_and_shows_each_chart_with_its_table(write, in_language):
    document = write("en")
    pictures = {
        chart.key: charts.draw(chart).png for section in document.sections for chart in section.charts
    }
    html = in_language("en", page.render_html, document, pictures).decode()
    assert "<script" not in html
    assert not re.findall(r'(?:src|href)="(?!data:|#)', html)
    for section in document.sections:
        for chart in section.charts:
            assert f'alt="{escape(chart.alt)}"' in html
            assert f"<caption>{section.table(chart.table_key).title}</caption>" in html


def test_the_workbook_holds_numbers_as_numbers_and_the_same_bytes_twice(write, in_language):
    document = write("en")
    data = in_language("en", workbook.render_xlsx, document)
    assert data == in_language("en", workbook.render_xlsx, document)
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    assert book.sheetnames[0] == "Summary"
    assert book.sheetnames[-1] == "Definitions"
    sheet = book["By channel"]
    heads = [cell.value for cell in sheet[2]]
    total = dict(zip(heads, sheet[sheet.max_row], strict=True))
    assert total["Net sales (yuan)"].value == 222_775.2
    assert total["Net sales (yuan)"].number_format == "#,##0.00"
    assert total["Number of plants"].value == 243_360
    assert total["Share of sales"].number_format == "0.0%"
    assert book.custom_doc_props["GuiyuanReport"].value == document.number


def test_a_name_that_looks_like_a_formula_stays_a_text(write, in_language):
    document = replace(write("en"), unit_name="=1+1", title="=HYPERLINK(1)")
    book = openpyxl.load_workbook(io.BytesIO(in_language("en", workbook.render_xlsx, document)))
    assert book["Summary"]["A1"].value == "'=HYPERLINK(1)"
    assert book["Summary"]["A1"].data_type == "s"


NAMES = ("The growers'", "the growers'", "a/b: [1]?", "'", "Association of the growers' daughters and sons")


def test_any_title_of_a_table_names_a_sheet(write, in_language):
    document = write("en")
    tables = tuple(
        Table(f"k{number}", name, (Column("name", "Name"),), ()) for number, name in enumerate(NAMES)
    )
    section = replace(document.sections[0], tables=tables)
    data = in_language("en", workbook.render_xlsx, replace(document, sections=(section,), definitions=()))
    assert len(openpyxl.load_workbook(io.BytesIO(data)).sheetnames) == 2 + len(NAMES)


def test_the_flat_file_opens_in_a_spreadsheet_and_carries_every_number(write, in_language):
    document = write("zh")
    data = in_language("zh", reports_csv.render_csv, document)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    numbers = sum(
        cell is not None
        for section in document.sections for table in section.tables for row in table.all_rows()
        for column, cell in zip(table.columns, row.cells, strict=True) if column.is_number
    )  # fmt: skip
    assert len(rows) == numbers
    assert {row["报告编号"] for row in rows} == {document.number}
    net = [row for row in rows if row["表"] == "本期合计" and row["列"] == "净销售额（元）"]
    assert [(row["数值"], row["数值单位"]) for row in net] == [("222775.20", "CNY")]


def test_the_flat_file_of_a_sealed_report_carries_its_digest_and_the_head_of_the_log(
    write, in_language, monkeypatch
):
    document = write("en")
    monkeypatch.setattr(reports_csv, "head_of_log", lambda: [["Head of the log", "5 · ab"]])
    lines = in_language("en", reports_csv.render_csv, document).decode("utf-8-sig").splitlines()
    sealed = replace(document, annex_digest="0" * 64)
    tied = in_language("en", reports_csv.render_csv, sealed).decode("utf-8-sig").splitlines()
    ends = ["Digest of the data annex (SHA-256),Head of the log", f"{'0' * 64},5 · ab"]
    assert tied == [f"{line},{ends[number > 0]}" for number, line in enumerate(lines)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_formula_of_the_workbook_gives_the_figure_that_is_kept_beside_it(write, in_language, language):
    data = in_language(language, workbook.render_xlsx, write(language))
    live = openpyxl.load_workbook(io.BytesIO(data))
    kept = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    seen = 0
    for sheet in live.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            result = kept[sheet.title][cell.coordinate].value
            assert result == pytest.approx(computed(kept, sheet.title, cell.value), abs=1e-9), cell.value
            seen += 1
    assert seen > 100
    definitions = live.worksheets[-1]
    terms = {row[0].value: row for row in definitions.iter_rows(min_row=2)}
    price = terms[{"zh": "平均价格", "en": "Average price"}[language]]
    assert price[2].value.endswith("!H3")
    assert price[4].value == "G3/C3"


def computed(book, title, formula):
    """A formula of ours, computed from the kept values of the cells that it names."""

    def value(match):
        return repr(book[match.group(1) or title][match.group(2)].value or 0)

    def total(match):
        cells = (cell.value or 0 for row in book[title][match.group(1)] for cell in row)
        return repr(sum(cells))

    text = re.sub(r"SUM\(([A-Z]+\d+:[A-Z]+\d+)\)", total, formula.removeprefix("="))
    text = re.sub(r"(?:'([^']+)'!)?\b([A-Z]+\d+)\b", value, text)
    assert re.fullmatch(r"[-+*/().\d e]+", text), text
    return eval(text)  # noqa: S307 - digits and signs only, as was just seen


def test_what_the_report_does_not_state_is_no_formula_either(write, in_language):
    document = write("en", growers=6)
    book = openpyxl.load_workbook(io.BytesIO(in_language("en", workbook.render_xlsx, document)))
    like = [row for row in book["Comparison"].iter_rows(min_row=3) if row[0].value == "Like-for-like (D3)"]
    assert like[0][3].value is None
