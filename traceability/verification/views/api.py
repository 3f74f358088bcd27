"""A code's check for programs: `/api/v1/codes/<code>`."""

from apiflask import APIBlueprint
from flask import Response, jsonify

from core.gate import public
from core.web.views.api_docs import answer_of
from traceability.verification.schemas.answers import as_json
from traceability.verification.schemas.api import CodeOut
from traceability.verification.views.pages import check_code, guessing, keep_private

blueprint = APIBlueprint("verification_api", __name__, tag="Trace codes")


@blueprint.get("/api/v1/codes/<code>")
@blueprint.doc(
    summary="Check a trace code",
    description="An unknown code answers 200 with the verdict `unknown`.",
    responses=answer_of(200, "What the code means, with its limits", CodeOut),
)
@public
@guessing
def code_api(code: str) -> Response:
    """The same as the page, as a document."""
    return keep_private(jsonify(as_json(check_code(code))))
