"""A grower on a phone: hang labels, measure, activate; pack bundles; take returns; fetch a made file."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from flask import Blueprint, Response, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch import api as branch
from core.clock import now
from core.database import transaction
from core.errors import Conflict, DomainError, Invalid, NotFound
from core.files import service as files
from core.form_keys.views import creates, creating
from core.gate import actor_id, requires
from core.scopes import Scope
from core.uploads.forms import FormPhoto, take_photo
from core.web.views.bounds import PHOTO, takes
from traceability.codes.forms import ActivateForm, PackForm, ReturnForm
from traceability.codes.queries.batches import get_batch
from traceability.codes.queries.search import match_codes
from traceability.codes.rules.selection import read_selection
from traceability.codes.service import bundling, lifecycle
from traceability.codes.service.refusals import note_refusal
from traceability.codes.service.transitions import Measured, lock_codes_by_id

blueprint = Blueprint("code_activation", __name__)
NO_PHOTO = FormPhoto(None, ok=True)


@blueprint.route("/seller/codes/activate", methods=["GET", "POST"])
@requires("codes.issue", scope=Scope.GROWER)
@takes(PHOTO)
@creates()
def activate() -> ResponseReturnValue:
    """Activate what was scanned, with what was measured."""
    form = ActivateForm(codes=request.args.get("codes", ""))
    photo = _photo(form)
    return _answer(form, "activate.html", lambda at: _activate(form, photo.key, at), photo)


@blueprint.route("/seller/codes/pack", methods=["GET", "POST"])
@requires("codes.issue", scope=Scope.GROWER)
@creates()
def pack() -> ResponseReturnValue:
    """Pack plants' codes in a bundle's."""
    form = PackForm()
    return _answer(form, "pack.html", lambda at: _pack(form, at))


@blueprint.route("/seller/codes/return", methods=["GET", "POST"])
@requires("codes.issue", scope=Scope.GROWER)
@takes(PHOTO)
@creates()
def take_back() -> ResponseReturnValue:
    """Plants came back: count them, and their labels are used up."""
    form = ReturnForm()
    photo = _photo(form)
    return _answer(form, "return.html", lambda at: _take_back(form, photo.key, at), photo)


@blueprint.get("/seller/codes/<batch>/file")
@requires("codes.issue")
def batch_file(batch: str) -> Response:
    """The file of a batch that a worker made; it is there for a day, for the batch's grower only."""
    grower = branch.require_grower(actor_id())
    batch_view = get_batch(batch, grower_id=grower.id)
    if batch_view.file_key is None or batch_view.file_until is None or batch_view.file_until <= now():
        raise NotFound(
            _("The file of this batch is gone. Void the batch and issue another."), code="file_gone"
        )
    return codes_as_file(files.get(batch_view.file_key), batch_view.number, batch_view.form)


def codes_as_file(content: bytes, batch_number: str, form: str) -> Response:
    """The answer that a browser saves: a table where `form` is `csv`, else labels to print."""
    ending = "csv" if form == "csv" else "pdf"
    return Response(
        content,
        content_type="text/csv; charset=utf-8" if ending == "csv" else "application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="codes-{batch_number}.{ending}"',
            "Cache-Control": "no-store",
        },
    )


def _answer(
    form: ActivateForm | PackForm | ReturnForm,
    template: str,
    verb: Callable[[datetime], str],
    photo: FormPhoto = NO_PHOTO,
) -> ResponseReturnValue:
    """Run a verb in one transaction; what it refuses stands at the form, which keeps what was typed."""
    if form.validate_on_submit() and photo.ok:
        try:
            with creating() as made:
                done = verb(now())
                made.leads_to(request.path)
        except DomainError as error:
            form.form_errors.append(str(error))
            if isinstance(form, ActivateForm):
                record_refusal(error, branch.require_grower(actor_id()).id)
        else:
            flash(done, "success")
            return made.answer()
    page = render_template(f"traceability/codes/{template}", form=form, kept=bool(photo.key))
    return page, 422 if form.errors else 200


def record_refusal(error: DomainError, grower_id: int) -> None:
    """What was refused leaves a trace, after the refusal undid everything else."""
    if isinstance(error, Conflict):
        with transaction():
            note_refusal(error, grower_id=grower_id, at=now(), by=actor_id())


def _activate(form: ActivateForm, photo_key: str | None, at: datetime) -> str:
    grower = branch.require_grower(actor_id())
    done = lifecycle.activate_codes(
        (form.codes.data or "").splitlines(),
        grower_id=grower.id,
        at=at,
        by=actor_id(),
        measured=Measured(_in_base_unit(form.height.data), _in_base_unit(form.diameter.data, 10), photo_key),
    )
    return _(
        "%(codes)s codes are active; %(plants)s plants were taken from your quota.",
        codes=done.codes,
        plants=done.plants,
    )


def _pack(form: PackForm, at: datetime) -> str:
    grower = branch.require_grower(actor_id())
    inside, plants = bundling.pack(
        form.bundle.data or "",
        (form.codes.data or "").splitlines(),
        grower_id=grower.id,
        at=at,
        by=actor_id(),
    )
    return _("The bundle holds %(inside)s of %(plants)s plants.", inside=inside, plants=plants)


def _take_back(form: ReturnForm, photo_key: str | None, at: datetime) -> str:
    grower = branch.require_grower(actor_id())
    matches, refused = match_codes(read_selection((form.codes.data or "").splitlines()))
    if refused or any(match.code.grower_id != grower.id for match in matches):
        raise Invalid(_("Some of these are not codes of yours. Nothing was changed."), code="code_not_usable")
    lifecycle.return_codes(
        lock_codes_by_id(match.code.id for match in matches),
        counted=form.counted.data or 0,
        reason=form.reason.data or "",
        at=at,
        by=actor_id(),
        photo_key=photo_key,
    )
    return _("The labels are used up; your quota got back what you counted.")


def _photo(form: ActivateForm | ReturnForm) -> FormPhoto:
    return take_photo(form, kind="code_photo") if form.is_submitted() else NO_PHOTO


def _in_base_unit(value: Decimal | None, times: int = 1) -> int | None:
    return None if value is None else int((value * times).to_integral_value())
