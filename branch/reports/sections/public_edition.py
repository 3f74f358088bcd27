"""The public edition of a report: totals, comparison, breakdowns without any sum that speaks of one or two growers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from flask_babel import gettext as _

from branch.ledger.rules.periods import Period
from branch.reports.document import Document
from branch.reports.facts.blocks import NET, BranchFacts, DisclosureControl
from branch.reports.facts.evidence import Scope
from branch.reports.facts.suppression import Printed
from branch.reports.sections.public_sums import LIKE, Part, Parts, cell_of
from branch.reports.sections.public_tables import broken_down, compared, definitions, headline, overall


def public_edition(
    period: Period, scope: Scope, document: Document, around: BranchFacts | DisclosureControl
) -> Document | None:
    """What everybody may read of `document`; None when so few growers sold in some month of it that nothing can be said.

    Texts are in the active locale. Nothing of the document's own sections is taken over: every sum is formed
    anew here, so that what is printed is exactly what was checked.
    """
    blocks = around if isinstance(around, DisclosureControl) else DisclosureControl(around)
    parts = Parts(period, scope, blocks)
    whole = parts.whole
    if not whole.now or not whole.shown[0]:
        return None
    tables = parts.breakdowns()
    like = parts.like_for_like(whole)
    in_yuan = (part for table in tables if table.measure == NET for part in table.parts)
    like_shown = bool(whole.before) and _may_show(like, [whole, *in_yuan])
    within = blocks.around.within
    return replace(
        document,
        title=_("Public edition: %(title)s", title=document.title),
        digest="",
        annex_digest="",
        code="",
        headline=(
            *headline(period, scope, whole, like_shown=like_shown, within=within),
            # An estimate over many growers, which its own gates keep back when they are few or one carries it.
            *(figure for figure in document.headline if figure.key == "effect"),
        ),
        changed=(),
        doubtful=(document.standing,) if document.preliminary else (),
        sections=(
            overall(whole, parts.twelve(), within=within),
            compared(period, scope, whole, like_shown=like_shown),
            *(broken_down(table, period) for table in tables),
        ),
        definitions=definitions(),
    )


def _may_show(like: Part, parts: Iterable[Part]) -> bool:
    """Whether the constant growers can be spoken of beside everything else that is printed of the two windows."""
    shown = {
        f"{part.key}/{place}": [cell_of(rows)]
        for part in parts
        for place, rows in enumerate((part.now, part.before))
        if part.shown[place]
    }
    both = [cell_of(like.now), cell_of(like.before)]
    return Printed({**shown, LIKE: both}).disclosing_combination() is None
