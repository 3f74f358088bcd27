"""Verification requests per second, beside a bare Flask view with one select and one insert.

The bare view stands on the same server and the same database in the same run: in one transaction, as ours does, it
looks a code up by its digest and notes the look-up, both through SQLAlchemy's session, and answers a fixed text.
Each visitor is a device of its own, so that every request inserts a row.

    python -m benchmarks.verification --seconds 18
"""

from __future__ import annotations

import argparse
import csv
import http.client
import itertools
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask, request
from sqlalchemy import insert, select
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from benchmarks.running import busy_server
from benchmarks.town import loaded_town
from tests.running import ROOT

CONNECTIONS = 4
TARGET = 0.6
TURNS = 27
BARE = "bare view"
WITH_BARE_VIEW = "benchmarks.verification:create_app"


def create_app() -> Callable[..., Any]:
    """The whole application with the bare view mounted beside it."""
    from wsgi import create_app as create_whole_app

    whole = create_whole_app()
    return DispatcherMiddleware(whole, {"/bare": _bare(whole)})


def _bare(whole: Flask) -> Flask:
    """One select, one insert, one commit: what a check costs at least with Flask and SQLAlchemy."""
    from core.clock import now
    from core.database import transaction
    from traceability.codes.models.digests import code_digest
    from traceability.codes.models.tables import Code
    from traceability.lookups.models import CodeLookup
    from traceability.lookups.service.visitors import visitor_of

    bare = Flask("bare")

    @bare.get("/<code>")
    def check(code: str) -> str:
        agent = request.user_agent.string
        with whole.app_context():
            digest = code_digest(code)
            visitor, at = visitor_of("127.0.0.1", f"bare {agent}"), now()
            with transaction() as session:
                found = session.scalar(select(Code).where(Code.digest == digest))
                session.execute(
                    insert(CodeLookup).values(
                        code_digest=digest,
                        device_digest=visitor.device,
                        known=found is not None,
                        ordinal=1,
                        times=1,
                        first_at=at,
                        last_at=at,
                        address_digest=visitor.address,
                        agent_digest=visitor.agent,
                        network_digest=visitor.network,
                        province=visitor.province,
                    )
                )
        return "known" if found is not None else "unknown"

    return bare


def compare(*, seconds: float, codes: int) -> bool:
    """Measure the page, the JSON answer and the bare view in turns; False when one did not answer 200."""
    right = True
    with loaded_town() as (folder, environment):
        known = _codes(environment, folder / "codes.csv", codes)
        with busy_server(environment, factory=WITH_BARE_VIEW) as port:
            rates: dict[str, list[float]] = {}
            paths = {BARE: "/bare/{}", "page": "/C/{}", "JSON": "/api/v1/codes/{}"}
            for _turn, (name, path) in itertools.product(range(TURNS), paths.items()):
                answered, failed = _load(port, [path.format(code) for code in known], seconds / TURNS)
                rates.setdefault(name, []).append(answered / (seconds / TURNS))
                right = right and answered > 0 and not failed
            for name, found in rates.items():
                shares = [ours / bare for ours, bare in zip(found, rates[BARE], strict=True)]
                print(
                    f"  {name:10} {median(found):8.1f} requests/s  {median(shares):6.1%} of the bare view"
                    f"  (target {TARGET:.0%}; medians of {TURNS} turns side by side, from {min(shares):.0%} to"
                    f" {max(shares):.0%}; {CONNECTIONS} connections, {len(known)} codes)",
                    flush=True,
                )
    return right


def _codes(environment: dict[str, str], file: Path, count: int) -> list[str]:
    """Codes of the demonstration town's first lot, active, from the command of the contract."""
    flask = [sys.executable, "-m", "flask"]
    script = (
        "from wsgi import create_app\n"
        "from sqlalchemy import select\n"
        "from core.database import session\n"
        "from traceability.lots.models.tables import Lot\n"
        "with create_app().app_context():\n"
        "    print(session.scalar(select(Lot.number).order_by(Lot.quantity_on_hand.desc())))\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    lot = said.stdout.split()[-1]
    options = ["--lot", lot, "--level", "unit", "--count", str(count), "--activate", "--output", str(file)]
    subprocess.run([*flask, "codes", "issue", *options], cwd=ROOT, env=environment, check=True)
    with file.open(encoding="utf-8-sig", newline="") as table:
        return [row["code"].replace("-", "") for row in csv.DictReader(table)]


def _load(port: int, paths: list[str], seconds: float) -> tuple[int, int]:
    """(answered 200, anything else) within `seconds`; every request is another device."""
    counts: list[tuple[int, int]] = []
    devices = itertools.count()
    run = f"{time.time_ns():x}"

    def visit() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        good = bad = 0
        while time.monotonic() < end:
            number = next(devices)
            connection.request("GET", paths[number % len(paths)], headers={"User-Agent": f"{run} {number}"})
            answer = connection.getresponse()
            answer.read()
            good, bad = (good + 1, bad) if answer.status == 200 else (good, bad + 1)
        connection.close()
        counts.append((good, bad))

    end = time.monotonic() + 0.3
    visit()
    counts.clear()
    end = time.monotonic() + seconds
    threads = [threading.Thread(target=visit) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(good for good, _bad in counts), sum(bad for _good, bad in counts)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--seconds", type=float, default=18.0, help=f"how long each is asked for, in {TURNS} turns"
    )
    parser.add_argument("--codes", type=int, default=50, help="how many codes are asked for in turn")
    asked = parser.parse_args()
    return 0 if compare(seconds=asked.seconds, codes=asked.codes) else 1


if __name__ == "__main__":
    sys.exit(main())
