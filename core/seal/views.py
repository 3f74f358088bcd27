"""The log over HTTP as C2SP tlog-tiles has it, and a page for people."""

import gzip
from datetime import datetime

from flask import Blueprint, Response, render_template, request, session
from flask_babel import gettext as _

from core.accounts.gate import public
from core.errors import NotFound
from core.seal.keys import Log, this_log
from core.seal.note import BadNote
from core.seal.queries import signed_size
from core.seal.tiles import ENTRIES, parse_path
from core.seal.witnesses import witnesses_of

blueprint = Blueprint("seal", __name__)

FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_MOMENT = "public, max-age=2"


def _answer(data: bytes | str, content_type: str, cache: str, **headers: str) -> Response:
    # The log is the same for everyone: caches must not keep a copy for each cookie.
    session.accessed = False
    told = {"Cache-Control": cache, "Access-Control-Allow-Origin": "*"} | headers
    return Response(data, content_type=content_type, headers=told)


@blueprint.get("/log/checkpoint")
@public
def checkpoint() -> Response:
    """The signed head of the log."""
    note = this_log().store.checkpoint()
    if note is None:
        raise NotFound(_("Nothing has been sealed yet."), code="log_empty")
    return _answer(note, "text/plain; charset=utf-8", FOR_A_MOMENT)


@blueprint.get("/log/vkey")
@public
def vkey() -> Response:
    """The log's public key, as Go's note package writes it."""
    return _answer(f"{this_log().verifier}\n", "text/plain; charset=utf-8", FOR_A_MOMENT)


@blueprint.get("/log/tile/<path:path>")
@public
def tile(path: str) -> Response:
    """A tile or an entry bundle; only what the checkpoint covers, for it must never change again."""
    wanted = parse_path(path)
    log = this_log()
    data = log.store.find(wanted) if wanted is not None and wanted.end <= signed_size(log) else None
    if wanted is None or data is None:
        raise NotFound(_("The log has no such tile."), code="no_such_tile")
    if wanted.level == ENTRIES:
        if request.accept_encodings.quality("gzip"):
            packed = gzip.compress(data, mtime=0)
            more = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
            return _answer(packed, "application/octet-stream", FOR_EVER, **more)
        return _answer(data, "application/octet-stream", FOR_EVER, Vary="Accept-Encoding")
    return _answer(data, "application/octet-stream", FOR_EVER)


@blueprint.get("/log")
@public
def about() -> str:
    """What the log is, how large it is, who witnesses it, and how to check it."""
    log = this_log()
    note = log.store.checkpoint()
    return render_template(
        "core/log.html",
        origin=log.origin,
        vkey=str(log.verifier),
        note=note,
        size=signed_size(log),
        signed_at=signed_at(log),
        witnesses=witnesses_of(log),
    )


def signed_at(log: Log) -> datetime | None:
    """When the present checkpoint was signed, as the file beside the key remembers."""
    try:
        kept = log.memory.read()
    except BadNote:
        return None
    return kept.at if kept else None
