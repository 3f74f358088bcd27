"""Whether a file belongs to a sealed report, and whether today's facts would still give it.

Four questions, each answered apart: are these the very bytes of a kept report or of its public edition; does the
public log hold that report, and that edition, with these bytes; do the figures follow from the frozen annex; and do the
facts, read one by one and not from the kept sums, give the same again. An edge like a command: it opens its own
transaction and takes it back.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from branch.organisation.models.tables import Unit
from branch.organisation.queries.tree import unit_by_id
from branch.reports.audit import claims as report_claims
from branch.reports.audit.comparing import Audit, audit
from branch.reports.audit.replaying import Replayed, replay
from branch.reports.document import from_json
from branch.reports.editions.queries import proof as edition_proofs
from branch.reports.editions.queries.proof import KeptEdition
from branch.reports.formats.annex import ANNEX_FORMAT
from branch.reports.models.sealing import sealed_body, subject_of
from branch.reports.models.tables import Report, ReportFile
from core import seal
from core.database import session
from core.errors import NotFound, Unavailable
from core.files import service as files
from core.languages import FIRST
from core.seal.models.log import this_log
from core.seal.rules.merkle import ProofFails
from core.seal.rules.note import BadNote
from core.seal.rules.proof_check import ProvedEntry, check_proof


@dataclass(frozen=True, slots=True)
class ReportReference:
    """The report that a file belongs to, or claims to."""

    number: str
    unit: str
    period: str
    version: int
    state: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the log says: `trouble` is empty, ``missing``, ``waiting``, ``broken``, ``other_bytes`` or ``row_changed``."""

    trouble: str
    proof: ProvedEntry | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answers; `kept` is None when no report has these bytes, and then `claims` is the one that the file names.

    `edition` is there when they are the bytes of a public edition of `kept`; `sealed` then speaks of the edition,
    `report_sealed` of the report behind it.
    """

    sha256: str
    form: str
    kept: ReportReference | None
    claims: ReportReference | None = None
    claimed_number: str | None = None
    sealed: Sealed | None = None
    annex_kept: bool | None = None
    audit: Audit | None = None
    replayed: Replayed | None = None
    edition: KeptEdition | None = None
    report_sealed: Sealed | None = None

    @property
    def proved(self) -> bool:
        """Whether the file belongs to a report that the log holds as it stands, and nothing speaks against it."""
        return (
            self.kept is not None
            and self.sealed is not None
            and not self.sealed.trouble
            and not (self.report_sealed and self.report_sealed.trouble)
            and self.annex_kept is not False
            and not (self.audit and self.audit.differ)
        )

    @property
    def exit_code(self) -> int:
        """0 proved and the same; 1 not proved; 2 facts are not what they were; 3 newer records give other figures;
        4 a public edition that was withdrawn or replaced.
        """
        if not self.proved:
            return 1
        same = self.replayed is None or self.replayed.same
        if not same and self.replayed is not None and not self.replayed.explained:
            return 2
        if self.edition is not None and not self.edition.stands:
            return 4
        return 0 if same else 3


def verify(data: bytes) -> Verdict:
    """Everything that can be said of the bytes of a file."""
    digest = hashlib.sha256(data).hexdigest()
    claim = report_claims.read(data)
    session.rollback()
    row = session.execute(
        select(Report, ReportFile.name)
        .join(ReportFile, ReportFile.report_id == Report.id)
        .where(ReportFile.sha256 == digest)
        .order_by(Report.id.desc())
        .limit(1)
    ).one_or_none()
    if row is not None:
        return _of_report(row.Report, row.name, digest, claim.form)
    sealed_edition = edition_proofs.find(digest)
    if sealed_edition is not None:
        return _of_edition(sealed_edition, digest, claim.form)
    named = None if claim.number is None else _named(claim.number)
    return Verdict(
        digest,
        claim.form,
        None,
        claims=None if named is None else _kept(named),
        claimed_number=claim.number,
    )


def _of_report(report: Report, name: str, digest: str, form: str) -> Verdict:
    annex, intact = _annex(report)
    return Verdict(
        sha256=digest,
        form=form,
        kept=_kept(report),
        sealed=_sealed(subject_of(report.public_id), _body(report), name, digest),
        annex_kept=intact,
        audit=audit(annex) if annex else None,
        replayed=replay(report, annex),
    )


def _of_edition(sealed_edition: edition_proofs.SealedEdition, digest: str, form: str) -> Verdict:
    """The edition and the report behind it are sealed apart, so each is asked for."""
    report = session.get_one(Report, sealed_edition.report_id)
    annex, intact = _annex(report)
    return Verdict(
        sha256=digest,
        form=form,
        kept=_kept(report),
        sealed=_sealed(sealed_edition.subject, sealed_edition.body, sealed_edition.file, digest),
        report_sealed=_sealed(subject_of(report.public_id), _body(report)),
        annex_kept=intact,
        audit=audit(annex) if annex else None,
        replayed=replay(report, annex, public=True),
        edition=sealed_edition.edition,
    )


def _named(number: str) -> Report | None:
    """The report whose printed number this is."""
    unit, period, digest = number.rsplit("/", 2)
    return session.scalars(
        select(Report)
        .join(Unit, Unit.id == Report.unit_id)
        .where(Unit.code == unit, Report.period == period, func.substr(Report.input_digest, 1, 10) == digest)
        .order_by(Report.version.desc())
        .limit(1)
    ).one_or_none()


def _kept(report: Report) -> ReportReference:
    number = from_json(report.documents[FIRST.code]).number
    return ReportReference(
        number, unit_by_id(report.unit_id).code, report.period, report.version, report.state
    )


def _annex(report: Report) -> tuple[dict[str, Any] | None, bool | None]:
    """The kept annex, and whether it is the one that was sealed; (None, None) for reports from before annexes."""
    if report.annex_sha256 is None:
        return None, None
    key = session.scalar(
        select(ReportFile.file_key).where(
            ReportFile.report_id == report.id, ReportFile.sha256 == report.annex_sha256
        )
    )
    try:
        data = files.get(key) if key else b""
    except NotFound:
        return None, False
    if hashlib.sha256(data).hexdigest() != report.annex_sha256:
        return None, False
    annex = json.loads(data)
    return (annex if annex["format"] == ANNEX_FORMAT else None), True


def _body(report: Report) -> dict[str, Any]:
    return sealed_body(
        report, session.scalars(select(ReportFile).where(ReportFile.report_id == report.id)).all()
    )


def _sealed(subject: str, body: dict[str, Any], name: str = "", digest: str = "") -> Sealed:
    """What the log has under `subject`, beside today's `body` of it and the file `name`, where one is asked for."""
    try:
        proof = str(seal.proof_for(subject))
    except NotFound:
        return Sealed("missing")
    except Unavailable:
        return Sealed("waiting")
    try:
        checked = check_proof(proof, this_log().verifier)
    except (BadNote, ProofFails):
        return Sealed("broken")
    if name and checked.body.get("files", {}).get(name) != digest:
        return Sealed("other_bytes", checked)
    return Sealed("" if checked.body == body else "row_changed", checked)
