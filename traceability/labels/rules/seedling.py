"""The seedling label that the law asks for, one per lot of a consignment, with instructions for use.

Seed Law art. 41: sold seedlings carry a standard label and instructions for use; what carries no label
counts as fake. The fields follow the forestry rules on packaging and labels: species and cultivar,
origin, quality, age, quantity, licence to produce, quarantine certificate, producer and date.
The document is Chinese whatever the buyer's language, because inspectors on the road read it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from traceability.labels.rules.typesetting import compile_pdf

PROPAGATION_WORDS = {"cutting": "扦插", "grafting": "嫁接", "seed": "播种", "layering": "压条"}
ROOT_WORDS = {"bare_root": "裸根", "root_ball": "带土球", "container": "容器苗"}
INSTRUCTIONS = {
    "bare_root": "到货后当日验收，根部保湿遮阴，24 小时内定植；定植前修剪伤根，浸水或蘸泥浆。",
    "root_ball": "到货后当日验收，勿散球；土球入穴后剪除包扎物，分层回填夯实。",
    "container": "到货后当日验收，脱盆时勿伤土团；定植深度与原土面平齐。",
}
COMMON_INSTRUCTIONS = (
    "选排水良好的微酸性土壤，栽后浇透定根水，十日内视天气再浇；胸径较大者立支架，首年夏季适当遮阴。"
)


@dataclass(frozen=True)
class SeedlingLabel:
    """One lot within one consignment, as plain words; empty text where something does not apply."""

    consignment_number: str
    order_number: str
    species: str
    cultivar_group: str
    cultivar: str
    propagation: str
    age_code: str
    size: str
    root: str
    grade: str
    quantity: int
    origin: str
    producer: str
    producer_place: str
    producer_phone: str
    production_licence_number: str
    mark_name: str
    mark_licence_number: str
    quarantine_certificate: str
    quality_certificate: str
    lot_number: str
    code_labels: str
    destination: str
    dispatched_on: date


def seedling_labels_pdf(labels: Sequence[SeedlingLabel], *, at: datetime) -> bytes:
    """One A5 page a label, to be folded into a sleeve and tied to the goods.

    Raises:
        ValueError: no label was given.
    """
    if not labels:
        raise ValueError("a consignment without plants has no label")
    rows = []
    for label in labels:
        values = asdict(label)
        values["propagation"] = PROPAGATION_WORDS.get(label.propagation, label.propagation)
        values["root"] = ROOT_WORDS.get(label.root, label.root)
        values["quantity"] = f"{label.quantity:,} 株"
        day = label.dispatched_on
        values["dispatched_on"] = f"{day.year} 年 {day.month} 月 {day.day} 日"
        values["instructions"] = INSTRUCTIONS.get(label.root, "") + COMMON_INSTRUCTIONS
        rows.append(values)
    return compile_pdf("seedling.typ", {"labels": rows}, at=at)
