"""What a check of a report's file found, in sentences of the active locale."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import ngettext

from branch.reports.audit.replaying import ALL, Cell, Replayed
from branch.reports.audit.verifying import ReportReference, Sealed, Verdict
from branch.reports.editions.queries.proof import KeptEdition
from branch.reports.editions.states import EditionState
from branch.reports.wording import numbers
from branch.reports.wording.report_states import state_name
from core.clock import local_day, to_utc
from core.languages import FIRST
from core.web.wording.languages import spoken

MOST_LISTED = 20


def sentences(verdict: Verdict) -> list[str]:
    """The verdict first, then what it rests on; lines that begin with two spaces are details."""
    return [_conclusion(verdict), *_details(verdict)]


def _conclusion(verdict: Verdict) -> str:
    return {
        0: _("PROVED: this file belongs to a sealed report, and today's facts give the same figures."),
        1: _("NOT PROVED: this file cannot be shown to belong to a sealed report as it was sealed."),
        2: _(
            "FACTS CHANGED: the file belongs to a sealed report, but facts that it rests on are no longer what they were."
        ),
        3: _(
            "OUTDATED: the file belongs to a sealed report; records that came in later give other figures today."
        ),
        4: _(
            "NO LONGER PUBLISHED: the file belongs to a sealed public edition, which has been withdrawn or replaced."
        ),
    }[verdict.exit_code]


def _details(verdict: Verdict) -> Iterator[str]:
    yield _("SHA-256 of the file: %(digest)s", digest=verdict.sha256)
    if verdict.kept is None:
        yield from _stranger(verdict)
        return
    yield _("Report %(number)s, %(words)s.", number=verdict.kept.number, words=_which(verdict.kept))
    if verdict.edition is not None:
        yield _edition(verdict.edition)
    if verdict.sealed is not None:
        yield _seal(verdict.sealed)
    if verdict.report_sealed is not None:
        yield _("The report behind it: %(sealed)s", sealed=_seal(verdict.report_sealed))
    yield from _annex(verdict)
    if verdict.replayed is not None:
        yield from _replayed(verdict.replayed)


def _which(report: ReportReference) -> str:
    return _(
        "version %(version)s of unit %(unit)s for %(period)s, now: %(state)s",
        version=report.version,
        unit=report.unit,
        period=report.period,
        state=state_name(report.state),
    )


def _edition(edition: KeptEdition) -> str:
    words = {"label": edition.label, "on": f"{local_day(edition.published_at):%Y-%m-%d}"}
    if edition.ended_at is None:
        return _("The file is of its public edition %(label)s, published on %(on)s, which stands.", **words)
    words["end"] = f"{local_day(edition.ended_at):%Y-%m-%d}"
    if edition.state == EditionState.REPLACED:
        return _(
            "The file is of its public edition %(label)s, published on %(on)s, replaced by a newer one on %(end)s.",
            **words,
        )
    return _(
        "The file is of its public edition %(label)s, published on %(on)s, withdrawn on %(end)s: %(reason)s",
        reason=edition.reason,
        **words,
    )


def _stranger(verdict: Verdict) -> Iterator[str]:
    yield _("No report on record has a file with these bytes.")
    if verdict.claims is not None:
        yield _(
            "It calls itself report %(number)s (%(words)s). That report's files have other bytes: this one was changed, "
            "or saved anew by another program. Please take the file from the report's page.",
            number=verdict.claims.number,
            words=_which(verdict.claims),
        )
    elif verdict.claimed_number is not None:
        yield _("It calls itself report %(number)s, which is not on record.", number=verdict.claimed_number)
    else:
        yield _("It does not say which report it is of.")


def _seal(sealed: Sealed) -> str:
    match sealed.trouble:
        case "missing":
            return _("The public log has no entry for this report.")
        case "waiting":
            return _("The entry for this report is not signed yet. Please check again in a minute.")
        case "broken":
            return _("The entry for this report does not match the signed log: the record of it was changed.")
        case "other_bytes":
            return _("The public log has this report with other files than this one.")
        case "row_changed":
            return _(
                "What is on record of this report is not what was sealed: the record was changed afterwards."
            )
    proof = sealed.proof
    if proof is None:
        raise AssertionError(sealed)
    return _(
        "Sealed on %(at)s (UTC) as entry %(entry)s of %(size)s in the log %(origin)s, whose signature and proof hold.",
        at=f"{to_utc(proof.at):%Y-%m-%d %H:%M:%S}",
        entry=proof.number,
        size=proof.size,
        origin=proof.origin,
    )


def _annex(verdict: Verdict) -> Iterator[str]:
    if verdict.annex_kept is None:
        yield _(
            "The report was built before data annexes were kept; its figures cannot be computed from one."
        )
    elif not verdict.annex_kept:
        yield _("The data annex that was sealed with it is missing or was changed.")
    if verdict.audit is None:
        return
    if verdict.audit.differ:
        yield ngettext(
            "%(num)s figure does not follow from the data annex:",
            "%(num)s figures do not follow from the data annex:",
            len(verdict.audit.differ),
        )
        yield from (f"  {line}" for line in verdict.audit.differ[:MOST_LISTED])
    else:
        yield _(
            "%(agree)s figures were computed anew from the data annex and agree; %(given)s are inputs themselves.",
            agree=numbers.count(verdict.audit.agree),
            given=numbers.count(len(verdict.audit.given)),
        )


def _replayed(replay: Replayed) -> Iterator[str]:
    if not replay.same_code:
        yield _(
            "It was made by another version of the program; only figures that both versions print are compared."
        )
    if replay.same:
        yield _("Computed anew from the facts one by one, every figure is the same today.")
        return
    unexplained = [cell for cell in replay.cells if not cell.explained]
    if unexplained:
        yield ngettext(
            "%(num)s sum differs without any record that came in later (grower numbers as in the data annex):",
            "%(num)s sums differ without any record that came in later (grower numbers as in the data annex):",
            len(unexplained),
        )
        yield from (f"  {_cell(cell)}" for cell in unexplained[:MOST_LISTED])
        yield _("Run `flask seal verify` to see which facts are not what was sealed.")
    if replay.late_facts:
        yield ngettext(
            "%(num)s record about these months came in after the report was built.",
            "%(num)s records about these months came in after the report was built.",
            replay.late_facts,
        )
    if replay.other:
        yield _("Also different among the inputs: %(names)s.", names=", ".join(replay.other))
    if replay.registers:
        yield _(
            "Records of coverage, licences, look-ups, cases or imports have been added or changed since; different are: %(names)s.",
            names=", ".join(replay.registers),
        )
    yield from _figures(replay)


def _cell(cell: Cell) -> str:
    return _(
        "grower %(grower)s, %(month)s, %(channel)s, %(group)s: net sales %(before)s then, %(now)s now",
        grower=cell.grower,
        month=cell.month,
        channel=_("all channels") if cell.channel == ALL else cell.channel,
        group=_("all groups") if cell.cultivar_group == ALL else cell.cultivar_group or numbers.NOTHING,
        before=numbers.yuan(cell.net_before),
        now=numbers.yuan(cell.net_now),
    )


def _figures(replay: Replayed) -> Iterator[str]:
    figures = replay.figures.get(spoken().code) or replay.figures[FIRST.code]
    shown = [difference for difference in figures if not difference.private]
    hidden = len(figures) - len(shown)
    if not figures:
        yield _("No printed figure differs.")
        return
    yield ngettext(
        "%(num)s printed figure would be different today:",
        "%(num)s printed figures would be different today:",
        len(shown) + hidden,
    )
    for difference in shown[:MOST_LISTED]:
        yield f"  {difference.name}: {difference.before or numbers.NOTHING} → {difference.now or numbers.NOTHING}"
    if len(shown) > MOST_LISTED or hidden:
        yield "  " + _("and %(number)s more", number=len(shown[MOST_LISTED:]) + hidden)
