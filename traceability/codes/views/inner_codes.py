"""The branch's page of inner codes that are tried: nothing is locked, but whoever guesses is seen."""

from flask import Blueprint, render_template

from branch import api as branch
from core.clock import now
from core.gate import actor_id, requires
from traceability.codes.queries.inner_tries import tried_codes

blueprint = Blueprint("inner_tries", __name__)


@blueprint.get("/branch/codes/inner")
@requires("codes.view")
def index() -> str:
    """Inner codes that were entered wrongly of late."""
    codes = tried_codes(branch.growers_within(actor_id() or 0, "codes.view"), at=now())
    return render_template(
        "traceability/codes/inner_tries.html",
        codes=codes,
        growers=branch.growers_by_ids({code.grower_id for code in codes}),
    )
