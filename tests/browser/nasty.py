"""Values that programs of strangers send, and everything of a site that can be sent something: addresses and forms."""

import re
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.factories import pictures
from tests.factories.workbooks import repacked, sheet, workbook
from tests.form_reader import forms_of

HUGE = str(2**63)
VALUES = [
    "", " ", "0", "-1", "1", HUGE, str(2**63 - 1), "-" + HUGE, "9" * 400, "²", "½", "٣", "１２", "1_000", "0x10", "1e5", "1e999999",
    "-1e-999999", "NaN", "sNaN", "-Infinity", "1,5", "0001-01-01", "9999-12-31", "2026-02-30", "0001-01", "9999-12", "99999-01",
    "0001-01-01T00:00", "9999-12-31T23:59", "\x00", "a\x00b", "\x0b", "\x1f\x7f\x9f", "\u202e gnp.exe", "\ufeff", "\ufffe", "\U000e0001",
    "👩‍🌾" * 40, "桂" * 5_000, "x" * 70_000, "ﬁ①㎏", "=1+1", "@SUM(A1)", "-2+3", "\t=1", "＝1+1", "<script>", "{{7*7}}", "%s%n", "%(name)s",
    "' OR 1=1 --", "../../etc/passwd", "//example.org", "javascript:alert(1)", "https://例え.テスト/\u2028", "http://[::1", "http://[::ffff:1.2.3.4]:99999/",
    "o'neil@b.example", "桂@例子.中国", "a@b", "+86138001380000", "１３８００１３８０００", "null", "true", "[]", "{}", "[[[[", "zh\r\nSet-Cookie: a=b",
    "2026-W99", "POINT(1e400 0)", "29.8,1e400", "*" * 300, "\\", "%00", "%ff",
]  # fmt: skip
FILE_FIELD = re.compile(r'<input[^>]*type="file"[^>]*>')
NAME = re.compile(r'name="(\w+)"')
QUERY = (
    "q", "page", "sort", "cursor", "min_price", "max_price", "cultivar_group", "month", "since", "until", "from", "to", "year", "unit",
    "grower", "state", "token", "next", "url", "code", "id", "number", "lot", "size", "kind", "day", "lang", "per_page", "province",
)  # fmt: skip
PART = re.compile(r"<(?:(\w+)(?:\(([^)]*)\))?:)?(\w+)>")


@dataclass(frozen=True)
class Form:
    """A form of a page: where it leads, and what it would send as it stands."""

    page: str
    action: str
    fields: dict[str, list[str]]
    files: tuple[str, ...] = ()


def forms_on(path: str, html: str) -> list[Form]:
    """The forms of a page that change something or search; its fields for files stand with the form that has the enctype."""
    asked = tuple(found[1] for one in FILE_FIELD.findall(html) if (found := NAME.search(one)))
    bodies = re.split(r"<form\b", html)[1:]
    return [
        Form(path, action or path, fields, asked if 'type="file"' in body.partition("</form>")[0] else ())
        for (action, fields), body in zip(forms_of(html), bodies, strict=True)
    ]


def nasty_files() -> list[tuple[str, bytes]]:
    """Files by name and content: bombs, torn ones, liars about their kind and name."""
    jpeg = pictures.picture(900, 700)
    spread = workbook({"A1": 1, "XFD1048576": 1})
    blanks = repacked(workbook({"A1": 1}), {"xl/worksheets/sheet1.xml": sheet(b" " * 20_000_000)})
    return [
        ("empty.jpg", b""), ("a.jpg", b"\xff\xd8\xff" + b"\xff" * 5_000), ("torn.jpg", jpeg[: len(jpeg) // 2]), ("a.pdf", b"%PDF-1.7 no end"),
        ("pages.pdf", b"%PDF-1.7\n/Type /Pages /Count 99999\n%%EOF"), ("spread.xlsx", spread), ("blanks.xlsx", blanks), ("torn.xlsx", spread[:600]),
        ("cell.csv", b'"' + b"a" * 131_073), ("../../x\u202egpj.exe", jpeg), ("\x00.csv", "名,数\n=1+1,²\n".encode("gb18030")), ("a.svg", b"<svg onload='x'/>"),
        ("x" * 3000, bytes(5_000)), ("claims.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\xff" * 60),
    ]  # fmt: skip


def bodies_of(form: Form, random: Random, *, most: int) -> list[dict[str, Any]]:
    """What to send: the form with one nasty value in each of up to `most` pairs of field and value, and with all fields nasty."""
    names = [name for name in form.fields if name not in {"csrf_token", "form_key"}]
    pairs = [(name, value) for name in names for value in VALUES]
    chosen = random.sample(pairs, min(most, len(pairs)))
    whole = {name: random.choice(VALUES) for name in names}
    return [{**form.fields, name: [value]} for name, value in chosen] + [{**form.fields, **whole}]


def paths_of(rule: Any, random: Random, *, most: int, known: dict[str, list[str]]) -> list[str]:
    """Addresses of a route with nasty values for its parts, and with what is known of them for the rest."""
    from urllib.parse import quote

    found = []
    for _ in range(most):

        def part(match: re.Match[str]) -> str:
            kind, choices, name = match.groups()
            if kind == "any":
                return random.choice(choices.split(",")).strip()
            if name in known and random.random() < 0.5:
                return random.choice(known[name])
            return quote(random.choice(VALUES)[:300] or "0", safe="")

        found.append(PART.sub(part, rule.rule))
    return found
