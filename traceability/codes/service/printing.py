"""Fresh codes as a file: a table for a printing house, or a sheet of labels. The only place of plain codes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from urllib.parse import urlsplit

from flask_babel import gettext as _

from branch import api as branch
from core.clock import local_day
from core.csv_export import csv_bytes
from core.errors import Invalid
from traceability.codes.rules.notation import address, grouped
from traceability.codes.service.issuing import IssuedCodes
from traceability.codes.states import Level
from traceability.labels.rules.qr import qr_png
from traceability.labels.rules.typesetting import compile_pdf
from traceability.lots.queries.records import LotView
from traceability.lots.rules.sizes import diameter_span_cm

COLUMNS = ("batch", "place", "code", "address", "level", "plants", "lot", "cultivar", "size", "inner")
MOST_LABELS = 20_000
TICK = 500
FORMS = ("pdf", "roll", "legal", "csv")
TO_BE_WRITTEN = "＿＿＿＿＿＿＿＿"
Tick = Callable[[int], None]


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
    inner: str = ""
    legal: "LegalText | None" = None


@dataclass(frozen=True)
class LegalText:
    """What the law wants on the label of seedlings; empty where it is written in by hand.

    Seed Law, article 41, and the forestry rules on packaging and labels of seeds and seedlings.
    """

    species: str
    grade: str
    origin: str
    producer: str
    production_licence_number: str
    quarantine_certificate: str
    day: date


def level_text(level: Level, plants: int) -> str:
    """What the code stands for, as printed on the (Chinese) label."""
    if level is Level.LOT:
        return "批次说明，同批共用"
    if level is Level.BUNDLE:
        return f"整捆 {plants:,} 株"
    return "单株"


def codes_csv(labels: Sequence[CodeLabel], *, public_url: str) -> bytes:
    """A table in UTF-8 with byte order mark, which spreadsheets open rightly; one row a code."""
    rows = (
        (
            label.batch_number,
            label.position,
            grouped(label.code),
            address(public_url, label.code),
            label.level,
            label.plants,
            label.lot_number,
            label.cultivar,
            label.size,
            label.inner,
        )
        for label in labels
    )
    return csv_bytes(chain([COLUMNS], rows))


def no_tick(_done: int) -> None:
    """Nobody watches."""


def codes_pdf(
    labels: Sequence[CodeLabel], *, public_url: str, at: datetime, form: str = "pdf", tick: Tick = no_tick
) -> bytes:
    """Labels to print, each with its QR symbol, its code in fours and its place in the batch.

    Args:
        labels: what they say.
        public_url: where the code is checked.
        at: written into the file.
        form: `pdf` A4 sheets of 24; `roll` one label of 40 x 60 mm a page; `legal` A4 sheets of 8; the last
            two carry the seedling label of the law.
        tick: told after every few hundred labels how many are drawn.
    """
    host = urlsplit(public_url).netloc
    rows, symbols = [], {}
    for done, label in enumerate(labels, start=1):
        fours = grouped(label.code).split("-")
        row: dict[str, object] = {
            "qr": f"{done}.png",
            "name": label.cultivar,
            "level": level_text(label.level, label.plants),
            "batch": label.batch_number,
            "position": str(label.position),
            "inner": f"{label.inner[:4]}-{label.inner[4:]}" if label.inner else "",
            "hint": f"扫码查验，或到 {host}/verify 输入",
        }
        if form == "pdf":
            row |= {"size": label.size.split("，") if label.size else []}
            row |= {"code_a": "-".join(fours[:2]), "code_b": "-".join(fours[2:])}
        else:
            row |= {"fours": fours, "facts": legal_facts(label)}
        rows.append(row)
        symbols[f"{done}.png"] = qr_png(address(public_url, label.code))
        if done % TICK == 0:
            tick(done)
    title = f"{labels[0].batch_number} · {labels[0].lot_number}" if labels else ""
    template = "code_sheet.typ" if form == "pdf" else "label_page.typ"
    values = {"title": title, "form": form, "labels": rows}
    return compile_pdf(template, values, at=at, files=symbols)


def legal_facts(label: CodeLabel) -> list[tuple[str, str]]:
    """The lines of the seedling label, in the order in which inspectors look for them."""
    legal = label.legal
    if legal is None:
        return []
    day = legal.day
    sizes = [part.partition(" ")[::2] for part in label.size.split("，") if part]
    return [
        ("树种", legal.species),
        ("品种", label.cultivar),
        ("等级", legal.grade or TO_BE_WRITTEN),
        *(sizes or [("规格", TO_BE_WRITTEN)]),
        ("数量", f"{label.plants:,} 株"),
        ("产地", legal.origin),
        ("生产经营许可证", legal.production_licence_number or TO_BE_WRITTEN),
        ("植物检疫证", legal.quarantine_certificate or TO_BE_WRITTEN),
        ("日期", f"{day.year} 年 {day.month} 月 {day.day} 日"),
        ("生产者", legal.producer),
    ]


def size_in_chinese(lot: LotView) -> str:
    """`地径 8–8.4 cm，株高 300–320 cm`, with what was measured; for printed labels, which are Chinese."""
    diameter = diameter_span_cm(lot.ground_diameter_mm_min, lot.ground_diameter_mm_max)
    parts = [f"地径 {diameter} cm" if diameter else "", f"株高 {lot.height_cm} cm" if lot.height_cm else ""]
    return "，".join(part for part in parts if part)


def code_file(
    issued: IssuedCodes,
    lot: LotView,
    *,
    ending: str,
    public_url: str,
    at: datetime,
    tick: Tick = no_tick,
    quarantine_certificate: str = "",
) -> bytes:
    """The file of a fresh batch: `csv`, or `pdf`, `roll` or `legal` for labels to print.

    Raises:
        Invalid: another ending, or more labels than one PDF takes.
    """
    if ending not in FORMS:
        raise Invalid(_("Codes are written as .csv or .pdf."), code="file_kind")
    if ending != "csv" and len(issued.codes) > MOST_LABELS:
        raise Invalid(_("One PDF takes 20,000 labels; choose a table for more."), code="code_count")
    legal = _legal(lot, quarantine_certificate, at=at) if ending in {"roll", "legal"} else None
    labels = [
        CodeLabel(
            code=issued_code.code,
            batch_number=issued.batch.number,
            position=issued_code.position,
            level=issued.batch.level,
            plants=issued.batch.plants_per_code,
            lot_number=lot.number,
            cultivar=lot.cultivar,
            size=size_in_chinese(lot),
            inner=issued_code.inner,
            legal=legal,
        )
        for issued_code in issued.codes
    ]
    if ending == "csv":
        return codes_csv(labels, public_url=public_url)
    return codes_pdf(labels, public_url=public_url, at=at, form=ending, tick=tick)


def _legal(lot: LotView, quarantine_certificate: str, *, at: datetime) -> LegalText:
    grower = branch.get_grower(id=lot.grower_id)
    return LegalText(
        species="桂花" if lot.species.startswith("Osmanthus fragrans") else lot.species,
        grade=lot.grade,
        origin=lot.origin,
        producer=grower.name,
        production_licence_number=grower.production_licence_number or "",
        quarantine_certificate=quarantine_certificate,
        day=local_day(at),
    )
