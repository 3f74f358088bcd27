"""The members page of the branch and the committee, and the page behind an invitation to a role."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from branch.organisation.forms import AppointForm, GiveRoleForm, ReasonForm
from branch.organisation.queries import members as organisation_members
from branch.organisation.queries import tree
from branch.organisation.queries.powers import may_give_each
from branch.organisation.rules.roles import GIVEN_BY_STAFF, RANK, TRUSTED, Role
from branch.organisation.service import invitations, pending_invitations
from branch.organisation.service import tree as service
from branch.organisation.service.takeovers import end_takeover, get_takeover, takeovers_of
from branch.organisation.wording import KIND_NAMES, ROLE_NAMES
from core.accounts.queries.account import find_confirmed
from core.accounts.views.way_back import come_back_here
from core.addresses import public_address
from core.clock import now
from core.database import transaction
from core.errors import DomainError
from core.form_keys.views import creates, creating
from core.gate import actor_id, may, requires, signed_in
from core.scopes import Scope

blueprint = Blueprint("organisation", __name__)

LINK = "invitation_link"


@blueprint.get("/branch/members")
@requires("members.view")
def members() -> str:
    """Who holds which role where, what changed lately, who was invited, who took over."""
    return _members(_form())


@blueprint.post("/branch/members")
@requires("members.edit", scope=Scope.UNIT)
@creates()
def give() -> Any:
    """Give a role, or invite to one."""
    form = _form()
    if not form.validate():
        return _members(form), 422
    try:
        with creating() as made:
            unit = tree.require_unit_access(actor_id(), tree.get_unit(form.unit.data).id, "members.edit")
            link = give_or_invite(form, unit)
            made.leads_to(url_for("organisation.members"))
    except DomainError as error:
        form.form_errors.append(str(error.message))
        return _members(form), 422
    if link is None:
        flash(_("The role is given and written down."), "success")
    else:
        session[LINK] = link
    return made.answer()


def give_or_invite(form: GiveRoleForm | AppointForm, unit: tree.UnitView) -> str | None:
    """Give the role to whoever has proved the contact, else invite there.

    Returns:
        The invitation's link, which is kept nowhere; None when the role was given.
    """
    role, contact, reason, at = Role(form.role.data), form.contact(), form.reason.data or "", now()
    account_id = find_confirmed(contact)
    if account_id is not None:
        service.give_role(account_id, role, unit=unit, by_account_id=actor_id(), reason=reason, at=at)
        return None
    token = invitations.invite_to_unit(contact, role, unit, by_account_id=actor_id(), reason=reason, at=at)
    link = public_address("organisation.invitation", token=token)
    invitations.tell(contact, link, tree.unit_name(unit), at=at)
    return link


@blueprint.route("/branch/members/<int:membership_id>/take", methods=["GET", "POST"])
@requires("members.edit", scope=Scope.UNIT)
def take(membership_id: int) -> Any:
    """Take a role away, saying why."""
    member = organisation_members.get_member(membership_id)
    if member.unit is not None:
        tree.require_unit_access(actor_id(), member.unit.id, "members.edit")
    form = ReasonForm()
    if not form.validate_on_submit():
        status = 422 if request.method == "POST" else 200
        return _page("take.html", form=form, member=member), status
    with transaction():
        service.take_role(
            organisation_members.get_member(membership_id),
            by_account_id=actor_id(),
            reason=form.reason.data,
            at=now(),
        )
    flash(_("The role is taken away and written down."), "success")
    return redirect(url_for("organisation.members"))


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
@signed_in(scope=Scope.TOKEN)
def invitation(token: str) -> Any:
    """The page behind an invitation to a role."""
    offered = invitations.get_invitation(token, at=now())
    if request.method != "POST":
        if not (mine := offered.is_for(actor_id())):
            come_back_here()
        return _page("invitation.html", invitation=offered, mine=mine)
    with transaction():
        invitations.accept(token, actor_id(), at=now())
    flash(_("Thank you. The role is yours."), "success")
    return redirect(url_for("accounts.overview"))


@blueprint.post("/branch/invitations/<int:invitation_id>/withdraw")
@requires("members.edit", scope=Scope.UNIT)
def withdraw_invitation(invitation_id: int) -> Any:
    """Take back an invitation that nobody has accepted."""
    invitation = pending_invitations.get_pending_at_unit(invitation_id, at=now())
    if invitation.unit is not None:
        tree.require_unit_access(actor_id(), invitation.unit.id, "members.edit")
    with transaction():
        pending_invitations.withdraw(invitation, by_account_id=actor_id(), at=now())
    flash(_("The invitation is withdrawn; its link opens nothing any more."), "success")
    return redirect(url_for("organisation.members"), 303)


@blueprint.post("/branch/take-overs/<public_id>/end")
@requires("members.edit", scope=Scope.UNIT)
def end_take_over(public_id: str) -> Any:
    """The unit's own people take their work back before the last day."""
    takeover = get_takeover(public_id, at=now())
    tree.require_unit_access(actor_id(), takeover.unit.id, "members.edit")
    with transaction():
        end_takeover(public_id, by_account_id=actor_id(), at=now())
    flash(_("The work is given back; the unit's people are told."), "success")
    return redirect(url_for("organisation.members"), 303)


def _form() -> GiveRoleForm:
    form = GiveRoleForm()
    held_roles = tree.roles_held(actor_id())
    highest = max((RANK[held_role.role] for held_role in held_roles if held_role.role in TRUSTED), default=-1)
    units = tree.units_where(actor_id(), "members.edit")
    form.offer([role for role in GIVEN_BY_STAFF if RANK[role] <= highest], units)
    return form


def _members(form: GiveRoleForm) -> str:
    units = tree.units_where(actor_id(), "members.view")
    waiting = pending_invitations.pending_as_seen(actor_id(), units, at=now())
    mine = may_give_each([(actor_id(), invitation.role, invitation.unit) for invitation in waiting])
    return _page(
        "members.html",
        form=form,
        units=units,
        members=organisation_members.members_as_seen(actor_id(), units),
        changes=organisation_members.member_changes(units),
        pending=waiting,
        mine={invitation.id for invitation, may_withdraw in zip(waiting, mine, strict=True) if may_withdraw},
        may_edit=may("members.edit"),
        me=actor_id(),
        takeovers=takeovers_of(_concerning(units), at=now()),
        link=session.pop(LINK, None),
    )


def _concerning(units: list[tree.UnitView]) -> list[tree.UnitView]:
    """These units and those above them: what is done there reaches down here."""
    return [
        candidate
        for candidate in tree.all_units()
        if any(unit.path.startswith(candidate.path) for unit in units)
    ]


def _page(name: str, **values: Any) -> str:
    return render_template(
        f"branch/organisation/{name}",
        role_names=ROLE_NAMES,
        kind_names=KIND_NAMES,
        unit_name=tree.unit_name,
        **values,
    )
