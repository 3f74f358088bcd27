"""The buyer's part of the walk: find, buy from two growers, pay, check a code, receive."""

import re

from playwright.sync_api import Page

from tests.browser.growing import TITLE
from tests.browser.town import drawing
from tests.browser.walk import Walk, text

BUYER = {
    "#city": "杭州市",
    "#district": "西湖区",
    "#street": "示范路 1 号",
    "#name": "示范园林",
    "#phone": "13800138000",
    "#email": "buyer@example.org",
}


def fill_cart(walk: Walk, seller: str) -> None:
    """A guest finds the new listing and one of `seller`, and takes both."""
    page = walk.person("guest")
    page.goto("/")
    page.fill("main input[name=q]", "dangui")
    page.press("main input[name=q]", "Enter")
    page.wait_for_url("**/search?q=dangui*")
    new = page.locator(f"main a:has-text('{TITLE}')")
    walk.until(page, lambda: new.count() > 0)
    walk.see(page, "found-by-pinyin")
    new.first.click()
    page.wait_for_url("**/listings/**")
    walk.see(page, "listing")
    page.fill("main .listing__buy [name=quantity]", "2")
    page.click("main .listing__buy button[type=submit]")
    page.wait_for_url("**/cart")

    page.goto("/search?q=dangui")
    page.locator("main ul.listings > li").filter(has_text=seller).locator("a").first.click()
    page.wait_for_url("**/listings/**")
    page.click("main .listing__buy button[type=submit]")
    page.wait_for_url("**/cart")
    assert page.locator("section.parcel:has(article)").count() == 2
    page.select_option("#province", label="浙江省")
    walk.until(page, lambda: page.locator(".sums__total dd").inner_text().startswith("¥"), within_s=5)
    walk.see(page, "cart-with-freight")


def place_order(walk: Walk, method: str) -> Page:
    """Check out; answers the page that comes after the order."""
    page = walk.person("guest")
    page.click("main a[href='/checkout']")
    for selector, typed in BUYER.items():
        page.fill(selector, typed)
    page.check(f"#way-{method}")
    assert page.locator(".sums__total dd").inner_text().startswith("¥")
    walk.see(page, "checkout")
    page.click("main form.checkout .form-end button")
    return page


def pay_by_transfer(walk: Walk) -> str:
    """The buyer sends the receipt; the secretary finds the money and confirms. Answers the order's number."""
    page = walk.person("guest")
    total = page.locator(".sums__total dd").inner_text().lstrip("¥").replace(",", "")
    number = order_number(page)
    walk.see(page, "order-placed")
    page.click("main a[href*='/proof?token=']")
    receipt = {"name": "receipt.jpg", "mimeType": "image/jpeg", "buffer": drawing("yingui")}
    page.set_input_files("input[name=file]", receipt)
    page.fill("#stated", total)
    walk.see(page, "receipt")
    page.click("main form button[type=submit]")
    page.wait_for_url(f"**/orders/{number}?**")
    walk.see(page, "receipt-sent")

    cashier = walk.demo("secretary")
    cashier.goto("/branch/cashier")
    walk.see(cashier, "cashier")
    cashier.click(f"main a:has-text('{number}')")
    cashier.fill("#amount", total)
    cashier.fill("#reference", "20260312-0001")
    walk.see(cashier, "receipt-at-the-cashier")
    cashier.click("main form[action$='/confirm'] button[type=submit]")
    cashier.wait_for_url("**/branch/cashier")
    page.reload()
    walk.see(page, "order-paid")
    return number


def order_number(page: Page) -> str:
    found = re.search(r"/orders/([^/?]+)", page.url)
    assert found, page.url
    return found.group(1)


def verify(walk: Walk, code: str) -> None:
    """Somebody types the code of a label into the address, as the picture on it does."""
    page = walk.person("anyone")
    page.goto(f"/C/{code.replace(' ', '').replace('-', '')}")
    walk.see(page, "code-verified")
    assert "朱砂丹桂" in text(page)
    assert "浙江" in text(page)
    assert "地径 8 cm" in text(page)
    assert page.locator("main figure img, main .photo img").count() == 1


def receive(walk: Walk, *couriers: str) -> None:
    """The order's page shows courier, papers and codes of both parcels; the buyer has them."""
    page = walk.person("guest")
    page.reload()
    shown = text(page)
    assert all(courier in shown for courier in couriers)
    assert shown.count("演示证字") >= 2
    walk.see(page, "order-on-its-way")
    while (button := page.locator("form[action$='/received'] button")).count():
        before = button.count()
        button.first.click()
        page.wait_for_function(
            "before => document.querySelectorAll(\"form[action$='/received'] button\").length < before",
            arg=before,
        )
    walk.see(page, "order-received")


def pay_on_the_hosted_page(walk: Walk) -> int:
    """The buyer pays with a card on the stand-in's page and is sent back; answers the amount in fen."""
    page = walk.person("guest")
    shown = re.search(r"CNY ([\d.]+)", page.locator("h1").inner_text())
    assert shown
    page.click("button[value=card]")
    page.wait_for_url(f"{walk.url}/orders/**")
    return round(float(shown.group(1)) * 100)
