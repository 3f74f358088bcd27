"""The demonstration town that pages are looked at in, and the few people that it lacks."""

import io
from datetime import datetime

from flask import current_app
from PIL import Image, ImageDraw
from sqlalchemy import select

from branch.api import GrowerView, grower_of
from core.accounts.models.account import Account
from core.accounts.rules.identity import parse_identity
from core.accounts.service.account import create_account
from core.database import session, transaction

DOMAIN = "demo.guiyuan.example"
PASSWORD = "demo-guiyuan"
COLOURS = {"jingui": "#f2b31b", "yingui": "#f6efd8", "dangui": "#e8642a", "sijigui": "#f4dd7e"}


def drawing(group: str) -> bytes:
    """A drawn tree in the colour of its blossoms; nobody will take it for a photograph."""
    image = Image.new("RGB", (1200, 900), "#dfe9dc")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 720, 1200, 900), fill="#b9a98c")
    draw.rectangle((580, 520, 620, 760), fill="#6d5038")
    draw.ellipse((330, 120, 870, 640), fill="#3f7d58")
    for row in range(9):
        for column in range(9):
            x, y = 390 + column * 52 + row % 2 * 26, 180 + row * 50
            if (x - 600) ** 2 / 250**2 + (y - 380) ** 2 / 240**2 < 1:
                draw.ellipse((x - 11, y - 11, x + 11, y + 11), fill=COLOURS[group])
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def account_of(name: str) -> Account:
    """The account that signs in as `name`."""
    return session.scalars(select(Account).where(Account.email == f"{name}@{DOMAIN}")).one()


def grower1() -> GrowerView:
    grower = grower_of(account_of("grower1").id)
    assert grower is not None
    return grower


def open_account(name: str, shown: str, *, demo: bool, at: datetime) -> int:
    """Somebody more who signs in with `PASSWORD`."""
    identity = parse_identity(f"{name}@{DOMAIN}")
    assert identity is not None
    return create_account(
        identity, display_name=shown, password=PASSWORD, at=at, confirmed=True, demo=demo
    ).id


def add_people(at: datetime) -> None:
    """A buyer, and `careful`, who has a second factor."""
    with transaction():
        open_account("buyer", "演示买家", demo=True, at=at)
        careful = open_account("careful", "谨慎的人", demo=False, at=at)
        account = session.get_one(Account, careful)
        account.tf_primary_method = "authenticator"
        account.tf_totp_secret = current_app.extensions["security"].totp_factory.generate_totp_secret()
