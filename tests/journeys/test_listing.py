"""A grower publishes a listing from one screen, over HTTP, and buyers see it."""

import io

import pytest
import sqlalchemy as sa

from core.database import session, transaction
from shop.catalogue.models import Listing, PhotoUpload
from shop.catalogue.queries.listings import own_listings
from shop.catalogue.tasks.jobs import make_photo
from tests.factories.licences import make_licence
from tests.factories.pictures import camera_exif, picture
from tests.factories.traceability import make_lot, make_plot
from tests.form_reader import form_of, forms_of
from traceability.api import lots_of_grower

NEW = "/seller/listings/new"
TYPED = {
    "title": "朱砂丹桂 8公分 带土球",
    "variants-0-ground_diameter": "8",
    "variants-0-height": "300-320",
    "variants-0-root_ball_cm": "80",
    "variants-0-on_hand": "200",
    "variants-0-tiers-0-from_quantity": "1",
    "variants-0-tiers-0-unit_price": "680",
    "variants-0-tiers-1-from_quantity": "10",
    "variants-0-tiers-1-unit_price": "640",
    "description": "树形端正。\n可带原土。",
}


@pytest.fixture
def seller(app, login):
    """A client signed in as the owner of a licensed grower with a plot and a lot."""
    client = login(role="grower")
    with app.app_context(), transaction():
        from branch.api import grower_of

        client.grower = grower_of(client.account_id)
        make_licence(client.grower)
        client.plot = make_plot(grower=client.grower)
        client.lot = make_lot(grower=client.grower, plot=client.plot)
    return client


def send(client, typed, *, action="publish", photos=(), at=NEW):
    """Open the form, type, add photos and press a button."""
    fields = form_of(client.get(at).get_data(as_text=True), "draft_key")
    data = fields | {name: [value] for name, value in typed.items()} | {"action": [action]}
    data["photos"] = [(io.BytesIO(one), f"plants-{n}.jpg") for n, one in enumerate(photos)]
    return client.post(at, data=data)


def page_of(answer):
    return answer.get_data(as_text=True)


def listings(app, grower):
    with app.app_context():
        from core.clock import now

        return own_listings(grower.id, now())


def test_a_listing_with_a_photo_is_published_and_can_be_bought(app, client, seller):
    answer = send(seller, TYPED, photos=[picture(exif=camera_exif())])
    assert answer.status_code == 303, page_of(answer)
    page = page_of(client.get(answer.location))
    for text in (
        "朱砂丹桂 8公分 带土球",
        "¥680.00",
        "¥640.00",
        "8 cm",
        "3–3.2 m",
        "带土球 80 cm",
        seller.grower.name,
        "树形端正。",
    ):
        assert text in page
    buy = form_of(page, "sku")
    assert buy["quantity"] == ["1"]
    card = listings(app, seller.grower)[0]
    assert buy["sku"] == [card.variants[0].sku]
    assert card.photo.small_url in page or card.photo.medium_url in page
    assert client.get(card.photo.medium_url).content_type == "image/webp"


def test_the_place_of_a_photo_is_kept_only_when_the_grower_agrees(app, seller):
    send(seller, TYPED, photos=[picture(exif=camera_exif())])
    send(
        seller,
        TYPED | {"keep_place_and_time": "y"},
        photos=[picture(exif=camera_exif(), colour=(90, 60, 40))],
    )
    with app.app_context():
        from sqlalchemy import select

        from core.database import session
        from shop.catalogue.models import Photo

        taken = list(session.scalars(select(Photo.taken).order_by(Photo.id)))
    assert taken[0] == {}
    assert taken[1]["latitude"] == 29.75


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"title": ""}, "标题需"),
        ({"variants-0-tiers-1-unit_price": "690"}, "第 2 行：从 10 起单价 ¥690.00"),
        ({"variants-0-tiers-1-from_quantity": "1"}, "第 2 行：从 1 起已有另一个价格"),
        ({"variants-0-increment": "3"}, "不是每次增加数"),
        ({"variants-0-tiers-0-unit_price": "0.805"}, "价格最多两位小数"),
        ({"variants-0-tiers-0-unit_price": "six"}, "请填数字"),
        ({"variants-0-ground_diameter": "thick"}, "请填一个或两个数"),
        ({"variants-0-ground_diameter": "", "variants-0-height": ""}, "请填写地径"),
        ({"variants-0-root_ball_cm": ""}, "请填写土球直径"),
        ({"variants-0-on_hand": ""}, "请填写可售数量"),
        ({"variants-0-on_hand": "100000"}, "500"),
        ({"sale_from": "2026-05-01", "sale_until": "2026-04-01"}, "销售结束早于开始"),
    ],
)
def test_a_refusal_names_the_fault_and_keeps_everything(app, seller, typed, said):
    answer = send(seller, TYPED | typed, photos=[picture()])
    page = page_of(answer)
    assert answer.status_code == 422
    assert said in page
    kept = form_of(page, "draft_key")
    for name, value in (TYPED | typed).items():
        assert [text.replace("\r\n", "\n").strip() for text in kept[name]] == [value], name
    [card] = listings(app, seller.grower)
    assert card.state == "draft"
    assert card.photo is not None
    assert card.photo.small_url in page


def test_after_a_refusal_the_photo_need_not_be_sent_again(app, client, seller):
    answer = send(seller, TYPED | {"title": ""}, photos=[picture()])
    fields = form_of(page_of(answer), "draft_key")
    action = next(a for a, f in forms_of(page_of(answer)) if "draft_key" in f)
    again = seller.post(action, data=fields | {"title": [TYPED["title"]], "action": ["publish"]})
    assert again.status_code == 303, page_of(again)
    [card] = listings(app, seller.grower)
    assert card.state == "published"
    assert client.get(f"/listings/{card.slug}").status_code == 200


def test_somebody_elses_lot_is_no_choice(app, seller):
    with app.app_context(), transaction():
        foreign = make_lot()
    answer = send(seller, TYPED | {"lot": str(foreign.id)}, photos=[picture()])
    assert answer.status_code == 422
    assert "请选择这些苗木所属的批次" in page_of(answer)


@pytest.mark.both
def test_without_a_photo_the_form_says_so(seller):
    answer = send(seller, TYPED)
    assert answer.status_code == 422
    assert "请至少添加一张" in page_of(answer)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"not a picture", "不是可识别的图片"),
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 50, "HEIC"),
        (picture(300, 300), "短边至少需要 400"),
        (picture()[:3000], "没有传完"),
    ],
)
def test_a_bad_photo_is_refused_with_the_reason_and_the_good_one_stays(app, seller, data, said):
    answer = send(seller, TYPED, photos=[picture(), data])
    assert answer.status_code == 422
    assert said in page_of(answer)
    assert "plants-1.jpg" in page_of(answer)
    [card] = listings(app, seller.grower)
    assert (card.state, card.photo is not None) == ("draft", True)


def test_a_bad_photo_and_a_wrong_price_are_said_together(app, seller):
    wrong = TYPED | {"variants-0-tiers-1-unit_price": "690"}
    page = page_of(send(seller, wrong, photos=[picture(), b"no picture"]))
    assert "不是可识别的图片" in page
    assert "第 2 行" in page
    sound = page_of(send(seller, TYPED, photos=[picture(), b"no picture"]))
    assert "不是可识别的图片" in sound
    assert {card.state for card in listings(app, seller.grower)} == {"draft"}


def test_a_draft_survives_and_shows_again(app, seller):
    typed = {
        "title": "写到一半",
        "variants-0-ground_diameter": "about seven",
        "variants-0-tiers-0-unit_price": "6o",
    }
    answer = send(seller, typed, action="draft", photos=[picture()])
    assert answer.status_code == 302
    fields = form_of(page_of(seller.get(answer.location)), "draft_key")
    for name, value in typed.items():
        assert fields[name] == [value]
    assert "写到一半" in page_of(seller.get("/seller/listings"))
    assert "1 份草稿待完成" in page_of(seller.get("/seller"))


def test_a_draft_is_seen_by_nobody_else(app, client, login, seller):
    send(seller, TYPED, action="draft", photos=[picture()])
    [card] = listings(app, seller.grower)
    assert client.get(f"/listings/{card.slug}").status_code == 404
    other = login(role="grower")
    assert other.get(f"/seller/listings/{card.slug}/edit").status_code == 404


def test_the_same_form_sent_twice_is_one_listing(app, seller):
    fields = form_of(page_of(seller.get(NEW)), "draft_key")
    data = fields | {name: [value] for name, value in TYPED.items()} | {"action": ["publish"]}
    skus = []
    for _attempt in range(2):
        answer = seller.post(NEW, data=data | {"photos": [(io.BytesIO(picture()), "a.jpg")]})
        assert answer.status_code == 303, page_of(answer)
        skus.append([variant.sku for variant in listings(app, seller.grower)[0].variants])
    assert [card.state for card in listings(app, seller.grower)] == ["published"]
    assert skus[0] == skus[1]


@pytest.mark.both
def test_back_changed_and_sent_again_is_neither_lost_nor_done_silently(app, seller):
    fields = form_of(page_of(seller.get(NEW)), "draft_key")
    data = fields | {name: [value] for name, value in TYPED.items()} | {"action": ["publish"]}
    seller.post(NEW, data=data | {"photos": [(io.BytesIO(picture()), "a.jpg")]})
    for other_page in ({}, {"form_key": form_of(page_of(seller.get(NEW)), "draft_key")["form_key"]}):
        photo = {"photos": [(io.BytesIO(picture(colour=(9, 90, 9))), "b.jpg")]}
        answer = seller.post(NEW, data=data | {"variants-0-on_hand": ["7"]} | other_page | photo)
        assert answer.status_code == 422
        assert page_of(answer).count("已经提交过一次") == 1
        assert "都已存为草稿" in page_of(answer)
        assert "首图" in page_of(answer), "its photo too"
        again = form_of(page_of(answer), "draft_key")
        assert again["variants-0-on_hand"] == ["7"]
        assert again["draft_key"] != fields["draft_key"]
    published, *kept = sorted(listings(app, seller.grower), key=lambda card: card.state == "draft")
    assert published.variants[0].on_hand == int(TYPED["variants-0-on_hand"])
    assert [card.state for card in kept] == ["draft", "draft"]
    assert seller.post(NEW, data=again | {"action": ["publish"]}).status_code == 303
    assert [card.state for card in listings(app, seller.grower)].count("draft") == 1


def test_the_next_listing_starts_like_the_last_one(seller):
    send(seller, TYPED | {"autumn_from": "45", "variants-0-weight_kg": "180"}, photos=[picture()])
    fields = form_of(page_of(seller.get(NEW)), "draft_key")
    assert fields["autumn_from"] == ["45"]
    assert fields["variants-0-weight_kg"] == ["180"]
    assert fields["variants-0-tiers-1-from_quantity"] == ["10"]
    assert fields["lot"] == [str(seller.lot.id)]
    for name in ("title", "variants-0-on_hand", "variants-0-tiers-0-unit_price", "variants-0-sku"):
        assert fields[name] == [""], name


def test_rows_are_added_and_removed_without_javascript(seller):
    answer = send(seller, TYPED, action="add_variant")
    page = page_of(seller.get(answer.location))
    fields = form_of(page, "draft_key")
    assert fields["variants-1-minimum_quantity"] == ["1"]
    edit = answer.location.split("#")[0]
    answer = seller.post(edit, data=fields | {"action": ["add_tier-0"]})
    fields = form_of(page_of(seller.get(answer.location)), "draft_key")
    assert fields["variants-0-tiers-2-from_quantity"] == [""]
    answer = seller.post(edit, data=fields | {"action": ["remove_variant-1"]})
    fields = form_of(page_of(seller.get(answer.location)), "draft_key")
    assert "variants-1-minimum_quantity" not in fields
    assert fields["title"] == [TYPED["title"]]


@pytest.mark.both
def test_photos_are_ordered_and_removed(app, seller):
    answer = send(seller, TYPED, action="draft", photos=[picture(), picture(colour=(200, 120, 20))])
    with app.app_context():
        from shop.catalogue.queries.drafts import own_listing

        slug = listings(app, seller.grower)[0].slug
        for upload in session.scalars(sa.select(PhotoUpload)).all():
            make_photo(upload.job_id, upload.public_id)
        session.rollback()
        first, second = (photo.public_id for photo in own_listing(slug, seller.grower.id).photos)
    fields = form_of(page_of(seller.get(answer.location)), "draft_key")
    seller.post(answer.location, data=fields | {"action": [f"first_photo:{second}"]})
    assert listings(app, seller.grower)[0].photo.public_id == second
    seller.post(answer.location, data=fields | {"action": [f"remove_photo:{second}"]})
    assert listings(app, seller.grower)[0].photo.public_id == first


def test_a_new_lot_is_recorded_while_listing(app, seller):
    typed = TYPED | {
        "lot": "new",
        "new_lot-plot": str(seller.plot.id),
        "new_lot-cultivar_group": "yingui",
        "new_lot-cultivar": "晚银桂",
        "new_lot-propagation": "cutting",
        "new_lot-root": "container",
        "new_lot-quantity": "3000",
        "new_lot-age_code": "2-1",
        "variants-0-container_l": "5",
    }
    wrong = send(seller, typed | {"new_lot-age_code": "young"}, photos=[picture()])
    assert wrong.status_code == 422
    assert 'id="new_lot-age_code-error"' in page_of(wrong)
    for plot in ("²", "9" * 5000, "999999"):
        assert send(seller, typed | {"new_lot-plot": plot}, photos=[picture()]).status_code == 422
    answer = send(seller, typed, photos=[picture()])
    assert answer.status_code == 303, page_of(answer)
    card = next(card for card in listings(app, seller.grower) if card.state == "published")
    assert (card.cultivar_group, card.cultivar, card.root, card.lot.quantity_on_hand) == (
        "yingui",
        "晚银桂",
        "container",
        3000,
    )
    with app.app_context():
        assert len(lots_of_grower(seller.grower.id)) == 2, "the refused form recorded no lot"


@pytest.mark.both
def test_without_a_licence_the_draft_is_kept_and_the_reason_said(app, login):
    client = login(role="grower")
    with app.app_context(), transaction():
        from branch.api import grower_of

        client.grower = grower_of(client.account_id)
        make_lot(grower=client.grower)
    answer = send(client, TYPED, photos=[picture()])
    assert answer.status_code == 422
    assert listings(app, client.grower)[0].state == "draft"
    assert "许可" in page_of(client.get("/seller"))


def publish(app, seller):
    assert send(seller, TYPED, photos=[picture()]).status_code == 303
    return listings(app, seller.grower)[0]


@pytest.mark.both
def test_prices_and_stock_are_changed_in_a_minute(app, client, seller):
    card = publish(app, seller)
    at = f"/seller/listings/{card.slug}/price"
    fields = form_of(page_of(seller.get(at)), "variants-0-sku")
    wrong = seller.post(at, data=fields | {"variants-0-tiers-1-unit_price": ["900"]})
    assert wrong.status_code == 422
    assert "第 2 行" in page_of(wrong)
    assert form_of(page_of(wrong), "variants-0-sku")["variants-0-tiers-1-unit_price"] == ["900"]
    invented = seller.post(at, data=fields | {f"variants-{row}-sku": ["x"] for row in range(1, 500)})
    assert page_of(invented).count("-minimum_quantity") < 200, (
        "a listing has some sizes, not any number of rows"
    )
    right = seller.post(
        at, data=fields | {"variants-0-tiers-0-unit_price": ["700"], "variants-0-on_hand": ["150"]}
    )
    assert right.status_code == 303
    page = page_of(client.get(f"/listings/{card.slug}"))
    assert "¥700.00" in page
    assert "150 株" in page


def test_pause_resume_and_end(app, client, seller):
    card = publish(app, seller)
    shown = f"/listings/{card.slug}"
    listing_page = "/seller/listings"
    seller.submit(f"{listing_page}/{card.slug}/pause", form_at=listing_page)
    assert "暂停了这个商品的销售" in page_of(client.get(shown))
    assert 'action="/cart/items"' not in page_of(client.get(shown))
    seller.submit(f"{listing_page}/{card.slug}/resume", form_at=listing_page)
    assert 'action="/cart/items"' in page_of(client.get(shown))
    seller.submit(f"{listing_page}/{card.slug}/end", form_at=listing_page)
    assert "这个商品已下架" in page_of(client.get(shown))
    assert seller.submit(f"{listing_page}/{card.slug}/resume", form_at=NEW).status_code == 409


def test_a_listing_on_sale_is_edited_in_place(app, client, seller):
    card = publish(app, seller)
    edit = f"/seller/listings/{card.slug}/edit"
    answer = send(seller, {"title": "朱砂丹桂 8公分 精品"}, at=edit)
    assert answer.status_code == 303, page_of(answer)
    assert answer.location.endswith(f"/listings/{card.slug}")
    page = page_of(client.get(answer.location))
    assert "朱砂丹桂 8公分 精品" in page
    assert "¥640.00" in page
    half = send(seller, {"title": "还没想好"}, at=edit, action="draft")
    assert form_of(page_of(seller.get(half.location)), "draft_key")["title"] == ["还没想好"]
    assert "还没想好" not in page_of(client.get(f"/listings/{card.slug}"))


@pytest.mark.both
def test_staff_prepare_and_count_but_the_owner_decides(app, login, seller):
    card = publish(app, seller)
    staff = login(role="grower", grower_id=seller.grower.id)
    answer = send(staff, TYPED | {"title": "staff wrote this"}, photos=[picture(colour=(9, 9, 9))])
    assert answer.status_code == 422
    assert {one.title: one.state for one in listings(app, seller.grower)}["staff wrote this"] == "draft"
    at = f"/seller/listings/{card.slug}/price"
    fields = form_of(page_of(staff.get(at)), "variants-0-sku")
    assert "variants-0-tiers-0-unit_price" not in fields
    forged = fields | {
        "variants-0-on_hand": ["120"],
        "variants-0-tiers-0-from_quantity": ["1"],
        "variants-0-tiers-0-unit_price": ["1"],
    }
    assert staff.post(at, data=forged).status_code == 303
    variant = next(one for one in listings(app, seller.grower) if one.id == card.id).variants[0]
    assert (variant.price_minor, variant.available) == (68_000, 120)
    assert staff.submit(f"/seller/listings/{card.slug}/end", form_at="/seller/listings").status_code == 403
    assert staff.submit(f"/seller/listings/{card.slug}/pause", form_at="/seller/listings").status_code == 302


@pytest.mark.both
def test_a_draft_is_thrown_away(app, seller):
    send(seller, TYPED, action="draft")
    [card] = listings(app, seller.grower)
    seller.submit(f"/seller/listings/{card.slug}/discard", form_at="/seller/listings")
    with app.app_context():
        from core.database import session

        assert session.query(Listing).count() == 0


@pytest.mark.parametrize("path", ["/seller", "/seller/listings", NEW])
def test_the_console_is_for_growers(client, login, path):
    assert client.get(path).status_code == 302
    assert login(role="buyer").get(path).status_code == 403


def test_a_grower_without_a_plot_names_it_while_listing(seller, app):
    """The new lot gets the sizes and the photo of the listing, which a code then shows to buyers."""
    typed = TYPED | {
        "lot": "new",
        "new_lot-plot": "new",
        "new_lot-plot_name": "西坡",
        "new_lot-plot_area_mu": "",
        "new_lot-cultivar_group": "dangui",
        "new_lot-cultivar": "朱砂丹桂",
        "new_lot-propagation": "grafting",
        "new_lot-root": "root_ball",
        "new_lot-quantity": "200",
    }
    refused = send(seller, typed, photos=[picture()])
    assert refused.status_code == 422
    assert "亩数" in page_of(refused)
    edit = form_of(page_of(refused), "draft_key")
    assert edit["new_lot-plot_name"] == ["西坡"]
    answer = send(seller, typed | {"new_lot-plot_area_mu": "3"}, photos=[picture()])
    assert answer.status_code == 303, page_of(answer)
    with app.app_context():
        lot = next(one for one in lots_of_grower(seller.grower.id) if one.id != seller.lot.id)
        assert lot.plot_id != seller.plot.id
        assert (lot.ground_diameter_mm_min, lot.ground_diameter_mm_max) == (80, 80)
        assert (lot.height_cm_min, lot.height_cm_max) == (300, 320)
        assert lot.photo_key
