"""What reports and public editions are made of: months, each judged by its own facts alone. Pure.

A block is one unit's one month: of a public edition one branch's, of a report that of its own unit. Which of its rows
may be printed follows from the facts of the block and nothing else, and whatever is printed is a sum of whole rows of
blocks that may all be printed. So no two of them, of whatever windows, tell more together than the blocks do; and
blocks have nothing in common with each other.

A public edition prints channels, groups and villages in yuan, sizes in plants and provinces in orders, three quantities that no
table adds to one another. A report prints all of them in every quantity, so that all its tables are one question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any

from branch.ledger.rules.periods import Period
from branch.reports.facts.coded_sums import CodedSum
from branch.reports.facts.evidence import Scope
from branch.reports.facts.figures import MonthRow, added
from branch.reports.facts.suppression import Atom, Cell, is_small, rows_to_hide

NET, PLANTS, ORDERS = "net", "plants", "orders"
OF_TOTALS: dict[str, Callable[[Any], int]] = {
    NET: lambda totals: totals.net_minor,
    PLANTS: lambda totals: totals.plants,
    ORDERS: lambda totals: totals.orders,
}
# The growers who belong to no branch are a block of their own.
NO_BRANCH = ""
# A branch's code and a month.
Block = tuple[str, Period]


@dataclass(frozen=True)
class BranchFacts:
    """The facts of every branch that a report's unit lies in or reaches over.

    `homes` names each grower's branch, `villages` the unit where it belongs, `units` the one just below the report's.
    `within` is true for units below a branch: `rows`, `sizes` and `provinces` then hold the whole branch, which is
    more than the report's own.
    """

    rows: Sequence[MonthRow]
    sizes: Sequence[CodedSum]
    provinces: Sequence[CodedSum]
    homes: Mapping[int, str]
    villages: Mapping[int, str]
    units: Mapping[int, str] = field(default_factory=dict)
    within: bool = False


def blocks_of(scope: Scope) -> DisclosureControl:
    """The months of a report's own unit."""
    evidence = scope.evidence

    def looked_at() -> DisclosureControl:
        villages = {grower_id: label.village_code for grower_id, label in scope.growers.items()}
        units = {grower_id: child.code for grower_id, child in scope.children.items()}
        homes = dict.fromkeys(scope.growers, NO_BRANCH)
        return DisclosureControl(
            BranchFacts(evidence.rows, evidence.sizes, evidence.provinces, homes, villages, units)
        )

    return scope.once("blocks", None, looked_at)


class DisclosureControl:
    """The blocks of some units' months, each looked at when it is first asked for."""

    def __init__(self, around: BranchFacts) -> None:
        self.around = around
        self._rows = _by_block(around.rows, around.homes)
        self._sizes = _by_block(around.sizes, around.homes)
        self._provinces = _by_block(around.provinces, around.homes)
        self._read: dict[Block, list[dict[str, tuple[Cell, dict[str, Cell]]]]] = {}
        self._public: dict[Block, frozenset[str]] = {}
        self._hidden: dict[Period, frozenset[str]] = {}

    def may_show(self, keys: Iterable[str], growers: Iterable[int], months: Iterable[Period]) -> bool:
        """Whether a public edition may print the sum of these rows over the months, of the branches of these growers."""
        keys, homes = list(keys), sorted({self.around.homes[grower] for grower in growers})
        return all(self._may_show(key, (home, month)) for month in months for home in homes for key in keys)

    def _may_show(self, key: str, block: Block) -> bool:
        if any(is_small(whole) for reading in self._readings(block) for whole, _rows in reading.values()):
            return False
        # The totals of three growers and more stand, whatever else has to go.
        return key in OF_TOTALS or key not in self._hidden_to_all(block)

    def may_set_apart(self, growers: AbstractSet[int], month: Period, *, of: Iterable[int]) -> bool:
        """Whether public editions may tell what these growers sold in a month from what the others `of` the same branches did."""
        return all(
            self._may_set_apart(growers, (home, month))
            for home in sorted({self.around.homes[grower] for grower in of})
        )

    def _may_set_apart(self, growers: AbstractSet[int], block: Block) -> bool:
        hidden = self._hidden_to_all(block)
        for whole, rows in (reading[NET] for reading in self._readings(block)):
            apart = _of(whole, growers)
            printed = [whole, *(cell for key, cell in rows.items() if key not in hidden)]
            if rows_to_hide({"apart": [apart]}, ["apart"], beside=printed):
                return False
        return True

    def _hidden_to_all(self, block: Block) -> frozenset[str]:
        """The rows that stay out of public editions: each quantity's own, beside its total."""
        if block not in self._public:
            hidden: frozenset[str] = frozenset()
            for whole, rows in (sums for reading in self._readings(block) for sums in reading.values()):
                hidden |= _to_hide(rows, whole, but=hidden)
            self._public[block] = hidden
        return self._public[block]

    def _readings(self, block: Block) -> list[dict[str, tuple[Cell, dict[str, Cell]]]]:
        """What everybody may read of a block: the total and the rows of each quantity.

        Once with all who sold behind a sum, and, where they are others, once with those only of whom something is in it: of whom
        there is nothing but a refund in a month, or whose sales came back, no order or no yuan is, and who
        knows that takes the rest for the others'.
        """
        if block not in self._read:
            tables, sums = self._tables(block), self._sums(block)
            first = {measure: (_union(tables[measure]), tables[measure]) for measure in OF_TOTALS}
            counted = self._tables(block, counted=True)
            second = {
                measure: (
                    _of(_union(counted[measure]), {row.grower_id for row in _in_sum(sums[measure], value)}),
                    counted[measure],
                )
                for measure, value in OF_TOTALS.items()
            }
            self._read[block] = [first] if first == second else [first, second]
        return self._read[block]

    def is_small(self, month: Period) -> bool:
        """Whether one or two growers stand behind a whole month of a report's own unit."""
        return is_small(frozenset((row.grower_id, None) for row in self._rows[NO_BRANCH, month]))

    def _hidden_in(self, month: Period) -> frozenset[str]:
        if month not in self._hidden:
            block = NO_BRANCH, month
            self._hidden[month] = _hidden_at_home(self._tables(block), self._hidden_to_all(block))
        return self._hidden[month]

    def codes_to_hide(self, table: str, months: Iterable[Period]) -> set[str]:
        """The codes of a report's table that must not have a row of their own over these months."""
        start = f"{table}:"
        rows = frozenset().union(*(self._hidden_in(month) for month in months))
        return {row.removeprefix(start) for row in rows if row.startswith(start)}

    def _sums(self, block: Block) -> dict[str, list[Any]]:
        return {NET: self._rows[block], PLANTS: self._sizes[block], ORDERS: self._provinces[block]}

    def _tables(self, block: Block, *, counted: bool = False) -> dict[str, dict[str, Cell]]:
        """The rows of a block's tables, those of each table under the quantity in which everybody may read it.

        With `counted` only those stand behind a sum of whom something is in it.
        """
        sums, villages, units = self._sums(block), self.around.villages, self.around.units
        rows, sizes, provinces = sums[NET], sums[PLANTS], sums[ORDERS]
        atoms = _Contributions(sums, counted=counted)
        placed = [row for row in rows if row.grower_id in units]
        return {
            NET: atoms.table("channels", NET, rows, lambda row: row.channel)
            | atoms.table("cultivar_groups", NET, rows, lambda row: row.cultivar_group)
            | atoms.table("villages", NET, rows, lambda row: villages[row.grower_id]),
            "": atoms.table("units", NET, placed, lambda row: units[row.grower_id]),
            PLANTS: atoms.table("sizes", PLANTS, sizes, lambda row: row.code),
            ORDERS: atoms.table("provinces", ORDERS, provinces, lambda row: row.code),
        }


class _Contributions:
    """What growers contributed to a block: parts by channel and group, by size, and by province.

    How a grower's sizes and provinces cut across his channels and each other is not on record, and nobody can count on
    it: any part may meet any other. A combination of sums leaves a grower out exactly when it gives all his parts
    of a kind the same weight and these weights come to nothing; so it is enough to let each part meet the first of each other kind.
    """

    def __init__(self, kinds: Mapping[str, Sequence[Any]], *, counted: bool) -> None:
        self._counted = counted
        parts: defaultdict[int, dict[str, set[Any]]] = defaultdict(lambda: {kind: set() for kind in kinds})
        for kind, rows in kinds.items():
            for row in rows:
                parts[row.grower_id][kind].add(_part(row))
        self._met: dict[tuple[int, str, Any], set[Atom]] = {}
        for grower_id, grower_parts in parts.items():
            # Where the first of every kind meet; the others are told apart by numbers.
            first: Atom = (grower_id, 0)
            numbers, firsts = count(1), {kind: min(mine) for kind, mine in grower_parts.items() if mine}
            others = {
                kind: {
                    part: (grower_id, next(numbers)) for part in grower_parts[kind] if part != firsts[kind]
                }
                for kind in firsts
            }
            every = {first}.union(*(atoms.values() for atoms in others.values()))
            for kind, atoms in others.items():
                self._met[grower_id, kind, firsts[kind]] = every.difference(atoms.values())
                self._met |= {(grower_id, kind, part): {atom} for part, atom in atoms.items()}

    def of(self, kind: str, rows: Iterable[Any]) -> Cell:
        """The atoms of some rows of one kind."""
        if self._counted:
            rows = _in_sum(rows, OF_TOTALS[kind])
        return frozenset(chain.from_iterable(self._met[row.grower_id, kind, _part(row)] for row in rows))

    def table(self, key: str, kind: str, rows: Sequence[Any], of: Callable[[Any], str]) -> dict[str, Cell]:
        """The rows of one table, the largest first: an order that follows from the facts of the block too."""
        by_code: defaultdict[str, list[Any]] = defaultdict(list)
        for row in rows:
            by_code[of(row)].append(row)
        size = {code: OF_TOTALS[kind](added(row.totals for row in mine)) for code, mine in by_code.items()}
        order = sorted(by_code, key=lambda code: (-size[code], code))
        return {f"{key}:{code}": self.of(kind, by_code[code]) for code in order}


def _in_sum(rows: Iterable[Any], value: Callable[[Any], int]) -> list[Any]:
    """Those of `rows` that add to their sum: neither nothing, nor a grower's who comes to nothing."""
    adding = [row for row in rows if value(row.totals)]
    sums: defaultdict[int, int] = defaultdict(int)
    for row in adding:
        sums[row.grower_id] += value(row.totals)
    return [row for row in adding if sums[row.grower_id]]


def _part(row: Any) -> Any:
    return (row.channel, row.cultivar_group) if isinstance(row, MonthRow) else row.code


def _by_block(rows: Iterable[Any], homes: Mapping[int, str]) -> defaultdict[Block, list[Any]]:
    rows_by_block: defaultdict[Block, list[Any]] = defaultdict(list)
    for row in rows:
        rows_by_block[homes[row.grower_id], row.month].append(row)
    return rows_by_block


def _hidden_at_home(tables: Mapping[str, Mapping[str, Cell]], to_all: frozenset[str]) -> frozenset[str]:
    """The rows that stay out of reports: there every row stands in every quantity, beside what the public reads of it."""
    rows = {key: cell for table in tables.values() for key, cell in table.items()}
    whole = _union(rows)
    hidden = to_all | _to_hide(rows, whole, but=to_all)
    for measure in OF_TOTALS:
        read = [cell for key, cell in tables[measure].items() if key in hidden - to_all]
        if read:
            hidden |= _to_hide(rows, whole, but=hidden, beside=read)
    return hidden


def _to_hide(
    rows: Mapping[str, Cell], whole: Cell, *, but: AbstractSet[str], beside: Iterable[Cell] = ()
) -> frozenset[str]:
    """The rows that must not stand beside the total, which always does, and each other; `but` those that do not anyway."""
    if is_small(whole):
        return frozenset(rows)
    left = {key: [cell] for key, cell in rows.items() if key not in but}
    return rows_to_hide(left, list(left), beside=[whole, *beside])


def _union(rows: Mapping[str, Cell]) -> Cell:
    return frozenset().union(*rows.values())


def _of(cell: Cell, growers: AbstractSet[int]) -> Cell:
    return frozenset(atom for atom in cell if atom[0] in growers)
