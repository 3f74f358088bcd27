"""A visitor's report: what was typed and photographed becomes evidence of a new case. Nothing here commits."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from branch import api as branch
from core import files
from core.database import session
from core.errors import DomainError, Invalid
from traceability.cases.evidence import Evidence
from traceability.cases.queries import CaseView
from traceability.cases.service import open_case
from traceability.cases.states import EvidenceKind, Origin, Subject
from traceability.codes.models import Code
from traceability.papers.uploads import without_metadata

MOST_PHOTOS = 4
SHELF = "case_photo"


@dataclass(frozen=True)
class Report:
    """What somebody says about a suspected fake; `code_digest` when it came from a code's page."""

    what: str
    price: str = ""
    shop: str = ""
    contact: str = ""
    photo_keys: tuple[str, ...] = ()
    code_digest: bytes | None = None
    code_verdict: str = ""
    locale: str = "zh_Hans_CN"


def keep_photo(content: bytes) -> str:
    """Store a photograph without its place, time and device; the key under which only staff see it.

    Raises:
        Invalid: not a JPEG or PNG, empty, or too large.
    """
    return files.put(without_metadata(content), kind=SHELF, content_type="image/jpeg", public=False)


def photo_evidence(key: str) -> Evidence:
    """The evidence of a kept photograph, with the digest of its bytes."""
    return Evidence(EvidenceKind.PHOTO, file_key=key, file_sha256=hashlib.sha256(files.get(key)).hexdigest())


def receive_report(report: Report, *, at: datetime) -> CaseView:
    """Open a case from the public form; its number is all that the reporter needs.

    Raises:
        Invalid: nothing was said.
    """
    if not report.what.strip():
        raise Invalid(
            _("Say in a few words what is wrong."),
            code="report_empty",
            fields={"what": _("Say in a few words what is wrong.")},
        )
    return open_case(
        Origin.PUBLIC,
        subject=_subject(report, at=at),
        evidence=_evidence(report, at=at),
        summary=report.what.strip(),
        contact=report.contact,
        locale=report.locale,
        at=at,
        by=None,
    )


def _subject(report: Report, *, at: datetime) -> Subject:
    if report.code_digest is not None:
        code_id = session.scalar(select(Code.id).where(Code.digest == report.code_digest))
        if code_id is not None:
            return Subject.of_code(code_id, shop=report.shop)
    if report.shop.strip():
        return Subject.of_shop(report.shop, grower_id=_grower_of_shop(report.shop, at=at))
    return Subject.other()


def _evidence(report: Report, *, at: datetime) -> list[Evidence]:
    pieces = [Evidence(EvidenceKind.STATEMENT, {"text": report.what.strip()})]
    if report.code_verdict:
        pieces.append(Evidence(EvidenceKind.CODE, {"verdict_shown": report.code_verdict}))
    if report.shop.strip():
        pieces.append(
            Evidence(
                EvidenceKind.SHOP,
                {"text": report.shop.strip(), "registry": registry_answer(report.shop, at=at)},
            )
        )
    if report.price.strip():
        pieces.append(Evidence(EvidenceKind.PRICE, {"text": report.price.strip()}))
    return [*pieces, *(photo_evidence(key) for key in report.photo_keys[:MOST_PHOTOS])]


def registry_answer(shop: str, *, at: datetime) -> str:
    """What the register says about a link at this moment; empty when the text is no link."""
    if "." not in shop:
        return ""
    try:
        return str(branch.check_url(shop, at=at).status)
    except DomainError:
        return ""


def _grower_of_shop(shop: str, *, at: datetime) -> int | None:
    """The grower whose registered shop this is, so that the case reaches his branch."""
    if "." not in shop:
        return None
    found = branch.check_url(shop, at=at)
    return found.storefront.grower_id if found.storefront else None
