"""Files as the platforms and spreadsheets write them, turned into rows of text by `core.intake`.

Seen in real exports: GB18030 without a mark, UTF-8 with one, workbooks; cells written `="123"` to keep a
spreadsheet from ruining long numbers; header names with blanks at their ends; a title line above the header;
rows with one cell more than the header.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from core.intake.service.documents import table_rows
from core.intake.service.refusals import FileRefused
from shop.channels.rules.tables import Table, table_of
from shop.channels.rules.taobao import Parsed, orders_of

MAX_BYTES = 64 * 1024 * 1024


class UnreadableFile(ValueError):  # noqa: N818 - it is the file that is at fault
    """The bytes are neither text in a known encoding nor a workbook, or too much of it: `code` says which, `message` tells people."""

    def __init__(self, code: str, message: object) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def raw_rows(data: bytes) -> list[tuple[int, list[str]]]:
    """All rows of a CSV file or of the first sheet of a workbook that holds any, each with its number; not yet cleaned.

    Raises:
        UnreadableFile: empty, too large, not text and not a workbook, or nothing that is read within bounds.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableFile("file_too_large", _l("The file is larger than 64 MB; export a shorter period."))
    try:
        return table_rows(data)
    except FileRefused as refused:
        code = "file_empty" if refused.reason == "empty" else refused.reason
        raise UnreadableFile(code, refused.message) from None


def tables_of(files: Iterable[tuple[str, bytes]], platform: str) -> list[Table]:
    """Read files, given as name and content; of addresses only province and city are kept.

    Raises:
        UnknownFile: a file whose header is not known; nothing is taken then.
        UnreadableFile: a file that is neither text nor a workbook.
    """
    return [table_of(name, raw_rows(data), platform) for name, data in files]


def parse(files: Iterable[tuple[str, bytes]], *, platform: str = "taobao") -> Parsed:
    """Read order, item and sub-order files that belong together, in any order.

    Raises:
        UnknownFile: a file whose header is not known; nothing is taken then.
        UnreadableFile: a file that is neither text nor a workbook.
    """
    return orders_of(tables_of(files, platform))
