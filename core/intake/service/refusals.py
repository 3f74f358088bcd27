"""What is told to whoever sent a file that is not read."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from core.errors import Invalid

NUMBERS = (int, float)


class FileRefused(Invalid):
    """The file cannot be read; the message says why and what to do, `reason` is the parser's word for it."""

    code = "file_refused"

    def __init__(self, message: object, *, reason: str, **details: Any) -> None:
        super().__init__(message, code=f"file_{reason}")
        self.reason = reason
        self.numbers = details

    @classmethod
    def by_parser(cls, reason: str, details: object) -> FileRefused:
        """As the parser said; a room that has better words for it asks for `reason` and `numbers`."""
        numbers = details if isinstance(details, dict) else {}
        numbers = {str(k): v for k, v in numbers.items() if isinstance(v, NUMBERS) and type(v) is not bool}
        return cls(SENTENCES.get(reason, SENTENCES["unreadable"]), reason=reason, **numbers)


SENTENCES: dict[str, Any] = {
    "unreadable": _l("This file cannot be read; it is damaged or of another kind than its name says."),
    "empty": _l("The file is empty."),
    "encoding_unknown": _l("The file is neither a table of text nor a workbook."),
    "cell_too_long": _l(
        "A cell of this file is longer than any export writes. Bring the file as downloaded, unopened."
    ),
    "too_many_rows": _l(
        "This table has more than 300,000 rows. Please split it, or export a shorter period."
    ),
    "too_many_columns": _l(
        "This table is more than 2,000 columns wide. Remove the columns that are not needed."
    ),
    "too_many_cells": _l(
        "The filled cells of this workbook lie too far apart to be a table. Remove the stray ones and save it anew."
    ),
    "zip_bomb": _l("This workbook unpacks to more than any table holds. Save it anew, or export it as CSV."),
    "workbook_unreadable": _l("The workbook is damaged or locked with a password."),
    "too_many_pages": _l("This PDF has more than 300 pages. Please send only the pages that are needed."),
    "not_a_pdf": _l("This PDF is damaged or did not arrive whole. Please send it again."),
    "not_an_image": _l("This file is not a picture we can read. Please send a JPEG, PNG or WebP picture."),
    "damaged": _l("This picture is damaged or did not arrive whole. Please choose it again."),
    "too_many_pixels": _l("This picture has too many pixels. Please send a smaller one."),
    "too_small": _l("This picture is too small. Please send the original picture, not a preview."),
}


def reader_died(cause: str) -> FileRefused:
    """The reader was ended: it ran out of memory or time, or fell over what is in the file."""
    if cause == "memory":
        return FileRefused(
            _l(
                "Reading this file takes more memory than any honest file of its size. Save it anew, or send a smaller one."
            ),
            reason="memory",
        )
    if cause == "time":
        return FileRefused(
            _l("Reading this file takes too long. Save it anew, or send it in smaller parts."), reason="time"
        )
    return FileRefused(
        _l("This file stopped the program that reads it; it is damaged. Save it anew and send it once more."),
        reason="fault",
    )


def too_busy() -> FileRefused:
    """Others' files are being read."""
    return FileRefused(
        _l(
            "Other files are being read at this moment. Please send yours again in a minute; nothing was kept or lost."
        ),
        reason="busy",
    )
