"""Which version of a report comes next, and which one stood before it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from branch.ledger.rules.periods import Period
from branch.reports.document import Document, from_json
from branch.reports.models.tables import Report, ReportFile
from core.database import session
from core.errors import NotFound
from core.files import service as files


@dataclass(frozen=True, slots=True)
class VersionPlace:
    """A report's number among the versions of its window, and what the version before it says, by language."""

    version: int
    earlier: dict[str, Document]
    earlier_annex: str | None


FIRST = VersionPlace(1, {}, None)


def changed_inputs(place: VersionPlace, given: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the inputs of `given` that are not those of the version before; none where its annex is not kept."""
    if place.earlier_annex is None:
        return ()
    key = session.scalar(select(ReportFile.file_key).where(ReportFile.sha256 == place.earlier_annex).limit(1))
    if key is None:
        return ()
    try:
        before = json.loads(files.get(key))["inputs"]
    except NotFound:  # lost from the shelf, which `flask reports verify` tells; a new version can be built
        return ()
    return tuple(name for name in sorted(before.keys() | given.keys()) if before.get(name) != given.get(name))


def place_of(unit_id: int, period: Period, digest: str) -> VersionPlace:
    """Where a report computed from `digest` stands: the latest version's place when that says the same, else the next."""
    newest = session.scalars(
        select(Report)
        .where(Report.unit_id == unit_id, Report.period == period.key)
        .order_by(Report.version.desc())
        .limit(2)
    ).all()
    if not newest:
        return FIRST
    same = newest[0].input_digest == digest
    earlier = (newest[1] if len(newest) > 1 else None) if same else newest[0]
    version = newest[0].version if same else newest[0].version + 1
    if earlier is None:
        return VersionPlace(version, {}, None)
    documents = {language: from_json(data) for language, data in earlier.documents.items()}
    return VersionPlace(version, documents, earlier.annex_sha256)
