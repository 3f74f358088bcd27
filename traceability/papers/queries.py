"""Reads of papers and of the rules about them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from branch import api as branch
from core.database import read_columns, session, view_of
from core.errors import NotFound
from core.files import service as files
from core.web.wording.languages import per_language
from traceability.lookups.rules.provinces import short_province
from traceability.papers.models.tables import Paper, PaperRuleChange, PaperRuleRow
from traceability.papers.rules import (
    ANY,
    EVERYBODY,
    NEEDS_FILE,
    PaperKind,
    PaperRule,
    is_still_valid,
    required_kinds,
)


@dataclass(frozen=True)
class PaperView:
    """One paper of a consignment; `has_file` says whether a scan can be shown to those who may see it."""

    id: int
    public_id: str
    consignment_number: str
    kind: PaperKind
    number: str
    issued_on: date | None
    valid_until: date | None
    has_file: bool
    recorded_at: datetime

    @property
    def kind_name(self) -> str:
        """The paper's name in the language of the page."""
        return paper_kind_name(self.kind)


@dataclass(frozen=True)
class RuleChangeView:
    """One decision about a rule; `required` is None when a special rule was removed."""

    province: str
    root: str
    kind: PaperKind
    required: bool | None
    reason: str
    at: datetime


@per_language
def paper_kind_name(kind: PaperKind | str) -> str:
    """The name of a kind of paper in the language of the page."""
    return {
        PaperKind.PLANT_QUARANTINE: _("Plant quarantine certificate"),
        PaperKind.ORIGIN_QUARANTINE: _("Quarantine certificate of the place of origin"),
        PaperKind.QUALITY: _("Seedling quality certificate"),
        PaperKind.LABEL: _("Seedling label"),
    }[PaperKind(kind)]


def papers_of(consignment_number: str) -> list[PaperView]:
    """The papers that travel with a consignment, the newest of each kind, in the order of kinds."""
    return papers_of_many([consignment_number]).get(consignment_number, [])


# What `paper_views` reads, in its order.
PAPER_COLUMNS = (
    Paper.id, Paper.public_id, Paper.consignment_number, Paper.kind, Paper.number, Paper.issued_on, Paper.valid_until,
    Paper.file_key, Paper.recorded_at,
)  # fmt: skip
_ORDER = {kind: place for place, kind in enumerate(PaperKind)}


def paper_views(rows: Iterable[Sequence[Any]]) -> list[PaperView]:
    """Views from the values of `PAPER_COLUMNS`, in the order of kinds; rows without a paper are left out."""
    papers = [
        PaperView(
            id_, public_id, consignment, PaperKind(kind), number, issued, until, file_key is not None, at
        )
        for id_, public_id, consignment, kind, number, issued, until, file_key, at in rows
        if id_ is not None
    ]
    return sorted(papers, key=lambda paper: _ORDER[paper.kind])


def newest_of(
    consignment_number: ColumnElement[str] | InstrumentedAttribute[str | None],
) -> ColumnElement[bool]:
    """Which papers of a consignment, a column of the caller's statement, are the newest of their kind; for a join."""
    candidate = aliased(Paper)
    newest = (
        select(func.max(candidate.id))
        .where(candidate.consignment_number == consignment_number)
        .group_by(candidate.kind)
        .correlate_except(candidate)
    )
    return and_(Paper.consignment_number == consignment_number, Paper.id.in_(newest))


_NEWEST_OF = select(*PAPER_COLUMNS).where(
    Paper.id.in_(
        select(func.max(Paper.id))
        .where(Paper.consignment_number.in_(bindparam("numbers", expanding=True)))
        .group_by(Paper.consignment_number, Paper.kind)
    )
)


def papers_of_many(consignment_numbers: Iterable[str]) -> dict[str, list[PaperView]]:
    """As `papers_of`, for many consignments in one statement."""
    papers: dict[str, list[PaperView]] = {}
    for paper in paper_views(read_columns(_NEWEST_OF, {"numbers": list(consignment_numbers)})):
        papers.setdefault(paper.consignment_number, []).append(paper)
    return papers


def paper_file(public_id: str) -> tuple[bytes, str, PaperView]:
    """Content, media type and description of a paper's scan; the caller has checked who may see it.

    Raises:
        NotFound: there is no such paper, or it has no file.
    """
    row = session.execute(select(*PAPER_COLUMNS).where(Paper.public_id == public_id)).one_or_none()
    if row is None or row.file_key is None:
        raise NotFound(_("There is no file of this paper."), code="no_such_paper")
    return files.get(row.file_key), files.content_type_of(row.file_key), paper_views([row])[0]


def paper_rules(unit_code: str = EVERYBODY) -> list[PaperRule]:
    """Every rule of a unit, or everybody's; general ones first."""
    return _rules([unit_code])[unit_code]


def _rules(unit_codes: Collection[str]) -> dict[str, list[PaperRule]]:
    by_unit: dict[str, list[PaperRule]] = {code: [] for code in unit_codes}
    for row in session.scalars(
        select(PaperRuleRow)
        .where(PaperRuleRow.unit_code.in_(unit_codes))
        .order_by(PaperRuleRow.province, PaperRuleRow.root, PaperRuleRow.id)
    ):
        by_unit[row.unit_code].append(PaperRule(row.province, row.root, PaperKind(row.kind), row.required))
    return {
        code: sorted(rules, key=lambda rule: (rule.weight, rule.province, rule.root))
        for code, rules in by_unit.items()
    }


def required_papers(
    province: str,
    *,
    root: str | None = None,
    roots: Collection[str] = (),
    grower_id: int | None = None,
    at: datetime | None = None,  # noqa: ARG001 - rules are not dated yet
) -> list[PaperKind]:
    """The papers that a parcel to `province` with these root kinds needs, in a fixed order.

    What everybody's rules ask for, and what the units above the grower ask for besides.
    """
    wanted = set(roots) | ({root} if root and root != ANY else set())
    above = branch.get_grower(id=grower_id).unit_path.strip("/").split("/") if grower_id is not None else []
    required: set[PaperKind] = set()
    for rules in _rules([EVERYBODY, *above]).values():
        short = [replace(rule, province=short_province(rule.province)) for rule in rules]
        required.update(required_kinds(short, province=short_province(province), roots=wanted))
    return [kind for kind in PaperKind if kind in required]


def missing_papers(
    consignment_number: str,
    province: str,
    *,
    on: date,
    root: str | None = None,
    roots: Collection[str] = (),
    grower_id: int | None = None,
) -> list[PaperKind]:
    """The papers without which this consignment does not leave on the day `on`.

    A paper counts when it is recorded, its last day has not passed, and its scan is there where the
    kind needs one.
    """
    have = {
        paper.kind
        for paper in papers_of(consignment_number)
        if is_still_valid(paper.valid_until, on=on) and (paper.has_file or paper.kind not in NEEDS_FILE)
    }
    return [
        kind
        for kind in required_papers(province, root=root, roots=roots, grower_id=grower_id)
        if kind not in have
    ]


def rule_changes(unit_code: str = EVERYBODY, *, most: int = 30) -> list[RuleChangeView]:
    """The latest decisions about a unit's rules or everybody's, the newest first."""
    rows = session.scalars(
        select(PaperRuleChange)
        .where(PaperRuleChange.unit_code == unit_code)
        .order_by(PaperRuleChange.id.desc())
        .limit(most)
    )
    return [view_of(RuleChangeView, row, kind=PaperKind(row.kind)) for row in rows]
