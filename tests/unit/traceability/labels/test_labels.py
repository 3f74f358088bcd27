"""Labels are read back: the QR symbols from a picture of the printed page, the texts from the PDF."""

import csv
import io
import shutil
import subprocess
from dataclasses import replace
from datetime import date

import pytest
import zxingcpp
from PIL import Image

from core.database import transaction
from core.errors import Invalid
from tests.factories.traceability import make_codes
from traceability.api import SeedlingLabel, code_file, get_lot, seedling_labels_pdf
from traceability.codes.rules.notation import address, grouped, new_code, read_code
from traceability.codes.service.printing import TICK, CodeLabel, LegalText, codes_csv, codes_pdf
from traceability.codes.states import Level
from traceability.labels.rules.qr import qr_png

pytestmark = pytest.mark.slow

PUBLIC = "https://guihua.example.org"


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"{name} is missing: install the package poppler-utils; labels are read back with it.")
    return found


def pictures(pdf: bytes, folder, dpi: int = 200) -> list[Image.Image]:
    """The pages as a printer would put them on paper."""
    (folder / "in.pdf").write_bytes(pdf)
    subprocess.run(
        [program("pdftoppm"), "-r", str(dpi), "-gray", folder / "in.pdf", folder / "page"], check=True
    )
    return [Image.open(io.BytesIO(path.read_bytes())) for path in sorted(folder.glob("page*.pgm"))]


def text_of(pdf: bytes, folder) -> str:
    (folder / "in.pdf").write_bytes(pdf)
    done = subprocess.run(
        [program("pdftotext"), "-layout", folder / "in.pdf", "-"], check=True, capture_output=True
    )
    return done.stdout.decode()


def labels(count: int, level: Level = Level.UNIT) -> list[CodeLabel]:
    return [
        CodeLabel(
            new_code(),
            "B-2026-7K3F9QA",
            place,
            level,
            20,
            "L-2026-7K3F9QA",
            "朱砂丹桂",
            "地径 8–8.4 cm，株高 300–320 cm",
        )
        for place in range(1, count + 1)
    ]


def symbols(page) -> list[str]:
    """What the QR symbols of a printed page say.

    Asked for every kind, a reader sees another one now and then in a corner of a symbol (``QRCode`` alone takes in
    Micro QR): a chance that the codes drawn for the day decide.
    """
    found = zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCodeModel2)
    return [one.text for one in found]


def test_every_label_of_a_printed_sheet_is_read_back(tmp_path, at):
    given = labels(30)
    pages = pictures(codes_pdf(given, public_url=PUBLIC, at=at), tmp_path)
    assert len(pages) == 2
    read = [text for page in pages for text in symbols(page)]
    assert sorted(read) == sorted(address(PUBLIC, one.code) for one in given)
    assert {read_code(text).code for text in read} == {one.code for one in given}


def test_a_sheet_says_what_a_person_needs_to_type(tmp_path, at):
    [one] = labels(1, Level.BUNDLE)
    text = text_of(codes_pdf([one], public_url=PUBLIC, at=at), tmp_path)
    for words in (
        grouped(one.code)[:9],
        grouped(one.code)[10:],
        "朱砂丹桂",
        "整捆 20 株",
        "#1",
        "guihua.example.org/verify",
    ):
        assert words in text


def test_the_symbol_uses_the_short_mode_for_upper_case():
    upper, lower = (
        zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image().shape
        for text in (address(PUBLIC, "0" * 16), address(PUBLIC, "0" * 16).lower())
    )
    assert upper <= lower
    assert len(qr_png(address(PUBLIC, "0" * 16))) < 1_000


def test_the_table_has_one_row_a_code_and_opens_in_spreadsheets():
    given = labels(3)
    content = codes_csv(given, public_url=PUBLIC)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["code"] for row in rows] == [grouped(one.code) for one in given]
    assert rows[0]["address"] == address(PUBLIC, given[0].code)
    assert rows[0]["level"] == "unit"


def test_the_file_of_a_batch_follows_its_ending(session, at):
    with transaction():
        issued = make_codes(count=2)
    lot = get_lot(id=issued.batch.lot_id)
    assert code_file(issued, lot, ending="pdf", public_url=PUBLIC, at=at).startswith(b"%PDF-")
    assert b"B-2026-" in code_file(issued, lot, ending="csv", public_url=PUBLIC, at=at)
    with pytest.raises(Invalid):
        code_file(issued, lot, ending="docx", public_url=PUBLIC, at=at)


def seedling(**values) -> SeedlingLabel:
    given = {
        "consignment_number": "C-2026-7K3F9QA",
        "order_number": "GY-2026-7K3F9QA",
        "species": "Osmanthus fragrans (Thunb.) Lour.",
        "cultivar_group": "丹桂",
        "cultivar": "朱砂丹桂",
        "propagation": "grafting",
        "age_code": "6-3",
        "size": "地径 8–8.4 cm，株高 300–320 cm",
        "root": "root_ball",
        "grade": "I",
        "quantity": 1200,
        "origin": "湖北省咸宁市咸安区桂花镇",
        "producer": "竹影苗圃",
        "producer_place": "桂花镇竹影村",
        "producer_phone": "0715-0000000",
        "production_licence_number": "演示许可 2026-001",
        "mark_name": "桂花证明商标（演示）",
        "mark_licence_number": "XNGH-2026-018",
        "quarantine_certificate": "42-2026-000123",
        "quality_certificate": "HG-2026-77",
        "lot_number": "L-2026-7K3F9QA",
        "code_labels": "B-2026-7K3F9QA #1–12",
        "destination": "浙江省",
        "dispatched_on": date(2026, 3, 12),
    }
    return SeedlingLabel(**(given | values))


def test_the_seedling_label_says_all_that_the_law_asks_for(tmp_path, at):
    text = text_of(seedling_labels_pdf([seedling()], at=at), tmp_path)
    for words in (
        "苗木标签", "Osmanthus fragrans", "朱砂丹桂", "嫁接", "6-3", "地径", "带土球", "质量等级", "1,200", "桂花镇",
        "演示许可 2026-001", "42-2026-000123", "HG-2026-77", "竹影苗圃", "0715-0000000", "2026 年 3 月 12 日",
        "使用说明", "浙江省",
    ):  # fmt: skip
        assert words in text, words


def test_each_lot_has_its_page_and_the_same_input_gives_the_same_bytes(tmp_path, at):
    given = [seedling(), seedling(lot_number="L-2026-OTHER00", root="bare_root")]
    pdf = seedling_labels_pdf(given, at=at)
    assert pdf == seedling_labels_pdf(given, at=at)
    assert len(pictures(pdf, tmp_path, dpi=40)) == 2
    with pytest.raises(ValueError):
        seedling_labels_pdf([], at=at)


LEGAL = LegalText(
    "桂花", "I", "湖北省咸宁市咸安区桂花镇", "竹影苗圃", "鄂咸林种 2026-018", "", date(2026, 3, 12)
)


@pytest.mark.parametrize(("form", "pages", "on_a_page"), [("roll", 9, 1), ("legal", 2, 8), ("pdf", 1, 24)])
def test_every_form_of_label_is_read_back_with_its_seedling_label(at, tmp_path, form, pages, on_a_page):
    wanted = [replace(one, inner="0123ABCD", legal=LEGAL) for one in labels(9)]
    pdf = codes_pdf(wanted, public_url=PUBLIC, at=at, form=form)
    printed = pictures(pdf, tmp_path, dpi=300)
    assert len(printed) == pages
    found = [symbols(page) for page in printed]
    assert max(len(one) for one in found) <= on_a_page
    assert {text for page in found for text in page} == {address(PUBLIC, one.code) for one in wanted}
    text = text_of(pdf, tmp_path)
    assert text.count("0123-ABCD") == 9
    if form != "pdf":
        said = "".join(text.split())
        for words in (
            "树种",
            "桂花",
            "朱砂丹桂",
            "等级",
            "地径",
            "8–8.4cm",
            "300–320cm",
            "数量",
            "产地",
            "竹影苗圃",
            "鄂咸林种2026-018",
            "植物检疫证",
            "2026年3月12日",
            "＿＿",
        ):
            assert said.count(words) >= 9, words


def test_a_hundred_rolls_are_read_back_label_by_label(at, tmp_path):
    """A sample of the ten thousand that benchmarks/labels.py reads back."""
    wanted = [replace(one, legal=LEGAL) for one in labels(100)]
    done: list[int] = []
    pdf = codes_pdf(wanted, public_url=PUBLIC, at=at, form="roll", tick=done.append)
    printed = pictures(pdf, tmp_path, dpi=150)
    assert [symbols(page) for page in printed] == [[address(PUBLIC, one.code)] for one in wanted]


def test_progress_is_told_while_labels_are_drawn(at):
    done: list[int] = []
    codes_pdf(labels(TICK * 2), public_url=PUBLIC, at=at, tick=done.append)
    assert done == [TICK, TICK * 2]
