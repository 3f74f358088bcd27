"""The branch enters marks, corrects them, and publishes new versions of their rules."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from branch.licences.forms import MarkForm, RulesForm
from branch.licences.queries import marks as licences_marks
from branch.licences.queries.marks import MarkView
from branch.licences.service import marks
from branch.licences.wording import KIND_NAMES, list_words
from branch.organisation.queries.tree import get_unit, require_unit_access, units_where
from core.clock import now
from core.database import transaction
from core.errors import Conflict, Invalid
from core.files import service as files
from core.form_keys.views import creates, creating
from core.gate import actor_id, requires
from core.intake.service.documents import Rendering, picture
from core.intake.service.refusals import FileRefused
from core.scopes import Scope
from core.web.views.bounds import MB, takes

blueprint = Blueprint("marks", __name__)

MOST_BYTES = 1024 * 1024
LOGO_SIDE_PX = 800


@blueprint.get("/branch/marks")
@requires("marks.edit")
def index() -> str:
    """The marks of the units that the person looks after."""
    mine = {unit.id for unit in units_where(actor_id(), "marks.edit")}
    own_marks = [mark for mark in licences_marks.all_marks() if mark.unit_id in mine]
    return _page("marks.html", marks=own_marks)


@blueprint.route("/branch/marks/new", methods=["GET", "POST"])
@requires("marks.edit", scope=Scope.UNIT)
@takes(2 * MB)
@creates()
def enter() -> Any:
    """Enter a mark with the first version of its rules."""
    form = MarkForm()
    form.offer(
        [unit for unit in units_where(actor_id(), "marks.edit") if unit.kind in {"committee", "branch"}]
    )
    valid = form.validate_on_submit()
    logo_key = _kept_logo(form)
    if not valid or form.logo.errors:
        return _page("mark_new.html", form=form), 422 if request.method == "POST" else 200
    try:
        with creating() as made:
            mark = marks.enter_mark(
                form.facts(form.code.data, logo_key),
                rules_text=form.rules_text.data,
                unit_id=get_unit(form.unit.data).id,
                by_account_id=actor_id(),
                at=now(),
            )
            made.leads_to(url_for("marks.show", code=mark.facts.code))
    except Conflict as error:
        form.code.errors = [str(error.message)]
        return _page("mark_new.html", form=form), 422
    flash(_("The mark is entered, with version 1 of its rules."), "success")
    return made.answer()


@blueprint.get("/branch/marks/<code>")
@requires("marks.edit")
def show(code: str) -> str:
    """One mark with every version of its rules, and forms to change both."""
    mark = _own(code)
    form = _correction_form(formdata=None)
    form.start_from(mark)
    return _show(mark, form, None)


@blueprint.post("/branch/marks/<code>")
@requires("marks.edit", scope=Scope.MARK)
@takes(2 * MB)
def correct(code: str) -> Any:
    """Change what is registered of a mark."""
    mark = _own(code)
    form = _correction_form()
    valid = form.validate()
    logo_key = _kept_logo(form)
    if not valid or form.logo.errors:
        return _show(mark, form, None), 422
    with transaction():
        marks.correct_mark(code, form.facts(code, logo_key), by_account_id=actor_id())
    flash(_("Saved."), "success")
    return redirect(url_for("marks.show", code=code))


@blueprint.post("/branch/marks/<code>/rules")
@requires("marks.edit", scope=Scope.MARK)
@creates()
def publish(code: str) -> Any:
    """Publish a new version of the rules."""
    mark = _own(code)
    rules_form = RulesForm()
    try:
        if rules_form.validate():
            with creating() as made:
                version = marks.publish_rules(code, rules_form.text.data, by_account_id=actor_id(), at=now())
                made.leads_to(url_for("marks.show", code=code))
            flash(_("Version %(n)s of the rules is published.", n=version), "success")
            return made.answer()
    except Invalid as error:
        rules_form.text.errors = [str(error.message)]
    form = _correction_form(formdata=None)
    form.start_from(mark)
    return _show(mark, form, rules_form), 422


def _own(code: str) -> MarkView:
    mark = licences_marks.get_mark(code)
    require_unit_access(actor_id(), mark.unit_id, "marks.edit")
    return mark


def _correction_form(**options: Any) -> MarkForm:
    form = MarkForm(**options)
    form.leave_out("unit", "code", "rules_text")
    return form


def _show(mark: MarkView, form: MarkForm, rules_form: RulesForm | None) -> str:
    versions = licences_marks.rules_of(mark.id)
    if rules_form is None:
        rules_form = RulesForm(formdata=None, text=versions[0].text)
    return _page("mark.html", mark=mark, form=form, rules_form=rules_form, versions=versions)


def _kept_logo(form: MarkForm) -> str | None:
    """The key of the picture sent now or with a form that failed before; wrong pictures are noted on the field."""
    sent = form.logo.data if form.is_submitted() else None
    if not sent:
        key = form.logo_key.data or ""
        return key if files.KEY.fullmatch(key) and key.startswith("public/mark_logo/") else None
    try:
        drawn = _drawn_logo(sent.read(MOST_BYTES + 1))
    except FileRefused as refused:
        form.logo.errors = [str(refused)]
        return None
    form.logo_key.data = files.put(drawn, kind="mark_logo", content_type="image/png", public=True)
    return form.logo_key.data


def _drawn_logo(data: bytes) -> bytes:
    """The picture drawn anew: what stands in a public place is made by us.

    Raises:
        FileRefused: no PNG, JPEG or WebP picture, or a large one.
    """
    sentence = _("Take a PNG, JPEG or WebP picture of up to 1 MB.")
    if len(data) > MOST_BYTES:
        raise FileRefused(sentence, reason="too_large")
    try:
        return picture(data, [Rendering(LOGO_SIDE_PX, "PNG")]).renderings[0]
    except FileRefused as refused:
        if refused.reason in {"empty", "not_an_image", "damaged"}:
            raise FileRefused(sentence, reason=refused.reason) from None
        raise


def _page(name: str, **context: Any) -> str:
    return render_template(f"branch/licences/{name}", kind_names=KIND_NAMES, list_words=list_words, **context)
