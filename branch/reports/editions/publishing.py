"""Making the files of a public edition and publishing it: an edge, so that no transaction is open while it draws."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _

from branch.organisation.queries import require_unit_access, unit_by_id
from branch.reports.building import CONTENT_TYPES, LANGUAGES
from branch.reports.document import Document, data_annex, from_json
from branch.reports.editions import service
from branch.reports.queries import find_report
from branch.reports.service import ShelvedFile
from core import files
from core.database import session, transaction


def publish(public_id: str, *, account_id: int, at: datetime) -> None:
    """Draw and typeset what the report says to the public, then publish it.

    Raises:
        Forbidden, Conflict: as `service.publish`; they are looked for before anything is drawn.
    """
    report = find_report(public_id)
    require_unit_access(account_id, report.unit_id, "reports.publish")
    service.require_publishable(report)
    stem = f"{unit_by_id(report.unit_id).code}-{report.period}-public"
    documents = {language: from_json(report.documents[f"public-{language}"]) for language in LANGUAGES}
    session.rollback()
    shelved: list[ShelvedFile] = []
    for language, locale in LANGUAGES.items():
        with force_locale(locale):
            shelved += _files(documents[language], stem, language)
    with transaction():
        service.publish(public_id, files=shelved, account_id=account_id, at=at)


DATA_FORMAT = "guiyuan-report-edition-1"


def _files(document: Document, stem: str, language: str) -> list[ShelvedFile]:
    from branch.reports import charts, pdf

    figures = data_of(document)
    made = {
        f"{stem}-{chart.key}-{language}.png": charts.draw(chart).png
        for section in document.sections
        for chart in section.charts
    }
    made[f"{stem}-{language}.pdf"] = pdf.render_pdf(
        replace(document, doubtful=(*document.doubtful, _("This edition shows no single grower."))), figures
    )
    if language == "zh":
        made[f"{stem}.json"] = figures
    return [_shelved(name, data, language) for name, data in made.items()]


def data_of(document: Document) -> bytes:
    """Every figure of an edition for programs, with the number of the report that it is of; the same in every language."""
    told = {**data_annex(document), "format": DATA_FORMAT}
    return (json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def _shelved(name: str, data: bytes, language: str) -> ShelvedFile:
    form = name.rpartition(".")[2]
    key = files.put(data, kind="report", content_type=CONTENT_TYPES[form], public=False)
    locale = "" if form == "json" else language
    return ShelvedFile(name, form, locale, key, hashlib.sha256(data).hexdigest(), len(data))
