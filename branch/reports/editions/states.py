"""What can become of a public edition. Pure."""

from __future__ import annotations

from enum import StrEnum


class EditionState(StrEnum):
    """What stands in the row of a public edition."""

    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
