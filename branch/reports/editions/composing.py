"""The public edition of a report: totals, comparison, breakdowns without any sum that speaks of one or two growers."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import gettext as _

from branch.ledger.periods import Period
from branch.reports.document import Document
from branch.reports.editions.parts import LIKE, TOTALS, Part, breakdowns_of, like_for_like_of, months_of
from branch.reports.editions.printing import broken_down, compared, definitions, headline, overall
from branch.reports.editions.rules import rows_to_hide
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
    parts = [whole, *months.parts, *(part for one in tables for part in one.parts), like]
    hidden = rows_to_hide({part.key: part.cells() for part in parts}, [part.key for part in parts])
    if TOTALS in hidden:
        return None
    return replace(
        document,
        title=_("Public edition: %(title)s", title=document.title),
        digest="",
        annex_digest="",
        code="",
        headline=(
            *headline(period, scope, whole, like_shown=LIKE not in hidden),
            # An estimate over many growers, which its own gates keep back when they are few or one carries it.
            *(figure for figure in document.headline if figure.key == "effect"),
        ),
        changed=(),
        doubtful=(document.standing,) if document.preliminary else (),
        sections=(
            overall(whole, months, hidden),
            compared(period, scope, whole, like_shown=LIKE not in hidden),
            *(broken_down(one, whole, hidden, period) for one in tables),
        ),
        definitions=definitions(),
    )
