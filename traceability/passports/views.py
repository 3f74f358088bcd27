"""The public page of a lot; the same address answers programs in JSON-LD."""

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.json import dumps
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.addresses import public_address
from core.clock import now
from core.errors import NotFound
from core.gate import public
from core.seal import proof_answer, proof_for
from core.settings import current_settings
from core.web.views.limits import VERIFY, limiter
from traceability.lots.states import LotState
from traceability.lots.wording import propagation_name, root_name, size_line, step_name, step_words
from traceability.papers.queries import paper_kind_name
from traceability.passports.queries import Passport, passport_of, subject_of
from traceability.passports.schemas import MEDIA_TYPE, document
from traceability.verification.wording import licence_state_name

blueprint = Blueprint("passports", __name__)
PAGE = "text/html"
FOR_PROGRAMS = (MEDIA_TYPE, "application/json")


@blueprint.get("/lots/<number>")
@public
@limiter.limit(VERIFY)
def show(number: str) -> ResponseReturnValue:
    """The passport of a lot; JSON-LD for programs that ask for it."""
    for_programs = request.accept_mimetypes.best_match([PAGE, *FOR_PROGRAMS]) in FOR_PROGRAMS
    try:
        passport = passport_of(number, at=now())
    except NotFound:
        if for_programs:
            raise
        return make_response(render_template("traceability/passports/unknown.html", number=number[:40]), 404)
    response = _document(passport) if for_programs else make_response(_page(passport))
    response.vary.update(("Accept", "Accept-Language"))
    response.headers["Link"] = (
        f'<{url_for("passports.for_programs", number=passport.lot.number)}>; rel="alternate"; type="{MEDIA_TYPE}"'
    )
    return response


@blueprint.get("/lots/<number>.jsonld")
@public
@limiter.limit(VERIFY)
def for_programs(number: str) -> Response:
    """The passport as JSON-LD, whatever the caller says that it takes."""
    return _document(passport_of(number, at=now()))


@blueprint.get("/lots/<number>/proof")
@public
@limiter.limit(VERIFY)
def proof(number: str) -> Response:
    """The file by which anybody can check, without us, that the lot is sealed as it stands."""
    return proof_answer(proof_for(subject_of(number)), f"lot-{number.strip().upper()}")


def _document(passport: Passport) -> Response:
    key = passport.lot.photo_key
    photo = public_address("files.media", key=key) if key else None
    content = document(passport, base=current_settings().base_url, photo=photo)
    answer = Response(dumps(content, ensure_ascii=False, indent=1, sort_keys=False), content_type=MEDIA_TYPE)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _page(passport: Passport) -> str:
    lot, licence = passport.lot, passport.licence
    return render_template(
        "traceability/passports/show.html",
        passport=passport,
        lot=lot,
        size=size_line(lot),
        propagation=propagation_name(lot.propagation),
        root=root_name(lot.root),
        licence_state=licence_state_name(licence.effective_state) if licence else "",
        papers=[paper_kind_name(kind) for kind in passport.papers],
        steps=[
            {
                "title": step.title,
                "at": step.at,
                "note": " · ".join(
                    part
                    for part in (step.note, _("declared wrong later") if step.declared_wrong else "")
                    if part
                ),
                "state": "bad" if step.declared_wrong else "done",
            }
            for step in passport.history
            if step.biz_step != "packing"
        ],
        step_name=step_name,
        step_words=step_words,
        closed=lot.state == LotState.CLOSED,
    )
