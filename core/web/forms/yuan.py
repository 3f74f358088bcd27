"""Amounts that are typed in yuan and read as fen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l

from core.web.forms.fields import DecimalField

MOST_YUAN = Decimal("99999999.99")


class YuanField(DecimalField):
    """An amount in yuan with at most two decimals; `minor` is the same in fen."""

    data: Any

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, places=2, **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = [value.replace(",", "").replace(",", "").replace("¥", "").strip() for value in valuelist]
        super().process_formdata(typed)
        if self.data is not None and self.data != round(self.data, 2):
            self.data = None
            raise ValueError(_l("At most two decimals."))

    @property
    def minor(self) -> int:
        """What was typed, in fen; 0 for nothing."""
        return int((self.data or Decimal(0)) * 100)
