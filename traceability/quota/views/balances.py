"""Quota in plain words for growers; use, transfers and figures for the branch."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from branch import api as branch
from core.clock import local_year, now
from core.errors import DomainError, Forbidden, NotFound
from core.form_keys.views import creates, creating
from core.gate import actor_id, may, requires
from core.scopes import Scope, note_checked
from traceability.lots.queries.records import cultivar_group_name
from traceability.quota.forms import FiguresForm, TransferForm
from traceability.quota.queries.ledger import (
    BalanceView,
    balances_of_grower,
    figures_history,
    growing_on,
    mark_of_grower,
    moves_of_grower,
    stages,
    use_by_grower,
)
from traceability.quota.service import moves
from traceability.quota.wording import account_line, move_kind_name, stage_names

blueprint = Blueprint("quota", __name__)
NO_TOKEN = {"csrf": False}  # the page sends the request's one token, which every request is held to


@blueprint.get("/seller/quota")
@requires("quota.own")
def own() -> ResponseReturnValue:
    """For how many plants codes can still be activated this year."""
    grower = branch.require_grower(actor_id())
    year = _year()
    return _page(
        "own.html",
        grower=grower,
        year=year,
        lines=balances_of_grower(grower.id, year=year),
        moves=moves_of_grower(grower.id, limit=20),
        stages=stages(at=now(), mark_code=mark_of_grower(grower.id, at=now())),
    )


@blueprint.get("/branch/quota")
@requires("quota.view")
def index() -> ResponseReturnValue:
    """Approved, activated and free by licensee."""
    year = _year()
    units = [unit.id for unit in branch.units_where(actor_id() or 0, "quota.view")]
    rows = use_by_grower(units, year=year)
    return _page(
        "index.html",
        rows=rows,
        growers=branch.growers_by_ids([row.grower_id for row in rows]),
        year=year,
        may_decide=may("quota.decide"),
    )


@blueprint.get("/branch/quota/growers/<slug>")
@requires("quota.view")
def grower(slug: str) -> ResponseReturnValue:
    """One licensee's quota, with what the branch may do about it."""
    return _grower(_visible(slug, "quota.view"))


@blueprint.post("/branch/quota/growers/<slug>/transfer")
@requires("quota.decide", scope=Scope.UNIT)
@creates()
def transfer(slug: str) -> ResponseReturnValue:
    """Pass quota on to another licensee."""
    giver = _visible(slug, "quota.decide")
    lines = balances_of_grower(giver.id, year=local_year(now()))
    form = _transfer_form(giver, lines)

    def move() -> None:
        receiver = branch.get_grower(id=form.receiver.data)
        branch.require_unit_access(actor_id(), receiver.unit_id, "quota.decide")
        moves.transfer(
            lines[form.line.data].key,
            receiver.id,
            form.plants.data or 0,
            reason=form.reason.data or "",
            at=now(),
            by=actor_id(),
        )

    return _carry_out(giver, form, move)


@blueprint.route("/branch/quota/figures", methods=["GET", "POST"])
@requires("quota.decide", scope=Scope.MARK)
@creates()
def figures() -> ResponseReturnValue:
    """The table of densities and survival of each mark, and the general one, with their history."""
    form = FiguresForm()
    marks = _marks()
    mark_code = request.args.get("mark", "")
    mark = marks.get(mark_code)
    if mark_code and mark is None:
        raise NotFound(_("There is no mark with this code here."), code="mark_unknown")
    if request.method == "POST" and mark is None:
        raise Forbidden(
            _("The general figures hold for every town; choose your mark and change its own."),
            code="figures_of_everybody",
        )
    if request.method == "POST" and form.validate():
        note_checked(Scope.MARK)
        try:
            with creating() as made:
                moves.set_figures(
                    form.stage.data or "",
                    plants_per_mu=form.plants_per_mu.data or 0,
                    survival_per_mille=round((form.survival.data or 0) * 10),
                    reason=form.reason.data or "",
                    at=now(),
                    by=actor_id(),
                    mark_code=mark_code,
                )
                made.leads_to(url_for("quota.figures", mark=mark_code or None))
            flash(_("The new figures count from now on; what was approved before stays."), "success")
            return made.answer()
        except DomainError as error:
            form.reason.errors = [str(error)]
    return (
        _page(
            "figures.html",
            form=form,
            stages=stages(at=now(), mark_code=mark_code),
            history=figures_history(mark_code),
            marks=list(marks.values()),
            mark=mark,
        ),
        422 if form.errors else 200,
    )


def _marks() -> dict[str, branch.MarkView]:
    """The marks of the units where the actor decides about quota."""
    here = {unit.id for unit in branch.units_where(actor_id() or 0, "quota.decide")}
    return {mark.facts.code: mark for mark in branch.all_marks() if mark.unit_id in here}


def _carry_out(owner: branch.GrowerView, form: TransferForm, move: Callable[[], None]) -> ResponseReturnValue:
    if form.validate():
        try:
            with creating() as made:
                move()
                made.leads_to(url_for("quota.grower", slug=owner.slug))
            flash(_("Written down."), "success")
            return made.answer()
        except Forbidden:
            raise
        except DomainError as error:
            form.plants.errors = [*form.plants.errors, str(error)]
    return _grower(owner, form), 422


def _grower(owner: branch.GrowerView, transfer_form: TransferForm | None = None) -> str:
    year = _year()
    lines = balances_of_grower(owner.id, year=year)
    if transfer_form is None:
        transfer_form = _transfer_form(owner, lines, formdata=None)
    here = {unit.id for unit in branch.units_where(actor_id() or 0, "quota.decide")}
    decides = may("quota.decide") and year == local_year(now()) and any(line.free for line in lines)
    return _page(
        "grower.html",
        grower=owner,
        year=year,
        lines=lines,
        moves=moves_of_grower(owner.id, limit=50),
        stages=stages(at=now(), mark_code=mark_of_grower(owner.id, at=now())),
        transfer_form=transfer_form if decides else None,
        growing=[line for line in growing_on(lines, at=now()) if line.key.unit_id in here] if decides else [],
    )


def _transfer_form(giver: branch.GrowerView, lines: list[BalanceView], **options: Any) -> TransferForm:
    form = TransferForm(prefix="transfer-", meta=NO_TOKEN, **options)
    names = stage_names()
    form.offer([_line_words(line, names) for line in lines])
    near = branch.growers_in_each(branch.units_where(actor_id() or 0, "quota.decide"))
    form.receiver.choices = [SelectChoice(grower.id, grower.name) for grower in near if grower.id != giver.id]
    return form


def _line_words(line: BalanceView, names: Mapping[str, str]) -> str:
    return _(
        "%(group)s, %(stage)s: %(free)s plants free",
        group=cultivar_group_name(line.key.cultivar_group),
        stage=names.get(line.key.size_class, line.key.size_class),
        free=f"{line.free:,}",
    )


def _visible(slug: str, permission: str) -> branch.GrowerView:
    grower = branch.get_grower(slug=slug)
    branch.require_unit_access(actor_id(), grower.unit_id, permission)
    return grower


def _year() -> int:
    text = request.args.get("year", "")
    return int(text) if text.isdecimal() and len(text) == 4 else local_year(now())


def _page(name: str, **context: Any) -> str:
    return render_template(
        f"traceability/quota/{name}",
        group_name=cultivar_group_name,
        stage_names=stage_names(),
        kind_name=move_kind_name,
        account_line=account_line,
        **context,
    )
