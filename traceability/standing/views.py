"""For staff: what a code's page says, and from which records that is computed."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from branch import api as branch
from core.clock import now
from core.gate import actor_id, requires
from traceability.codes.rules.verdicts import TONES
from traceability.standing import wording
from traceability.standing.queries import standing_of

blueprint = Blueprint("standing", __name__)


@blueprint.get("/branch/codes/<batch>/<int:position>/standing")
@requires("alarms.view")
def show(batch: str, position: int) -> ResponseReturnValue:
    """One code: its verdict, and everything that speaks for or against it."""
    standing = standing_of(batch, position, at=now())
    grower = branch.get_grower(id=standing.grower_id)
    branch.require_unit_access(actor_id(), grower.unit_id, "alarms.view")
    return render_template(
        "traceability/standing/show.html",
        standing=standing,
        grower=grower,
        title=wording.VERDICT_TITLES[standing.verdict](),
        tone=TONES[standing.verdict],
        wording=wording,
    )
