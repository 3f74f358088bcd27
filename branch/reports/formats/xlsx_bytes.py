"""Making a saved workbook the same bytes each time, with the results of its formulas inside. Pure.

A phone's preview shows a formula's kept result and computes nothing, so every formula carries one.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

# Every part of the archive carries this moment, so that the same report gives the same bytes.
NO_TIME = (1980, 1, 1, 0, 0, 0)
_FORMULA = re.compile(rb'(<c r="([A-Z]+[0-9]+)"[^>]*><f>[^<]*</f>)<v ?/?>(?:</v>)?')

Results = Mapping[str, str | int | float]


def finished(data: bytes, results: Mapping[int, Results]) -> bytes:
    """The archive with one fixed moment on every part, and `results` by sheet (counted from 1) and cell."""
    output = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _without_saving_time(content)
            if found := re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name):
                content = _with_results(content, results.get(int(found.group(1)), {}))
            info = zipfile.ZipInfo(name, NO_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, content)
    return output.getvalue()


def _with_results(content: bytes, results: Results) -> bytes:
    def filled(match: re.Match[bytes]) -> bytes:
        return match.group(1) + f"<v>{results[match.group(2).decode()]!r}</v>".encode()

    return _FORMULA.sub(filled, content)


def _without_saving_time(content: bytes) -> bytes:
    """Put the fixed moment back where openpyxl writes the time of saving."""
    start = content.index(b"<dcterms:modified")
    begin = content.index(b">", start) + 1
    end = content.index(b"</dcterms:modified>")
    return content[:begin] + b"1980-01-01T00:00:00Z" + content[end:]
