"""How much memory, time and answer each kind of file is given, and what it may be made of (pure)."""

from __future__ import annotations

from dataclasses import asdict, dataclass

MB = 1024 * 1024


@dataclass(frozen=True)
class Bounds:
    """What one reading may take.

    `memory_bytes` is address space beyond what the process has before it begins; `answer_bytes` is what it may send back.
    """

    memory_bytes: int
    cpu_s: int
    wall_s: int
    answer_bytes: int

    def as_options(self) -> dict[str, int]:
        """As JSON, for the process that reads."""
        return asdict(self)


# A picture of 60 million pixels is held twice, once as the camera's colours and once as ours.
PICTURE = Bounds(memory_bytes=768 * MB, cpu_s=20, wall_s=30, answer_bytes=48 * MB)
TABLE = Bounds(memory_bytes=1024 * MB, cpu_s=25, wall_s=40, answer_bytes=192 * MB)
PAPER = Bounds(memory_bytes=256 * MB, cpu_s=5, wall_s=10, answer_bytes=64 * 1024)

# A table of a year of one shop's orders has some 100,000 rows and 60 columns.
MOST_ROWS = 300_000
MOST_COLUMNS = 2_000
MOST_CELLS = 12_000_000
LONGEST_CELL = 131_072
MOST_ZIP_ENTRIES = 2_000
MOST_UNPACKED_BYTES = 400 * MB
# Worksheets pack well: repeated tags and styles come to 1:40. Beyond this only a bomb does.
MOST_RATIO = 200
RATIO_COUNTS_FROM_BYTES = 8 * MB
MOST_PAGES = 300
