"""PDF by Typst with the house font; the system's own fonts are never used."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

HERE = Path(__file__).resolve().parent
FONTS = HERE.parents[1] / "static" / "fonts"


def compile_pdf(template: str, values: dict[str, Any], *, at: datetime) -> bytes:
    """The PDF of `template` (a file of this folder), which reads `values` from `data.json`.

    Args:
        template: as `code_sheet.typ`.
        values: what json can say.
        at: the moment written into the file, so that the same input gives the same bytes.
    """
    pdf = typst.compile(  # type: ignore[call-overload]  # it takes files by name too
        {
            "main.typ": (HERE / template).read_bytes(),
            "data.json": json.dumps(values, ensure_ascii=False).encode(),
        },
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        timestamp=int(at.timestamp()),
    )
    if not isinstance(pdf, bytes):
        raise TypeError("Typst gave no single document")
    return pdf
