"""Checking a code, a shop or a licence; no sign-in, no script, nothing about the visitor in clear."""

from urllib.parse import quote, urlencode

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch import api as branch
from core.clock import now
from core.database import transaction
from core.errors import Invalid, NotFound
from core.gate import public, wants_json
from core.safe_methods import may_note, noting
from core.scopes import Scope
from core.seal.queries.subjects import proof_answer, proof_for
from core.web.views.limits import VERIFY, limiter, posts_only
from traceability.alarms.views.question import check_brakes
from traceability.cases.service.code_links import AboutCode, about_token
from traceability.codes.models.sealing import batch_subject
from traceability.codes.queries.proofs import code_membership
from traceability.codes.queries.search import problem_text
from traceability.codes.rules.notation import LENGTH, looks_like_code, masked_read, read_code
from traceability.codes.rules.verdicts import TONES, Verdict
from traceability.codes.service.inner_codes import Entrant, enter_inner
from traceability.lookups.service import recording
from traceability.lookups.service.visitors import visitor_of
from traceability.verification import wording
from traceability.verification.forms import InnerForm, VerifyForm
from traceability.verification.queries import Check, look_up
from traceability.verification.schemas.answers import as_json

blueprint = Blueprint("verification", __name__)

# Guessing costs: only look-ups that found nothing count. A village behind one address still scans freely.
INNER = "6 per minute; 30 per hour"
UNKNOWN = "20 per minute; 120 per hour; 400 per day"
guessing = limiter.shared_limit(
    UNKNOWN, scope="unknown codes", deduct_when=lambda _response: g.get("code_unknown", False)
)


def check_code(text: str) -> Check:
    """Look a code up and note that somebody did; a browser that only fetches ahead is not noted."""
    at = now()
    visitor = visitor_of(request.remote_addr or "", request.user_agent.string)
    if may_note() and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        with noting("that a code was looked up, which is what copies are found by"), transaction():
            check = look_up(text, visitor=visitor, at=at)
            recording.record(check, visitor=visitor, at=at)
    else:
        check = look_up(text, visitor=visitor, at=at)
    g.code_unknown = check.verdict is Verdict.UNKNOWN
    check_brakes(text, check.unknowns, check.brakes, visitor, unknown=not check.known)
    return check


def keep_private(response: Response) -> Response:
    """Headers of an answer that depends on who asks: in no cache, in no index, no referrer."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Accept")
    return response


@blueprint.get("/C/<code>")
@blueprint.get("/c/<code>", endpoint="code_lower")
@public
@guessing
def code(code: str) -> Response:
    """The page of a trace code; JSON for programs that ask for it."""
    check = check_code(code)
    if wants_json():
        return keep_private(jsonify(as_json(check)))
    page = render_template(
        "traceability/verification/code.html",
        check=check,
        title=wording.title(check),
        text=wording.text(check),
        tone=TONES[check.verdict],
        notices=wording.notices(check),
        points=wording.compare_points(check),
        history=wording.history_text(check),
        papers=wording.papers_text(check).split("\n"),
        licence_state=wording.licence_state_name(check.licence.effective_state) if check.licence else None,
        about=about_token(AboutCode(check.digest, check.verdict, masked_read(check.plain))),
        sealed=wording.seal_text(check),
        proof=bool(check.seal and check.seal.number is not None),
        inner=wording.inner_text(check),
        inner_form=InnerForm(formdata=None) if check.inner else None,
    )
    return keep_private(Response(page))


@blueprint.post("/C/<code>")
@public(scope=Scope.VISITOR)
@guessing
@limiter.limit(INNER)
def inner(code: str) -> ResponseReturnValue:
    """Try the inner code; the answer stands on the code's page."""
    form, typed, at = InnerForm(), read_code(code), now()
    visitor = visitor_of(request.remote_addr or "", request.user_agent.string)
    g.code_unknown = False
    back = redirect(url_for("verification.code", code=code), 303)
    if not form.validate():
        flash(_("An inner code has 8 letters and digits."), "error")
        return back
    try:
        with transaction():
            entrant = Entrant(visitor.device, visitor.network, visitor.agent)
            answer = enter_inner(typed.code or "", form.inner.data or "", entrant=entrant, at=at)
    except NotFound as error:
        g.code_unknown = True
        flash(str(error), "error")
    except Invalid as error:
        flash(str(error), "error")
    else:
        flash(wording.inner_answer(answer), wording.INNER_TONES[answer.result])
    return back


@blueprint.get("/C/<code>/proof")
@public
@guessing
def proof(code: str) -> Response:
    """The file by which anybody can check, without us, that this code was issued in a sealed batch."""
    typed = read_code(code)
    g.code_unknown = typed.code is None
    try:
        batch_number, member = code_membership(typed.code or "")
    except NotFound:
        g.code_unknown = True
        raise
    return keep_private(proof_answer(proof_for(batch_subject(batch_number), member=member), "code"))


@blueprint.route("/verify", methods=["GET", "POST"])
@public(scope=Scope.VISITOR)
@limiter.limit(VERIFY, exempt_when=posts_only)
def verify() -> ResponseReturnValue:
    """Type a code, paste the link of a shop, or type the number of a licence."""
    form = VerifyForm()
    if request.method != "POST":
        return render_template("traceability/verification/verify.html", form=form)
    if form.validate():
        text = (form.q.data or "").strip()
        target, error = _where(text)
        if target:
            return redirect(target, 303)
        form.q.errors = [*form.q.errors, error]
    return render_template("traceability/verification/verify.html", form=form), 422


def _where(text: str) -> tuple[str | None, str]:
    """Where the answer to `text` stands; or nowhere, and why."""
    typed = read_code(text)
    if typed.code is not None:
        return url_for("verification.code", code=typed.code), ""
    try:
        licence = branch.get_licence(text.upper(), at=now())
        return f"/registry/licences/{quote(licence.licence.number)}", ""
    except NotFound:
        pass
    if looks_like_code(text) and typed.problem is not None:
        return None, _(
            "This is not a code yet: %(reason)s. You typed %(n)s of %(length)s characters.",
            reason=problem_text(typed.problem),
            n=len(typed.cleaned),
            length=LENGTH,
        )
    if "." in text or "/" in text or "¥" in text or "￥" in text:
        return f"/registry/check?{urlencode({'url': text})}", ""
    return None, _(
        "This is neither a code, nor the number of a licence, nor a link. Codes have 16 characters; links hold a dot."
    )
