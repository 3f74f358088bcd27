"""Growers apply; the branch admits or refuses; owners invite their staff."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from branch.growers.forms import ApplyForm, DecideForm
from branch.growers.queries import directory
from branch.growers.service import membership
from branch.growers.states import NEXT, GrowerState, may_become
from branch.growers.wording import PERSON_NAMES, STATE_NAMES, STATE_TONES
from branch.organisation.queries.tree import (
    require_unit_access,
    unit_by_id,
    unit_name,
    units_below,
    units_where,
    villages,
)
from branch.organisation.service import invitations, pending_invitations
from branch.organisation.wording import ROLE_NAMES
from core.accounts.forms.sign_in import ContactForm
from core.accounts.views.way_back import come_back_here
from core.addresses import public_address
from core.clock import now
from core.database import transaction
from core.errors import Conflict, DomainError, Invalid
from core.form_keys.views import creates, creating
from core.gate import actor_id, may, requires, signed_in
from core.scopes import Scope
from core.web.rules.pagination import page_number

blueprint = Blueprint("growers", __name__)

LINK = "staff_invitation_link"


@blueprint.route("/grower/apply", methods=["GET", "POST"])
@signed_in(scope=Scope.OWN)
@creates()
def apply() -> Any:
    """A grower's application, and what became of it."""
    own = directory.membership_at_grower(actor_id())
    file = directory.file_of(actor_id())
    open_to_apply = own is None or (own[1] == "owner" and may_become(own[0].state, GrowerState.APPLIED))
    if not open_to_apply:
        return _page("applied.html", file=file, changes=directory.changes_of(own[0].id) if own else [])
    form = ApplyForm()
    stays = own is not None and directory.was_admitted(own[0].id)
    form.offer([unit_by_id(own[0].unit_id)] if own is not None and stays else villages())
    if request.method != "POST" and file is not None:
        form.fill(file)
    if not form.validate_on_submit():
        status = 422 if request.method == "POST" else 200
        return _page("apply.html", form=form, file=file), status
    with creating() as made:
        membership.apply_to_join(form.application(), account_id=actor_id(), at=now())
        made.leads_to(url_for("growers.apply"))
    flash(_("Your application has reached the branch. You will be told of the answer."), "success")
    return made.answer()


@blueprint.get("/branch/growers")
@requires("growers.view")
def index() -> str:
    """The growers of the units that the person looks after; of one unit or state when chosen."""
    units = units_where(actor_id(), "growers.view")
    here = next((unit for unit in units if unit.code == request.args.get("unit")), None)
    chosen = units_below(here.id) if here else units
    state = request.args.get("state", "")
    state = state if state in set(GrowerState) else ""
    listing = directory.grower_list(
        [unit.id for unit in chosen], state=state, page=page_number(request.args.get("page"))
    )
    return _page("index.html", found=listing, units=units, here=here, state=state)


@blueprint.get("/branch/growers/<slug>")
@requires("growers.view")
def show(slug: str) -> str:
    """All that the branch knows of a grower, and the decision."""
    return _show(slug, DecideForm())


@blueprint.post("/branch/growers/<slug>")
@requires("growers.decide", scope=Scope.UNIT)
def decide(slug: str) -> Any:
    """Admit, refuse, or end the membership."""
    require_unit_access(actor_id(), directory.get_file(slug).grower.unit_id, "growers.decide")
    form = DecideForm()
    if not form.validate():
        return _show(slug, form), 422
    wanted = request.form.get("decision", "")
    if wanted not in {GrowerState.ADMITTED, GrowerState.REFUSED, GrowerState.LEFT}:
        raise Invalid(_("Choose what to decide."), code="decision_missing")
    try:
        with transaction():
            membership.decide(
                slug, GrowerState(wanted), by_account_id=actor_id(), reason=form.reason.data or "", at=now()
            )
    except Invalid as error:
        form.reason.errors = [str(error.message)]
        return _show(slug, form), 422
    flash(_("Decided and written down; the applicant is told."), "success")
    return redirect(url_for("growers.show", slug=slug))


def _show(slug: str, form: DecideForm) -> str:
    file = directory.get_file(slug)
    require_unit_access(actor_id(), file.grower.unit_id, "growers.view")
    next_states = set(NEXT.steps_from(file.grower.state)) - {GrowerState.APPLIED}
    return _page(
        "show.html",
        file=file,
        form=form,
        changes=directory.changes_of(file.grower.id),
        people=directory.people_of(file.grower.id),
        choices=sorted(next_states) if may("growers.decide") else [],
        pending=(waiting := pending_invitations.pending_of_grower(file.grower.id, at=now())),
        mine={invitation.id for invitation in waiting} if may("growers.decide") else set(),
    )


@blueprint.post("/branch/growers/<slug>/invitations/<int:invitation_id>/withdraw")
@requires("growers.decide", scope=Scope.UNIT)
def withdraw_invitation_here(slug: str, invitation_id: int) -> Any:
    """The branch takes back what a grower sent."""
    grower = directory.get_file(slug).grower
    require_unit_access(actor_id(), grower.unit_id, "growers.decide")
    with transaction():
        pending_invitations.withdraw_from_grower(invitation_id, grower.id, by_account_id=actor_id(), at=now())
    flash(_("The invitation is withdrawn; its link opens nothing any more."), "success")
    return redirect(url_for("growers.show", slug=slug), 303)


@blueprint.get("/grower/people")
@requires("grower.staff")
def people() -> str:
    """Who works with the grower's pages, and a form to invite one more."""
    return _people(ContactForm())


@blueprint.post("/grower/people")
@requires("grower.staff", scope=Scope.GROWER)
@creates()
def invite() -> Any:
    """Send somebody a link by which he joins; the link is shown once."""
    form = ContactForm()
    if not form.validate():
        return _people(form), 422
    try:
        with creating() as made:
            grower = membership.require_owner(actor_id())
            token = invitations.invite_to_grower(
                form.contact(), grower.id, by_account_id=actor_id(), at=now()
            )
            link = public_address("growers.join", token=token)
            invitations.tell(form.contact(), link, grower.name, at=now())
            made.leads_to(url_for("growers.people"))
    except Conflict as refusal:
        form.form_errors.append(str(refusal.message))
        return _people(form), 422
    session[LINK] = link
    return made.answer()


@blueprint.post("/grower/people/<int:account_id>/remove")
@requires("grower.staff", scope=Scope.GROWER)
def remove(account_id: int) -> Any:
    """End somebody's work for the grower."""
    with transaction():
        membership.remove_staff(account_id, by_account_id=actor_id())
    flash(_("This person no longer works with your pages."), "success")
    return redirect(url_for("growers.people"))


@blueprint.post("/grower/people/invitations/<int:invitation_id>/withdraw")
@requires("grower.staff", scope=Scope.GROWER)
def withdraw_invitation(invitation_id: int) -> Any:
    """The owner takes an invitation back before anybody accepted it."""
    with transaction():
        grower = membership.require_owner(actor_id())
        pending_invitations.withdraw_from_grower(invitation_id, grower.id, by_account_id=actor_id(), at=now())
    flash(_("The invitation is withdrawn; its link opens nothing any more."), "success")
    return redirect(url_for("growers.people"), 303)


@blueprint.route("/grower/join/<token>", methods=["GET", "POST"])
@signed_in(scope=Scope.TOKEN)
def join(token: str) -> Any:
    """The page behind such a link."""
    offered = invitations.get_invitation(token, at=now())
    grower = membership.require_inviter(offered)
    if request.method != "POST":
        if not (mine := offered.is_for(actor_id())):
            come_back_here()
        return _page("join.html", invitation=offered, grower=grower, mine=mine)
    try:
        with transaction():
            membership.require_inviter(invitations.accept(token, actor_id(), at=now()))
            membership.add_staff(grower.id, actor_id(), at=now())
    except DomainError as error:
        flash(str(error.message), "error")
        return redirect(url_for("growers.join", token=token))
    flash(_("Welcome. You now work with the pages of %(grower)s.", grower=grower.name), "success")
    return redirect(url_for("accounts.overview"))


def _people(form: ContactForm) -> str:
    grower = directory.require_grower(actor_id())
    people = directory.people_of(grower.id)
    waiting = pending_invitations.pending_of_grower(grower.id, at=now())
    owner = any(person.account_id == actor_id() and person.role == "owner" for person in people)
    return _page(
        "people.html",
        form=form,
        people=people,
        owner=owner,
        pending=waiting,
        mine={invitation.id for invitation in waiting} if owner else set(),
        link=session.pop(LINK, None),
    )


def _page(name: str, **values: Any) -> str:
    return render_template(
        f"branch/growers/{name}",
        state_names=STATE_NAMES,
        state_tones=STATE_TONES,
        person_names=PERSON_NAMES,
        role_names=ROLE_NAMES,
        unit_name=unit_name,
        **values,
    )
