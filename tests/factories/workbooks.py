"""Workbooks to upload: with a few filled cells, and packed as no program packs them."""

import io
import zipfile
from collections.abc import Mapping

import openpyxl


def workbook(cells: Mapping[str, object]) -> bytes:
    """A workbook of one sheet with these cells, as `{"A1": 1}`."""
    book = openpyxl.Workbook()
    for place, value in cells.items():
        book.active[place] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """The same archive with other bytes in some of its entries, or further ones."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *replaced]):
            new.writestr(name, replaced[name] if name in replaced else old.read(name))
    return out.getvalue()


def sheet(rows: bytes) -> bytes:
    """The XML of a worksheet with these rows."""
    return (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<sheetData>" + rows + b"</sheetData></worksheet>"
    )
