"""Whether two versions of the source answer with the same pages: `python -m tests.same_pages --before FOLDER`.

FOLDER is a checkout of the older version (`git worktree add FOLDER REVISION`). Its demonstration town is loaded once and
copied; both versions serve their copy at the same time. The pages are found by following links from the start pages, one
address for each route, language and person; what a page draws at random or signs by the clock (`DRAWN`) is left out.
Exit status 1 when a page differs; the first lines that do are printed.
"""

import argparse
import difflib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import requests
from werkzeug.routing import MapAdapter

from tests.form_reader import forms_of
from tests.running import ROOT, environment, web_server

STARTS = ("/", "/search", "/registry", "/registry/check", "/verify", "/report-fake", "/reports", "/log", "/log/vkey",
          "/cases/statistics", "/cart", "/checkout", "/account/sign-in", "/account/sign-up", "/account/recover",
          "/api/openapi.json", "/api/v1/listings", "/epcis/", "/epcis/queries", "/epcis/events", "/robots.txt",
          "/sitemap.xml", "/feeds/products.xml", "/feeds/notices.xml", "/feeds/checkpoints.xml", "/log/checkpoint",
          "/log/compare", "/.well-known/gs1resolver", "/no-such-page", "/log/tile/0/000", "/healthz", "/registry/marks/XNGH",
          "/registry/marks/XNGH/rules/1", "/epcis/eventTypes", "/epcis/eventTypes/ObjectEvent",
          "/epcis/eventTypes/ObjectEvent/events", "/epcis/terms/", "/account/second-factor", "/account/password",
          "/account/confirm", "/jobs/none", "/account/code/none", "/01/00000000000000", "/branch/inspections/worker.js")  # fmt: skip
PEOPLE = ("", "grower1", "technician", "secretary", "committee", "operator")
TOWN = "guihua-osmanthus"
MONTH = "2026-10"
CODE = re.compile(r"\b[0-9A-Z]{4}(?:-?[0-9A-Z]{4}){2,}\b")
PASSWORD = "demo-guiyuan"  # what `make run` prints
LANGUAGES = ("zh_Hans_CN", "en")
# Drawn for each answer: the tokens of forms, the key by which a form is taken once, and the time of a head of the log.
DRAWN = re.compile(
    rb'name="(?:csrf_token|form_key|draft_key)"[^>]*value="[^"]*"|value="[^"]*"[^>]*name="(?:csrf_token|form_key|draft_key)"'
    rb'|nonce-[\w+/=-]+|nonce="[^"]*"|id="client_id"[^>]*|/account/devices/\w+'
    rb'|"creationDate":"[^"]*"|"first_checked_at":"[^"]*"|<updated>[^<]*</updated>'
)
LINK = re.compile(r'(?:href|src|action)="(/[^"#]*)"|<(?:loc|link)>https?://[^/<]+(/[^<]*)<')
PREVIEW_LINES = 12
WIDEST = 300


@dataclass
class Answer:
    status: int
    kind: str
    body: bytes


@dataclass
class Comparison:
    """What was asked of both versions: the routes seen, how many addresses, and those that differ."""

    routes: set[str] = field(default_factory=set)
    public_routes: set[str] = field(default_factory=set)
    addresses: int = 0
    different: list[str] = field(default_factory=list)


def flask(source: Path, var: Path, *arguments: str) -> str:
    """What a command of the version in `source` prints."""
    environ = environment(var) | {"PYTHONPATH": str(source)}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    done = subprocess.run(command, cwd=source, env=environ, check=True, capture_output=True, text=True)
    return done.stdout


def load_town(source: Path, var: Path) -> list[str]:
    """Make the demonstration's database, files, index and signed log in `var`; addresses that no page links to."""
    flask(source, var, "db", "upgrade")
    flask(source, var, "demo", "load")
    with closing(sqlite3.connect(var / "guiyuan.db")) as database:
        lots = [number for (number,) in database.execute("SELECT number FROM lot ORDER BY id LIMIT 3")]
        orders = database.execute('SELECT number, access_token FROM "order" ORDER BY id').fetchall()
        licences = database.execute("SELECT number FROM licence WHERE number IS NOT NULL LIMIT 2").fetchall()
        shops = database.execute("SELECT given FROM storefront_address LIMIT 2").fetchall()
    issued = var / "codes.csv"
    flask(
        source,
        var,
        "codes",
        "issue",
        f"--lot={lots[0]}",
        "--level=unit",
        "--count=2",
        f"--output={issued}",
        "--activate",
    )
    flask(source, var, "search", "reindex")
    flask(source, var, "seal", "now")
    flask(source, var, "reports", "build", "--unit", TOWN, "--month", MONTH)
    code = CODE.search(issued.read_text(encoding="utf-8"))
    if code is None:
        raise SystemExit("no code was issued")
    found = [
        f"/c/{code[0]}",
        f"/C/{code[0]}",
        f"/C/{code[0]}/proof",
        f"/api/v1/codes/{code[0]}",
        "/c/WRONG0000",
    ]
    found += [f"/orders/{number}?token={token}" for number, token in orders]
    found += [f"/registry/licences/{number}" for (number,) in licences]
    found += [f"/registry/check?url={given}" for (given,) in shops] + [
        "/search?q=%E4%B8%B9%E6%A1%82",
        "/search?q=zzzz",
    ]
    return found + [f"/lots/{number}{rest}" for number in lots for rest in ("", ".jsonld", "/proof")]


def copy_for(source: Path, var: Path, target: Path) -> None:
    """A copy of the town in `target` whose database says that it is at the newest migration of `source`."""
    shutil.copytree(var, target)
    newest = flask(source, target, "db", "heads").split()[0]
    with closing(sqlite3.connect(target / "guiyuan.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = ?", [newest])


def report_files(source: Path, var: Path) -> dict[str, bytes]:
    """The files of a month's report, as the version in `source` writes them."""
    folder = var / "report"
    flask(source, var, "reports", "build", "--unit", TOWN, "--month", MONTH, "--output", str(folder))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def sign_in(base: str, person: str, language: str) -> requests.Session:
    """A session of this person (nobody: "") in this language."""
    visitor = requests.Session()
    visitor.trust_env = False
    visitor.cookies.set("locale", language)
    if person:
        page = visitor.get(f"{base}/account/sign-in", timeout=60)
        sent = next(values for _, values in forms_of(page.text) if "password" in values)
        contact = next(name for name in sent if name in {"identity", "email"})
        sent |= {contact: [f"{person}@demo.guiyuan.example"], "password": [PASSWORD]}
        answer = visitor.post(f"{base}/account/sign-in", data=sent, timeout=60, allow_redirects=False)
        if answer.status_code != 302:
            raise SystemExit(f"{person} could not sign in: {answer.status_code}")
    return visitor


def ask(visitor: requests.Session, base: str, path: str) -> Answer:
    given = visitor.get(base + path, timeout=120, allow_redirects=False)
    body = given.content + given.headers.get("Location", "").encode()
    return Answer(
        given.status_code,
        given.headers.get("Content-Type", ""),
        DRAWN.sub(b"", body.replace(base.encode(), b"")),
    )


def routes_of(adapter: MapAdapter, path: str) -> str:
    """The rule that answers a path; unknown addresses are one rule of their own."""
    rule, _ = adapter.match(path.partition("?")[0], method="GET", return_rule=True)
    return rule.rule


def compare(
    bases: tuple[str, str],
    starts: list[str],
    adapter: MapAdapter,
    person: str,
    language: str,
    seen: Comparison,
) -> None:
    """Walk from the start pages, one address for each route, and compare what both versions answer."""
    visitors = [sign_in(base, person, language) for base in bases]
    waiting, known = deque([*STARTS, *starts]), set()
    while waiting:
        path = waiting.popleft()
        try:
            route = routes_of(adapter, path)
        except Exception as error:  # noqa: BLE001 - what the map of addresses does not know is one kind of address
            route = type(error).__name__
        key = route if "?" not in path else f"{route}?"
        key = path if path in starts else key
        if key in known or "/account/sign-out" in path or "lang=" in path:
            continue
        known.add(key)
        answers = [ask(visitor, base, path) for visitor, base in zip(visitors, bases, strict=True)]
        seen.addresses += 1
        seen.routes.add(route)
        if not person:
            seen.public_routes.add(route)
        if answers[0] != answers[1]:
            name = f"{person or 'visitor'} {language} {path}"
            seen.different.append(name)
            print(f"DIFFERENT {name}", *difference(*answers), sep="\n  ", flush=True)
        if answers[0].kind.startswith(("text/html", "application/xml", "application/json")):
            waiting.extend(links(answers[0].body.decode("utf-8", "replace")))


def links(text: str) -> Iterator[str]:
    for match in LINK.finditer(text):
        yield unescape(match[1] or match[2])


def difference(before: Answer, after: Answer) -> list[str]:
    if (before.status, before.kind) != (after.status, after.kind):
        return [f"{before.status} {before.kind} is now {after.status} {after.kind}"]
    lines = [answer.body.decode("utf-8", "replace").splitlines() for answer in (before, after)]
    if max(len(line) for line in (*lines[0], *lines[1])) > WIDEST:
        lines = [[piece for line in text for piece in line.split(",")] for text in lines]
    return [line[:WIDEST] for line in difflib.unified_diff(*lines, lineterm="", n=0)][2 : 2 + PREVIEW_LINES]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--before", type=Path, required=True, help="a checkout of the older version")
    parser.add_argument(
        "--after", type=Path, default=ROOT, help="a checkout of the newer version; this one if not given"
    )
    parser.add_argument(
        "--people", nargs="*", default=list(PEOPLE[1:]), help="who is signed in, beside a visitor"
    )
    given = parser.parse_args()
    before, after = given.before.resolve(), given.after.resolve()
    seen = Comparison()
    with (
        tempfile.TemporaryDirectory(prefix="gy-same-pages-", ignore_cleanup_errors=True) as name,
        ExitStack() as both,
    ):
        folder = Path(name)
        starts = load_town(before, folder / "town")
        bases, written = [], []
        for source, title in ((before, "before"), (after, "after")):
            copy_for(source, folder / "town", folder / title)
            written.append(report_files(source, folder / title))
            environ = environment(folder / title, RATELIMIT_ENABLED="false", LOG_LEVEL="ERROR")
            options = ["--working-dir", str(source)]
            port = both.enter_context(web_server(environ | {"PYTHONPATH": str(source)}, options=options))
            bases.append(f"http://127.0.0.1:{port}")
        seen.different += [
            name
            for name in sorted({*written[0], *written[1]})
            if written[0].get(name) != written[1].get(name)
        ]
        from wsgi import create_app

        adapter = create_app().url_map.bind("127.0.0.1")
        for person in ("", *given.people):
            for language in LANGUAGES:
                compare((bases[0], bases[1]), starts, adapter, person, language, seen)
    print(
        f"{len(seen.routes)} routes ({len(seen.public_routes)} of them as a visitor), {seen.addresses} addresses, "
        f"{len(written[0])} files of a report; different: {', '.join(seen.different) or 'none'}"
    )
    return 1 if seen.different else 0


if __name__ == "__main__":
    sys.exit(main())
