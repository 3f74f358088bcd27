"""A kept report computed again from the sale facts of today, one by one, and what differs from it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from branch.ledger.rules.periods import Period, parse_period, twelve_months
from branch.ledger.service.recomputing import LateSum, from_the_facts, late_sums
from branch.organisation.queries.tree import get_unit, unit_by_id
from branch.reports.document import from_json
from branch.reports.facts.coded_sums import OTHERS
from branch.reports.formats import annex
from branch.reports.models.tables import Report
from branch.reports.queries.evidence import grower_ids_of
from branch.reports.queries.surrounding_branches import widest_of
from branch.reports.queries.versions import VersionPlace
from branch.reports.sections.revisions import Difference, differences
from branch.reports.service import building
from core.clock import local_day
from core.languages import FIRST, LOCALES_BY_CODE

# Inputs that follow from sale facts and nothing else.
OF_FACTS = frozenset({"kinds", "spans", "sizes", "provinces", "foreign"})
ALL = "*"
Key = tuple[int, str, str, str]
Sums = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One grower's month, channel and group whose sum is not what it was; net sales in fen."""

    grower: int
    month: str
    channel: str
    cultivar_group: str
    net_before: int
    net_now: int
    explained: bool


@dataclass(frozen=True, slots=True)
class Replayed:
    """The report computed from today's facts beside the kept one.

    `other` names what differs among the inputs that rest on sale facts alone, `registers` what differs among
    those that rest on records of coverage and licences too, which may rightly be added later. `late_facts`
    counts the sale facts about the same months that came in after the report was built; `figures` are the
    printed figures that differ, by language.
    """

    cells: tuple[Cell, ...]
    other: tuple[str, ...]
    registers: tuple[str, ...]
    late_facts: int
    figures: dict[str, tuple[Difference, ...]]
    same_code: bool

    @property
    def same(self) -> bool:
        """Whether today's facts give every figure, other word and register of the report."""
        return not (self.cells or self.other or self.registers or self.figures[FIRST.code])

    @property
    def explained(self) -> bool:
        """Whether records that came in later account for every sum that differs."""
        if self.cells or self.other:
            return self.late_facts > 0 and all(cell.explained for cell in self.cells)
        return True


def replay(report: Report, frozen_annex: dict[str, Any] | None, *, public: bool = False) -> Replayed:
    """Compute the report anew from the facts, on the day on which it was built.

    With `public`, the printed figures that are compared are those of its public edition.
    """
    unit, period = get_unit(unit_by_id(report.unit_id).code), parse_period(report.period)
    growers = grower_ids_of(unit)
    prefix = "public-" if public else ""
    documents = {
        language: from_json(report.documents[prefix + language])
        for language in LOCALES_BY_CODE
        if prefix + language in report.documents
    }
    built_at, today = report.built_at, local_day(report.built_at)
    place = VersionPlace(report.version, {}, None)
    written = from_the_facts(
        lambda: building.write(period, unit, today=today, place=place),
        # The public edition of a unit below a branch depends on the branch's other growers too.
        grower_ids=grower_ids_of(widest_of(unit)),
        until=period.end,
    )
    now = json.loads(written.annex)
    anew = written.public if public else written.documents
    code, made_by = annex.code(), frozen_annex["code"] if frozen_annex else {}
    same_code, same_format = made_by == code, made_by.get("format") == code["format"]
    changes = {
        language: tuple(
            difference
            for difference in differences(old, anew.get(language, replace(old, sections=())))
            # Another version of the program may print more or hide more; what both print is compared, and those that
            # are together only where the same ones are.
            if same_code or None not in (difference.raw_before, difference.raw_now)
            if same_format or OTHERS not in (difference.row, difference.column)
        )
        for language, old in documents.items()
    }
    if frozen_annex is None:
        return Replayed((), (), (), 0, changes, same_code=False)
    before, after = _sums(frozen_annex, period), _sums(now, period)
    since = min((parse_period(key[1]).start for key in {**before, **after}), default=period.start)
    late = late_sums(grower_ids=growers, since=since, until=period.end, after=built_at)
    differing = [
        name
        for name in sorted(frozen_annex["inputs"])
        if name not in {"rows", "cut_off"}
        and _comparable_input(frozen_annex, name) != _comparable_input(now, name)
    ]
    return Replayed(
        cells=tuple(_cells(before, after, _added(late, growers))),
        other=tuple(name for name in differing if name in OF_FACTS),
        registers=tuple(name for name in differing if name not in OF_FACTS),
        late_facts=sum(late_sum.facts for late_sum in late),
        figures=changes,
        same_code=same_code,
    )


def _comparable_input(frozen_annex: dict[str, Any], name: str) -> Any:
    """An input as far as it says more than the sums: of the panel, which months are covered."""
    given = frozen_annex["inputs"].get(name)
    if name != "panel_cells" or given is None:
        return given
    places = [given["columns"].index(column) for column in ("grower", "month") if given["columns"]]
    return [[row[place] for place in places] for row in given["rows"]]


def _added(late: Sequence[LateSum], growers: Sequence[int]) -> dict[Key, Sums]:
    """What came in later, under the keys of `_sums`."""
    numbers = {grower_id: place for place, grower_id in enumerate(growers, start=1)}
    totals: dict[Key, Sums] = {}
    net: defaultdict[Key, int] = defaultdict(int)
    for late_sum in late:
        sums = (
            late_sum.orders,
            late_sum.plants,
            late_sum.gross_minor,
            late_sum.discount_minor,
            late_sum.refund_minor,
        )
        totals[numbers[late_sum.grower_id], late_sum.month, late_sum.channel, late_sum.cultivar_group] = sums
        net[numbers[late_sum.grower_id], late_sum.month, ALL, ALL] += _net(sums)
    return totals | {key: (0, 0, value, 0, 0) for key, value in net.items()}


def _cells(before: dict[Key, Sums], after: dict[Key, Sums], late: Mapping[Key, Sums]) -> list[Cell]:
    """The sums that differ; explained when what was recorded later makes up the whole difference."""
    nothing = (0, 0, 0, 0, 0)
    cells = []
    for key in sorted(before.keys() | after.keys()):
        # Which old months are covered is told by other records; only what they hold is compared here.
        if key[2] == ALL and (key not in before or key not in after):
            continue
        old, new = before.get(key, nothing), after.get(key, nothing)
        if old != new:
            added = late.get(key, nothing)
            explained = tuple(amount + more for amount, more in zip(old, added, strict=True)) == new
            cells.append(Cell(*key, _net(old), _net(new), explained))
    return cells


def _sums(frozen_annex: dict[str, Any], period: Period) -> dict[Key, Sums]:
    """The sums of two years by their keys; older months of the panel as net sales over all channels."""
    first = twelve_months(period)[0].year_before().key
    panel = frozen_annex["inputs"].get("panel_cells", {"columns": [], "rows": []})
    cells = [dict(zip(panel["columns"], row, strict=True)) for row in panel["rows"]]
    return _rows(frozen_annex) | {
        (cell["grower"], cell["month"], ALL, ALL): (0, 0, cell["net_minor"], 0, 0)
        for cell in cells
        if cell["month"] < first
    }


def _rows(frozen_annex: dict[str, Any]) -> dict[Key, Sums]:
    names = ("grower", "month", "channel", "cultivar_group")
    sums = ("orders", "plants", "gross_minor", "discount_minor", "refund_minor")
    table = frozen_annex["inputs"]["rows"]
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
    return {
        (row[names[0]], row[names[1]], row[names[2]], row[names[3]]): tuple(row[name] for name in sums)
        for row in rows
    }


def _net(sums: Sums) -> int:
    return sums[2] - sums[3] - sums[4]
