"""Reporting a suspected fake without an account, what became of it, and the counts of each month."""

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from core.addresses import public_address
from core.application import csrf
from core.clock import local_day, now
from core.csv_export import csv_text
from core.errors import Invalid
from core.form_keys.views import creates, creating
from core.gate import public, wants_json
from core.networks import neighbourhood_of
from core.scopes import Scope
from core.uploads.forms import kept_token, read_kept
from core.web.views.bounds import PHOTOS, takes
from core.web.views.limits import REPORT, VERIFY, limiter, posts_only
from core.web.wording.languages import spoken
from traceability.cases.forms import ReportForm
from traceability.cases.queries.records import CaseView, get_case, steps_of
from traceability.cases.queries.statistics import COLUMNS, monthly_counts
from traceability.cases.service import reporting
from traceability.cases.service.code_links import read_about
from traceability.cases.service.reporting import photos_of
from traceability.cases.states import CaseState, CaseStep
from traceability.cases.wording import names as wording
from traceability.lookups.service.visitors import visitor_of

blueprint = Blueprint("fake_reports", __name__)

# What the public timeline shows: that something happened, not what staff wrote or proposed.
PUBLIC_STEPS = {
    CaseStep.OPEN,
    CaseStep.TAKE,
    CaseStep.CONFIRM,
    CaseStep.DECIDE,
    CaseStep.ACT,
    CaseStep.CLOSE,
    CaseStep.REOPEN,
    CaseStep.ESCALATE,
}
PURPOSE = "fake report"
REPORT_NETWORK = "20 per hour; 60 per day"


def _network() -> str:
    """The network (/24, /48) that reports: whoever changes his address within it counts on."""
    return neighbourhood_of(request.remote_addr or "")


@blueprint.route("/report-fake", methods=["GET", "POST"])
@public(scope=Scope.VISITOR)
@takes(PHOTOS)
@csrf.exempt
@limiter.limit(REPORT, exempt_when=posts_only)
@limiter.limit(REPORT_NETWORK, key_func=_network, exempt_when=posts_only)
@creates(keyless=True)
def report() -> ResponseReturnValue:
    """Report a suspected fake; photographs survive a form that has to be shown again."""
    # A document of a program acts for nobody, so there is nothing to forge; a page's form carries its token.
    form = ReportForm(
        about=request.args.get("about", ""),
        shop=request.args.get("url", "")[:500],
        **({"formdata": json_form_data(), "meta": {"csrf": False}} if request.is_json else {}),
    )
    about = read_about(form.about.data)
    photo_keys = read_kept(form.kept.data, purpose=PURPOSE)
    status = 200
    if request.method == "POST":
        ok = form.validate()
        photo_keys, problem = photos_of(form.photos.data or [], photo_keys, most=reporting.MOST_PHOTOS)
        if problem:
            form.photos.errors = [*form.photos.errors, problem]
        if ok and not problem:
            with creating() as made:
                case = reporting.receive_report(
                    reporting.Report(
                        what=form.what.data or "",
                        price=form.price.data or "",
                        shop=form.shop.data or "",
                        contact=form.contact.data or "",
                        photo_keys=tuple(photo_keys),
                        code_digest=about.digest if about else None,
                        code_verdict=about.verdict if about else "",
                        locale=spoken().locale,
                        order=form.order.data or "",
                        network=visitor_of(request.remote_addr or "", request.user_agent.string).network,
                    ),
                    at=now(),
                )
                made.leads_to(url_for("fake_reports.case", number=case.number))
            if wants_json():
                return jsonify(as_json(case)), 201
            return made.answer()
        if wants_json():
            raise Invalid(
                _("The report could not be taken."),
                code="report_invalid",
                fields={name: str(errors[0]) for name, errors in form.errors.items() if errors},
            )
        form.kept.data = kept_token(photo_keys, purpose=PURPOSE)
        status = 422
    page = render_template("traceability/cases/report.html", form=form, about=about, kept=len(photo_keys))
    return Response(page, status=status, headers={"Referrer-Policy": "no-referrer"})


def json_form_data() -> MultiDict[str, str]:
    """The words of a JSON document as those of a form.

    Raises:
        Invalid: it is no object of words.
    """
    document = request.get_json(silent=True)
    if not isinstance(document, dict) or not all(isinstance(word, str) for word in document.values()):
        raise Invalid(_("Send an object whose values are texts."), code="report_invalid")
    return MultiDict(document)


@blueprint.get("/report-fake/<number>")
@public
@limiter.limit(VERIFY)
def case(number: str) -> ResponseReturnValue:
    """How far a case is; shows nothing that the reporter or staff wrote among themselves."""
    case = get_case(number)
    if wants_json():
        return jsonify(as_json(case))
    steps = [
        {"title": wording.step_name(step.step), "at": step.at, "state": "done"}
        for step in steps_of(case.id)
        if step.step in PUBLIC_STEPS
    ]
    if case.is_open:
        steps.append({"title": _("Answer due by %(day)s", day=local_day(case.due_at)), "state": "next"})
    page = render_template(
        "traceability/cases/status.html",
        case=case,
        steps=steps,
        state=wording.public_state(case),
        verdict=wording.verdict_name(case.verdict) if case.verdict else None,
        tone=wording.VERDICT_TONES[case.verdict] if case.verdict else "wait",
        late=case.is_late(now()),
    )
    return Response(page, headers={"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"})


def as_json(case: CaseView) -> dict[str, object]:
    """A case as its public page shows it."""
    shown = CaseState.INVESTIGATING if case.state is CaseState.PROPOSED else case.state
    return {
        "number": case.number,
        "state": str(shown),
        "opened_at": case.opened_at.isoformat(),
        "due_at": case.due_at.isoformat(),
        "verdict": str(case.verdict) if case.verdict else None,
        "decided_at": case.decided_at.isoformat() if case.decided_at else None,
        "answer": case.answer or None,
        "url": public_address("fake_reports.case", number=case.number),
    }


@blueprint.get("/cases/statistics")
@public
@limiter.limit(VERIFY)
def statistics() -> ResponseReturnValue:
    """Cases of each month: received, decided in time, confirmed, cleared."""
    months = monthly_counts(at=now())
    if request.args.get("format") == "csv":
        rows = [(month.month.strftime("%Y-%m"), *month.values()) for month in months]
        return Response(
            csv_text([("month", *COLUMNS), *rows]),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="cases.csv"'},
        )
    if wants_json():
        return jsonify(
            months=[
                {"month": month.month.strftime("%Y-%m"), **dict(zip(COLUMNS, month.values(), strict=True))}
                for month in months
            ]
        )
    return render_template("traceability/cases/statistics.html", months=months)
