"""Words and shapes for questions, for pages."""

from __future__ import annotations

from flask_babel import gettext as _

from branch.reports.document import Document
from branch.reports.questions.states import QuestionState

TONES = {QuestionState.OPEN: "wait", QuestionState.ANSWERED: "ok", QuestionState.WITHDRAWN: "plain"}


def question_words(state: str) -> str:
    """What a question's state is called."""
    return {
        QuestionState.OPEN: _("Waits for an answer of the branch"),
        QuestionState.ANSWERED: _("Answered"),
        QuestionState.WITHDRAWN: _("Withdrawn"),
    }[QuestionState(state)]


def question_tone(state: str) -> str:
    """The tone of its pill."""
    return TONES[QuestionState(state)]


def places_of(document: Document) -> list[tuple[str, str]]:
    """The parts of a report that a question can be about, with their titles."""
    return [
        ("", _("The whole report")),
        *((f"figure:{figure.key}", figure.label) for figure in document.headline),
        *((f"section:{section.key}", section.title) for section in document.sections),
    ]


def place_name(document: Document, place: str) -> str:
    """The title of the part that is meant; its key when this version has no such part."""
    return dict(places_of(document)).get(place, place.partition(":")[2])
