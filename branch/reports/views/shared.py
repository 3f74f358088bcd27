"""What the branch's and the committee's pages of reports do alike."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _
from wtforms import Field

from branch.reports.forms import MoveForm
from branch.reports.questions.wording import place_name, question_tone, question_words
from branch.reports.review.service import moving
from branch.reports.states import ReportState
from branch.reports.wording import report_states as labels
from core.clock import now
from core.database import transaction
from core.errors import Conflict, Invalid
from core.form_keys.forms import PageForm
from core.gate import actor_id, current_actor
from core.web.wording.languages import spoken


def words() -> dict[str, object]:
    return {
        "state_name": labels.state_name,
        "state_tone": labels.state_tone,
        "move_name": labels.move_name,
        "place_name": place_name,
        "question_words": question_words,
        "question_tone": question_tone,
    }


def language() -> str:
    return spoken().code


def attempt(form: PageForm, field: Field, change: Callable[[], object]) -> int | None:
    """Make the change in a transaction of its own.

    Returns:
        None when it was made; else the status with which the form is shown again, its words kept and the reason
        beside `field`.
    """
    if not form.validate():
        return 422
    try:
        with transaction():
            change()
    except (Invalid, Conflict) as error:
        field.errors = [*field.errors, str(error)]
        return 422 if isinstance(error, Invalid) else 409
    return None


def moved(form: MoveForm, public_id: str, *, allowed: set[ReportState]) -> int | None:
    """Move the report as the form says; the status of the page when it has to be shown again."""

    def change() -> None:
        if form.target.data not in allowed:
            raise Conflict(
                _("This report has moved on meanwhile. Please look at it again."), code="report_moved"
            )
        moving.move_report(
            public_id,
            form.target.data,
            revision=form.revision.data,
            comment=form.comment.data or "",
            account_id=actor_id(),
            by_name=current_actor().display_name,
            at=now(),
        )

    return attempt(form, form.comment, change)
