"""Certificates of provenance: what was certified of a parcel when it left."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Record
from core.types import JSONType


class Certificate(Record):
    """The facts of a parcel on the day when it left; the paper is drawn from them and they are sealed as they are."""

    __tablename__ = "provenance_certificate"

    consignment_number: Mapped[str] = mapped_column(String(32), unique=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONType)
    at: Mapped[datetime]
