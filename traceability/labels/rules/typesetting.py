"""PDF by Typst with the house font; the system's own fonts are never used."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
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

    # Typst takes only text without a file of its own; twenty thousand symbols as numbers in JSON took gigabytes.
    with TemporaryDirectory(prefix="guiyuan-typst-") as name:
        folder = Path(name)
        (folder / "main.typ").write_bytes((HERE / template).read_bytes())
        (folder / "data.json").write_text(json.dumps(seen(values), ensure_ascii=False), encoding="utf-8")
        for file, content in (files or {}).items():
            (folder / file).write_bytes(content)
        pdf = typst.compile(  # type: ignore[misc]  # its stub does not say what a path gives
            folder / "main.typ",
            root=folder,
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            timestamp=int(at.timestamp()),
        )
    if not isinstance(pdf, bytes):
        raise TypeError("Typst gave no single document")
    return pdf
