"""Making the files of a public edition and publishing it: an edge, so that no transaction is open while it draws."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _

from branch.organisation.queries.tree import require_unit_access, unit_by_id
from branch.reports.document import Document, data_annex, from_json
from branch.reports.editions import service
from branch.reports.models.tables import Report
from branch.reports.queries.pages import find_report
from branch.reports.service.building import CONTENT_TYPES
from branch.reports.service.recording import ShelvedFile, require_second_person
from core.database import session, transaction
from core.files import service as files
from core.languages import FIRST, LOCALES_BY_CODE

OnStep = Callable[[int, int], None]


def require_allowed(public_id: str, *, account_id: int) -> Report:
    """The report, when the account may publish it now.

    Raises:
        NotFound, Forbidden, Conflict: as `service.publish`.
    """
    report = find_report(public_id)
    require_unit_access(account_id, report.unit_id, "reports.publish")
    require_second_person(report, account_id)
    service.require_publishable(report)
    service.require_not_published(report)
    return report


def publish(
    public_id: str,
    *,
    account_id: int,
    at: datetime,
    on_step: OnStep = lambda _done, _all: None,
    on_published: Callable[[], None] = lambda: None,
) -> None:
    """Draw and typeset what the report says to the public, then publish it.

    Args:
        public_id: the report.
        account_id: who publishes.
        at: now.
        on_step: told how many of the languages are done, between transactions.
        on_published: called in the transaction that publishes.

    Raises:
        Forbidden, Conflict: as `service.publish`; they are looked for before anything is drawn.
    """
    report = require_allowed(public_id, account_id=account_id)
    stem = f"{unit_by_id(report.unit_id).code}-{report.period}-public"
    documents = {
        language: from_json(report.documents[f"public-{language}"])
        for language in LOCALES_BY_CODE
        if f"public-{language}" in report.documents
    }
    session.rollback()
    shelved: list[ShelvedFile] = []
    for number, (language, document) in enumerate(documents.items()):
        on_step(number, len(documents))
        with force_locale(LOCALES_BY_CODE[language]):
            shelved += _files(document, stem, language)
    on_step(len(documents), len(documents))
    with transaction():
        service.publish(public_id, files=shelved, account_id=account_id, at=at)
        on_published()


DATA_FORMAT = "guiyuan-report-edition-1"


def _files(document: Document, stem: str, language: str) -> list[ShelvedFile]:
    from branch.reports.charts import drawing
    from branch.reports.formats import pdf

    figures = data_of(document)
    made = {
        f"{stem}-{chart.key}-{language}.png": drawing.draw(chart).png
        for section in document.sections
        for chart in section.charts
    }
    made[f"{stem}-{language}.pdf"] = pdf.render_pdf(
        replace(document, doubtful=(*document.doubtful, _("This edition shows no single grower."))), figures
    )
    if language == FIRST.code:
        made[f"{stem}.json"] = figures
    return [_shelved(name, data, language) for name, data in made.items()]


def data_of(document: Document) -> bytes:
    """Every figure of an edition for programs, with the number of the report that it is of; the same in every language."""
    data = {**data_annex(document), "format": DATA_FORMAT}
    return (json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def _shelved(name: str, data: bytes, language: str) -> ShelvedFile:
    form = name.rpartition(".")[2]
    key = files.put(data, kind="report", content_type=CONTENT_TYPES[form], public=False)
    locale = "" if form == "json" else language
    return ShelvedFile(name, form, locale, key, hashlib.sha256(data).hexdigest(), len(data))
