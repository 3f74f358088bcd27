"""Growers bring the orders of their outside shops: upload, look, confirm, see the rows that were not taken."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect
from wtforms.fields.choices import SelectChoice

from branch import api as branch
from core.clock import now
from core.database import session, transaction
from core.errors import NotFound
from core.form_keys.views import creates, creating
from core.gate import actor_id, requires
from core.progress.service import starting as progress
from core.scopes import Scope
from core.web.rules.pagination import Page, page_number
from core.web.views.bounds import TABLES, takes
from shop.channels import queries
from shop.channels.forms import UploadForm
from shop.channels.models import OutsideImport
from shop.channels.rules.tables import UnknownFile, order_rows
from shop.channels.service import importing, stored_plans
from shop.channels.service.reading import UnreadableFile, tables_of
from shop.channels.service.rejections import reason_sentence, unknown_sentence

blueprint = Blueprint("channels", __name__)
READ_AS = {"taobao": "taobao", "tmall": "taobao"}
ROWS_PER_PAGE = 100


def _own_storefronts() -> list[branch.StorefrontView]:
    grower = branch.require_grower(actor_id())
    return [storefront for storefront in branch.storefronts_of(grower.id) if storefront.platform in READ_AS]


def _own_import(public_id: str) -> tuple[OutsideImport, branch.StorefrontView]:
    row = queries.get_import(public_id)
    for storefront in _own_storefronts():
        if storefront.id == row.storefront_id:
            return row, storefront
    raise NotFound(code="import_unknown")


@blueprint.route("/seller/channels", methods=["GET", "POST"])
@requires("channels.import", scope=Scope.GROWER)
@takes(TABLES)
@creates()
def home() -> ResponseReturnValue:
    """Past imports, and the upload of new files; nothing is booked before it was looked at."""
    storefronts = _own_storefronts()
    form = UploadForm()
    form.storefront.choices = [
        SelectChoice(storefront.public_id, storefront.shop_name) for storefront in storefronts
    ]
    if form.validate_on_submit():
        chosen = next(
            storefront for storefront in storefronts if storefront.public_id == form.storefront.data
        )
        answer = _plan(form, chosen)
        if answer is not None:
            return answer
    imports = queries.imports_of([storefront.id for storefront in storefronts])
    page = render_template(
        "shop/channels/home.html",
        form=form,
        storefronts={storefront.id: storefront for storefront in storefronts},
        imports=imports,
    )
    return page, 422 if form.errors else 200


def _plan(form: UploadForm, storefront: branch.StorefrontView) -> ResponseReturnValue | None:
    """Have the files read and compared by a worker; None with errors on the form when they are no export.

    What is personal in them is left behind here, so that it is never laid down anywhere.
    """
    given = [(file.filename or "", file.read()) for file in form.files.data if file and file.filename]
    try:
        brought = tables_of(given, READ_AS[storefront.platform])
    except UnknownFile as error:
        form.files.errors = [unknown_sentence(error)]
        return None
    except UnreadableFile as error:
        form.files.errors = [str(error.message)]
        return None
    session.rollback()
    laid, account_id = stored_plans.lay_down(brought), actor_id()
    with creating() as made:
        row = importing.record_brought(
            laid,
            storefront=storefront,
            platform=storefront.platform,
            account_id=account_id,
            at=now(),
            chosen_days=form.chosen_days(),
        )
        row.job_id = progress.start(
            "channels",
            task="shop.channels.plan",
            args=[row.public_id],
            total=order_rows(brought),
            owner_account_id=account_id,
            needs=progress.Authority("channels.import", grower_id=storefront.grower_id),
        )
        made.leads_to(url_for("progress.job", public_id=row.job_id))
    return made.answer()


@blueprint.get("/seller/channels/imports/<public_id>")
@requires("channels.import")
def one_import(public_id: str) -> str:
    """What an import would do or has done, row by row."""
    row, storefront = _own_import(public_id)
    planned = stored_plans.kept_plan(row) if row.state == "planned" else []
    number = page_number(request.args.get("page"))
    start = (number - 1) * ROWS_PER_PAGE
    return render_template(
        "shop/channels/import.html",
        row=row,
        state=queries.state_of(row, at=now()),
        storefront=storefront,
        page=Page(planned[start : start + ROWS_PER_PAGE], len(planned), number, ROWS_PER_PAGE),
        rejected=[
            (rejected_row, reason_sentence(rejected_row.reason))
            for rejected_row in importing.rejected_of(row)
        ],
        job_url=url_for("progress.job", public_id=row.job_id) if row.job_id else None,
    )


@blueprint.post("/seller/channels/imports/<public_id>/apply")
@requires("channels.import", scope=Scope.GROWER)
def apply(public_id: str) -> ResponseReturnValue:
    """Confirm a planned import; the worker books it and shows its progress."""
    row, storefront = _own_import(public_id)
    row_id, total = row.id, sum(row.counts.values())
    with transaction():
        job_id = progress.start(
            "channels",
            task="shop.channels.apply",
            args=[public_id, storefront.public_id],
            total=total,
            owner_account_id=actor_id(),
            needs=progress.Authority("channels.import", grower_id=storefront.grower_id),
        )
        importing.claim(row_id, job_id=job_id, at=now())
    return redirect(url_for("progress.job", public_id=job_id))
