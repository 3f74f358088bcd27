"""Somebody who only adds and subtracts printed sums, for tests of what reports and public editions hide.

He shares nothing with what hides. He knows who sold what through which channel, in which size and to which province, and
every sum of every report he holds; amounts he does not know. Arithmetic is exact, modulo a prime.
"""

from dataclasses import replace
from itertools import combinations, product

import numpy as np

from branch.ledger.rules.periods import Period
from branch.reports.facts.coded_sums import CodedSum
from branch.reports.facts.figures import MonthRow, Totals
from tests.factories.reports import make_scope

PRIME = 2**31 - 1


def rank(matrix):
    """Rank modulo a prime, which is that over the fractions unless the prime divides a minor."""
    rows, found = np.array(matrix, dtype=np.int64) % PRIME, 0
    for column in range(rows.shape[1]):
        pivots = np.flatnonzero(rows[found:, column])
        if not pivots.size:
            continue
        rows[[found, found + pivots[0]]] = rows[[found + pivots[0], found]]
        rows[found] = rows[found] * pow(int(rows[found, column]), -1, PRIME) % PRIME
        factors = rows[:, column].copy()
        factors[found] = 0
        rows = (rows - factors[:, None] * rows[found]) % PRIME
        found += 1
        if found == len(rows):
            break
    return found


def given_away(cells):
    """What is known of each one and each two growers alone: of how many combinations of their sales the sum."""
    atoms = sorted(set().union(*cells))
    if not atoms:
        return {}
    patterns = sorted({(atom[0], *(atom in cell for cell in cells)) for atom in atoms})
    people = sorted({pattern[0] for pattern in patterns})
    matrix = np.array([pattern[1:] for pattern in patterns], dtype=np.int64).T
    whole, owners = rank(matrix), np.array([pattern[0] for pattern in patterns])
    groups = [*((one,) for one in people), *combinations(people, 2)]
    others = {group: matrix[:, ~np.isin(owners, group)] for group in groups}
    return {group: whole - rank(rest) if rest.size else whole for group, rest in others.items()}


def sold(scope):
    """Every part of a grower's month that may have met any other: `(grower, (month, channel, group, size, province))`."""
    evidence = scope.evidence
    parts = {}
    for kind, rows in enumerate((evidence.rows, evidence.sizes, evidence.provinces)):
        for row in rows:
            what = (row.channel, row.cultivar_group) if kind == 0 else (row.code,)
            parts.setdefault((row.grower_id, row.month.key), ([], [], []))[kind].append(what)
    return {
        (grower, (month, *sum(what, ())))
        for (grower, month), kinds in parts.items()
        for what in product(*kinds)
    }


def code_of(key, scope, atom):
    grower, (_month, channel, group, size, province) = atom
    child = scope.children.get(grower)
    return {
        "channels": channel,
        "cultivar_groups": group,
        "sizes": size,
        "villages": scope.growers[grower].village_code,
        "provinces": province,
        "units": child and child.code,
        "overall": "",
    }[key]


def town(*sales, growers=None, today=None):
    """A scope of sales `(grower, month, channel, group, size, province)`."""
    rows, sizes, provinces = {}, {}, {}
    for number, (grower, month, channel, group, size, province) in enumerate(sorted(set(sales))):
        amounts = Totals(1, 3 + number, 1000 + 100 * number + grower)
        for found, key in (
            (rows, (grower, month, channel, group)),
            (sizes, (size, grower, month)),
            (provinces, (province, grower, month)),
        ):
            found[key] = found.get(key, Totals()) + amounts
    scope = make_scope(
        sorted(MonthRow(*key, totals) for key, totals in rows.items()),
        growers=growers or max((one[0] for one in sales), default=1),
        today=today or Period(2027, 1).start,
    )
    evidence = replace(
        scope.evidence,
        sizes=tuple(CodedSum(*key, totals) for key, totals in sizes.items()),
        provinces=tuple(CodedSum(*key, totals) for key, totals in provinces.items()),
    )
    return replace(scope, evidence=evidence)
