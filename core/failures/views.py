"""The operators' page of what background work could not do, and what `/metrics` tells of it."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from prometheus_client import Gauge

from core.clock import now
from core.database import transaction
from core.errors import Conflict, NotFound
from core.failures import queries, service
from core.failures.forms import AsideForm
from core.failures.wording import KIND_WORDS, STATE_TONE, STATE_WORDS, what_words
from core.gate import actor_id, requires
from core.health.views import unknown_without_database
from core.scopes import Scope
from core.web.rules.pagination import page_number

blueprint = Blueprint("failures", __name__, url_prefix="/operations/failures")

DEAD = Gauge("guiyuan_dead_letters", "Failed events, messages and rows that nobody tries any more", ["kind"])
FAILING = Gauge("guiyuan_failing", "Failed events, messages and rows that wait for another try", ["kind"])


def measure() -> None:
    """Set the gauges; NaN while the database is away."""
    with unknown_without_database(
        *(gauge.labels(kind) for gauge in (FAILING, DEAD) for kind in queries.KINDS)
    ):
        for kind, count in queries.counts(at=now()).items():
            FAILING.labels(kind).set(count.failing)
            DEAD.labels(kind).set(count.dead)


@blueprint.get("")
@requires("jobs.manage")
def index() -> str:
    """What failed, by kind; `show=aside` for what was set aside."""
    at = now()
    kind, aside = _kind(request.args.get("kind")), request.args.get("show") == "aside"
    page = queries.failures(at=at, kind=kind, aside=aside, page=page_number(request.args.get("page")))
    return render_template(
        "core/failures/index.html",
        page=page,
        kind=kind,
        aside=aside,
        counts=queries.counts(at=at),
        kind_words=KIND_WORDS,
        **_words(),
    )


@blueprint.post("/<kind>/<int:number>/again")
@requires("jobs.manage", scope=Scope.INSTALLATION)
def again(kind: str, number: int) -> ResponseReturnValue:
    """Try one thing again now."""
    try:
        with transaction():
            service.try_again(kind, number, at=now(), by=actor_id())
    except (Conflict, NotFound) as refusal:
        flash(str(refusal) or _("It is done meanwhile."), "warning")
    else:
        flash(_("It is tried again now. If it fails, it comes back here."), "success")
    return _back()


@blueprint.post("/again")
@requires("jobs.manage", scope=Scope.INSTALLATION)
def again_all() -> ResponseReturnValue:
    """Try again what nobody tries any more, as after a part was away for days."""
    at, kind = now(), _kind(request.form.get("kind"))
    with transaction():
        failures = queries.open_failures(at=at, kind=kind, dead_only=True)
        number = service.try_each_again(failures, at=at, by=actor_id())
    flash(_("%(number)s are tried again now.", number=number), "success")
    return _back()


@blueprint.route("/<kind>/<int:number>/aside", methods=["GET", "POST"])
@requires("jobs.manage", scope=Scope.INSTALLATION)
def aside(kind: str, number: int) -> ResponseReturnValue:
    """Set one thing aside, saying why."""
    failure = queries.get_failure(kind, number, at=now())
    form = AsideForm()
    if form.validate_on_submit():
        with transaction():
            service.set_aside(kind, number, reason=form.reason.data or "", at=now(), by=actor_id())
        flash(_("It is set aside."), "success")
        return redirect(url_for("failures.index"), 303)
    status = 422 if request.method == "POST" else 200
    return render_template("core/failures/aside.html", form=form, failure=failure, **_words()), status


def _kind(text: str | None) -> str | None:
    if text and text not in queries.KINDS:
        abort(404)
    return text or None


def _back() -> ResponseReturnValue:
    return redirect(url_for("failures.index", kind=_kind(request.form.get("kind"))), 303)


def _words() -> dict[str, Any]:
    return {"what_words": what_words, "state_words": STATE_WORDS, "state_tone": STATE_TONE}
