"""What a reading may do at most: no message, file, process or archive of a stranger goes beyond it."""

import json
import os
import socket
import struct
import subprocess
import sys
import threading

import pytest

from core.intake.rules import wire
from core.intake.rules.bounds import MOST_ZIP_ENTRIES
from core.intake.rules.tables import CHUNK
from core.intake.rules.wire import Broken, WireMessage
from core.intake.service import process
from core.intake.service.documents import Rendering, paper_pages, picture, table_rows
from core.intake.service.refusals import FileRefused
from tests.factories import pictures
from tests.factories.workbooks import repacked, sheet, workbook

pytestmark = pytest.mark.usefixtures("app")
SHEET = "xl/worksheets/sheet1.xml"
FAR = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="XFD1048576"><v>1</v></c></row>'


def why(read, *given, **asked):
    with pytest.raises(FileRefused) as caught:
        read(*given, **asked)
    return caught.value.reason


def heard(sent, *, most_bytes=1_000):
    """What is made of bytes that come while the other side stays there."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(0.5)
        theirs.sendall(sent)
        return wire.receive(ours, most_bytes=most_bytes)


def message(head, blobs, *, body=b""):
    said = json.dumps({"head": head, "blobs": blobs}).encode()
    return struct.pack(">Q", len(said)) + said + body


@pytest.mark.parametrize(
    "sent",
    [
        struct.pack(">Q", 1_001),
        struct.pack(">Q", 2**63),
        message({}, [1_000]),
        message({}, [500, 500]),
        message({}, [2_000, -2_000]),
        message({}, [1.0]),
        message({}, [True]),
        message({}, [0] * 17),
        message([], []),
        message({}, {}),
        struct.pack(">Q", 2) + b"[]",
        struct.pack(">Q", 2) + b"\xff\xff",
    ],
)
def test_nothing_is_waited_for_that_is_larger_than_agreed_or_no_message(sent):
    with pytest.raises(Broken):
        heard(sent)


def test_what_was_agreed_arrives_whole():
    assert heard(message({"a": 1}, [2, 0], body=b"xy")) == WireMessage({"a": 1}, (b"xy", b""))


LIMITS = """
import resource
from core.intake.service.worker import limit
limit({"memory_bytes": 2**28, "cpu_s": 5, "wall_s": 5})
print([resource.getrlimit(one) for one in (resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE)])
"""


def test_a_reader_may_write_no_file_start_no_process_and_leave_no_core():
    environment = os.environ | {"PYTHONPATH": str(process.ROOT)}
    told = subprocess.run(
        [sys.executable, "-c", LIMITS], capture_output=True, text=True, check=True, env=environment
    )
    assert told.stdout.strip() == str([(0, 0)] * 3)


def test_whoever_waited_in_vain_leaves_his_place_to_the_next_one(app):
    taken = threading.BoundedSemaphore(1)
    assert taken.acquire(blocking=False)
    for _again in range(2):
        with app.test_request_context():
            assert why(process._take, taken, patience_s=0.01) == "busy"
        assert process._waiting.acquire(blocking=False)
        process._waiting.release()


def test_a_cell_is_found_wherever_in_the_stream_it_lies():
    before = sheet(b"").partition(b"</sheetData>")[0]
    for cut in (FAR.index(b"XFD") + 1, FAR.index(b"XFD") - 4):
        padded = before + b" " * (CHUNK - len(before) - cut) + FAR + b"</sheetData></worksheet>"
        assert why(table_rows, repacked(workbook({"A1": 1}), {SHEET: padded})) == "too_many_cells"


def test_a_few_cells_far_apart_are_no_table():
    assert why(table_rows, workbook({"A1": 1, "CV90000": 1})) == "too_many_cells"


def test_a_sheet_is_measured_however_its_name_is_written():
    far = repacked(workbook({"A1": 1}), {SHEET: b'<?xml version="1.0"?>' + sheet(FAR).partition(b"?>")[2]})
    shouted = far.replace(b"xl/worksheets/sheet1.xml", b"xl/worksheets/SHEET1.XML")
    assert why(table_rows, shouted) == "too_many_cells"


def test_an_archive_of_very_many_files_is_refused():
    many = {f"xl/media/{number}": b"" for number in range(MOST_ZIP_ENTRIES)}
    assert why(table_rows, repacked(workbook({"A1": 1}), many)) == "zip_bomb"


@pytest.mark.parametrize(
    "pages",
    [b"/Type /Page\n" * 301, b"/Type/Pages /Count 7 /Count 301", b"/Count 7\n" + b"/Type/Page " * 301],
)
def test_the_pages_of_a_paper_are_the_most_that_it_shows_or_claims(pages):
    assert why(paper_pages, b"%PDF-1.7\n" + pages + b"\n%%EOF") == "too_many_pages"


def test_place_and_time_are_told_only_where_they_were_asked_for():
    data = pictures.picture(exif=pictures.camera_exif())
    assert picture(data, [Rendering(90)], with_place_and_time=True).taken
    assert picture(data, [Rendering(90)]).taken == {}
    assert picture(data).taken == {}


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
def test_no_word_that_a_picture_carries_is_drawn_with_it(kind):
    data = pictures.picture(exif=pictures.camera_exif(), comment=b"Test phone")
    [drawn] = picture(data, [Rendering(90, kind)]).renderings
    assert b"Test phone" in data
    assert b"Test phone" not in drawn


def test_the_shorter_side_of_a_picture_has_to_be_long_enough():
    assert picture(pictures.picture(60, 50), least_side_px=50).width == 60
    assert why(picture, pictures.picture(600, 49), least_side_px=50) == "too_small"
