"""Six people and what each does over and over; what the system confirmed to them is written into the books."""

import io
import random
import re
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image

from tests.form_reader import forms_of
from tests.soak.books import Books
from tests.soak.visitor import GaveUp, Visitor

PASSWORD = "demo-guiyuan"
WORDS = ("丹桂", "jingui", "四季桂", "地径 8", "h300", "zzzz", "银桂 带土球")
SHIP_TO = {"province": "浙江省", "city": "杭州市", "district": "西湖区", "street": "示范路 1 号"}


def photograph() -> bytes:
    """A small picture, another one each time."""
    out = io.BytesIO()
    colour = (random.randrange(256), random.randrange(256), random.randrange(256))
    Image.new("RGB", (640, 480), colour).save(out, "JPEG")
    return out.getvalue()


def mark() -> str:
    """A word that stands nowhere else."""
    return "soak-" + uuid.uuid4().hex[:12]


@dataclass
class Person:
    """Somebody who does `turn` again and again, with a pause between, until told to stop."""

    name: str
    visitor: Visitor
    turn: Callable[["Person"], None]
    pause_s: float
    books: Books
    email: str = ""
    turns: int = 0
    complaints: list[str] = field(default_factory=list)

    def live(self, stop: threading.Event) -> None:
        signed_in = not self.email
        while not stop.is_set():
            try:
                if not signed_in:
                    self.visitor.sign_in(self.email, PASSWORD)
                    signed_in = True
                self.turn(self)
                self.turns += 1
            except (GaveUp, AssertionError) as error:
                self.complaints.append(f"{time.strftime('%H:%M:%S')} {error}")
                signed_in = not self.email
            stop.wait(self.pause_s)


def walk_by(person: Person) -> None:
    """A passer-by searches, opens a listing, checks a code, the registry and the log."""
    found = person.visitor.look(f"/search?q={random.choice(WORDS)}")
    listings = re.findall(r'href="(/listings/[^"?#]+)"', found)
    if listings:
        person.visitor.look(random.choice(listings))
    person.visitor.look(f"/C/{random.choice(person.books.codes)}")
    for path in ("/", "/registry", "/verify", "/log/checkpoint"):
        person.visitor.look(path)


def some_phone() -> str:
    """Every order is another buyer's: what one may hold unpaid is bounded."""
    return f"138{random.randrange(10**8):08d}"


def order_by_program(person: Person) -> None:
    """A buyer's program orders; the same key is sent until there is an answer."""
    offers = person.visitor.ask("GET", "/api/v1/listings?in_stock=1").json()["items"]
    variants = [variant for offer in offers for variant in offer["variants"] if variant["available"] > 20]
    if not variants:
        return
    chosen = random.choice(variants)
    name = mark()
    person.books.sent("order", name)
    body = {
        "lines": [{"sku": chosen["sku"], "quantity": chosen["minimum_quantity"]}],
        "buyer": {"name": name, "phone": some_phone(), "email": f"{name}@example.org"},
        "ship_to": SHIP_TO | {"street": name},
        "payment_method": random.choice(("offline_transfer", "cash_on_delivery")),
    }
    answer = person.visitor.ask("POST", "/api/v1/orders", json=body, headers={"Idempotency-Key": name})
    if answer.status_code == 201:
        order = answer.json()["order"]
        person.books.confirmed("order", name, f"{order['number']}?token={order['access_token']}")


def order_on_pages(person: Person) -> None:
    """A guest puts plants into the cart, checks out and sends the receipt of the transfer."""
    visitor = person.visitor
    visitor.http.cookies.clear()
    listings = re.findall(r'href="(/listings/[^"?#]+)"', visitor.look("/search?q=桂"))
    page = random.choice(listings)
    if 'name="sku"' not in visitor.look(page):
        return
    visitor.fill(page, "sku", {})
    name = mark()
    person.books.sent("order", name)
    typed = SHIP_TO | {"name": name, "street": name, "phone": some_phone(), "email": f"{name}@example.org"}
    # The first look at the sum, with the place; then the order with the sum that was shown.
    typed |= {"payment_method": "offline_transfer", "method": "offline_transfer"}
    text = visitor.fill("/checkout", "attempt", typed | {"action": "quote"}).text
    fields = next(fields for _action, fields in forms_of(text) if "attempt" in fields)
    answer = visitor.ask("POST", "/checkout", data=fields | {key: [value] for key, value in typed.items()})
    if answer.status_code != 303:
        return
    door = answer.headers["Location"].removeprefix(visitor.url)
    number, token = re.fullmatch(r"/orders/([^?]+)\?token=(\w+)", door).groups()  # type: ignore[union-attr]
    person.books.confirmed("order", name, f"{number}?token={token}")
    total = re.search(r"¥([\d,]+\.\d\d)", re.split(r"sums__total", visitor.look(door))[-1])
    if not total:
        return
    receipt = {"file": ("receipt.jpg", photograph(), "image/jpeg")}
    sent = visitor.fill(
        f"/orders/{number}/proof?token={token}",
        "stated",
        {"stated": total.group(1).replace(",", "")},
        files=receipt,
    )
    if sent.status_code == 303:
        person.books.confirmed("receipt", number, total.group(1).replace(",", ""))


def keep_the_desk(person: Person) -> None:
    """The secretary confirms transfers, one after the other, and now and then asks for a report."""
    page = person.visitor.look("/branch/cashier")
    for public_id, number in re.findall(r'href="/branch/cashier/proofs/([^"]+)">([^<]+)<', page)[:3]:
        amount = person.books.of("receipt").get(number)
        if amount is None:
            continue
        answer = person.visitor.fill(
            f"/branch/cashier/proofs/{public_id}", "amount", {"amount": amount, "reference": mark()}
        )
        if answer.status_code == 303:
            person.books.confirmed("payment", number, amount)
    if person.turns % 12 == 3:
        answer = person.visitor.fill("/branch/reports", "period", {})
        if answer.status_code in {302, 303}:
            person.books.confirmed("job", answer.headers["Location"].rsplit("/", 1)[1], "report")
    for path in ("/branch/orders", "/branch/licences", "/branch/reports"):
        person.visitor.look(path)


def tend_the_nursery(person: Person) -> None:
    """The grower writes down a lot, has labels made for it now and then, and publishes what is for sale."""
    name = mark()
    person.books.sent("lot", name)
    files = {"photo": ("plants.jpg", photograph(), "image/jpeg")}
    typed = {
        "cultivar": "dangui/朱砂丹桂", "quantity": "60", "diameter_min": "7.5", "diameter_max": "8",
        "height_min": "300", "root": "root_ball", "propagation": "grafting", "age_code": "6-3", "grade": "I",
        "origin": name,
    }  # fmt: skip
    answer = person.visitor.fill("/seller/lots/new", "origin", typed, files=files)
    if answer.status_code == 303:
        person.books.confirmed("lot", name, answer.headers["Location"])
    name = mark()
    person.books.sent("listing", name)
    offer = {
        "title": f"朱砂丹桂 {name}",
        "variants-0-on_hand": "200",
        "variants-0-tiers-0-unit_price": "3",
        "variants-0-tiers-1-from_quantity": "",
        "variants-0-tiers-2-from_quantity": "",
        "action": "publish",
    }
    answer = person.visitor.fill(
        "/seller/listings/new", "draft_key", offer, files={"photos": ("p.jpg", photograph(), "image/jpeg")}
    )
    if answer.status_code in {302, 303}:
        person.books.confirmed("listing", name, answer.headers["Location"])
    for path in ("/seller", "/seller/orders", "/seller/listings"):
        person.visitor.look(path)


def go_into_the_field(person: Person) -> None:
    """The technician inspects a lot."""
    lots = re.findall(r"L-\d{4}-[0-9A-Z]+", person.visitor.look("/branch/inspections/new"))
    if not lots:
        return
    name = mark()
    person.books.sent("inspection", name)
    typed = {"lot": random.choice(lots), "conformant": "yes", "seen": name, "plants_counted": "40"}
    answer = person.visitor.fill("/branch/inspections/new", "client_id", typed)
    if answer.status_code == 303:
        person.books.confirmed("inspection", name, answer.headers["Location"])


def six_people(url: str, books: Books) -> list[Person]:
    """A passer-by, a buyer's program, a guest, the secretary, a grower and the technician."""

    def person(name: str, turn: Callable[[Person], None], pause_s: float, account: str = "") -> Person:
        email = f"{account}@demo.guiyuan.example" if account else ""
        return Person(name, Visitor(url, name), turn, pause_s, books, email)

    return [
        person("passer-by", walk_by, 1),
        person("program", order_by_program, 4),
        person("guest", order_on_pages, 5),
        person("secretary", keep_the_desk, 5, "secretary"),
        person("grower", tend_the_nursery, 8, "grower1"),
        person("technician", go_into_the_field, 6, "technician"),
    ]
