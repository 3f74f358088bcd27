"""Pages of the log. Its files are answered by `serving` before a request gets here: what arrives is not there."""

from typing import NoReturn

import structlog
from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.clock import now
from core.errors import NotFound
from core.gate import public
from core.seal.models.log import this_log
from core.seal.queries.standing import signed_at
from core.seal.queries.subjects import signed_size
from core.seal.queries.witnesses import witnesses_of
from core.seal.rules.note import BadNote
from core.seal.service.comparing import LogAway, checkpoint_in, compare, shown_here
from core.seal.service.daily_heads import kept_heads
from core.seal.wording import TONES, explained, title
from core.settings import current_settings
from core.web.views.limits import VERIFY, limiter
from core.web.views.xml import xml_answer

LONGEST_KEPT = 12_000
FEED_DAYS = 30
log_of_events = structlog.get_logger(__name__)

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


@blueprint.get("/log/compare")
@public
@limiter.limit(VERIFY)
def compare_kept() -> ResponseReturnValue:
    """Whether a head that somebody kept (or the one in a kept proof) is of this log; `kept` is its text."""
    text = request.args.get("kept", "")[:LONGEST_KEPT]
    comparison, problem = None, ""
    if text.strip():
        log = this_log()
        try:
            comparison = compare(checkpoint_in(text.strip().encode()), log.verifier, shown_here(log))
        except BadNote:
            problem = _(
                "This is no signed head of a log, and no proof. Paste the whole text, with its last line."
            )
        except LogAway as error:
            log_of_events.error("log_cannot_be_compared", cause=str(error))  # noqa: TRY400
            problem = _("The present log cannot be read in full; the operators see why. Keep what you have.")
    page = render_template(
        "core/log_compare.html",
        kept=text,
        found=comparison,
        problem=problem,
        tones=TONES,
        title=title,
        explained=explained,
    )
    return (page, 422) if problem else page


@blueprint.get("/feeds/checkpoints.xml")
@public
def checkpoints() -> Response:
    """The signed heads of the last days as an Atom feed (RFC 4287), for those who keep them."""
    answer = xml_answer(
        "core/checkpoints.xml",
        "application/atom+xml",
        base=current_settings().base_url,
        origin=this_log().origin,
        heads=kept_heads(FEED_DAYS),
        updated=now(),
    )
    answer.headers["Cache-Control"] = "public, max-age=600"
    return answer
