"""Strangers' files are measured, and read in a process that may die of them."""

import os
import struct
import threading
import zlib
from pathlib import Path

import pytest

from core.intake.rules.bounds import MB, Bounds
from core.intake.rules.measuring import pixels, scans
from core.intake.service import documents, process, refusals
from core.intake.service.documents import Rendering, check_pixels, paper_pages, picture, table_rows
from core.intake.service.refusals import FileRefused
from tests.factories import pictures
from tests.factories.workbooks import repacked, sheet, workbook

pytestmark = pytest.mark.usefixtures("app")
SHEET = "xl/worksheets/sheet1.xml"


def why(read, *given, **asked):
    with pytest.raises(FileRefused) as caught:
        read(*given, **asked)
    assert str(caught.value.message)
    return caught.value.reason


def png(width, height):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", [(31, 77), (700, 500)])
def test_the_header_tells_the_size_without_a_decoder(kind, size):
    assert pixels(pictures.picture(*size, format=kind)) == size
    assert pixels(pictures.picture(*size, format=kind, exif=pictures.camera_exif())) == size


def test_lossless_webp_tells_its_size():
    assert pixels(pictures.picture(641, 483, format="WEBP", lossless=True)) == (641, 483)


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8\xff", b"\xff\xd8" + b"\xff" * 99, b"RIFF....WEBPVP8 ", png(0, 9)]
)
def test_a_header_that_says_nothing_is_no_picture(data):
    assert pixels(data) is None


def test_a_bomb_is_refused_by_its_header_in_this_process():
    assert why(check_pixels, png(40_000, 40_000)) == "too_many_pixels"
    assert why(picture, png(40_000, 40_000)) == "too_many_pixels"


def test_a_picture_is_drawn_anew_elsewhere():
    made = picture(pictures.picture(900, 600), [Rendering(300), Rendering(90, "WEBP", 70)])
    assert (made.width, made.height, made.format) == (300, 200, "JPEG")
    assert [pixels(one) for one in made.renderings] == [(300, 200), (90, 60)]
    assert process.process_id() not in {None, os.getpid()}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"A1": 1, "XFD1048576": 1}, "too_many_cells"),
        ({"A1": 1, "ZZ20000": 1}, "too_many_cells"),
        ({"A1": 1, "A1048576": 1}, "too_many_rows"),
        ({"A1": 1, "XFD1": 1}, "too_many_columns"),
    ],
)
def test_a_workbook_is_measured_by_its_farthest_cells(cells, reason):
    assert why(table_rows, workbook(cells)) == reason


def test_what_a_sheet_declares_is_not_believed_and_painted_cells_are_not_counted():
    rows = b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="0"/></row>'
    data = repacked(workbook({"A1": 1}), {SHEET: b'<?xml version="1.0"?>' + sheet(rows).partition(b"?>")[2]})
    assert table_rows(data) == [(1, ["1"])]
    lying = sheet(
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c t="n"  r=\'XFD1048576\'><v>1</v></c></row>'
    )
    assert why(table_rows, repacked(workbook({"A1": 1}), {SHEET: lying})) == "too_many_cells"


def test_a_bomb_of_an_archive_is_refused():
    assert why(table_rows, repacked(workbook({"A1": 1}), {SHEET: sheet(b" " * 60 * MB)})) == "zip_bomb"


def test_entities_of_xml_are_not_followed():
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    rows = b'<row r="1"><c r="A1" t="inlineStr"><is><t>&y;&f;</t></is></c></row>'
    data = repacked(workbook({"A1": 1}), {SHEET: bomb + sheet(rows).partition(b"?>")[2]})
    try:
        told = str(table_rows(data))
    except FileRefused as refused:
        told = refused.reason
    assert "root:" not in told
    assert "xxxxxxxxxx" not in told


def test_tables_are_bounded_by_cell_rows_and_columns():
    assert why(table_rows, b'"' + b"a" * 131_073 + b'"') == "cell_too_long"
    assert why(table_rows, workbook({"A1": "a"}).replace(b"", b"")[:40]) == "workbook_unreadable"
    assert why(table_rows, b"a\n" * 300_001) == "too_many_rows"
    assert why(table_rows, b"," * 2_000 + b"\n") == "too_many_columns"
    assert table_rows("名,数\n桂,1\n".encode("gb18030")) == [(1, ["名", "数"]), (2, ["桂", "1"])]


def test_a_paper_is_measured_and_kept_closed():
    assert paper_pages(b"%PDF-1.7\n/Type /Pages /Count 3\n%%EOF") == 3
    assert why(paper_pages, b"%PDF-1.7\n/Type /Pages /Count 301\n%%EOF") == "too_many_pages"
    assert why(paper_pages, b"%PDF-1.7\nno end") == "not_a_pdf"


def read_with(monkeypatch, **bounds):
    given = {"memory_bytes": 400 * MB, "cpu_s": 10, "wall_s": 10, "answer_bytes": 9 * MB}
    monkeypatch.setattr(documents, "TABLE", Bounds(**given | bounds))
    return why(table_rows, b"abcdefgh,1,2,3,4,5,6\n" * 290_000)


def test_a_reading_that_takes_too_much_ends_in_a_sentence_and_the_next_one_goes_on(monkeypatch):
    assert read_with(monkeypatch, memory_bytes=24 * MB) == "memory"
    assert read_with(monkeypatch, wall_s=0.05) == "time"
    assert read_with(monkeypatch, cpu_s=0) == "time"
    assert read_with(monkeypatch, answer_bytes=1000) == "fault"
    monkeypatch.undo()
    assert table_rows(b"a,b\n") == [(1, ["a", "b"])]


def test_a_process_that_was_ended_is_started_again():
    table_rows(b"a\n")
    before = process.process_id()
    os.kill(before, 9)
    os.waitpid(before, 0)
    assert table_rows(b"b\n") == [(1, ["b"])]
    assert process.process_id() != before


def test_files_never_hold_every_thread_of_the_web(app):
    holding = [process._going_on.acquire(blocking=False) for _ in range(process.AT_ONCE)]
    assert all(holding)
    told = []

    def ask():
        with app.test_request_context():
            try:
                told.append(table_rows(b"a\n"))
            except FileRefused as refused:
                told.append(refused.reason)

    waiting, refused = threading.Thread(target=ask), threading.Thread(target=ask)
    assert process._waiting.acquire(blocking=False)
    refused.start()
    refused.join(10)
    assert told == ["busy"]
    process._waiting.release()
    waiting.start()
    process._going_on.release()
    waiting.join(10)
    process._going_on.release()
    assert told == ["busy", [(1, ["a"])]]


def test_strangers_files_leave_a_place_to_whoever_is_signed_in(app, login, monkeypatch):
    monkeypatch.setattr(process, "STRANGERS_WAIT_S", 0.01)
    cookie = login().get_cookie("guiyuan", domain="127.0.0.1").value
    assert process._of_strangers.acquire(blocking=False)  # a slow file of a stranger is being read
    try:
        with process._turn():
            with app.test_request_context():
                assert why(table_rows, b"a\n") == "busy"
            with app.test_request_context(headers={"Cookie": f"guiyuan={cookie}"}):
                assert table_rows(b"a\n") == [(1, ["a"])]
    finally:
        process._of_strangers.release()


def of_many_scans(times):
    """A picture whose last scan comes so often."""
    data = pictures.picture(40, 40, progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * (times - 1) + data[-2:]


def test_a_picture_is_gone_over_a_bounded_number_of_times():
    once = scans(of_many_scans(1))
    assert 1 < once < 20
    assert scans(of_many_scans(30)) == once + 29
    assert picture(of_many_scans(30)).format == "JPEG"
    assert why(picture, of_many_scans(80)) == "damaged"
    assert why(picture, of_many_scans(9_000)) == "damaged"
    film = of_many_scans(1) + b"\xff\xda" * 5_000  # what telephones put behind a picture
    assert scans(film) == once
    assert scans(pictures.picture(9, 9, format="PNG")) == 1


def test_the_process_that_reads_knows_no_secret(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "never-seen-by-a-parser")
    process.stop()
    table_rows(b"a\n")
    assert b"never-seen" not in Path(f"/proc/{process.process_id()}/environ").read_bytes()


def test_every_word_of_a_parser_has_its_sentence():
    assert set(refusals.SENTENCES) >= {
        "unreadable", "empty", "encoding_unknown", "cell_too_long", "too_many_rows", "too_many_columns", "too_many_cells",
        "zip_bomb", "workbook_unreadable", "too_many_pages", "not_a_pdf", "not_an_image", "damaged", "too_many_pixels",
        "too_small",
    }  # fmt: skip
