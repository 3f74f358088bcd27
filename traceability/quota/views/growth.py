"""Plants that outgrow their size class: who may have some, and the one form that writes it down."""

from itertools import groupby

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch import api as branch
from core.clock import local_day, local_year, now
from core.errors import DomainError, NotFound
from core.form_keys.views import creates, creating
from core.gate import actor_id, requires
from core.scopes import Scope
from core.web.rules.pagination import Page, page_number
from traceability.lots.queries.records import cultivar_group_name
from traceability.quota.forms import GrowForm
from traceability.quota.queries.ledger import BalanceView, balances_of_units, growing_on
from traceability.quota.rules import next_class
from traceability.quota.service import moves
from traceability.quota.wording import stage_names

blueprint = Blueprint("quota_growth", __name__)
PAGE_SIZE = 24


@blueprint.get("/branch/quota/growth")
@requires("quota.decide")
def index() -> ResponseReturnValue:
    """The quota of one's villages whose plants can still outgrow their size class this year."""
    at = now()
    units = {unit.id: unit for unit in branch.units_where(actor_id() or 0, "quota.decide")}
    lines = growing_on(balances_of_units(units, year=local_year(at)), at=at)
    by_grower = [(owner, list(own)) for owner, own in groupby(lines, key=lambda line: line.key.grower_id)]
    page = page_number(request.args.get("page"))
    shown = by_grower[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return render_template(
        "traceability/quota/growing.html",
        page=Page(shown, len(by_grower), page, PAGE_SIZE),
        growers=branch.growers_by_ids(owner for owner, _lines in shown),
        villages={unit.id: branch.unit_name(unit) for unit in units.values()},
        group_name=cultivar_group_name,
        stage_names=stage_names(),
        year=local_year(at),
    )


@blueprint.route("/branch/quota/growers/<slug>/growth/<int:unit_id>/<group>/<size>", methods=["GET", "POST"])
@requires("quota.decide", scope=Scope.UNIT)
@creates()
def grow(slug: str, unit_id: int, group: str, size: str) -> ResponseReturnValue:
    """Write down how many plants of one line have outgrown their size class, and how many were lost."""
    owner = branch.get_grower(slug=slug)
    village = branch.require_unit_access(actor_id(), unit_id, "quota.decide")
    at = now()
    line = _line(owner, unit_id, group, size)
    form = GrowForm()
    if request.method != "POST":
        form.plants.data, form.loss.data, form.counted_on.data = line.to_grow, 0, local_day(at)
    elif form.validate():
        try:
            with creating() as made:
                moves.grow(
                    line.key,
                    form.plants.data or 0,
                    form.loss.data or 0,
                    counted_on=form.counted_on.data or local_day(at),
                    reason=form.reason.data or "",
                    at=at,
                    by=actor_id(),
                )
                made.leads_to(url_for("quota.grower", slug=owner.slug))
            flash(_("Written down."), "success")
            return made.answer()
        except DomainError as error:
            field = form[error.code] if error.code in {"loss", "counted_on"} else form.plants
            field = form.reason if error.code == "reason_missing" else field
            field.errors = [*field.errors, str(error)]
    names = stage_names()
    return (
        render_template(
            "traceability/quota/grow.html",
            form=form,
            grower=owner,
            line=line,
            village=branch.unit_name(village),
            group_name=cultivar_group_name,
            stage=names[line.key.size_class],
            following=names[next_class(moves.stages(at=at), line.key.size_class) or line.key.size_class],
        ),
        422 if form.errors else 200,
    )


def _line(owner: branch.GrowerView, unit_id: int, group: str, size: str) -> BalanceView:
    at = now()
    for line in growing_on(balances_of_units([unit_id], year=local_year(at)), at=at):
        key = line.key
        if (key.grower_id, key.cultivar_group, key.size_class) == (owner.id, group, size):
            return line
    raise NotFound(_("Nothing of this quota can outgrow its size class this year."), code="nothing_grows")
