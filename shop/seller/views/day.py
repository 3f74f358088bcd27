"""The grower's day."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch import api as branch
from core.clock import local_day, now
from core.gate import requires
from shop.seller.views import todos
from shop.seller.views.current_seller import current_seller

blueprint = Blueprint("seller", __name__)


@blueprint.get("/seller")
@requires("seller.view")
def home() -> ResponseReturnValue:
    """The grower's day: what waits, figures and the licence."""
    seller, at = current_seller(), now()
    licence = branch.licence_of(seller.grower.id, at=at)
    return render_template(
        "shop/seller/home.html",
        seller=seller,
        today=local_day(at),
        todos=[(todo.text, todo.href, todo.tone) for todo in todos.todos(seller, at)],
        figures=todos.figures(seller, at),
        licence=licence,
        licence_words=_("valid") if licence and licence.is_valid else _("not valid"),
    )
