"""What of lots seals itself: how a lot was recorded, each step of its life, and what a request for a recall stopped.

The lot as it stands is sealed by `sealing`; what it cannot tell of the past stands here.
"""

from core.seal.service.sealed_rows import SealedRows
from traceability.lots.models.tables import Cultivar, CultivarGroup, Lot, LotChange, RecallRequest, RecallStop

ROWS = (
    SealedRows(
        "cultivar_group", CultivarGroup, columns=("code", "position", "name_zh", "name_en", "epithet")
    ),
    SealedRows("cultivar", Cultivar, columns=("code", "group_code", "position", "name_zh", "name_en")),
    SealedRows(
        "lot_record",
        Lot,
        columns=("number", "cultivar_en", "recorded_at"),
        besides=(
            "grower_id", "plot_id", "species", "cultivar_group", "cultivar", "propagation", "age_code",
            "height_cm_min", "height_cm_max", "ground_diameter_mm_min", "ground_diameter_mm_max", "root", "grade",
            "origin", "quantity_recorded", "quantity_on_hand", "quantity_moved", "state", "state_reason", "photo_key",
        ),
        added=True,
    ),
    SealedRows(
        "lot_change",
        LotChange,
        columns=("lot_id", "kind", "plants", "by_account_id", "at"),
        digests=("reason",),
        added=True,
    ),
    SealedRows(
        "recall_link",
        RecallRequest,
        columns=("number", "grower_id", "recall_id"),
        besides=(
            "lot_id", "reason", "state", "asked_by_account_id", "asked_at", "decided_by_account_id", "decided_at",
            "decision_reason",
        ),
    ),
    SealedRows("recall_stop", RecallStop, columns=("request_id", "lot_id")),
)  # fmt: skip
