"""Requests per second of the catalogue's pages, beside a bare Flask view on the same server in the same run.

The bare view stands in the same process and answers a fixed text from a Flask application of its own, without
sessions, logs or database: what the server and Flask cost at least.

    python -m benchmarks.pages --seconds 5
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from benchmarks.running import busy_server
from benchmarks.town import loaded_town

CONNECTIONS = 4
WITH_BARE_VIEW = "benchmarks.pages:create_app"


def create_app() -> Callable[..., Any]:
    """The whole application with the bare view mounted beside it."""
    from wsgi import create_app as create_whole_app

    bare = Flask("bare")
    bare.add_url_rule("/", view_func=lambda: "bare")
    return DispatcherMiddleware(create_whole_app(), {"/bare": bare})


def compare(*, seconds: float) -> bool:
    """Load the small demonstration town, then measure page after page; False when a page did not answer 200."""
    right = True
    with loaded_town() as (_folder, environment), busy_server(environment, factory=WITH_BARE_VIEW) as port:
        slug = _first_listing(port)
        baseline = 0.0
        for name, path in (
            ("bare view", "/bare/"),
            ("search page", "/search?q=%E6%A1%82%E8%8A%B1"),
            ("listing page", f"/listings/{slug}"),
        ):
            answered, failed = _load(port, path, seconds)
            rate = answered / seconds
            baseline = baseline or rate
            print(
                f"  {name:14} {rate:8.1f} requests/s  {rate / baseline:6.1%} of bare  "
                f"{CONNECTIONS} connections, {seconds:g} s, {failed} failed",
                flush=True,
            )
            right = right and answered > 0 and not failed
    return right


def _first_listing(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/api/v1/listings")
    slug: str = json.loads(connection.getresponse().read())["items"][0]["slug"]
    connection.close()
    return slug


def _load(port: int, path: str, seconds: float) -> tuple[int, int]:
    """(answered 200, anything else) within `seconds`, after one request to warm up."""
    counts: list[tuple[int, int]] = []

    def visit() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        good = bad = 0
        while time.monotonic() < end:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            good, bad = (good + 1, bad) if answer.status == 200 else (good, bad + 1)
        connection.close()
        counts.append((good, bad))

    end = 0.0
    warm = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    warm.request("GET", path)
    warm.getresponse().read()
    warm.close()
    end = time.monotonic() + seconds
    threads = [threading.Thread(target=visit) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(good for good, _bad in counts), sum(bad for _good, bad in counts)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each page is asked for")
    return 0 if compare(seconds=parser.parse_args().seconds) else 1


if __name__ == "__main__":
    sys.exit(main())
