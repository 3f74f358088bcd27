"""Pages of public editions: for everybody, and the two buttons of the committee."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch.organisation.queries.tree import require_unit_access
from branch.reports.editions import service
from branch.reports.editions.forms import WithdrawForm
from branch.reports.editions.models.sealing import subject_of
from branch.reports.editions.queries import published
from branch.reports.formats.html import cells
from branch.reports.queries.pages import find_report
from branch.reports.tasks import publishing
from branch.reports.views.shared import attempt, language, shelved_file
from core import seal
from core.clock import now
from core.errors import NotFound
from core.form_keys.views import creates, creating
from core.gate import actor_id, current_actor, public, requires
from core.progress.service import starting as progress
from core.scopes import Scope

blueprint = Blueprint("editions", __name__)


@blueprint.get("/reports")
@public
def index() -> ResponseReturnValue:
    """All public editions, also those that were withdrawn."""
    return render_template("branch/reports/editions.html", editions=published.editions())


@blueprint.get("/reports/<unit_code>/<period>")
@public
def show(unit_code: str, period: str) -> ResponseReturnValue:
    """One public edition, or that it was withdrawn and why."""
    edition = published.edition_of(unit_code, period, language=language())
    return render_template(
        "branch/reports/edition.html",
        edition=edition,
        cells=cells,
        seal=seal.seal_of(subject_of(edition.line.public_id)),
    )


@blueprint.get("/reports/<unit_code>/<period>/files/<name>")
@public
def download(unit_code: str, period: str, name: str) -> ResponseReturnValue:
    """A file of the edition that is published now."""
    key = published.file_key(unit_code, period, name)
    return shelved_file(key, name, kept="no-cache")


@blueprint.get("/reports/<unit_code>/<period>/proof")
@public
def proof(unit_code: str, period: str) -> ResponseReturnValue:
    """The proof that the newest edition, or its end, is sealed in the public log."""
    edition = published.edition_of(unit_code, period, language=language())
    proof = seal.proof_for(subject_of(edition.line.public_id))
    return seal.proof_answer(proof, edition.line.label.replace("/", "-"))


@blueprint.post("/committee/reports/<public_id>/publish")
@requires("reports.publish", scope=Scope.UNIT)
@creates()
def publish(public_id: str) -> ResponseReturnValue:
    """Publish an accepted report: a worker draws it, the page of the job shows how far it is."""
    actor = current_actor()
    unit_id = publishing.require_allowed(public_id, account_id=actor_id()).unit_id
    with creating() as made:
        job = progress.start(
            "edition",
            task="branch.reports.publish_edition",
            args=[public_id, actor.account_id],
            owner_account_id=actor.account_id,
            needs=progress.Authority("reports.publish", unit_id=unit_id),
        )
        made.leads_to(url_for("progress.job", public_id=job))
    return made.answer()


@blueprint.route("/committee/reports/<public_id>/withdraw-edition/<edition_id>", methods=["GET", "POST"])
@requires("reports.publish", scope=Scope.UNIT)
def withdraw(public_id: str, edition_id: str) -> ResponseReturnValue:
    """Withdraw an edition with a reason that everybody can read."""
    form = WithdrawForm()
    report = find_report(public_id)
    require_unit_access(actor_id(), report.unit_id, "reports.publish")
    lines = published.editions_of_report(report.unit_id, report.period)
    line = next((candidate for candidate in lines if candidate.public_id == edition_id), None)
    if line is None:
        raise NotFound(_("There is no such edition."), code="edition_unknown")
    status = 200
    if request.method == "POST":
        refused = attempt(
            form,
            form.reason,
            lambda: service.withdraw(edition_id, reason=form.reason.data, account_id=actor_id(), at=now()),
        )
        status = refused or 302
        if refused is None:
            return redirect(url_for("report_desk.review", public_id=public_id, _anchor="editions"))
    return render_template(
        "branch/reports/withdraw_edition.html", form=form, public_id=public_id, line=line
    ), status
