"""Marks and the rules that they are awarded by, as they stand."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from branch.growers.queries.directory import GrowerView
from branch.licences.models.tables import Mark, MarkRules
from branch.organisation.models.tables import Unit
from core.database import session, view_of
from core.errors import NotFound
from core.web.wording.languages import in_chinese


@dataclass(frozen=True)
class CultivarGroup:
    """A group of cultivars that a mark can cover, with its name in both languages."""

    code: str
    name_zh: str
    name_en: str

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return self.name_zh if in_chinese() else self.name_en


@dataclass(frozen=True)
class MarkFacts:
    """What is entered about a mark; `code` begins the numbers of its licences and never changes."""

    code: str
    name: str
    name_en: str
    kind: str
    registrant: str
    registration_number: str
    classes: str
    cultivar_groups: tuple[CultivarGroup, ...] = ()
    logo_key: str | None = None


@dataclass(frozen=True)
class MarkView:
    """A mark as others see it."""

    id: int
    unit_id: int
    unit_path: str
    facts: MarkFacts
    rules_version: int

    @property
    def group_names(self) -> dict[str, str]:
        """Names of its cultivar groups by code, in the language of the page."""
        return {group.code: group.name for group in self.facts.cultivar_groups}


@dataclass(frozen=True)
class RulesView:
    """One version of the rules of use."""

    version: int
    text: str
    published_at: datetime


def _view(mark: Mark, unit: Unit) -> MarkView:
    groups = tuple(CultivarGroup(**group) for group in mark.cultivar_groups)
    facts = view_of(MarkFacts, mark, cultivar_groups=groups)
    return view_of(MarkView, mark, unit_path=unit.path, facts=facts)


def all_marks() -> list[MarkView]:
    """Every mark, in the order of entry."""
    rows = session.execute(select(Mark, Unit).join(Unit, Unit.id == Mark.unit_id).order_by(Mark.id))
    return [_view(*row) for row in rows]


def get_mark(code: str) -> MarkView:
    """The mark with this code.

    Raises:
        NotFound: there is none.
    """
    row = session.execute(
        select(Mark, Unit).join(Unit, Unit.id == Mark.unit_id).where(Mark.code == code)
    ).one_or_none()
    if row is None:
        raise NotFound(_("There is no mark with the code %(code)s.", code=code), code="mark_unknown")
    return _view(*row)


def marks_open_to(grower: GrowerView) -> list[MarkView]:
    """The marks whose unit looks after the grower's village."""
    return [mark for mark in all_marks() if grower.unit_path.startswith(mark.unit_path)]


def rules_of(mark_id: int) -> list[RulesView]:
    """All versions of a mark's rules, the newest first."""
    rows = session.scalars(
        select(MarkRules).where(MarkRules.mark_id == mark_id).order_by(MarkRules.version.desc())
    )
    return [view_of(RulesView, row) for row in rows]


def get_rules(mark_id: int, version: int) -> RulesView:
    """One version of the rules.

    Raises:
        NotFound: it was never published.
    """
    row = session.scalar(select(MarkRules).where(MarkRules.mark_id == mark_id, MarkRules.version == version))
    if row is None:
        raise NotFound(_("This version of the rules was never published."), code="rules_unknown")
    return view_of(RulesView, row)
