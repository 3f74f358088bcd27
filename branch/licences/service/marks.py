"""Marks: entering them, correcting them, publishing a new version of their rules. Nothing here commits."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from branch.licences.models.tables import Mark, MarkRules
from branch.licences.queries.marks import CultivarGroup, MarkFacts, MarkView, get_mark, get_rules
from branch.organisation.queries.tree import require_unit_access
from core.database import session
from core.errors import Conflict, Invalid, NotFound
from core.scopes import Scope, note_checked


def enter_mark(
    facts: MarkFacts, *, rules_text: str, unit_id: int, by_account_id: int | None, at: datetime
) -> MarkView:
    """Enter a mark with the first version of its rules. Without an actor (demonstration, take-over) nobody is asked.

    Raises:
        Conflict: the code is taken.
        Forbidden: the actor may not enter marks at this unit.
        Invalid: there are no rules.
    """
    if by_account_id is not None:
        require_unit_access(by_account_id, unit_id, "marks.edit")
    if not rules_text.strip():
        raise Invalid(_("A mark needs its rules of use."), code="rules_missing")
    if session.scalar(select(Mark.id).where(Mark.code == facts.code)) is not None:
        raise Conflict(
            _("The code %(code)s is taken by another mark.", code=facts.code), code="mark_code_taken"
        )
    mark = Mark(code=facts.code, unit_id=unit_id, rules_version=1, created_at=at)
    _write(mark, facts)
    session.add(mark)
    session.flush()
    _add_rules(mark, rules_text, by_account_id, at)
    return get_mark(facts.code)


def correct_mark(code: str, facts: MarkFacts, *, by_account_id: int) -> MarkView:
    """Change what is entered about a mark; its code stays, because numbers of licences carry it.

    Raises:
        Forbidden: the actor may not edit marks at its unit.
    """
    mark = _locked(code, by_account_id)
    _write(mark, facts)
    session.flush()
    return get_mark(code)


def publish_rules(code: str, text: str, *, by_account_id: int, at: datetime) -> int:
    """Publish a new version of the rules; licences keep the version under which they were granted.

    Returns:
        The number of the new version.

    Raises:
        Invalid: the text is empty, or is the present one.
    """
    mark = _locked(code, by_account_id)
    present = get_rules(mark.id, mark.rules_version)
    if not text.strip() or text.strip() == present.text:
        raise Invalid(_("The text is the same as the present version."), code="rules_unchanged")
    mark.rules_version += 1
    _add_rules(mark, text, by_account_id, at)
    return mark.rules_version


def _add_rules(mark: Mark, text: str, by_account_id: int | None, at: datetime) -> None:
    session.add(
        MarkRules(
            mark_id=mark.id,
            version=mark.rules_version,
            text=text.strip(),
            published_at=at,
            published_by_account_id=by_account_id,
        )
    )
    session.flush()


def _locked(code: str, by_account_id: int) -> Mark:
    mark = session.scalar(select(Mark).where(Mark.code == code).with_for_update())
    if mark is None:
        raise NotFound(_("There is no mark with the code %(code)s.", code=code), code="mark_unknown")
    require_unit_access(by_account_id, mark.unit_id, "marks.edit")
    note_checked(Scope.MARK, of=by_account_id)
    return mark


def _write(mark: Mark, facts: MarkFacts) -> None:
    mark.name = facts.name
    mark.name_en = facts.name_en
    mark.kind = facts.kind
    mark.registrant = facts.registrant
    mark.registration_number = facts.registration_number
    mark.classes = facts.classes
    mark.cultivar_groups = [asdict(group) for group in facts.cultivar_groups]
    if facts.logo_key:
        mark.logo_key = facts.logo_key


def read_cultivar_groups(lines: Sequence[str]) -> tuple[CultivarGroup, ...]:
    """Cultivar groups from lines `code, Chinese name, English name`.

    Raises:
        ValueError: naming the line that cannot be read.
    """
    groups = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        parts = [part.strip() for part in line.replace("，", ",").split(",")]
        if len(parts) != 3 or not all(parts) or not parts[0].isascii():
            raise ValueError(str(number))
        groups.append(CultivarGroup(*parts))
    return tuple(groups)
