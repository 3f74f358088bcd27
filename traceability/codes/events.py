"""What happened to codes, told through the outbox."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InnerCodeTried:
    """Somebody enters wrong inner codes for a label; `label` names it as staff do, `day` is the local day.

    `order_number` is empty for a label that no order of ours took.
    """

    label: str
    day: str
    grower_id: int
    order_number: str
