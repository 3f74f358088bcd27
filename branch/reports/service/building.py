"""Making a report: bring the sums up to date, write it in both languages, draw, typeset, keep.

An edge like a task or a command: it opens its own transactions, and none is open while it draws.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Flask, current_app
from flask_babel import force_locale

from branch.ledger.rules.periods import Period
from branch.organisation.queries.tree import UnitView
from branch.reports.document import Document
from branch.reports.facts.blocks import DisclosureControl
from branch.reports.facts.evidence import Scope
from branch.reports.formats import annex, html
from branch.reports.queries.evidence import gather, in_active_locale
from branch.reports.queries.surrounding_branches import branch_facts
from branch.reports.queries.versions import VersionPlace, changed_inputs, place_of
from branch.reports.sections.contract import SectionFunction
from branch.reports.sections.public_edition import public_edition
from branch.reports.sections.revisions import as_plain, differences, with_revisions
from core.garbage_collection import without_collecting
from core.languages import FIRST, LOCALES_BY_CODE

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CONTENT_TYPES = {
    "html": "text/html",
    "pdf": "application/pdf",
    "xlsx": XLSX,
    "csv": "text/csv",
    "json": "application/json",
    "png": "image/png",
}

OnStep = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class MadeFile:
    """One form of the report; `locale` is "" where the words do not matter."""

    name: str
    format: str
    locale: str
    data: bytes

    @property
    def sha256(self) -> str:
        """The digest by which the log knows it."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Made:
    """A report that is written but not yet kept."""

    period: Period
    unit: UnitView
    documents: dict[str, Document]
    annex: bytes
    files: tuple[MadeFile, ...]
    public: dict[str, Document]

    @property
    def document(self) -> Document:
        """The report in the first language."""
        return self.documents[FIRST.code]


@dataclass(frozen=True, slots=True)
class Written:
    """What a report says in each language and its frozen annex, before anything is drawn.

    `public` is what everybody may read of it; empty when it has no public edition.
    """

    documents: dict[str, Document]
    annex: bytes
    public: dict[str, Document]


def init_reports(
    app: Flask, *, sections: Callable[[], list[SectionFunction]], group_name: Callable[[str], str]
) -> None:
    """Tell the application where the list of sections and the words for cultivar groups come from."""
    app.extensions["report_sections"] = sections
    app.extensions["report_group_name"] = group_name


@without_collecting()
def write(period: Period, unit: UnitView, *, today: date, place: VersionPlace | None = None) -> Written:
    """Compute and word the report as it is on the day `today`; reads only.

    `place` is its place among the versions, found by itself when left out.
    """
    from branch.reports.sections.assembly import assemble

    sections = current_app.extensions["report_sections"]()
    documents: dict[str, Document] = {}
    public: dict[str, Document] = {}
    scope: Scope | None = None
    given: dict[str, Any] | None = None
    changed: tuple[str, ...] = ()
    blocks: DisclosureControl | None = None
    for language, locale in LOCALES_BY_CODE.items():
        with force_locale(locale):
            scope = in_active_locale(scope, unit) if scope else gather(period, unit, today=today)
            document = assemble(period, scope, sections, locale=language)
            place = place or place_of(unit.id, period, document.digest)
            document = replace(document, version=place.version, code=annex.code_name())
            if place.earlier and given is None:
                given = annex.given_to(scope, document)
                changed = changed_inputs(place, given)
            documents[language] = with_revisions(document, place.earlier.get(language), changed)
            blocks = blocks or DisclosureControl(branch_facts(period, unit, scope))
            if edition := public_edition(period, scope, document, blocks):
                public[language] = edition
    assert scope is not None
    assert place is not None
    with force_locale(FIRST.locale):
        revises = _revises(place, scope, documents[FIRST.code], changed)
        frozen = annex.freeze(period, scope, documents[FIRST.code], revises=revises, given=given)
    digest = hashlib.sha256(frozen).hexdigest()
    return Written(
        {key: replace(draft, annex_digest=digest) for key, draft in documents.items()}, frozen, public
    )


def _revises(
    place: VersionPlace, scope: Scope, document: Document, inputs: tuple[str, ...]
) -> dict[str, Any] | None:
    earlier = place.earlier.get(FIRST.code)
    if earlier is None:
        return None
    slugs = annex.names_in_annex(scope)
    return {
        "version": earlier.version,
        "number": earlier.number,
        "annex": place.earlier_annex,
        "inputs": list(inputs),
        "changes": as_plain(differences(earlier, document), slugs),
    }


def rendered_forms(
    document: Document, frozen: bytes, period: Period, unit: UnitView, language: str
) -> list[MadeFile]:
    """The report in one language as page, PDF, workbook, CSV and pictures; in the active locale."""
    # matplotlib, Typst and XlsxWriter take seconds to load; only who builds a report waits for them.
    from branch.reports.charts import drawing
    from branch.reports.formats import csv, pdf, xlsx

    def named(form: str, data: bytes, part: str = "") -> MadeFile:
        return MadeFile(file_name(period, unit, language, form, part), form, language, data)

    drawn = {chart.key: drawing.draw(chart) for section in document.sections for chart in section.charts}
    pictures = {key: picture.png for key, picture in drawn.items()}
    return [
        named("html", html.render_html(document, pictures)),
        named(
            "pdf",
            pdf.render_pdf(document, frozen, pictures={key: picture.svg for key, picture in drawn.items()}),
        ),
        named("xlsx", xlsx.render_xlsx(document)),
        named("csv", csv.render_csv(document)),
        *(named("png", data, key) for key, data in pictures.items()),
    ]


def file_name(period: Period, unit: UnitView, language: str, form: str, part: str = "") -> str:
    """``unit-window-part-language.form``, without what is empty."""
    return "-".join(word for word in (unit.code, period.key, part, language) if word) + f".{form}"
