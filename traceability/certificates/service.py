"""Certifying a parcel: in the transaction in which it leaves."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select

from branch import api as branch
from core import seal
from core.clock import local_day
from core.database import session
from core.languages import FIRST
from traceability.certificates.models.sealing import KIND, sealed_body, subject_of
from traceability.certificates.models.tables import Certificate
from traceability.certificates.rules import label_ranges
from traceability.codes.models.tables import Code
from traceability.codes.queries.batches import CodeView, codes_of_consignment
from traceability.codes.service.printing import size_in_chinese
from traceability.labels.rules.seedling import PROPAGATION_WORDS, ROOT_WORDS
from traceability.lots.models.tables import CultivarGroup
from traceability.lots.queries.records import LotView, lots_by_ids
from traceability.papers.queries import papers_of


def certify_parcel(consignment_number: str, *, at: datetime) -> None:
    """Write down and seal what leaves in a parcel, with the codes that are bound to it now.

    Adds to the caller's transaction. A parcel without codes is not certified: nothing would tie it to its lots.
    """
    codes = codes_of_consignment(consignment_number)
    if not codes:
        return
    facts = facts_of(codes, at=at)
    row = session.scalars(
        select(Certificate).where(Certificate.consignment_number == consignment_number)
    ).one_or_none()
    if row is None:
        row = Certificate(consignment_number=consignment_number)
        session.add(row)
    row.facts, row.at = facts, at
    session.flush()
    seal.append(KIND, subject_of(consignment_number), sealed_body(row))


def facts_of(codes: Sequence[CodeView], *, at: datetime) -> dict[str, Any]:
    """What the certificate says, in Chinese as all papers that travel: numbers, texts and lists of them."""
    bound = session.get_one(Code, codes[0].id)
    grower = branch.get_grower(id=bound.grower_id)
    licence = branch.licence_of(bound.grower_id, at=at)
    plants: dict[int, int] = defaultdict(int)
    for code in codes:
        plants[code.lot_id] += code.plants
    lots = lots_by_ids(plants)
    groups = {row.code: row.name_zh for row in session.scalars(select(CultivarGroup))}
    with force_locale(FIRST.locale):
        papers = [[paper.kind_name, paper.number] for paper in papers_of(bound.consignment_number or "")]
    return {
        "parcel": bound.consignment_number,
        "order": bound.order_number or "",
        "grower": grower.name,
        "grower_page": grower.slug,
        "village": grower.village_name_zh,
        "production_licence": grower.production_licence_number or "",
        "licence": licence.number if licence else "",
        "mark": licence.mark_name if licence else "",
        "province": bound.destination_province or "",
        "dispatched_on": local_day(at).isoformat(),
        "lots": [_lot(lots[lot_id], groups, count) for lot_id, count in sorted(plants.items())],
        "codes": label_ranges((code.batch_number, code.position) for code in codes),
        "papers": papers,
    }


def _lot(lot: LotView, groups: dict[str, str], plants: int) -> dict[str, Any]:
    return {
        "number": lot.number,
        "species": lot.species,
        "cultivar": lot.cultivar,
        "group": groups.get(lot.cultivar_group, lot.cultivar_group),
        "size": size_in_chinese(lot),
        "grade": lot.grade,
        "propagation": PROPAGATION_WORDS.get(lot.propagation, lot.propagation),
        "root": ROOT_WORDS.get(lot.root, lot.root),
        "origin": lot.origin,
        "plants": plants,
    }
