"""Many tracking numbers at once: paste the courier's table, look, confirm."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from branch import api as branch
from core.clock import now
from core.database import transaction
from core.errors import DomainError, NotFound
from core.gate import actor_id, requires
from core.scopes import Scope
from shop.dispatch import queries
from shop.dispatch.forms import TrackingForm
from shop.dispatch.rules import TrackingRow, read_tracking
from shop.dispatch.service import dispatching
from shop.orders.states import By

blueprint = Blueprint("tracking", __name__)


@dataclass(frozen=True)
class Outcome:
    """What a row would do or has done; `problem` is a sentence, empty when the parcel can leave."""

    row: TrackingRow
    problem: str
    done: bool = False


@blueprint.route("/seller/dispatch/tracking", methods=["GET", "POST"])
@requires("orders.dispatch", scope=Scope.GROWER)
def table() -> ResponseReturnValue:
    """First a look at every row, then, on confirmation, each good row in its own transaction."""
    form = TrackingForm()
    outcomes: list[Outcome] = []
    if form.validate_on_submit():
        rows = read_tracking(form.table.data or "")
        confirmed = request.form.get("do") == "send"
        outcomes = [_outcome(row, confirmed=confirmed) for row in rows]
        sent = sum(outcome.done for outcome in outcomes)
        if confirmed:
            flash(ngettext("%(num)s parcel has left.", "%(num)s parcels have left.", sent), "success")
            if sent == len(outcomes):
                return redirect(url_for("dispatch.home", state="dispatched"), 303)
            form.table.data = "\n".join(_line(outcome.row) for outcome in outcomes if not outcome.done)
    return render_template("shop/dispatch/tracking.html", form=form, outcomes=outcomes)


def _line(row: TrackingRow) -> str:
    return f"{row.consignment_number}\t{row.courier}\t{row.tracking_number}"


def _outcome(row: TrackingRow, *, confirmed: bool) -> Outcome:
    if row.problem:
        return Outcome(row, _problem(row))
    grower = branch.require_grower(actor_id())
    try:
        parcel = queries.get_parcel(row.consignment_number, grower.id)
        codes = queries.draft_of(parcel.id).codes
        if not confirmed:
            return Outcome(row, _not_ready(parcel, codes))
        by = By("grower", actor_id())
        with transaction():
            dispatching.dispatch(
                parcel,
                codes=codes,
                courier=row.courier,
                tracking_number=row.tracking_number,
                seller=grower.name,
                at=now(),
                by=by,
            )
    except NotFound:
        return Outcome(row, _("There is no such parcel of yours."))
    except DomainError as error:
        return Outcome(row, str(error))
    return Outcome(row, "", done=True)


def _not_ready(parcel: queries.Parcel, codes: str) -> str:
    lacking = dispatching.missing(parcel, at=now())
    if lacking:
        return _("Missing: %(papers)s", papers="、".join(lacking))
    return "" if codes.strip() else _("No codes are entered for this parcel yet.")


def _problem(row: TrackingRow) -> str:
    sentences = {
        "three_cells": _("A row needs three cells: parcel, courier, tracking number."),
        "tracking_unreadable": dispatching.wrong_number(row.courier),
        "parcel_twice": _("This parcel stands further up already."),
    }
    return sentences[row.problem]
