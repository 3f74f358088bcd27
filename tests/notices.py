"""Every notice with values that it may have: `python -m tests.notices storefront_changed` prints it in each language.

A notice is a template of `templates/emails`; what it is given stands here, for the preview and for the house test.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask, render_template
from flask_babel import force_locale
from jinja2 import meta

from core.languages import LANGUAGES, Language

FOLDER = Path(__file__).resolve().parents[1] / "templates" / "emails"
# What most notices say, by the names that their templates use.
USUAL: dict[str, Any] = {
    "name": "李华", "by": "王芳", "reason": "材料不全", "note": "请于五日内回复。", "answer": "已核实。",
    "number": "GY-20260312-7K3F9", "consignment": "GY-20260312-7K3F9-1", "parcel": "GY-20260312-7K3F9-1",
    "address": "https://guiyuan.example/orders/1", "url": "https://guiyuan.example/today",
    "link": "https://guiyuan.example/link", "page": "https://guiyuan.example/shops",
    "growth_url": "https://guiyuan.example/growth", "grower": "青山苗圃", "unit": "桂花镇桂花协会",
    "place": "青山苗圃", "province": "浙江省", "cultivar": "朱砂丹桂", "lot": "L-2026-0001", "label": "B-2026-7K3F9QA 12",
    "order": "GY-20260312-7K3F9", "shop_name": "青山桂花店", "courier": "顺丰速运", "tracking_number": "SF1234567890",
    "currency": "CNY", "amount_minor": 68_000, "total_minor": 70_000, "arrived": "¥680.00", "refund": "R-1",
    "until": "2026-03-14 18:00", "since": "2026-03-13 09:00", "due_on": "2026-04-10", "last_day": "2027-03-11",
    "day": "2026-03-12", "night": "2026-03-12", "month": "2026-03", "period": "2026-03", "year": 2026, "days": 7,
    "hours": 48, "plots": 12, "plants_count": 300, "lots": 2, "codes": 40, "orders": 3, "differing": 1, "count": 2,
    "failures": 5, "left": 7, "code": "123456", "token": "收银机", "browser": "Firefox", "system": "Android",
    "payee": "桂花协会", "bank": "农业银行", "account_number": "6228 0000 0000 0000", "causes": "seal: timeout",
    "rows": "plot 12", "error": "disk full", "examples": ["2026-03-02 青山苗圃"], "ended_by": "", "role": "secretary",
    "told": [{"title": "2026-03-12 的公开日志", "words": "请保存。"}], "again": False, "another": True, "after_proof": False,
    "by_hand": True, "method": "cash_on_delivery", "given": True, "made": False, "owes_nothing": False,
}  # fmt: skip
# Notices that say different things: the value that decides, and what it can be.
CASES: dict[str, tuple[str, tuple[Any, ...]]] = {
    "account_factor_changed": ("how", ("set_up", "changed", "off")),
    "account_recovery_codes": ("how", ("made", "used")),
    "backup_failed": ("made", (True, False)),
    "case_deadline": ("kind", ("3_days_left", "1_day_left", "overdue", "escalated_1", "escalated_2")),
    "licence_changed": (
        "what",
        tuple(f"Licence{step}" for step in ("Applied", "Granted", "Refused", "Suspended", "Reinstated", "Extended",
                                            "Expired", "Withdrawn")),
    ),
    "order_changed": ("what", ("OrderPlaced", "OrderPaid", "OrderExpired", "OrderCancelled")),
    "parcel_changed": (
        "what",
        tuple(f"Consignment{step}" for step in ("Dispatched", "Delivered", "Confirmed", "Lapsed", "Cancelled", "Returned")),
    ),
    "parcel_ended": ("what", ("ConsignmentDelivered", "ConsignmentLapsed", "ConsignmentCancelled")),
    "part_waits": ("step", ("accept", "give_back")),
    "payee_account": ("what", ("PayeeProposed", "PayeeConfirmed", "PayeeWithdrawn")),
    "payment_unclaimed": ("reason", ("disagrees", "paid twice", "too late")),
    "report_due": ("step", ("soon", "late", "escalated")),
    "report_moved": (
        "what",
        ("submitted", "asked", "returned", "answered", "question_withdrawn", "accepted", "published", "edition_withdrawn"),
    ),
    "role_changed": ("given", (True, False)),
    "storefront_changed": (
        "what",
        tuple(f"Storefront{step}" for step in ("Authorised", "Refused", "Suspended", "Ended")),
    ),
    "unit_taken_over": ("what", ("UnitTakenOver", "TakeoverEnded")),
}  # fmt: skip
# Templates in which `number` is the formatter, not the number of something.
FORMATTER = "number("


def notices() -> list[str]:
    """The names of all notices."""
    return sorted(path.stem for path in FOLDER.glob("*.txt"))


def examples(app: Flask, notice: str) -> Iterator[dict[str, Any]]:
    """What the notice may be given, one for each thing that it can say."""
    source = (FOLDER / f"{notice}.txt").read_text(encoding="utf-8")
    wanted = meta.find_undeclared_variables(app.jinja_env.parse(source)) | {"number"}
    if FORMATTER in source:
        wanted.discard("number")
    usual = {name: value for name, value in USUAL.items() if name in wanted}
    deciding, values = CASES.get(notice, ("", (None,)))
    for value in values:
        yield usual | ({deciding: value} if deciding else {})


def written(notice: str, example: dict[str, Any], language: Language) -> tuple[str, str]:
    """Title and text of a notice, as the task that sends it writes them."""
    with force_locale(language.locale):
        title, _sep, text = render_template(f"emails/{notice}.txt", **example).strip().partition("\n")
    return title, text.strip()


def main(notice: str) -> None:
    from wsgi import create_app

    app = create_app()
    with app.test_request_context("/"):
        for example in examples(app, notice):
            for language in LANGUAGES:
                title, text = written(notice, example, language)
                sys.stdout.write(f"[{language.code}] {title}\n\n{text}\n\n{'-' * 72}\n")


if __name__ == "__main__":
    main(sys.argv[1])
