"""The public edition of a report: totals, comparison, breakdowns without any sum that speaks of one or two growers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask_babel import gettext as _

from branch.ledger.periods import Period
from branch.reports.document import Document
from branch.reports.editions.parts import (
    LIKE,
    TOTALS,
    Breakdown,
    Hidden,
    Part,
    breakdowns_of,
    like_for_like_of,
    months_of,
)
from branch.reports.editions.printing import broken_down, compared, definitions, headline, overall
from branch.reports.editions.rules import Printed, is_small, rows_to_hide
from branch.reports.evidence import Scope


def may_be_public(period: Period, unit_kind: str) -> bool:
    """Only months of branches: of windows or units that overlap, the difference could be one grower."""
    return period.kind == "month" and unit_kind == "branch"


def public_edition(period: Period, scope: Scope, document: Document) -> Document | None:
    """What everybody may read of `document`; None when so few growers sold that nothing can be said.

    Texts are in the active locale. Nothing of the document's own sections is taken over: every sum is formed
    anew here, so that what is printed is exactly what was checked.
    """
    whole = Part(TOTALS, period.key, scope.now(period), scope.before(period))
    months = months_of(period, scope)
    tables = breakdowns_of(whole, scope)
    like = like_for_like_of(period, scope, whole)
    if any(is_small(cell) for cell in whole.cells()):
        return None
    hidden = _hidden(whole, months, tables)
    like_shown = _may_show(
        like, [whole, *months.parts, *(part for one in tables for part in one.parts)], hidden
    )
    return replace(
        document,
        title=_("Public edition: %(title)s", title=document.title),
        digest="",
        annex_digest="",
        code="",
        headline=(
            *headline(period, scope, whole, like_shown=like_shown),
            # An estimate over many growers, which its own gates keep back when they are few or one carries it.
            *(figure for figure in document.headline if figure.key == "effect"),
        ),
        changed=(),
        doubtful=(document.standing,) if document.preliminary else (),
        sections=(
            overall(whole, months, hidden),
            compared(period, scope, whole, like_shown=like_shown),
            *(broken_down(one, whole, hidden, period) for one in tables),
        ),
        definitions=definitions(),
    )


def _hidden(whole: Part, months: Breakdown, tables: Sequence[Breakdown]) -> Hidden:
    """What is left out of either window.

    Each window is judged by its own facts alone, in an order that follows from them. So the edition of a month and
    the one a year later, which prints that month again, leave out the same rows, and the two of them together tell no more than one.
    """
    hidden = {
        (part.key, place)
        for part in months.parts
        for place, cell in enumerate(part.cells())
        if is_small(cell)
    }
    for place in (0, 1):
        order = [whole]
        for one in tables:
            there = [part for part in one.parts if part.cells()[place]]
            order += sorted(there, key=lambda part: (-part.totals[place].net_minor, part.key))
        found = rows_to_hide(
            {part.key: [part.cells()[place]] for part in order}, [part.key for part in order]
        )
        hidden |= {(key, place) for key in found}
    return frozenset(hidden)


def _may_show(like: Part, parts: Sequence[Part], hidden: Hidden) -> bool:
    """Whether the constant growers can be spoken of beside everything else that is printed."""
    shown = {
        f"{part.key}/{place}": [cell]
        for part in parts
        for place, cell in enumerate(part.cells())
        if (part.key, place) not in hidden
    }
    return Printed({**shown, LIKE: like.cells()}).betrayal() is None
