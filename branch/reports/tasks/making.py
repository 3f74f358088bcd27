"""A window's report, written and kept: each step in a transaction of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from branch.ledger.rules.periods import Period
from branch.ledger.service import daily_sums
from branch.organisation.queries.tree import UnitView
from branch.reports.document import to_json
from branch.reports.formats import annex
from branch.reports.queries.evidence import grower_ids_of
from branch.reports.service import recording
from branch.reports.service.building import (
    CONTENT_TYPES,
    Made,
    MadeFile,
    OnStep,
    file_name,
    rendered_forms,
    write,
)
from core.clock import local_day
from core.database import session, transaction
from core.errors import Conflict, Invalid
from core.files import service as files
from core.garbage_collection import without_collecting
from core.languages import LOCALES_BY_CODE


@without_collecting()
def make(
    period: Period, unit: UnitView, *, at: datetime, on_step: OnStep = lambda _done, _all, _what: None
) -> Made:
    """Write the report of `unit` about `period`; equal facts give equal bytes.

    Raises:
        Invalid: the period has not begun, or a text cannot be printed.
        Conflict: sums of the period are missing.
    """
    from branch.reports.charts.drawing import MissingGlyphError

    if local_day(at) < period.start:
        raise Invalid(_l("This period has not begun yet."), code="period_not_begun")
    steps = 1 + 3 * len(LOCALES_BY_CODE)
    with transaction():
        daily_sums.ensure_fresh()
        if daily_sums.left_out(grower_ids_of(unit), period.start, period.end):
            raise Conflict(
                _l("Some sales of this period cannot be summed up. The operators have been told; please build the report again later."),
                code="sums_missing",
            )  # fmt: skip
    written = write(period, unit, today=local_day(at))
    documents = written.documents
    session.rollback()
    on_step(1, steps, str(_l("Figures are computed")))
    made: list[MadeFile] = [MadeFile(file_name(period, unit, "", "json"), "json", "", written.annex)]
    try:
        for number, (language, locale) in enumerate(LOCALES_BY_CODE.items()):
            with force_locale(locale):
                made += rendered_forms(documents[language], written.annex, period, unit, language)
            on_step(1 + 3 * (number + 1), steps, str(_l("Written in one more language")))
    except MissingGlyphError as error:
        raise Invalid(
            _l("These characters cannot be printed: %(characters)s. Please correct the name they stand in.",
               characters=" ".join(error.characters)),
            code="glyph_missing",
        ) from error  # fmt: skip
    return Made(period, unit, documents, written.annex, tuple(made), written.public)


def keep(
    made: Made,
    *,
    at: datetime,
    account_id: int | None,
    by_name: str,
    on_kept: Callable[[str], None] = lambda _public_id: None,
) -> str:
    """Store the files and the report as a draft, unless the latest version says the same.

    `on_kept` is told the public id in the same transaction.

    Returns:
        The public id of the new or the standing version.

    Raises:
        Conflict: `report_with_committee`, when the latest version waits for the committee.
    """
    shelved = [
        recording.ShelvedFile(
            name=file.name,
            format=file.format,
            locale=file.locale,
            file_key=files.put(
                file.data, kind="report", content_type=CONTENT_TYPES[file.format], public=False
            ),
            sha256=file.sha256,
            size=len(file.data),
        )
        for file in made.files
    ]
    documents: dict[str, Any] = {language: to_json(document) for language, document in made.documents.items()}
    documents |= {f"public-{language}": to_json(document) for language, document in made.public.items()}
    with transaction():
        public_id = recording.record_report(
            made.unit.id, made.period, digest=made.document.digest, preliminary=made.document.preliminary,
            documents=documents, frozen=annex.head(json.loads(made.annex)), annex_sha256=made.document.annex_digest,
            version=made.document.version, files=shelved, account_id=account_id, by_name=by_name, at=at,
        )  # fmt: skip
        on_kept(public_id)
    return public_id
