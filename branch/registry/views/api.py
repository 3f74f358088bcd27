"""The register in the JSON API."""

from typing import Any

from apiflask import APIBlueprint
from flask import request

from branch.registry.schemas import CheckAnswer, CheckQuery, check_document
from branch.registry.views.pages import checked
from core.gate import public
from core.web.views.limits import VERIFY, limiter

blueprint = APIBlueprint("registry_api", __name__, tag="Registry")


@blueprint.get("/api/v1/registry/check")
@public
@blueprint.input(CheckQuery, location="query", validation=False, arg_name="_documented")
@blueprint.doc(
    summary="Whether an outside shop may use a mark",
    description="`unknown` where the address does not identify one shop: short, promotion, product and search links.",
    responses={422: "No address was sent."},
)
@blueprint.output(CheckAnswer)
@limiter.limit(VERIFY)
def check(**_documented: Any) -> dict[str, Any]:
    """The check of an address, for programs."""
    return check_document(checked(request.args.get("url", "")))
