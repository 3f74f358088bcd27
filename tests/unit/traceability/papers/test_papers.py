"""Papers of a consignment: recorded, believed only with what their kind needs, and missing otherwise."""

import io
from datetime import date

import pytest
import sqlalchemy as sa
from PIL import Image

from core.database import transaction
from core.errors import Invalid, NotFound
from core.uploads.service import content_type_of, without_metadata
from tests.factories.verification import PDF
from traceability.api import (
    PaperKind,
    ensure_paper_rules,
    keep_upload,
    missing_papers,
    paper_file,
    papers_of,
    papers_of_many,
    record_paper,
    record_printed_label,
    required_papers,
)
from traceability.papers.models.tables import Paper
from traceability.papers.queries import paper_rules, rule_changes
from traceability.papers.rules import ANY
from traceability.papers.service import drop_rule, set_rule

DAY = date(2026, 3, 12)


@pytest.fixture
def rules(session, at):
    with transaction():
        ensure_paper_rules(at=at)


def record(kind="plant_quarantine", consignment="C-1", **values):
    given = {"number": "42-1", "upload": PDF, "by": None}
    return record_paper(consignment_number=consignment, kind=kind, **(given | values))


def missing(**values):
    return missing_papers("C-1", "浙江省", on=DAY, root="root_ball", **values)


def test_a_consignment_misses_everything_until_it_is_recorded(rules, session, at):
    assert missing() == [PaperKind.PLANT_QUARANTINE, PaperKind.QUALITY, PaperKind.LABEL]
    with transaction():
        record(at=at)
        record("quality", upload=None, at=at)
        record_printed_label(consignment_number="C-1", on=DAY, at=at, by=None)
    assert missing() == []
    assert [paper.kind for paper in papers_of("C-1")] == ["plant_quarantine", "quality", "label"]
    assert missing_papers("C-2", "浙江省", on=DAY) != []


def test_an_expired_certificate_does_not_travel(rules, session, at):
    with transaction():
        record(at=at, issued_on=DAY, valid_until=DAY)
    assert PaperKind.PLANT_QUARANTINE not in missing()
    assert PaperKind.PLANT_QUARANTINE in missing_papers("C-1", "浙江省", on=date(2026, 3, 13))


def test_a_certificate_of_others_counts_with_its_scan_and_not_by_its_number(rules, session, at):
    """As a row from before scans were asked for, or one whose scan was removed."""
    with transaction():
        record(at=at)
        session.execute(sa.update(Paper).values(file_key=None))
        record(kind="quality", at=at, upload=None)
    assert missing() == [PaperKind.PLANT_QUARANTINE, PaperKind.LABEL]


def test_a_newer_paper_stands_in_for_the_older(rules, session, at):
    with transaction():
        record(number="old", at=at)
        newer = record(number="new", at=at)
    assert [paper.number for paper in papers_of("C-1")] == ["new"]
    assert papers_of_many(["C-1", "C-9"]) == {"C-1": [newer]}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"number": " "}, "paper_number"),
        ({"upload": None}, "paper_file"),
        ({"upload": b""}, "file_empty"),
        ({"upload": b"MZ\x90 an executable"}, "file_kind"),
        ({"upload": b"%PDF-1.7 cut short"}, "file_kind"),
        ({"upload": b"%PDF-" + b"0" * (12 * 1024 * 1024)}, "file_too_large"),
        ({"issued_on": date(2026, 3, 2), "valid_until": date(2026, 3, 1)}, "paper_days"),
    ],
)
def test_what_cannot_be_a_paper_is_refused(session, at, values, code):
    with transaction(), pytest.raises(Invalid) as refused:
        record(at=at, **values)
    assert refused.value.code == code


@pytest.mark.both
def test_an_upload_survives_a_form_that_failed(session, at):
    key = keep_upload(PDF)
    assert key.startswith("private/paper/")
    with transaction():
        paper = record(at=at, upload=None, file_key=key)
    content, content_type, same = paper_file(paper.public_id)
    assert (content, content_type, same) == (PDF, "application/pdf", paper)
    with pytest.raises(NotFound):
        paper_file("nothing")


def picture(kind: str, **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), (10, 120, 60)).save(out, kind, **options)
    return out.getvalue()


def test_photographs_are_known_by_their_content():
    assert content_type_of(picture("JPEG")) == "image/jpeg"
    assert content_type_of(picture("PNG")) == "image/png"
    with pytest.raises(Invalid):
        content_type_of(picture("GIF"))
    with pytest.raises(Invalid):
        content_type_of(picture("JPEG")[:200])
    with pytest.raises(Invalid):
        without_metadata(PDF)


def test_a_photograph_loses_its_metadata():
    exif = Image.Exif()
    exif[0x010F] = "Tell-Tale Camera"
    given = picture("JPEG", exif=exif)
    assert b"Tell-Tale" in given
    assert b"Tell-Tale" not in without_metadata(given)


@pytest.mark.both
def test_the_branch_changes_what_a_province_needs_and_says_why(rules, session, at):
    place = {"province": "湖北省", "root": ANY, "kind": PaperKind.QUALITY}
    with transaction():
        with pytest.raises(Invalid):
            set_rule(**place, required=False, reason=" ", at=at, by=None)
        set_rule(**place, required=False, reason="within the province", at=at, by=None)
    assert PaperKind.QUALITY not in required_papers("湖北", root="bare_root", at=at)
    assert PaperKind.QUALITY in required_papers("浙江省", root="bare_root", at=at)
    with transaction():
        drop_rule(**place, reason="asked back", at=at, by=None)
    assert PaperKind.QUALITY in required_papers("湖北省", root="bare_root", at=at)
    assert [change.required for change in rule_changes()] == [None, False]


def test_the_general_rule_cannot_be_removed_and_a_start_adds_nothing_twice(rules, session, at):
    with transaction():
        with pytest.raises(Invalid):
            drop_rule(province=ANY, root=ANY, kind=PaperKind.LABEL, reason="x", at=at, by=None)
        set_rule(province=ANY, root=ANY, kind=PaperKind.LABEL, required=False, reason="x", at=at, by=None)
        assert ensure_paper_rules(at=at) == 0
    assert len(paper_rules()) == 4
    assert PaperKind.LABEL not in required_papers("浙江省")
