"""Pages of the log. Its files are answered by `serving` before a request gets here: what arrives is not there."""

from datetime import datetime
from typing import NoReturn

from flask import Blueprint, render_template
from flask_babel import gettext as _

from core.accounts.gate import public
from core.errors import NotFound
from core.seal.keys import Log, this_log
from core.seal.note import BadNote
from core.seal.queries import signed_size
from core.seal.witnesses import witnesses_of

blueprint = Blueprint("seal", __name__)


@blueprint.get("/log/checkpoint")
@public
def checkpoint() -> NoReturn:
    """The signed head of the log, once there is one."""
    raise NotFound(_("Nothing has been sealed yet."), code="log_empty")


@blueprint.get("/log/vkey")
@public
def vkey() -> NoReturn:
    """The log's public key, as Go's note package writes it; always there."""
    raise NotFound(code="no_such_file")


@blueprint.get("/log/tile/<path:path>")
@public
def tile(path: str) -> NoReturn:
    """A tile or an entry bundle that the checkpoint does not cover."""
    raise NotFound(_("The log has no such tile."), code="no_such_tile", path=path)


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
