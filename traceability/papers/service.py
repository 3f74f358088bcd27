"""Recording papers, and changing which are needed."""

from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from core.database import session
from core.errors import Invalid
from core.files import service as files
from core.ids import random_id
from core.transitions import require_reason
from core.uploads.service import content_type_of
from traceability.papers.models.tables import Paper, PaperRuleChange, PaperRuleRow
from traceability.papers.queries import PaperView, paper_rules, papers_of
from traceability.papers.rules import ANY, DEFAULT_RULES, EVERYBODY, NEEDS_FILE, PaperKind, required_kinds


def ensure_paper_rules(*, at: datetime) -> int:
    """Add the starting rules that are missing for every province and root kind; how many were added."""
    known = set(
        session.scalars(
            select(PaperRuleRow.kind).where(
                PaperRuleRow.unit_code == EVERYBODY, PaperRuleRow.province == ANY, PaperRuleRow.root == ANY
            )
        )
    )
    added = [
        PaperRuleRow(
            province=rule.province, root=rule.root, kind=str(rule.kind), required=rule.required, changed_at=at
        )
        for rule in DEFAULT_RULES
        if rule.kind not in known
    ]
    session.add_all(added)
    session.flush()
    return len(added)


def keep_upload(content: bytes) -> str:
    """Check and store an uploaded scan; its key, so that a form that fails elsewhere need not ask again.

    Raises:
        Invalid: not a PDF, JPEG or PNG, empty, or too large.
    """
    return files.put(content, kind="paper", content_type=content_type_of(content), public=False)


def record_paper(
    *,
    consignment_number: str,
    kind: PaperKind | str,
    number: str,
    at: datetime,
    by: int | None,
    issued_on: date | None = None,
    valid_until: date | None = None,
    upload: bytes | None = None,
    file_key: str | None = None,
) -> PaperView:
    """Record a paper of a consignment; a newer one of the same kind stands in for the older.

    Args:
        consignment_number: whose paper; the caller has checked that the consignment is the actor's.
        kind: see `PaperKind`.
        number: as printed on the paper.
        at: now.
        by: the account that records it.
        issued_on: the day on the paper.
        valid_until: its last valid day.
        upload: the content of a scan, or
        file_key: the key that `keep_upload` gave.

    Raises:
        Invalid: no number, a scan that is missing or no PDF, JPEG or PNG, or days in the wrong order.
    """
    kind = PaperKind(kind)
    number = number.strip()
    if not number:
        raise Invalid(_("Type the number that is printed on the paper."), code="paper_number")
    if issued_on and valid_until and issued_on > valid_until:
        raise Invalid(_("The last valid day lies before the day of issue."), code="paper_days")
    key = keep_upload(upload) if upload is not None else file_key
    if key is None and kind in NEEDS_FILE:
        raise Invalid(_("Add a photograph or PDF of this paper."), code="paper_file")
    row = Paper(
        public_id=random_id(),
        consignment_number=consignment_number,
        kind=str(kind),
        number=number,
        issued_on=issued_on,
        valid_until=valid_until,
        file_key=key,
        recorded_at=at,
        recorded_by_account_id=by,
    )
    session.add(row)
    session.flush()
    return next(paper for paper in papers_of(consignment_number) if paper.id == row.id)


def record_printed_label(*, consignment_number: str, at: datetime, on: date, by: int | None) -> PaperView:
    """Note that we printed the seedling label of this consignment; called by whatever printed it, noted once a day."""
    known = (
        paper
        for paper in papers_of(consignment_number)
        if paper.kind is PaperKind.LABEL and paper.issued_on == on
    )
    return next(known, None) or record_paper(
        consignment_number=consignment_number,
        kind=PaperKind.LABEL,
        number=consignment_number,
        issued_on=on,
        at=at,
        by=by,
    )


def set_rule(
    *,
    unit_code: str = EVERYBODY,
    province: str,
    root: str,
    kind: PaperKind,
    required: bool,
    reason: str,
    at: datetime,
    by: int | None,
) -> None:
    """Say whether a province (or `*`) and root kind (or `*`) needs a paper; leaves a row of who and why.

    A unit's rule is for the growers below it and can ask for more than everybody's rules do, never for less.

    Raises:
        Invalid: no reason given, or a unit would do without a paper that everybody's rules ask for.
    """
    reason = require_reason(reason, _("Say why; the growers will ask."))
    if unit_code != EVERYBODY and not required:
        everybodys = required_kinds(paper_rules(), province=province, roots={root} - {ANY})
        if kind in everybodys:
            raise Invalid(
                _("The rules for everybody ask for this paper; a unit can ask for more, not for less."),
                code="paper_of_everybody",
            )
    row = _rule(unit_code, province, root, kind)
    if row is None:
        row = PaperRuleRow(
            unit_code=unit_code,
            province=province,
            root=root,
            kind=str(kind),
            required=required,
            changed_at=at,
        )
        session.add(row)
    row.required, row.changed_at, row.changed_by_account_id = required, at, by
    _note(unit_code, province, root, kind, required, reason, at=at, by=by)


def drop_rule(
    *,
    unit_code: str = EVERYBODY,
    province: str,
    root: str,
    kind: PaperKind,
    reason: str,
    at: datetime,
    by: int | None,
) -> None:
    """Remove a rule, so that a more general one decides again.

    Raises:
        Invalid: everybody's general rule itself, or no reason given.
    """
    if unit_code == EVERYBODY and province == ANY and root == ANY:
        raise Invalid(_("The general rule can be changed but not removed."), code="general_rule")
    reason = require_reason(reason, _("Say why; the growers will ask."))
    row = _rule(unit_code, province, root, kind)
    if row is not None:
        session.delete(row)
    _note(unit_code, province, root, kind, None, reason, at=at, by=by)


def _rule(unit_code: str, province: str, root: str, kind: PaperKind) -> PaperRuleRow | None:
    return session.scalar(
        select(PaperRuleRow).where(
            PaperRuleRow.unit_code == unit_code,
            PaperRuleRow.province == province,
            PaperRuleRow.root == root,
            PaperRuleRow.kind == str(kind),
        )
    )


def _note(
    unit_code: str,
    province: str,
    root: str,
    kind: PaperKind,
    required: bool | None,
    reason: str,
    *,
    at: datetime,
    by: int | None,
) -> None:
    session.add(
        PaperRuleChange(
            unit_code=unit_code,
            province=province,
            root=root,
            kind=str(kind),
            required=required,
            reason=reason[:200],
            by_account_id=by,
            at=at,
        )
    )
    session.flush()
