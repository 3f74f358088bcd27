"""What an audit says: one thing that does not agree. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not agree: `code` for programs, `what` names the row or file, `text` says how.

    `table` is the table in which the row stands, where it is a row.
    """

    code: str
    what: str
    text: str
    table: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.text}"
