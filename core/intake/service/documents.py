"""What rooms ask for: a picture drawn anew, a table's rows, a paper's pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.intake.rules.bounds import PAPER, PICTURE, TABLE
from core.intake.rules.measuring import pixels, scans
from core.intake.service.process import read
from core.intake.service.refusals import FileRefused

WEB_FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 50_000_000
# A picture that appears bit by bit is sent in some ten scans; 3,000 of them held a reader for its whole time.
MOST_SCANS = 64


@dataclass(frozen=True)
class Rendering:
    """One picture to be made: its longest side, `WEBP`, `JPEG` or `PNG` (which keeps transparent parts), and the quality of its coding."""

    longest_side_px: int
    format: str = "JPEG"
    quality: int = 85


@dataclass(frozen=True)
class Picture:
    """A picture that was sent. `width` and `height` are those of the first rendering, or of the picture without any.

    `taken` holds `taken_at`, `latitude` and `longitude` where the camera told and they were asked for.
    """

    format: str
    width: int
    height: int
    renderings: tuple[bytes, ...] = ()
    taken: dict[str, Any] = field(default_factory=dict)


def picture(
    data: bytes,
    renderings: Sequence[Rendering] = (),
    *,
    formats: Sequence[str] = WEB_FORMATS,
    most_pixels: int = MOST_PIXELS,
    least_side_px: int = 1,
    with_place_and_time: bool = False,
) -> Picture:
    """Decode a picture and draw it anew; without renderings it is only proven sound.

    Raises:
        FileRefused: with the reason `empty`, `not_an_image`, `damaged`, `too_many_pixels`, `too_small` (with `width` and
            `height`), or what its reading took too much of.
    """
    check_pixels(data, most_pixels=most_pixels)
    answer = read(
        "picture",
        data,
        {
            "formats": list(formats),
            "most_pixels": most_pixels,
            "least_side": least_side_px,
            "taken": with_place_and_time,
            "renderings": [
                [rendering.longest_side_px, rendering.format, rendering.quality] for rendering in renderings
            ],
        },
        PICTURE,
    )
    head = answer.head
    if head.get("format") not in formats or len(answer.blobs) != len(renderings):
        raise FileRefused.by_parser("damaged", None)
    taken = head.get("taken")
    return Picture(
        head["format"],
        int(head["width"]),
        int(head["height"]),
        tuple(answer.blobs),
        _plain(taken if isinstance(taken, dict) else {}),
    )


def _plain(taken: dict[str, Any]) -> dict[str, Any]:
    kinds: dict[str, type] = {"taken_at": str, "latitude": float, "longitude": float}
    return {name: taken[name] for name, kind in kinds.items() if isinstance(taken.get(name), kind)}


def check_pixels(data: bytes, *, most_pixels: int = MOST_PIXELS) -> tuple[int, int]:
    """Width and height by the header alone, before any decoder sees the file.

    Raises:
        FileRefused: `empty`, `not_an_image`, `too_many_pixels`, or `damaged` where more scans of it follow than cameras write.
    """
    if not data:
        raise FileRefused.by_parser("empty", None)
    size = pixels(data)
    if size is None:
        raise FileRefused.by_parser("not_an_image", None)
    if size[0] * size[1] > most_pixels:
        raise FileRefused.by_parser("too_many_pixels", {"width": size[0], "height": size[1]})
    if scans(data) > MOST_SCANS:
        raise FileRefused.by_parser("damaged", None)
    return size


def table_rows(data: bytes) -> list[tuple[int, list[str]]]:
    """All rows of a table of text, or of a workbook's first sheet that holds any, with their numbers; not yet cleaned.

    Raises:
        FileRefused: `empty`, `encoding_unknown`, `workbook_unreadable`, `cell_too_long`, `too_many_rows`,
            `too_many_columns`, `too_many_cells`, `zip_bomb`, or what its reading took too much of.
    """
    rows = read("table", data, {}, TABLE).head.get("rows")
    if not isinstance(rows, list):
        raise FileRefused.by_parser("unreadable", None)
    return [(int(row[0]), [str(cell) for cell in row[1:]]) for row in rows]


def paper_pages(data: bytes) -> int:
    """How many pages a PDF shows or claims; 0 where it packs them away.

    Raises:
        FileRefused: `not_a_pdf` or `too_many_pages`.
    """
    return int(read("paper", data, {}, PAPER).head["pages"])
