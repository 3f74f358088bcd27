"""A small invented town for looking at pages, made by the factories; each role has an account."""

import io
from datetime import datetime, timedelta

from PIL import Image, ImageDraw

from branch.api import GrowerView
from core.accounts.models import Account
from core.database import transaction
from shop.catalogue import drafts, service
from shop.catalogue.attributes import Size
from shop.catalogue.offers import Offer, VariantOffer
from shop.catalogue.pricing import QuantityRule, Tier
from shop.catalogue.seasons import Season, Window
from tests.factories.accounts import make_account
from tests.factories.catalogue import make_offer, make_variant_offer
from tests.factories.licences import make_licence, make_storefront
from tests.factories.organisation import make_grower, make_membership
from tests.factories.traceability import make_lot, make_plot
from traceability.api import ensure_reference_data

DOMAIN = "demo.guiyuan.example"
STAFF = {
    "secretary": "guihua-osmanthus",
    "technician": "guihua-osmanthus",
    "committee": "guihua",
    "operator": None,
}
ALWAYS = (Window(Season.SPRING, 1, 26), Window(Season.AUTUMN, 27, 53))
SPRING = (Window(Season.SPRING, 8, 14),)

# grower, village, what he sells: title, cultivar group, cultivar, root, windows, ground diameter mm, fen, smallest order
TOWN = (
    (
        "竹影苗圃（演示）",
        "guihua-bamboo",
        (
            ("朱砂丹桂 地径8公分 带土球", "dangui", "朱砂丹桂", "root_ball", ALWAYS, 80, 68_000, 1),
            ("波叶金桂 地径6公分 带土球", "jingui", "波叶金桂", "root_ball", ALWAYS, 60, 32_000, 1),
        ),
    ),
    (
        "清泉桂花合作社（演示）",
        "guihua-spring",
        (
            ("日香桂扦插小苗 裸根", "sijigui", "日香桂", "bare_root", ALWAYS, 6, 80, 100),
            ("晚银桂 地径5公分 容器苗", "yingui", "晚银桂", "container", SPRING, 50, 18_500, 5),
        ),
    ),
    (
        "云岭园艺（演示）",
        "guihua-bamboo",
        (("状元红 地径10公分 全冠", "dangui", "状元红", "root_ball", SPRING, 100, 128_000, 1),),
    ),
)
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


def publish(grower: GrowerView, words: tuple, at: datetime) -> None:
    title, group, cultivar, root, windows, diameter, fen, minimum = words
    lot = make_lot(
        plot=make_plot(grower=grower, name="东坡", at=at),
        cultivar_group=group,
        cultivar=cultivar,
        root=root,
        propagation="cutting" if diameter < 20 else "grafting",
        quantity=20_000,
        ground_diameter_mm_min=diameter,
        ground_diameter_mm_max=diameter,
        height_cm_min=max(20, diameter * 4),
        height_cm_max=max(25, diameter * 5),
        at=at,
    )
    size = Size(
        height_cm_min=max(20, diameter * 4),
        height_cm_max=max(25, diameter * 5),
        ground_diameter_mm_min=diameter,
        ground_diameter_mm_max=diameter,
        root_ball_cm=diameter if root == "root_ball" else None,
        container_l=10 if root == "container" else None,
    )
    tiers = tuple(Tier(minimum * step, fen * share // 100) for step, share in ((1, 100), (10, 94), (50, 88)))
    variant: VariantOffer = make_variant_offer(
        size=size, rule=QuantityRule(minimum, minimum), tiers=tiers, on_hand=minimum * 200
    )
    offer: Offer = make_offer(variant, title=title, root=root, windows=windows)
    listing = drafts.save_draft(drafts.new_draft_key(), grower.id, {}, at=at)
    drafts.attach_photo(listing, drafts.store_photo(drawing(group), keep_place_and_time=False), at=at)
    service.publish(listing, offer, lot.id, at=at, by_account_id=None)


def build_town(at: datetime) -> None:
    """Accounts, growers with licences and shops elsewhere, and listings; a transaction each."""
    with transaction():
        ensure_reference_data()
        for role, unit in STAFF.items():
            account: Account = make_account(email=f"{role}@{DOMAIN}", display_name=role, at=at)
            make_membership(account.id, role, unit, at)
        make_account(email=f"buyer@{DOMAIN}", display_name="buyer", at=at)
    for number, (name, village, offers) in enumerate(TOWN, 1):
        with transaction():
            account = make_account(email=f"grower{number}@{DOMAIN}", display_name=name, at=at)
            grower = make_grower(
                account_id=account.id, name=name, unit=village, about="自家育苗二十年，起苗当天发货。", at=at
            )
            make_licence(grower, at=at - timedelta(days=40))
            make_storefront(grower, shop_name=f"{name}淘宝店", at=at)
        for words in offers:
            with transaction():
                publish(grower, words, at)
