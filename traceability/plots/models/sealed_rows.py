"""What of land seals itself beside its facts (`sealing`): names, and when who recorded, agreed and approved."""

from core.seal.service.sealed_rows import SealedRows
from traceability.plots.models.tables import Plot, PlotSurvey

ROWS = (
    SealedRows(
        "plot_record",
        Plot,
        columns=("number", "recorded_at", "recorded_by_account_id"),
        digests=("name", "place"),
        besides=("grower_id", "unit_id", "area_m2", "state"),
    ),
    SealedRows(
        "survey_record",
        PlotSurvey,
        columns=("number", "recorded_at", "agreed_at", "approved_at"),
        digests=("note", "reason"),
        besides=(
            "plot_id", "year", "state", "area_m2", "method", "outline", "photo_key", "surveyed_at",
            "surveyed_by_account_id", "agreed_by_account_id", "approved_by_account_id",
        ),
    ),
)  # fmt: skip
