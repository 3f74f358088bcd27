"""The page of an account's tokens: make one, see it once, revoke it."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _

from core.accounts.forms.tokens import TokenForm
from core.accounts.queries import tokens as queries
from core.accounts.queries.token_scopes import grantable
from core.accounts.service import tokens as service
from core.accounts.views.guards import fresh
from core.clock import now
from core.database import transaction
from core.errors import DomainError
from core.form_keys.views import creates, creating
from core.gate import actor_id, requires
from core.scopes import Scope

blueprint = Blueprint("tokens", __name__, url_prefix="/account/tokens")


@blueprint.get("")
@requires("tokens.create")
@fresh
def index() -> str:
    """The account's tokens, and the form for a new one."""
    return _page(TokenForm(grantable(actor_id())))


@blueprint.post("")
@requires("tokens.create", scope=Scope.OWN)
@fresh
@creates()
def create() -> Any:
    """Make a token and show it, this once; the answer is not kept by any cache."""
    form = TokenForm(grantable(actor_id()))
    if not form.validate():
        return _page(form), 422
    try:
        with creating() as made:
            token = service.create_token(
                actor_id(),
                name=form.name.data or "",
                scopes=form.scopes.data or [],
                valid_for=timedelta(days=int(form.days.data)),
                at=now(),
            )
            made.leads_to(url_for("tokens.index"))
    except DomainError as error:
        form.form_errors.append(str(error.message))
        return _page(form), 422
    answer = make_response(render_template("core/accounts/token_made.html", made=token, name=form.name.data))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/<public_id>/revoke")
@requires("tokens.create", scope=Scope.OWN)
def revoke(public_id: str) -> Any:
    """End a token at once."""
    with transaction():
        service.revoke_token(actor_id(), public_id, at=now())
    flash(_("The token is revoked. Whatever used it gets no answer any more."), "success")
    return redirect(url_for("tokens.index"))


def _page(form: TokenForm) -> str:
    return render_template(
        "core/accounts/tokens.html", form=form, tokens=queries.tokens_of(actor_id(), at=now())
    )
