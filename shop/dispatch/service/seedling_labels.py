"""What travels with a parcel on paper: the seedling label that the law asks for."""

from __future__ import annotations

from datetime import date, datetime

from branch import api as branch
from core.database import view_of
from shop.dispatch.queries import Parcel, ToSend
from traceability import api as traceability


def seedling_labels(parcel: Parcel, *, at: datetime, on: date) -> list[traceability.SeedlingLabel]:
    """One label per lot of the parcel, filled from the lot, the grower, the licence and the papers."""
    grower = branch.get_grower(id=parcel.grower_id)
    licence = branch.licence_of(parcel.grower_id, at=at)
    papers = {paper.kind: paper.number for paper in traceability.papers_of(parcel.number)}
    lots = traceability.lots_by_ids(set(parcel.plants_by_lot))
    labels = []
    for lot_id, plants in parcel.plants_by_lot.items():
        lot = lots[lot_id]
        line: ToSend = next(line for line in parcel.lines if line.lot_id == lot_id)
        labels.append(
            view_of(
                traceability.SeedlingLabel,
                lot,
                consignment_number=parcel.number,
                order_number=parcel.order_number,
                cultivar_group=traceability.cultivar_group_name(lot.cultivar_group),
                size=traceability.size_in_chinese(lot),
                root=line.root,
                quantity=plants,
                producer=grower.name,
                producer_place=grower.village_name_zh,
                producer_phone=grower.phone_public or "",
                production_licence_number=grower.production_licence_number or "",
                mark_name=licence.mark_name if licence else "",
                mark_licence_number=licence.number if licence else "",
                quarantine_certificate=papers.get(traceability.PaperKind.PLANT_QUARANTINE, ""),
                quality_certificate=papers.get(traceability.PaperKind.QUALITY, ""),
                lot_number=lot.number,
                code_labels="、".join(
                    sorted({code.batch_number for code in traceability.codes_of_consignment(parcel.number)})
                ),
                destination=f"{parcel.province}{parcel.city}",
                dispatched_on=on,
            )
        )
    return labels
