"""The growers' and the branch's part of the walk: join, be licensed, list, pack, send."""

import csv
import io
from dataclasses import dataclass, field
from datetime import timedelta

from playwright.sync_api import Page

from core.clock import local_day, now
from tests.browser.town import drawing
from tests.browser.walk import Walk, text

NURSERY = "星野苗圃（演示）"
COURIER = "演示快运"
TITLE = "朱砂丹桂 地径8公分 带土球"
PHONE = "13900139000"
PASSWORD = "osmanthus smells in autumn"


@dataclass
class Joined:
    """What the walk remembers of the new grower."""

    licence: str = ""
    slug: str = ""
    codes: list[str] = field(default_factory=list)


def join(walk: Walk) -> None:
    """A person opens an account and applies; the secretary admits."""
    page = walk.person("newcomer")
    page.goto("/")
    walk.see(page, "home")
    page.goto("/account/sign-up")
    page.fill("#display_name", "星野")
    page.fill("#identity", PHONE)
    page.fill("#password", PASSWORD)
    page.fill("#password_again", PASSWORD)
    walk.see(page, "sign-up")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/account")
    walk.see(page, "account")
    page.click("main a[href='/grower/apply']")
    page.fill("#name", NURSERY)
    page.select_option("#unit", index=1)
    page.fill("#contact_name", "星野")
    page.fill("#phone", PHONE)
    page.fill("#about", "山脚下十亩地，育桂花苗十二年。")
    walk.see(page, "apply-as-grower")
    page.click("main form button[type=submit]")
    assert NURSERY in text(page)
    walk.see(page, "applied")

    secretary = walk.demo("secretary")
    secretary.goto("/branch/growers?state=applied")
    walk.see(secretary, "growers-who-applied")
    secretary.click(f"main a:has-text('{NURSERY}')")
    walk.see(secretary, "decide-on-grower")
    secretary.click("main button[value=admitted]")
    assert secretary.locator("main button[value=admitted]").count() == 0
    walk.see(secretary, "grower-admitted")


def license_grower(walk: Walk, joined: Joined) -> None:
    """The grower asks for the licence, the secretary grants it."""
    page = walk.person("newcomer")
    page.goto("/seller")
    walk.see(page, "first-day-of-the-grower")
    page.goto("/seller/licence")
    walk.see(page, "ask-for-licence")
    page.click("main form[action='/seller/licence'] button[type=submit]")
    walk.see(page, "licence-asked")

    secretary = walk.demo("secretary")
    secretary.goto("/branch/licences?state=applied")
    walk.see(secretary, "licences-asked")
    secretary.click("main .card a[href^='/branch/licences/'], main h2 a[href^='/branch/licences/']")
    walk.see(secretary, "decide-on-licence")
    secretary.click("main button[value=grant]")
    joined.licence = secretary.url.rsplit("/", 1)[1]
    walk.see(secretary, "licence-granted")
    page.goto("/seller/licence")
    assert joined.licence in text(page)
    walk.see(page, "licence-of-the-grower")


def list_plants(walk: Walk, joined: Joined) -> None:
    """One screen: photo, plot, lot, size, prices; then it is on sale."""
    page = walk.person("newcomer")
    page.goto("/seller/listings/new")
    walk.see(page, "new-listing")
    picture = {"name": "plants.jpg", "mimeType": "image/jpeg", "buffer": drawing("dangui")}
    page.set_input_files("input[name=photos]", picture)
    page.fill("[name=title]", TITLE)
    page.fill("[name='new_lot-plot_name']", "东坡")
    page.fill("[name='new_lot-plot_area_mu']", "10")
    page.select_option("[name='new_lot-cultivar_group']", "dangui")
    page.fill("[name='new_lot-cultivar']", "朱砂丹桂")
    page.select_option("[name='new_lot-propagation']", "grafting")
    page.select_option("[name='new_lot-root']", "root_ball")
    page.fill("[name='new_lot-quantity']", "120")
    page.fill("[name='variants-0-ground_diameter']", "8")
    page.fill("[name='variants-0-height']", "300-320")
    page.fill("[name='variants-0-root_ball_cm']", "80")
    page.fill("[name='variants-0-tiers-0-from_quantity']", "1")
    page.fill("[name='variants-0-tiers-0-unit_price']", "680")
    page.fill("[name='variants-0-on_hand']", "100")
    walk.see(page, "listing-filled-in")
    page.click("main button[value=publish] >> nth=-1")
    page.wait_for_url("**/listings/**")
    assert TITLE in text(page)
    joined.slug = page.url.rsplit("/", 1)[1]
    walk.see(page, "listing-published")


def survey_and_approve(walk: Walk) -> None:
    """The technician surveys the new plot, the village agrees, the town approves; the grower sees his quota."""
    technician = walk.demo("technician")
    technician.goto("/branch/plots")
    walk.see(technician, "plots-to-survey")
    technician.click(f"main a:has-text('{NURSERY}')")
    technician.click("main a[href$='/survey']")
    technician.select_option("#method", "satellite")
    technician.select_option("#group_1", "dangui")
    technician.select_option("#stage_1", "specimen")
    picture = {"name": "plot.jpg", "mimeType": "image/jpeg", "buffer": drawing("dangui")}
    technician.set_input_files("input[name=photo]", picture)
    walk.see(technician, "survey")
    technician.click("main form button[type=submit]")
    technician.wait_for_url("**/branch/plots/P-*")
    walk.see(technician, "surveyed")
    plot = technician.url.rsplit("/", 1)[1]

    for role, word in (("secretary", "agree"), ("committee", "approve")):
        page = walk.demo(role)
        page.goto(f"/branch/plots/{plot}")
        page.click(f"main button[value={word}]")
        assert page.locator(f"main button[value={word}]").count() == 0
        walk.see(page, f"plot-{word}")

    page = walk.person("newcomer")
    page.goto("/seller/quota")
    # 10 mu x 107 plants x 0.98
    assert "1,048" in text(page)
    walk.see(page, "quota-of-the-grower")


def name_of_the_nursery(page: Page) -> str:
    """Under which name this grower sells, as the page of the day says it."""
    return page.locator("main h1 + p").inner_text().strip()


def see_sale(walk: Walk) -> None:
    """The new grower's one sale stands in his figures, once."""
    page = walk.person("newcomer")
    page.goto("/seller/sales")
    walk.see(page, "own-sales")
    figures = text(page)
    assert "¥1,360.00" in figures
    assert "¥2,720.00" not in figures


def send_parcel(walk: Walk, page: Page, name: str, order: str) -> list[str]:
    """Pack this grower's parcel of the order, record its papers, issue its codes, hand it to the courier; answers the plain codes."""
    page.goto("/seller")
    walk.see(page, f"{name}-day")
    page.goto("/seller/dispatch")
    walk.see(page, f"{name}-to-pack")
    page.click(f"main .parcel:has-text('{order}') form button[type=submit]")
    page.goto("/seller/dispatch?state=packed")
    walk.see(page, f"{name}-packed")
    page.click(f"main .parcel__title a:has-text('{order}')")
    walk.see(page, f"{name}-parcel")
    today = local_day(now())
    scan = {"name": "certificate.jpg", "mimeType": "image/jpeg", "buffer": drawing("jingui")}
    # The form offers the first paper that is still missing, until none but the label is.
    for number in range(1, 5):
        sheet = page.locator("#papers details[open]")
        if not sheet.count():
            break
        sheet.locator("[name=number]").fill(f"演示证字{number:04d}号")
        sheet.locator("[name=issued_on]").fill(str(today))
        sheet.locator("[name=valid_until]").fill(str(today + timedelta(days=14)))
        sheet.locator("[name=scan]").set_input_files(scan)
        if number == 1:
            walk.see(page, f"{name}-paper")
        sheet.locator("button[type=submit]").click()
        page.wait_for_url("**#papers")
    with page.expect_download() as label:
        page.click("main form[action$='/label.pdf'] button")
    assert label.value.path().read_bytes().startswith(b"%PDF")
    page.select_option("form[action$='/codes'] [name=ending]", "csv")
    with page.expect_download() as download:
        page.click("form[action$='/codes'] button[type=submit]")
    rows = csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig")))
    codes = [row["code"] for row in rows]
    page.reload()
    page.fill("form .field [name=courier]", COURIER)
    page.fill("form .field [name=tracking_number]", "YS" + "".join(filter(str.isdigit, name)) + "20260001")
    walk.see(page, f"{name}-ready-to-leave")
    with page.expect_navigation():
        page.click("main button[value=dispatch]")
    assert page.locator("main button[value=dispatch]").count() == 0, text(page)
    walk.see(page, f"{name}-left")
    return codes
