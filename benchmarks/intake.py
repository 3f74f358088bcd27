"""What hostile files and bodies cost: one after the other sent to a real server, while a visitor goes on reading pages.

Each line: what was sent and how large it is, the answer and its time, the most memory that the web process and the process that
reads files reached meanwhile, and how long the slowest page of the visitor took. The baseline is an honest file of each kind.

    python -m benchmarks.intake
"""

from __future__ import annotations

import http.client
import io
import json
import re
import struct
import sys
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from PIL import Image
from werkzeug.test import EnvironBuilder

from benchmarks.running import busy_server
from benchmarks.town import loaded_town

MB = 1024 * 1024
PATIENCE_S = 120
# Where the answer may not be an error of ours, nor keep a visitor waiting for longer.
SLOWEST_PAGE_S = 5.0
SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


@dataclass
class Browser:
    """A browser without script: cookies, forms with their token and key."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, body: bytes | Iterator[bytes] | None = None, **headers: str
    ) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            sent = {"Accept": "text/html", "Accept-Language": "en"} | {
                k.replace("_", "-"): v for k, v in headers.items()
            }
            if self.cookies:
                sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            with suppress(BrokenPipeError, ConnectionResetError):  # it was answered before all was sent
                connection.request(method, path, body, sent, encode_chunked="Transfer-Encoding" in sent)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                name, _is, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, answer.read().decode(errors="replace")
        finally:
            connection.close()

    def submit(self, path: str, fields: dict[str, Any], *, form_at: str = "") -> tuple[int, str]:
        """Send the form of a page, files as `(stream, name)`."""
        page = self.ask("GET", form_at or path)[1]
        hidden = {
            name: found[1]
            for name in ("csrf_token", "form_key")
            if (found := re.search(rf'name="{name}"[^>]*value="([^"]+)"', page))
        }
        written = EnvironBuilder(path, method="POST", data=hidden | fields).get_environ()
        return self.ask("POST", path, written["wsgi.input"].read(), Content_Type=written["CONTENT_TYPE"])


class Meter:
    """The most memory, in MB, of the web process and of what it started, and the slowest page of somebody else."""

    def __init__(self, port: int, server: int) -> None:
        self.port, self.server = port, server
        self.web_mb = self.reader_mb = self.slowest_s = 0.0
        self.failed = 0
        self._stop = threading.Event()

    @contextmanager
    def running(self) -> Iterator[Meter]:
        threads = [threading.Thread(target=one) for one in (self._weigh, self._read_pages)]
        for one in threads:
            one.start()
        try:
            yield self
        finally:
            self._stop.set()
            for one in threads:
                one.join()

    def _weigh(self) -> None:
        while not self._stop.is_set():
            web, readers = 0.0, 0.0
            for pid in _family(self.server):
                size, command = _resident(pid)
                if "core.intake" in command:
                    readers = max(readers, size)
                else:
                    web = max(web, size)
            self.web_mb, self.reader_mb = max(self.web_mb, web), max(self.reader_mb, readers)
            self._stop.wait(0.01)

    def _read_pages(self) -> None:
        visitor = Browser(self.port)
        while not self._stop.is_set():
            began = time.monotonic()
            if visitor.ask("GET", "/registry")[0] != 200:
                self.failed += 1
            self.slowest_s = max(self.slowest_s, time.monotonic() - began)
            self._stop.wait(0.05)


def _family(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                waiting += [int(child) for child in task.read_text().split()]
            except OSError:
                continue
    return found


def _resident(pid: int) -> tuple[float, str]:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return 0.0, ""
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return (int(found[1]) / 1024 if found else 0.0), command


def workbook(cells: dict[str, object], sheet: bytes | None = None) -> bytes:
    """A workbook with these cells, or with this XML as its sheet."""
    book = openpyxl.Workbook()
    for place, value in cells.items():
        book.active[place] = value
    out = io.BytesIO()
    book.save(out)
    if sheet is None:
        return out.getvalue()
    packed = io.BytesIO()
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, sheet if name == SHEET else old.read(name))
    return packed.getvalue()


def picture(side: int, form: str) -> bytes:
    """An honest photograph-like picture."""
    out = io.BytesIO()
    Image.effect_noise((side, side), 40).convert("RGB").save(out, form, quality=80)
    return out.getvalue()


def png_bomb(side: int) -> bytes:
    """A small file that claims `side` x `side` pixels, and holds them all where that is allowed."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    rows = [packer.compress(b"\0" * (side * 3 + 1)) for _ in range(min(side, 8000))]
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", b"".join(rows) + packer.flush()) + chunk(b"IEND", b"")


def tables() -> Iterator[tuple[str, bytes]]:
    yield "honest: 20,000 rows of 8 columns, CSV", b"a,b,c,d,e,f,g,h\n" * 20_000
    yield "workbook, cells at A1 and XFD1048576", workbook({"A1": 1, "XFD1048576": 1})
    yield "workbook, cells at A1 and ZZ20000", workbook({"A1": 1, "ZZ20000": 1})
    yield (
        "workbook, 300 MB of blanks in 0.3 MB",
        workbook({}, HEAD + b" " * 300 * MB + b"</sheetData></worksheet>"),
    )
    entities = (
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
        + b"]>"
    )
    row = b'<row r="1"><c r="A1" t="inlineStr"><is><t>&j;</t></is></c></row></sheetData></worksheet>'
    yield "workbook, a billion laughs", workbook({}, HEAD.replace(b"?>", b"?>" + entities, 1) + row)
    dense = b"".join(
        b'<row r="%d"><c r="A%d"><v>1</v></c><c r="AZ%d"><v>1</v></c></row>' % (n, n, n)
        for n in range(1, 230_000)
    )
    yield "workbook, 230,000 rows of 52 columns", workbook({}, HEAD + dense + b"</sheetData></worksheet>")
    yield "CSV, a cell of 131,073 characters", b'"' + b"a" * 131_073 + b'"\n'
    yield "CSV, 48 MB of commas", b"," * 1_999 * 1 + b"\n" + b"a,b\n" * (12 * MB)
    yield "CSV, a quote that is never closed, 40 MB", b'"' + b"a,b\n" * (10 * MB)
    yield "no table: 20 MB of zeros", bytes(20 * MB)


def pictures() -> Iterator[tuple[str, bytes]]:
    yield "honest: JPEG of 12 megapixels", picture(3464, "JPEG")
    yield "PNG that claims 40,000 x 40,000 pixels", png_bomb(40_000)
    yield "PNG of 7,000 x 7,000 pixels in 0.15 MB", png_bomb(7_000)
    yield "JPEG cut in its middle", picture(2000, "JPEG")[:200_000]
    yield "TIFF", picture(1000, "TIFF")


def bodies() -> Iterator[tuple[str, str, bytes | Callable[[], Iterator[bytes]], dict[str, str]]]:
    """What, where to, the body, headers."""
    js = {"Content_Type": "application/json", "Idempotency_Key": "12345678abc"}
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    yield (
        "honest: an order of one line",
        "/api/v1/orders",
        json.dumps({"lines": [{"sku": "x", "quantity": 1}]}).encode(),
        js,
    )
    yield "45 MB of JSON", "/api/v1/orders", b"[" + b"[]," * (15 * MB) + b"0]", js
    yield "64 kB of brackets", "/api/v1/orders", b"[" * 64 * 1024, js
    yield "20,000 digits", "/api/v1/orders", b'{"lines": ' + b"9" * 20_000 + b"}", js
    yield "4 MB of form without a token", "/account/sign-in", b"a=" + b"x" * (4 * MB), form
    yield (
        "200 kB of fields without a token",
        "/account/sign-in",
        b"&".join(b"a%d=1" % n for n in range(20_000)),
        form,
    )
    yield (
        "chunks without end, 100 MB",
        "/report-fake",
        lambda: (b"x" * MB for _ in range(100)),
        form | {"Transfer_Encoding": "chunked"},
    )
    yield "40 MB of EPCIS without a token", "/epcis/capture", b"[" + b"{}," * (13 * MB) + b"0]", js
    yield "60 MB at a grower's form, as a stranger", "/seller/channels", b"x" * (60 * MB), form


def main() -> int:
    """Send everything; fails when something is answered with an error of ours, or a visitor waits for too long."""
    right = True
    with loaded_town() as (_folder, environment), busy_server(environment) as port:
        server = _listening(port)
        grower, stranger = Browser(port), Browser(port)
        grower.submit(
            "/account/sign-in", {"email": "grower1@demo.guiyuan.example", "password": "demo-guiyuan"}
        )
        page = grower.ask("GET", "/seller/channels")[1]
        shop = re.search(r'<option[^>]*value="(\w+)"', page)
        print(
            f"{'what':46}{'size':>10}  {'answer':>6} {'time':>7}  {'web':>7} {'reader':>7}  {'visitor waits':>13}"
        )
        for name, data in tables():
            right &= _measured(
                port,
                server,
                name,
                len(data),
                lambda data=data: grower.submit(
                    "/seller/channels",
                    {"storefront": shop[1] if shop else "", "files": (io.BytesIO(data), "orders.csv")},
                ),
            )
        for name, data in pictures():
            right &= _measured(
                port,
                server,
                name,
                len(data),
                lambda data=data: stranger.submit(
                    "/report-fake", {"what": "", "photos": (io.BytesIO(data), "a.jpg")}
                ),
            )
        for name, path, body, headers in bodies():
            size = 100 * MB if callable(body) else len(body)
            right &= _measured(
                port,
                server,
                name,
                size,
                lambda path=path, body=body, headers=headers: Browser(port).ask(
                    "POST", path, body() if callable(body) else body, **headers
                ),
            )
    return 0 if right else 1


def _measured(port: int, server: int, name: str, size: int, send: Callable[[], tuple[int, str]]) -> bool:
    meter = Meter(port, server)
    began = time.monotonic()
    with meter.running():
        try:
            status = send()[0]
        except (http.client.HTTPException, OSError) as error:
            status = 0
            print(f"{name}: {type(error).__name__}", file=sys.stderr)
        took = time.monotonic() - began
    print(
        f"{name:46}{size / 1024:>8,.0f}kB  {status or 'closed':>6} {took:6.2f}s  {meter.web_mb:5.0f}MB "
        f"{meter.reader_mb:5.0f}MB  {meter.slowest_s:12.2f}s",
        flush=True,
    )
    return status < 500 and not meter.failed and meter.slowest_s < SLOWEST_PAGE_S


def _listening(port: int) -> int:
    """The process of the server that this one started, found by its port."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            command = (path / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"granian" in command and str(port).encode() in command:
            return int(path.name)
    raise RuntimeError("the server is not there")


if __name__ == "__main__":
    sys.exit(main())
