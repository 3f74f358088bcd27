"""The log's files over HTTP as C2SP tlog-tiles has them, answered before Flask: no session, no cookie, the same for everyone."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask

from core.seal.models.log import Log, open_log
from core.seal.rules.note import BadNote, size_of
from core.seal.rules.tiles import ENTRIES, TileDamaged, parse_path
from core.settings import Settings

FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_MOMENT = "public, max-age=2"
TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Resource:
    """A file of the log as it is answered; `cache` is its Cache-Control."""

    body: bytes
    content_type: str
    cache: str
    compressible: bool = False


def init_app(app: Flask, settings: Settings) -> None:
    """Open the log and serve its files before the application.

    Raises:
        SettingError: SEAL_KEY_FILE, SEAL_DIR, LOG_ORIGIN or WITNESS_URLS does not work.
    """
    log = open_log(settings)
    app.extensions["seal"] = log
    app.wsgi_app = LogFiles(app.wsgi_app, log)  # type: ignore[method-assign]


def find_resource(log: Log, path: str) -> Resource | None:
    """What stands under `/log/<path>`; tiles only as far as the checkpoint covers them, for they must never change again."""
    note = log.store.checkpoint()
    if path == "vkey":
        return Resource(f"{log.verifier}\n".encode(), TEXT, FOR_A_MOMENT)
    if note is None:
        return None
    if path == "checkpoint":
        return Resource(note.encode(), TEXT, FOR_A_MOMENT)
    tile = parse_path(path.removeprefix("tile/")) if path.startswith("tile/") else None
    try:
        data = log.store.find(tile) if tile is not None and tile.end <= size_of(note) else None
    except (TileDamaged, BadNote):
        return None
    if tile is None or data is None:
        return None
    return Resource(data, BYTES, FOR_EVER, compressible=tile.level == ENTRIES)


class LogFiles:
    """WSGI: answers what the log has, and leaves everything else to the application, its error pages included."""

    def __init__(self, application: Callable[..., Iterable[bytes]], log: Log) -> None:
        self.application = application
        self.log = log

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith("/log/") or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self.application(environ, start_response)
        resource = find_resource(self.log, path.removeprefix("/log/"))
        if resource is None:
            return self.application(environ, start_response)
        body = resource.body
        headers = [
            ("Content-Type", resource.content_type),
            ("Cache-Control", resource.cache),
            ("Access-Control-Allow-Origin", "*"),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'none'"),
        ]
        if resource.compressible:
            headers.append(("Vary", "Accept-Encoding"))
            if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
                body = gzip.compress(body, 5, mtime=0)
                headers.append(("Content-Encoding", "gzip"))
        headers.append(("Content-Length", str(len(body))))
        start_response("200 OK", headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]
