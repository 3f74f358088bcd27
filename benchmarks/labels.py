"""Ten thousand labels in one PDF, beside as many blank pages of the same size; every label read back.

The baseline is Typst setting as many pages that hold only their number, in the same run. Then the file is put
on paper page by page (pdftoppm), every QR symbol is read (zxing) and compared with the code it should hold.

    python -m benchmarks.labels --count 10000
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import typst
import zxingcpp
from PIL import Image

from traceability.codes.rules.notation import address, new_codes
from traceability.codes.service.printing import CodeLabel, LegalText, codes_pdf
from traceability.codes.states import Level
from traceability.labels.rules.typesetting import FONTS

PUBLIC = "https://guihua.example.org"
AT = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)
PAGES_AT_ONCE = 250


def compare(*, count: int) -> bool:
    """Set the labels and the blank pages, then read every label back; False when one is not as it should be."""
    legal = LegalText(
        "桂花", "I", "湖北省咸宁市咸安区桂花镇", "竹影苗圃", "鄂咸林种 2026-018", "", date(2026, 3, 12)
    )
    labels = [
        CodeLabel(
            code, "B-2026-7K3F9QA", place, Level.UNIT, 1, "L-2026-7K3F9QA", "朱砂丹桂", "地径 8–8.4 cm，株高 300–320 cm",
            legal=legal,
        )
        for place, code in enumerate(new_codes(count), start=1)
    ]  # fmt: skip
    started = time.perf_counter()
    _blank(count)
    blank_s = time.perf_counter() - started
    started = time.perf_counter()
    pdf = codes_pdf(labels, public_url=PUBLIC, at=AT, form="roll")
    label_s = time.perf_counter() - started
    print(f"  {count:,} blank pages  {blank_s:6.1f} s  {count / blank_s:8,.0f} pages/s")
    print(
        f"  {count:,} labels       {label_s:6.1f} s  {count / label_s:8,.0f} labels/s"
        f"  {label_s / blank_s:.1f} times the blank pages  {len(pdf) / 1e6:.1f} MB"
    )
    started = time.perf_counter()
    wrong = _read_back(pdf, [address(PUBLIC, one.code) for one in labels])
    print(f"  read back: {count - wrong:,} of {count:,} right  {time.perf_counter() - started:6.1f} s")
    return wrong == 0


def _blank(count: int) -> None:
    source = f'#set page(width: 40mm, height: 60mm)\n#set text(font: "Noto Sans SC GBK")\n#for n in range({count}) [#n #pagebreak(weak: true)]'
    typst.compile({"main.typ": source.encode()}, font_paths=[str(FONTS)], ignore_system_fonts=True)


def _read_back(pdf: bytes, wanted: list[str]) -> int:
    """How many labels do not hold their code when they are printed at 203 dpi, as label printers do."""
    program = shutil.which("pdftoppm")
    if program is None:
        raise RuntimeError("pdftoppm is missing: install the package poppler-utils")
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="gy-labels-") as folder:
        file = Path(folder) / "labels.pdf"
        file.write_bytes(pdf)
        for first in range(0, len(wanted), PAGES_AT_ONCE):
            last = min(first + PAGES_AT_ONCE, len(wanted))
            subprocess.run(
                [
                    program,
                    "-r",
                    "203",
                    "-gray",
                    "-f",
                    str(first + 1),
                    "-l",
                    str(last),
                    file,
                    Path(folder) / "p",
                ],
                check=True,
            )
            for place, page in enumerate(sorted(Path(folder).glob("p*.pgm"))):
                found = zxingcpp.read_barcodes(
                    Image.open(io.BytesIO(page.read_bytes())), formats=zxingcpp.BarcodeFormat.QRCodeModel2
                )
                wrong += [one.text for one in found] != [wanted[first + place]]
                page.unlink()
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000, help="how many labels")
    return 0 if compare(count=parser.parse_args().count) else 1


if __name__ == "__main__":
    sys.exit(main())
