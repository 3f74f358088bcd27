"""A visitor's report: what was typed and photographed becomes evidence of a new case. Nothing here commits."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import false, func, select
from werkzeug.datastructures import FileStorage

from branch import api as branch
from core.accounts.rules.identity import folded, parse_identity
from core.database import session
from core.errors import DomainError, Invalid
from core.files import service as files
from core.keyed_digests import key_for, keyed
from core.languages import FIRST
from core.uploads.service import without_metadata
from traceability.cases.models.tables import CaseReport
from traceability.cases.queries.records import CaseView
from traceability.cases.rules.evidence import Evidence
from traceability.cases.service.opening import open_case, open_case_about
from traceability.cases.states import EvidenceKind, Origin, Subject
from traceability.codes.models.tables import Code, InnerTry

MOST_PHOTOS = 4
DAY = timedelta(days=1)
# Within a day: kept of one network about one label or shop, of everybody about it, and with one contact about anything.
MOST_OF_NETWORK, MOST_OF_CASE, MOST_OF_CONTACT = 3, 100, 5
SHELF = "case_photo"


@dataclass(frozen=True)
class Report:
    """What somebody says about a suspected fake; `code_digest` when it came from a code's page.

    `order` is the number of an order that the reporter says is his, `network` the digest of where the report comes from.
    """

    what: str
    price: str = ""
    shop: str = ""
    contact: str = ""
    photo_keys: tuple[str, ...] = ()
    code_digest: bytes | None = None
    code_verdict: str = ""
    locale: str = FIRST.locale
    order: str = ""
    network: bytes | None = None


def keep_photo(content: bytes) -> str:
    """Store a photograph without its place, time and device; the key under which only staff see it.

    Raises:
        Invalid: not a JPEG or PNG, empty, or too large.
    """
    return files.put(without_metadata(content), kind=SHELF, content_type="image/jpeg", public=False)


def photos_of(
    uploads: Sequence[FileStorage], earlier_keys: Sequence[str], *, most: int
) -> tuple[list[str], str | None]:
    """Store photographs sent with a form at once, so that a form that has to be shown again keeps them.

    Args:
        uploads: the files of the form.
        earlier_keys: those of photographs that came with an earlier try.
        most: how many there may be in all.

    Returns:
        The keys of all photographs so far, and a sentence about the first one that was refused.
    """
    given = [upload for upload in uploads if upload and upload.filename]
    keys = list(earlier_keys)
    if len(keys) + len(given) > most:
        return keys, _("Up to %(n)s photographs can be sent.", n=most)
    for upload in given:
        try:
            keys.append(keep_photo(upload.read()))
        except Invalid as error:
            return list(dict.fromkeys(keys)), str(error)
    return list(dict.fromkeys(keys)), None


def photo_evidence(key: str) -> Evidence:
    """The evidence of a kept photograph, with the digest of its bytes."""
    return Evidence(EvidenceKind.PHOTO, file_key=key, file_sha256=hashlib.sha256(files.get(key)).hexdigest())


def receive_report(report: Report, *, at: datetime) -> CaseView:
    """Put a report from the public form on record; the number of its case is all that the reporter needs.

    Reports about one label or shop meet in one open case. What one network sends about it again and again, or what comes
    in masses, is answered with the same number and not kept: it is no further evidence.

    Raises:
        Invalid: nothing was said, or one contact was given for many reports within a day.
    """
    if not report.what.strip():
        raise Invalid(
            _("Say in a few words what is wrong."),
            code="report_empty",
            fields={"what": _("Say in a few words what is wrong.")},
        )
    contact = contact_digest(report.contact)
    _refuse_busy_contact(contact, at=at)
    subject = _subject(report, at=at)
    case = open_case_about(subject)
    if case is not None and _is_enough(case.id, report.network, at=at):
        return case
    joined = case is not None
    case = open_case(
        Origin.PUBLIC,
        subject=subject,
        evidence=evidence_of(report, at=at),
        summary=report.what.strip(),
        contact=report.contact,
        locale=report.locale,
        at=at,
        by=None,
    )
    session.add(
        CaseReport(
            case_id=case.id,
            at=at,
            proof=_proof(report, subject),
            network_digest=report.network,
            contact=report.contact.strip() if joined else "",
            contact_digest=contact,
        )
    )
    session.flush()
    return case


def _refuse_busy_contact(contact: bytes | None, *, at: datetime) -> None:
    if contact is None:
        return
    sent = session.scalar(
        select(func.count())
        .select_from(CaseReport)
        .where(CaseReport.contact_digest == contact, CaseReport.at > at - DAY)
    )
    if sent is not None and sent >= MOST_OF_CONTACT:
        message = _("This contact was given for %(n)s reports within a day. Add to them tomorrow.", n=sent)
        raise Invalid(message, code="report_contact", fields={"contact": message})


def _is_enough(case_id: int, network: bytes | None, *, at: datetime) -> bool:
    """Whether a case holds enough reports of the last day from this network, or altogether."""
    mine = CaseReport.network_digest == network if network is not None else false()
    here, everywhere = session.execute(
        select(func.count().filter(mine), func.count())
        .select_from(CaseReport)
        .where(CaseReport.case_id == case_id, CaseReport.at > at - DAY)
    ).one()
    return here >= MOST_OF_NETWORK or everywhere >= MOST_OF_CASE


def _proof(report: Report, subject: Subject) -> str:
    """What the reporter knows that only who holds the goods can know."""
    if subject.code_id is None:
        return "none"
    order = session.scalar(select(Code.order_number).where(Code.id == subject.code_id))
    if order and "".join(report.order.split()).upper() == order.upper():
        return "order"
    entered = select(InnerTry.id).where(
        InnerTry.code_id == subject.code_id, InnerTry.right, InnerTry.network_digest == report.network
    )
    if report.network is not None and session.scalar(entered.limit(1)) is not None:
        return "inner"
    return "none"


def contact_digest(contact: str) -> bytes | None:
    """What tells a contact again, however it is written; None for none."""
    meant = parse_identity(contact)
    text = meant.value if meant else folded(contact).casefold()
    plain = "".join(letter for letter in text if letter.isalnum() or letter == "@")
    return keyed(key_for("reporter's contact v1"), plain)[:16] if plain else None


def _subject(report: Report, *, at: datetime) -> Subject:
    if report.code_digest is not None:
        code_id = session.scalar(select(Code.id).where(Code.digest == report.code_digest))
        if code_id is not None:
            return Subject.of_code(code_id, shop=report.shop)
    if report.shop.strip():
        return Subject.of_shop(
            report.shop, grower_id=_grower_of_shop(report.shop, at=at), key=_shop_key(report.shop)
        )
    return Subject.other()


def _shop_key(shop: str) -> str:
    """The same for every address of one shop; for a name, the same however it is spaced."""
    meant = branch.shop_key(shop) or "".join(folded(shop).casefold().split())
    return hashlib.sha256(meant.encode()).hexdigest()[:32]


def evidence_of(report: Report, *, at: datetime) -> list[Evidence]:
    """What is put on record of a report, the statement first; at most `MOST_PHOTOS` photographs."""
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
    check = branch.check_url(shop, at=at)
    return check.storefront.grower_id if check.storefront else None
