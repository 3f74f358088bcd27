"""What of the quota's terms seals itself: the stages of growth, by which plants are counted and sold."""

from core.seal.service.sealed_rows import SealedRows
from traceability.quota.models.tables import GrowthStage

ROWS = (
    SealedRows(
        "growth_stage",
        GrowthStage,
        columns=("code", "position", "name_zh", "name_en", "diameter_from_mm", "height_from_cm"),
    ),
)
