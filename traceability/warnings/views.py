"""`/feeds/notices.xml`: warnings that other sites and readers carry on."""

from email.utils import format_datetime

from flask import Blueprint, Response

from core.gate import public
from core.settings import current_settings
from core.web.views.xml import xml_answer
from traceability.warnings.queries import latest_warnings

blueprint = Blueprint("warnings", __name__)


@blueprint.get("/feeds/notices.xml")
@public
def feed() -> Response:
    """Recalls and confirmed fakes as RSS 2.0, the newest first; an item's `guid` never changes."""
    return xml_answer(
        "traceability/warnings/notices.xml",
        "application/rss+xml",
        base=current_settings().base_url,
        warnings=latest_warnings(),
        moment=format_datetime,
    )
