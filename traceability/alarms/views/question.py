"""Slowing down who tries numbers: first a wait, then a question. Codes of ours are answered without a wait."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import TooManyRequests

from core.clock import now
from core.errors import Invalid
from core.gate import public, wants_json
from core.scopes import Scope
from core.web.views.limits import VERIFY, limiter
from core.web.views.problems import problem
from traceability.alarms.rules.brakes import BurstLimits, Gate, gate_for
from traceability.alarms.service import questions
from traceability.lookups.queries import UnknownsOfNetwork
from traceability.lookups.service.visitors import Visitor

blueprint = Blueprint("questions", __name__)


class QuestionAsked(Exception):  # noqa: N818 - it is an answer, not a fault
    """The look-up is answered by a question."""

    def __init__(self, question: questions.Question) -> None:
        super().__init__()
        self.question = question


def check_brakes(
    code: str, unknowns: UnknownsOfNetwork, brakes: BurstLimits, visitor: Visitor, *, unknown: bool
) -> None:
    """Let the look-up through, or not.

    Raises:
        TooManyRequests: with the seconds to wait.
        QuestionAsked: the network has asked for too many texts that are no code.
    """
    gate = gate_for(
        unknowns.texts,
        unknowns.last_at,
        brakes,
        unknown=unknown,
        answered_at=questions.answered_at(request.cookies.get(questions.COOKIE), visitor.network),
        at=now(),
    )
    if gate is Gate.WAIT:
        raise TooManyRequests(retry_after=brakes.wait_s)
    if gate is Gate.QUESTION:
        raise QuestionAsked(questions.ask(code, visitor.network, unknowns.texts))


@blueprint.app_errorhandler(QuestionAsked)
def show_question(error: QuestionAsked) -> Response:
    """The question in place of the answer; programs are told where a person can answer it."""
    if wants_json():
        return problem(
            429,
            "question_asked",
            _("One question first"),
            _(
                "Too many texts that are no code were asked for from this network. Open the page in a browser."
            ),
        )
    return _page(error.question)


def _page(question: questions.Question) -> Response:
    html = render_template("traceability/alarms/question.html", question=question)
    return Response(html, status=429, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


@blueprint.post("/verify/question")
@public(scope=Scope.VISITOR)
@limiter.limit(VERIFY)
def answer() -> ResponseReturnValue:
    """Take the answer; the right one leads on to the code that was asked for."""
    word = request.form.get("word", "")
    try:
        outcome = questions.answer(word, request.form.get("answer", ""))
    except ValueError:
        raise Invalid(_("The question is too old. Check the code once more."), code="question_old") from None
    if outcome is None:
        raise Invalid(_("That is not the sum. Go back and try again."), code="question_wrong")
    code, cookie = outcome
    response = redirect(url_for("verification.code", code=code), 303)
    response.set_cookie(
        questions.COOKIE,
        cookie,
        max_age=questions.PASS_FOR_S,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response
