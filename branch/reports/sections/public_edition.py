"""The public edition of a report: totals, comparison, breakdowns without any sum that speaks of one or two growers."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import gettext as _

from branch.ledger.rules.periods import Period
from branch.reports.document import Document
from branch.reports.facts.blocks import BranchFacts, DisclosureControl
from branch.reports.facts.evidence import Scope
from branch.reports.sections.public_sums import Parts
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
    like_shown, within = parts.may_tell_like_for_like(), blocks.around.within
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
            *(broken_down(table, period) for table in parts.breakdowns()),
        ),
        definitions=definitions(),
    )
