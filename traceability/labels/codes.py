"""Fresh codes as a file: a table for a printing house, or a sheet of labels. The only place of plain codes."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from flask_babel import gettext as _

from core.errors import Invalid
from traceability.codes.issuing import IssuedCodes
from traceability.codes.rules import address, grouped
from traceability.codes.states import Level
from traceability.labels.qr import qr_svg
from traceability.labels.typesetting import compile_pdf
from traceability.lots.queries import LotView
from traceability.lots.sizes import diameter_span_cm

COLUMNS = ("batch", "place", "code", "address", "level", "plants", "lot", "cultivar", "size")
MOST_LABELS = 5_000


@dataclass(frozen=True)
class CodeLabel:
    """What one label says."""

    code: str
    batch_number: str
    position: int
    level: Level
    plants: int
    lot_number: str
    cultivar: str
    size: str


def level_text(level: Level, plants: int) -> str:
    """What the code stands for, as printed on the (Chinese) label."""
    if level is Level.LOT:
        return "批次说明，同批共用"
    if level is Level.BUNDLE:
        return f"整捆 {plants:,} 株"
    return "单株"


def codes_csv(labels: Sequence[CodeLabel], *, public_url: str) -> bytes:
    """A table in UTF-8 with byte order mark, which spreadsheets open rightly; one row a code."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for one in labels:
        table.writerow(
            [
                one.batch_number,
                one.position,
                grouped(one.code),
                address(public_url, one.code),
                one.level,
                one.plants,
                one.lot_number,
                one.cultivar,
                one.size,
            ]
        )
    return out.getvalue().encode("utf-8-sig")


def codes_pdf(labels: Sequence[CodeLabel], *, public_url: str, at: datetime) -> bytes:
    """A4 sheets of 24 labels, each with its QR symbol, its code in fours and its place in the batch."""
    host = urlsplit(public_url).netloc
    rows = []
    for one in labels:
        code = grouped(one.code)
        rows.append(
            {
                "qr": qr_svg(address(public_url, one.code)),
                "name": one.cultivar,
                "size": one.size.split("，") if one.size else [],
                "level": level_text(one.level, one.plants),
                "code_a": code[:9],
                "code_b": code[10:],
                "batch": one.batch_number,
                "position": str(one.position),
                "hint": f"扫码查验，或到 {host}/verify 输入",
            }
        )
    title = f"{labels[0].batch_number} · {labels[0].lot_number}" if labels else ""
    return compile_pdf("code_sheet.typ", {"title": title, "labels": rows}, at=at)


def size_in_chinese(lot: LotView) -> str:
    """`地径 8–8.4 cm，株高 300–320 cm`, with what was measured; for printed labels, which are Chinese."""
    diameter = diameter_span_cm(lot.ground_diameter_mm_min, lot.ground_diameter_mm_max)
    parts = [f"地径 {diameter} cm" if diameter else "", f"株高 {lot.height_cm} cm" if lot.height_cm else ""]
    return "，".join(part for part in parts if part)


def code_file(issued: IssuedCodes, lot: LotView, *, ending: str, public_url: str, at: datetime) -> bytes:
    """The file of a fresh batch: `csv`, or `pdf` for a sheet of labels.

    Raises:
        Invalid: another ending, or more labels than one PDF takes.
    """
    labels = [
        CodeLabel(
            code=one.code,
            batch_number=issued.batch.number,
            position=one.position,
            level=issued.batch.level,
            plants=issued.batch.plants_per_code,
            lot_number=lot.number,
            cultivar=lot.cultivar,
            size=size_in_chinese(lot),
        )
        for one in issued.codes
    ]
    if ending == "csv":
        return codes_csv(labels, public_url=public_url)
    if ending == "pdf":
        if len(labels) > MOST_LABELS:
            raise Invalid(_("One PDF takes 5,000 labels; choose a table for more."), code="code_count")
        return codes_pdf(labels, public_url=public_url, at=at)
    raise Invalid(_("Codes are written as .csv or .pdf."), code="file_kind")
