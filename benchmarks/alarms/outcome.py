"""What a replayed season comes to, beside its truth."""

from collections import defaultdict
from dataclasses import dataclass, field

from benchmarks.alarms.pages import PageCounts


@dataclass
class Outcome:
    """What the rules said in one season, beside the truth. Counts add up over seasons."""

    genuine_codes: int = 0
    false_suspects: int = 0
    false_notices: int = 0
    false_by_rule: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    # Look-ups of each clone batch until it was caught; None where it never was.
    clones: list[tuple[str, int | None, int]] = field(default_factory=list)
    true_suspects: int = 0
    resold_suspects: int = 0
    # Days from the resale until the licensee was suspected; None where he never was.
    resales: list[float | None] = field(default_factory=list)
    honest_licensees: int = 0
    licensees_by_rule: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    false_licensees: int = 0
    # Texts that a scraper asked before it was challenged; None where it never was.
    scrapers: list[int | None] = field(default_factory=list)
    honest_networks: int = 0
    false_networks: int = 0
    # What public pages say without a person, and labels that strangers attacked with the cases opened about them.
    pages: PageCounts = field(default_factory=PageCounts)
    griefed_cases: dict[str, tuple[int, int]] = field(default_factory=dict)
