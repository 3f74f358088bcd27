"""Public files and the progress of long tasks."""

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.clock import now
from core.database import transaction
from core.errors import NotFound
from core.files import service as files
from core.gate import current_actor, public
from core.progress.service import starting as progress
from core.progress.tasks import running as job_runs
from core.scopes import Scope, note_checked
from core.web.views.problems import wants_json

blueprint = Blueprint("web", __name__)


@blueprint.get("/media/<path:key>")
@public
def media(key: str) -> Response:
    """A public file; its address is its content's digest, so it may be kept for ever."""
    if not key.startswith("public/"):
        raise NotFound(code="no_such_file")
    etag = f'"{key.rsplit("/", 1)[-1]}"'
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "ETag": etag,
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    if request.headers.get("If-None-Match") == etag:
        return Response(status=304, headers=headers)
    return Response(files.get(key), content_type=files.content_type_of(key), headers=headers)


@blueprint.get("/jobs/<public_id>")
@public
def job(public_id: str) -> Response | str:
    """How far a long task is; shown to whoever started it, or to anyone with the link of a visitor's task."""
    view = progress.get_progress(public_id, at=now())
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
    view = progress.get_progress(public_id, at=now())
    if view.owner_account_id is not None and view.owner_account_id != current_actor().account_id:
        raise NotFound(code="no_such_job")
    note_checked(Scope.TOKEN)
    with transaction():
        job_runs.again(public_id)
    return redirect(url_for("web.job", public_id=public_id), 303)
