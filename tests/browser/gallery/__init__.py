"""A page of every component in every state, served by tests only; axe and people look at it."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, Flask, render_template
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import InternalServerError, RequestEntityTooLarge, TooManyRequests
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    FileField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import ListWidget

from core.errors import Conflict, Forbidden, Unavailable
from core.gate import public
from traceability.alarms.service import questions
from traceability.alarms.views.question import QuestionAsked

FOLDER = Path(__file__).parent
ERRORS = {
    400: CSRFError(),
    403: Forbidden("这一页只给支部看（演示）。"),
    409: Conflict("库存刚刚被别人买走了（演示）。"),
    413: RequestEntityTooLarge(),
    429: TooManyRequests(),
    500: InternalServerError(),
    503: Unavailable("支付服务暂时连不上（演示）。"),
}
MOMENT = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)

blueprint = Blueprint("gallery", __name__, template_folder=str(FOLDER))


class SampleForm(FlaskForm):
    """One field of each kind."""

    name = StringField("Name", [InputRequired("请写上收货人姓名。")])
    phone = StringField("Phone", [InputRequired("请写上电话，快递要用。")])
    height = IntegerField("Height", [NumberRange(1, 2000, "株高应在 1 到 2000 cm 之间。")])
    price = DecimalField("Price", [Optional()])
    root = SelectField(
        "Root", choices=[SelectChoice("bare_root", "裸根"), SelectChoice("root_ball", "带土球")]
    )
    pay = RadioField(
        "Payment",
        choices=[SelectChoice("offline_transfer", "银行转账"), SelectChoice("cash_on_delivery", "货到付款")],
        widget=ListWidget(prefix_label=False),
    )
    words = TextAreaField("Remarks", [Optional()], description="写给苗圃的话。")
    photo = FileField("Photograph", [Optional()])
    ship_on = DateField("Dispatch day", [Optional()])
    agree = BooleanField("我已阅读购买须知")


@blueprint.route("/gallery", methods=["GET", "POST"])
@public
def page() -> Any:
    form = SampleForm(meta={"csrf": False})
    form.validate_on_submit()
    return render_template("gallery.html", form=form, moment=MOMENT, tiers=_tiers())


@blueprint.get("/gallery/question")
@public
def question() -> Any:
    """What a network is asked that wanted too many codes which do not exist."""
    raise QuestionAsked(questions.ask("7K3F9QA2B4C5D6E7", b"n" * 16, 25))


@blueprint.get("/gallery/errors/<int:status>")
@public
def error(status: int) -> Any:
    """The page that a visitor sees when something fails."""
    raise ERRORS[status]


def _tiers() -> list[Any]:
    ladder = ((1, 68000), (10, 64000), (50, 60000))
    return [SimpleNamespace(from_quantity=n, unit_price_minor=price) for n, price in ladder]


def add_gallery(app: Flask) -> None:
    """Add the page to an application that has not served yet."""
    app.register_blueprint(blueprint)
    app.extensions["csrf"].exempt(blueprint)


def create_town() -> Flask:
    """The application of the environment's settings, with the page."""
    from wsgi import create_app

    app = create_app()
    add_gallery(app)
    return app
