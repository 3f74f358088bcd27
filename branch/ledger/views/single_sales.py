"""A grower's single sales, each with its place in the public log and its proof."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from branch.growers.queries.directory import require_grower
from branch.ledger.queries import single_sales
from branch.ledger.views.sums import asked_period
from branch.ledger.wording import channel_name
from core import seal
from core.gate import actor_id, requires
from core.web.rules.pagination import page_number

blueprint = Blueprint("sale_records", __name__)

KINDS = {"sale": _l("Sale"), "refund": _l("Refund"), "reversal": _l("Taken back")}


@blueprint.get("/seller/sales/records")
@requires("ledger.own")
def index() -> ResponseReturnValue:
    """The single records of a month or a year."""
    grower = require_grower(actor_id())
    period = asked_period(lambda: single_sales.newest_day(grower.id))
    page = single_sales.records_of(grower.id, period, page=page_number(request.args.get("page")))
    return render_template(
        "branch/ledger/records.html",
        period=period,
        page=page,
        seals=seal.seals_of([record.subject for record in page.items]),
        kinds=KINDS,
        channel_name=channel_name,
    )


@blueprint.get("/seller/sales/records/proof")
@requires("ledger.own")
def proof() -> ResponseReturnValue:
    """The proof that one of the grower's own sales is sealed in the public log."""
    grower = require_grower(actor_id())
    source, reference = request.args.get("source", ""), request.args.get("ref", "")
    record = single_sales.require_record(grower.id, source, reference)
    return seal.proof_answer(seal.proof_for(record.subject), "sale")
