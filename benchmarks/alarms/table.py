"""The simulator's table: what was found, what was missed, and whether the targets are met."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.alarms.outcome import Outcome
from benchmarks.alarms.pages import PageCounts

MOST_FALSE_PER_THOUSAND = 1.0
CLONES_BEFORE = 20
LEAST_CLONES = 0.95
THIN = "thin"


@dataclass(frozen=True)
class Summary:
    """Figures over all seasons."""

    genuine_codes: int
    false_suspects: int
    false_notices: int
    false_by_rule: dict[str, int]
    true_suspects: int
    clones: tuple[tuple[str, int | None, int], ...]
    resales: tuple[float | None, ...]
    honest_licensees: int
    false_licensees: int
    licensees_by_rule: dict[str, int]
    scrapers: tuple[int | None, ...]
    honest_networks: int
    false_networks: int
    pages: PageCounts
    griefed: dict[str, tuple[int, int]]

    @property
    def false_per_thousand(self) -> float:
        return 1000 * self.false_suspects / max(self.genuine_codes, 1)

    @property
    def precision(self) -> float:
        """Of the codes that a case was opened about, how many were copied or resold."""
        return self.true_suspects / max(self.true_suspects + self.false_suspects, 1)

    @property
    def real_clones(self) -> list[tuple[str, int | None, int]]:
        """Batches of copies, the thin ones (each code copied once) left out."""
        return [one for one in self.clones if one[0] != THIN]

    @property
    def clone_recall(self) -> float:
        return share_before(self.real_clones)

    @property
    def resale_recall(self) -> float:
        return sum(one is not None for one in self.resales) / max(len(self.resales), 1)

    @property
    def licensee_precision(self) -> float:
        found = sum(one is not None for one in self.resales)
        return found / max(found + self.false_licensees, 1)

    @property
    def targets(self) -> dict[str, bool]:
        """Each target of the project and whether it is met."""
        return {
            "false alarms under 1 in 1,000 genuine codes": self.false_per_thousand < MOST_FALSE_PER_THOUSAND,
            "95 % of clone batches of 50 or more caught before their 20th look-up": (
                self.clone_recall >= LEAST_CLONES
            ),
            "label resale of 10 % of a quota caught within the season": self.resale_recall >= LEAST_CLONES,
            "no page of a genuine label that strangers attacked warns without a person": (
                self.pages.griefed.warned_now == 0
            ),
        }


def share_before(clones: Sequence[tuple[str, int | None, int]], before: int = CLONES_BEFORE) -> float:
    """The share of batches that were caught before this look-up of one of their copies."""
    return sum(caught is not None and caught < before for _shape, caught, _all in clones) / max(
        len(clones), 1
    )


def sum_up(outcomes: Iterable[Outcome]) -> Summary:
    """Outcomes of several seasons as one."""
    found = list(outcomes)
    return Summary(
        genuine_codes=sum(one.genuine_codes for one in found),
        false_suspects=sum(one.false_suspects for one in found),
        false_notices=sum(one.false_notices for one in found),
        false_by_rule=dict(sum((Counter(one.false_by_rule) for one in found), Counter())),
        true_suspects=sum(one.true_suspects + one.resold_suspects for one in found),
        clones=tuple(clone for one in found for clone in one.clones),
        resales=tuple(resale for one in found for resale in one.resales),
        honest_licensees=sum(one.honest_licensees for one in found),
        false_licensees=sum(one.false_licensees for one in found),
        licensees_by_rule=dict(sum((Counter(one.licensees_by_rule) for one in found), Counter())),
        scrapers=tuple(scraper for one in found for scraper in one.scrapers),
        honest_networks=sum(one.honest_networks for one in found),
        false_networks=sum(one.false_networks for one in found),
        pages=sum((one.pages for one in found), PageCounts()),
        griefed=_griefed(found),
    )


def _griefed(found: Iterable[Outcome]) -> dict[str, tuple[int, int]]:
    together: dict[str, tuple[int, int]] = {}
    for one in found:
        for kind, (labels, cases) in one.griefed_cases.items():
            so_far = together.get(kind, (0, 0))
            together[kind] = (so_far[0] + labels, so_far[1] + cases)
    return together


def lines(summary: Summary) -> list[str]:
    """The table as text, a fact a line."""
    said = [
        (
            f"genuine codes {summary.genuine_codes:,}: wrongly suspected {summary.false_suspects}"
            f" ({summary.false_per_thousand:.2f} per 1,000), on notice {summary.false_notices}"
            f" ({1000 * summary.false_notices / max(summary.genuine_codes, 1):.1f} per 1,000)"
        ),
        f"  by the loudest rule: {_counted(summary.false_by_rule)}",
        f"codes with a case: {summary.true_suspects} rightly, precision {summary.precision:.1%}",
        _clone_line("all clone batches", summary.real_clones),
    ]
    shapes = sorted({shape for shape, _caught, _all in summary.clones}, key=lambda one: (one == THIN, one))
    for shape in shapes:
        named = "50 codes copied once each (outside the target)" if shape == THIN else f"copies of {shape}"
        said.append("  " + _clone_line(named, [one for one in summary.clones if one[0] == shape]))
    days = [one for one in summary.resales if one is not None]
    said += [
        (
            f"label resale: {len(days)} of {len(summary.resales)} caught ({summary.resale_recall:.1%}),"
            f" median {_median(days)} days after it began"
        ),
        (
            f"honest licensees {summary.honest_licensees}: wrongly suspected {summary.false_licensees}"
            f" (precision {summary.licensee_precision:.1%}; {_counted(summary.licensees_by_rule)})"
        ),
        (
            f"scrapers: {sum(one is not None for one in summary.scrapers)} of {len(summary.scrapers)} challenged,"
            f" median after {_median([one for one in summary.scrapers if one is not None])} texts;"
            f" honest networks challenged: {summary.false_networks} of {summary.honest_networks}"
        ),
    ]
    return [*said, *page_lines(summary)]


def page_lines(summary: Summary) -> list[str]:
    """Pages that warn before a person looked: by the rule of earlier years, and by today's."""
    said = ["pages that warn without a person, by the rule of earlier years and by today's:"]
    for name, one in (
        ("genuine codes", summary.pages.honest),
        ("genuine labels that strangers attacked", summary.pages.griefed),
        ("copied codes", summary.pages.copied),
    ):
        said.append(
            f"  {name}: {one.codes:,}; before {one.warned_before:,} ({_per(one.warned_before, one.codes)}), now"
            f" {one.warned_now:,} ({_per(one.warned_now, one.codes)}); a case for people {one.with_case:,}"
            f" ({_per(one.with_case, one.codes)})"
        )
    attacks = ", ".join(f"{kind} {cases} of {labels}" for kind, (labels, cases) in summary.griefed.items())
    return [*said, f"  cases about attacked labels, by the attack: {attacks or 'none'}"]


def _per(part: int, whole: int) -> str:
    return f"{part / max(whole, 1):.2%}"


def target_lines(summary: Summary) -> list[str]:
    """Each target with `met` or `MISSED`."""
    return [f"{'met   ' if met else 'MISSED'}  {text}" for text, met in summary.targets.items()]


def _clone_line(name: str, clones: Sequence[tuple[str, int | None, int]]) -> str:
    caught = [one for _shape, one, _all in clones if one is not None]
    return (
        f"{name}: {len(clones)}, caught before look-up {CLONES_BEFORE}: {share_before(clones):.1%},"
        f" ever: {len(caught) / max(len(clones), 1):.1%}, median at look-up {_median(caught)}"
    )


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{rule} {n}" for rule, n in sorted(counts.items(), key=lambda item: -item[1])) or "none"


def _median(values: Sequence[float]) -> str:
    return f"{median(values):.0f}" if values else "-"
