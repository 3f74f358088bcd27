"""Growers propose their outside shops; the branch authorises them."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from branch.growers.queries.directory import require_grower
from branch.licences.queries.marks import get_mark, marks_open_to
from branch.licences.queries.validity import licences_of_growers
from branch.licences.wording import STANDING_NAMES, STANDING_TONES, village_name
from branch.organisation.queries.tree import require_unit_access, units_where
from branch.platforms.wording import platform_name
from branch.storefronts.forms import AddressForm, DecisionForm, ProposalForm
from branch.storefronts.queries import register
from branch.storefronts.queries.unusable_addresses import unjudged_addresses
from branch.storefronts.service import decisions
from branch.storefronts.states import StorefrontState, StorefrontStep, steps_from
from branch.storefronts.wording import STATE_NAMES, STATE_TONES, STEP_NAMES
from core.clock import now
from core.database import transaction
from core.errors import Conflict, Invalid
from core.form_keys.views import creates, creating
from core.gate import actor_id, may, requires
from core.scopes import Scope
from core.web.rules.pagination import page_number

blueprint = Blueprint("storefronts", __name__)


@blueprint.get("/seller/storefronts")
@requires("storefronts.propose")
def own() -> str:
    """The grower's outside shops, those that stand or wait first, and a form for one more."""
    return _own(ProposalForm())


@blueprint.post("/seller/storefronts")
@requires("storefronts.propose", scope=Scope.GROWER)
@creates()
def propose() -> Any:
    """Put a shop before the branch."""
    grower = require_grower(actor_id())
    form = ProposalForm()
    form.offer(marks_open_to(grower))
    if not form.validate():
        return _own(form), 422
    try:
        with creating() as made:
            decisions.propose_storefront(
                grower.id,
                get_mark(form.mark.data).id,
                address=form.address.data,
                shop_name=form.shop_name.data,
                by_account_id=actor_id(),
                at=now(),
            )
            made.leads_to(url_for("storefronts.own"))
    except Conflict as error:
        form.address.errors = [str(error.message)]
        return _own(form), 422
    flash(_("The shop is before the branch. You will be told of the answer."), "success")
    return made.answer()


@blueprint.post("/seller/storefronts/<public_id>/end")
@requires("storefronts.propose", scope=Scope.GROWER)
def end_own(public_id: str) -> Any:
    """The grower takes a proposal back, or says that a shop is his no longer."""
    with transaction():
        grower = require_grower(actor_id())
        decisions.take_back(public_id, grower_id=grower.id, by_account_id=actor_id(), at=now())
    flash(_("The shop is no longer in the register."), "success")
    return redirect(url_for("storefronts.own"))


def _own(form: ProposalForm) -> str:
    grower = require_grower(actor_id())
    form.offer(marks_open_to(grower))
    shops = register.storefronts_of(grower.id)
    open_states = {StorefrontState.PROPOSED, StorefrontState.AUTHORISED, StorefrontState.SUSPENDED}
    return _page(
        "own.html",
        shops=sorted(shops, key=lambda shop: shop.state not in open_states),
        open_states=open_states,
        unjudged={unjudged.public_id: unjudged for unjudged in unjudged_addresses(growers=[grower.id])},
        form=form,
    )


@blueprint.get("/branch/storefronts")
@requires("storefronts.view")
def index() -> str:
    """The shops of the units that the person looks after; of one state when chosen."""
    state = request.args.get("state", "")
    state = state if state in set(StorefrontState) else ""
    units = [unit.id for unit in units_where(actor_id(), "storefronts.view")]
    listing = register.storefront_list(units, state=state, page=page_number(request.args.get("page")))
    return _page("index.html", found=listing, state=state)


@blueprint.get("/branch/storefronts/<public_id>")
@requires("storefronts.view")
def show(public_id: str) -> str:
    """One shop, its addresses, history and the steps that are possible."""
    return _show(public_id)


@blueprint.post("/branch/storefronts/<public_id>")
@requires("storefronts.decide", scope=Scope.UNIT)
def decide(public_id: str) -> Any:
    """Authorise, refuse, suspend, reinstate or end a shop."""
    unit_id = register.get_storefront_file(public_id).grower_unit_id
    require_unit_access(actor_id(), unit_id, "storefronts.decide")
    form = DecisionForm()
    step = request.form.get("step", "")
    if step not in set(StorefrontStep) - {StorefrontStep.PROPOSE}:
        raise Invalid(_("Choose what to decide."), code="decision_missing")
    if not form.validate():
        return _show(public_id, form=form), 422
    try:
        with transaction():
            decisions.decide(
                public_id,
                StorefrontStep(step),
                reason=form.reason.data or "",
                by_account_id=actor_id(),
                at=now(),
            )
    except Invalid as error:
        form.reason.errors = [str(error.message)]
        return _show(public_id, form=form), 422
    except Conflict as error:
        if error.code not in {"address_unjudged", "held_by_case"}:
            raise
        flash(str(error.message), "error")
        return _show(public_id, form=form), 409
    flash(_("Decided and written down; the grower is told."), "success")
    return redirect(url_for("storefronts.show", public_id=public_id))


@blueprint.post("/branch/storefronts/<public_id>/addresses")
@requires("storefronts.decide", scope=Scope.UNIT)
@creates()
def add_address(public_id: str) -> Any:
    """Register another address of a shop."""
    form = AddressForm()
    if not form.validate():
        return _show(public_id, address_form=form), 422
    try:
        with creating() as made:
            decisions.add_address(public_id, form.address.data, by_account_id=actor_id(), at=now())
            made.leads_to(url_for("storefronts.show", public_id=public_id))
    except Conflict as error:
        form.address.errors = [str(error.message)]
        return _show(public_id, address_form=form), 422
    flash(_("The shop is recognised by this address, too."), "success")
    return made.answer()


def _show(
    public_id: str, *, form: DecisionForm | None = None, address_form: AddressForm | None = None
) -> str:
    file = register.get_storefront_file(public_id)
    require_unit_access(actor_id(), file.grower_unit_id, "storefronts.view")
    grower_id = file.storefront.grower_id
    return _page(
        "show.html",
        file=file,
        licence=licences_of_growers([grower_id], at=now()).get(grower_id),
        addresses=register.addresses_of(file.id),
        unjudged=[
            unjudged
            for unjudged in unjudged_addresses(growers=[grower_id])
            if unjudged.public_id == public_id
        ],
        changes=register.changes_of(file.id),
        steps=steps_from(StorefrontState(file.storefront.state)) if may("storefronts.decide") else [],
        form=form or DecisionForm(formdata=None),
        address_form=address_form or AddressForm(formdata=None),
    )


def _page(name: str, **context: Any) -> str:
    return render_template(
        f"branch/storefronts/{name}",
        state_names=STATE_NAMES,
        state_tones=STATE_TONES,
        step_names=STEP_NAMES,
        standing_names=STANDING_NAMES,
        standing_tones=STANDING_TONES,
        platform_name=platform_name,
        village_name=village_name,
        **context,
    )
