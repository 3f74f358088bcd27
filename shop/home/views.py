"""The home page."""

from flask import Blueprint, render_template
from flask_babel import gettext as _

from core.clock import local_day, now
from core.gate import public
from shop.home import queries

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@public
def index() -> str:
    """What ships now, the cultivar groups, the growers, how to check, the mark."""
    at = now()
    home = queries.home_page(at=at)
    hints = ["8 cm", "3 m", _("root ball"), _("bare root"), _("container")]
    return render_template("shop/home/home.html", home=home, hints=hints, today=local_day(at))
