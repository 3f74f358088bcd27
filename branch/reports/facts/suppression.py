"""Which rows of a report or a public edition have to stay out, so that no one and no two growers can be got from the rest.

What is printed are sums over atoms: what one grower sold in one month through one channel in one group. Whoever
adds and subtracts printed sums gets linear combinations of them. A grower or two is given away when some combination
holds atoms of nobody else. That is a question of linear algebra and is answered over all tables at once:
hiding every small cell and then looking for what the totals and the other tables still give away.

Numbers 0 and 1 of a matrix of some dozen rows: floating point tells a singular value of 1 from one that is smaller.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

FEWEST_GROWERS = 3
EPSILON = 1e-7

#: What one grower (the first part) contributed, told apart by the second part.
Atom = tuple[int, Hashable]
Cell = frozenset[Atom]


def rows_to_hide(
    rows: Mapping[str, Sequence[Cell]], keep: Sequence[str], *, beside: Iterable[Cell] = ()
) -> frozenset[str]:
    """The rows that must not be printed.

    Args:
        rows: for each row the sums that it prints, as this window's and the one a year before.
        keep: all rows, the one to be kept longest first; of several that would do, the last one is hidden.
        beside: sums that are printed in any case, as totals; by themselves they give nobody away.
    """
    hidden = {row for row, cells in rows.items() if any(is_small(cell) for cell in cells)}
    beside = frozenset(beside)
    # Whatever is printed in any case is not made unknown by hiding it once.
    candidates = (row for row in keep if row not in hidden and not beside.issuperset(rows[row]))
    printed = Printed({row: rows[row] for row in candidates}, beside)
    while (betrayal := printed.disclosing_combination()) is not None:
        row = printed.best_to_hide(betrayal)
        printed.hide(row)
        hidden.add(row)
    return frozenset(hidden)


def is_small(cell: Cell) -> bool:
    """Whether somebody stands behind the sum, but too few to print it."""
    return 0 < len({owner for owner, _what in cell}) < FEWEST_GROWERS


class Printed:
    """The printed sums as a matrix: a row for each sum, a column for all atoms that are in the same sums."""

    def __init__(self, rows: Mapping[str, Sequence[Cell]], beside: Iterable[Cell] = ()) -> None:
        import numpy as np

        named = [(row, cell) for row, cells in rows.items() for cell in cells if cell]
        named += [("", cell) for cell in beside if cell]
        self.of_row = [row for row, _cell in named]
        places: defaultdict[Atom, list[int]] = defaultdict(list)
        for place, (_row, cell) in enumerate(named):
            for atom in cell:
                places[atom].append(place)
        owners: defaultdict[tuple[int, ...], set[int]] = defaultdict(set)
        for atom, positions in places.items():
            owners[tuple(positions)].add(atom[0])
        self.owners = list(owners.values())
        self.matrix = np.zeros((len(named), len(owners)))
        for column, rows_in in enumerate(owners):
            self.matrix[list(rows_in), column] = 1

    def hide(self, row: str) -> None:
        """Take the sums of a row out."""
        stays = [place for place, sum_row in enumerate(self.of_row) if sum_row != row]
        self.of_row = [self.of_row[place] for place in stays]
        self.matrix = self.matrix[stays]

    def disclosing_combination(self) -> Any | None:
        """A combination of the sums that holds nothing but what one or two growers sold, by column; None if there is none.

        Such a combination lies in the row space and in the space of the columns that these growers have for
        themselves; in an orthonormal basis of the row space those columns then have a singular value of 1.
        """
        import numpy as np

        if all(len(who) >= FEWEST_GROWERS for who in self.owners):
            return None
        _left, basis = self._bases()
        for columns in self._heavy_columns((basis**2).sum(axis=0)):
            part = basis[:, columns]
            overlap = part.T @ part
            try:  # hundreds of pairs are asked; this takes a hundredth of what their singular values would take
                np.linalg.cholesky((1 - EPSILON) * np.eye(len(columns)) - overlap)
            except np.linalg.LinAlgError:
                return basis.T @ (part @ np.linalg.eigh(overlap)[1][:, -1])
        return None

    def _bases(self) -> tuple[Any, Any]:
        """Orthonormal bases of the column space, as columns, and of the row space, as rows."""
        import numpy as np

        # Of whole numbers, and so without any rounding: it is a hundred times smaller than the matrix.
        values, left = np.linalg.eigh(self.matrix @ self.matrix.T)
        sound = values > values[-1] * len(values) * np.finfo(float).eps
        left = left[:, sound]
        return left, (left / np.sqrt(values[sound])).T @ self.matrix

    def _heavy_columns(self, weight: Any) -> Iterator[list[int]]:
        """For every one and every two growers, the columns in which nobody else is, where they may suffice.

        A combination of length 1 needs columns whose squares come to 1 at least; most pairs' do not.
        """
        import numpy as np

        by_owners: dict[frozenset[int], list[int]] = {}
        for column, who in enumerate(self.owners):
            if len(who) < FEWEST_GROWERS:
                by_owners.setdefault(frozenset(who), []).append(column)
        people = sorted(set().union(*by_owners))
        place = {person: number for number, person in enumerate(people)}
        alone, together = np.zeros(len(people)), np.zeros((len(people), len(people)))
        for group, columns in by_owners.items():
            ends = sorted(place[person] for person in group)
            if len(ends) == 1:
                alone[ends[0]] = weight[columns].sum()
            else:
                together[ends[0], ends[1]] = weight[columns].sum()
        for index in np.flatnonzero(alone >= 1 - EPSILON):
            yield by_owners[frozenset({people[index]})]
        pairs = np.triu(together + alone[:, None] + alone[None, :], 1) >= 1 - EPSILON
        for index, other in np.argwhere(pairs):
            pair = people[index], people[other]
            sets = (frozenset(pair), *(frozenset({person}) for person in pair))
            yield [column for who in sets for column in by_owners.get(who, [])]

    def best_to_hide(self, betrayal: Any) -> str:
        """The last row without which the combination can no longer be formed, else the last row with a part in it.

        Raises:
            ValueError: only sums that cannot be hidden have a part in it.
        """
        import numpy as np

        parts = np.abs(np.linalg.lstsq(self.matrix.T, betrayal, rcond=None)[0])
        left, _right = self._bases()
        # A sum that some combination of nothing holds can be put together from others.
        needed = (left**2).sum(axis=1) > 1 - EPSILON
        for mask in ((parts > EPSILON) & needed, parts > EPSILON):
            rows = [self.of_row[place] for place in np.flatnonzero(mask) if self.of_row[place]]
            if rows:
                return rows[-1]
        raise ValueError("what is printed elsewhere gives somebody away")
