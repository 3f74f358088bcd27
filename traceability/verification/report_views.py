"""Reporting a suspected fake without an account, and the branch's list of such reports."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from branch import api as branch
from core import files
from core.accounts.gate import actor_id, may, public, requires
from core.clock import now
from core.database import transaction
from core.errors import DomainError, Invalid
from core.web.limits import REPORT, limiter, posts_only
from core.web.pagination import page_number
from traceability.papers.kept import kept_token, read_kept
from traceability.verification import service
from traceability.verification.about import read_about
from traceability.verification.cases import CaseState
from traceability.verification.forms import DecisionForm, ReportForm
from traceability.verification.reports import (
    get_report,
    growers_within,
    photo_key,
    report_page,
    require_case_access,
    state_name,
    steps_of,
)

blueprint = Blueprint("fake_reports", __name__)


@blueprint.route("/report-fake", methods=["GET", "POST"])
@public
@limiter.limit(REPORT, exempt_when=posts_only)
def report() -> ResponseReturnValue:
    """Report a suspected fake; photographs survive a form that has to be shown again."""
    form = ReportForm(about=request.args.get("about", ""))
    about = read_about(form.about.data)
    kept = read_kept(form.kept.data, purpose="fake report")
    status = 200
    if request.method == "POST":
        ok = form.validate()
        try:
            kept = _with_new_photos(kept, form.photos.data or [])
        except Invalid as error:
            form.photos.errors = [*form.photos.errors, str(error)]
            ok = False
        if ok:
            with transaction():
                case = service.receive_report(
                    service.NewReport(
                        what=form.what.data or "",
                        price=form.price.data or "",
                        shop=form.shop.data or "",
                        shop_status=_shop_status(form.shop.data or ""),
                        contact=form.contact.data or "",
                        photo_keys=tuple(kept),
                        code_digest=about.digest if about else None,
                        verdict=about.verdict if about else "",
                        locale=str(get_locale() or "zh_Hans_CN"),
                    ),
                    at=now(),
                )
                number = case.number
            return redirect(url_for("fake_reports.case", number=number), 303)
        form.kept.data = kept_token(kept, purpose="fake report")
        status = 422
    page = render_template("traceability/verification/report.html", form=form, about=about, kept=len(kept))
    return Response(page, status=status, headers={"Referrer-Policy": "no-referrer"})


def _with_new_photos(kept: list[str], uploads: list[FileStorage]) -> list[str]:
    """Store what was sent; the keys of all photographs of this report so far."""
    given = [upload for upload in uploads if upload and upload.filename]
    if len(kept) + len(given) > service.MOST_PHOTOS:
        raise Invalid(
            _("Up to %(n)s photographs can be sent.", n=service.MOST_PHOTOS), code="too_many_photos"
        )
    return list(dict.fromkeys([*kept, *(service.keep_photo(upload.read()) for upload in given)]))


def _shop_status(shop: str) -> str:
    """What the registry says about a link, noted for the branch; empty when it is no link."""
    if "." not in shop:
        return ""
    try:
        return str(branch.check_url(shop, at=now()).status)
    except DomainError:
        return ""


@blueprint.get("/report-fake/<number>")
@public
def case(number: str) -> ResponseReturnValue:
    """How far a case is; shows nothing that the reporter wrote."""
    found = get_report(number)
    steps = [
        {
            "title": state_name(step.to_state),
            "at": step.at,
            "note": step.note if step.to_state in {CaseState.ANSWERED, CaseState.CLOSED} else None,
            "state": "done",
        }
        for step in steps_of(found.id)
    ]
    page = render_template(
        "traceability/verification/case.html", case=found, steps=steps, state=state_name(found.state)
    )
    return Response(page, headers={"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"})


@blueprint.get("/branch/reports-of-fakes")
@requires("cases.view")
def cases() -> ResponseReturnValue:
    """The branch's list of reports."""
    wanted = request.args.get("state", "")
    state = CaseState(wanted) if wanted in set(CaseState) else None
    page = report_page(
        growers_within(actor_id(), "cases.view"), state=state, page=page_number(request.args.get("page"))
    )
    return render_template(
        "traceability/verification/cases.html",
        page=page,
        state=state,
        states=[(one, state_name(one)) for one in CaseState],
        state_name=state_name,
    )


@blueprint.route("/branch/reports-of-fakes/<number>", methods=["GET", "POST"])
@requires("cases.view")
def staff_case(number: str) -> ResponseReturnValue:
    """One report with all that was said; accept, answer or close it with a note."""
    found = get_report(number)
    require_case_access(found, actor_id(), "cases.view")
    form = DecisionForm()
    form.target.choices = [choice for choice in form.target.choices if choice.value in found.open_steps]
    if request.method == "POST":
        require_case_access(found, actor_id(), "cases.decide")
        if not may("cases.decide"):
            return redirect(url_for("fake_reports.staff_case", number=number), 303)
        if form.validate():
            with transaction():
                service.decide_report(
                    found.number,
                    CaseState(form.target.data),
                    note=form.note.data or "",
                    doubt_code=bool(form.doubt_code.data),
                    at=now(),
                    by=actor_id(),
                )
            return redirect(url_for("fake_reports.staff_case", number=number), 303)
    grower = branch.get_grower(id=found.grower_id) if found.grower_id else None
    page = render_template(
        "traceability/verification/staff_case.html",
        case=found,
        form=form,
        grower=grower,
        may_decide=may("cases.decide") and bool(found.open_steps),
        steps=[
            {"title": state_name(step.to_state), "at": step.at, "note": step.note or None, "state": "done"}
            for step in steps_of(found.id)
        ],
        state=state_name(found.state),
    )
    return Response(page, status=422 if form.errors else 200)


@blueprint.get("/branch/reports-of-fakes/<number>/photos/<int:place>")
@requires("cases.view")
def photo(number: str, place: int) -> Response:
    """A photograph of a report, for staff only."""
    found = get_report(number)
    require_case_access(found, actor_id(), "cases.view")
    key = photo_key(found.id, place)
    return Response(
        files.get(key),
        content_type=files.content_type_of(key),
        headers={
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )
