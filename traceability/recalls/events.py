"""What happened to lots, told through the outbox."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LotRecalled:
    """A recall was carried out; what it reached is read by its number."""

    recall_number: str
    grower_id: int
    lot_number: str
