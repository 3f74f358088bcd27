"""What the branch's and the committee's pages of reports do alike."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response
from flask_babel import gettext as _
from wtforms import Field

from branch.reports.forms import MoveForm
from branch.reports.questions.forms import WordsForm
from branch.reports.questions.queries import Discussion
from branch.reports.questions.wording import place_name, question_tone, question_words
from branch.reports.review.service import moving
from branch.reports.states import ReportState
from branch.reports.wording import report_states
from core.clock import now
from core.database import transaction
from core.errors import Conflict, Invalid
from core.files import service as files
from core.form_keys.forms import PageForm
from core.gate import actor_id, current_actor
from core.web.wording.languages import spoken


def words() -> dict[str, object]:
    """What templates of reports call states, moves, places and questions."""
    return {
        "state_name": report_states.state_name,
        "state_tone": report_states.state_tone,
        "move_name": report_states.move_name,
        "place_name": place_name,
        "question_words": question_words,
        "question_tone": question_tone,
    }


def language() -> str:
    """``zh`` or ``en``: the language of the document to show, that of the page."""
    return spoken().code


def shelved_file(key: str, name: str, *, kept: str) -> Response:
    """A file from the store under its name; pictures are shown in place, all others are saved. `kept` says by whom."""
    content_type = files.content_type_of(key)
    disposition = "inline" if content_type == "image/png" else "attachment"
    headers = {
        "Content-Disposition": f'{disposition}; filename="{name}"',
        "Cache-Control": kept,
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(files.get(key), content_type=content_type, headers=headers)


def reply_forms(discussion: Discussion, typed: tuple[str, WordsForm] | None) -> dict[str, WordsForm]:
    """A form for each open question by its public id; `typed` is one that could not be saved."""
    questions = [question.post.public_id for question in discussion.open_questions]
    return {public_id: WordsForm(None, prefix=public_id) for public_id in questions} | dict(
        [typed] if typed else []
    )


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


def written(form: WordsForm, write: Callable[..., object], *about: str, **more: object) -> int | None:
    """Ask, answer or withdraw with the words of the form; as `attempt`."""
    by_name = current_actor().display_name

    def change() -> None:
        said = {"words": form.words.data, "seen": form.seen.data}
        write(*about, **said, account_id=actor_id(), by_name=by_name, at=now(), **more)

    return attempt(form, form.words, change)


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
