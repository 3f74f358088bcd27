"""PDF by Typst with the house font; the system's own fonts are never used."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from core.unseen_characters import seen

HERE = Path(__file__).resolve().parent
FONTS = HERE.parents[2] / "static" / "fonts"


def compile_pdf(
    template: str | Path, values: dict[str, Any], *, at: datetime, files: Mapping[str, bytes] | None = None
) -> bytes:
    """The PDF of `template`, which reads `values` from `data.json`.

    Args:
        template: a file of this folder, as `code_sheet.typ`, or the full path of one elsewhere.
        values: what json can say.
        at: the moment written into the file, so that the same input gives the same bytes.
        files: what the template reads or attaches besides, by name.
    """
    import typst

    pdf = typst.compile(  # type: ignore[call-overload]  # it takes files by name too
        {
            "main.typ": (HERE / template).read_bytes(),
            "data.json": json.dumps(seen(values), ensure_ascii=False).encode(),
            **(files or {}),
        },
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        timestamp=int(at.timestamp()),
    )
    if not isinstance(pdf, bytes):
        raise TypeError("Typst gave no single document")
    return pdf
