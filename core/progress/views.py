"""The progress of long jobs."""

from flask import Blueprint, Response, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.clock import now
from core.database import transaction
from core.errors import NotFound
from core.gate import current_actor, public, wants_json
from core.progress import queries as progress_queries
from core.progress.service import starting
from core.scopes import Scope, note_checked

blueprint = Blueprint("progress", __name__)


@blueprint.get("/jobs/<public_id>")
@public
def job(public_id: str) -> Response | str:
    """How far a long task is; shown to whoever started it, or to anyone with the link of a visitor's task."""
    view = progress_queries.get_progress(public_id, at=now())
    if view.owner_account_id is not None and view.owner_account_id != current_actor().account_id:
        raise NotFound(code="no_such_job")
    if wants_json():
        return jsonify(
            state=view.state,
            total=view.total,
            done=view.done,
            message=view.message,
            left_s=view.left_s,
            result_url=view.result_url,
        )
    return render_template("core/job.html", job=view)


@blueprint.post("/jobs/<public_id>/again")
@public(scope=Scope.TOKEN)
def job_again(public_id: str) -> ResponseReturnValue:
    """Its owner has a failed job tried again."""
    view = progress_queries.get_progress(public_id, at=now())
    if view.owner_account_id is not None and view.owner_account_id != current_actor().account_id:
        raise NotFound(code="no_such_job")
    note_checked(Scope.TOKEN)
    with transaction():
        starting.again(public_id)
    return redirect(url_for("progress.job", public_id=public_id), 303)
