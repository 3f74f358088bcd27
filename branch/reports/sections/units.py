"""Section that holds the units below beside each other, on like bases only (rungs D1, D2 and D3)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _

from branch.ledger.rules.periods import Period
from branch.reports.document import Column, Row, Section, Table
from branch.reports.facts import figures
from branch.reports.facts.blocks import blocks_of
from branch.reports.facts.coded_sums import OTHERS
from branch.reports.facts.evidence import Scope
from branch.reports.facts.figures import LikeForLike, MonthRow
from branch.reports.sections.comparison import not_yet_compared, ordinary_growth
from branch.reports.wording import numbers


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit below with its growers' rows; `like` is its like-for-like comparison."""

    code: str
    name: str
    now: tuple[MonthRow, ...]
    before: tuple[MonthRow, ...]
    like: LikeForLike

    @property
    def net(self) -> int:
        return figures.total(self.now).net_minor

    @property
    def sellers(self) -> int:
        return len({row.grower_id for row in self.now})

    @property
    def standing(self) -> str:
        """Whether its change may be held beside that of others, in words."""
        if self.like.reason == "too_few_growers":
            return _("no: fewer than %(least)s complete growers", least=figures.FEWEST_LIKE_FOR_LIKE_GROWERS)
        if self.like.reason == "base_too_small":
            return _("no: base below CNY 10,000")
        if self.like.share_now is None or self.like.share_now < figures.LEAST_LIKE_FOR_LIKE_SHARE:
            return _("no: complete growers make too little of its sales")
        return _("yes")

    @property
    def comparable(self) -> bool:
        share = self.like.share_now
        return (
            self.like.growth is not None and share is not None and share >= figures.LEAST_LIKE_FOR_LIKE_SHARE
        )


def units(period: Period, scope: Scope) -> Section:
    """The units below the report's own; empty tables where there are not two of them."""
    title = _("Units beside each other")
    if len({child.code for child in scope.children.values()}) < 2:
        return Section(
            "units", title, (_("There are no two units below this one to hold beside each other."),)
        )
    if scope.is_open(period):
        return Section("units", title, (not_yet_compared(),))
    units = _units(period, scope)
    if not units:
        return Section("units", title, (_("No sales on record."),))
    whole = scope.like_for_like(period)
    return Section(
        "units",
        title,
        (_sentence(units), ordinary_growth()),
        (_table(units, whole),),
        notes=(
            _(
                "Comparable are units with at least %(least)s growers whose data are complete in both windows, who make at least "
                "%(share)s of the unit's sales, and a base of CNY 10,000; the change is that of these growers alone (D3).",
                least=figures.FEWEST_LIKE_FOR_LIKE_GROWERS,
                share=numbers.percent(figures.LEAST_LIKE_FOR_LIKE_SHARE),
            ),
            _("Units behind which fewer than three growers stand are put together."),
        ),
    )


def _units(period: Period, scope: Scope) -> list[_Unit]:
    """Units with sales in either window, the largest first; those that may not be shown put together."""
    now, before = scope.summed_now(period), scope.summed_before(period)

    placed = [row for row in scope.summed if row.grower_id in scope.children]
    mine, last = ([row for row in rows if row.grower_id in scope.children] for rows in (now, before))
    together = blocks_of(scope).codes_to_hide("units", {row.month for row in (*mine, *last)})
    members: defaultdict[str, set[int]] = defaultdict(set)
    for grower_id, child in scope.children.items():
        members[OTHERS if child.code in together else child.code].add(grower_id)
    names = {child.code: child.name for child in scope.children.values()} | {OTHERS: _("Others, together")}
    units = [
        _Unit(
            code,
            names[code],
            tuple(row for row in mine if row.grower_id in growers),
            tuple(row for row in last if row.grower_id in growers),
            figures.like_for_like(
                period, [row for row in placed if row.grower_id in growers], scope.evidence.spans
            ),
        )
        for code, growers in members.items()
    ]
    selling = [unit for unit in units if unit.now or unit.before]
    return sorted(selling, key=lambda unit: (-unit.net, unit.code))


def _sentence(units: list[_Unit]) -> str:
    comparable = [unit for unit in units if unit.comparable]
    if not comparable:
        return _("No unit's change can be held beside that of another: none has a like base.")
    listed = "; ".join(
        _("%(name)s %(change)s", name=unit.name, change=numbers.change(unit.like.growth))
        for unit in comparable
    )
    return _(
        "Like-for-like (D3): %(listed)s. %(number)s of %(all)s units are comparable.",
        listed=listed,
        number=len(comparable),
        all=len(units),
    )


def _table(units: list[_Unit], whole: LikeForLike) -> Table:
    columns = (
        Column("name", _("Unit")),
        Column("growers", _("Growers who sell"), "count"),
        Column("net", _("Net sales (yuan)"), "money"),
        Column("net_before", _("A year before (yuan)"), "money"),
        Column("growth", _("Change, all growers (D2)"), "ratio"),
        Column("like_growers", _("Complete growers"), "count"),
        Column("like_growth", _("Change, like-for-like (D3)"), "ratio"),
        Column("like_points", _("Against the whole (percentage points)"), "points"),
        Column("comparable", _("Comparable")),
    )
    return Table("units", _("Units beside each other"), columns, tuple(_row(unit, whole) for unit in units))


def _row(unit: _Unit, whole: LikeForLike) -> Row:
    before = figures.total(unit.before).net_minor
    like = unit.like.growth if unit.comparable else None
    points: Decimal | None = None if like is None or whole.growth is None else like - whole.growth
    return Row(
        unit.code,
        (
            unit.name,
            unit.sellers,
            unit.net,
            before if unit.before else None,
            figures.net_growth(unit.net, before),
            len(unit.like.inside),
            like,
            points,
            unit.standing,
        ),
    )
