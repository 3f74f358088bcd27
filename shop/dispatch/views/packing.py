"""The grower's packing table: what is due, one parcel at a time, and many tracking numbers at once."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from branch import api as branch
from core.clock import local_day, now
from core.database import transaction
from core.errors import DomainError, Invalid
from core.form_keys.views import creates, creating
from core.gate import actor_id, requires
from core.scopes import Scope
from core.settings import current_settings
from core.web.views.bounds import PHOTO, takes
from shop.dispatch import queries
from shop.dispatch.forms import FreshCodesForm, PaperForm, SendForm
from shop.dispatch.rules import COURIERS
from shop.dispatch.service import dispatching
from shop.dispatch.service.seedling_labels import seedling_labels
from shop.orders.queries import order_views
from shop.orders.service import fulfilling
from shop.orders.states import By, FulfilmentState
from traceability import api as traceability

blueprint = Blueprint("dispatch", __name__)
TABS = {
    "to_pack": FulfilmentState.TO_PACK,
    "packed": FulfilmentState.PACKED,
    "dispatched": FulfilmentState.DISPATCHED,
}


def _grower() -> branch.GrowerView:
    return branch.require_grower(actor_id())


def _own(number: str) -> queries.Parcel:
    return queries.get_parcel(number, _grower().id)


def _by() -> By:
    return By("grower", actor_id())


@blueprint.get("/seller/dispatch")
@requires("orders.dispatch")
def home() -> str:
    """Parcels to pack by the week in which they are due, packed ones by courier, and those that left."""
    grower = _grower()
    tab = request.args.get("state", "to_pack")
    state = TABS.get(tab, FulfilmentState.TO_PACK)
    parcels = queries.parcels(grower.id, state)
    return render_template(
        "shop/dispatch/home.html",
        tab=tab if tab in TABS else "to_pack",
        counts=order_views.count_by_state([grower.id]),
        tabs=TABS,
        weeks=[(week, list(group)) for week, group in groupby(parcels, key=lambda parcel: parcel.week)],
        parcels=parcels,
        today=local_day(now()),
    )


@blueprint.get("/seller/dispatch/packing-list")
@requires("orders.dispatch")
def packing_list() -> str:
    """What goes into each parcel, to be printed and ticked off."""
    parcels = queries.parcels(_grower().id, FulfilmentState.TO_PACK)
    return render_template("shop/dispatch/packing_list.html", parcels=parcels, at=now())


@blueprint.get("/seller/dispatch/<number>")
@requires("orders.dispatch")
def parcel(number: str) -> ResponseReturnValue:
    """Everything about one parcel on one screen."""
    return _page(_own(number))


def _page(
    parcel: queries.Parcel,
    *,
    paper_form: PaperForm | None = None,
    send_form: SendForm | None = None,
    fresh_form: FreshCodesForm | None = None,
    problem: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    at = now()
    draft = queries.draft_of(parcel.id)
    kinds = traceability.required_papers(parcel.province, roots=parcel.roots, grower_id=parcel.grower_id)
    have = {paper.kind: paper for paper in traceability.papers_of(parcel.number)}
    lacking = traceability.missing_papers(
        parcel.number, parcel.province, on=local_day(at), roots=parcel.roots, grower_id=parcel.grower_id
    )
    paper_form = paper_form or PaperForm(formdata=None, kind=str(lacking[0]) if lacking else None)
    paper_form.kind.choices = [
        SelectChoice(str(kind), traceability.paper_kind_name(kind))
        for kind in traceability.PaperKind
        if kind != traceability.PaperKind.LABEL
    ]
    send_form = send_form or SendForm(
        formdata=None, codes=draft.codes, courier=draft.courier, tracking_number=draft.tracking_number
    )
    fresh_form = _fresh_form(parcel, fresh_form)
    html = render_template(
        "shop/dispatch/parcel.html",
        parcel=parcel,
        kinds=kinds,
        have=have,
        lacking=lacking,
        label_kind=traceability.PaperKind.LABEL,
        kind_name=traceability.paper_kind_name,
        codes=traceability.codes_of_consignment(parcel.number),
        paper_form=paper_form,
        send_form=send_form,
        fresh_form=fresh_form,
        couriers=COURIERS,
        problem=problem,
        today=local_day(at),
    )
    return html, status


def _fresh_form(parcel: queries.Parcel, form: FreshCodesForm | None) -> FreshCodesForm:
    form = form or FreshCodesForm(formdata=None)
    form.lot.choices = [
        SelectChoice(
            lot_id, next(f"{line.lot_number} {line.title}" for line in parcel.lines if line.lot_id == lot_id)
        )
        for lot_id in parcel.plants_by_lot
    ]
    offered = {level for lot_id in parcel.plants_by_lot for level in queries.levels_of(lot_id)}
    form.level.choices = [choice for choice in form.level.choices if choice.value in offered]
    if form.count.data is None and parcel.lines:
        bundles = all(line.unit == "bundle" for line in parcel.lines)
        form.level.data = "bundle" if bundles or "unit" not in offered else "unit"
        form.count.data = parcel.lines[0].quantity
    return form


@blueprint.post("/seller/dispatch/<number>/papers")
@requires("orders.dispatch", scope=Scope.GROWER)
@takes(PHOTO)
@creates()
def add_paper(number: str) -> ResponseReturnValue:
    """Record a paper; a scan that came with a form that failed is kept."""
    parcel = _own(number)
    form = PaperForm()
    form.kind.choices = [SelectChoice(str(kind), str(kind)) for kind in traceability.PaperKind]
    try:
        upload = form.scan.data.read() if form.scan.data else b""
        if upload:
            form.kept.data = traceability.kept_token(
                [traceability.keep_upload(upload)], purpose=parcel.number
            )
        if not form.validate():
            return _page(parcel, paper_form=form, status=422)
        keys = traceability.read_kept(form.kept.data, purpose=parcel.number)
        with creating() as made:
            traceability.record_paper(
                consignment_number=parcel.number,
                kind=form.kind.data,
                number=form.number.data or "",
                issued_on=form.issued_on.data,
                valid_until=form.valid_until.data,
                file_key=keys[0] if keys else None,
                at=now(),
                by=actor_id(),
            )
            made.leads_to(url_for("dispatch.parcel", number=parcel.number, _anchor="papers"))
    except Invalid as error:
        form.number.errors = [*form.number.errors, str(error)]
        return _page(parcel, paper_form=form, status=422)
    flash(_("The paper is recorded."), "success")
    return made.answer()


@blueprint.post("/seller/dispatch/<number>/label.pdf")
@requires("orders.dispatch", scope=Scope.GROWER)
def label(number: str) -> ResponseReturnValue:
    """The seedling label as a PDF; printing it here records it as a paper that travels."""
    parcel = _own(number)
    at = now()
    on = local_day(at)
    labels = seedling_labels(parcel, at=at, on=on)
    with transaction():
        traceability.record_printed_label(consignment_number=parcel.number, at=at, on=on, by=actor_id())
    return _download(
        traceability.seedling_labels_pdf(labels, at=at), f"{parcel.number}-label.pdf", "application/pdf"
    )


@blueprint.post("/seller/dispatch/<number>/codes")
@requires("orders.dispatch", scope=Scope.GROWER)
@creates()
def fresh_codes(number: str) -> ResponseReturnValue:
    """Issue codes for this parcel, hand them out once as a file and note their range in the draft."""
    parcel = _own(number)
    form = _fresh_form(parcel, FreshCodesForm())
    if not form.validate():
        return _page(parcel, fresh_form=form, status=422)
    lot_id, count = form.lot.data, form.count.data
    if form.level.data not in queries.levels_of(lot_id):
        form.level.errors = [_("These plants are too thin for codes of their own: give codes to bundles.")]
        return _page(parcel, fresh_form=form, status=422)
    plants = parcel.plants_by_lot[lot_id]
    per_code = 1 if form.level.data == "unit" else plants // count
    at = now()
    if per_code < 1 or per_code * count != plants:
        text = _("%(plants)s plants cannot be shared by %(count)s codes.", plants=plants, count=count)
        form.count.errors = [text]
        return _page(parcel, fresh_form=form, status=422)
    draft = queries.draft_of(parcel.id)
    with creating() as made:
        made.leads_to(_to(parcel))
        issued = traceability.issue_codes(lot_id, form.level.data, count, per_code, at=at, by=actor_id())
        lines = [*draft.codes.splitlines(), f"{issued.batch.number} 1-{count}"]
        dispatching.save_draft(
            parcel,
            codes="\n".join(lines),
            courier=draft.courier,
            tracking_number=draft.tracking_number,
            at=at,
        )
    data = traceability.code_file(
        issued,
        traceability.get_lot(id=lot_id),
        ending=form.ending.data,
        public_url=current_settings().base_url,
        at=at,
    )
    kind = "application/pdf" if form.ending.data == "pdf" else "text/csv"
    return _download(data, f"{issued.batch.number}.{form.ending.data}", kind)


def _download(data: bytes, name: str, content_type: str) -> Response:
    return Response(
        data,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@blueprint.post("/seller/dispatch/<number>/packed")
@requires("orders.dispatch", scope=Scope.GROWER)
def packed(number: str) -> ResponseReturnValue:
    """The parcel is ready for the courier."""
    parcel = _own(number)
    with transaction():
        fulfilling.mark_packed(parcel.id, at=now(), by=_by())
    flash(_("Parcel %(number)s is packed.", number=parcel.number), "success")
    return redirect(url_for("dispatch.home") if request.form.get("back") == "list" else _to(parcel), 303)


@blueprint.post("/seller/dispatch/<number>/unpacked")
@requires("orders.dispatch", scope=Scope.GROWER)
def unpacked(number: str) -> ResponseReturnValue:
    """Open a packed parcel again."""
    parcel = _own(number)
    with transaction():
        fulfilling.mark_unpacked(parcel.id, at=now(), by=_by(), reason=_("opened again by the grower"))
    return redirect(_to(parcel), 303)


def _to(parcel: queries.Parcel) -> str:
    return url_for("dispatch.parcel", number=parcel.number)


@blueprint.post("/seller/dispatch/<number>")
@requires("orders.dispatch", scope=Scope.GROWER)
def send(number: str) -> ResponseReturnValue:
    """Keep what was typed; with the button "dispatch", send the parcel off or say what is missing."""
    grower = _grower()
    parcel = queries.get_parcel(number, grower.id)
    form = SendForm()
    if not form.validate():
        return _page(parcel, send_form=form, status=422)
    typed = {
        "codes": form.codes.data or "",
        "courier": form.courier.data or "",
        "tracking_number": form.tracking_number.data or "",
    }
    with transaction():
        dispatching.save_draft(parcel, **typed, at=now())
    if request.form.get("do") != "dispatch":
        flash(_("Kept. The parcel has not left yet."), "info")
        return redirect(_to(parcel), 303)
    try:
        with transaction():
            dispatching.dispatch(parcel, **typed, seller=grower.name, at=now(), by=_by())
    except DomainError as error:
        status = 422 if isinstance(error, Invalid) else 409
        if "tried" in error.details:  # codes that were activated on the way
            with transaction():
                traceability.note_refusal(error, grower_id=grower.id, at=now(), by=actor_id())
        for name, sentence in error.details.get("fields", {}).items():
            form[name].errors = [sentence]
        return _page(parcel, send_form=form, problem=str(error), status=status)
    flash(_("Parcel %(number)s has left. The buyer is told.", number=parcel.number), "success")
    return redirect(_to(parcel), 303)
