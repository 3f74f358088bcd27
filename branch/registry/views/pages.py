"""The public register: one box for a name, a licence number or a shop's link."""

from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from branch.licences.models.sealing import subject_of
from branch.licences.queries.marks import get_mark, get_rules, rules_of
from branch.licences.queries.validity import changes_of
from branch.licences.states import Step
from branch.licences.wording import (
    KIND_NAMES,
    STANDING_NAMES,
    STANDING_TONES,
    STEP_NAMES,
    STEP_STATES,
    channel_words,
    list_words,
    village_name,
)
from branch.organisation.queries.tree import unit_name, villages
from branch.platforms.rules.recognition import MAX_TEXT, Refusal, ShopAddress, recognise
from branch.platforms.wording import platform_name
from branch.registry import queries, wording
from branch.registry.rules import licence_number
from branch.registry.schemas import check_document, licence_document, register_document
from branch.storefronts.queries.address_check import check_url
from core import seal
from core.clock import now
from core.errors import Invalid, NotFound
from core.gate import public, wants_json
from core.web.rules.pagination import page_number
from core.web.views.limits import VERIFY, limiter

blueprint = Blueprint("registry", __name__)

# What the public sees of a licence's history: what was decided, not who decided it nor what was only asked.
PUBLIC_STEPS = {Step.GRANT, Step.SUSPEND, Step.REINSTATE, Step.EXTEND, Step.EXPIRE, Step.WITHDRAW}


@blueprint.get("/registry")
@public
@limiter.limit(VERIFY)
def index() -> Any:
    """Search the register; a number or an address leads to its own page. JSON where that is asked for."""
    text = request.args.get("q", "").strip()[:MAX_TEXT]
    village = request.args.get("village", "")
    if text:
        led = _lead(text)
        if led is not None:
            return led
    listing = queries.register(
        at=now(), text=text, village=village, page=page_number(request.args.get("page"))
    )
    if wants_json():
        return jsonify(register_document(listing))
    return _page(
        "index.html", found=listing, text=text, village=village, villages=villages(), unit_name=unit_name
    )


def _lead(text: str) -> Any:
    """Lead a licence number or a shop's link to its own page; None for a name."""
    number = licence_number(text)
    if number is not None:
        return redirect(url_for("registry.licence", number=number))
    recognition = recognise(text)
    if isinstance(recognition, ShopAddress) or recognition.reason is not Refusal.NO_ADDRESS:
        return redirect(url_for("registry.check", url=text))
    return None


@blueprint.get("/registry/licences/<number>")
@public
@limiter.limit(VERIFY)
def licence(number: str) -> Any:
    """One licence that was granted. JSON where that is asked for."""
    file = queries.find_granted(licence_number(number) or number, at=now())
    if file is None:
        missing = _("There is no licence with the number %(number)s in the register.", number=number)
        if wants_json():
            raise NotFound(missing, code="licence_unknown")
        return _page("unknown_licence.html", sentence=missing, text=number), 404
    if file.licence.number != number:
        return redirect(url_for("registry.licence", number=file.licence.number))
    shops = queries.shops_of({file.licence.grower_id}).get(file.licence.grower_id, ())
    steps = [change for change in changes_of(file.id) if change.step in PUBLIC_STEPS]
    if wants_json():
        return jsonify(licence_document(file, steps, shops))
    mark = get_mark(file.licence.mark_code)
    sealed = seal.seal_of(subject_of(file.licence.number))
    return _page("licence.html", file=file, mark=mark, steps=steps, shops=shops, seal=sealed)


@blueprint.get("/registry/licences/<number>/proof")
@public
@limiter.limit(VERIFY)
def licence_proof(number: str) -> Any:
    """The proof that the licence is sealed in the public log as the register shows it."""
    file = queries.find_granted(licence_number(number) or number, at=now())
    if file is None:
        missing = _("There is no licence with the number %(number)s in the register.", number=number)
        raise NotFound(missing, code="licence_unknown")
    number = file.licence.number
    return seal.proof_answer(seal.proof_for(subject_of(number)), f"licence-{number}")


@blueprint.get("/registry/check")
@public
@limiter.limit(VERIFY)
def check() -> Any:
    """Whether the shop of a pasted address may use a mark. JSON where that is asked for."""
    text = request.args.get("url", "").strip()
    if wants_json():
        return jsonify(check_document(checked(text)))
    if not text:
        return redirect(url_for("registry.index"))
    answer = check_url(text, at=now())
    return _page("check.html", check=answer, text=text[:MAX_TEXT])


def checked(text: str) -> Any:
    """The check for a program; it must send something.

    Raises:
        Invalid: no address was sent.
    """
    if not text.strip():
        raise Invalid(
            _("Send the shop's address as url."), code="url_missing", fields={"url": _("It is missing.")}
        )
    return check_url(text, at=now())


@blueprint.get("/registry/marks/<code>")
@public
def mark(code: str) -> str:
    """A mark and its rules in force."""
    mark = get_mark(code)
    return _page(
        "mark.html", mark=mark, rules=get_rules(mark.id, mark.rules_version), versions=rules_of(mark.id)
    )


@blueprint.get("/registry/marks/<code>/rules/<int:version>")
@public
def rules(code: str, version: int) -> str:
    """A mark and one version of its rules."""
    mark = get_mark(code)
    return _page("mark.html", mark=mark, rules=get_rules(mark.id, version), versions=rules_of(mark.id))


def _page(name: str, **context: Any) -> str:
    return render_template(
        f"branch/registry/{name}",
        sentences=wording,
        standing_names=STANDING_NAMES,
        standing_tones=STANDING_TONES,
        step_names=STEP_NAMES,
        step_states=STEP_STATES,
        kind_names=KIND_NAMES,
        channel_words=channel_words,
        list_words=list_words,
        village_name=village_name,
        platform_name=platform_name,
        **context,
    )
