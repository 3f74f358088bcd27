"""A grower's freight table on one page."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch import api as branch
from core.clock import now
from core.database import transaction
from core.errors import Invalid
from core.gate import actor_id, requires
from core.scopes import Scope
from shop.freight import forms, service
from shop.freight.queries import own_tables
from shop.freight.rules.addresses import provinces, short_name
from shop.freight.rules.default_table import DEFAULT_TABLE
from shop.freight.rules.rates import freight_minor

blueprint = Blueprint("freight", __name__)
SAMPLES_G = (1_000, 5_000, 20_000, 300_000)


@blueprint.get("/seller/freight")
@requires("shipping.edit")
def table() -> ResponseReturnValue:
    """The rates in force: the grower's own, else the branch's usual ones to start from."""
    grower = branch.require_grower(actor_id())
    own = own_tables([grower.id]).get(grower.id)
    return _page(forms.from_table(own or DEFAULT_TABLE), is_own=own is not None)


@blueprint.post("/seller/freight")
@requires("shipping.edit", scope=Scope.GROWER)
def save() -> ResponseReturnValue:
    """Keep the rates, add a line to fill in, or go back to the usual table."""
    grower = branch.require_grower(actor_id())
    is_own = grower.id in own_tables([grower.id])
    if request.form.get("action") == "usual":
        with transaction():
            service.use_default_table(grower.id)
        flash(_("The branch's usual rates hold again."), "success")
        return redirect(url_for("freight.table"), 303)
    lines = forms.from_form(request.form)
    if request.form.get("action") == "add":
        return _page([*lines, forms.TypedRate()][: forms.MAX_RATES], is_own=is_own)
    rates = forms.rates_of(lines)
    if not rates:
        problem = _("A freight table has at least one line.") if rates is not None else ""
        return _page(lines, is_own=is_own, problem=problem), 422
    try:
        with transaction():
            service.write_table(grower.id, rates, at=now(), by_account_id=actor_id())
    except Invalid as refused:
        return _page(lines, is_own=is_own, problem=str(refused.message)), 422
    flash(_("Saved. New orders are quoted with these rates."), "success")
    return redirect(url_for("freight.table"), 303)


def _page(lines: list[forms.TypedRate], *, is_own: bool, problem: str = "") -> str:
    chosen = {code for line in lines for code in line.provinces}
    return render_template(
        "shop/freight/table.html",
        lines=lines,
        is_own=is_own,
        problem=problem,
        has_errors=bool(problem) or any(line.errors for line in lines),
        provinces=provinces(),
        short_name=short_name,
        left_out=[short_name(province.name) for province in provinces() if province.code not in chosen],
        samples=SAMPLES_G,
        sample=_sample,
    )


def _sample(line: forms.TypedRate, weight_g: int) -> int | None:
    """What a weight costs by a line, for the eye; None while the line is not complete."""
    rates = forms.rates_of([replace(line)])
    return freight_minor(rates[0], weight_g) if rates else None
