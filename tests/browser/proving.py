"""The provenance part of the walk: land, quota, codes, a scan, a report, a case of two persons."""

import csv
import io

from playwright.sync_api import Page

from tests.browser.growing import NURSERY
from tests.browser.town import drawing
from tests.browser.walk import Walk, text

SHOP = "https://shop36912.taobao.com"
WRONG = "叶片窄长，与页面照片不符；卖家不肯出示检疫证。"
ANSWER = "经两名工作人员核对，该商品不是本地所产。"


def picture(group: str) -> dict[str, object]:
    return {"name": "plants.jpg", "mimeType": "image/jpeg", "buffer": drawing(group)}


def register_plot(walk: Walk) -> str:
    """The grower registers ten mu; answers the plot's number."""
    page = walk.person("newcomer")
    page.goto("/seller/plots/new")
    page.fill("#name", "东坡")
    page.fill("#area_mu", "10")
    page.fill("#place", "村东山脚")
    walk.see(page, "register-a-plot")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/seller/lots/new?plot=*")
    return page.url.rsplit("=", 1)[1]


def record_lot(walk: Walk) -> str:
    """Then what grows on it; answers the lot's number."""
    page = walk.person("newcomer")
    page.select_option("#cultivar", "dangui/朱砂丹桂")
    page.fill("#quantity", "120")
    page.fill("#diameter_min", "8")
    page.fill("#diameter_max", "8")
    page.check("input[name=root][value=root_ball]")
    page.check("input[name=propagation][value=grafting]")
    page.fill("#origin", "湖北省咸宁市咸安区桂花镇")
    page.set_input_files("input[name=photo]", picture("dangui"))
    walk.see(page, "record-a-lot")
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: "/seller/lots/" in url and not url.endswith("/new") and "?" not in url)
    walk.see(page, "lot-recorded")
    return page.url.rsplit("/", 1)[1]


def issue_codes(walk: Walk, lot: str) -> list[str]:
    """Three codes for three plants, as the printing house gets them."""
    page = walk.person("newcomer")
    page.goto(f"/seller/lots/{lot}/codes")
    page.fill("#count", "3")
    page.check("input[name=file][value=csv]")
    with page.expect_download() as download:
        page.click("main form button[type=submit] >> nth=0")
    rows = csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig")))
    page.goto(f"/seller/lots/{lot}/codes")
    walk.see(page, "codes-issued")
    return [row["code"].replace(" ", "").replace("-", "") for row in rows]


def activate(walk: Walk, lot: str) -> Page:
    """Say that the labels hang; whether that is allowed, the page that answers says."""
    page = walk.person("newcomer")
    page.goto(f"/seller/lots/{lot}/codes")
    with page.expect_navigation():
        page.click("main form[action$='/activate'] button")
    return page


def survey(walk: Walk, plot: str) -> None:
    """The technician measures the plot in the field."""
    page = walk.demo("technician")
    page.goto("/branch/plots")
    walk.see(page, "plots-to-survey")
    page.goto(f"/branch/plots/{plot}")
    page.click("main a[href$='/survey']")
    page.select_option("#group_1", "dangui")
    page.select_option("#stage_1", "specimen")
    page.set_input_files("input[name=photo]", picture("dangui"))
    walk.see(page, "survey")
    page.click("main form button[type=submit]")
    page.wait_for_url(f"**/branch/plots/{plot}")
    walk.see(page, "surveyed")


def approve(walk: Walk, plot: str) -> None:
    """The village agrees, the town approves: two roles, two people."""
    for role, word, name in (
        ("secretary", "agree", "village-agrees"),
        ("committee", "approve", "town-approves"),
    ):
        page = walk.demo(role)
        page.goto(f"/branch/plots/{plot}")
        walk.see(page, name)
        with page.expect_navigation():
            page.click(f"main button[name=decision][value={word}]")
        assert page.locator(f"main button[name=decision][value={word}]").count() == 0, text(page)
    walk.see(walk.demo("committee"), "plot-approved")


def scan(walk: Walk, code: str, name: str) -> Page:
    """Somebody scans the label."""
    page = walk.person("anyone")
    page.goto(f"/C/{code}")
    walk.see(page, name)
    return page


def report(walk: Walk) -> str:
    """From the code's page to a case number; the form fails once and keeps words and photograph."""
    page = walk.person("anyone")
    page.click("main a[href^='/report-fake?about=']")
    page.fill("#shop", SHOP)
    page.fill("#price", "120 元")
    page.set_input_files("input[name=photos]", picture("yingui"))
    page.evaluate("document.querySelector('main form').noValidate = true")
    with page.expect_navigation():
        page.click("main form button[type=submit]")
    assert page.input_value("#shop") == SHOP
    walk.see(page, "report-needs-a-word")
    page.fill("#what", WRONG)
    page.fill("#contact", "138 0013 8000")
    walk.see(page, "report-filled-in")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/report-fake/F-*")
    number = page.url.rsplit("/", 1)[1]
    assert number in text(page)
    assert WRONG not in text(page)
    walk.see(page, "case-number")
    return number


def investigate(walk: Walk, number: str) -> None:
    """The secretary takes the case, doubts the code, adds what the visit showed, and proposes."""
    page = walk.demo("secretary")
    page.goto("/branch/reports-of-fakes")
    walk.see(page, "cases")
    page.click(f"main a:has-text('{number}')")
    assert WRONG in text(page)
    walk.see(page, "case")
    page.click("main a[href$='/take']")
    page.fill("#note", "照片中的叶形可疑，先行存疑。")
    page.check("#doubt_code")
    walk.see(page, "take-the-case")
    page.click("main form button[type=submit]")
    page.wait_for_url(f"**/{number}")
    page.click("main a[href$='/evidence']")
    page.fill("#text", "走访种植户：该批次尚未售出，标签仍挂在树上。")
    page.set_input_files("input[name=photos]", picture("dangui"))
    walk.see(page, "add-evidence")
    page.click("main form button[type=submit]")
    page.wait_for_url(f"**/{number}")
    walk.see(page, "case-with-evidence")
    page.click("main a[href$='/verdict']")
    page.check("input[name=verdict][value=confirmed_fake]")
    page.fill("#note", "标签为复制件，树在原地；店铺不在授权登记中。")
    page.fill("#answer", ANSWER)
    assert page.input_value("#shop") == SHOP
    walk.see(page, "propose")
    page.click("main form button[type=submit]")
    page.wait_for_url(f"**/{number}")
    walk.see(page, "waiting-for-a-second-person")


def confirm(walk: Walk, number: str) -> None:
    """The committee looks at the evidence and confirms."""
    page = walk.demo("committee")
    page.goto(f"/branch/reports-of-fakes/{number}")
    page.click("main a[href$='/confirm']")
    walk.see(page, "confirm")
    page.fill("#note", "证据充分，同意。")
    page.click("main button[name=outcome][value=confirm]")
    page.wait_for_url(f"**/{number}")
    walk.see(page, "confirmed")


def act(walk: Walk, number: str) -> None:
    """The secretary files the complaint with the platform and closes the case."""
    page = walk.demo("secretary")
    page.goto(f"/branch/reports-of-fakes/{number}")
    letter = page.context.request.get(f"{walk.url}/branch/reports-of-fakes/{number}/letters/complaint.pdf")
    assert letter.body().startswith(b"%PDF")
    page.click("main a[href$='/act']")
    page.select_option("#kind", "platform_complaint")
    page.fill("#note", "已提交平台，投诉单号 88。")
    walk.see(page, "act")
    page.click("main form button[type=submit]")
    page.wait_for_url(f"**/{number}")
    with page.expect_navigation():
        page.click("main form[action$='/close'] button")
    walk.see(page, "case-closed")


def see_what_became_of_it(walk: Walk, number: str, code: str) -> None:
    """The reporter, the next one who scans, whoever pastes the shop's link, and the counts of the month."""
    page = walk.person("anyone")
    page.goto(f"/report-fake/{number}")
    assert ANSWER in text(page)
    walk.see(page, "answer-for-everybody")
    scan(walk, code, "code-is-suspect")
    page.goto(f"/registry/check?url={SHOP}")
    assert NURSERY not in text(page)
    walk.see(page, "shop-not-authorised-since")
    page.goto("/cases/statistics")
    walk.see(page, "counts-of-the-month")
