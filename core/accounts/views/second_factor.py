"""The page that asks for the present second factor before it is changed, turned off, or its recovery codes are seen."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_security.utils import validate_redirect_url

from core.accounts.forms.sign_in import FactorForm
from core.accounts.queries.account import get_account
from core.accounts.queries.devices import browser_key
from core.accounts.service import devices as service
from core.accounts.service.second_factor import note_shown
from core.accounts.views.second_factor_guards import is_right, too_often
from core.clock import now
from core.database import transaction
from core.gate import actor_id, signed_in
from core.scopes import Scope
from core.web.views.limits import SIGN_IN, limiter, posts_only

blueprint = Blueprint("factor", __name__)


@blueprint.route("/account/second-factor/present", methods=["GET", "POST"])
@signed_in(scope=Scope.OWN)
@limiter.limit(SIGN_IN, exempt_when=posts_only)
def show() -> Any:
    """Six digits of the app, or a recovery code."""
    wanted = request.args.get("next", "")
    onward = wanted if wanted and validate_redirect_url(wanted) else url_for("security.two_factor_setup")
    if not current_user.has_second_factor:
        return redirect(onward)
    form = FactorForm()
    if request.method != "POST":
        return _page(form)
    if not form.validate():
        return _page(form), 422
    account = get_account(actor_id())
    with transaction():
        origin = service.origin_of(account.id, browser_key())
        wait = service.take_guess(account, origin, at=now())
    if wait:
        form.code.errors = [too_often(wait)]
        return _page(form), 429
    with transaction():
        right = is_right(account, form.code.data or "")
        if right:
            service.forget_guesses(account.id, origin)
    if not right:
        form.code.errors = [_("This code is not right, or was used before.")]
        return _page(form), 422
    note_shown()
    return redirect(onward, 303)


def _page(form: FactorForm) -> str:
    return render_template("core/accounts/factor.html", form=form)
